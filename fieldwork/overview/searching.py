"""The search of a study."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel import Session

from fieldwork.overview import indexing, morphology
from fieldwork.overview.indexing import Source, Upkeep
from fieldwork.overview.models import KINDS
from fieldwork.overview.words import Query, encoded, parsed, score

_ASKED = 0.3
"""An interviewer's words count less than an answer: the same question stands in every transcript."""


@dataclass(frozen=True)
class Answer:
    """What was found.

    Attributes:
        query: what was looked for.
        hits: by kind, the best first; kinds in which nothing was found are left out.
        began: whether nothing was found as typed, and these are words that only begin so.
        upkeep: what to hand to ``indexing.keep`` afterwards.
    """

    query: Query
    hits: dict[str, Sequence[Source]] = field(default_factory=dict)
    began: bool = False
    upkeep: Upkeep | None = None

    @property
    def total(self) -> int:
        """How much was found."""
        return sum(map(len, self.hits.values()))


def search(session: Session, study_id: UUID, typed: str, *, typing: bool = False) -> Answer:
    """Find in a study what answers all that was typed; where nothing does, what begins like its last word.

    Args:
        session: only reads.
        study_id: nothing of other studies is looked at.
        typed: words, "phrases", beginnings with a star; anything else is no mistake.
        typing: whether the last word is still being written.
    """
    query = parsed(typed, morphology.lemmas, typing=typing)
    if not query.terms:
        return Answer(query)
    texts = _Texts(session, study_id)
    hits = texts.answering(query)
    if not hits and not typing:
        wider = parsed(typed, morphology.lemmas, typing=True)
        if wider != query and (hits := texts.answering(wider)):
            return Answer(wider, hits, began=True, upkeep=texts.upkeep)
    return Answer(query, hits, upkeep=texts.upkeep)


class _Texts:
    """The texts of a study with their words: kept ones, and those read just now."""

    def __init__(self, session: Session, study_id: UUID) -> None:
        self._session, self._study_id = session, study_id
        self._sources = {one.id: one for one in indexing.sources_of(session, study_id)}
        digests = {one.id: one.digest for one in self._sources.values()}
        kept = indexing.kept_digests(session, study_id)
        self._current = {subject for subject, digest in kept.items() if digests.get(subject) == digest}
        self._read: dict[UUID, str] = {}
        for subject in digests:
            if subject not in self._current:
                self._read[subject] = encoded(*self._sources[subject].text, morphology.lemmas)
        self.upkeep = Upkeep(
            study_id,
            [(self._sources[one].kind, one, digests[one], words) for one, words in self._read.items()],
            [subject for subject in kept if subject not in self._current and subject not in self._read],
        )

    def answering(self, query: Query) -> dict[str, Sequence[Source]]:
        """The texts that answer, by kind, the best first."""
        kept = indexing.kept_words(self._session, self._study_id, [word.patterns for word in query.words])
        found: dict[str, list[tuple[float, Source]]] = defaultdict(list)
        for subject, words in (*((one, words) for one, words in kept if one in self._current), *self._read.items()):
            source = self._sources[subject]
            points = score(words, query) * (_ASKED if source.speaker == "interviewer" else 1)
            if points:
                found[source.kind].append((points, source))
        order = {subject: number for number, subject in enumerate(self._sources)}
        return {
            kind: [source for _, source in sorted(found[kind], key=lambda one: (-one[0], order[one[1].id]))]
            for kind in KINDS
            if kind in found
        }
