"""Where every expert stands on the way from being chosen to being coded, and what is stuck."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from fieldwork.core.clock import ALMATY

STEPS = ("agreed", "consented", "interviewed", "recorded", "transcribed", "anonymised", "coded")
"""The steps of the pipeline, in order."""

STUCK_AFTER = timedelta(days=3)
SIGNATURE_DAYS = 5
ANSWER_DAYS = 7
"""So many days one waits for a signature, or an answer, before it holds the study up."""


class Mark(StrEnum):
    """A step's dot."""

    TICK = "tick"  # passed, with another step behind it
    DONE = "done"  # the last one, passed
    PART = "part"
    NEXT = "next"
    STUCK = "stuck"
    NONE = "none"


class Note(StrEnum):
    """What there is to say about an expert now; pages word it."""

    CODED = "coded"
    TO_CODE = "to_code"
    TO_REVIEW = "to_review"
    TO_DETECT = "to_detect"
    TO_CHECK = "to_check"
    TRANSCRIBING = "transcribing"
    TRANSCRIPTION_FAILED = "transcription_failed"
    TO_TRANSCRIBE = "to_transcribe"
    TO_RECORD = "to_record"
    PLANNED = "planned"
    TO_PLAN = "to_plan"
    AWAITS_CONSENT = "awaits_consent"
    AWAITS_ANSWER = "awaits_answer"
    TO_INVITE = "to_invite"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Facts:
    """What is known of one expert. ``contacted`` is the day of the last contact, ``interviewer`` a member.

    ``places`` of the transcript are in doubt, at ``unchecked`` of them nobody has looked yet.
    """

    code: str
    group: str
    status: str
    contacted: date | None = None
    interviewer: UUID | None = None
    consented: bool = False
    withdrawn: bool = False
    starts_at: datetime | None = None
    sounds: int = 0
    transcript: str | None = None
    transcription_share: int | None = None
    transcription_failed: bool = False
    mentions: int = 0
    undecided: int = 0
    places: int = 0
    unchecked: int = 0
    new_codes: int = 0
    codings: int = 0


@dataclass(frozen=True)
class Path:
    """One expert's row in the pipeline: the marks of the seven steps, and what is to be done now.

    ``share`` says in per cent how far that is; ``days``, for how long it has been waited for.
    """

    facts: Facts
    marks: Sequence[Mark]
    note: Note
    share: int = 0
    days: int = 0

    @property
    def is_stuck(self) -> bool:
        """Whether something holds the expert up."""
        return Mark.STUCK in self.marks

    @property
    def is_finished(self) -> bool:
        """Whether nothing more has to be done."""
        return self.note is Note.CODED or self.is_out

    @property
    def is_out(self) -> bool:
        """Whether the expert takes no part, or no longer."""
        return self.note in {Note.DECLINED, Note.WITHDRAWN}


def path_of(facts: Facts, now: datetime) -> Path:
    """The way an expert has come, and the mark of the step that is being taken."""
    done, mark, note, share = _present(facts, now)
    if done == len(STEPS):
        return Path(facts, [Mark.TICK] * (done - 1) + [Mark.DONE], note)
    marks = [Mark.TICK] * done + [mark] + [Mark.NONE] * (len(STEPS) - done - 1)
    return Path(facts, marks, note, share, _waited(facts, note, now))


def _waited(facts: Facts, note: Note, now: datetime) -> int:
    """Days since the last contact, or since the talk whose recording is missing."""
    if note is Note.TO_RECORD and facts.starts_at:
        return (now - facts.starts_at).days
    if note in {Note.AWAITS_CONSENT, Note.AWAITS_ANSWER} and facts.contacted:
        return max(0, (now.astimezone(ALMATY).date() - facts.contacted).days)
    return 0


def _present(facts: Facts, now: datetime) -> tuple[int, Mark, Note, int]:
    """How many steps are behind the expert, the next one's mark, what to say, and its share in per cent."""
    if facts.withdrawn:
        return 0, Mark.NONE, Note.WITHDRAWN, 0
    if facts.transcript in {"anonymised", "raw"}:
        return _with_text(facts)
    if facts.transcription_failed:
        return 4, Mark.STUCK, Note.TRANSCRIPTION_FAILED, 0
    if facts.transcript == "in_progress":
        return 4, Mark.PART, Note.TRANSCRIBING, facts.transcription_share or 0
    return (4, Mark.NEXT, Note.TO_TRANSCRIBE, 0) if facts.sounds else _before_the_recording(facts, now)


def _with_text(facts: Facts) -> tuple[int, Mark, Note, int]:
    if facts.transcript == "anonymised":
        return (7, Mark.DONE, Note.CODED, 100) if facts.codings else (6, Mark.NEXT, Note.TO_CODE, 0)
    if facts.unchecked and not facts.mentions:
        return 4, Mark.PART, Note.TO_CHECK, round(100 * (facts.places - facts.unchecked) / facts.places)
    if not facts.mentions:
        return 5, Mark.NEXT, Note.TO_DETECT, 0
    return 5, Mark.PART, Note.TO_REVIEW, round(100 * (facts.mentions - facts.undecided) / facts.mentions)


def _before_the_recording(facts: Facts, now: datetime) -> tuple[int, Mark, Note, int]:
    if facts.status != "agreed":
        return _before_the_answer(facts, now)
    if not facts.consented:
        late = _waited(facts, Note.AWAITS_CONSENT, now) > SIGNATURE_DAYS
        soon = facts.starts_at is not None and facts.starts_at - now < STUCK_AFTER
        return 1, Mark.STUCK if soon or late else Mark.NEXT, Note.AWAITS_CONSENT, 0
    if facts.starts_at is None:
        return 2, Mark.NEXT, Note.TO_PLAN, 0
    if facts.starts_at > now:
        return 2, Mark.NEXT, Note.PLANNED, 0
    late = now - facts.starts_at > STUCK_AFTER
    return 3, Mark.STUCK if late else Mark.NEXT, Note.TO_RECORD, 0


def _before_the_answer(facts: Facts, now: datetime) -> tuple[int, Mark, Note, int]:
    if facts.status == "declined":
        return 0, Mark.NONE, Note.DECLINED, 0
    if facts.status == "candidate":
        return 0, Mark.NEXT, Note.TO_INVITE, 0
    late = _waited(facts, Note.AWAITS_ANSWER, now) > ANSWER_DAYS
    return 0, Mark.STUCK if late else Mark.NEXT, Note.AWAITS_ANSWER, 0
