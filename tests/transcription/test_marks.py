"""Taps on the guide's questions decide which question a turn belongs to; forgotten taps leave it to the words."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from fieldwork.core.accounts import Account
from fieldwork.core.work import Ground
from fieldwork.programme.guides import questions_of
from fieldwork.programme.models import Study
from fieldwork.recording.live_models import LiveMark, LivePart, LiveRecording
from fieldwork.recording.models import Recording
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.marking import follow_marks
from fieldwork.transcription.models import Speaker, Transcript
from fieldwork.transcription.services import segment_rows
from fieldwork.transcription.turns.marks import Mark, Placed, marked_questions
from fieldwork.transcription.writing import NewSegment, write_segments

Turns = list[Placed]


def talk(*guesses: int | None, every_s: int = 60) -> Turns:
    """A question and an answer for each guess, every minute; the question takes ten seconds."""
    turns = []
    for number, guess in enumerate(guesses):
        at = number * every_s * 1000
        turns += [Placed(at, at + 10_000, asks=True, guess=guess), Placed(at + 10_000, at + 60_000, False, guess)]
    return turns


def asked(turns: Turns, *marks: tuple[int, int]) -> list[int | None]:
    """The question of every second turn: question and answer always belong together here."""
    found = marked_questions(turns, [Mark(seconds * 1000, question) for seconds, question in marks])
    assert found[::2] == found[1::2]
    return found[::2]


@pytest.mark.parametrize(
    ("guesses", "marks", "wanted"),
    [
        ((1, 2, 3), (), [1, 2, 3]),
        ((None, 1, 1, 2), ((60, 1), (120, 2), (180, 3)), [None, 1, 2, 3]),  # marks win over wrong guesses
        ((1, 1, 1, 1), ((0, 2), (120, 4)), [2, 2, 4, 4]),
        ((1, 1, 2, 3), ((0, 1), (180, 3)), [1, 1, 2, 3]),  # nobody tapped question 2: the words know it
        ((1, 5, 1, 3), ((0, 1), (180, 3)), [1, 1, 1, 3]),  # 5 does not lie between 1 and 3
        ((1, 2, 3, 4), ((60, 2),), [1, 2, 3, 4]),  # one tap does not swallow the rest
        ((2, 2, 3), ((60, 2),), [None, 2, 3]),  # before its own tap a question was not asked
        ((1, 2, 3), ((62, 3), (120, 2)), [1, 3, 2]),  # out of the guide's order, as it happened
        ((1, 1, 1), ((0, 1), (60, 2), (120, 1)), [1, 2, 1]),  # a return
        ((1, 1), ((50, 2),), [1, 2]),  # tapped ten seconds before asking
        ((1, 1), ((72, 2),), [1, 2]),  # and twelve after
        ((1, 1), ((58, 1), (61, 2)), [None, 2]),  # mistapped, and mended at once
    ],
)
def test_marks_and_words(
    guesses: tuple[int | None, ...], marks: tuple[tuple[int, int], ...], wanted: list[int | None]
) -> None:
    assert asked(talk(*guesses), *marks) == wanted


def test_without_a_question_near_the_turn_that_is_heard_then_is_meant() -> None:
    turns = [Placed(0, 30_000, False, None), Placed(30_000, 60_000, False, None), Placed(60_000, 70_000, False, None)]

    assert marked_questions(turns, [Mark(40_000, 7)]) == [None, 7, 7]
    assert marked_questions(turns, [Mark(99_000, 7)]) == [None, None, None]  # behind all that is heard
    assert marked_questions([], [Mark(1, 1)]) == []


@pytest.fixture
def recorded(ground: Ground, study: Study, interview_with: Callable[[str], Interview]) -> tuple[UUID, list[UUID]]:
    """A raw transcript of an interview recorded in two parts, with taps; its id, and those of the guide's questions."""
    interview = interview_with("E08")
    with ground.work() as work:
        account = work.add(Account(login="asel@example.org", display_name="Асель", created_at=work.now))
        work.session.flush()
        questions = questions_of(work, study)
        live = LiveRecording(
            study_id=study.id, interview_id=interview.id, account_id=account.id, sealed_key=b"", began_at=work.now
        )
        work.add(live)
        work.session.flush()
        recordings = []
        for number in (1, 2):
            part = LivePart(live_id=live.id, number=number, blob_id=uuid4(), began_ms=0, ended_ms=1)
            recordings.append(
                Recording(
                    interview_id=interview.id, position=number, kind="mixed", offset_ms=100_000 * (number - 1),
                    blob_id=part.blob_id, normalised_blob_id=uuid4(), sealed_name=b"", sha256=str(number), bytes=1,
                    container="webm", codec="opus", sample_rate=48_000, channels=1, duration_ms=100_000,
                    peak_dbfs=-3.0, imported_at=work.now,
                )
            )  # fmt: skip
            work.add_all([part, recordings[-1]])
        work.session.flush()
        for part_number, question, at in ((1, 1, 2_000), (2, 3, 1_000)):
            work.add(LiveMark(live_id=live.id, part=part_number, question_id=questions[question - 1].id, at_ms=at))
        transcript = work.add(Transcript(interview_id=interview.id, source="audio", language="ru", created_at=work.now))
        work.session.flush()
        segments = [
            NewSegment(speaker, "слова", 1, recordings[part].id, start, start + 9_000)
            for part, start, speaker in (
                (0, 0, Speaker.INTERVIEWER), (0, 10_000, Speaker.EXPERT),
                (1, 0, Speaker.INTERVIEWER), (1, 10_000, Speaker.EXPERT), (1, 30_000, Speaker.EXPERT),
            )
        ]  # fmt: skip
        write_segments(work, transcript, segments)
        return transcript.id, [one.id for one in questions]


def test_taps_decide_but_not_over_a_person(ground: Ground, recorded: tuple[UUID, list[UUID]]) -> None:
    transcript_id, questions = recorded
    with ground.work() as work:
        transcript = work.get(Transcript, transcript_id)
        corrected = segment_rows(work, transcript)[-1]
        corrected.question_id, corrected.question_corrected = questions[1], True
        work.add(corrected)
        work.session.flush()
        assert follow_marks(work, transcript) == 2
    with ground.work() as work:
        rows = segment_rows(work, work.get(Transcript, transcript_id))
        assert [row.question_id for row in rows] == [questions[n] for n in (0, 0, 2, 2, 1)]
        assert follow_marks(work, work.get(Transcript, transcript_id)) == 0
