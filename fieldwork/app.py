"""The composition root: the only file that knows every room."""

from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from flask import Flask

    from fieldwork.core.settings import Settings
    from fieldwork.core.work import Ground

ROOMS = (
    "web",
    "programme",
    "sampling",
    "scheduling",
    "consent",
    "recording",
    "transcription",
    "anonymisation",
    "coding",
    "paradigm",
    "report",
    "overview",
    "demo",
)
"""Rooms in the order of the field: each may import only those before it."""

HANDLERS = {
    "anonymisation.detect": "fieldwork.anonymisation.jobs:detect",
    "anonymisation.redact": "fieldwork.anonymisation.jobs:redact",
    "demo.build": "fieldwork.demo.jobs:build",
    "recording.fetch_zoom": "fieldwork.recording.jobs:fetch_zoom",
    "recording.expire": "fieldwork.recording.jobs:expire",
    "recording.look": "fieldwork.recording.jobs:look",
    "recording.take_in": "fieldwork.recording.jobs:take_in",
    "report.write": "fieldwork.report.jobs:write",
    "transcription.begin": "fieldwork.transcription.jobs:begin",
    "transcription.estimate": "fieldwork.transcription.estimate_jobs:estimate",
    "transcription.transcribe": "fieldwork.transcription.jobs:transcribe",
}
"""Job kinds and their handlers, by name, so that a supervisor need not import Whisper."""


FOLLOWERS = {
    "transcription": ("fieldwork.anonymisation.moving",),
    "anonymisation": ("fieldwork.coding.following", "fieldwork.overview.following"),
}
"""Files of later rooms that follow what is done in a room, by that room: whoever loads its deeds loads them too."""


def import_models() -> None:
    """Import every table, so that the metadata are whole (migrations, tests)."""
    for module in ("fieldwork.core.accounts", "fieldwork.core.audit", "fieldwork.core.jobs"):
        import_module(module)
    for room in ROOMS:
        if find_spec(f"fieldwork.{room}.models"):
            import_module(f"fieldwork.{room}.models")
        for path in sorted(Path(str(files(f"fieldwork.{room}"))).glob("*_models.py")):
            import_module(f"fieldwork.{room}.{path.stem}")


def import_followers(room: str | None = None) -> None:
    """Import what follows a room's deeds; of every room where none is named."""
    for one in FOLLOWERS if room is None else [room] if room in FOLLOWERS else ():
        for name in FOLLOWERS[one]:
            import_module(name)


def import_pages(room: str) -> "ModuleType":
    """The room's ``views``, once its other pages (``*_views.py``) have declared their routes on its blueprint."""
    views = import_module(f"fieldwork.{room}.views")
    for path in sorted(Path(str(views.__file__)).parent.glob("*_views.py")):
        import_module(f"fieldwork.{room}.{path.stem}")
    return views


def create_app(settings: "Settings | None" = None, *, ground: "Ground | None" = None) -> "Flask":
    """The browser's side of an installation: every room's pages, and what the first room needs of later ones.

    Args:
        settings: which installation; from the environment when neither this nor ``ground`` is given.
        ground: an installation that is open already (tests).
    """
    # Flask and SQLModel take half a second: the command line, which imports this file, must not wait for them
    from fieldwork.anonymisation.exports import Door  # noqa: PLC0415
    from fieldwork.core.settings import Settings  # noqa: PLC0415
    from fieldwork.core.work import open_ground  # noqa: PLC0415
    from fieldwork.overview.stages import rail_of  # noqa: PLC0415
    from fieldwork.programme.services import membership, studies_counted  # noqa: PLC0415
    from fieldwork.web.building import build  # noqa: PLC0415
    from fieldwork.web.visits import Site  # noqa: PLC0415

    import_followers()
    rooms = [[import_module(name) for name in _modules_of_pages(room)] for room in ROOMS]
    blueprints = [modules[0].blueprint for modules in rooms if modules]
    opened = ground or open_ground(settings or Settings())
    return build(Site(opened, membership, rail_of, studies_counted, Door()), blueprints)


def _modules_of_pages(room: str) -> list[str]:
    """``views`` of a room, then its other files of pages (``board_views``), which add to the same blueprint."""
    folder = files(f"fieldwork.{room}")
    further = sorted(path.name[:-3] for path in folder.iterdir() if path.name.endswith("_views.py"))
    return [name for name in (f"fieldwork.{room}.{one}" for one in ("views", *further)) if find_spec(name)]
