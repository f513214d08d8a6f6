"""Decisions go along when turns are typed or cut anew, and when that is taken back."""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from fieldwork.anonymisation.carrying import Spot, Step, carried, led_end, led_start, outside, rewritten, typed
from fieldwork.anonymisation.changes import changes_of
from fieldwork.anonymisation.detection import detect
from fieldwork.anonymisation.mention import Mention as Found
from fieldwork.anonymisation.review import accept_all
from fieldwork.anonymisation.services import mentions_of, original_of
from fieldwork.core.work import Ground, Work
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import correct_text, segment_at
from fieldwork.transcription.cutting import merge_with_earlier, split
from fieldwork.transcription.history import undo
from fieldwork.transcription.models import Correction, Segment, Speaker, Transcript
from fieldwork.transcription.services import text_of
from fieldwork.transcription.writing import NewSegment, write_segments

FIRST, SECOND = "Это Олег Савельев.", "И с ним Нина Шевцова, конечно."


@pytest.fixture
def decided(ground: Ground, interview_with: Callable[[str], Interview]) -> Transcript:
    interview = interview_with("E02")
    with ground.work() as work:
        transcript = work.add(Transcript(interview_id=interview.id, source="plain", created_at=work.now))
        write_segments(work, transcript, [NewSegment(Speaker.EXPERT, text, None) for text in (FIRST, SECOND)])
        detect(work, transcript)
        accept_all(work, transcript)
    return transcript


def standing(work: Work, transcript: Transcript) -> list[tuple[int, str, str]]:
    """Turn, words there and decision of every mention; the words are those that were found."""
    expert_id = work.get(Interview, transcript.interview_id).expert_id
    found = []
    for mention in mentions_of(work, transcript):
        segment = work.get(Segment, mention.segment_id)
        words = text_of(work, segment, expert_id)[mention.start : mention.end]
        assert words == original_of(work, mention, expert_id)
        found.append((segment.position, words, mention.decision))
    return found


BOTH = [(1, "Олег Савельев", "accepted"), (2, "Нина Шевцова", "accepted")]


def test_merging_splitting_and_taking_back(ground: Ground, decided: Transcript) -> None:
    with ground.work() as work:
        assert standing(work, decided) == BOTH
        merge_with_earlier(work, segment_at(work, decided, 2))
    with ground.work() as work:
        assert standing(work, decided) == [(1, name, decision) for _, name, decision in BOTH]
        split(work, segment_at(work, decided, 1), len("Это Олег Савельев. И с ним"))
    with ground.work() as work:
        assert standing(work, decided) == BOTH
        query = select(Correction).order_by(col(Correction.number).desc())
        for correction in work.session.exec(query).all():
            undo(work, decided, correction)
    with ground.work() as work:
        assert standing(work, decided) == BOTH
        assert (
            text_of(work, segment_at(work, decided, 2), work.get(Interview, decided.interview_id).expert_id) == SECOND
        )


def test_typing_beside_a_name_keeps_its_decision_and_typing_in_it_does_not(ground: Ground, decided: Transcript) -> None:
    with ground.work() as work:
        correct_text(work, segment_at(work, decided, 1), "Это был, кажется, Олег Савельев, да.")
        correct_text(work, segment_at(work, decided, 2), "И с ним Нина Шевченко, конечно.")
    with ground.work() as work:
        assert standing(work, decided) == [BOTH[0]]
        latest = changes_of(work, decided)[0]
        assert (latest.deed, latest.position) == ("gone", None)


def test_a_name_that_a_cut_parts_is_looked_for_again(ground: Ground, decided: Transcript) -> None:
    with ground.work() as work:
        split(work, segment_at(work, decided, 1), len("Это Олег"))
    with ground.work() as work:
        assert standing(work, decided) == [(3, "Нина Шевцова", "accepted")]


def test_places_are_carried_by_their_letters() -> None:
    assert carried([Spot(0, 0, 5)], ["Марат был."], ["Вот, Марат, был."]) == [Spot(0, 5, 10)]
    assert carried([Spot(0, 0, 5)], ["Марат был."], ["Мурат был."]) == [None]
    assert carried([], [""], ["слово"]) == []


def test_what_is_put_in_beside_a_stretch_does_not_belong_to_it() -> None:
    table = rewritten("ab[x]cd", [Step(2, 2, "--"), Step(5, 5, "++")])
    assert table.text == "ab--[x]++cd"
    assert (led_start(table, 2), led_end(table, 5)) == (4, 7)
    assert (led_start(table, 0), led_end(table, 7)) == (0, 11)
    table = rewritten("один два три", [Step(5, 8, "[2]")])
    assert (led_start(table, 6), led_end(table, 7), led_end(table, 12)) == (5, 8, 12)


def test_typed_words_are_told_apart_from_signs() -> None:
    before = "Был [E02] тут"
    assert typed(before, "Была [E02] там", [(4, 9)]) == [Step(0, 3, "Была"), Step(10, 13, "там")]
    assert typed(before, "Был тут", [(4, 9)]) is None
    assert typed(before, before, [(4, 9)]) == []


def test_what_of_a_name_was_not_covered_is_found() -> None:
    found = Found(4, 19, "Марата Ахметова", "PER", certain=True, detector="names", entity="person-1")
    (part,) = outside(found, [Found(4, 10, "Марата", "PER")])
    assert (part.start, part.end, part.text, part.certain) == (11, 19, "Ахметова", False)
    assert outside(found, [Found(0, 30, "", "PER")]) == []
