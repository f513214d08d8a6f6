"""Changing an approved transcript after all, each deed whole: texts, mentions, those who follow, the way back.

Positions that people give are code points of the approved text. What a deed changed is kept sealed (``LaterChange``),
so that it can be taken back as long as nobody has changed the same turns since. A name that would stand there after a
deed refuses it; what was left elsewhere does not, or nothing could be mended step by step.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlmodel import select

from fieldwork.anonymisation.approval import Look, NameLeft, original_text
from fieldwork.anonymisation.carrying import Step, led_end, led_start, rewritten
from fieldwork.anonymisation.changes import BACK, note_change
from fieldwork.anonymisation.following import Edited, Followed, told_of
from fieldwork.anonymisation.leak_door import look_here
from fieldwork.anonymisation.models import Entity, Mention
from fieldwork.anonymisation.placeholders import Piece, Rewritten
from fieldwork.anonymisation.review_models import LaterChange
from fieldwork.anonymisation.rules import Leak
from fieldwork.anonymisation.services import known_identities
from fieldwork.anonymisation.undoing import ChangedSince, put_entity, put_mention, values_of
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.ids import new_id
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.services import study_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import move_times
from fieldwork.transcription.models import Segment, Transcript, TranscriptState
from fieldwork.transcription.services import code_of

BEFORE_FIELD = "later_change.sealed_before"


class NotApprovedYet(Refusal):
    """What is not approved is changed in its review."""

    message = "The anonymisation of the transcript of {code} is not approved yet. Change it in its review."


@dataclass(frozen=True, repr=False)
class Done:
    """What a deed did.

    Attributes:
        deed_id: takes it back.
        places: how many stretches it changed.
        followed: what became of codings and the like.
        left: names that stand in the changed turns elsewhere, not by this deed.
        entity: who or what was masked.
    """

    deed_id: UUID
    places: int
    followed: Followed = field(default_factory=Followed)
    left: Sequence[Leak] = ()
    entity: Entity | None = None

    def __repr__(self) -> str:
        """How much, never what."""
        return f"Done({self.places} places)"


class Deed:
    """A deed on approved transcripts: steps are gathered by turn, then everything is written at once."""

    def __init__(self, work: Work, name: str, look: Look = look_here) -> None:
        self.work = work
        self.name = name
        self.id = new_id()
        self._look = look
        self._steps: dict[UUID, list[Step]] = {}
        self._before: dict[UUID, dict[str, Any]] = {}
        self._entities: dict[str, list[str | None]] = {}
        self._raw: dict[UUID, tuple[str, str]] = {}

    def remember(self, segment: Segment) -> None:
        """Keep how a turn and its mentions are: before anything of them is changed."""
        if segment.id not in self._before:
            self._before[segment.id] = {
                "id": str(segment.id), "text": segment.text, "mentions": [values_of(one) for one in self._of(segment)],
            }  # fmt: skip

    def remember_entity(self, entity: Entity, before: str | None) -> None:
        """Keep what stood for an entity before; None for one that the deed has made."""
        self._entities[str(entity.id)] = [before, entity.replacement]

    def put(self, segment: Segment, *steps: Step) -> None:
        """Have words stand in a turn in place of others; places are those of the text before the deed."""
        self.remember(segment)
        self._steps.setdefault(segment.id, []).extend(steps)

    def put_raw(self, segment: Segment, before: str, after: str) -> None:
        """Also say that the words as they were said are others now: cues and words with times follow."""
        self._raw[segment.id] = (before, after)

    def finish(self, settle: Callable[[Segment, Rewritten], None] | None = None, **details: Any) -> Done:
        """Write the new texts, lead the mentions and those who follow, check, and keep the way back.

        Args:
            settle: gives a turn's mentions what the deed makes of them, once all others have been led.
            details: what the trail is told.

        Raises:
            NameLeft: a name would stand where the deed put its words.
            KeyDestroyed: an expert was erased.
        """
        done = Followed()
        left: list[Leak] = []
        places = 0
        for transcript, segments in self._by_transcript():
            edited = [self._rewrite(segment, settle) for segment in segments]
            left += refuse_names(self.work, transcript, edited, self._look)
            done += told_of(self.work, transcript, edited)
            count = sum(len(one.table.pieces) for one in edited)
            places += count
            self._keep(transcript, edited, count)
            study_id = self.work.get(Interview, transcript.interview_id).study_id
            record(
                self.work, f"anonymisation.later_{self.name}", study_id=study_id, subject_id=transcript.id,
                change=str(self.id), count=count, **details,
            )  # fmt: skip
        return Done(self.id, places, done, left)

    def _by_transcript(self) -> list[tuple[Transcript, list[Segment]]]:
        found: dict[UUID, list[Segment]] = {}
        for segment_id in self._before:
            segment = self.work.get(Segment, segment_id)
            found.setdefault(segment.transcript_id, []).append(segment)
        return [(self.work.get(Transcript, key), segments) for key, segments in found.items()]

    def _rewrite(self, segment: Segment, settle: Callable[[Segment, Rewritten], None] | None) -> Edited:
        before = segment.text or ""
        table = rewritten(before, sorted(self._steps.get(segment.id, ()), key=lambda step: step.start))
        segment.text = table.text
        self.work.add(segment)
        lead(self._of(segment), table)
        if segment.id in self._raw:
            move_times(self.work, segment, *self._raw[segment.id])
        if settle is not None:
            settle(segment, table)
        self.work.session.flush()
        return Edited(segment, before, table)

    def _of(self, segment: Segment) -> Sequence[Mention]:
        self.work.session.flush()
        return self.work.session.exec(select(Mention).where(Mention.segment_id == segment.id)).all()

    def _keep(self, transcript: Transcript, edited: Sequence[Edited], places: int) -> None:
        told = {
            "turns": [
                self._before[one.segment.id]
                | {"pieces": [[p.start, p.end, p.new_start, p.new_end] for p in one.table.pieces]}
                for one in edited
            ],
            "entities": self._entities,
        }
        row_id = new_id()
        subject = expert_subject(self.work.get(Interview, transcript.interview_id).expert_id)
        self.work.add(
            LaterChange(
                id=row_id,
                transcript_id=transcript.id,
                deed_id=self.id,
                deed=self.name,
                places=places,
                after={str(one.segment.id): _digest(one.segment) for one in edited},
                sealed_before=self.work.vault.seal_text(subject, BEFORE_FIELD, row_id, json.dumps(told)),
                made_by_id=self.work.actor.account_id,
                made_at=self.work.now,
            )
        )


def lead(mentions: Sequence[Mention], table: Rewritten) -> None:
    """Lead the places of mentions in an approved text to where the same words stand now."""
    for mention in mentions:
        if mention.replaced_start is not None and mention.replaced_end is not None:
            mention.replaced_start = led_start(table, mention.replaced_start)
            mention.replaced_end = led_end(table, mention.replaced_end)


def approved(work: Work, segment: Segment) -> tuple[Transcript, Interview]:
    """The transcript and the interview of an approved turn.

    Raises:
        NotApprovedYet: it is not.
    """
    transcript = work.get(Transcript, segment.transcript_id)
    interview = work.get(Interview, transcript.interview_id)
    if transcript.state != TranscriptState.ANONYMISED:
        raise NotApprovedYet(code=code_of(work, interview))
    return transcript, interview


def take_back_later(work: Work, study: Study, deed_id: UUID, *, look: Look = look_here) -> Done:
    """Put approved transcripts back to how they were before a deed, everywhere it reached.

    Raises:
        NotFound: the study knows no such deed.
        ChangedSince: it is taken back already, or somebody has changed one of the turns since.
        NameLeft: a name would stand there again.
        KeyDestroyed: an expert was erased.
    """
    rows = work.session.exec(select(LaterChange).where(LaterChange.deed_id == deed_id).with_for_update()).all()
    transcripts = {row.id: work.get(Transcript, row.transcript_id) for row in rows}
    if not rows or any(
        work.get(Interview, one.interview_id).study_id != study.id for one in transcripts.values()
    ):  # fmt: skip
        raise NotFound(kind="change", name=str(deed_id))
    done = Followed()
    for row in rows:
        if row.taken_back_at is not None or any(
            _digest(work.session.get(Segment, UUID(key))) != digest for key, digest in row.after.items()
        ):
            raise ChangedSince
        done += _put_back(work, transcripts[row.id], row, look)
        row.taken_back_by_id, row.taken_back_at = work.actor.account_id, work.now
        work.add(row)
        record(
            work, "anonymisation.later_taken_back", study_id=study.id, subject_id=row.transcript_id, change=str(deed_id)
        )
    return Done(deed_id, sum(row.places for row in rows), done)


def refuse_names(work: Work, transcript: Transcript, edited: Sequence[Edited], look: Look) -> list[Leak]:
    """What the changed turns would tell elsewhere; refuses what a deed itself has put there.

    Raises:
        NameLeft: a name stands in words that were put there.
    """
    interview = work.get(Interview, transcript.interview_id)
    found = look(known_identities(work, study_of(work, interview.study_id)), [one.table.text for one in edited])
    left = []
    for one, places in zip(edited, found, strict=True):
        text = one.table.text
        for place in (place for place in places if place.blocking):
            if any(piece.new_start < place.end and place.start < piece.new_end for piece in one.table.pieces):
                raise NameLeft(position=one.segment.position, code=code_of(work, interview), whose=place.entity)
            left.append(
                Leak(
                    one.segment.position, place.start, place.end, place.kind, place.blocking, place.entity,
                    before=text[: place.start], words=text[place.start : place.end], after=text[place.end :],
                )
            )  # fmt: skip
    return left


def _put_back(work: Work, transcript: Transcript, row: LaterChange, look: Look) -> Followed:
    subject = expert_subject(work.get(Interview, transcript.interview_id).expert_id)
    told = json.loads(work.vault.unseal_text(subject, BEFORE_FIELD, row.id, row.sealed_before))
    edited = [_turn_back(work, turn, transcript) for turn in told["turns"]]
    refuse_names(work, transcript, edited, look)
    for key, (replacement, given) in told["entities"].items():
        put_entity(work, UUID(key), replacement, given)
    return told_of(work, transcript, edited)


def _turn_back(work: Work, turn: Mapping[str, Any], transcript: Transcript) -> Edited:
    segment = work.get(Segment, UUID(turn["id"]))
    text, said = segment.text or "", original_text(work, segment)
    was = {UUID(one["id"]): one for one in turn["mentions"]}
    present = {one.id: one for one in work.session.exec(select(Mention).where(Mention.segment_id == segment.id))}
    for mention_id, mention in present.items():
        if mention_id not in was:
            note_change(work, mention, BACK, transcript)
            work.session.delete(mention)
    for mention_id, values in was.items():
        known = present.get(mention_id)
        same = known is not None and values_of(known) == values
        mention = put_mention(work, known, values, places=True)
        if not same and (known is None or known.decision != values["decision"]):
            note_change(work, mention, BACK, transcript)
    segment.text = turn["text"]
    work.add(segment)
    work.session.flush()
    again = original_text(work, segment)
    if again != said:
        move_times(work, segment, said, again)
    pieces = tuple(Piece(new_start, new_end, start, end) for start, end, new_start, new_end in turn["pieces"])
    return Edited(segment, text, Rewritten(segment.text or "", pieces))


def _digest(segment: Segment | None) -> str:
    return sha256((segment.text or "").encode()).hexdigest()[:32] if segment else ""
