"""One small class per way of finding: each takes a document and returns mentions."""
