"""Codings stay on their words when an approved transcript is changed after all (a new find, a typing error).

Their places are led through the table of what was changed, which is exact; only a coding that did not stand on its
quote before is looked for by the quote. None is ever deleted.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, or_, select

from fieldwork.anonymisation.carrying import led_end, led_start
from fieldwork.anonymisation.following import Edited, Followed, when_rewritten, who_categorises
from fieldwork.coding.anchoring import SegmentText, find
from fieldwork.coding.models import Anchor, Category, Code, Coding, RemovedCoding
from fieldwork.coding.rules import LOST, OutsideText, passage_text
from fieldwork.core.audit import record
from fieldwork.core.work import Work
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript

_Place = tuple[UUID, int, UUID, int]
_ASIDE = 10_000_000  # code points that no turn has


class _Texts:
    """A transcript's turns as they were and as they are."""

    def __init__(self, segments: Sequence[Segment], edited: Sequence[Edited]) -> None:
        self.tables = {one.segment.id: one.table for one in edited}
        self.segments = segments
        self.edited = edited
        self.index = {segment.id: number for number, segment in enumerate(segments)}
        earlier = {one.segment.id: one.before for one in edited}
        self.now = [segment.text or "" for segment in segments]
        self.before = [earlier.get(segment.id, segment.text or "") for segment in segments]

    def stood(self, coding: Coding | RemovedCoding) -> bool:
        """Whether the quote stood where the coding was."""
        first, last = self.index[coding.start_segment_id], self.index[coding.end_segment_id]
        try:
            within = self.before[first : last + 1]
            return passage_text(within, coding.start_offset, coding.end_offset) == coding.quote
        except OutsideText:
            return False

    def led(self, coding: Coding | RemovedCoding) -> _Place:
        """Where the same words stand now; a placeholder is taken whole."""
        start, end = self.tables.get(coding.start_segment_id), self.tables.get(coding.end_segment_id)
        return (
            coding.start_segment_id,
            led_start(start, coding.start_offset) if start else coding.start_offset,
            coding.end_segment_id,
            led_end(end, coding.end_offset) if end else coding.end_offset,
        )

    def cleaned(self, quote: str) -> str:
        """A quote that has no place, with what was changed in the turns changed in it, too: a masked name must go."""
        for one in self.edited:
            for piece in one.table.pieces:
                was, now = one.before[piece.start : piece.end], one.table.text[piece.new_start : piece.new_end]
                if was:
                    # a backslash in what stands there now is a letter like any other
                    quote = re.sub(rf"(?<!\w){re.escape(was)}(?!\w)", now.replace("\\", r"\\"), quote)
        return quote

    def quote(self, place: _Place) -> str:
        """The words there."""
        first, last = self.index[place[0]], self.index[place[2]]
        return passage_text(self.now[first : last + 1], place[1], place[3])


@when_rewritten
def follow_rewriting(work: Work, transcript: Transcript, edited: Sequence[Edited]) -> Followed:
    """Lead every coding on the changed turns to the same words, and give it the quote that stands there now."""
    query = select(Segment).where(Segment.transcript_id == transcript.id).order_by(col(Segment.position))
    texts = _Texts(work.session.exec(query).all(), edited)
    done = _codings(work, texts)
    _removed(work, texts)
    if done.moved or done.unplaced:
        study_id = work.get(Interview, transcript.interview_id).study_id
        record(
            work, "codings.followed", study_id=study_id, subject_id=transcript.id,
            count=done.moved, lost=len(done.unplaced),
        )  # fmt: skip
    return done


@who_categorises
def coded_under(work: Work, transcript: Transcript) -> Mapping[UUID, set[str]]:
    """The categories that the codings on each turn belong to, also those whose words have lost their place."""
    query = select(Segment.id).where(Segment.transcript_id == transcript.id).order_by(col(Segment.position))
    order = list(work.session.exec(query))
    index = {segment_id: number for number, segment_id in enumerate(order)}
    rows = work.session.exec(
        select(Coding.start_segment_id, Coding.end_segment_id, Category.key)
        .join(Code, col(Code.id) == col(Coding.code_id))
        .join(Category, col(Category.id) == col(Code.category_id))
        .where(col(Coding.start_segment_id).in_(index))
    )
    found: dict[UUID, set[str]] = defaultdict(set)
    for first, last, key in rows:
        for segment_id in order[index[first] : index[last] + 1]:
            found[segment_id].add(key)
    return found


def _codings(work: Work, texts: _Texts) -> Followed:
    places: dict[UUID, tuple[_Place, str]] = {}
    unplaced = []
    rows = {one.id: one for one in work.session.exec(select(Coding).where(_on(Coding, texts)))}
    for coding in rows.values():
        if texts.stood(coding):
            places[coding.id] = (texts.led(coding), "")
        elif (found := _by_quote(texts, coding)) is not None:
            places[coding.id] = found
        else:
            unplaced.append(coding.id)
    taken = {(rows[one].code_id, _place(rows[one])) for one in unplaced}
    moved = 0
    led: dict[UUID, _Place] = {}
    for coding_id, (place, anchor) in places.items():
        coding = rows[coding_id]
        words = _words(texts, place)
        if not words or (coding.code_id, place) in taken:
            unplaced.append(coding_id)  # all its words are gone, or another one of the same code marks them already
            continue
        taken.add((coding.code_id, place))
        moved += (place, words) != (_place(coding), coding.quote)
        coding.quote, coding.anchor, led[coding_id] = words, anchor or coding.anchor, place
    for coding_id in unplaced:
        rows[coding_id].likeness = LOST  # neither counted nor quoted, and told of
        rows[coding_id].quote = texts.cleaned(rows[coding_id].quote)
    _put(work, rows, led)
    return Followed(moved, tuple(unplaced))


def _removed(work: Work, texts: _Texts) -> None:
    """Codings that were taken off hold the words as well: what was masked must not stand there."""
    for removed in work.session.exec(select(RemovedCoding).where(_on(RemovedCoding, texts))):
        place = texts.led(removed) if texts.stood(removed) else None
        words = _words(texts, place) if place else ""
        if place and words:
            _set(removed, place)
        removed.quote = words or texts.cleaned(removed.quote)
        work.add(removed)


def _by_quote(texts: _Texts, coding: Coding) -> tuple[_Place, str] | None:
    near = range(texts.index[coding.start_segment_id], texts.index[coding.end_segment_id] + 1)
    found = find(coding.quote, [SegmentText(text) for text in texts.now], near, elsewhere=False)
    if found is None or coding.likeness == LOST:
        return None
    segments = texts.segments
    place = segments[found.start_segment].id, found.start_offset, segments[found.end_segment].id, found.end_offset
    return place, str(Anchor(found.anchor))


def _words(texts: _Texts, place: _Place) -> str:
    try:
        return texts.quote(place)
    except OutsideText:
        return ""


def _on(model: type[Coding] | type[RemovedCoding], texts: _Texts) -> sa.ColumnElement[bool]:
    """Those that begin or end in the transcript: one may run over a changed turn."""
    return or_(col(model.start_segment_id).in_(texts.index), col(model.end_segment_id).in_(texts.index))


def _place(coding: Coding) -> _Place:
    return coding.start_segment_id, coding.start_offset, coding.end_segment_id, coding.end_offset


def _set(coding: Coding | RemovedCoding, place: _Place) -> None:
    coding.start_segment_id, coding.start_offset, coding.end_segment_id, coding.end_offset = place


def _put(work: Work, rows: dict[UUID, Coding], led: dict[UUID, _Place]) -> None:
    """Write the new places in two steps: one coding may go to where another of the same code has just been."""
    going = {coding_id: place for coding_id, place in led.items() if place != _place(rows[coding_id])}
    for coding_id in going:
        rows[coding_id].start_offset += _ASIDE
    work.add_all(list(rows.values()))
    work.session.flush()
    for coding_id, place in going.items():
        _set(rows[coding_id], place)
    work.add_all(list(rows.values()))
    work.session.flush()
