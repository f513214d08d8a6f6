"""The report's figures, drawn as vectors on the canvas from the content's numbers."""
