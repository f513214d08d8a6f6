"""What file names say: the kind of content by suffix, the moment of recording by digits."""

import re
from datetime import UTC, datetime
from pathlib import PurePath

SOUND = frozenset({".wav", ".flac", ".mp3", ".m4a", ".ogg", ".oga", ".opus", ".aac", ".amr", ".3gp", ".weba"})
FILM = frozenset({".mp4", ".mov", ".webm", ".mkv"})
TEXT = frozenset({".vtt", ".srt", ".docx", ".txt"})
PHOTO = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".gif"})
_SYSTEM = frozenset({"thumbs.db", "desktop.ini"})

_CLOUD = re.compile(r"GMT(\d{8})-(\d{6})")
# 2025-04-09 18.02.11, 2025-04-09-18-02-11, 20250417_170021, 250417_170021, 250428_1231, «… at 18.02.11»
_MOMENT = re.compile(
    r"(?<!\d)(?P<date>20\d\d[-.]?[01]\d[-.]?[0-3]\d|\d\d[01]\d[0-3]\d)(?: at |[ _T-]+)"
    r"(?P<hour>[0-2]?\d)[.:-]?(?P<minute>[0-5]\d)(?:[.:-]?(?P<second>[0-5]\d))?(?:\s?(?P<half>[AP]M))?(?!\d)",
)
_NOON = 12


def is_system_file(path: PurePath) -> bool:
    """Whether a file system or program left it there."""
    return path.name.startswith(".") or path.name.lower() in _SYSTEM


def started_at(name: str) -> datetime | None:
    """The moment a file or folder name tells: aware UTC in Zoom's cloud names, else naive local time."""
    if cloud := _CLOUD.search(name):
        return _moment("".join(cloud.groups()), "%Y%m%d%H%M%S", utc=True)
    found = _MOMENT.search(name)
    if not found:
        return None
    date = re.sub(r"\D", "", found["date"]).rjust(8, " ").replace("  ", "20")
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % _NOON + (_NOON if found["half"] == "PM" else 0)
    return _moment(f"{date}{hour:02}{found['minute']}{found['second'] or '00'}", "%Y%m%d%H%M%S")


def _moment(digits: str, form: str, *, utc: bool = False) -> datetime | None:
    try:
        found = datetime.strptime(digits, form)  # noqa: DTZ007 - names tell local time and no zone
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if utc else found
