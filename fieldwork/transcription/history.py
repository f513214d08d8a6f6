"""What corrections changed, kept sealed until approval, and taking one back."""

import base64
import json
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, delete, select

from fieldwork.core.audit import record
from fieldwork.core.database import Record
from fieldwork.core.errors import NotFound
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Question
from fieldwork.recording.models import Recording
from fieldwork.transcription.following import reshape, texts_of
from fieldwork.transcription.models import Correction, Cue, Segment, Transcript, WordTimes
from fieldwork.transcription.rechecking import recheck
from fieldwork.transcription.rules import ChangedSince, require_raw
from fieldwork.transcription.services import code_of, interview_of_transcript
from fieldwork.transcription.word_times import Word

BEFORE_FIELD = "correction.sealed_before"
TEXT, SPEAKER, QUESTION, SWAP, MERGE, SPLIT = "text", "speaker", "question", "swap", "merge", "split"
CHANGES_TEXT = (TEXT, MERGE, SPLIT)
"""Deeds after which names have to be looked for again."""
_PLAIN = ("speaker", "question_corrected", "start_ms", "end_ms")
_IDS: Final[dict[str, type[Record]]] = {"question_id": Question, "recording_id": Recording}
_ASIDE: Final = 1_000_000
"""Added to the number of a turn that is about to go, while others take its place."""
_CUE = ("position", "start", "end", "start_ms", "end_ms", "avg_logprob", "no_speech_prob")


def before(work: Work, deed: str, segments: Sequence[Segment]) -> list[dict[str, Any]]:
    """The turns as they are, for ``remember``; with their words and cues where the deed changes text."""
    return [_taken(work, segment, whole=deed in CHANGES_TEXT) for segment in segments]


def remember(
    work: Work, transcript: Transcript, deed: str, earlier: Sequence[dict[str, Any]], after: Sequence[Segment]
) -> Correction:
    """Keep what a deed changed.

    Args:
        work: the unit of work.
        transcript: which one.
        deed: one of the names above.
        earlier: the turns before it (``before``).
        after: the same stretch of turns after it.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    query = select(sa.func.max(Correction.number)).where(Correction.transcript_id == transcript.id)
    row = Correction(
        transcript_id=transcript.id,
        number=(work.session.exec(query).one() or 0) + 1,
        deed=deed,
        segments=[str(segment.id) for segment in after],
        sealed_before=b"",
        made_by_id=work.actor.account_id,
        made_at=work.now,
    )
    subject = expert_subject(interview_of_transcript(work, transcript).expert_id)
    row.sealed_before = work.vault.seal_text(subject, BEFORE_FIELD, row.id, json.dumps(list(earlier)))
    if deed in CHANGES_TEXT:
        _touched(work, transcript)
        recheck(work, transcript, after)
    return work.add(row)


def correction_of(work: Work, transcript: Transcript, number: int) -> Correction:
    """A transcript's correction by its number.

    Raises:
        NotFound: there is none, or it was taken back.
    """
    query = select(Correction).where(Correction.transcript_id == transcript.id, Correction.number == number)
    found = work.session.exec(query).first()
    if found is None:
        raise NotFound(kind="correction", name=number)
    return found


def last_correction_of(work: Work, transcript: Transcript, segment: Segment) -> Correction | None:
    """The newest correction of a turn, if there is one."""
    return next((one for one in _newest_first(work, transcript) if str(segment.id) in one.segments), None)


def undo(work: Work, transcript: Transcript, correction: Correction) -> int:
    """Put the turns of a correction back as they were.

    Returns:
        The number of the first of them.

    Raises:
        ChangedSince: somebody has corrected one of them since.
        NotTranscribed, AlreadyApproved: the transcript is not raw.
        KeyDestroyed: the expert was erased.
    """
    interview = interview_of_transcript(work, transcript)
    require_raw(transcript.state, code_of(work, interview))
    ours = set(correction.segments)
    for later in _newest_first(work, transcript):
        if later.number > correction.number and ours & set(later.segments):
            raise ChangedSince
    subject = expert_subject(interview.expert_id)
    earlier = json.loads(work.vault.unseal_text(subject, BEFORE_FIELD, correction.id, correction.sealed_before))
    first = _put_back(work, transcript, earlier, [UUID(one) for one in correction.segments])
    if correction.deed in CHANGES_TEXT:
        _touched(work, transcript)
        kept = [work.session.get(Segment, UUID(one["id"])) for one in earlier]
        recheck(work, transcript, [segment for segment in kept if segment is not None])
    record(
        work, "segment.correction_undone", study_id=interview.study_id, subject_id=transcript.id,
        number=correction.number, kind=correction.deed,
    )  # fmt: skip
    work.session.delete(correction)
    work.session.flush()
    return first


def forget_corrections(work: Work, transcript: Transcript) -> None:
    """Remove what corrections changed: after approval the raw words must lie nowhere but in the sealed originals."""
    work.session.exec(delete(Correction).where(col(Correction.transcript_id) == transcript.id))


def move_behind(work: Work, transcript: Transcript, position: int, by: int) -> None:
    """Renumber the turns behind ``position``; in two steps, because two of them never have the same number."""
    if not by:
        return
    here = col(Segment.transcript_id) == transcript.id
    number = col(Segment.position)
    work.session.flush()
    steps = ((number > position, -number), (number < 0, -number + by))
    for which, value in steps:
        statement = sa.update(Segment).where(here, which).values(position=value)
        work.session.execute(statement, execution_options={"synchronize_session": "fetch"})


def cues_of(work: Work, segment: Segment) -> list[Cue]:
    """The cues of a turn, in order."""
    return list(work.session.exec(select(Cue).where(Cue.segment_id == segment.id).order_by(col(Cue.position))))


def words_of(work: Work, segment: Segment) -> list[Word]:
    """The words of a turn whose engine told them, in order: where they stand and when they are heard."""
    row = work.session.exec(select(WordTimes).where(WordTimes.segment_id == segment.id)).first()
    return [Word(*word) for word in row.words] if row else []


def replace_words(work: Work, segment: Segment, words: Sequence[Word]) -> None:
    """Say anew where the words of a turn stand and when they are heard."""
    row = work.session.exec(select(WordTimes).where(WordTimes.segment_id == segment.id)).first()
    if row is None and words:
        row = WordTimes(segment_id=segment.id)
    if row is not None:
        row.words = [list(word) for word in words]
        work.add(row)


def _newest_first(work: Work, transcript: Transcript) -> list[Correction]:
    query = select(Correction).where(Correction.transcript_id == transcript.id)
    return list(work.session.exec(query.order_by(col(Correction.number).desc())))


def _touched(work: Work, transcript: Transcript) -> None:
    transcript.text_changed_at = work.now
    work.add(transcript)


def _taken(work: Work, segment: Segment, *, whole: bool) -> dict[str, Any]:
    taken: dict[str, Any] = {"id": str(segment.id)}
    taken |= {name: getattr(segment, name) for name in _PLAIN}
    taken |= {name: str(getattr(segment, name) or "") for name in _IDS}
    if whole:
        # sealed as it is: its row's id goes into the seal, and the turn is put back under the same id
        taken["sealed_text"] = base64.b64encode(segment.sealed_text or b"").decode()
        taken["cues"] = [[getattr(cue, name) for name in _CUE] for cue in cues_of(work, segment)]
        taken["words"] = words_of(work, segment)
    return taken


def _put_back(work: Work, transcript: Transcript, earlier: Sequence[dict[str, Any]], after: Sequence[UUID]) -> int:
    """Turns that were come back, turns that were made go; the first one's number.

    Raises:
        ChangedSince: one of the turns is no longer there.
    """
    standing = [row for row in (work.session.get(Segment, one) for one in after) if row is not None]
    if len(standing) < len(after):
        raise ChangedSince
    first, last = standing[0].position, standing[-1].position
    interview = interview_of_transcript(work, transcript)
    whole = any("sealed_text" in one for one in earlier)
    spoken = texts_of(work, interview, standing) if whole else []
    kept = {UUID(one["id"]) for one in earlier}
    going = [row for row in standing if row.id not in kept]
    for row in going:
        row.position += _ASIDE
    work.session.flush()
    move_behind(work, transcript, last, len(earlier) - len(after))
    rows = {row.id: row for row in standing}
    restored = []
    for position, one in enumerate(earlier, start=first):
        identity = UUID(one["id"])
        fresh = Segment(id=identity, transcript_id=transcript.id, position=position, speaker=one["speaker"])
        restored.append(rows.get(identity, fresh))
        _restore(work, restored[-1], one)
    if whole:
        reshape(work, transcript, spoken, texts_of(work, interview, restored))
    for row in going:
        work.session.delete(row)
    work.session.flush()
    return first


def _restore(work: Work, row: Segment, one: dict[str, Any]) -> None:
    for name in _PLAIN:
        setattr(row, name, one[name])
    for name, model in _IDS.items():
        identity = UUID(one[name]) if one[name] else None
        # the guide may have lost that question meanwhile
        setattr(row, name, identity if identity and work.session.get(model, identity) else None)
    if "sealed_text" in one:
        row.sealed_text = base64.b64decode(one["sealed_text"])
        replace_cues(work, row, [Cue(segment_id=row.id, **dict(zip(_CUE, cue, strict=True))) for cue in one["cues"]])
        replace_words(work, row, [Word(*word) for word in one.get("words", ())])
    work.add(row)


def replace_cues(work: Work, segment: Segment, cues: Sequence[Cue]) -> None:
    """Give a turn other cues, numbered from 1 in their order."""
    work.add(segment)
    work.session.exec(delete(Cue).where(col(Cue.segment_id) == segment.id))
    for number, cue in enumerate(cues, start=1):
        cue.position = number
    work.add_all(list(cues))
