"""Recommendations and the PDF report."""
