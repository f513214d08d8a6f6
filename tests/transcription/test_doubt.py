"""Where a machine's transcript is in doubt: every sign alone, and what must not be one."""

from dataclasses import replace

import pytest

from fieldwork.transcription.doubt import (
    Finding,
    Reread,
    Said,
    Span,
    findings,
    is_doubt,
    is_settled,
    uncovered,
    unfinished,
)
from fieldwork.transcription.models import DoubtKind
from fieldwork.transcription.sayings import foreign_share, is_loop, is_outro

GOOD = Said(Span(0, 4000), "Мы начали работать с корпусом два года назад.", -0.2, 0.05, 1.1)
SPEECH = [Span(0, 4000)]
MINUTE = range(0, 60_000, 12_000)


def kinds(found: list[Finding]) -> list[str]:
    return [one.kind.value for one in found]


def test_text_over_speech_is_no_doubt() -> None:
    assert findings(SPEECH, [GOOD], "ru") == []


def test_speech_without_any_text_is_told_with_its_place() -> None:
    found = findings([*SPEECH, Span(6000, 6400)], [GOOD], "ru")
    assert found == [Finding(DoubtKind.SPEECH_WITHOUT_TEXT, Span(6000, 6400), {"speech_ms": 400})]


def test_a_sentence_passed_over_between_words_is_told() -> None:
    words = (Span(0, 500), Span(500, 1000), Span(3300, 3700), Span(3700, 4000))
    (found,) = findings(SPEECH, [replace(GOOD, words=words)], "ru")
    assert (found.kind, found.span) == (DoubtKind.SPEECH_WITHOUT_TEXT, Span(1250, 3050))


def test_far_too_few_letters_for_the_speech_are_told() -> None:
    long = replace(GOOD, span=Span(0, 12_000), text="Да, конечно.")
    (found,) = findings([Span(0, 12_000)], [long], "ru")
    assert (found.kind, found.reasons) == (DoubtKind.SPEECH_WITHOUT_TEXT, {"speech_ms": 12_000, "letters": 9})


def test_slow_speech_and_short_answers_are_no_doubt() -> None:
    slow = replace(GOOD, span=Span(0, 4500))
    assert findings([Span(0, 4500)], [slow], "ru") == []
    words = "Мы начали работать с корпусом два года назад, и было нас {} человек."
    slower = [replace(GOOD, span=Span(at, at + 12_000), text=words.format("две" * n)) for n, at in enumerate(MINUTE)]
    assert findings([one.span for one in slower], slower, "ru") == []
    for word in ("Да.", "Нет.", "Спасибо.", "Угу.", "Хорошо."):
        short = replace(GOOD, span=Span(0, 600), text=word)
        assert findings([Span(0, 600)], [short], "ru") == [], word


def test_text_without_speech_is_told() -> None:
    late = replace(GOOD, span=Span(8000, 11_000), text="Это был наш первый проект.")
    found = findings(SPEECH, [GOOD, late], "ru")
    assert [(one.kind, one.span) for one in found] == [(DoubtKind.TEXT_WITHOUT_SPEECH, Span(8000, 11_000))]


@pytest.mark.parametrize(
    "text", ["тихо тихо тихо тихо тихо тихо", "и вот и вот и вот и вот", "мы не знали, мы не знали, мы не знали"]
)
def test_phrases_that_go_round_are_loops(text: str) -> None:
    assert is_loop(text) >= 3


@pytest.mark.parametrize("text", ["да, да, да", "Ну, ну, ну, хорошо", "очень, очень много", "нет, нет, нет, нет", ""])
def test_emphasis_is_no_loop(text: str) -> None:
    assert is_loop(text) == 0


def test_compression_and_repeated_sentences_are_loops() -> None:
    assert kinds(findings(SPEECH, [replace(GOOD, compression_ratio=2.5)], "ru")) == ["loop"]
    same = [replace(GOOD, span=Span(at * 4000, at * 4000 + 4000)) for at in range(3)]
    (found,) = findings([Span(0, 12_000)], same, "ru")
    assert (found.kind, found.span, found.reasons) == (DoubtKind.LOOP, Span(0, 12_000), {"repeats": 3})
    assert findings([Span(0, 8000)], same[:2], "ru") == []


@pytest.mark.parametrize(
    "text",
    [
        "Спасибо за внимание.", "ДИНАМИЧНАЯ МУЗЫКА", "АПЛОДИСМЕНТЫ", "[смех]", "♪", "До новых встреч!", "Спасибо.",
    ],
)  # fmt: skip
def test_known_inventions_are_told_only_where_nobody_is_surely_speaking(text: str) -> None:
    assert is_outro(text)
    sure = replace(GOOD, span=Span(0, 1200), text=text)
    assert findings([Span(0, 1200)], [sure], "ru") == []
    for unsure in (replace(sure, no_speech_prob=0.9), replace(sure, avg_logprob=-0.9)):
        assert kinds(findings([Span(0, 1200)], [unsure], "ru")) == ["invented"]
    assert kinds(findings([], [sure], "ru")) == ["invented"]


@pytest.mark.parametrize(
    "text",
    [
        "Спасибо за субтитры к тому фильму.",
        "Спасибо за внимание к деталям, это важно.",
        "Да.",
        "МГУ",
        "ООН и ЮНЕСКО помогли нам.",
    ],
)
def test_sentences_that_only_resemble_inventions_are_none(text: str) -> None:
    assert not is_outro(text) or text == "МГУ"
    said = replace(GOOD, span=Span(0, 1400), text=text)
    assert "invented" not in kinds(findings([said.span], [said], "ru"))


def test_another_script_is_drift_and_kazakh_is_marked() -> None:
    (found,) = findings(SPEECH, [replace(GOOD, text="Thank you for watching this video today")], "ru")
    assert (found.kind, found.reasons) == (DoubtKind.LANGUAGE, {"share": 1.0})
    kazakh = findings(SPEECH, [replace(GOOD, text="Мен айтқым келеді, бұл өте маңызды мәселе.")], "ru")
    assert kinds(kazakh) == ["insertion"]
    assert not is_doubt(kazakh[0].kind)
    assert findings(SPEECH, [replace(GOOD, text="Мен айтқым келеді, бұл өте маңызды мәселе болды.")], "kk") == []
    assert findings(SPEECH, [replace(GOOD, text="Мы пишем на Python и держим всё в PostgreSQL у нас.")], "ru") != []
    assert foreign_share("Мы держим данные нашей команды в Excel", "ru") < 0.3
    assert foreign_share("anything at all", "xx") == 0.0


def test_low_probability_is_told() -> None:
    (found,) = findings(SPEECH, [replace(GOOD, avg_logprob=-1.2)], "ru")
    assert (found.kind, found.reasons) == (DoubtKind.UNLIKELY, {"logprob": -1.2, "no_speech_prob": 0.05})


def test_credits_that_were_cut_are_a_mark_and_leave_their_speech_in_doubt() -> None:
    found = findings(SPEECH, [replace(GOOD, text="", cut=1, no_speech_prob=0.88)], "ru")
    assert kinds(found) == ["credits", "speech_without_text"]
    assert [is_doubt(one.kind) for one in found] == [False, True]


def test_a_recording_that_begins_or_ends_amid_speech_is_told() -> None:
    assert unfinished([Span(150, 4000)], 5000) == []
    assert [one.reasons["at"] for one in unfinished([Span(0, 4000)], 4000)] == ["start", "end"]
    assert unfinished([], 4000) == []


def test_what_is_covered_is_taken_away() -> None:
    assert uncovered(Span(0, 100), []) == [Span(0, 100)]
    assert uncovered(Span(0, 100), [Span(20, 40), Span(30, 60), Span(90, 200)]) == [Span(0, 20), Span(60, 90)]
    assert uncovered(Span(0, 100), [Span(-5, 120)]) == []


def test_findings_hold_no_words() -> None:
    text = "Секретное слово секретное слово секретное слово секретное слово"
    told = findings(SPEECH, [replace(GOOD, text=text, avg_logprob=-2.0)], "ru")
    assert told
    assert "екретн" not in repr(told) + repr(replace(GOOD, text=text))


def test_a_sentence_that_lasts_over_a_passed_over_one_is_told() -> None:
    asked = replace(GOOD, span=Span(0, 7000))
    assert kinds(findings([Span(0, 3200), Span(4000, 7000)], [asked], "ru")) == ["speech_without_text"]
    (found,) = findings([Span(0, 3200)], [asked], "ru")
    assert found.reasons == {"speech_ms": 3200, "pause_ms": 3800}
    words = (Span(0, 1500), Span(1600, 3100), Span(4100, 5500), Span(5500, 7000))
    fuller = replace(asked, text=asked.text * 2, words=words)
    assert findings([Span(0, 3200), Span(4000, 7000)], [fuller], "ru") == []
    assert findings([Span(0, 3200)], [replace(asked, span=Span(0, 4800))], "ru") == []


def test_an_outro_over_a_whole_sentence_of_speech_is_told() -> None:
    said = replace(GOOD, span=Span(0, 2600), text="Спасибо за внимание.")
    assert "invented" in kinds(findings([Span(0, 2600)], [said], "ru"))


def test_more_text_than_anybody_can_say_is_told() -> None:
    assert kinds(findings([Span(0, 800)], [replace(GOOD, span=Span(0, 900))], "ru")) == ["text_without_speech"]
    assert findings([Span(0, 1300)], [replace(GOOD, span=Span(0, 1300))], "ru") == []


@pytest.mark.parametrize("text", ["Продолжение следует...", "Спасибо за просмотр!", "Подписывайтесь на канал!"])
def test_outros_of_videos_are_always_told(text: str) -> None:
    assert kinds(findings([Span(0, 1500)], [replace(GOOD, span=Span(0, 1500), text=text)], "ru")) == ["invented"]


@pytest.mark.parametrize(
    ("kind", "text", "untouched", "settled"),
    [
        ("loop", "мы не знали, мы не знали, мы не знали", (), False),
        ("loop", "Мы не знали.", (Span(0, 4000),), True),
        ("language", "Thank you for watching this video", (), False),
        ("language", "Спасибо, что пришли сегодня.", (), True),
        ("invented", "Продолжение следует.", (Span(0, 4000),), False),
        ("invented", "Мы продолжим.", (Span(9000, 9500),), True),
        ("unlikely", "Мы продолжим.", (), True),
        ("speech_without_text", "Всё записано.", (), False),
        ("cut_off", "Всё записано.", (), False),
    ],
)
def test_a_corrected_place_is_judged_by_what_stands_there_now(
    kind: str, text: str, untouched: tuple[Span, ...], settled: object
) -> None:
    assert is_settled(kind, Span(1000, 3000), Reread(text, untouched, "ru")) is settled
