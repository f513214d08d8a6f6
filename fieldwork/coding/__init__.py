"""Codes, codings, memos, categories, core categories."""
