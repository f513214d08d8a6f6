"""A study's own terms: words that it wants found, and what they name. Knows no dictionary: pages may use it."""

import re
from dataclasses import dataclass

from fieldwork.anonymisation.mention import LABELS
from fieldwork.core.errors import BadInput

LONGEST = 120
_WORD = re.compile(r"\w")


class TermEmpty(BadInput):
    """A term has to hold a word."""

    message = "The term holds no letter and no digit. Give the words that are to be found, such as «Тау Хаб»."


class TermTooLong(BadInput):
    """A term is a few words."""

    message = "The term has {length} characters, {longest} at most. Give the name alone."


class TermLabelUnknown(BadInput):
    """What a term names is one of the detectors' labels."""

    message = "There is no kind of mention called {label}. Choose one of these: {labels}."


@dataclass(frozen=True, slots=True)
class Term:
    """Words that a study wants found wherever they stand, in any case of the language and with any capitals.

    Attributes:
        words: the term, best in the nominative: «Тау Хаб», «Собачий переулок», «проект 55».
        label: what it names, one of ``mention.LABELS``.
        certain: False asks for a person's decision each time.
    """

    words: str
    label: str
    certain: bool = True

    def __post_init__(self) -> None:
        """Refuse what could never be found."""
        if not _WORD.search(self.words):
            raise TermEmpty
        if len(self.words) > LONGEST:
            raise TermTooLong(length=len(self.words), longest=LONGEST)
        if self.label not in LABELS:
            raise TermLabelUnknown(label=self.label, labels=", ".join(LABELS))

    def __repr__(self) -> str:
        """Its kind only: a term may be a name, and reprs end up in logs."""
        return f"Term({self.label})"
