"""The review of a transcript's mentions: reading them in context, deciding, adding what was missed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from fieldwork.anonymisation.changes import ACCEPTED, ADDED, REJECTED, note_change
from fieldwork.anonymisation.marking import LabelUnknown, find_entity, known_roles, registered
from fieldwork.anonymisation.mention import PER
from fieldwork.anonymisation.models import LABELS, Decision, Entity, Mention
from fieldwork.anonymisation.rules import checked_replacement, names_nobody
from fieldwork.anonymisation.services import entities_of, mentions_of
from fieldwork.core.audit import record
from fieldwork.core.errors import BadInput, NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.services import study_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import segment_at
from fieldwork.transcription.models import Segment, Transcript
from fieldwork.transcription.rules import require_raw
from fieldwork.transcription.services import code_of, segment_rows, text_of


class NothingThere(BadInput):
    """A mention must cover some words of its segment."""

    message = "There are no words from {start} to {end} in segment {position}. Give code points of its text."


class MentionOverlaps(Refusal):
    """Two mentions cannot cover the same words."""

    message = (
        "A mention that stands in segment {position} already covers words from {start} to {end}. Reject that one first."
    )


@dataclass(frozen=True, repr=False)
class ReviewItem:
    """A mention in its context, for a person with identity rights to read.

    Attributes:
        mention: its row.
        entity_key: whoever or whatever it is, by key.
        position: the number of its segment.
        before: what stands before it in the segment.
        words: the mention itself.
        after: what stands after it.
    """

    mention: Mention
    entity_key: str
    position: int
    before: str
    words: str
    after: str

    def __repr__(self) -> str:
        """Where it is, never what it says."""
        return f"ReviewItem({self.entity_key} in segment {self.position})"


def review_items(work: Work, transcript: Transcript) -> list[ReviewItem]:
    """All mentions of a raw transcript in their contexts, in order.

    Raises:
        NotTranscribed, AlreadyApproved: the transcript is not raw.
        KeyDestroyed: its expert was erased.
    """
    interview = raw_interview(work, transcript)
    segments = {segment.id: segment for segment in segment_rows(work, transcript)}
    texts = {key: text_of(work, segment, interview.expert_id) for key, segment in segments.items()}
    keys = {entity.id: entity.key for entity in entities_of(work, study_of(work, interview.study_id))}
    return [
        ReviewItem(
            mention=mention,
            entity_key=keys[mention.entity_id],
            position=segments[mention.segment_id].position,
            before=texts[mention.segment_id][: mention.start],
            words=texts[mention.segment_id][mention.start : mention.end],
            after=texts[mention.segment_id][mention.end :],
        )
        for mention in mentions_of(work, transcript)
    ]


def pending_of(work: Work, transcript: Transcript) -> list[Mention]:
    """The mentions that nobody has decided yet, in order."""
    return [mention for mention in mentions_of(work, transcript) if mention.decision == Decision.PENDING]


def decide(work: Work, mention: Mention, *, accept: bool, replacement: str | None = None) -> None:
    """Say that a mention identifies somebody and is replaced (accept), or does not and stays (reject).

    Args:
        work: the unit of work.
        mention: which one; a decision can be changed until the transcript is approved.
        accept: replace it.
        replacement: what stands in its place, when it is not to be what was proposed.

    Raises:
        ReplacementEmpty, ReplacementTooLong: what cannot stand there.
        NotTranscribed, AlreadyApproved: its transcript is not raw.
    """
    transcript = work.get(Transcript, work.get(Segment, mention.segment_id).transcript_id)
    interview = raw_interview(work, transcript)
    _settle(work, mention, accept=accept, replacement=replacement)
    record(
        work, "anonymisation.decided", study_id=interview.study_id, subject_id=mention.id,
        accepted=accept, replaced=replacement is not None,
    )  # fmt: skip


def decide_entity(
    work: Work, transcript: Transcript, entity: Entity, *, accept: bool, replacement: str | None = None
) -> int:
    """Decide every mention of an entity in a transcript at once; a new name is the entity's from now on.

    Returns:
        How many mentions were decided.

    Raises:
        ReplacementEmpty, ReplacementTooLong: what cannot stand there.
        NotTranscribed, AlreadyApproved: the transcript is not raw.
    """
    raw_interview(work, transcript)
    if replacement is not None and not names_nobody(replacement):
        entity.replacement = checked_replacement(replacement)
        work.add(entity)
    mentions = [mention for mention in mentions_of(work, transcript) if mention.entity_id == entity.id]
    for mention in mentions:
        _settle(work, mention, accept=accept, replacement=replacement)
    record(
        work, "anonymisation.entity_decided", study_id=entity.study_id, subject_id=entity.id,
        count=len(mentions), accepted=accept, replaced=replacement is not None,
    )  # fmt: skip
    return len(mentions)


def accept_certain(work: Work, transcript: Transcript) -> int:
    """Accept every undecided mention that the detectors are certain of; the others wait for a person.

    Returns:
        How many were accepted.

    Raises:
        NotTranscribed, AlreadyApproved: the transcript is not raw.
    """
    return _accept(work, transcript, "anonymisation.certain_accepted", certain_only=True)


def accept_all(work: Work, transcript: Transcript) -> int:
    """Accept every undecided mention, doubtful ones too: nothing that was found stays in the text.

    Returns:
        How many were accepted.

    Raises:
        NotTranscribed, AlreadyApproved: the transcript is not raw.
    """
    return _accept(work, transcript, "anonymisation.all_accepted", certain_only=False)


def add_mention(
    work: Work, segment: Segment, start: int, end: int, *, label: str, entity: Entity | None = None, key: str = ""
) -> Mention:
    """Add a mention that the detectors missed; who adds it has decided it. Undecided mentions it covers give way.

    Args:
        work: the unit of work.
        segment: where it is.
        start: code points of the raw text.
        end: exclusive.
        label: what it is, one of ``LABELS``.
        entity: who or what it is, when that was met before; a new entity when None.
        key: whom the study knows, though no transcript has named them yet: an expert's code, a member's entity key.

    Raises:
        LabelUnknown: no such label.
        NothingThere: the span covers no words.
        MentionOverlaps: an accepted mention stands there.
        NotFound: nobody of that key.
        NotTranscribed, AlreadyApproved: the transcript is not raw.
    """
    interview = raw_interview(work, work.get(Transcript, segment.transcript_id))
    if label not in LABELS:
        raise LabelUnknown(label=label, labels=", ".join(LABELS))  # before anything else gives way
    text = text_of(work, segment, interview.expert_id)
    if not (0 <= start < end <= len(text) and text[start:end].strip()):
        raise NothingThere(start=start, end=end, position=segment.position)
    _make_room(work, segment, start, end)
    study = study_of(work, interview.study_id)
    mention = registered(work, interview, segment, (start, end, text[start:end]), label=label, entity=entity, key=key)
    _settle(work, mention, accept=True, replacement=None, deed=ADDED)
    record(work, "anonymisation.mention_added", study_id=study.id, subject_id=mention.id, label=label)
    return mention


def mark_places(
    work: Work, transcript: Transcript, places: Sequence[tuple[int, int, int]], label: str, key: str = ""
) -> int:
    """Mark what was missed in several places (number of the turn, code points): all of them name the same one.

    Args:
        work: the unit of work.
        transcript: a raw one.
        places: where.
        label: what it is, where the key does not tell.
        key: whose mention it is; empty for somebody who was not met before.

    Returns:
        How many.

    Raises:
        LabelUnknown, NothingThere, MentionOverlaps, NotFound, NotTranscribed, AlreadyApproved: as ``add_mention``.
    """
    study = study_of(work, raw_interview(work, transcript).study_id)
    entity = find_entity(work, study.id, key) if key else None
    if key and entity is None and key not in known_roles(work, study):
        raise NotFound(kind="entity", name=key)
    label = entity.label if entity else PER if key else label
    for position, start, end in places:
        segment = segment_at(work, transcript, position)
        mention = add_mention(work, segment, start, end, label=label, entity=entity, key="" if entity else key)
        entity = work.get(Entity, mention.entity_id)
    return len(places)


def _accept(work: Work, transcript: Transcript, deed: str, *, certain_only: bool) -> int:
    interview = raw_interview(work, transcript)
    chosen = [mention for mention in pending_of(work, transcript) if mention.certain or not certain_only]
    for mention in chosen:
        _settle(work, mention, accept=True, replacement=None)
    record(work, deed, study_id=interview.study_id, subject_id=transcript.id, count=len(chosen))
    return len(chosen)


def _settle(work: Work, mention: Mention, *, accept: bool, replacement: str | None, deed: str = "") -> None:
    if replacement is not None:
        mention.replacement = checked_replacement(replacement)
    mention.decision = Decision.ACCEPTED if accept else Decision.REJECTED
    mention.decided_by_id = work.actor.account_id
    mention.decided_at = work.now
    mention.sealed_note, mention.asked_by_id, mention.asked_at = None, None, None  # answered
    work.session.add(mention)
    note_change(work, mention, deed or (ACCEPTED if accept else REJECTED))


def raw_interview(work: Work, transcript: Transcript) -> Interview:
    """The interview of a transcript whose mentions may be decided.

    Raises:
        NotTranscribed, AlreadyApproved: the transcript is not raw.
    """
    interview = work.get(Interview, transcript.interview_id)
    require_raw(transcript.state, code_of(work, interview))
    return interview


def _make_room(work: Work, segment: Segment, start: int, end: int) -> None:
    query = select(Mention).where(Mention.segment_id == segment.id, col(Mention.start) < end, col(Mention.end) > start)
    for other in work.session.exec(query).all():
        if other.decision == Decision.ACCEPTED:
            raise MentionOverlaps(position=segment.position, start=other.start, end=other.end)
        work.session.delete(other)
    work.session.flush()
