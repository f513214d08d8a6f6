"""A study's export profiles, and its approved texts read by them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.meanings import meant_by, wordings_of
from fieldwork.anonymisation.models import Entity, ExportProfile, Mention
from fieldwork.anonymisation.placeholders import Rewritten
from fieldwork.anonymisation.profiles import FIRST, GENERALISED, MOST_LEVELS, Detail, Meant, Names, Standing, render
from fieldwork.anonymisation.rules import checked_replacement
from fieldwork.anonymisation.wordings import split_cases
from fieldwork.core.audit import record
from fieldwork.core.errors import BadInput, NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.transcription.models import Segment

MOST = 12


class LevelUnknown(BadInput):
    """A kind is generalised by so many steps, or not."""

    message = "{label} cannot be generalised by {level} steps. Give 0 to {most}, for one of: {labels}."


class NamesUnknown(BadInput):
    """One of three things stands for those who are not generalised."""

    message = "«{names}» is not what can stand for people. Choose one of: {choices}."


class ProfilesFull(Refusal):
    """A dozen profiles is more than anybody keeps apart."""

    message = "A study has {most} export profiles at most. Change or remove one."


class FirstStays(Refusal):
    """The first three are always there."""

    message = "The first three profiles stay. Change what this one says instead."


class ProfileInUse(Refusal):
    """The report is read by it."""

    message = "The report uses this profile. Choose another one for the report first."


def profiles_of(work: Work, study: Study) -> list[Detail]:
    """A study's profiles: the first three, then its own by name; exactly one is for the report."""
    rows = {row.key: row for row in _rows(work, study)}
    first = [_read(rows[one.key]) if one.key in rows else one for one in FIRST]
    own = [_read(row) for key, row in rows.items() if key not in {one.key for one in FIRST} and not row.removed_at]
    found = [*first, *sorted(own, key=lambda one: one.name.lower())]
    chosen = next((one.key for one in found if one.for_report and rows.get(one.key)), None)
    return [replace(one, for_report=one.key == chosen) for one in found] if chosen else found


def find_profile(work: Work, study: Study, key: str) -> Detail:
    """The profile of that key.

    Raises:
        NotFound: there is none.
    """
    for one in profiles_of(work, study):
        if one.key == key:
            return one
    raise NotFound(kind="profile", name=key)


def report_profile(work: Work, study: Study) -> Detail:
    """What the report's quotations are read by."""
    return next(one for one in profiles_of(work, study) if one.for_report)


def save_profile(work: Work, study: Study, detail: Detail) -> Detail:
    """Write a profile down, a new one or a change; ``Detail.for_report`` is set by ``use_for_report`` alone.

    Raises:
        ReplacementEmpty, ReplacementTooLong: its name is none (the first three may go without).
        LevelUnknown, NamesUnknown: it says what cannot be.
        ProfilesFull: there are enough.
    """
    _check(detail)
    first = detail.key in {one.key for one in FIRST}
    name = checked_replacement(detail.name) if detail.name.strip() or not first else ""
    row = _row(work, study, detail.key)
    if row is None:
        known = profiles_of(work, study)
        if len(known) >= MOST:
            raise ProfilesFull(most=MOST)
        current = next((one for one in known if one.key == detail.key), None)
        row = ExportProfile(
            study_id=study.id, key=detail.key, name=name, names=detail.names, places_stay=detail.places_stay,
            for_report=current is not None and current.for_report,
        )  # fmt: skip
    row.name, row.names, row.places_stay = name, detail.names, detail.places_stay
    row.levels, row.removed_at = {label: level for label, level in detail.levels.items() if level}, None
    work.add(row)
    record(work, "anonymisation.profile_saved", study_id=study.id, subject_id=row.id, key=row.key)
    return _read(row)


def use_for_report(work: Work, study: Study, key: str) -> None:
    """Have the report's quotations read by a profile from now on.

    Raises:
        NotFound: there is none of that key.
    """
    chosen = find_profile(work, study, key)
    save_profile(work, study, chosen)
    for row in _rows(work, study):
        row.for_report = row.key == key
        work.session.add(row)
    work.session.flush()
    record(work, "anonymisation.profile_used", study_id=study.id, key=key)


def remove_profile(work: Work, study: Study, key: str) -> None:
    """Take a profile of the study's own away; ``restore_profile`` takes that back.

    Raises:
        NotFound: there is none of that key.
        FirstStays: it is one of the first three.
        ProfileInUse: the report uses it.
    """
    detail = find_profile(work, study, key)
    if key in {one.key for one in FIRST}:
        raise FirstStays
    if detail.for_report:
        raise ProfileInUse
    row = _row(work, study, key)
    if row is not None:
        row.removed_at = work.now
        work.add(row)
        record(work, "anonymisation.profile_removed", study_id=study.id, subject_id=row.id, key=key)


def restore_profile(work: Work, study: Study, key: str) -> None:
    """Put back a profile that was removed.

    Raises:
        NotFound: there was none of that key.
    """
    row = _row(work, study, key)
    if row is None:
        raise NotFound(kind="profile", name=key)
    row.removed_at = None
    work.add(row)
    record(work, "anonymisation.profile_restored", study_id=study.id, subject_id=row.id, key=key)


class Reader:
    """Reads a study's approved texts by a profile. Build once per export: it asks for the entities once.

    Nothing is written: texts, mentions and codings stay as they are.
    """

    def __init__(self, work: Work, study: Study, detail: Detail) -> None:
        self.study, self.detail = study, detail
        self._work = work
        entities = work.session.exec(select(Entity).where(Entity.study_id == study.id)).all()
        wordings = wordings_of(work, [one.id for one in entities])
        self._meant: Mapping[UUID, Meant] = {one.id: meant_by(one, wordings.get(one.id, {})) for one in entities}
        self._segments: dict[UUID, list[Segment]] = {}
        self._read: dict[UUID, Rewritten] = {}

    def segment(self, segment: Segment) -> Rewritten:
        """An approved segment's text under the profile; ``forward`` leads spans of the approved text into it."""
        if segment.id not in self._read:
            self._load([segment])
        return self._read[segment.id]

    def segments(self, transcript_id: UUID) -> Sequence[Segment]:
        """The segments of a transcript in order, read at once."""
        if transcript_id not in self._segments:
            query = select(Segment).where(Segment.transcript_id == transcript_id).order_by(col(Segment.position))
            self._segments[transcript_id] = list(self._work.session.exec(query))
            self._load(self._segments[transcript_id])
        return self._segments[transcript_id]

    def quote(self, transcript_id: UUID, start: tuple[int, int], end: tuple[int, int], quote: str) -> str:
        """A quotation under the profile.

        Args:
            transcript_id: where it stands.
            start: position of its first segment, and the code point in its approved text.
            end: position of its last segment, and the code point in it (exclusive).
            quote: the words as kept with the coding.

        Returns:
            The words under the profile; where they no longer stand at their place, the kept ones with everything in
            them that the transcript's mentions stand for read by the profile.
        """
        chosen = [one for one in self.segments(transcript_id) if start[0] <= one.position <= end[0]]
        told, now = [], []
        for one in chosen:
            text = one.text or ""
            first = start[1] if one.position == start[0] else 0
            last = end[1] if one.position == end[0] else len(text)
            left, right = self.segment(one).forward(first, last)
            now.append(text[first:last])
            told.append(self.segment(one).text[left:right])
        return "\n".join(told) if "\n".join(now) == quote else self._replaced(transcript_id, quote)

    def _replaced(self, transcript_id: UUID, quote: str) -> str:
        """A quotation that lost its place: word for word, the longest first."""
        swaps: dict[str, str] = {}
        for one in self.segments(transcript_id):
            read = self.segment(one)
            text = one.text or ""
            swaps |= {text[p.start : p.end]: read.text[p.new_start : p.new_end] for p in read.pieces}
        for old in sorted(swaps, key=len, reverse=True):
            quote = quote.replace(old, swaps[old])
        return quote

    def _load(self, segments: Collection[Segment]) -> None:
        query = (
            select(Mention)
            .where(col(Mention.segment_id).in_([one.id for one in segments]), col(Mention.replaced_start).is_not(None))
            .order_by(col(Mention.replaced_start))
        )
        found: dict[UUID, list[Standing]] = {one.id: [] for one in segments}
        for mention in self._work.session.exec(query):
            found[mention.segment_id].append(standing_at(mention, self._meant[mention.entity_id]))
        for one in segments:
            self._read[one.id] = render(one.text or "", found[one.id], self.detail)


def reader_of(work: Work, study: Study, detail: Detail) -> Reader:
    """What reads the study's approved texts by a profile."""
    return Reader(work, study, detail)


def standing_at(mention: Mention, meant: Meant) -> Standing:
    """A mention of an approved text as profiles read it."""
    return Standing(
        mention.replaced_start or 0, mention.replaced_end or 0, meant, split_cases(mention.cases),
        stayed=mention.decision == "rejected",
    )  # fmt: skip


def _check(detail: Detail) -> None:
    if detail.names not in tuple(Names):
        raise NamesUnknown(names=detail.names, choices=", ".join(Names))
    for label, level in detail.levels.items():
        if label not in GENERALISED or not 0 <= level <= MOST_LEVELS:
            raise LevelUnknown(label=label, level=level, most=MOST_LEVELS, labels=", ".join(GENERALISED))


def _rows(work: Work, study: Study) -> Sequence[ExportProfile]:
    return work.session.exec(
        select(ExportProfile).where(ExportProfile.study_id == study.id).order_by(col(ExportProfile.key))
    ).all()


def _row(work: Work, study: Study, key: str) -> ExportProfile | None:
    query = select(ExportProfile).where(ExportProfile.study_id == study.id, ExportProfile.key == key)
    return work.session.exec(query).first()


def _read(row: ExportProfile) -> Detail:
    levels: dict[str, Any] = row.levels
    return Detail(
        row.key, row.name, Names(row.names), {label: int(level) for label, level in levels.items()}, row.places_stay,
        row.for_report,
    )  # fmt: skip
