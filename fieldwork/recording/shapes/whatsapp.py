"""WhatsApp: an exported chat tells the order of its voice messages, their senders and times.

Own parsing, since the libraries for chats (whatstk, chat-miner) bring pandas and drop the attachments' names.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import PurePath

from fieldwork.recording.shapes.names import PHOTO, SOUND, started_at
from fieldwork.recording.shapes.plan import Draft, ItemKind, PlanItem, Reason

VOICE = re.compile(
    r"(?:PTT|AUD)-(?P<day>\d{8})-WA(?P<number>\d+)\.\w+|\d+-AUDIO-[\d-]+\.\w+|WhatsApp (?:Ptt|Audio) .*\.\w+",
    re.IGNORECASE,
)
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\ufeff]")
_DATE = r"(?P<date>\d{1,4}[./-]\d{1,2}[./-]\d{1,4})(?: ?[жг]\.)?"  # «2025 ж.», «2025 г.»
_TIME = r"(?P<time>\d{1,2}[:.]\d{2}(?:[:.]\d{2})?)(?:\s?(?P<half>[AaPp])\.?\s?[Mm]\.?)?"
_ANDROID = re.compile(rf"{_DATE},? {_TIME} [-–] (?:(?P<sender>[^:]+): )?(?P<text>.*)")
_IOS = re.compile(rf"\[{_DATE},? {_TIME}\] (?:(?P<sender>[^:]+): )?(?P<text>.*)")
_ATTACHED = re.compile(r"<[^:<>]+: (?P<ios>[^<>]+)>|(?P<android>[^\s/\\]+\.\w{3,4})\s[(<].+[)>]")
_SENT_ON = re.compile(r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)")
_MONTHS = 12
_CENTURY = 2000


@dataclass(frozen=True)
class Message:
    """One message of a chat: who sent it when (local time), and the file that hangs on it."""

    sender: str | None
    sent_at: datetime
    text: str
    attachment: str | None


def messages(chat: str) -> list[Message]:
    """The messages of an exported chat, Android's or iOS's, whatever its language.

    Day comes before month, as in Kazakhstan and Russia, unless the chat says otherwise (see ``_month_first``).
    """
    found = [match for line in chat.splitlines() if (match := _header(line))]
    month_first = _month_first(found)
    told = []
    for match in found:
        moment = _moment(match, month_first=month_first)
        attached = _ATTACHED.search(match["text"])
        if moment:
            name = attached and (attached["ios"] or attached["android"]).strip()
            sender = match["sender"] and match["sender"].removeprefix("~").strip()
            told.append(Message(sender, moment, match["text"], name))
    return told


def is_chat(text: str) -> bool:
    """Whether a text is an exported chat: its first line, or the one after the notice on encryption, is a message."""
    return any(_header(line) for line in text.splitlines()[:2])


def plan_chat(folder: PurePath, chat: PurePath, text: str, files: Sequence[PurePath]) -> Draft:
    """The plan of an exported chat: its voice messages in the order of the chat, with their senders."""
    draft = Draft()
    draft.leave(chat, Reason.CHAT)
    there = {path.name: path for path in files if path.parent == folder}
    told: set[str] = set()
    for message in messages(text):
        name = message.attachment
        if name is None or name in told or PurePath(name).suffix.lower() not in SOUND | PHOTO:
            continue
        told.add(name)
        if name not in there:
            draft.leave(folder / name, Reason.MISSING)
        elif PurePath(name).suffix.lower() in SOUND:
            draft.items.append(
                PlanItem(there[name], ItemKind.MESSAGE, folder, label=message.sender, started_at=message.sent_at)
            )
    for path in sorted((there[name] for name in there.keys() - told), key=by_number):
        if VOICE.fullmatch(path.name):
            draft.items.append(voice_message(path, folder))
    return draft


def voice_message(path: PurePath, folder: PurePath) -> PlanItem:
    """A voice message of which only the name is known: no sender, and the day or moment that the name tells."""
    day = VOICE.fullmatch(path.name)
    moment = started_at(path.name)
    if moment is None and day and day["day"]:
        moment = datetime.strptime(day["day"], "%Y%m%d")  # noqa: DTZ007 - local time, the zone is not told
    return PlanItem(path, ItemKind.MESSAGE, folder, started_at=moment)


def by_number(path: PurePath) -> tuple[str, int, str]:
    """Sorts voice messages as they were sent: by day, then by WhatsApp's counter."""
    match = VOICE.fullmatch(path.name)
    if match and match["day"]:
        return match["day"], int(match["number"]), path.name
    return "", 0, path.name


def _header(line: str) -> re.Match[str] | None:
    plain = _MARKS.sub("", line).replace("\u202f", " ").replace("\u00a0", " ")
    return _IOS.match(plain) or _ANDROID.match(plain)


def _month_first(found: Sequence[re.Match[str]]) -> bool:
    """Whether a chat writes the month before the day.

    A value above 12 tells, then the days in the names of its voice messages, then which order keeps the messages from
    going back in time; where nothing does, a clock of twelve hours with slashes is an American one.
    """
    firsts, seconds = ({int(re.split(r"[./-]", match["date"])[place]) for match in found} for place in (0, 1))
    if max(firsts, default=0) > _MONTHS or max(seconds, default=0) > _MONTHS:
        return max(firsts, default=0) <= _MONTHS
    named = [
        (match, sent) for match in found if (sent := _SENT_ON.search(match["text"])) and _ATTACHED.search(match["text"])
    ]
    fitting = [sum(_same_day(match, sent, month_first=order) for match, sent in named) for order in (False, True)]
    if fitting[0] != fitting[1]:
        return fitting[1] > fitting[0]
    going_back = [_going_back(found, month_first=order) for order in (False, True)]
    if going_back[0] != going_back[1]:
        return going_back[1] < going_back[0]
    return bool(found) and all(match["half"] and "/" in match["date"] for match in found)


def _same_day(match: re.Match[str], sent: re.Match[str], *, month_first: bool) -> bool:
    moment = _moment(match, month_first=month_first)
    return moment is not None and (moment.year, moment.month, moment.day) == tuple(map(int, sent.groups()))


def _going_back(found: Sequence[re.Match[str]], *, month_first: bool) -> int:
    moments = [moment for match in found if (moment := _moment(match, month_first=month_first))]
    return sum(later < earlier for earlier, later in pairwise(moments))


def _moment(match: re.Match[str], *, month_first: bool) -> datetime | None:
    first, second, third = (int(part) for part in re.split(r"[./-]", match["date"]))
    if first > _CENTURY:
        year, month, day = first, second, third
    else:
        day, month, year = (second, first, third) if month_first else (first, second, third)
    hour, minute, *seconds = (int(part) for part in re.split(r"[:.]", match["time"]))
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] in "Pp" else 0)
    year += _CENTURY if year < _CENTURY else 0
    try:
        return datetime(year, month, day, hour, minute, sum(seconds))  # noqa: DTZ001 - local time, the zone is not told
    except ValueError:
        return None
