"""What a wheel holds beside the code: the pages' scripts and styles, and the report's typefaces, made of npm packages.

Runs when a wheel is built (``pip wheel .``); an editable installation makes them with the Makefile.
"""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes ``fieldwork/web/static/dist`` and ``fieldwork/report/fonts`` before the wheel's files are gathered."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make them. npm comes from a wheel that the build requires, so no Node.js is needed on the machine."""
        del build_data
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        # not at the top: they lie in the tree that is being built, and need nothing of it but its refusals
        from fieldwork.report.typesetting.fetch_fonts import fetch_fonts  # noqa: PLC0415
        from fieldwork.web.bundling import bundle  # noqa: PLC0415

        package = Path(self.root) / "fieldwork"
        bundle(package / "web" / "static" / "dist", say=self.app.display_info)
        fetch_fonts(package / "report" / "fonts", say=self.app.display_info)
