"""What a report would tell of somebody.

It is found in its texts, which know their section, and in the drawn file, which knows its pages and whatever else is
in it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from fieldwork.anonymisation.leaving.door import Leaving, Look
from fieldwork.anonymisation.leaving.parts import told
from fieldwork.anonymisation.leaving.spotted import Spotted, blocking
from fieldwork.anonymisation.sealed import Secrets
from fieldwork.report.content import ReportContent
from fieldwork.report.rules import LeakFound
from fieldwork.report.sections import texts_by_place

_ALIKE = 12  # letters on either side that two occurrences share
_NO_LETTER = re.compile(r"[\W\d_]+")
_MOST = 20


@dataclass(frozen=True, repr=False)
class ReportLeak:
    """A place of a report that would tell whom it is about.

    Attributes:
        section: «recommendation rent»; empty for what stands in the file only.
        pages: where it is printed; of what is on no page, empty.
        beside: what it is where it is on no page («metadata Title»).
        spotted: what was found; its words are for those with the right to know.
    """

    section: str
    pages: tuple[int, ...]
    beside: str
    spotted: Spotted

    def __str__(self) -> str:
        """Place and whose it is: «recommendation rent, page 24 (name of E02)»."""
        pages = f"page {', '.join(map(str, self.pages))}" if self.pages else ""
        place = ", ".join(filter(None, (self.section, pages, self.beside)))
        return f"{place} ({self.spotted.kind} of {self.spotted.whose or '?'})"


def leaks_of(secrets: Secrets, content: ReportContent, pdf: BinaryIO, look: Look) -> list[ReportLeak]:
    """What a report would tell, in the order of its sections, then what only the file tells."""
    said = look(secrets, Leaving(texts=list(texts_by_place(content))))
    drawn = look(secrets, Leaving(pdf, "report.pdf"))
    return joined(blocking(said), blocking(drawn))


def require_silent(secrets: Secrets, content: ReportContent, pdf: BinaryIO, look: Look) -> None:
    """Let a report pass in which no sealed name, contact or workplace occurs, in whatever form.

    Raises:
        LeakFound: tells the places and whose it is by code, never the words.
    """
    if found := leaks_of(secrets, content, pdf, look):
        places = list(dict.fromkeys(map(str, found)))
        more = ["…"] if len(places) > _MOST else []
        raise LeakFound(count=len(found), places="; ".join([*places[:_MOST], *more]))


def joined(said: Sequence[Spotted], drawn: Sequence[Spotted]) -> list[ReportLeak]:
    """Findings of texts with the pages they are printed on; then those of the file that stand in no text."""
    left = list(drawn)
    found = []
    for one in said:
        mine = [other for other in drawn if _same(one, other)]
        left = [other for other in left if other not in mine]
        pages = sorted({number for other in mine if (number := _page(other))})
        found.append(ReportLeak(one.place[-1].value, tuple(pages), "", one))
    return found + [_of_file(other) for other in left]


def _of_file(one: Spotted) -> ReportLeak:
    page = _page(one)
    rest = tuple(step for step in one.place[1:] if step.kind != "page")
    return ReportLeak("", (page,) if page else (), told(rest), one)


def _page(one: Spotted) -> int | None:
    return next((int(step.value) for step in one.place if step.kind == "page"), None)


def _same(said: Spotted, drawn: Spotted) -> bool:
    """Whether a printed place is that of a text: a line of print holds less around it."""
    if said.whose != drawn.whose:
        return False
    around = _letters(said.before) + _letters(said.words) + _letters(said.after)
    words = _letters(drawn.words)
    return _letters(drawn.before)[-_ALIKE:] + words + _letters(drawn.after)[:_ALIKE] in around


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text.lower())
