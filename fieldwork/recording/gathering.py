"""Files that make one interview together: tracks of one meeting, its segments, the messages of one chat.

Pure: what each file tells of itself goes in; groups come out, with what ``matching`` asks of them.
"""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any, Final, Self

from fieldwork.core.clock import ALMATY
from fieldwork.recording.matching import Heard
from fieldwork.recording.models import RecordingKind
from fieldwork.recording.shapes import PlanItem
from fieldwork.recording.shapes.zoom import TRACKS_FOLDER, meeting_folder
from fieldwork.recording.tus import HeaderWrong
from fieldwork.scheduling.models import Mode

SEGMENTS: Final = timedelta(hours=6)
"""Parts of one Zoom meeting begin within so long of each other."""
PAUSE: Final = timedelta(minutes=10)
"""A recorder's next file goes on with the interview if it begins so soon after the last one ended."""

_CLOUD = re.compile(r"GMT\d{8}-\d{6}")
_MEETING_ID = re.compile(r"(?<!\d)\d{9,11}$")
_TEXT = 300


class Sort(StrEnum):
    """What a group is."""

    TRACKS = "tracks"
    SEGMENTS = "segments"
    CHAT = "chat"
    FILE = "file"


@dataclass(frozen=True, repr=False)
class Told:
    """What a file tells of itself, in words that are sealed with it.

    Attributes:
        path: its name, with the folders or the archive it came in.
        group: the folder that makes one interview of its files.
        kind: of recording.
        order: from 1, in its group.
        label: the participant or sender, as the source calls them.
        began: when it was recorded (ISO 8601; without a zone: local time).
        made: what its header says of that, where its name is silent.
        hint: the code of the expert on whose page it was dropped.
    """

    path: str
    group: str
    kind: str = RecordingKind.MIXED
    order: int = 1
    label: str = ""
    began: str = ""
    made: str = ""
    hint: str = ""

    @classmethod
    def of(cls, item: PlanItem) -> Self:
        """What the plan of an import says of it."""
        began = item.started_at.isoformat() if item.started_at else ""
        return cls(str(item.path), str(item.group), item.kind.value, item.order, item.label or "", began)

    @classmethod
    def read(cls, told: str) -> Self:
        """From JSON, whatever a browser made of it.

        Raises:
            HeaderWrong: it is none of these.
        """
        try:
            return cls._read(json.loads(told))
        except (ValueError, TypeError):
            raise HeaderWrong(header="Upload-Metadata") from None

    @classmethod
    def _read(cls, values: Any) -> Self:
        if not isinstance(values, dict) or not values.get("path"):
            raise ValueError
        told: dict[str, Any] = {"group": values["path"]}
        for field in fields(cls):
            value = values.get(field.name)
            if isinstance(value, int if field.name == "order" else str):
                told[field.name] = value if field.name == "order" else str(value)[:_TEXT]
        found = cls(**told)
        moment(found)
        return replace(found, kind=RecordingKind(found.kind).value)

    def told(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @property
    def name(self) -> str:
        """Its own name."""
        return PurePosixPath(self.path).name


@dataclass(frozen=True, repr=False)
class Piece:
    """A file that waits: what it is called here, what it tells, how long it is (ms; 0: not known yet)."""

    key: str
    told: Told
    duration_ms: int = 0


@dataclass(frozen=True, repr=False)
class Gathered:
    """Files that make one interview, in order."""

    sort: Sort
    pieces: tuple[Piece, ...]
    heard: Heard

    @property
    def title(self) -> str:
        """What people know it by: the chat's or meeting's folder, or the one file's name."""
        return PurePosixPath(self.pieces[0].told.group).name or self.pieces[0].told.name

    @property
    def labels(self) -> tuple[str, ...]:
        """The participants or senders; a track without one goes by its file's name."""
        return tuple(dict.fromkeys(filter(None, (voice_of(piece.told) for piece in self.pieces))))

    @property
    def hint(self) -> str:
        """The expert on whose page all of it was dropped."""
        hints = {piece.told.hint for piece in self.pieces}
        return hints.pop() if len(hints) == 1 else ""


def voice_of(told: Told) -> str:
    """Under which name a person says whose voice it is; empty where several are heard."""
    return "" if told.kind == RecordingKind.MIXED else told.label or told.name


def moment(told: Told) -> datetime | None:
    """When a file was recorded (aware); names tell local time.

    Raises:
        ValueError: it is no moment.
    """
    if not (said := told.began or told.made):
        return None
    found = datetime.fromisoformat(said)
    return found if found.tzinfo else found.replace(tzinfo=ALMATY)


def gather(pieces: Sequence[Piece]) -> list[Gathered]:
    """The groups, in the order of their first files."""
    groups: defaultdict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        groups[_key(piece.told)].append(piece)
    joined: list[list[Piece]] = []
    for group in sorted(groups.values(), key=_begins):
        if joined and _goes_on(joined[-1], group):
            joined[-1] += group
        else:
            joined.append(group)
    first = {piece.key: place for place, piece in enumerate(pieces)}
    return [_gathered(group) for group in sorted(joined, key=lambda group: min(first[one.key] for one in group))]


def _key(told: Told) -> str:
    """Downloads from Zoom's cloud lie side by side in one folder; each meeting's begin with its moment."""
    cloud = _CLOUD.match(told.name)
    return f"{told.group}\n{cloud[0]}" if cloud else told.group


def _begins(group: Sequence[Piece]) -> tuple[bool, float, str]:
    moments = [found.timestamp() for piece in group if (found := moment(piece.told))]
    return not moments, min(moments, default=0.0), group[0].told.path


def _goes_on(earlier: Sequence[Piece], later: Sequence[Piece]) -> bool:
    """Whether a group is the next part of one meeting."""
    before, after = moment(earlier[0].told), moment(later[0].told)
    if before is None or after is None or earlier[0].told.hint != later[0].told.hint:
        return False
    meetings = {_meeting(group) for group in (earlier, later)}
    if len(meetings) == 1 and None not in meetings:
        return after - before <= SEGMENTS
    last, loose = earlier[-1], [*earlier, *later]
    ended = moment(last.told)
    if any(one.told.kind != RecordingKind.MIXED or _mode(one.told) for one in loose) or not last.duration_ms:
        return False
    return ended is not None and timedelta() <= after - ended - timedelta(milliseconds=last.duration_ms) <= PAUSE


def _meeting(group: Sequence[Piece]) -> str | None:
    """The number that Zoom gives a meeting, at the end of its folder's name."""
    found = _MEETING_ID.search(PurePosixPath(group[0].told.group).name)
    return found[0] if found else None


def _gathered(pieces: Sequence[Piece]) -> Gathered:
    groups = {piece.told.group for piece in pieces}
    kinds = {piece.told.kind for piece in pieces}
    if RecordingKind.MESSAGE in kinds:
        sort = Sort.CHAT
    elif RecordingKind.TRACK in kinds and len(groups) == 1:
        sort = Sort.TRACKS
    else:
        sort = Sort.SEGMENTS if len(pieces) > 1 else Sort.FILE
    return Gathered(sort, tuple(pieces), _heard(pieces))


def _heard(pieces: Sequence[Piece]) -> Heard:
    spans = [
        (found, found + timedelta(milliseconds=piece.duration_ms)) for piece in pieces if (found := moment(piece.told))
    ]
    modes = {mode for piece in pieces if (mode := _mode(piece.told))}
    folders = (part for piece in pieces for part in PurePosixPath(piece.told.path).parts if part != TRACKS_FOLDER)
    return Heard(
        began_at=min((began for began, _ in spans), default=None),
        ended_at=max((ended for _, ended in spans), default=None),
        only_day=bool(spans) and all(began.timetz().replace(tzinfo=None) == time() for began, _ in spans),
        mode=modes.pop() if len(modes) == 1 else None,
        people=tuple(dict.fromkeys(piece.told.label for piece in pieces if piece.told.label)),
        titles=tuple(dict.fromkeys(folders)),
    )


def _mode(told: Told) -> Mode | None:
    if told.kind == RecordingKind.MESSAGE:
        return Mode.WHATSAPP
    is_zoom = told.kind == RecordingKind.TRACK or meeting_folder(PurePosixPath(told.path)) is not None
    return Mode.ZOOM if is_zoom else None


def roles_in(labels: Sequence[str], chosen: Mapping[str, str]) -> dict[str, str | None]:
    """Whose voice each label is, as a person chose; what they left open is nobody's."""
    return {label: who if (who := chosen.get(label)) in ("interviewer", "expert") else None for label in labels}
