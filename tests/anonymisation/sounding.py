"""Interviews whose sound is known to the millisecond: tones of our own, and a transcript that says what is when."""

import math
import wave
from array import array
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from fieldwork.anonymisation.approval import approve
from fieldwork.anonymisation.review import add_mention
from fieldwork.core.work import Ground
from fieldwork.recording.intake import import_files
from fieldwork.recording.models import Recording, RecordingKind
from fieldwork.recording.shapes import PlannedFile
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import segment_at
from fieldwork.transcription.models import Speaker, Transcript
from fieldwork.transcription.word_times import Word
from fieldwork.transcription.writing import NewCue, NewSegment, write_segments

RATE = 16_000
ASKED = "С кем вы работали?"
SAID = "Мне помогал Олег Савельев из театра, и это было важно."
NAME = "Олег Савельев"
NAME_MS = (4_000, 5_000)
SECONDS = 12


def tone(path: Path, hertz: int, seconds: float = SECONDS, channels: int = 1) -> Path:
    """A file in which one tone is heard all the time."""
    turn = 2 * math.pi * hertz / RATE
    samples = array("h")
    for number in range(round(seconds * RATE)):
        samples.extend([round(9000 * math.sin(turn * number))] * channels)
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path


def record(
    ground: Ground, interview: Interview, folder: Path, kinds: Sequence[RecordingKind], hertz: int = 300
) -> list[Recording]:
    """Take a tone of its own into the interview for each kind: mixed, or the tracks of one meeting (expert first)."""
    speakers = ("expert", "interviewer")
    files = [
        PlannedFile(
            tone(folder / f"Савельев {number}.wav", hertz + 100 * number),
            kind,
            speakers[number % 2] if kind != RecordingKind.MIXED else None,
        )
        for number, kind in enumerate(kinds)
    ]
    return import_files(ground, interview.id, files)


def words_at(text: str, spans: Sequence[tuple[str, int, int]]) -> tuple[Word, ...]:
    """Words with their times."""
    found = []
    for word, start_ms, end_ms in spans:
        at = text.index(word)
        found.append(Word(at, at + len(word), start_ms, end_ms, 0.9))
    return tuple(found)


def write(ground: Ground, interview: Interview, recording: Recording | None, times: str = "words") -> Transcript:
    """A raw transcript of two turns: the second one, from 3 to 9 s, names somebody from 4 to 5 s.

    ``times`` says how much is known: words, cues, turns, or nothing.
    """
    words = words_at(SAID, [("Олег", 4_000, 4_400), ("Савельев", 4_450, 5_000)]) if times == "words" else ()
    cues = (NewCue(0, len(SAID), 3_000, 9_000),) if times in ("words", "cues") else ()
    timed = times != "nothing"
    where = recording.id if recording else None
    with ground.work() as work:
        transcript = work.add(
            Transcript(
                interview_id=interview.id, source="audio" if recording else "zoom_vtt",
                created_at=work.now + timedelta(seconds=1),
            )
        )  # fmt: skip
        turns = [
            NewSegment(Speaker.INTERVIEWER, ASKED, None, where, 0 if timed else None, 2_000 if timed else None),
            NewSegment(
                Speaker.EXPERT, SAID, None, where, 3_000 if timed else None, 9_000 if timed else None, cues, words
            ),
        ]
        write_segments(work, transcript, turns)
    return transcript


def approved(ground: Ground, transcript: Transcript) -> Transcript:
    """The same with its one name replaced, and approved."""
    with ground.work() as work:
        again = work.get(Transcript, transcript.id)
        start = SAID.index(NAME)
        add_mention(work, segment_at(work, again, 2), start, start + len(NAME), label="PER")
        approve(work, again)
    return again
