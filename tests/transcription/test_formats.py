"""Captions and plain text, in and out: every shape that Zoom, editors and people write."""

import pytest

from fieldwork.transcription.formats import (
    BrokenDocument,
    EmptyFile,
    NoSpeakers,
    NoTimes,
    ParsedTranscript,
    UnreadableText,
    Utterance,
    parse,
    write,
)
from fieldwork.transcription.turns import TurnCue

ZOOM = """WEBVTT

1
00:00:01.000 --> 00:00:03.500
Асель Сейдахметова: Как вы начинали?

2
00:00:04.000 --> 00:00:06.000
Aigerim Bekova: В банке.

3
00:00:06.250 --> 00:00:09.000
А вот что важно: подруга позвала.

4
00:00:09.500 --> 00:00:12.000
Aigerim Bekova: На маркет &amp; склад.

5
00:00:12.500 --> 00:00:13.000
Асель Сейдахметова: Понятно.
"""
TURNS = (
    Utterance("Асель Сейдахметова", 1000, 3500, "Как вы начинали?", (TurnCue(0, 16, 1000, 3500),)),
    Utterance(
        *("Aigerim Bekova", 4000, 12_000, "В банке. А вот что важно: подруга позвала. На маркет & склад."),
        (TurnCue(0, 8, 4000, 6000), TurnCue(9, 42, 6250, 9000), TurnCue(43, 61, 9500, 12_000)),
    ),
    Utterance("Асель Сейдахметова", 12_500, 13_000, "Понятно.", (TurnCue(0, 8, 12_500, 13_000),)),
)


@pytest.mark.parametrize(
    "data",
    [ZOOM.encode(), ZOOM.encode("utf-8-sig"), ZOOM.replace("\n", "\r\n").encode("utf-8-sig"), ZOOM.encode("utf-16")],
    ids=["plain", "byte order mark", "CRLF", "UTF-16"],
)
def test_zoom_captions_become_turns_and_keep_their_times(data: bytes) -> None:
    assert parse(data) == ParsedTranscript(TURNS, "zoom_vtt")


def test_cues_are_code_points_of_the_turn() -> None:
    turn = parse(ZOOM.encode()).utterances[1]

    assert [turn.text[cue.start : cue.end] for cue in turn.cues] == [
        *("В банке.", "А вот что важно: подруга позвала.", "На маркет & склад.")
    ]


def test_voice_tags_short_times_notes_and_names_in_brackets() -> None:
    text = (
        "WEBVTT\n\nNOTE made by hand\n\n00:01.000 --> 00:02.000\n<v Иван Ли>Один, <i>два</i></v>\n\n"
        "00:02.500 --> 00:03.000\n(Айша)\nТри\n\n1:00:00.000 --> 1:00:01.000\n<v Айша>Четыре: пять</v>\n"
    )

    assert [(one.speaker_label, one.start_ms, one.text) for one in parse(text.encode()).utterances] == [
        ("Иван Ли", 1000, "Один, два"),
        ("Айша", 2500, "Три Четыре: пять"),
    ]


def test_subrip() -> None:
    text = (
        "1\r\n00:00:00,500 --> 00:00:02,000\r\nИнтервьюер: Как <i>дела</i>?\r\n\r\n"
        "2\r\n00:00:02,100 --> 00:00:03,000\r\nЭксперт: Хорошо,\r\nспасибо.\r\n"
    )

    assert parse(text.encode()) == ParsedTranscript(
        (
            Utterance("Интервьюер", 500, 2000, "Как дела?", (TurnCue(0, 9, 500, 2000),)),
            Utterance("Эксперт", 2100, 3000, "Хорошо, спасибо.", (TurnCue(0, 16, 2100, 3000),)),
        ),
        "srt",
    )


PLAIN = """Интервью с экспертом
Дата: 27 марта

Интервьюер: Расскажите о мастерской.

Эксперт: Мы открылись в 10:30, как сейчас помню.
Строка перенесена редактором.

Второй абзац. Примечание: это важно.

Интервьюер: Спасибо.
"""
PLAIN_TURNS = [
    ("Интервьюер", "Расскажите о мастерской."),
    (
        "Эксперт",
        "Мы открылись в 10:30, как сейчас помню. Строка перенесена редактором.\nВторой абзац. Примечание: это важно.",
    ),
    ("Интервьюер", "Спасибо."),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_plain_text_in_every_encoding(encoding: str, newline: str) -> None:
    found = parse(PLAIN.replace("\n", newline).encode(encoding))

    assert found.labelled == PLAIN_TURNS
    assert (found.source, found.labels) == ("plain", ("Интервьюер", "Эксперт"))
    assert found.warnings == (
        "2 paragraphs before the first speaker were left out (title, date): check that nobody speaks there.",
    )


def test_names_are_speakers_when_they_recur_and_remarks_are_not() -> None:
    text = "Асель: Как вы начинали?\nЖанна: С малого.\nВывод: надо пробовать.\nАсель: А сейчас?\nЖанна: Растём.\n"

    assert parse(text.encode()).labelled == [
        ("Асель", "Как вы начинали?"),
        ("Жанна", "С малого. Вывод: надо пробовать."),
        ("Асель", "А сейчас?"),
        ("Жанна", "Растём."),
    ]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Q: Why?\nA: Because.\n", ("Q", "A")),
        ("И: Почему?\nЭ: Потому.\n", ("И", "Э")),
        ("Анна: Почему?\nПётр: Потому.\n", ("Анна", "Пётр")),
        ("Асель Сейдахметова: Почему?\nпотому\nЧерных О.В.: Потому.\n", ("Асель Сейдахметова", "Черных О.В.")),
        ("интервьюер:\nПочему?\nэксперт:\nПотому.\n", ("интервьюер", "эксперт")),
    ],
)
def test_labels_of_short_texts(text: str, labels: tuple[str, ...]) -> None:
    assert parse(text.encode()).labels == labels


def test_times_in_plain_text_are_read_in_three_notations() -> None:
    stamped = "[00:00:05] Асель: Раз.\n\n[00:01:10.5] Жанна: Два.\n\n[1:00:00] Асель: Три.\n"
    f4 = "Асель: Раз. #00:00:05-3#\nЖанна: Два. #00:01:10-0#\nАсель: Три. #00:02:00-0#\n"

    assert [(one.start_ms, one.end_ms) for one in parse(stamped.encode()).utterances] == [
        *((5000, 70_500), (70_500, 3_600_000), (3_600_000, None))
    ]
    assert [(one.start_ms, one.end_ms) for one in parse(f4.encode()).utterances] == [
        *((0, 5300), (5300, 70_000), (70_000, 120_000))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Просто рассказ без говорящих.\n\nЕщё абзац.\n",
        "WEBVTT\n\n00:01.000 --> 00:02.000\nРаз\n\n00:02.000 --> 00:03.000\nДва\n",
    ],
    ids=["text", "captions"],
)
def test_a_transcript_without_speakers_is_refused_unless_that_is_meant(text: str) -> None:
    with pytest.raises(NoSpeakers, match=r"none of its 2 paragraphs.*«Interviewer:».*--speakers unknown"):
        parse(text.encode())
    found = parse(text.encode(), speakers="unknown")

    assert [one.speaker_label for one in found.utterances] == [None, None]
    assert found.labelled == []


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", EmptyFile),
        (b" \r\n\r\n", EmptyFile),
        (b"WEBVTT\n\n", EmptyFile),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(50), UnreadableText),
        (bytes(range(128, 256)) * 4, UnreadableText),
        ("1\n00:00:01,000 --> конец\nРаз\n".encode(), BrokenDocument),
        ("WEBVTT мусор\n00:00:01.000 --> aa\nИ: Раз\n".encode(), EmptyFile),
        (b"PK\x03\x04 broken", BrokenDocument),
    ],
    ids=["empty", "blank", "no cues", "picture", "bytes", "broken srt", "broken vtt", "broken docx"],
)
def test_what_is_no_transcript_is_refused(data: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        parse(data)


@pytest.mark.parametrize("form", ["vtt", "srt"])
def test_captions_written_are_read_again(form: str) -> None:
    assert parse(write(TURNS, form)).utterances == TURNS


def test_text_written_is_read_again() -> None:
    found = parse(write(TURNS, "txt"))

    assert write(TURNS, "txt").decode().splitlines()[0] == "[00:00:01] Асель Сейдахметова: Как вы начинали?"
    assert found.labelled == [(one.speaker_label, one.text) for one in TURNS]


def test_json_and_captions_without_times() -> None:
    untimed = [Utterance(None, None, None, "Да.")]

    assert write(untimed, "json").decode() == (
        '{\n  "utterances": [\n    {\n      "speaker": null,\n      "start_ms": null,\n      "end_ms": null,\n'
        '      "text": "Да.",\n      "cues": []\n    }\n  ]\n}\n'
    )
    assert write(untimed, "txt").decode() == "Да.\n"
    with pytest.raises(NoTimes, match="cannot be written as srt"):
        write(untimed, "srt")


def test_representations_hold_no_words() -> None:
    assert repr(TURNS[0]) == "Utterance(1000-3500, 16 characters)"
