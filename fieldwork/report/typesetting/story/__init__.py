"""The report's parts in their order, each made of blocks from the content."""
