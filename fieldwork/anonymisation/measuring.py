"""The measurement of a marked sample: what the program and the review masked of it, frozen once, counted ever after.

What was masked is kept at the moment of measuring, so that mending a miss later does not make the sample say that
nothing is missed: of the passages nobody has looked at it would say nothing any more.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.accuracy import markings_in, open_sample, passages_in, readable, unseal_marks
from fieldwork.anonymisation.approval import NotDetected
from fieldwork.anonymisation.blind_marking import MARKS_FIELD, OPEN, readings
from fieldwork.anonymisation.detection import is_stale, was_detected
from fieldwork.anonymisation.marking import BY_HAND
from fieldwork.anonymisation.mention import PER
from fieldwork.anonymisation.models import LABELS, AccuracyPassage, AccuracySample, Decision, Mention
from fieldwork.anonymisation.passages import Mark, covered, touches
from fieldwork.anonymisation.recall import Overlooked, Share, Unit, overlooked, share
from fieldwork.anonymisation.settling import Compared, compared, settled_alone
from fieldwork.core.audit import record
from fieldwork.core.errors import Refusal
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.sampling.models import Expert
from fieldwork.transcription.models import Transcript, TranscriptState

MEASURE_FIELD = "accuracy_passage.sealed_measure"


class Unsettled(Refusal):
    """Every passage has to be marked twice and settled."""

    message = "{count} passages are not marked by both people, or not settled. Finish them before measuring."


class NothingMarked(Refusal):
    """Nothing is left to measure on."""

    message = "No passage is left in the sample: their texts were corrected, or their experts withdrawn. Draw another."


@dataclass(frozen=True)
class Judged:
    """One stretch that identifies, and how many of its words are masked; ``reviewed`` is None without a whole review.

    ``sure`` is how many words the program masks without asking anybody.
    """

    start: int
    end: int
    label: str
    words: int
    machine: int
    sure: int
    reviewed: int | None


@dataclass(frozen=True)
class Measured:
    """A passage of a measured sample, and what was marked in it apart."""

    passage: AccuracyPassage
    code: str
    reviewed: bool
    judged: Sequence[Judged]
    found: Sequence[tuple[bool, bool]]


@dataclass(frozen=True)
class Result:
    """What a measured sample tells.

    Attributes:
        sample: which one.
        passages: how many count.
        words: how many words they have.
        transcripts: from how many transcripts.
        gone: how many passages left the sample with their experts.
        changed: how many left it because their text was corrected before the measurement.
        alone: how many differences the lead settled without the other's word.
        machine: what the program proposes to mask, of stretches that identify.
        sure: what it would mask without a person.
        machine_words: the same as ``machine`` by words.
        by_label: ``machine`` of each kind that was met.
        reviewed: what program and review masked, in transcripts whose review was finished; None where none was.
        reviewed_words: the same by words.
        reviewed_by_label: the same of each kind.
        reviewed_passages: in how many passages.
        expected: how many stretches in the whole study identify and stay, by ``reviewed``, else by ``machine``: the
            estimate, and what it is at most.
        overlooked: what the two who marked may both have missed.
    """

    sample: AccuracySample
    passages: int
    words: int
    transcripts: int
    gone: int
    changed: int
    alone: int
    machine: Share | None
    sure: Share | None
    machine_words: Share | None
    by_label: Mapping[str, Share]
    reviewed: Share | None
    reviewed_words: Share | None
    reviewed_by_label: Mapping[str, Share]
    reviewed_passages: int
    expected: tuple[int, int] | None
    overlooked: Overlooked | None = field(default=None)

    @property
    def persons(self) -> Share | None:
        """Names of people apart, as the program proposes to mask them."""
        return self.by_label.get(PER)


def waiting(work: Work, study: Study, sample: AccuracySample, found: Sequence[Compared]) -> int:
    """How many passages are not settled yet."""
    settled = {one.passage.id for one in found if one.gold is not None}
    alive = [one for one in readings(work, study, passages_in(work, sample)) if one.state == OPEN]
    return sum(one.passage.id not in settled for one in alive)


def measure(work: Work, study: Study) -> AccuracySample:
    """Freeze what is masked in every passage of the open sample, beside what was agreed to identify.

    Raises:
        NotFound: no sample is open.
        Unsettled, NothingMarked: it cannot be measured yet, or any more.
        NotDetected: names have not been looked for in one of the transcripts.
    """
    sample = open_sample(work, study)
    found = compared(work, study, sample)
    left = waiting(work, study, sample, found)
    if left:
        raise Unsettled(count=left)
    if not found:
        raise NothingMarked
    whole: dict[UUID, bool] = {}
    for one in found:
        transcript = work.get(Transcript, one.passage.transcript_id)
        if transcript.id not in whole:
            whole[transcript.id] = _is_reviewed(work, transcript, one.reading.whose)
        _freeze(work, one, reviewed=whole[transcript.id])
    sample.measured_at, sample.measured_by_id = work.now, work.actor.account_id
    work.add(sample)
    record(work, "accuracy.measured", study_id=study.id, subject_id=sample.id, passages=len(found))
    return sample


def measured(work: Work, study: Study, sample: AccuracySample) -> list[Measured]:
    """The passages of a measured sample whose experts may still be read, by number."""
    experts, marked = readable(work, study), markings_in(work, sample)
    told = []
    for passage in passages_in(work, sample):
        expert = experts.get(passage.transcript_id)
        if expert is None or passage.sealed_measure is None:
            continue
        subject = expert_subject(expert.id)
        reviewed, rows = json.loads(work.vault.unseal_text(subject, MEASURE_FIELD, passage.id, passage.sealed_measure))
        judged = [Judged(*row) for row in rows]
        apart = [marked[passage.id, account] for account in (passage.first_id, passage.second_id)]
        marks = [unseal_marks(work, expert, MARKS_FIELD, row.id, row.sealed_marks) for row in apart]
        told.append(Measured(passage, expert.code, reviewed, judged, [_noticed(one, *marks) for one in judged]))
    return told


def result_of(work: Work, study: Study, sample: AccuracySample) -> Result:
    """What a measured sample tells, counted from what was frozen."""
    rows, every = measured(work, study, sample), passages_in(work, sample)
    experts = readable(work, study)
    gone = sum(one.transcript_id not in experts for one in every) + sample.size - len(every)
    reviewed = [row for row in rows if row.reviewed]
    machine = _share(rows, lambda one: one.machine)
    final = _share(reviewed, lambda one: one.reviewed or 0)
    basis, counted = (final, len(reviewed)) if final else (machine, len(rows))
    return Result(
        sample=sample, passages=len(rows), words=sum(row.passage.words for row in rows),
        transcripts=len({row.passage.transcript_id for row in rows}),
        gone=gone, changed=sample.size - gone - len(rows),
        alone=sum(settled_alone(row.passage) for row in rows),
        machine=machine, sure=_share(rows, lambda one: one.sure),
        machine_words=_words(rows, lambda one: one.machine),
        by_label=_by_label(rows, lambda one: one.machine),
        reviewed=final, reviewed_words=_words(reviewed, lambda one: one.reviewed or 0),
        reviewed_by_label=_by_label(reviewed, lambda one: one.reviewed or 0),
        reviewed_passages=len(reviewed),
        expected=_expected(basis, sample.frame / counted) if basis else None,
        overlooked=overlooked(pair for row in rows for pair in row.found),
    )  # fmt: skip


def _freeze(work: Work, one: Compared, *, reviewed: bool) -> None:
    passage, text = one.passage, one.reading.text
    query = select(Mention).where(Mention.segment_id == passage.segment_id).order_by(col(Mention.start))
    mentions = work.session.exec(query).all()
    machine = [(row.start, row.end) for row in mentions if row.detector != BY_HAND]
    sure = [(row.start, row.end) for row in mentions if row.detector != BY_HAND and row.certain]
    masked = [(row.start, row.end) for row in mentions if _masks(row, text)]
    rows = []
    for start, end, label in one.gold or ():
        words, by_machine = covered(text, start, end, machine)
        by_review = covered(text, start, end, masked)[1] if reviewed else None
        rows.append((start, end, label, words, by_machine, covered(text, start, end, sure)[1], by_review))
    subject = expert_subject(one.reading.whose.id)
    passage.sealed_measure = work.vault.seal_text(subject, MEASURE_FIELD, passage.id, json.dumps([reviewed, rows]))
    work.add(passage)


def _masks(mention: Mention, text: str) -> bool:
    return mention.decision == Decision.ACCEPTED and mention.replacement != text[mention.start : mention.end]


def _is_reviewed(work: Work, transcript: Transcript, expert: Expert) -> bool:
    """Whether a transcript's review was finished.

    Raises:
        NotDetected: names have not been looked for in it.
    """
    if transcript.state == TranscriptState.ANONYMISED:
        return True
    if not was_detected(work, transcript) or is_stale(work, transcript):
        raise NotDetected(code=expert.code)
    return False


def _noticed(one: Judged, first: Iterable[Mark], second: Iterable[Mark]) -> tuple[bool, bool]:
    here = (one.start, one.end, one.label)
    return any(touches(here, mark) for mark in first), any(touches(here, mark) for mark in second)


def _share(rows: Iterable[Measured], masked: Callable[[Judged], int], label: str = "") -> Share | None:
    """Of whole stretches: one counts as masked when each of its words is."""
    units = []
    for row in rows:
        chosen = [one for one in row.judged if not label or one.label == label]
        units.append(Unit(row.passage.transcript_id, len(chosen), sum(masked(one) >= one.words for one in chosen)))
    return share(units)


def _words(rows: Iterable[Measured], masked: Callable[[Judged], int]) -> Share | None:
    units = [
        Unit(row.passage.transcript_id, sum(one.words for one in row.judged), sum(masked(one) for one in row.judged))
        for row in rows
    ]
    return share(units)


def _by_label(rows: Sequence[Measured], masked: Callable[[Judged], int]) -> dict[str, Share]:
    found = {label: _share(rows, masked, label) for label in LABELS}
    return {label: one for label, one in found.items() if one is not None}


def _expected(basis: Share, weight: float) -> tuple[int, int]:
    """How many stretches stay in the whole study: as estimated, and at most."""
    return round(basis.missed * weight), math.ceil((1 - basis.low) * basis.there * weight)
