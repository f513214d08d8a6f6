"""Looking for names in a transcript: what is read, the looking itself, and the mentions that are proposed.

The looking takes seconds and 300 MB; ``detect`` does all at once, the job holds no lock meanwhile (``read``, ``look``,
``propose``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.carrying import outside
from fieldwork.anonymisation.contexts import said
from fieldwork.anonymisation.grammar_door import MOST_FORMS, Order, Place, ask_here
from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.anonymisation.meanings import keep_steps, sign_of
from fieldwork.anonymisation.mention import Mention as Found
from fieldwork.anonymisation.models import Mention
from fieldwork.anonymisation.services import (
    Register,
    entities_of,
    forms_of,
    known_identities,
    member_key,
    mentions_of,
    original_of,
)
from fieldwork.anonymisation.study_terms import changed_at, exceptions_of, terms_of
from fieldwork.anonymisation.terms import Term
from fieldwork.anonymisation.wordings import Bent
from fieldwork.core.audit import AuditEntry, record
from fieldwork.core.jobs import UNFINISHED, Job, JobState, enqueue
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.services import signatures_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript, TranscriptState
from fieldwork.transcription.rules import require_raw
from fieldwork.transcription.services import code_of, interview_of_transcript, segment_rows

if TYPE_CHECKING:
    from fieldwork.anonymisation.placeholders import Numbering

DETECTED = "anonymisation.detected"
JOB_KIND = "anonymisation.detect"


@dataclass(frozen=True, repr=False)
class Material:
    """What the detectors read: a transcript's turns, and what the study knows. Equal when nothing has changed."""

    texts: Sequence[str]
    about: Sequence[str]
    known: Sequence[KnownIdentity]
    earlier: Sequence[tuple[str, str, Sequence[str]]]
    placeholders: Mapping[str, str]
    terms: Sequence[Term] = ()
    exceptions: Sequence[str] = ()

    def __repr__(self) -> str:
        """How much it is, never what it says."""
        return f"Material({len(self.texts)} turns)"


@dataclass(frozen=True)
class Sight:
    """What the detectors saw: for every turn its mentions, with their cases, and the placeholders of their entities.

    ``general`` holds what says less of an entity, by its key.
    """

    mentions: Sequence[Sequence[Found]]
    numbering: "Numbering"
    cases: Sequence[Sequence[str]]
    general: Mapping[str, Sequence[Bent]]


def detect(work: Work, transcript: Transcript) -> list[Mention]:
    """Look for what identifies people in a raw transcript and propose what stands in its place.

    Every mention waits for a person's decision, save cities and countries, which stay unless somebody objects. Done
    again (after a correction, or when more identities are known) it keeps what has been decided, as far as the words
    still stand there.

    Returns:
        The transcript's mentions, in order.

    Raises:
        NotTranscribed, AlreadyApproved: the transcript is not raw.
        KeyDestroyed: its expert was erased.
    """
    material = read(work, transcript)
    return propose(work, transcript, look(material))


def read(work: Work, transcript: Transcript, *, again: bool = False) -> Material:
    """What the detectors need, with the study locked: numbers must not be given out twice.

    Args:
        work: the unit of work.
        transcript: which one.
        again: it may be an approved one; it is read as it was said.

    Raises:
        NotTranscribed, AlreadyApproved: the transcript is not raw (nor approved, where it is searched again).
        KeyDestroyed: its expert was erased.
    """
    interview = interview_of_transcript(work, transcript)
    _require_whole(work, transcript, interview, again=again)
    study = work.session.exec(select(Study).where(Study.id == interview.study_id).with_for_update()).one()
    known = known_identities(work, study)
    codes = {identity.code for identity in known}
    entities = entities_of(work, study)
    return Material(
        texts=[said(work, segment, interview.expert_id) for segment in segment_rows(work, transcript)],
        about=_partakers(work, study, interview),
        known=known,
        earlier=[
            (entity.key, entity.label, forms_of(work, entity))
            for entity in entities
            if entity.key not in codes and entity.expert_id is None and _numbered(entity.key)
        ],
        placeholders={entity.key: sign_of(entity) for entity in entities},
        terms=terms_of(work, study),
        exceptions=exceptions_of(work, study),
    )


def look(material: Material) -> Sight:
    """Find, link and number what identifies: the heavy part, which knows no database."""
    # slovnet and its 200 MB of vectors: only whoever detects pays for them
    from fieldwork.anonymisation.anonymiser import Anonymiser  # noqa: PLC0415

    anonymiser = Anonymiser(
        material.known, earlier=material.earlier, placeholders=material.placeholders, terms=material.terms,
        exceptions=material.exceptions,
    )  # fmt: skip
    mentions = anonymiser.mentions(material.texts, about=material.about)
    grammar = ask_here(_grammar_order(material.texts, mentions))
    cases = iter(grammar.cases)
    return Sight(
        mentions, anonymiser.numbering, [[" ".join(next(cases)) for _ in turn] for turn in mentions], grammar.general
    )


def _grammar_order(texts: Sequence[str], mentions: Sequence[Sequence[Found]]) -> Order:
    """The cases of all mentions in their turns, and what may be said instead of their entities."""
    forms: dict[str, dict[str, None]] = {}
    for one in (one for turn in mentions for one in turn):
        forms.setdefault(one.entity, {})[one.text] = None
    labels = {one.entity: one.label for turn in mentions for one in turn}
    return Order(
        places=[
            Place(text[: one.start], one.text, text[one.end :], one.label, list(forms[one.entity])[:MOST_FORMS])
            for text, turn in zip(texts, mentions, strict=True)
            for one in turn
        ],
        entities={key: (labels[key], list(found)) for key, found in forms.items()},
    )


def propose(work: Work, transcript: Transcript, seen: Sight) -> list[Mention]:
    """Write down what was seen in a transcript whose texts are still those that were read.

    Returns:
        The transcript's mentions, in order.
    """
    interview = interview_of_transcript(work, transcript)
    study = work.get(Study, interview.study_id)
    segments = segment_rows(work, transcript)
    kept = _decided(work, interview, segments)
    known = {entity.key for entity in entities_of(work, study)}
    register = Register(work, study, interview)
    for segment, found, cases in zip(segments, seen.mentions, seen.cases, strict=True):
        for mention, case in zip(found, cases, strict=True):
            placeholder = seen.numbering.placeholder(mention.label, mention.entity)
            if not _overlaps(mention, kept.get(segment.id, ())):
                register.propose(segment, mention, placeholder, case)
            elif transcript.state == TranscriptState.ANONYMISED:  # more of a name than was found then
                for part in outside(mention, kept[segment.id]):
                    register.propose(segment, part, placeholder)
    register.settle()
    for entity in entities_of(work, study):
        if entity.key not in known:  # what a person has said of one that was met before holds
            keep_steps(work, entity, seen.general.get(entity.key, ()))
    rows = mentions_of(work, transcript)
    record(work, DETECTED, study_id=study.id, subject_id=transcript.id, count=len(rows))
    return rows


def request_detection(work: Work, transcript: Transcript, *, again: bool = False) -> Job:
    """Have a job look for names in a raw transcript (``again``: in an approved one); where one is at it, that one.

    Raises:
        NotTranscribed, AlreadyApproved: the transcript is not such a one.
    """
    interview = interview_of_transcript(work, transcript)
    _require_whole(work, transcript, interview, again=again)
    jobs = _jobs(work, transcript)
    if jobs and jobs[-1].state in UNFINISHED:
        return jobs[-1]
    times = sum(job.state == JobState.DONE for job in jobs)
    key, which = f"{_key(transcript)}{times:04}", str(transcript.id)
    if again:
        job = enqueue(work, JOB_KIND, key, transcript=which, again="yes")
    else:
        job = enqueue(work, JOB_KIND, key, transcript=which)
    record(work, "anonymisation.requested", study_id=interview.study_id, subject_id=transcript.id)
    return job


def detection_of(work: Work, transcript: Transcript) -> Job | None:
    """The last job that looked, or is to look, for names in the transcript."""
    jobs = _jobs(work, transcript)
    return jobs[-1] if jobs else None


def was_detected(work: Work, transcript: Transcript) -> bool:
    """Whether detection has run over the transcript; the trail knows, also where nothing was found."""
    query = select(AuditEntry.number).where(AuditEntry.deed == DETECTED, AuditEntry.subject_id == transcript.id)
    return work.session.exec(query.limit(1)).first() is not None


def is_stale(work: Work, transcript: Transcript) -> bool:
    """Whether somebody has changed words or cut turns anew since names were last looked for."""
    if transcript.text_changed_at is None:
        return False
    last = detected_at(work, transcript)
    return last is None or last < transcript.text_changed_at


def terms_changed_since(work: Work, transcript: Transcript) -> bool:
    """Whether the study's terms and exceptions were changed since names were last looked for in a transcript."""
    changed = changed_at(work, interview_of_transcript(work, transcript).study_id)
    last = detected_at(work, transcript)
    return changed is not None and last is not None and last < changed


def detected_at(work: Work, transcript: Transcript) -> datetime | None:
    """When names were last looked for; None where they never were."""
    query = select(AuditEntry.at).where(AuditEntry.deed == DETECTED, AuditEntry.subject_id == transcript.id)
    return work.session.exec(query.order_by(col(AuditEntry.number).desc()).limit(1)).first()


def _require_whole(work: Work, transcript: Transcript, interview: Interview, *, again: bool) -> None:
    if not again or transcript.state != TranscriptState.ANONYMISED:
        require_raw(transcript.state, code_of(work, interview))


def _key(transcript: Transcript) -> str:
    return f"{JOB_KIND}:{transcript.id}:"


def _jobs(work: Work, transcript: Transcript) -> Sequence[Job]:
    query = select(Job).where(col(Job.key).startswith(_key(transcript))).order_by(col(Job.key))
    return work.session.exec(query).all()


def _numbered(key: str) -> bool:
    return key.rpartition("-")[2].isdigit()


def _partakers(work: Work, study: Study, interview: Interview) -> list[str]:
    """The keys of the two who speak."""
    members = {signature.member.id: signature.member for signature in signatures_of(work, study)}
    return [code_of(work, interview), member_key(members[interview.interviewer_id].initials)]


def _decided(work: Work, interview: Interview, segments: Iterable[Segment]) -> dict[UUID, list[Mention]]:
    """The decided mentions whose words still stand there, by segment; all others are removed."""
    kept: dict[UUID, list[Mention]] = {}
    for segment in segments:
        text = said(work, segment, interview.expert_id)
        for mention in work.session.exec(select(Mention).where(Mention.segment_id == segment.id)):
            stands = text[mention.start : mention.end] == original_of(work, mention, interview.expert_id)
            told = mention.decided_at or mention.asked_at or mention.linked_by_id  # by a person
            if stands and (told is not None or mention.replaced_start is not None):
                kept.setdefault(segment.id, []).append(mention)
            else:
                work.session.delete(mention)
    work.session.flush()
    return kept


def _overlaps(found: Found, kept: Iterable[Mention]) -> bool:
    return any(found.start < mention.end and mention.start < found.end for mention in kept)
