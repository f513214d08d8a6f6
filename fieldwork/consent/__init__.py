"""Versioned consent forms, scopes, decisions."""
