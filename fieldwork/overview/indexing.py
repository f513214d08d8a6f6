"""What can be found in a study, and the words kept beside it.

Nothing is found by what was kept once: each search reads the texts as they are now, and takes the kept words only where
their digest is still that of the text. Texts without kept words are read word by word on the spot; the caller then
hands them to ``keep``, so that the next search is quick. So a correction, an approval or a withdrawal holds at once,
whoever wrote it and however.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper
from sqlmodel import Session, col

from fieldwork.anonymisation.models import Approval
from fieldwork.coding.models import Category, Code, CoreCategory, Memo
from fieldwork.consent.models import Consent
from fieldwork.core.database import Texts
from fieldwork.core.work import Work
from fieldwork.overview.models import KINDS, SearchEntry
from fieldwork.programme.models import Guide, Question
from fieldwork.report.models import Recommendation
from fieldwork.sampling.models import Expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript, TranscriptState

_ENCODING = b"1"
"""Goes into every digest: change it whenever ``words.encoded`` or the dictionary gives other words."""
_SUBJECT = sa.func.coalesce(*(col(getattr(SearchEntry, f"{kind}_id")) for kind in KINDS))


@dataclass(frozen=True, slots=True)
class Source:
    """Something that can be found.

    Attributes:
        kind: one of ``models.KINDS``.
        id: the row that holds it.
        name: what it is called, in each language or the one it has; «» for a turn of a transcript.
        body: the rest of its text.
        place: what stands in its address: an expert's code, a number, a key.
        turn: the turn of a transcript.
        speaker: whose turn it is.
        language: the language of a transcript.
    """

    kind: str
    id: UUID
    name: Texts | str
    body: Texts | str
    place: str
    turn: int = 0
    speaker: str = ""
    language: str = ""

    def __repr__(self) -> str:
        """Kind and id only: rows must be harmless in a log."""
        return f"<Source {self.kind} {self.id}>"

    @property
    def text(self) -> tuple[str, str]:
        """Name and body in all their languages."""
        return _joined(self.name), _joined(self.body)

    @property
    def digest(self) -> str:
        """Which text this is."""
        made = hashlib.blake2b(digest_size=12, person=_ENCODING)
        made.update("\0".join(self.text).encode())
        return made.hexdigest()


@dataclass(frozen=True)
class Upkeep:
    """What has to be written so that the kept words are those of the texts again."""

    study_id: UUID
    written: Sequence[tuple[str, UUID, str, str]] = ()
    """Kind, row, digest, words."""
    gone: Sequence[UUID] = ()
    """Rows whose words are not theirs any more, or that may not be found any more."""

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.written or self.gone)


def sources_of(session: Session, study_id: UUID) -> list[Source]:
    """Everything in a study that may be found now.

    Of transcripts only those whose anonymisation is approved and whose expert's consent holds; memos about an expert
    go with the consent too, for they quote.
    """
    withdrawn = _withdrawn(session, study_id)
    return [
        *_codebook(session, study_id),
        *_memos(session, study_id, withdrawn),
        *_turns(session, study_id, withdrawn),
        *_questions(session, study_id),
        *_recommendations(session, study_id),
    ]


def kept_digests(session: Session, study_id: UUID) -> dict[UUID, str]:
    """The digests of the words that are kept, by the row whose text they are."""
    query = sa.select(_SUBJECT, col(SearchEntry.digest)).where(col(SearchEntry.study_id) == study_id)
    return {row[0]: row[1] for row in session.execute(query)}


def kept_words(session: Session, study_id: UUID, patterns: Iterable[Sequence[str]]) -> list[tuple[UUID, str]]:
    """The kept words that hold every one of ``patterns`` (each a choice of LIKE patterns), with the row they are of."""
    words = col(SearchEntry.words)
    every = [sa.or_(*(words.like(one) for one in choice)) for choice in patterns]
    query = sa.select(_SUBJECT, words).where(col(SearchEntry.study_id) == study_id, *every)
    return [(subject, found) for subject, found in session.execute(query)]


def keep(work: Work, upkeep: Upkeep) -> None:
    """Write it. Rows that have gone in the meantime are left out."""
    changed = [*upkeep.gone, *(subject for _, subject, _, _ in upkeep.written)]
    for few in _batches(changed):
        work.session.execute(sa.delete(SearchEntry).where(_SUBJECT.in_(few)))
    present = {one.id for one in sources_of(work.session, upkeep.study_id)}
    work.add_all(
        [
            SearchEntry(study_id=upkeep.study_id, kind=kind, digest=digest, words=words, **{f"{kind}_id": subject})
            for kind, subject, digest, words in upkeep.written
            if subject in present
        ]
    )


@event.listens_for(Consent, "after_update")
def _forget_withdrawn(_mapper: Mapper[Any], connection: Connection, consent: Consent) -> None:
    """The words go with the withdrawal itself; no search has to come by first."""
    if consent.withdrawn_at is None:
        return
    interviews = sa.select(col(Interview.id)).where(col(Interview.expert_id) == consent.expert_id)
    turns = (
        sa.select(col(Segment.id))
        .join(Transcript, col(Transcript.id) == col(Segment.transcript_id))
        .where(col(Transcript.interview_id).in_(interviews))
    )
    memos = sa.select(col(Memo.id)).where(col(Memo.expert_id) == consent.expert_id)
    connection.execute(
        sa.delete(SearchEntry).where(
            sa.or_(col(SearchEntry.segment_id).in_(turns), col(SearchEntry.memo_id).in_(memos))
        )
    )


def _withdrawn(session: Session, study_id: UUID) -> set[UUID]:
    """Experts whose latest decision was taken back."""
    rows = session.execute(
        sa.select(col(Consent.expert_id), col(Consent.withdrawn_at))
        .join(Expert, col(Expert.id) == col(Consent.expert_id))
        .where(col(Expert.study_id) == study_id)
        .order_by(col(Consent.given_at))
    )
    latest = {row.expert_id: row.withdrawn_at for row in rows}
    return {expert_id for expert_id, withdrawn_at in latest.items() if withdrawn_at is not None}


def _codebook(session: Session, study_id: UUID) -> Iterable[Source]:
    codes = sa.select(
        col(Code.id), col(Code.name), col(Code.definition), col(Code.published_name), col(Code.number)
    ).where(col(Code.study_id) == study_id)
    for row in session.execute(codes.order_by(col(Code.number))):
        body = "\n".join((row.definition, *(row.published_name or {}).values()))
        yield Source("code", row.id, row.name, body, str(row.number))
    tables: tuple[tuple[str, Any], ...] = (("category", Category), ("core_category", CoreCategory))
    for kind, table in tables:
        query = sa.select(col(table.id), col(table.label), col(table.key)).where(col(table.study_id) == study_id)
        for row in session.execute(query.order_by(col(table.position))):
            yield Source(kind, row.id, row.label, "", row.key)


def _memos(session: Session, study_id: UUID, withdrawn: set[UUID]) -> Iterable[Source]:
    query = sa.select(
        col(Memo.id), col(Memo.title), col(Memo.text), col(Memo.number), col(Memo.expert_id)
    ).where(col(Memo.study_id) == study_id)  # fmt: skip
    for row in session.execute(query.order_by(col(Memo.number))):
        if row.expert_id not in withdrawn:
            yield Source("memo", row.id, row.title, row.text, str(row.number))


def _turns(session: Session, study_id: UUID, withdrawn: set[UUID]) -> Iterable[Source]:
    query: Any = (
        sa.select(
            col(Segment.id), col(Segment.text), col(Segment.position), col(Segment.speaker),
            col(Transcript.language), col(Expert.code), col(Expert.id).label("expert_id"),
        )
        .join(Transcript, col(Transcript.id) == col(Segment.transcript_id))
        .join(Approval, col(Approval.transcript_id) == col(Transcript.id))
        .join(Interview, col(Interview.id) == col(Transcript.interview_id))
        .join(Expert, col(Expert.id) == col(Interview.expert_id))
        .where(
            col(Expert.study_id) == study_id,
            col(Transcript.state) == TranscriptState.ANONYMISED,
            col(Segment.text).is_not(None),
        )
        .order_by(col(Expert.code), col(Segment.position))
    )  # fmt: skip
    for row in session.execute(query):
        if row.expert_id not in withdrawn:
            yield Source("segment", row.id, "", row.text, row.code, row.position, row.speaker, row.language)


def _questions(session: Session, study_id: UUID) -> Iterable[Source]:
    query = (
        sa.select(col(Question.id), col(Question.text), col(Question.gap), col(Question.number))
        .join(Guide, col(Guide.id) == col(Question.guide_id))
        .where(col(Guide.study_id) == study_id)
        .order_by(col(Question.number))
    )
    for row in session.execute(query):
        yield Source("question", row.id, row.text, row.gap or "", str(row.number))


def _recommendations(session: Session, study_id: UUID) -> Iterable[Source]:
    query = sa.select(
        col(Recommendation.id), col(Recommendation.title), col(Recommendation.text), col(Recommendation.key)
    ).where(col(Recommendation.study_id) == study_id)
    for row in session.execute(query.order_by(col(Recommendation.position))):
        yield Source("recommendation", row.id, row.title, row.text, row.key)


def _joined(text: Texts | str) -> str:
    return text if isinstance(text, str) else "\n".join(text.values())


def _batches(ids: Sequence[UUID], size: int = 400) -> Iterable[Sequence[UUID]]:
    """A few at a time: SQLite takes some thousand parameters at most."""
    return (ids[at : at + size] for at in range(0, len(ids), size))
