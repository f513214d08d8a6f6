"""What is to be silenced in an interview's recordings before they are given away.

Every accepted mention is silenced in every recording that was running at that moment, since what one track holds
another may have caught as well.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlmodel import select

from fieldwork.anonymisation.approval import ReviewIncomplete
from fieldwork.anonymisation.models import Decision, Mention
from fieldwork.anonymisation.services import mentions_of
from fieldwork.anonymisation.stretches import AFTER_MS, BEFORE_MS, Sureness, checked_padding, spot_of
from fieldwork.core.errors import Refusal
from fieldwork.core.work import Work
from fieldwork.recording.media.masking import Stretch, joined
from fieldwork.recording.models import Recording, RecordingKind
from fieldwork.recording.services import recordings_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.history import cues_of, words_of
from fieldwork.transcription.models import Segment, Transcript, TranscriptState, Window
from fieldwork.transcription.rules import NothingRecorded, TimedSpan
from fieldwork.transcription.services import AUDIO, code_of, segment_rows


class RedactionTooEarly(Refusal):
    """What is not approved is not given away."""

    message = (
        "The anonymisation of the transcript of {code} is not approved, so it is not known what has to be silenced in "
        "its recordings. Approve it first: fieldwork anonymisation approve"
    )
    on_pages = (
        "The anonymisation of the transcript of {code} is not approved, so it is not known what has to be silenced in "
        "its recordings. Approve it first."
    )


class MomentUnknown(Refusal):
    """Somewhere in the sound a name is said, and nobody knows where."""

    message = (
        "It is not known when {count} of the replaced places of {code} are said: the transcript has no times there. "
        "Silence them in an audio editor, or have the recordings transcribed instead of using this text."
    )


class NeverHeard(Refusal):
    """A recording that the transcript was not made from may hold any name."""

    message = (
        "Recording {number} of {code} came in after the transcript was made: nobody knows which names are said in it. "
        "Delete that recording, or have the interview transcribed again."
    )


@dataclass(frozen=True)
class Place:
    """A mention that is silenced: which, in which turn, in which recording it is heard best, how sure that is.

    ``start_ms`` and ``end_ms`` are padded and count from the beginning of that recording.
    """

    mention: Mention
    turn: int
    recording: Recording
    start_ms: int
    end_ms: int
    sureness: Sureness


@dataclass(frozen=True)
class Plan:
    """What is silenced in an interview's recordings: the mentions, and the stretches of each recording (by id)."""

    places: Sequence[Place]
    recordings: Sequence[Recording]
    stretches: dict[UUID, tuple[Stretch, ...]]

    @property
    def fingerprint(self) -> str:
        """Another one as soon as anything else is to be silenced, or anywhere else."""
        told = [
            [str(one.id), one.sha256, *([part.start_ms, part.end_ms] for part in self.stretches[one.id])]
            for one in self.recordings
        ]
        return sha256(json.dumps(told).encode()).hexdigest()

    def counted(self, sureness: str) -> int:
        """How many mentions were found that surely."""
        return sum(place.sureness == sureness for place in self.places)


def plan_of(work: Work, transcript: Transcript, before_ms: int = BEFORE_MS, after_ms: int = AFTER_MS) -> Plan:
    """What has to be silenced now.

    Raises:
        RedactionTooEarly: the transcript is not approved.
        ReviewIncomplete: mentions are open.
        NothingRecorded: there is no sound.
        NeverHeard: a recording is none of those that were transcribed.
        MomentUnknown: it is not known when something is said.
        PaddingWrong: the padding is none.
    """
    checked_padding(before_ms, after_ms)
    interview = work.get(Interview, transcript.interview_id)
    code = code_of(work, interview)
    if transcript.state != TranscriptState.ANONYMISED:
        raise RedactionTooEarly(code=code)
    mentions = mentions_of(work, transcript)
    undecided = sum(mention.decision == Decision.PENDING for mention in mentions)
    if undecided:
        raise ReviewIncomplete(count=undecided, code=code)
    recordings = recordings_of(work, interview)
    if not recordings:
        raise NothingRecorded(code=code)
    _refuse_unheard(work, transcript, recordings, code)
    gathering = _Gathering(work, transcript, recordings, before_ms, after_ms)
    for mention in mentions:
        if mention.decision == Decision.ACCEPTED:
            gathering.take(mention)
    if gathering.unknown:
        raise MomentUnknown(count=gathering.unknown, code=code)
    return gathering.plan()


def _refuse_unheard(work: Work, transcript: Transcript, recordings: Sequence[Recording], code: str) -> None:
    """Raises NeverHeard for a recording that came in after the others were transcribed (a silent one has no window)."""
    if transcript.source != AUDIO:
        return
    query = select(Window.recording_id).where(Window.transcript_id == transcript.id)
    heard = set(work.session.exec(query))
    for one in recordings:
        if one.id not in heard and one.imported_at > transcript.created_at:
            raise NeverHeard(number=one.position, code=code)


class _Gathering:
    """Mentions to stretches of every recording that was running."""

    def __init__(
        self, work: Work, transcript: Transcript, recordings: Sequence[Recording], before_ms: int, after_ms: int
    ) -> None:
        self._work, self._transcript, self._recordings = work, transcript, recordings
        self._before, self._after = before_ms, after_ms
        self._segments = {segment.id: segment for segment in segment_rows(work, transcript)}
        self._places: list[Place] = []
        self._stretches: dict[UUID, list[Stretch]] = {one.id: [] for one in recordings}
        self.unknown = 0

    def take(self, mention: Mention) -> None:
        segment = self._segments[mention.segment_id]
        cues = [TimedSpan(cue.start, cue.end, cue.start_ms, cue.end_ms) for cue in cues_of(self._work, segment)]
        words = words_of(self._work, segment)
        spot = spot_of(mention.start, mention.end, words, cues, (segment.start_ms, segment.end_ms))
        if spot is None:
            self.unknown += 1
            return
        before, after = spot.start_ms - self._before, spot.end_ms + self._after
        heard = [
            (one, stretch)
            for offset in self._offsets(segment)
            for one in self._recordings
            if self._may_hear(one, segment) and (stretch := _inside(one, offset + before, offset + after))
        ]
        for one, stretch in heard:
            self._stretches[one.id].append(stretch)
        for one, stretch in sorted(heard, key=lambda pair: pair[0].id != segment.recording_id)[:1]:
            place = Place(mention, segment.position, one, stretch.start_ms, stretch.end_ms, spot.sureness)
            self._places.append(place)

    def plan(self) -> Plan:
        done = {key: tuple(joined(stretches)) for key, stretches in self._stretches.items()}
        places = sorted(self._places, key=lambda one: (one.recording.offset_ms + one.start_ms, one.recording.position))
        return Plan(places, self._recordings, done)

    def _offsets(self, segment: Segment) -> list[int]:
        """Where on the interview's clock the recording of a turn begins.

        The times of an imported text are the interview's own. Where the turn's recording was deleted, the tracks that
        lay beside it may have caught it too: it was one of their meetings, and so all are silenced there.
        """
        if self._transcript.source != AUDIO:
            return [0]
        own = [one.offset_ms for one in self._recordings if one.id == segment.recording_id]
        if own:
            return own
        return sorted({one.offset_ms for one in self._recordings if one.kind == RecordingKind.TRACK})

    def _may_hear(self, recording: Recording, segment: Segment) -> bool:
        """The recording of a turn, and every track; voice messages and parts only follow one another."""
        return segment.recording_id in (None, recording.id) or recording.kind == RecordingKind.TRACK


def _inside(recording: Recording, start_ms: int, end_ms: int) -> Stretch | None:
    """What of a stretch of the interview lies in a recording, in ms of that one."""
    start, end = max(0, start_ms - recording.offset_ms), min(recording.duration_ms, end_ms - recording.offset_ms)
    return Stretch(start, end) if start < end else None
