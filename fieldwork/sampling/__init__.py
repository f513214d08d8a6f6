"""Criteria, strata and quotas, experts, contacts, nominations, coverage of aspects."""
