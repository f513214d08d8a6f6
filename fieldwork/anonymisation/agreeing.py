"""Settling what two people see differently: what is settled is done, in a raw transcript and in an approved one."""

from uuid import UUID

from fieldwork.anonymisation.approval import Look, raw_to_pseudonymised_map
from fieldwork.anonymisation.changes import SETTLED, note_change
from fieldwork.anonymisation.contexts import said
from fieldwork.anonymisation.leak_door import look_here
from fieldwork.anonymisation.looks import REPLACED
from fieldwork.anonymisation.models import Decision, Mention
from fieldwork.anonymisation.remasking import mask, unmask
from fieldwork.anonymisation.review import add_mention, decide
from fieldwork.anonymisation.review_models import Looked, SecondLook
from fieldwork.core.audit import record
from fieldwork.core.work import Work
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript, TranscriptState


def settle(work: Work, look: SecondLook, outcome: str, *, door: Look = look_here) -> None:
    """Say which of the two is right; the text becomes so.

    Args:
        work: the unit of work.
        look: a difference: a mention, or what was missed.
        outcome: replaced or kept.
        door: how to look for names that would be left in an approved text.

    Raises:
        NameLeft: a known name would stand in an approved text.
        MentionOverlaps: what was missed is covered by another mention now.
        KeyDestroyed: the expert was erased.
    """
    segment = work.get(Segment, look.segment_id)
    transcript = work.get(Transcript, segment.transcript_id)
    mention = work.session.get(Mention, look.mention_id) if look.mention_id else None
    if look.kind == Looked.MISSED and mention is None:
        mention = _missed(work, look, outcome, door)
    elif mention is not None and (mention.decision == Decision.ACCEPTED) != (outcome == REPLACED):
        _turned(work, mention, outcome, door)
    if mention is not None:
        note_change(work, mention, SETTLED, transcript)
        look.mention_id = mention.id
    look.outcome, look.settled_by_id, look.settled_at = outcome, work.actor.account_id, work.now
    work.add(look)
    study_id = work.get(Interview, transcript.interview_id).study_id
    record(work, "anonymisation.second_settled", study_id=study_id, subject_id=look.id, outcome=outcome)


def _missed(work: Work, look: SecondLook, outcome: str, door: Look) -> Mention | None:
    if outcome != REPLACED:
        return None
    segment = work.get(Segment, look.segment_id)
    if work.get(Transcript, segment.transcript_id).state == TranscriptState.RAW:
        return add_mention(work, segment, look.start, look.end, label=look.label)
    place = raw_to_pseudonymised_map(work, segment).forward(look.start, look.end)
    mask(work, segment, *place, label=look.label, look=door)
    return None


def _turned(work: Work, mention: Mention, outcome: str, door: Look) -> None:
    segment = work.get(Segment, mention.segment_id)
    if work.get(Transcript, segment.transcript_id).state == TranscriptState.RAW:
        decide(work, mention, accept=outcome == REPLACED)
    elif outcome == REPLACED:
        place = raw_to_pseudonymised_map(work, segment).forward(mention.start, mention.end)
        mask(work, segment, *place, label=mention.label, look=door)
    else:
        unmask(work, mention, look=door)


def spots_of(work: Work, segment: Segment, words: str) -> list[tuple[int, int]]:
    """Where words stand in a turn as it was said, as words of their own, whatever their capitals; code points.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    expert_id = _expert(work, segment)
    text, sought = said(work, segment, expert_id).casefold(), words.strip().casefold()
    found, at = [], text.find(sought) if sought else -1
    while at >= 0:
        end = at + len(sought)
        if not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
            found.append((at, end))
        at = text.find(sought, end)
    return found


def _expert(work: Work, segment: Segment) -> UUID:
    return work.get(Interview, work.get(Transcript, segment.transcript_id).interview_id).expert_id
