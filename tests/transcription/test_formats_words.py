"""What our own JSON keeps beyond other formats: single words with their moments, every turn as it was cut."""

import json

import pytest

from fieldwork.transcription.formats import BrokenDocument, Utterance, parse, write
from fieldwork.transcription.turns import TurnCue
from fieldwork.transcription.turns.guide import GuideWords
from fieldwork.transcription.turns.roles import propose_roles
from fieldwork.transcription.word_times import Word

WORDS = (Word(0, 3, 1000, 1200, 0.9), Word(4, 10, 1250, 1600, 0.75), Word(12, 16, None, None, 0.5))
TURNS = (
    Utterance(
        "E07", 1000, 3500, "Так начали.\nПотом.", (TurnCue(0, 11, 1000, 2000), TurnCue(12, 18, 2100, 3500)), WORDS
    ),
    Utterance("E07", 3600, 4000, "И ещё.", (TurnCue(0, 6, 3600, 4000),), (Word(2, 5, 3700, 3900, 0.25),)),
    Utterance("Неизвестно", 4100, 4500, "Кофе?", (TurnCue(0, 5, 4100, 4500),)),
    Utterance("Интервьюер", None, None, "Спасибо."),
)


def test_words_and_turns_are_read_as_they_were_written() -> None:
    assert parse(write(TURNS, "json")).utterances == TURNS


def test_a_word_is_told_by_its_place_its_moments_and_how_sure_it_is() -> None:
    told = json.loads(write(TURNS, "json"))["utterances"]

    assert told[0]["words"][1] == {"start": 4, "end": 10, "start_ms": 1250, "end_ms": 1600, "probability": 0.75}
    assert "words" not in told[2]


def test_words_outside_of_their_turn_are_not_taken() -> None:
    row = {"speaker": "E07", "text": "Да.", "words": [{"start": 0, "end": 90}, {"start": 2, "end": 2}]}

    assert parse(json.dumps({"utterances": [row]}).encode()).utterances == (Utterance("E07", None, None, "Да."),)


@pytest.mark.parametrize("word", [{"start": -1, "end": 2}, {"start": 0}, {"start": 0, "end": 1, "probability": 7}])
def test_a_word_that_is_none_breaks_the_document(word: dict[str, int]) -> None:
    row = {"speaker": "E07", "text": "Да.", "words": [word]}
    with pytest.raises(BrokenDocument):
        parse(json.dumps({"utterances": [row]}).encode())


def test_whoever_is_said_to_be_unknown_stays_so() -> None:
    said = [("E07", "Мы открыли мастерскую."), ("Неизвестно", "Кофе?"), ("Неизвестно", "Чай?")]

    roles = propose_roles(said, GuideWords(("Как вы начинали?",))).roles
    assert (roles["Неизвестно"], roles["E07"]) == ("unknown", "expert")
