"""Mentions where they were said, and the cases their words may be in: before and after approval."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.grammar_door import MOST_FORMS, Ask, Order, Place
from fieldwork.anonymisation.meanings import form_of, own_forms, wordings_of
from fieldwork.anonymisation.models import Entity, Mention
from fieldwork.anonymisation.services import forms_of, original_of
from fieldwork.anonymisation.workbench import spoken
from fieldwork.core.work import Work
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript
from fieldwork.transcription.services import text_of


def settle_cases(work: Work, mentions: Sequence[Mention], ask: Ask) -> None:
    """Look at the cases of mentions whose entity has a pseudonym that bends, where nobody has, and bend it by them.

    Mentions that were marked by hand have waited for this: the pages have no dictionaries.

    Raises:
        GrammarUnfinished: the child did not answer.
        KeyDestroyed: the expert was erased.
    """
    placed = [(one, place) for one in waiting_for_a_case(work, mentions) if (place := place_of(work, one)) is not None]
    if not placed:
        return
    grammar = ask(Order(places=[place for _, place in placed]))
    for (mention, _), cases in zip(placed, grammar.cases, strict=True):
        entity = work.get(Entity, mention.entity_id)
        wordings = wordings_of(work, [entity.id]).get(entity.id, {})
        mention.cases = " ".join(cases)
        if mention.replacement in own_forms(entity, wordings):
            mention.replacement = form_of(entity, wordings, mention.cases)
        work.session.add(mention)


def waiting_for_a_case(work: Work, mentions: Sequence[Mention]) -> list[Mention]:
    """Those whose case nobody has looked at although their entity's pseudonym bends."""
    unseen = [mention for mention in mentions if mention.cases is None]
    wordings = wordings_of(work, {mention.entity_id for mention in unseen})
    return [one for one in unseen if 0 in wordings.get(one.entity_id, {}) and wordings[one.entity_id][0].bends]


def mentions_with(work: Work, entity: Entity, transcripts: Collection[UUID]) -> Sequence[tuple[Mention, Transcript]]:
    """An entity's mentions in these transcripts, in order."""
    rows = work.session.exec(
        select(Mention, Transcript)
        .join(Segment, col(Segment.id) == col(Mention.segment_id))
        .join(Transcript, col(Transcript.id) == col(Segment.transcript_id))
        .where(Mention.entity_id == entity.id, col(Transcript.id).in_(transcripts))
        .order_by(col(Transcript.id), col(Segment.position), col(Mention.start))
    ).all()
    return [(mention, transcript) for mention, transcript in rows]


def unseen_places(work: Work, entity: Entity, transcripts: Collection[UUID]) -> Sequence[tuple[Mention, Place]]:
    """The mentions whose cases nobody has looked at, where they were said."""
    forms = forms_of(work, entity)[:MOST_FORMS]
    unseen = [mention for mention, _ in mentions_with(work, entity, transcripts) if mention.cases is None]
    found = []
    for mention in unseen:
        place = place_of(work, mention)
        if place is not None:
            found.append((mention, replace(place, forms=forms)))
    return found


def note_cases(work: Work, placed: Sequence[tuple[Mention, Place]], cases: Sequence[Sequence[str]]) -> None:
    """Write down the cases that mentions may stand in."""
    for (mention, _), found in zip(placed, cases, strict=True):
        mention.cases = " ".join(found)
        work.session.add(mention)


def place_of(work: Work, mention: Mention) -> Place | None:
    """A mention in its turn as it was said; None where its words no longer stand there.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    segment = work.get(Segment, mention.segment_id)
    expert_id = work.get(Interview, work.get(Transcript, segment.transcript_id).interview_id).expert_id
    text = said(work, segment, expert_id)
    words = original_of(work, mention, expert_id)
    if text[mention.start : mention.end] != words:
        return None
    return Place(text[: mention.start], words, text[mention.end :], mention.label)


def said(work: Work, segment: Segment, expert_id: UUID) -> str:
    """A turn as it was said, before and after approval.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    text = text_of(work, segment, expert_id)
    if segment.text is None:
        return text
    query = (
        select(Mention)
        .where(Mention.segment_id == segment.id, col(Mention.replaced_start).is_not(None))
        .order_by(col(Mention.replaced_start))
    )
    mentions = work.session.exec(query).all()
    return spoken(text, mentions, {one.id: original_of(work, one, expert_id) for one in mentions})
