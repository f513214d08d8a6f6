"""Interviews: mode, start, duration, interviewer."""
