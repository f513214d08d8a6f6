"""Mentions follow when a raw transcript's turns are typed or cut anew: what was decided of the same words stays."""

from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.carrying import Spot, carried
from fieldwork.anonymisation.changes import GONE, note_change
from fieldwork.anonymisation.models import Mention
from fieldwork.anonymisation.review_models import Looked, SecondLook
from fieldwork.core.work import Work
from fieldwork.transcription.following import Texts, when_reshaped
from fieldwork.transcription.models import Transcript


@when_reshaped
def follow_turns(work: Work, transcript: Transcript, before: Texts, after: Texts) -> None:
    """Lead the mentions of some turns to where their words stand now; those whose words changed go.

    Names have to be looked for again in any case, so nothing that was typed is missed; the history keeps what went.
    """
    numbers = {segment_id: number for number, (segment_id, _) in enumerate(before)}
    mentions = list(work.session.exec(select(Mention).where(col(Mention.segment_id).in_(numbers))))
    mentions = [one for one in mentions if one.end <= len(before[numbers[one.segment_id]][1])]
    spots = [Spot(numbers[one.segment_id], one.start, one.end) for one in mentions]
    found = carried(spots, [text for _, text in before], [text for _, text in after])
    for mention, spot in zip(mentions, found, strict=True):
        if spot is None:
            note_change(work, mention, GONE, transcript)
            work.session.delete(mention)
            continue
        mention.segment_id, mention.start, mention.end = after[spot.text][0], spot.start, spot.end
        work.add(mention)
    work.session.flush()
    _follow_looks(work, [segment_id for segment_id, _ in before], after)


def _follow_looks(work: Work, before: list[UUID], after: Texts) -> None:
    """What a second review shows goes along: a mention with its mention, a turn as the turn that begins it."""
    standing = dict(after)
    for look in work.session.exec(select(SecondLook).where(col(SecondLook.segment_id).in_(before))):
        mention = work.session.get(Mention, look.mention_id) if look.mention_id else None
        if mention is not None:
            look.segment_id, look.start, look.end = mention.segment_id, mention.start, mention.end
        elif look.segment_id not in standing:
            look.segment_id = after[0][0]
        if look.kind == Looked.TURN:
            look.start, look.end = 0, max(1, len(standing[look.segment_id]))
        work.add(look)
