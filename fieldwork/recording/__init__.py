"""Recordings: import, probing, duplicates, normalising."""
