"""A mention that stays open until its expert has been asked, with what is to be asked."""

from uuid import UUID

from fieldwork.anonymisation.changes import ASKED, note_change
from fieldwork.anonymisation.models import Decision, Mention
from fieldwork.anonymisation.review import raw_interview
from fieldwork.anonymisation.rules import checked_note
from fieldwork.core.audit import record
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.transcription.models import Segment, Transcript

NOTE_FIELD = "mention.sealed_note"


def ask(work: Work, mention: Mention, note: str) -> None:
    """Leave a mention open until the expert has been asked; the note is kept sealed.

    Raises:
        NoteTooLong: the note is longer than a note.
        NotTranscribed, AlreadyApproved: its transcript is not raw.
        KeyDestroyed: the expert was erased.
    """
    transcript = work.get(Transcript, work.get(Segment, mention.segment_id).transcript_id)
    interview = raw_interview(work, transcript)
    told = checked_note(note)
    mention.sealed_note = work.vault.seal_text(expert_subject(interview.expert_id), NOTE_FIELD, mention.id, told)
    mention.decision, mention.decided_by_id, mention.decided_at = Decision.PENDING, None, None
    mention.asked_by_id, mention.asked_at = work.actor.account_id, work.now
    work.session.add(mention)
    note_change(work, mention, ASKED, transcript)
    record(work, "anonymisation.asked", study_id=interview.study_id, subject_id=mention.id)


def note_of(work: Work, mention: Mention, expert_id: UUID) -> str:
    """What is to be asked of the expert about a mention; empty where nothing is.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    if mention.sealed_note is None:
        return ""
    return work.vault.unseal_text(expert_subject(expert_id), NOTE_FIELD, mention.id, mention.sealed_note)
