import pytest

from fieldwork.anonymisation.stretches import PaddingWrong, Spot, Sureness, checked_padding, spot_of
from fieldwork.transcription.rules import TimedSpan
from fieldwork.transcription.word_times import Word

#       0         1         2
#       0123456789012345678901234567
TEXT = "Это Айгерим Нурлановна, да."
WORDS = (
    Word(0, 3, 0, 300, 1.0),
    Word(4, 11, 350, 900, 1.0),
    Word(12, 22, 950, 1700, 1.0),
    Word(24, 26, 2000, 2200, 1.0),
)
CUE = TimedSpan(0, 27, 0, 5400)  # 200 ms a letter
TURN = (0, 6000)


def test_words_with_times_tell_exactly() -> None:
    assert spot_of(4, 22, WORDS, [CUE], TURN) == Spot(350, 1700, Sureness.EXACT)
    assert spot_of(4, 11, WORDS, [CUE], TURN) == Spot(350, 900, Sureness.EXACT)
    assert spot_of(3, 23, WORDS, [CUE], TURN) == Spot(350, 1700, Sureness.EXACT)  # a blank and a comma more
    assert spot_of(6, 9, WORDS, [CUE], TURN) == Spot(350, 900, Sureness.EXACT)  # part of a word: all of it


def test_what_a_word_lacks_is_estimated_with_a_margin() -> None:
    estimated = Spot(800 - 648, 4400 + 648, Sureness.ESTIMATED)  # 12 % of 5.4 s
    assert spot_of(4, 22, (), [CUE], TURN) == estimated
    without_times = [word._replace(start_ms=None, end_ms=None) for word in WORDS]
    assert spot_of(4, 22, without_times, [CUE], TURN) == estimated
    assert spot_of(4, 22, [WORDS[0], WORDS[1], WORDS[3]], [CUE], TURN) == estimated  # its second word was corrected
    hurried = [word._replace(end_ms=word.start_ms) for word in WORDS]
    assert spot_of(4, 11, hurried, [CUE], TURN) == Spot(800 - 648, 2200 + 648, Sureness.ESTIMATED)


def test_an_estimate_stays_inside_its_sentences() -> None:
    assert spot_of(0, 3, (), [CUE], TURN) == Spot(0, 600 + 648, Sureness.ESTIMATED)
    assert spot_of(24, 27, (), [CUE], TURN) == Spot(4800 - 648, 5400, Sureness.ESTIMATED)
    two = [TimedSpan(0, 11, 1000, 2100), TimedSpan(12, 27, 3000, 4500)]
    assert spot_of(4, 22, (), two, TURN) == Spot(1050, 4350, Sureness.ESTIMATED)  # 1400 - 350, 4000 + 350


@pytest.mark.parametrize(
    "cues",
    [
        [],
        [TimedSpan(0, 27, None, None)],
        [TimedSpan(0, 27, 100, 300)],  # 27 letters in 0.2 s
        [TimedSpan(0, 8, 0, 900)],  # its end is in no sentence
        [TimedSpan(0, 6, 0, 900), TimedSpan(18, 27, 2000, 3000)],  # nor is its middle
    ],
)
def test_else_the_whole_turn_is_silenced(cues: list[TimedSpan]) -> None:
    assert spot_of(4, 22, (), cues, TURN) == Spot(0, 6000, Sureness.WHOLE)
    assert spot_of(4, 22, (), cues, (None, None)) is None


def test_paddings_have_limits() -> None:
    checked_padding(0, 5000)
    for before, after in ((-1, 0), (0, 5001)):
        with pytest.raises(PaddingWrong):
            checked_padding(before, after)
