"""Correcting a raw transcript, cutting its turns anew, taking it back; two people at one turn."""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from fieldwork.core.audit import AuditEntry
from fieldwork.core.work import Ground, Work
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import (
    correct_question,
    correct_speaker,
    correct_text,
    segment_at,
    swap_speakers,
    turn_of,
)
from fieldwork.transcription.cutting import merge_with_earlier, split
from fieldwork.transcription.formats import parse
from fieldwork.transcription.history import correction_of, cues_of, forget_corrections, undo
from fieldwork.transcription.importing import import_transcript
from fieldwork.transcription.models import Correction, Segment, Speaker, Transcript, TranscriptState
from fieldwork.transcription.reading import turns_of
from fieldwork.transcription.rules import (
    AlreadyApproved,
    ChangedMeanwhile,
    ChangedSince,
    FirstTurn,
    NothingToSplit,
    OtherRecording,
    Piece,
    TimedSpan,
    TurnGone,
    cut,
    differences,
    instant,
    pieces,
)
from fieldwork.transcription.services import segments_of

CAPTIONS = (
    "WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.000\nИнтервьюер: Как вы пришли в профессию?\n\n"
    "2\n00:00:04.000 --> 00:00:06.000\nЭксперт: Случайно, правда.\n\n"
    "3\n00:00:06.000 --> 00:00:09.000\nЭксперт: Через друзей.\n\n"
    "4\n00:00:10.000 --> 00:00:12.000\nИнтервьюер: Каких друзей?\n\n"
    "5\n00:00:13.000 --> 00:00:15.000\nЭксперт: Школьных 🎭.\n"
)
TEXTS = ["Как вы пришли в профессию?", "Случайно, правда. Через друзей.", "Каких друзей?", "Школьных 🎭."]
WHO = ["interviewer", "expert", "interviewer", "expert"]


@pytest.fixture
def dialogue(ground: Ground, interview_with: Callable[[str], Interview]) -> Transcript:
    """A raw transcript of four turns, with times; the second has two cues."""
    with ground.work() as work:
        return import_transcript(work, interview_with("E04"), parse(CAPTIONS.encode()))


def state(work: Work, transcript: Transcript) -> list[tuple[int, str, str, int | None, int | None]]:
    return [(one.position, one.speaker, one.text, one.start_ms, one.end_ms) for one in segments_of(work, transcript)]


def spans(work: Work, segment: Segment) -> list[tuple[int, int, int, int, int]]:
    return [(cue.position, cue.start, cue.end, cue.start_ms, cue.end_ms) for cue in cues_of(work, segment)]


def whole(work: Work, transcript: Transcript) -> list[object]:
    rows = work.session.exec(
        select(Segment).where(Segment.transcript_id == transcript.id).order_by(col(Segment.position))
    )
    return [state(work, transcript), [(row.id, row.question_id, spans(work, row)) for row in rows]]


def test_every_correction_can_be_taken_back(ground: Ground, dialogue: Transcript) -> None:
    with ground.work() as work:
        before = whole(work, dialogue)
    deeds: list[Callable[[Work], Correction | None]] = [
        lambda work: correct_text(work, segment_at(work, dialogue, 2), "Через школу."),
        lambda work: correct_speaker(work, segment_at(work, dialogue, 3), Speaker.UNKNOWN),
        lambda work: correct_question(work, segment_at(work, dialogue, 4), 7),
        lambda work: swap_speakers(work, segment_at(work, dialogue, 2)),
        lambda work: merge_with_earlier(work, segment_at(work, dialogue, 3)),
        lambda work: split(work, segment_at(work, dialogue, 2), 18),
    ]
    for deed in deeds:
        with ground.work() as work:
            made = deed(work)
            assert made is not None
            assert whole(work, dialogue) != before
        with ground.work() as work:
            undo(work, work.get(Transcript, dialogue.id), work.get(Correction, made.id))
        with ground.work() as work:
            assert whole(work, dialogue) == before
            assert work.session.exec(select(Correction)).all() == []


def test_corrections_are_taken_back_last_one_first(ground: Ground, dialogue: Transcript) -> None:
    with ground.work() as work:
        before = whole(work, dialogue)
        correct_text(work, segment_at(work, dialogue, 4), "Школьных.")
        split(work, segment_at(work, dialogue, 2), 18)
        merge_with_earlier(work, segment_at(work, dialogue, 2))
        assert [one.number for one in work.session.exec(select(Correction).order_by(col(Correction.number)))] == [
            1,
            2,
            3,
        ]
    for number in (3, 2, 1):
        with ground.work() as work:
            transcript = work.get(Transcript, dialogue.id)
            undo(work, transcript, correction_of(work, transcript, number))
    with ground.work() as work:
        assert whole(work, dialogue) == before


def test_an_earlier_correction_of_another_turn_finds_its_turn_where_it_is_now(
    ground: Ground, dialogue: Transcript
) -> None:
    with ground.work() as work:
        correct_text(work, segment_at(work, dialogue, 4), "Иначе.")
        merge_with_earlier(work, segment_at(work, dialogue, 2))
        assert undo(work, dialogue, correction_of(work, dialogue, 1)) == 3
        assert [one.text for one in segments_of(work, dialogue)] == [
            "Как вы пришли в профессию? Случайно, правда. Через друзей.", "Каких друзей?", "Школьных 🎭."
        ]  # fmt: skip


def test_what_was_corrected_again_is_not_taken_back(ground: Ground, dialogue: Transcript) -> None:
    with ground.work() as work:
        correct_text(work, segment_at(work, dialogue, 2), "Первое.")
        correct_speaker(work, segment_at(work, dialogue, 2), Speaker.UNKNOWN)
        correct_text(work, segment_at(work, dialogue, 3), "Второе.")
        merge_with_earlier(work, segment_at(work, dialogue, 3))
    for number in (1, 2, 3):
        with ground.work() as work, pytest.raises(ChangedSince):
            undo(work, work.get(Transcript, dialogue.id), correction_of(work, dialogue, number))
    with ground.work() as work:
        assert [one.text for one in segments_of(work, dialogue)] == [TEXTS[0], "Первое. Второе.", TEXTS[3]]


def test_the_second_of_two_people_is_told(ground: Ground, dialogue: Transcript) -> None:
    with ground.work() as work:
        correct_text(work, segment_at(work, dialogue, 2), "Первая правка.", begun_from=TEXTS[1])
    with ground.work() as work, pytest.raises(ChangedMeanwhile):
        correct_text(work, segment_at(work, dialogue, 2), "Вторая правка.", begun_from=TEXTS[1])
    with ground.work() as work:
        # who has typed the same, and who has seen the first one's words, is no longer in anybody's way
        assert correct_text(work, segment_at(work, dialogue, 2), "Первая правка.", begun_from=TEXTS[1]) is None
        assert correct_text(work, segment_at(work, dialogue, 2), "Вторая.", begun_from="Первая правка.\r\n")
        assert segments_of(work, dialogue)[1].text == "Вторая."


def test_two_turns_become_one_and_sound_where_they_did(ground: Ground, dialogue: Transcript) -> None:
    with ground.work() as work:
        merge_with_earlier(work, segment_at(work, dialogue, 2))
        assert state(work, dialogue) == [
            (1, "interviewer", f"{TEXTS[0]} {TEXTS[1]}", 1000, 9000),
            (2, "interviewer", TEXTS[2], 10_000, 12_000),
            (3, "expert", TEXTS[3], 13_000, 15_000),
        ]
        assert spans(work, segment_at(work, dialogue, 1)) == [
            (1, 0, 26, 1000, 3000), (2, 27, 44, 4000, 6000), (3, 45, 58, 6000, 9000)
        ]  # fmt: skip
        with pytest.raises(FirstTurn):
            merge_with_earlier(work, segment_at(work, dialogue, 1))


def test_turns_of_two_recordings_stay_apart(
    ground: Ground, dialogue: Transcript, record_messages: Callable[[int], list[object]]
) -> None:
    (message,) = record_messages(1)
    with ground.work() as work:
        segment = segment_at(work, dialogue, 2)
        segment.recording_id = message.id  # type: ignore[attr-defined]
        work.add(segment)
        with pytest.raises(OtherRecording):
            merge_with_earlier(work, segment)


def test_one_turn_becomes_two_between_cues_and_within_one(ground: Ground, dialogue: Transcript) -> None:
    with ground.work() as work:
        split(work, segment_at(work, dialogue, 2), 17)
        assert state(work, dialogue)[1:3] == [
            (2, "expert", "Случайно, правда.", 4000, 6000),
            (3, "expert", "Через друзей.", 6000, 9000),
        ]
        assert spans(work, segment_at(work, dialogue, 3)) == [(1, 0, 13, 6000, 9000)]
        split(work, segment_at(work, dialogue, 5), 9)  # code points: the mask is one
        assert state(work, dialogue)[4:] == [
            (5, "expert", "Школьных", 13_000, 14_636), (6, "expert", "🎭.", 14_636, 15_000)
        ]  # fmt: skip
        assert [one.position for one in segments_of(work, dialogue)] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("at", [-1, 0, 31, 400])
def test_a_turn_is_split_between_words_only(ground: Ground, dialogue: Transcript, at: int) -> None:
    with ground.work() as work, pytest.raises(NothingToSplit):
        split(work, segment_at(work, dialogue, 2), at)


def test_speakers_are_swapped_from_here_on(ground: Ground, dialogue: Transcript) -> None:
    with ground.work() as work:
        correct_speaker(work, segment_at(work, dialogue, 4), Speaker.UNKNOWN)
        swap_speakers(work, segment_at(work, dialogue, 2))
        assert [one.speaker for one in segments_of(work, dialogue)] == [
            "interviewer", "interviewer", "expert", "unknown"
        ]  # fmt: skip


def test_after_approval_words_and_cuts_stay_and_nothing_is_kept(ground: Ground, dialogue: Transcript) -> None:
    with ground.work() as work:
        correct_text(work, segment_at(work, dialogue, 2), "Иначе.")
    with ground.work() as work:
        transcript = work.get(Transcript, dialogue.id)
        transcript.state = TranscriptState.ANONYMISED
        work.add(transcript)
        for deed in (swap_speakers, merge_with_earlier, lambda work, one: split(work, one, 3)):
            with pytest.raises(AlreadyApproved):
                deed(work, segment_at(work, transcript, 2))
        with pytest.raises(AlreadyApproved):
            undo(work, transcript, correction_of(work, transcript, 1))
        forget_corrections(work, transcript)
        assert work.session.exec(select(Correction)).all() == []


def test_a_transcript_knows_when_its_words_were_changed(ground: Ground, dialogue: Transcript) -> None:
    with ground.work() as work:
        correct_speaker(work, segment_at(work, dialogue, 2), Speaker.UNKNOWN)
        assert work.get(Transcript, dialogue.id).text_changed_at is None
    with ground.work() as work:
        split(work, segment_at(work, dialogue, 2), 18)
        moment = work.now
        assert work.get(Transcript, dialogue.id).text_changed_at == moment
    with ground.work() as work:
        undo(work, work.get(Transcript, dialogue.id), correction_of(work, dialogue, 2))
        assert work.get(Transcript, dialogue.id).text_changed_at == work.now > moment


def test_the_trail_holds_no_words(ground: Ground, dialogue: Transcript) -> None:
    with ground.work() as work:
        merge_with_earlier(work, segment_at(work, dialogue, 2))
        split(work, segment_at(work, dialogue, 1), 27)
        undo(work, dialogue, correction_of(work, dialogue, 2))
        entries = work.session.exec(select(AuditEntry).order_by(col(AuditEntry.number)))
        told = [(one.deed, one.details) for one in entries if one.deed.startswith("segment.")]
        assert told == [
            ("segment.merged", {"position": 1}),
            ("segment.split", {"position": 1}),
            ("segment.correction_undone", {"number": 2, "kind": "split"}),
        ]
    for stored in ground.settings.data.rglob("*"):
        if stored.is_file():
            assert "Случайно".encode() not in stored.read_bytes()


def test_a_turn_of_another_transcript_is_not_there(
    ground: Ground, dialogue: Transcript, interview_with: Callable[[str], Interview]
) -> None:
    with ground.work() as work:
        other = import_transcript(work, interview_with("E01"), parse(CAPTIONS.encode()))
        theirs = segment_at(work, other, 1).id
        with pytest.raises(TurnGone):
            turn_of(work, dialogue, theirs)


def test_a_turn_is_read_in_pieces_that_are_heard(ground: Ground, dialogue: Transcript) -> None:
    with ground.work() as work:
        cues_of(work, segment_at(work, dialogue, 2))[1].avg_logprob = -0.9
        turns = turns_of(work, dialogue, [])
        assert turns[1].pieces == [
            Piece("Случайно, правда.", 4000, 6000), Piece(" "), Piece("Через друзей.", 6000, 9000, doubtful=True)
        ]  # fmt: skip
        correct_text(work, segment_at(work, dialogue, 2), "Случайно, правда. Через подруг.")
        assert [one.doubtful for one in turns_of(work, dialogue, [])[1].pieces] == [False, False, False]


def test_pieces_lose_nothing_of_a_text() -> None:
    text = "Ну да, конечно."
    found = pieces(
        text, [(TimedSpan(0, 5, 0, 500), -0.2), (TimedSpan(3, 6, 400, 600), None), (TimedSpan(9, 99, 7, 8), -2.0)]
    )
    assert "".join(one.text for one in found) == text
    assert [one.text for one in found] == ["Ну да", ",", " ко", "нечно."]
    assert pieces("", []) == []


def test_a_cut_through_a_span_takes_its_time_apart() -> None:
    span = TimedSpan(10, 20, 1000, 2000)
    assert cut([span], 0, 15) == [TimedSpan(10, 15, 1000, 1500)]
    assert cut([span], 15, 30) == [TimedSpan(15, 20, 1500, 2000)]
    assert cut([span], 20, 30) == [None]
    assert (instant([span], 0), instant([span], 15), instant([span], 90), instant([], 3)) == (1000, 1500, 2000, None)


def test_two_versions_are_told_apart_word_by_word() -> None:
    assert differences("Мы жили в доме.", "Мы долго жили в городе.") == [
        ("same", "Мы "), ("mine", "долго "), ("same", "жили в "), ("theirs", "доме."), ("mine", "городе.")
    ]  # fmt: skip
