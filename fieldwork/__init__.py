"""Fieldwork: from a research programme to a signed-off, anonymised report of an expert-interview study."""

__version__ = "0.1.0"
