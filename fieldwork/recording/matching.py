"""Which interview a recording belongs to: proposals by time, by names, by the kind of call; a person decides.

Pure and general: whatever brings recordings (files of a disk, an exported chat, Zoom's cloud) says what it knows of
them as ``Heard``, and gets ``Proposal``s, the best first. Each piece of evidence has points, written below; they add
up. A proposal is sure only from ``SURE`` points on, and where the next best lies ``CLEAR`` points behind it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from rapidfuzz import fuzz

from fieldwork.recording.shapes.speakers import plain
from fieldwork.scheduling.models import Mode

SURE: Final = 50
CLEAR: Final = 25
NEAR: Final = timedelta(minutes=30)
SAME_DAY: Final = timedelta(hours=12)

_ALIKE = 88.0  # of 100: Akhmetov and Ahmetov, not Akhmetov and Akhmedov
_SHORTEST = 3
# Endings of Russian cases, in Latin letters: «с Мадиной Ахметовой» is Мадина Ахметова.
_ENDING = re.compile(r"(?:oiu|iu|oi|ei|om|em|im|ii|aia|ia|a|i|u|e)$")
_CODE = re.compile(r"(?<![A-Za-z0-9])[EeЕе]-?0*(\d{1,3})(?!\d)")


class Evidence(StrEnum):
    """What speaks for an interview, or against it."""

    CODE = "code"  # a file or folder is called E07
    NAME = "name"  # the expert's name and surname
    NAME_PART = "name_part"  # one word of the expert's name
    TIME = "time"  # it was recorded while the interview was held, give or take half an hour
    DAY = "day"  # on the same day
    MODE = "mode"  # a Zoom meeting, and the interview was to be held by Zoom
    INTERVIEWER = "interviewer"  # the interviewer of this interview is among those heard
    OTHER_TIME = "other_time"  # it was recorded on another day
    OTHER_MODE = "other_mode"
    RECORDED = "recorded"  # the interview has recordings already


POINTS: Final = {
    Evidence.CODE: 60,
    Evidence.NAME: 50,
    Evidence.NAME_PART: 25,
    Evidence.TIME: 40,
    Evidence.DAY: 15,
    Evidence.MODE: 10,
    Evidence.INTERVIEWER: 10,
    Evidence.OTHER_TIME: -25,
    Evidence.OTHER_MODE: -10,
    Evidence.RECORDED: -10,
}


@dataclass(frozen=True, repr=False)
class Heard:
    """What is known of files that make one interview.

    Attributes:
        began_at: when the first was recorded (aware); None where nothing tells.
        ended_at: when the last ended; the same moment as ``began_at`` where only that is known.
        only_day: whether of these moments only the day is known.
        mode: how it was held, where the kind of file tells (Zoom's tracks, WhatsApp's messages).
        people: participants and senders, as the source calls them.
        titles: names of files and folders, topics of meetings.
    """

    began_at: datetime | None = None
    ended_at: datetime | None = None
    only_day: bool = False
    mode: Mode | None = None
    people: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Candidate:
    """An interview that may be meant.

    ``expert`` and ``interviewer`` are the spellings of their names: empty where whoever asks may not read them.
    """

    code: str
    starts_at: datetime
    minutes: int
    mode: Mode
    recorded: bool = False
    expert: tuple[str, ...] = ()
    interviewer: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """An interview, what speaks for it, and whether that is enough to file without looking."""

    code: str
    points: int
    evidence: tuple[Evidence, ...]
    sure: bool

    @property
    def confidence(self) -> float:
        """From 0 to 1."""
        return max(0, min(100, self.points)) / 100


def propose(heard: Heard, candidates: Iterable[Candidate]) -> list[Proposal]:
    """The interviews that something speaks for, the best first; equal ones by code. At most the first is sure."""
    found = [(one.code, evidence) for one in candidates if (evidence := _evidence(heard, one))]
    ranked = sorted(((sum(POINTS[one] for one in evidence), code, evidence) for code, evidence in found), key=_rank)
    ranked = [one for one in ranked if one[0] > 0]
    second = ranked[1][0] if len(ranked) > 1 else 0
    return [
        Proposal(code, points, evidence, sure=not place and points >= SURE and points - second >= CLEAR)
        for place, (points, code, evidence) in enumerate(ranked)
    ]


def chosen_already(code: str) -> Proposal:
    """The proposal for files that somebody dropped on the page of an interview, or named it for."""
    return Proposal(code, 100, (), sure=True)


def _rank(one: tuple[int, str, tuple[Evidence, ...]]) -> tuple[int, str]:
    return -one[0], one[1]


def _evidence(heard: Heard, candidate: Candidate) -> tuple[Evidence, ...]:
    found = [*_of_names(heard, candidate), *_of_time(heard, candidate)]
    if heard.mode is not None and found:
        found.append(Evidence.MODE if heard.mode == candidate.mode else Evidence.OTHER_MODE)
    if candidate.recorded and found:
        found.append(Evidence.RECORDED)
    return tuple(found)


def _of_names(heard: Heard, candidate: Candidate) -> Iterable[Evidence]:
    if any(code == candidate.code.upper() for title in heard.titles for code in codes_in(title)):
        yield Evidence.CODE
    words = [_words(text) for text in (*heard.people, *heard.titles)]
    alike = max((_shared(told, _words(name)) for told in words for name in candidate.expert), default=0)
    if alike:
        yield Evidence.NAME if alike > 1 else Evidence.NAME_PART
    if any(_shared(_words(one), _words(name)) > 1 for one in heard.people for name in candidate.interviewer):
        yield Evidence.INTERVIEWER


def _of_time(heard: Heard, candidate: Candidate) -> Iterable[Evidence]:
    if heard.began_at is None:
        return
    began, ended = heard.began_at, heard.ended_at or heard.began_at
    starts, ends = candidate.starts_at, candidate.starts_at + timedelta(minutes=candidate.minutes)
    apart = max(starts - ended, began - ends, timedelta())
    same_day = began.date() <= starts.astimezone(began.tzinfo).date() <= ended.astimezone(began.tzinfo).date()
    if apart <= NEAR and not heard.only_day:
        yield Evidence.TIME
    elif same_day or (apart <= SAME_DAY and not heard.only_day):
        yield Evidence.DAY
    else:
        yield Evidence.OTHER_TIME


def codes_in(title: str) -> set[str]:
    """The experts' codes that a file's or folder's name holds: «E07», «e-7», «Е7» with a Cyrillic letter."""
    return {f"E{int(number):02}" for number in _CODE.findall(title)}


def _words(text: str) -> list[str]:
    """The words of a text, comparable: Latin letters, spellings of one sound made alike, without case endings."""
    folded = plain(text)
    for told, alike in (("kh", "h"), ("dzh", "j"), ("zh", "j"), ("ks", "x"), ("y", "i"), ("ii", "i"), ("w", "v")):
        folded = folded.replace(told, alike)
    stems = (_ENDING.sub("", word) or word for word in folded.split())
    return [word for word in stems if len(word) >= _SHORTEST]


def _shared(told: Sequence[str], name: Sequence[str]) -> int:
    """How many words of a name a text holds."""
    return sum(any(fuzz.ratio(word, other) >= _ALIKE for other in told) for word in dict.fromkeys(name))
