"""What is recognised of an interview's recordings, window by window: rows that a killed job finds again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.recording.models import Recording
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.engines import Recognised
from fieldwork.transcription.models import Transcript
from fieldwork.transcription.models import Window as WindowRow
from fieldwork.transcription.services import RESULT_FIELD
from fieldwork.transcription.windows import Region, Window
from fieldwork.transcription.word_times import Word


@dataclass(frozen=True, repr=False)
class Heard:
    """What was recognised in one window; times are ms of its recording."""

    recording_id: UUID
    start_ms: int
    end_ms: int
    speech: tuple[Region, ...]
    pieces: tuple[Recognised, ...]


def add_windows(work: Work, transcript: Transcript, windows: Mapping[UUID, Sequence[Window]]) -> list[WindowRow]:
    """Write down the windows of every recording (by id), in one go, so that they are cut once and for all."""
    interview = work.get(Interview, transcript.interview_id)
    rows = []
    for recording_id, own in windows.items():
        for position, window in enumerate(own, start=1):
            row = WindowRow(
                transcript_id=transcript.id,
                recording_id=recording_id,
                position=position,
                start_ms=window.start_ms,
                end_ms=window.end_ms,
            )
            row.sealed_result = _sealed(work, interview, row, window.speech, ())
            rows.append(row)
    work.add_all(rows)
    return windows_of(work, transcript)


def windows_of(work: Work, transcript: Transcript) -> list[WindowRow]:
    """The transcript's windows in the order of the interview."""
    query = (
        select(WindowRow)
        .join(Recording, col(Recording.id) == col(WindowRow.recording_id))
        .where(WindowRow.transcript_id == transcript.id)
        .order_by(col(Recording.position), col(WindowRow.position))
    )
    return list(work.session.exec(query))


def keep(work: Work, window: WindowRow, recognised: Sequence[Recognised]) -> None:
    """Seal what was recognised in a window; the ms of ``recognised`` count from the window's beginning."""
    interview = work.get(Interview, work.get(Transcript, window.transcript_id).interview_id)
    speech = _opened(work, interview, window).speech
    pieces = [
        replace(
            piece,
            start_ms=piece.start_ms + window.start_ms,
            end_ms=piece.end_ms + window.start_ms,
            words=tuple(word.later(window.start_ms) for word in piece.words),
        )
        for piece in recognised
    ]
    window.sealed_result = _sealed(work, interview, window, speech, pieces)
    window.recognised_at = work.now
    work.add(window)


def heard_in(work: Work, transcript: Transcript) -> list[Heard]:
    """Everything that was recognised, window by window in order.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    interview = work.get(Interview, transcript.interview_id)
    return [_opened(work, interview, window) for window in windows_of(work, transcript)]


def _sealed(
    work: Work, interview: Interview, window: WindowRow, speech: Sequence[Region], pieces: Sequence[Recognised]
) -> bytes:
    result = {"speech": [asdict(region) for region in speech], "pieces": [asdict(piece) for piece in pieces]}
    text = json.dumps(result, ensure_ascii=False)
    return work.vault.seal_text(expert_subject(interview.expert_id), RESULT_FIELD, window.id, text)


def _opened(work: Work, interview: Interview, window: WindowRow) -> Heard:
    subject = expert_subject(interview.expert_id)
    result = json.loads(work.vault.unseal_text(subject, RESULT_FIELD, window.id, window.sealed_result or b""))
    return Heard(
        recording_id=window.recording_id,
        start_ms=window.start_ms,
        end_ms=window.end_ms,
        speech=tuple(Region(**region) for region in result["speech"]),
        pieces=tuple(_piece(told) for told in result["pieces"]),
    )


def _piece(told: dict[str, Any]) -> Recognised:
    """A piece as it was sealed; those of earlier versions know no words."""
    words = tuple(Word(*word) for word in told.get("words", ()))
    return Recognised(**told | {"cut": tuple(told["cut"]), "words": words})
