"""Engines, windows, transcripts and their segments, transcript formats."""
