"""Looking for names in an approved transcript again: the study may know more people, or more words, than it did."""

from collections.abc import Sequence

from sqlmodel import col, select

from fieldwork.anonymisation.approval import raw_to_pseudonymised_map
from fieldwork.anonymisation.detection import detected_at, look, propose, read, terms_changed_since
from fieldwork.anonymisation.models import Decision, Mention
from fieldwork.anonymisation.services import mentions_of
from fieldwork.core.audit import AuditEntry
from fieldwork.core.work import Work
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript

_GROWING = ("expert.added", "expert.changed", "expert.identity_changed", "expert.nominated", "member.added")
"""Deeds after which the study knows more people, or knows them better."""


def search_again(work: Work, transcript: Transcript) -> list[Mention]:
    """Look for names in an approved transcript, as it was said; what is new waits for a person.

    Returns:
        The new finds, in order.

    Raises:
        NotTranscribed: it is not complete.
        KeyDestroyed: its expert was erased.
    """
    propose(work, transcript, look(read(work, transcript, again=True)))
    return place_finds(work, transcript)


def place_finds(work: Work, transcript: Transcript) -> list[Mention]:
    """Give what stays anyway (towns, countries) its place in the approved text; the finds that wait are returned."""
    finds = finds_of(work, transcript)
    for mention in mentions_of(work, transcript):
        if mention.decision == Decision.REJECTED and mention.decided_at is None and mention.replaced_start is None:
            table = raw_to_pseudonymised_map(work, work.get(Segment, mention.segment_id))
            mention.replaced_start, mention.replaced_end = table.forward(mention.start, mention.end)
            work.add(mention)
    return finds


def finds_of(work: Work, transcript: Transcript) -> list[Mention]:
    """What a search has found in an approved transcript and nobody has decided, in order."""
    return [one for one in mentions_of(work, transcript) if one.decision == Decision.PENDING]


def knows_more(work: Work, transcript: Transcript) -> bool:
    """Whether the study knows more people or words since names were last looked for in a transcript."""
    last = detected_at(work, transcript)
    if last is None or terms_changed_since(work, transcript):
        return True
    study_id = work.get(Interview, transcript.interview_id).study_id
    query = select(AuditEntry.number).where(
        AuditEntry.study_id == study_id, col(AuditEntry.deed).in_(_GROWING), AuditEntry.at > last
    )
    return work.session.exec(query.limit(1)).first() is not None


def in_approved(work: Work, mentions: Sequence[Mention]) -> list[tuple[Mention, int, int]]:
    """Finds with where they stand in the approved text now; those on words that are replaced by now are left out."""
    found = []
    for mention in mentions:
        table = raw_to_pseudonymised_map(work, work.get(Segment, mention.segment_id))
        if not any(piece.start < mention.end and mention.start < piece.end for piece in table.pieces):
            found.append((mention, *table.forward(mention.start, mention.end)))
    return found
