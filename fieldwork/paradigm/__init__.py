"""The paradigm model: roles, links, evidence, contradictions."""
