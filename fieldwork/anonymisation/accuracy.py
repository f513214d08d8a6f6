"""A random sample of a study's passages, drawn to be marked by two people: what it is drawn from, who may mark it."""

import json
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from fieldwork.anonymisation.approval import original_text
from fieldwork.anonymisation.marking import BY_HAND
from fieldwork.anonymisation.mention import LOC
from fieldwork.anonymisation.models import AccuracyMarker, AccuracyMarking, AccuracyPassage, AccuracySample, Mention
from fieldwork.anonymisation.passages import Mark, drawn, passages_of
from fieldwork.anonymisation.recall import Forecast, forecast
from fieldwork.consent.models import Scope
from fieldwork.consent.services import decisions_of
from fieldwork.core.audit import record
from fieldwork.core.errors import BadInput, NotFound, Refusal
from fieldwork.core.ids import new_id
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.programme.services import signatures_of
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import may_know
from fieldwork.transcription.models import Segment, Transcript, TranscriptState
from fieldwork.transcription.services import segment_rows, text_of, transcripts_of

DIGEST_FIELD = "accuracy_passage.sealed_digest"
SIZES = (50, 100, 150, 200, 300, 500)
FEWEST = 20
_TWO = 2
_SEED_BYTES = 8


class SampleOpen(Refusal):
    """One sample at a time."""

    message = "A sample is being marked. Finish its measurement, or discard it, before another is drawn."


class TwoNeeded(BadInput):
    """One person's marks say nothing of what that person overlooks."""

    message = "Choose at least two people who mark: the principal investigator and interviewers of the experts."


class NothingToDraw(Refusal):
    """No transcript may be read by two of those chosen."""

    message = (
        "There is no transcript that two of the chosen people may read. Choose the principal investigator together "
        "with the interviewers of the experts."
    )


class SizeWrong(BadInput):
    """A sample has a size."""

    message = "The sample can have from {fewest} to {most} passages. Give a number between them."


@dataclass(frozen=True, repr=False)
class Source:
    """A transcript that can be drawn from: its passages as (segment, start, end, words), and who may mark it."""

    expert: Expert
    transcript: Transcript
    passages: Sequence[tuple[Segment, int, int, int]]
    markers: Sequence[UUID]


@dataclass(frozen=True)
class Outlook:
    """What there is to draw from, before anything is drawn.

    Attributes:
        passages: how many there are.
        words: how many words they have.
        things: how many mentions the program has found in them; towns and countries apart.
        forecasts: what samples of usual sizes would tell.
        left_out: codes of experts whose transcripts no two people may mark.
    """

    passages: int
    words: int
    things: int
    forecasts: Sequence[Forecast]
    left_out: Sequence[str]


def markers_of(work: Work, study: Study) -> list[Member]:
    """The members who may know any expert at all, and so may mark."""
    members = [signature.member for signature in signatures_of(work, study)]
    experts = [expert for expert, _ in transcripts_of(work, study.id)]
    return [member for member in members if any(may_know(member, expert) for expert in experts)]


def outlook(work: Work, study: Study) -> Outlook:
    """What can be drawn from with everybody who may mark; counted in the texts as they stand, without reading back."""
    accounts = [member.account_id for member in markers_of(work, study)]
    sources, left_out = _sources(work, study, accounts, originals=False)
    passages = [passage for source in sources for passage in source.passages]
    words = sum(passage[3] for passage in passages)
    things = _found(work, [source.transcript.id for source in sources])
    sizes = sorted({min(size, len(passages)) for size in SIZES}) if len(passages) >= FEWEST else []
    told = [forecast(size, frame=len(passages), words=words, things=max(things, 1)) for size in sizes]
    return Outlook(len(passages), words, things, told, left_out)


def draw(work: Work, study: Study, *, size: int, markers: Collection[UUID], seed: str = "") -> AccuracySample:
    """Draw passages from every transcript that two of these people may read, raw or approved, in its original words.

    Args:
        work: the unit of work.
        study: which study.
        size: how many passages.
        markers: the accounts of those who mark. Where more than two may read a transcript, they take turns.
        seed: to draw the same again; a new one when empty.

    Raises:
        SampleOpen: another sample is not measured yet.
        TwoNeeded, NothingToDraw, SizeWrong: it cannot be drawn so.
    """
    last = last_sample(work, study)
    if last is not None and last.measured_at is None:
        raise SampleOpen
    chosen = [member.account_id for member in markers_of(work, study) if member.account_id in set(markers)]
    if len(chosen) < _TWO:
        raise TwoNeeded
    sources, _ = _sources(work, study, chosen, originals=True)
    frame = [(source, passage) for source in sources for passage in source.passages]
    if not frame:
        raise NothingToDraw
    if not min(FEWEST, len(frame)) <= size <= len(frame):
        raise SizeWrong(fewest=min(FEWEST, len(frame)), most=len(frame))
    sample = work.add(
        AccuracySample(
            study_id=study.id, number=last.number + 1 if last else 1, seed=seed or secrets.token_hex(_SEED_BYTES),
            size=size, frame=len(frame), frame_words=sum(passage[3] for _, passage in frame),
            drawn_by_id=work.actor.account_id, drawn_at=work.now,
        )
    )  # fmt: skip
    places = [range(len(source.passages)) for source in sources]
    every = [[(at, place) for place in inside] for at, inside in enumerate(places)]
    rows = [_row(work, sample, sources[at], place) for at, place in sorted(drawn(every, size, sample.seed))]
    for number, row in enumerate(rows, start=1):
        row.number = number
    work.add_all(rows)
    pair = {account for row in rows for account in (row.first_id, row.second_id)}
    work.add_all([AccuracyMarker(sample_id=sample.id, account_id=account) for account in sorted(pair)])
    record(
        work, "accuracy.drawn", study_id=study.id, subject_id=sample.id,
        number=sample.number, size=size, frame=len(frame), seed=sample.seed,
    )  # fmt: skip
    return sample


def discard(work: Work, study: Study) -> None:
    """Throw the open sample away with everything marked in it; a measured one stays.

    Raises:
        NotFound: no sample is open.
    """
    sample = open_sample(work, study)
    record(work, "accuracy.discarded", study_id=study.id, subject_id=sample.id, number=sample.number)
    work.session.delete(sample)
    work.session.flush()


def last_sample(work: Work, study: Study, *, measured: bool = False) -> AccuracySample | None:
    """The study's last sample; with ``measured`` the last one that was measured."""
    query = select(AccuracySample).where(AccuracySample.study_id == study.id)
    if measured:
        query = query.where(col(AccuracySample.measured_at).is_not(None))
    return work.session.exec(query.order_by(col(AccuracySample.number).desc()).limit(1)).first()


def open_sample(work: Work, study: Study) -> AccuracySample:
    """The sample that is being marked.

    Raises:
        NotFound: none is.
    """
    sample = last_sample(work, study)
    if sample is None or sample.measured_at is not None:
        raise NotFound(kind="sample", name=study.slug)
    return sample


def passages_in(work: Work, sample: AccuracySample) -> list[AccuracyPassage]:
    """The sample's passages, by number."""
    query = select(AccuracyPassage).where(AccuracyPassage.sample_id == sample.id)
    return list(work.session.exec(query.order_by(col(AccuracyPassage.number))))


def markers_in(work: Work, sample: AccuracySample) -> list[AccuracyMarker]:
    """Those who mark the sample."""
    query = select(AccuracyMarker).where(AccuracyMarker.sample_id == sample.id)
    return list(work.session.exec(query.order_by(col(AccuracyMarker.account_id))))


def markings_in(work: Work, sample: AccuracySample) -> dict[tuple[UUID, UUID], AccuracyMarking]:
    """Everything marked in the sample, by passage and account."""
    query = select(AccuracyMarking).join(AccuracyPassage).where(AccuracyPassage.sample_id == sample.id)
    return {(one.passage_id, one.account_id): one for one in work.session.exec(query)}


def readable(work: Work, study: Study) -> dict[UUID, Expert]:
    """By transcript, the experts whose words may still be read: not erased, consent not withdrawn."""
    decisions = decisions_of(work, study)
    return {
        transcript.id: expert
        for expert, transcript in transcripts_of(work, study.id)
        if not work.vault.is_destroyed(expert_subject(expert.id))
        and (decision := decisions.get(expert.id)) is not None
        and decision.allows(Scope.TRANSCRIBE)
    }


def seal_marks(work: Work, expert: Expert, field: str, row: UUID, marks: Iterable[Mark]) -> bytes:
    """Marks under the expert's key: where a name stands tells something of it."""
    return work.vault.seal_text(expert_subject(expert.id), field, row, json.dumps(list(marks)))


def unseal_marks(work: Work, expert: Expert, field: str, row: UUID, sealed: bytes) -> list[Mark]:
    """The marks again.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    told = json.loads(work.vault.unseal_text(expert_subject(expert.id), field, row, sealed))
    return [(start, end, label) for start, end, label in told]


def digest_of(text: str) -> str:
    """The fingerprint of a passage's words; kept sealed, for short words can be guessed from it."""
    return sha256(text.encode()).hexdigest()


def _sources(work: Work, study: Study, accounts: Sequence[UUID], *, originals: bool) -> tuple[list[Source], list[str]]:
    """The transcripts that two of these accounts may read, and the codes of the others."""
    members = {one.account_id: one for one in markers_of(work, study) if one.account_id in accounts}
    may_be_read = readable(work, study)
    sources, left_out = [], []
    for expert, transcript in transcripts_of(work, study.id):
        if transcript.id not in may_be_read or transcript.state == TranscriptState.IN_PROGRESS:
            continue
        markers = sorted(account for account, member in members.items() if may_know(member, expert))
        if len(markers) < _TWO:
            left_out.append(expert.code)
            continue
        passages = [
            (segment, *passage)
            for segment in segment_rows(work, transcript)
            for passage in passages_of(original_text(work, segment) if originals else text_of(work, segment, expert.id))
        ]
        sources.append(Source(expert, transcript, passages, markers))
    return sources, left_out


def _row(work: Work, sample: AccuracySample, source: Source, place: int) -> AccuracyPassage:
    segment, start, end, words = source.passages[place]
    first, second = (source.markers[(place + turn) % len(source.markers)] for turn in (0, 1))
    row_id = new_id()
    digest = digest_of(original_text(work, segment)[start:end])
    return AccuracyPassage(
        id=row_id, sample_id=sample.id, transcript_id=source.transcript.id, segment_id=segment.id, number=0,
        start=start, end=end, words=words, first_id=first, second_id=second,
        sealed_digest=work.vault.seal_text(expert_subject(source.expert.id), DIGEST_FIELD, row_id, digest),
    )  # fmt: skip


def _found(work: Work, transcripts: Collection[UUID]) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(Mention)
        .join(Segment, col(Segment.id) == col(Mention.segment_id))
        .where(col(Segment.transcript_id).in_(transcripts))
        .where(col(Mention.detector) != BY_HAND, col(Mention.label) != LOC)
    )
    return int(work.session.scalar(query) or 0)
