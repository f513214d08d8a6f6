from collections.abc import Callable
from pathlib import Path

import numpy as np
from sqlmodel import col, select

from fieldwork.core.runs import claim, execute
from fieldwork.core.schema import shipped
from fieldwork.core.work import Ground, Work
from fieldwork.recording.models import Recording
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import correct_text, segment_at
from fieldwork.transcription.cutting import merge_with_earlier, split
from fieldwork.transcription.engines import Recognised
from fieldwork.transcription.engines.alignment import Spoken, placed
from fieldwork.transcription.engines.whisper import WhisperEngine
from fieldwork.transcription.history import undo, words_of
from fieldwork.transcription.jobs import transcribe
from fieldwork.transcription.models import Segment, Speaker, Transcript, TranscriptState, Window, WordTimes
from fieldwork.transcription.services import request_transcription, text_of, transcript_of
from fieldwork.transcription.turns import Track, join
from fieldwork.transcription.word_times import Word, believed, refitted, within
from fieldwork.transcription.writing import NewSegment, write_segments

FIRST = "Меня зовут Сауле, я пишу."
SECOND = "Живу в Таразе."


def words(text: str, at_ms: int = 0) -> tuple[Word, ...]:
    """Each word of a text, 400 ms long, with pauses of 100 ms."""
    found, at = [], 0
    for number, raw in enumerate(text.split()):
        bare = raw.strip(",.")
        start = text.index(bare, at)
        at = start + len(bare)
        found.append(Word(start, at, at_ms + number * 500, at_ms + number * 500 + 400, 0.9))
    return tuple(found)


def told(text: str, found: list[Word]) -> list[tuple[str, int | None]]:
    return [(text[word.start : word.end], word.start_ms) for word in found]


def raw_transcript(work: Work, interview: Interview) -> Transcript:
    transcript = work.add(Transcript(interview_id=interview.id, source="plain", created_at=work.now))
    turns = [
        NewSegment(Speaker.EXPERT, FIRST, start_ms=0, end_ms=2400, words=words(FIRST)),
        NewSegment(Speaker.EXPERT, SECOND, start_ms=3000, end_ms=4400, words=words(SECOND, 3000)),
    ]
    write_segments(work, transcript, turns)
    return transcript


def test_times_that_no_mouth_could_keep_are_not_believed() -> None:
    own = words(FIRST)
    assert believed(own, 0, 2400) == own
    one_short = (own[0]._replace(end_ms=own[0].start_ms), *own[1:])
    assert believed(one_short, 0, 2400) == one_short
    collapsed = tuple(word._replace(start_ms=1500, end_ms=1500) for word in own)
    assert [(word.start_ms, word.end_ms) for word in believed(collapsed, 0, 2400)] == [(None, None)] * 5
    assert [word.probability for word in believed(collapsed, 0, 2400)] == [0.9] * 5
    elsewhere = tuple(word.later(5000) for word in own)
    assert {word.start_ms for word in believed(elsewhere, 0, 2400)} == {None}
    assert believed((), 0, 2400) == ()


def test_words_are_placed_without_their_punctuation_and_without_credits() -> None:
    spoken = [
        Spoken(" Да,", 0, 300, 0.91234),
        Spoken(" «Охра».", 400, 900, 0.5),
        Spoken(" Субтитры", 900, 1000, 0.4),
        Spoken(" —", 1000, 1010, 0.4),
    ]
    said = "".join(one.text for one in spoken)
    assert placed(spoken, said, "Да, «Охра».") == [Word(0, 2, 0, 300, 0.912), Word(5, 9, 400, 900, 0.5)]
    assert placed(spoken, said, said) == [
        Word(1, 3, 0, 300, 0.912), Word(6, 10, 400, 900, 0.5), Word(13, 21, 900, 1000, 0.4),
    ]  # fmt: skip


def test_changed_words_lose_their_times_and_the_others_move() -> None:
    after = "Меня зовут Саулет, и я пишу."
    assert told(after, refitted(words(FIRST), FIRST, after)) == [
        ("Меня", 0), ("зовут", 500), ("я", 1500), ("пишу", 2000),
    ]  # fmt: skip
    assert refitted(words(FIRST), FIRST, "Нет") == []
    assert within(words(FIRST), 5, 16) == list(words(FIRST)[1:3])
    assert within(words(FIRST), 6, 16) == [words(FIRST)[2]]


def test_words_of_pieces_become_those_of_a_turn() -> None:
    pieces = [
        Recognised(0, 2400, FIRST, -0.1, 0.0, 1.0, words=words(FIRST)),
        Recognised(3000, 4400, SECOND, -0.1, 0.0, 1.0, words=words(SECOND, 3000)),
    ]
    (turn,) = join([Track("one", pieces)])
    assert told(turn.text, list(turn.words)) == told(FIRST, list(words(FIRST))) + told(
        SECOND, list(words(SECOND, 3000))
    )


def test_corrections_carry_words_along_and_back(ground: Ground, interview_with: Callable[[str], Interview]) -> None:
    interview = interview_with("E08")
    with ground.work() as work:
        transcript = raw_transcript(work, interview)
        first, second = segment_at(work, transcript, 1), segment_at(work, transcript, 2)
        both = [(FIRST, words_of(work, first)), (SECOND, words_of(work, second))]
        assert both == [(FIRST, list(words(FIRST))), (SECOND, list(words(SECOND, 3000)))]

        changed = correct_text(work, first, "Меня зовут Асель, я пишу.")
        assert changed is not None
        assert told("Меня зовут Асель, я пишу.", words_of(work, first)) == [
            ("Меня", 0), ("зовут", 500), ("я", 1500), ("пишу", 2000),
        ]  # fmt: skip
        undo(work, transcript, changed)
        assert words_of(work, first) == list(words(FIRST))

        merged = merge_with_earlier(work, second)
        text = text_of(work, first, interview.expert_id)
        assert told(text, words_of(work, first)) == [pair for one, found in both for pair in told(one, found)]
        undo(work, transcript, merged)
        assert [words_of(work, segment_at(work, transcript, number)) for number in (1, 2)] == [both[0][1], both[1][1]]

        cut = split(work, first, FIRST.index("я пишу"))
        behind = segment_at(work, transcript, 2)
        assert told("Меня зовут Сауле,", words_of(work, first)) == told(FIRST, list(words(FIRST)))[:3]
        assert told("я пишу.", words_of(work, behind)) == [("я", 1500), ("пишу", 2000)]
        undo(work, transcript, cut)
        assert words_of(work, first) == list(words(FIRST))


def test_the_engine_tells_words_and_changes_nothing_else(babbler: Path) -> None:
    engine = WhisperEngine(str(shipped("audio/demo") / "whisper-demo.pt"))
    rng = np.random.default_rng(1)
    assert engine.transcribe(np.zeros(16_000, np.float32), "ru") == engine.transcribe(
        np.zeros(16_000, np.float32), "ru"
    )
    for model in (engine, WhisperEngine(str(babbler))):
        noise = rng.standard_normal(48_000).astype(np.float32) / 10
        for piece in model.transcribe(noise, "ru"):
            spans = [(word.start, word.end) for word in piece.words]
            assert spans == sorted(spans)
            assert all(0 <= start < end <= len(piece.text) for start, end in spans)
            assert all(not piece.text[start:end].isspace() for start, end in spans)
            assert all(0 <= word.probability <= 1 for word in piece.words)


def test_the_job_keeps_places_and_no_word_in_clear(
    ground: Ground,
    interview_with: Callable[[str], Interview],
    record_messages: Callable[[int], list[Recording]],
) -> None:
    record_messages(2)
    model = str(shipped("audio/demo") / "whisper-demo.pt")
    interview = interview_with("E08")
    with ground.work() as work:
        request_transcription(work, interview, "whisper", model)
    claimed = claim(ground, "test", {"transcription.transcribe"})
    assert claimed is not None
    assert execute(ground, claimed, transcribe)
    with ground.work() as work:
        transcript = transcript_of(work, interview)
        assert transcript.state == TranscriptState.RAW
        query = select(Segment).where(Segment.transcript_id == transcript.id).order_by(col(Segment.position))
        for segment in work.session.exec(query):
            text = text_of(work, segment, interview.expert_id)
            spoken = [text[word.start : word.end] for word in words_of(work, segment)]
            assert spoken == [word.strip("«».,!?") for word in text.split()]
        rows = work.session.exec(select(WordTimes)).all()
        assert rows
        flat = [value for row in rows for word in row.words for value in word]
        assert all(value is None or isinstance(value, int | float) for value in flat)
        for window in work.session.exec(select(Window)):
            assert window.sealed_result is not None
            assert b"words" not in window.sealed_result
