"""The deeds on an approved transcript: a new find masked, a wrong replacement undone, a typing error, another sign."""

import dataclasses
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.afterwards import Deed, Done, approved
from fieldwork.anonymisation.approval import Look, original_text, raw_to_pseudonymised_map
from fieldwork.anonymisation.carrying import Step, led_end, led_start, rewritten, typed
from fieldwork.anonymisation.changes import GONE, MASKED, RENAMED, UNMASKED, note_change
from fieldwork.anonymisation.leak_door import look_here
from fieldwork.anonymisation.marking import registered
from fieldwork.anonymisation.meanings import form_of, wordings_of
from fieldwork.anonymisation.models import Decision, Entity, Mention
from fieldwork.anonymisation.placeholders import Rewritten
from fieldwork.anonymisation.review import MentionOverlaps, NothingThere
from fieldwork.anonymisation.rules import checked_replacement
from fieldwork.anonymisation.services import ORIGINAL_FIELD, entities_of, original_of
from fieldwork.core.errors import Refusal
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.services import study_of
from fieldwork.transcription.models import Segment, Transcript, TranscriptState
from fieldwork.transcription.rules import ChangedMeanwhile, EmptyText, same_words, tidy


class PlaceholderTouched(Refusal):
    """A typing error lies in words, never in what stands for somebody."""

    message = (
        "Turn {position} has to keep its replacements as they are and in their order: correct the words around them. "
        "What stands for somebody is changed by itself."
    )


class NotReplaced(Refusal):
    """Only what was replaced can be put back."""

    message = "This mention is not replaced any more. Load the page again to see how it stands."


def mask(
    work: Work, segment: Segment, start: int, end: int, *, label: str, entity: Entity | None = None, key: str = "",
    replacement: str | None = None, look: Look = look_here,
) -> Done:  # fmt: skip
    """Replace words of an approved text: a new find.

    Args:
        work: the unit of work.
        segment: where they stand.
        start: code points of the approved text.
        end: exclusive.
        label: what they are.
        entity: who or what, when it was met before.
        key: whom the study knows, though no transcript has named them yet.
        replacement: what stands in their place; else what stands for the entity.
        look: how to look for names that would be left.

    Raises:
        NotApprovedYet: the transcript is not approved.
        NothingThere: there are no words.
        MentionOverlaps: some of them stand for somebody already.
        LabelUnknown, NotFound: no such kind, nobody of that key.
        NameLeft: what stands in their place would be a name.
        KeyDestroyed: the expert was erased.
    """
    _, interview = approved(work, segment)
    text = segment.text or ""
    if not (0 <= start < end <= len(text) and text[start:end].strip()):
        raise NothingThere(start=start, end=end, position=segment.position)
    table = raw_to_pseudonymised_map(work, segment)
    if any(piece.new_start < end and start < piece.new_end for piece in table.pieces):
        raise MentionOverlaps(position=segment.position, start=start, end=end)
    raw = table.back(start, end)
    deed = Deed(work, MASKED, look)
    deed.remember(segment)
    _give_way(work, segment, raw)
    met = {one.id for one in entities_of(work, study_of(work, interview.study_id))}
    mention = registered(work, interview, segment, (*raw, text[start:end]), label=label, entity=entity, key=key)
    whom = work.get(Entity, mention.entity_id)
    if whom.id not in met:
        deed.remember_entity(whom, None)
    return _masked(work, deed, mention, (start, end), replacement)


def decide_find(
    work: Work, mention: Mention, *, accept: bool, replacement: str | None = None, look: Look = look_here
) -> Done | None:
    """Decide what a later search has found in an approved transcript; None where it stays.

    Raises:
        NotApprovedYet: the transcript is not approved.
        MentionOverlaps: some of the words stand for somebody by now.
        NameLeft: what would stand in their place is a name.
        KeyDestroyed: the expert was erased.
    """
    segment = work.get(Segment, mention.segment_id)
    approved(work, segment)
    table = raw_to_pseudonymised_map(work, segment)
    if any(piece.start < mention.end and mention.start < piece.end for piece in table.pieces):
        raise MentionOverlaps(position=segment.position, start=mention.start, end=mention.end)
    place = table.forward(mention.start, mention.end)
    if accept:
        deed = Deed(work, MASKED, look)
        deed.remember(segment)
        return _masked(work, deed, mention, place, replacement)
    _decided(work, mention, Decision.REJECTED)
    mention.replaced_start, mention.replaced_end = place
    note_change(work, mention, UNMASKED)
    return None


def unmask(work: Work, mention: Mention, *, look: Look = look_here) -> Done:
    """Put back the words of a mention that was replaced wrongly.

    Raises:
        NotApprovedYet: the transcript is not approved.
        NotReplaced: it is not replaced.
        NameLeft: the words name somebody whom the study knows.
        KeyDestroyed: the expert was erased.
    """
    segment = work.get(Segment, mention.segment_id)
    _, interview = approved(work, segment)
    if mention.decision != Decision.ACCEPTED or mention.replaced_start is None or mention.replaced_end is None:
        raise NotReplaced
    deed = Deed(work, UNMASKED, look)
    deed.put(
        segment, Step(mention.replaced_start, mention.replaced_end, original_of(work, mention, interview.expert_id))
    )
    _decided(work, mention, Decision.REJECTED)
    done = deed.finish()
    note_change(work, mention, UNMASKED)
    return done


def correct(work: Work, segment: Segment, text: str, *, begun_from: str, look: Look = look_here) -> Done | None:
    """Correct the words of an approved turn; what stands for somebody stays.

    Args:
        work: the unit of work.
        segment: which turn.
        text: the approved text as it is to be.
        begun_from: the text that whoever corrects has seen.
        look: how to look for names that were typed.

    Returns:
        None where nothing changed.

    Raises:
        NotApprovedYet: the transcript is not approved.
        EmptyText: nothing would be left.
        ChangedMeanwhile: somebody else has changed the turn.
        PlaceholderTouched: a replacement is missing, or stands otherwise.
        NameLeft: a name was typed.
        KeyDestroyed: the expert was erased.
    """
    _, interview = approved(work, segment)
    before, text = segment.text or "", tidy(text)
    if not text:
        raise EmptyText
    if same_words(before, text):
        return None
    if not same_words(before, begun_from):
        raise ChangedMeanwhile
    table = raw_to_pseudonymised_map(work, segment)
    steps = typed(before, text, [(piece.new_start, piece.new_end) for piece in table.pieces])
    if steps is None:
        raise PlaceholderTouched(position=segment.position)
    said = original_text(work, segment)
    raw = rewritten(said, [Step(*_back(table, step), step.words) for step in steps])
    deed = Deed(work, "corrected", look)
    deed.put(segment, *steps)
    deed.put_raw(segment, said, raw.text)
    _follow_typing(work, segment, raw, interview.expert_id)
    return deed.finish()


def rename_approved(
    work: Work, entity: Entity, before: Collection[str], transcripts: Collection[UUID], *, look: Look = look_here
) -> Done | None:
    """Have what an entity is called now stand for it in these approved transcripts, too.

    Mentions that were given a wording of their own keep it.

    Args:
        work: the unit of work.
        entity: whom or what.
        before: what stood for it until now, in all its forms.
        transcripts: which.
        look: how to look for names that would stand there.

    Returns:
        None where it stands nowhere, or stands so already.

    Raises:
        NameLeft: it is a name.
        KeyDestroyed: an expert was erased.
    """
    query = (
        select(Mention)
        .join(Segment)
        .join(Transcript, col(Transcript.id) == col(Segment.transcript_id))
        .where(
            Mention.entity_id == entity.id, Mention.decision == Decision.ACCEPTED,
            Transcript.state == TranscriptState.ANONYMISED, col(Transcript.id).in_(transcripts),
            col(Mention.replaced_start).is_not(None), col(Mention.replacement).in_(before),
        )
    )  # fmt: skip
    wordings = wordings_of(work, [entity.id]).get(entity.id, {})
    told = [(one, form_of(entity, wordings, one.cases)) for one in work.session.exec(query)]
    told = [(one, words) for one, words in told if words != one.replacement]
    return put_signs(work, told, look=look) if told else None


def put_signs(work: Work, told: Sequence[tuple[Mention, str]], *, look: Look = look_here) -> Done:
    """Have other words stand in the place of replaced mentions of approved transcripts; one deed over all of them."""
    deed = Deed(work, RENAMED, look)
    for mention, words in told:
        deed.put(
            work.get(Segment, mention.segment_id), Step(mention.replaced_start or 0, mention.replaced_end or 0, words)
        )
    for mention, words in told:
        mention.replacement = words
        work.add(mention)
        note_change(work, mention, RENAMED)
    return deed.finish()


def _masked(work: Work, deed: Deed, mention: Mention, place: tuple[int, int], replacement: str | None) -> Done:
    if replacement is not None:
        mention.replacement = checked_replacement(replacement)
    _decided(work, mention, Decision.ACCEPTED)
    mention.replaced_start, mention.replaced_end = place  # led to where its sign stands with all the others
    work.add(mention)
    deed.put(work.get(Segment, mention.segment_id), Step(*place, mention.replacement))
    done = deed.finish()
    note_change(work, mention, MASKED)
    return dataclasses.replace(done, entity=work.get(Entity, mention.entity_id))


def _decided(work: Work, mention: Mention, decision: Decision) -> None:
    mention.decision = decision
    mention.decided_by_id, mention.decided_at = work.actor.account_id, work.now
    work.add(mention)


def _give_way(work: Work, segment: Segment, raw: tuple[int, int]) -> None:
    """What stayed, or waits, where a new find stands: undecided ones go, those that stay have no place any more."""
    for other in work.session.exec(select(Mention).where(Mention.segment_id == segment.id)).all():
        if other.decision == Decision.ACCEPTED or other.end <= raw[0] or raw[1] <= other.start:
            continue
        if other.decision == Decision.PENDING:
            note_change(work, other, GONE)
            work.session.delete(other)
        else:
            other.replaced_start, other.replaced_end = None, None
            work.add(other)
    work.session.flush()


def _back(table: Rewritten, step: Step) -> tuple[int, int]:
    """A stretch between placeholders in the raw text: its borders may touch them, and never take one in."""
    shift = 0
    for piece in table.pieces:
        if piece.new_end > step.start:
            break
        shift = piece.end - piece.new_end
    return step.start + shift, step.end + shift


def _follow_typing(work: Work, segment: Segment, raw: Rewritten, expert_id: UUID) -> None:
    """Lead the mentions to where they stand in the raw text now; whose words were typed otherwise is sealed anew."""
    for mention in work.session.exec(select(Mention).where(Mention.segment_id == segment.id)).all():
        start, end = led_start(raw, mention.start), led_end(raw, mention.end)
        words = raw.text[start:end]
        if not words.strip():
            note_change(work, mention, GONE)
            work.session.delete(mention)
            continue
        if words != original_of(work, mention, expert_id):
            mention.sealed_original = work.vault.seal_text(
                expert_subject(expert_id), ORIGINAL_FIELD, mention.id, words
            )  # fmt: skip
        mention.start, mention.end = start, end
        work.add(mention)
