"""Finding words in all raw transcripts that one may read, replacing them where chosen, and taking that back as one."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from fieldwork.consent.services import decision_of
from fieldwork.core.audit import record
from fieldwork.core.errors import BadInput, NotFound, Refusal
from fieldwork.core.ids import new_id
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.sampling.models import Expert
from fieldwork.transcription.corrections import correct_text
from fieldwork.transcription.finding import Sought, context, places, replaced, require_replacement
from fieldwork.transcription.history import undo
from fieldwork.transcription.models import Correction, Segment, Transcript, TranscriptState
from fieldwork.transcription.presence import seal_of
from fieldwork.transcription.rules import ChangedSince
from fieldwork.transcription.services import interview_of_transcript, segment_rows, text_of, transcripts_of

SHOWN = 300
"""Places that are shown, and replaced, at once: one looks at each of them."""


class NothingChosen(BadInput):
    """No place is ticked."""

    message = "No place is chosen. Tick those that are to be changed."


class NothingLeft(Refusal):
    """A turn would be empty."""

    message = (
        "Turn {number} of {code} would have no words left. Leave it out here, and merge it with its neighbour there."
    )


@dataclass(frozen=True, repr=False)
class Place:
    """One place where the words stand.

    Attributes:
        key: names it and the state of its turn, for a form.
        number: its turn, from 1.
        before, there, behind: the words around it.
    """

    key: str
    number: int
    before: str
    there: str
    behind: str

    def __repr__(self) -> str:
        """Which turn; never its words."""
        return f"Place({self.number})"


@dataclass(frozen=True, repr=False)
class Finds:
    """What was found in one transcript; of an approved one only how often (``places`` is empty)."""

    code: str
    approved: bool
    count: int
    places: Sequence[Place]

    def __repr__(self) -> str:
        """Where and how often; never what."""
        return f"Finds({self.code} {self.count})"


@dataclass(frozen=True)
class Done:
    """What a replacement did: its id, places and turns changed, places left since their turn was changed meanwhile."""

    batch_id: UUID | None
    places: int
    turns: int
    left: int


def find_words(work: Work, study: Study, readable: Collection[UUID], sought: Sought, code: str = "") -> list[Finds]:
    """Every place where the words stand, by expert; at most ``SHOWN`` of them with their words.

    Args:
        work: the unit of work.
        study: of which study.
        readable: the interviews whose raw words the reader may know.
        sought: the words.
        code: of which expert alone; empty for all.

    Raises:
        KeyDestroyed: an expert was erased while this was read.
    """
    found, room = [], SHOWN
    for expert, transcript in _open(work, study, readable, code):
        approved = transcript.state == TranscriptState.ANONYMISED
        count = 0
        shown: list[Place] = []
        for segment in segment_rows(work, transcript):
            text = text_of(work, segment, expert.id)
            here = places(text, sought)
            count += len(here)
            if not approved:
                shown += [_place(segment, text, n, span) for n, span in enumerate(here[: room - len(shown)])]
        room -= len(shown)
        if count:
            found.append(Finds(expert.code, approved, count, shown))
    record(
        work, "transcripts.searched", study_id=study.id, transcripts=len(found), places=sum(one.count for one in found)
    )  # fmt: skip
    return found


def replace_words_at(
    work: Work, study: Study, readable: Collection[UUID], sought: Sought, *, words: str, keys: Collection[str]
) -> Done:
    """Put other words at chosen places, as one deed: every turn keeps its history, and all goes back together.

    Turns that somebody has changed since the places were shown are left alone and counted.

    Raises:
        NothingChosen: no place.
        PutTooLong, ControlCharacters: the words.
        NothingLeft: a turn would be empty; then nothing is changed.
    """
    words = require_replacement(words)
    chosen = _chosen(keys)
    if not chosen:
        raise NothingChosen
    batch, done, turns, touched, there = new_id(), 0, 0, set(), 0
    for expert, transcript in _open(work, study, readable, ""):
        if transcript.state != TranscriptState.RAW:
            continue
        for segment in segment_rows(work, transcript):
            numbers = chosen.get((segment.id, _seal_of(segment)), set())
            there += len(numbers)
            made = _replace_in(work, expert, segment, sought, words=words, numbers=numbers) if numbers else None
            if made is not None:
                made.batch_id = batch
                work.add(made)
                done, turns = done + len(numbers), turns + 1
                touched.add(transcript.id)
    record(work, "transcripts.replaced", study_id=study.id, transcripts=len(touched), turns=turns, places=done)
    return Done(batch if done else None, done, turns, sum(map(len, chosen.values())) - there)


def undo_replacement(work: Work, study: Study, readable: Collection[UUID], batch_id: UUID) -> tuple[int, int]:
    """Take a replacement back wherever nobody has corrected the turn since.

    Returns:
        Turns that are as they were, and turns that stay because they were corrected since.

    Raises:
        NotFound: nothing of it can be taken back by this member: it was, or the transcripts are approved.
    """
    query = select(Correction).where(Correction.batch_id == batch_id).order_by(col(Correction.number).desc())
    back = left = 0
    for correction in list(work.session.exec(query)):
        transcript = work.get(Transcript, correction.transcript_id)
        interview = interview_of_transcript(work, transcript)
        if interview.study_id != study.id or interview.id not in readable:
            continue
        try:
            undo(work, transcript, correction)
            back += 1
        except ChangedSince:
            left += 1
    if not back + left:
        raise NotFound(kind="correction", name=str(batch_id))
    record(work, "transcripts.replacement_undone", study_id=study.id, turns=back, left=left)
    return back, left


def _open(work: Work, study: Study, readable: Collection[UUID], code: str) -> list[tuple[Expert, Transcript]]:
    """The transcripts that may be read: approved ones, and raw ones of the interviews that the reader may know."""
    found = []
    for expert, transcript in transcripts_of(work, study.id):
        decision = decision_of(work, expert.id)
        if (code and expert.code != code) or (decision and decision.withdrawn_at):
            continue
        raw = transcript.state == TranscriptState.RAW and transcript.interview_id in readable
        if raw or transcript.state == TranscriptState.ANONYMISED:
            found.append((expert, transcript))
    return found


def _replace_in(
    work: Work, expert: Expert, segment: Segment, sought: Sought, *, words: str, numbers: Collection[int]
) -> Correction | None:
    text = text_of(work, segment, expert.id)
    spans = [span for n, span in enumerate(places(text, sought)) if n in numbers]
    fresh = replaced(text, spans, words)
    if not fresh.strip():
        raise NothingLeft(number=segment.position, code=expert.code)
    return correct_text(work, segment, fresh)


def _place(segment: Segment, text: str, number: int, span: tuple[int, int]) -> Place:
    return Place(f"{segment.id}:{_seal_of(segment)}:{number}", segment.position, *context(text, *span))


def _seal_of(segment: Segment) -> str:
    return seal_of(segment.sealed_text, segment.text)


def _chosen(keys: Collection[str]) -> dict[tuple[UUID, str], set[int]]:
    """The numbers of places by turn and its state; keys that no page has given are left out."""
    found: dict[tuple[UUID, str], set[int]] = defaultdict(set)
    for key in keys:
        identity, _, rest = key.partition(":")
        seal, _, number = rest.partition(":")
        try:
            found[UUID(identity), seal].add(int(number))
        except ValueError:
            continue
    return found
