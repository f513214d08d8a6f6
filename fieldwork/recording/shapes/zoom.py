"""Zoom's local folders and cloud downloads, as Zoom names their files.

New names: ``audio<number>.m4a``, ``video<number>.mp4`` and below ``Audio Record/`` a track per participant,
``audio<Name><participant><number>.m4a``; old ones ``audio_only.m4a``, ``zoom_0.mp4``, ``audio_only_<id>_<Name>.m4a``.
The number is the part of the meeting (a pause makes another) and an identifier; names may end in digits themselves.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from fieldwork.recording.shapes.names import FILM, started_at
from fieldwork.recording.shapes.plan import Draft, ItemKind, PlanItem, Reason

TRACKS_FOLDER = "Audio Record"
_FOLDER = re.compile(r"\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\b")
_MIXED = re.compile(r"(?:audio\d+|audio_only(?:_\d+)?)\.m4a|GMT\d{8}-\d{6}_Recording.*\.m4a")
_VIDEO = re.compile(r"(?:video\d+|zoom_\d+)\.mp4|GMT\d{8}-\d{6}_Recording.*\.mp4")
_TRACK = re.compile(r"audio(?P<name>.*\D)(?P<digits>\d+)\.m4a")
_OLD_TRACK = re.compile(r"audio_only_\d+_(?P<name>.+)\.m4a|Audio only - (?P<cloud>.+)\.m4a", re.IGNORECASE)
# A track that was taken out of its folder: its last ten digits are its meeting's, one before counts the participants.
_LOOSE_TRACK = re.compile(r"audio(?!_only)[^\d].*\d{11,}\.m4a")
_NUMBER = re.compile(r"(?:audio|video|playback)(\d+)\.\w+")
_NUMBER_LENGTH = 10
_PROGRAM_FILE = re.compile(r"playback\d*\.m3u|recording\.conf")
_CHAT = re.compile(r"(?:chat|meeting_saved_(?:new_)?chat|GMT\d{8}-\d{6}_Recording.*)\.txt")


def meeting_folder(path: PurePath) -> PurePath | None:
    """The folder of the meeting that a file belongs to; None if nothing about it is Zoom's."""
    if path.parent.name == TRACKS_FOLDER:
        return path.parent.parent
    ours = (_MIXED, _VIDEO, _PROGRAM_FILE, _OLD_TRACK)
    known = path.name.startswith("GMT") or any(form.fullmatch(path.name) for form in ours)
    known = (
        known
        or bool(_LOOSE_TRACK.fullmatch(path.name))
        or path.suffix == ".zoom"
        or bool(_FOLDER.match(path.parent.name))
    )
    return path.parent if known else None


def plan_meeting(folder: PurePath, files: Sequence[PurePath]) -> tuple[Draft, list[PurePath]]:
    """The plan of one meeting, and the files that are not Zoom's (transcripts among them)."""
    draft, tracks, mixed, films, rest = Draft(), [], [], [], []
    for path in files:
        if path.parent.name == TRACKS_FOLDER or _OLD_TRACK.fullmatch(path.name) or _LOOSE_TRACK.fullmatch(path.name):
            tracks.append(path)
        elif _MIXED.fullmatch(path.name):
            mixed.append(path)
        elif _VIDEO.fullmatch(path.name) or path.suffix in FILM:
            films.append(path)
        elif reason := _reason(path, files):
            draft.leave(path, reason)
        else:
            rest.append(path)
    numbers = _numbers(files) or _shared_number(tracks)
    _add_tracks(draft, folder, tracks, numbers)
    _add_mixed(draft, folder, mixed, Reason.SAME_AS_TRACKS if tracks else None)
    _add_mixed(draft, folder, films, Reason.PICTURE if tracks or mixed else None)
    return draft, rest


def _reason(path: PurePath, files: Sequence[PurePath]) -> Reason | None:
    if path.suffix == ".zoom":
        return Reason.NOT_CONVERTED
    if _CHAT.fullmatch(path.name):
        return Reason.CHAT
    finished = path.with_name(path.name.removesuffix(".cc.vtt") + ".transcript.vtt")
    if path.name.endswith(".cc.vtt") and finished in files:
        return Reason.CAPTIONS
    return Reason.PROGRAM_FILE if _PROGRAM_FILE.fullmatch(path.name) else None


def _add_tracks(draft: Draft, folder: PurePath, tracks: Sequence[PurePath], numbers: Sequence[str]) -> None:
    told = [(path, *_participant(path, numbers)) for path in tracks]
    for path, label, _ in sorted(told, key=lambda track: (track[2], track[0].name)):
        draft.items.append(_item(path, ItemKind.TRACK, folder, label))


def _add_mixed(draft: Draft, folder: PurePath, files: Sequence[PurePath], better: Reason | None) -> None:
    """Tracks are best, then the mix, then the sound of the video; what a better one makes superfluous is left out."""
    for path in sorted(files):
        if better:
            draft.leave(path, better)
        else:
            draft.items.append(_item(path, ItemKind.MIXED, folder))


def _item(path: PurePath, kind: ItemKind, folder: PurePath, label: str | None = None) -> PlanItem:
    return PlanItem(path, kind, folder, label=label, started_at=started_at(path.name) or started_at(folder.name))


def _numbers(files: Iterable[PurePath]) -> list[str]:
    """The numbers of the meeting's parts, told by the files that carry nothing else."""
    found = (_NUMBER.fullmatch(path.name) for path in files if path.parent.name != TRACKS_FOLDER)
    return sorted({match[1] for match in found if match}, key=lambda number: (-len(number), number))


def _shared_number(tracks: Sequence[PurePath]) -> list[str]:
    """What the digits of all tracks end in, if no other file tells the number (a digit of theirs may be a name's)."""
    runs = [match["digits"] for path in tracks if (match := _TRACK.fullmatch(path.name))]
    shared = ""
    for column in zip(*(reversed(run) for run in runs), strict=False):
        if len(runs) == 1 or len(set(column)) > 1 or len(shared) == _NUMBER_LENGTH:
            break
        shared = column[0] + shared
    return [shared] if shared else []


def _participant(path: PurePath, numbers: Sequence[str]) -> tuple[str | None, str]:
    """The participant's name with its words apart, and the number of the part of the meeting."""
    if old := _OLD_TRACK.fullmatch(path.name):
        return _apart(old["name"] or old["cloud"]), ""
    match = _TRACK.fullmatch(path.name)
    if not match:
        return None, ""
    digits = match["digits"]
    number = next((known for known in numbers if digits.endswith(known)), digits[-_NUMBER_LENGTH:])
    own = digits.removesuffix(number)[:-1]  # the last digit counts the participants
    return _apart(match["name"] + own), number


def _apart(name: str) -> str:
    """«ДаниярКасымов» -> «Данияр Касымов»: Zoom leaves out the spaces, macOS takes «й» apart into two code points."""
    whole = unicodedata.normalize("NFC", name).replace("_", " ")
    return re.sub(r"(?<=[^\W\d_A-ZА-ЯЁ])(?=[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ])", " ", whole).strip()
