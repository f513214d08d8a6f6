"""The report's typesetting: content in, PDF out. Start at :mod:`fieldwork.report.typesetting.rendering`.

Kept free of imports on purpose: ``fetch_fonts`` runs in build environments that have no reportlab.
"""
