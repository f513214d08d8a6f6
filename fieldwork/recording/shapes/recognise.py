"""From a listing of files to a plan: groups of files first, single files after them, nothing dropped in silence."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from fieldwork.recording.shapes.names import FILM, PHOTO, SOUND, TEXT, is_system_file, started_at
from fieldwork.recording.shapes.plan import Draft, ImportPlan, ItemKind, PlanItem, Reason
from fieldwork.recording.shapes.whatsapp import VOICE, by_number, is_chat, plan_chat, voice_message
from fieldwork.recording.shapes.zoom import meeting_folder, plan_meeting

_CHAT_BYTES = 16 << 20
_ARCHIVES = frozenset({".zip", ".rar", ".7z"})


def plan_import(paths: Iterable[PurePath], texts: Mapping[PurePath, str]) -> ImportPlan:
    """What a set of files is.

    Args:
        paths: files, with the folders they were dropped in.
        texts: contents of the ``.txt`` files among them, to tell chats from transcripts.
    """
    files = sorted(set(paths))
    drafts, rest = _meetings(files)
    for path in list(rest):
        if path.suffix.lower() == ".txt" and is_chat(texts.get(path, "")):
            draft = plan_chat(path.parent, path, texts[path], rest)
            drafts.append(draft)
            taken = {item.path for item in draft.items} | {left.path for left in draft.left_out}
            rest = [other for other in rest if other not in taken]
    drafts.append(_loose(rest))
    items = [item for draft in drafts for item in _numbered(draft.items)]
    return ImportPlan(tuple(items), tuple(left for draft in drafts for left in draft.left_out))


def survey(dropped: Iterable[Path]) -> ImportPlan:
    """The plan of files and folders on disk; reads nothing but names and the ``.txt`` files (chats may be among them).

    Raises:
        OSError: one cannot be read.
    """
    paths: list[Path] = []
    for path in dropped:
        paths += [found for found in path.rglob("*") if found.is_file()] if path.is_dir() else [path]
    texts: dict[PurePath, str] = {path: _text(path) for path in paths if path.suffix.lower() == ".txt"}
    return plan_import(paths, texts)


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_CHAT_BYTES).decode("utf-8-sig", errors="replace")


def _meetings(files: Sequence[PurePath]) -> tuple[list[Draft], list[PurePath]]:
    meetings: defaultdict[PurePath, list[PurePath]] = defaultdict(list)
    rest: list[PurePath] = []
    for path in files:
        folder = None if is_system_file(path) else meeting_folder(path)
        if folder is None:
            rest.append(path)
        else:
            meetings[folder].append(path)
    drafts = []
    for folder, own in meetings.items():
        draft, others = plan_meeting(folder, own)
        for path in others:
            _single(draft, path, folder)
        drafts.append(draft)
    return drafts, rest


def _loose(files: Sequence[PurePath]) -> Draft:
    draft = Draft()
    for path in sorted(files, key=lambda path: (path.parent, by_number(path))):
        # A file of a recorder is an interview by itself; voice messages of a folder are one together.
        _single(draft, path, path.parent if VOICE.fullmatch(path.name) else path)
    return draft


def _single(draft: Draft, path: PurePath, group: PurePath) -> None:
    suffix = path.suffix.lower()
    if is_system_file(path):
        draft.leave(path, Reason.PROGRAM_FILE)
    elif VOICE.fullmatch(path.name) and suffix in SOUND:
        draft.items.append(voice_message(path, group))
    elif suffix in SOUND | FILM:
        draft.items.append(PlanItem(path, ItemKind.MIXED, group, started_at=started_at(path.name)))
    elif suffix in TEXT:
        draft.items.append(PlanItem(path, ItemKind.TRANSCRIPT, group, started_at=started_at(path.name)))
    elif suffix in PHOTO:
        draft.leave(path, Reason.PICTURE)
    else:
        draft.leave(path, Reason.ARCHIVE if suffix in _ARCHIVES else Reason.UNKNOWN)


def _numbered(items: Sequence[PlanItem]) -> list[PlanItem]:
    counts: defaultdict[PurePath, int] = defaultdict(int)
    numbered = []
    for item in items:
        counts[item.group] += 1
        numbered.append(replace(item, order=counts[item.group]))
    return numbered
