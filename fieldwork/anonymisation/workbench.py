"""A transcript as its review reads it: turns cut at their mentions, the entities met, how much is left to decide."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from fieldwork.anonymisation.models import Decision, Entity, Mention
from fieldwork.anonymisation.rules import minutes_left, rank_of, stamp_of, tint_of
from fieldwork.anonymisation.services import entities_of, mentions_of, original_of
from fieldwork.core.work import Work
from fieldwork.programme.services import study_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript, TranscriptState
from fieldwork.transcription.services import segment_rows, text_of


@dataclass(frozen=True, repr=False)
class Piece:
    """A stretch of a turn: code points of the raw text, and what of it may be shown.

    What has been decided is shown as it will be published; only undecided words are shown as they were said.
    """

    start: int
    end: int
    text: str
    mention: Mention | None = None
    entity: Entity | None = None

    @property
    def tint(self) -> str:
        """Its kind's colour."""
        return tint_of(self.mention.label) if self.mention else ""

    @property
    def stamp(self) -> str:
        """How the mention stands, as a sign."""
        return stamp_of(self.mention) if self.mention else ""

    def __repr__(self) -> str:
        """Where it is, never what it says."""
        return f"Piece({self.start}-{self.end})"


@dataclass(frozen=True, repr=False)
class Turn:
    """A turn with its pieces, in order."""

    segment: Segment
    pieces: Sequence[Piece]

    def __repr__(self) -> str:
        """Its number."""
        return f"Turn({self.segment.position})"


@dataclass(repr=False)
class Line:
    """An entity as it is met in this transcript; ``words`` are those of its first undecided mention, or empty."""

    entity: Entity
    first: UUID
    words: str = ""
    count: int = 0
    undecided: int = 0
    asked: int = 0
    rank: int = 0
    sure: bool = True

    @property
    def tint(self) -> str:
        """Its kind's colour."""
        return tint_of(self.entity.label)


@dataclass(frozen=True)
class Left:
    """How far a review is."""

    mentions: int
    sure: int
    doubtful: int

    @property
    def undecided(self) -> int:
        """How many mentions nobody has decided."""
        return self.sure + self.doubtful

    @property
    def decided(self) -> int:
        """How many are behind one."""
        return self.mentions - self.undecided

    @property
    def minutes(self) -> int:
        """About how long the rest takes."""
        return minutes_left(self.sure, self.doubtful)


@dataclass(frozen=True, repr=False)
class Bench:
    """The whole workbench of a raw transcript."""

    turns: Sequence[Turn]
    lines: Sequence[Line]
    left: Left
    stale: int
    stamp: str = ""
    replaced: int = 0
    kept: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    asked: int = 0


def bench_of(work: Work, transcript: Transcript) -> Bench:
    """The workbench of a raw transcript. Who may ask is for the caller.

    ``stale`` counts the mentions whose words were corrected since they were found; they are not marked in the turns.

    Raises:
        KeyDestroyed: its expert was erased.
    """
    interview = work.get(Interview, transcript.interview_id)
    entities = {entity.id: entity for entity in entities_of(work, study_of(work, interview.study_id))}
    mentions = mentions_of(work, transcript)
    by_segment: dict[UUID, list[Mention]] = {}
    for mention in mentions:
        by_segment.setdefault(mention.segment_id, []).append(mention)
    turns, standing = [], []
    for segment in segment_rows(work, transcript):
        text = text_of(work, segment, interview.expert_id)
        own = [one for one in by_segment.get(segment.id, ()) if _stands(work, one, text, interview)]
        turns.append(Turn(segment, list(_pieces(text, own, entities))))
        standing += own
    decisions = [mention.decision for mention in standing]
    return Bench(
        turns,
        _lines(turns),
        _left(standing),
        stale=len(mentions) - len(standing),
        stamp=stamp_over(transcript, mentions),
        replaced=decisions.count(Decision.ACCEPTED),
        kept=decisions.count(Decision.REJECTED),
        kinds=_kinds(standing),
        asked=sum(mention.asked_at is not None for mention in standing),
    )


def stamp_over(transcript: Transcript, mentions: Iterable[Mention]) -> str:
    """A short sign of how a whole review stands: another one after any deed of anybody."""
    told = "".join(f"{mention.id}{stamp_of(mention)}" for mention in mentions)
    return sha256(f"{transcript.state}{told}".encode()).hexdigest()[:16]


def progress_of(work: Work, transcripts: Collection[UUID]) -> dict[UUID, Left]:
    """How far the review of each of these transcripts is; those without a mention are left out."""
    query = (
        sa.select(col(Segment.transcript_id), col(Mention.decision), col(Mention.certain), sa.func.count())
        .join(Mention, col(Mention.segment_id) == col(Segment.id))
        .where(col(Segment.transcript_id).in_(transcripts))
        .group_by(col(Segment.transcript_id), col(Mention.decision), col(Mention.certain))
    )
    counted: dict[UUID, list[int]] = {}
    for transcript_id, decision, certain, count in work.session.execute(query):
        numbers = counted.setdefault(transcript_id, [0, 0, 0])
        numbers[0] += count
        if decision == Decision.PENDING:
            numbers[1 if certain else 2] += count
    return {transcript_id: Left(*numbers) for transcript_id, numbers in counted.items()}


def mention_in(work: Work, transcript: Transcript, mention_id: UUID) -> Mention | None:
    """The mention of that id, if it stands in this transcript."""
    query = select(Mention).join(Segment).where(Mention.id == mention_id, Segment.transcript_id == transcript.id)
    return work.session.exec(query).first()


def source_of(work: Work, transcript: Transcript) -> list[Turn]:
    """The turns as they were said, before and after approval; a piece's mention tells what stands in its place.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    interview = work.get(Interview, transcript.interview_id)
    entities = {entity.id: entity for entity in entities_of(work, study_of(work, interview.study_id))}
    approved = transcript.state == TranscriptState.ANONYMISED
    by_segment: dict[UUID, list[Mention]] = {}
    for mention in mentions_of(work, transcript):
        replaced = mention.replaced_start is not None and mention.decision == Decision.ACCEPTED
        if replaced or not approved:
            by_segment.setdefault(mention.segment_id, []).append(mention)
    turns = []
    for segment in segment_rows(work, transcript):
        own, text = by_segment.get(segment.id, []), text_of(work, segment, interview.expert_id)
        originals = {one.id: original_of(work, one, interview.expert_id) for one in own}
        if approved:
            text = spoken(text, own, originals)
        own = [one for one in own if text[one.start : one.end] == originals[one.id]]
        turns.append(Turn(segment, list(_pieces(text, own, entities, spoken=True))))
    return turns


def _stands(work: Work, mention: Mention, text: str, interview: Interview) -> bool:
    return text[mention.start : mention.end] == original_of(work, mention, interview.expert_id)


def _pieces(
    text: str, mentions: Sequence[Mention], entities: dict[UUID, Entity], *, spoken: bool = False
) -> Iterator[Piece]:
    at = 0
    for mention in mentions:
        if mention.start < at:
            continue  # covered by another
        if mention.start > at:
            yield Piece(at, mention.start, text[at : mention.start])
        shown = text[mention.start : mention.end]
        if mention.decision == Decision.ACCEPTED and not spoken:
            shown = mention.replacement
        yield Piece(mention.start, mention.end, shown, mention, entities[mention.entity_id])
        at = mention.end
    if at < len(text):
        yield Piece(at, len(text), text[at:])


def _lines(turns: Iterable[Turn]) -> list[Line]:
    """Entities in the order they are met; undecided words stand for those that have some."""
    lines: dict[UUID, Line] = {}
    for turn in turns:
        for piece in turn.pieces:
            mention = piece.mention
            if mention is None or piece.entity is None:
                continue
            line = lines.setdefault(piece.entity.id, Line(piece.entity, mention.id))
            line.count += 1
            line.rank = max(line.rank, rank_of(mention))
            line.asked += mention.asked_at is not None
            if mention.decision == Decision.PENDING:
                if not line.undecided:
                    line.first, line.words = mention.id, piece.text
                line.undecided += 1
                line.sure = line.sure and mention.certain
    return list(lines.values())


def _left(mentions: Sequence[Mention]) -> Left:
    waiting = [mention.certain for mention in mentions if mention.decision == Decision.PENDING]
    return Left(len(mentions), waiting.count(True), waiting.count(False))


def _kinds(mentions: Sequence[Mention]) -> dict[str, int]:
    """How many mentions of each kind are replaced."""
    kinds: dict[str, int] = {}
    for mention in mentions:
        if mention.decision == Decision.ACCEPTED:
            kinds[mention.label] = kinds.get(mention.label, 0) + 1
    return kinds


def spoken(text: str, mentions: Sequence[Mention], originals: dict[UUID, str]) -> str:
    """An approved text as it was said: ``mentions`` are the replaced ones, in order."""
    pieces, at = [], 0
    for mention in mentions:
        pieces += [text[at : mention.replaced_start], originals[mention.id]]
        at = mention.replaced_end or 0
    return "".join((*pieces, text[at:]))
