"""The search forgets the words of an approved turn as soon as it is changed: what was masked must not lie there."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col

from fieldwork.anonymisation.following import Edited, Followed, when_rewritten
from fieldwork.core.work import Work
from fieldwork.overview.models import SearchEntry
from fieldwork.transcription.models import Transcript


@when_rewritten
def forget_words(work: Work, transcript: Transcript, edited: Sequence[Edited]) -> Followed:
    """Remove the kept words of the changed turns; the next search writes them anew."""
    del transcript
    turns = [one.segment.id for one in edited]
    work.session.execute(sa.delete(SearchEntry).where(col(SearchEntry.segment_id).in_(turns)))
    return Followed()
