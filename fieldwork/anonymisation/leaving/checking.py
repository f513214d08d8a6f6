"""Texts that leave against what a study has sealed: what would tell, where it stands, and what is meant to be told."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO

from fieldwork.anonymisation.detectors.terms import Phrases, Terms, likeliest_forms
from fieldwork.anonymisation.leaks import Finding, LeakChecker
from fieldwork.anonymisation.leaving.parts import Part, Piece, Step, Unseen
from fieldwork.anonymisation.leaving.reading import pieces_of
from fieldwork.anonymisation.leaving.spotted import Spotted
from fieldwork.anonymisation.letters import plain
from fieldwork.anonymisation.mention import LOC, Document
from fieldwork.anonymisation.sealed import Secrets
from fieldwork.anonymisation.terms import Term

AROUND = 60  # code points of context on either side
TEAM, WRITINGS = "team", "reference"
"""Kinds of what names somebody on purpose: authors of the report, authors it cites."""

_KINDS = {"PER": "name", "ORG": "organisation", "ADDRESS": "address", "POSITION": "position"}
_SHORTEST = 5
_MEMBER = "interviewer-"
_SIGNATURES = frozenset({"metadata", "people", "comments", "attribute"})
_PIECES = re.compile(r"[^\W\d_]+")
_GLUED = re.compile(r"[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ]?[a-zа-яёәғқңөұүһі]+|[^\W\d_]+")
_INITIAL = re.compile(r"\b[^\W\d_]\.\s*$")
_INITIAL_AFTER = re.compile(r"\s*,?\s*[^\W\d_]\.")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_CITED = re.compile(
    r"\s//\s|\bdoi\b|\bISBN\b|\bISSN\b|\bpp?\.\s?\d|\b[СсБб]\.\s?\d|\bVol\.|\b№\s?\d+\s?[(.,]|[–—:]\s?[^\d\s]+,\s(?:19|20)\d\d"
)


class Watch:
    """Looks at whatever leaves a study. Build once, use for many files."""

    def __init__(self, secrets: Secrets) -> None:
        terms = [one for one in secrets.sealed if one.entity.startswith("term")]
        self._checker = LeakChecker(secrets.known, [one for one in secrets.sealed if one not in terms])
        self._own = frozenset(self._checker.codes[: self._checker.contacts])
        self._terms = Terms([Term(form, one.label) for one in terms for form in one.forms if one.label != LOC])
        self._exceptions = Phrases(secrets.exceptions, likeliest_forms)
        self._signed = [frozenset(map(plain, _PIECES.findall(name))) for name in secrets.signed]
        self._names: dict[str, str] = {}

    def file(self, file: BinaryIO, name: str) -> Iterator[Spotted]:
        """What would tell in a file and in everything inside it.

        Raises:
            BadInput: it cannot be looked into.
        """
        for piece in pieces_of(file, name):
            yield from self.piece(piece)

    def texts(self, texts: Iterable[tuple[str, str]]) -> Iterator[Spotted]:
        """What would tell in texts with the names of their places."""
        for place, text in texts:
            yield from self.piece(Part((Step("section", place),), text))

    def piece(self, piece: Piece) -> Iterator[Spotted]:
        """What would tell in one piece, in order."""
        if isinstance(piece, Unseen):
            yield Spotted(self._masked(piece.place), piece.kind, piece.kind == "whereabouts")
            return
        for finding in self._found(piece):
            if finding.blocking or piece.doubtful:
                yield self._spotted(piece, finding)

    def _found(self, part: Part) -> list[Finding]:
        found = self._of_text(part.text)
        if part.place[-1].kind == "name" and part.doubtful:
            found += self._of_words(part.text)
        for one in [one for one in found if one.kind == "pattern"]:
            found += [
                replace(inner, start=one.start + inner.start, end=one.start + inner.end)
                for inner in self._of_words(part.text[one.start : one.end])
            ]
        places: dict[tuple[int, int, str], Finding] = {}
        for one in found:  # a workplace that was also replaced in an interview is one find
            known = places.setdefault((one.start, one.end, one.entity), one)
            if one.blocking and not known.blocking:
                places[one.start, one.end, one.entity] = one
        return [self._judged(part, one) for one in places.values()]

    def _of_text(self, text: str) -> list[Finding]:
        document = Document(text)
        spared = [(hit.start, hit.end) for hit in self._exceptions.find(document)]
        found = [
            one
            for one in self._checker.check(text)
            if one.entity in self._own or not any(a <= one.start and one.end <= b for a, b in spared)
        ]
        found += [
            Finding(one.start, one.end, _KINDS.get(one.label, "contact"), one.certain, "term")
            for one in self._terms.detect(document)
        ]
        return sorted(found, key=lambda one: (one.start, -one.end))

    def _of_words(self, text: str) -> list[Finding]:
        """Known names in what is written without blanks and capitals: «esenov_ruslan2.mp3», «ruslan.esenov@…»."""
        # a sentence of its own words, so that no capital is that of a beginning
        said, spans = "файл", {}
        for match in _GLUED.finditer(text):
            if len(match[0]) > 1:
                spans[len(said) + 1, len(said) + 1 + len(match[0])] = match.span()
                said += f" {match[0].capitalize()}"
        found = []
        for one in self._checker.check(said):
            inside = [there for (start, end), there in spans.items() if one.start < end and start < one.end]
            if one.blocking and inside and (one.end - one.start >= _SHORTEST or len(inside) > 1):
                found.append(Finding(inside[0][0], inside[-1][1], one.kind, True, one.entity))
        return found

    def _judged(self, part: Part, found: Finding) -> Finding:
        """The finding as it counts: the team's signatures and the authors of cited works are named on purpose."""
        if found.entity.startswith(_MEMBER) and (self._is_signature(part, found) or _is_written_by(part, found)):
            return replace(found, kind=TEAM, blocking=False)
        if found.kind == "name" and found.blocking and _is_cited(part.text, found):
            return replace(found, kind=WRITINGS, blocking=False)
        return found

    def _is_signature(self, part: Part, found: Finding) -> bool:
        """Whether the name stands as its bearer signs: whole, in the nominative, or with initials."""
        words = frozenset(map(plain, _PIECES.findall(part.text[found.start : found.end])))
        before, after = part.text[max(0, found.start - 8) : found.start], part.text[found.end : found.end + 8]
        initials = _INITIAL.search(before) or _INITIAL_AFTER.match(after)
        return any(words <= signed and (len(words) > 1 or initials) for signed in self._signed)

    def _spotted(self, part: Part, one: Finding) -> Spotted:
        text = part.text
        return Spotted(
            self._masked(part.at(one.start)), one.kind, one.blocking, one.entity,
            before=text[max(0, one.start - AROUND) : one.start].rpartition("\n")[2],
            words=text[one.start : one.end],
            after=text[one.end : one.end + AROUND].partition("\n")[0],
        )  # fmt: skip

    def _masked(self, place: tuple[Step, ...]) -> tuple[Step, ...]:
        """The way to a place without the names that stand in it: those who may not know them read it too."""
        return tuple(Step(kind, self._without_names(value)) for kind, value in place)

    def _without_names(self, value: str) -> str:
        if value.isascii() and (value.isdigit() or not value):
            return value
        if value not in self._names:
            found = [one for one in self._of_text(value) if one.blocking] or self._of_words(value)
            masked = value
            for one in reversed(found):
                masked = f"{masked[: one.start]}[{one.entity}]{masked[one.end :]}"
            self._names[value] = masked
        return self._names[value]


def _is_written_by(part: Part, found: Finding) -> bool:
    """Whether the place says who wrote a document, a comment or a change."""
    return any(step.kind in _SIGNATURES for step in part.at(found.start))


def _is_cited(text: str, found: Finding) -> bool:
    """Whether a name is that of an author in a list of literature: initials beside it, year and source behind it."""
    start = text.rfind("\n", 0, found.start) + 1
    line = text[start : start + 600]
    lead = text[start : found.end]
    initials = _INITIAL.search(text[max(0, found.start - 8) : found.start]) or _INITIAL_AFTER.match(text, found.end)
    return bool(initials and len(lead) < 2 * AROUND and _YEAR.search(line) and _CITED.search(line))
