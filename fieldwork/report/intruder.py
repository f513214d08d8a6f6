"""The questions of a trial search: could somebody who wants to know recognise an expert in what is published? Pure.

A motivated intruder is reasonably able, has the internet, libraries and acquaintances, and no special rights. The
questions are in our own words, after the Information Commissioner's Office («Anonymisation» guidance, chapter «How do
we ensure anonymisation is effective?», 2025), the UK Data Service («Anonymisation step-by-step»), and Textwash's trial
by people (Kleinberg, Davies and Mozes, arXiv 2208.13081). Each is asked so that «yes» is what needs a change.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from fieldwork.core.errors import BadInput

ABOUT_EXPERT: Final = "recognised"
"""The question asked of every expert by itself."""

QUESTIONS: Final = (
    "search_words",
    "search_facts",
    "lists",
    "colleagues",
    "participants",
    "portrait",
    "third_persons",
    "already_public",
    "motive",
)
"""The questions about the whole study, by key; the pages word them."""

ANSWERS: Final = ("yes", "no")
LONGEST: Final = 600
"""Most characters of a note."""


class AnswerUnreadable(BadInput):
    """An answer is yes or no, to a question that is asked."""

    message = "Answer the question with yes or no, and add a note of at most {longest} characters if you like."


class Answered(Protocol):
    """An answer as it is kept."""

    question: str
    about: str
    answer: str
    basis: str
    answered_at: datetime


@dataclass(frozen=True)
class Trial:
    """How far a trial search is.

    Attributes:
        asked: how many questions there are, those about each expert included.
        current: how many are answered for what is published now.
        old: how many answers are about something else than is published now.
        found: how many current answers are «yes».
        last: when the newest current answer was given.
    """

    asked: int
    current: int
    old: int
    found: int
    last: datetime | None

    @property
    def done(self) -> bool:
        """Whether every question has a current answer."""
        return self.current == self.asked > 0


def trial_of(answers: Iterable[Answered], bases: Mapping[str, str]) -> Trial:
    """How far a trial search is.

    Args:
        answers: all that were given.
        bases: an expert's code, or empty for the whole study -> fingerprint of what is published of it now.
    """
    asked = {(key, "") for key in QUESTIONS} | {(ABOUT_EXPERT, code) for code in bases if code}
    met = [one for one in answers if (one.question, one.about) in asked]
    current = [one for one in met if one.basis == bases[one.about]]
    return Trial(
        asked=len(asked),
        current=len(current),
        old=len(met) - len(current),
        found=sum(one.answer == "yes" for one in current),
        last=max((one.answered_at for one in current), default=None),
    )


def fingerprint(*published: Sequence[str]) -> str:
    """The sha256 of what is published, whatever its order."""
    told = json.dumps([sorted(one) for one in published], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def check_answer(question: str, about: str, answer: str, note: str, codes: Iterable[str]) -> None:
    """Let an answer pass.

    Raises:
        AnswerUnreadable: neither yes nor no, a question that is not asked, or too long a note.
    """
    asked = about in set(codes) if question == ABOUT_EXPERT else question in QUESTIONS and not about
    if answer not in ANSWERS or not asked or len(note) > LONGEST:
        raise AnswerUnreadable(longest=LONGEST)
