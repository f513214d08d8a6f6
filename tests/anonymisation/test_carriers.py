"""Captions and texts with mentions replaced: what is words changes, everything else stays sign for sign."""

import pytest

from fieldwork.anonymisation.carriers import (
    DamagedText,
    LockedDocument,
    NotText,
    WrongForm,
    carrier_of,
    form_of,
)
from fieldwork.anonymisation.carriers.runs import Cut, cuts, patched
from fieldwork.anonymisation.files import FileAnonymiser
from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.anonymisation.mention import PER, Mention

KNOWN = [
    KnownIdentity("E02", "Есенов Руслан Ерланович", ("Руслан",), "Ruslan Yessenov"),
    KnownIdentity("E03", "Каримова Роза Маратовна", email="roza@tau.example.kz"),
]


def anonymous(text: str | bytes, form: str = "") -> str:
    data = text.encode() if isinstance(text, str) else text
    return FileAnonymiser(KNOWN).anonymise(data, form).data.decode()


def mention(start: int, end: int, text: str, replacement: str) -> Mention:
    return Mention(start, end, text, PER, replacement=replacement)


def test_a_mention_over_pieces_is_replaced_in_the_first_and_taken_out_of_the_others() -> None:
    pieces = ["я видел Ро", "зу", " Кари", "мову вчера"]
    text = "".join(pieces)
    found = cuts([len(piece) for piece in pieces], [mention(8, 21, text[8:21], "[E03]")])
    assert [patched(*pair) for pair in zip(pieces, found, strict=True)] == ["я видел [E03]", "", "", " вчера"]


def test_what_stays_cuts_nothing_and_overlapping_cuts_are_one() -> None:
    assert cuts([5], [mention(0, 5, "Тараз", "Тараз")]) == [[]]
    assert patched("Роза Каримова", [Cut(5, 13, ""), Cut(0, 8, "[E03]")]) == "[E03]"


VTT = """WEBVTT - встреча с Розой Каримовой

STYLE
::cue(v[voice="Роза Каримова"]) { color: #ff0000 }
/* для Розы Каримовой */

NOTE
Записал Руслан Есенов.

1 "Роза Каримова" (3489058)
00:00:01.000 --> 00:00:04.000 align:start position:10%
<v.loud Роза Каримова>Здравствуйте, <i>я</i> R&amp;D веду.</v>

4f2a-11/0
00:04.000 --> 00:06.500
<v Интервьюер>А Руслана</v>
<v Интервьюер>Есенова вы знаете?</v>

3
00:06.500 --> 00:09.000
Роза Каримова: да, Руслан

4
00:09.000 --> 00:10.000
Есенов — <c.yellow>мой друг</c>.
"""


def test_vtt_keeps_times_ids_tags_and_styles() -> None:
    assert (
        anonymous(VTT)
        == """WEBVTT - встреча с [E03]

STYLE
::cue(v[voice="[E03]"]) { color: #ff0000 }
/* для [E03] */

NOTE
Записал [E02].

1 "[E03]" (3489058)
00:00:01.000 --> 00:00:04.000 align:start position:10%
<v.loud [E03]>Здравствуйте, <i>я</i> R&amp;D веду.</v>

4f2a-11/0
00:04.000 --> 00:06.500
<v Интервьюер>А [E02]</v><v Интервьюер> вы знаете?</v>

3
00:06.500 --> 00:09.000
[E03]: да, [E02]

4
00:09.000 --> 00:10.000
[E02] — <c.yellow>мой друг</c>.
"""
    )


def test_srt_keeps_line_ends_numbers_and_markup() -> None:
    captions = (
        "1\r\n00:00:01,000 --> 00:00:02,500\r\n{\\an8}<b>Роза</b> Каримова пришла\r\n\r\n"
        "2\r\n00:00:03,000 --> 00:00:04,000\r\nзвоните 8 701 234 56 78 & пишите <roza@tau.example.kz>\r\n\r\n"
    )
    assert anonymous(captions) == (
        "1\r\n00:00:01,000 --> 00:00:02,500\r\n{\\an8}<b>[E03]</b> пришла\r\n\r\n"
        "2\r\n00:00:03,000 --> 00:00:04,000\r\nзвоните [телефон] & пишите <[почта]>\r\n\r\n"
    )


def test_speakers_are_replaced_though_nothing_else_shows_that_they_are_people() -> None:
    captions = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v kamila_k>привет</v>\n\n00:02.000 --> 00:03.000\n<v Спикер 2>да</v>\n\n"
        "00:03.000 --> 00:04.000\n<v kamila_k>нет</v>\n"
    )
    assert anonymous(captions) == captions.replace("kamila_k", "[человек-1]")
    turns = "Zhanka: Начнём.\nИнтервьюер: Да.\nZhanka: Вывод: пробовать.\nВывод: ещё раз.\nВывод: и ещё.\n"
    assert anonymous(turns) == turns.replace("Zhanka", "[человек-1]")


def test_a_file_without_words_passes() -> None:
    for empty in ("", "WEBVTT\n", "WEBVTT\n\n\n", "\n\n"):
        assert anonymous(empty) == empty
    assert anonymous("", "jsonl") == ""
    assert anonymous("", "srt") == ""


def test_line_ends_and_odd_signs_stay() -> None:
    text = "Роза Каримова\r\nтам\rгде\x00 👩‍👩‍👧‍👦 и\u0306 \u202e Руслан Есе\u0301нов\n"
    assert anonymous(text) == text.replace("Роза Каримова", "[E03]").replace("Руслан Есе\u0301нов", "[E02]")


RUSSIAN = "Вчера приходила Роза Каримова, и мы говорили о мастерских."
MASKED = "Вчера приходила [E03], и мы говорили о мастерских."


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", None), ("utf-8-sig", None), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"),
     ("cp1251", "Windows-1251")],
)  # fmt: skip
def test_texts_are_read_in_the_encodings_people_have(encoding: str, told: str | None) -> None:
    result = FileAnonymiser(KNOWN).anonymise(RUSSIAN.encode(encoding))
    assert result.data.decode() == MASKED
    assert result.notices == (() if told is None else (f"The text was read as {told}; it is written as UTF-8.",))


@pytest.mark.parametrize("encoding", ["koi8-r", "cp866", "mac-cyrillic"])
def test_other_encodings_are_refused_rather_than_guessed(encoding: str) -> None:
    with pytest.raises(NotText):
        carrier_of(RUSSIAN.encode(encoding))


def test_broken_utf8_is_refused_with_its_place() -> None:
    data = RUSSIAN.encode()
    with pytest.raises(DamagedText, match="at byte 31"):
        carrier_of(data[:30] + b"\xff" + data[30:])


def test_half_an_emoji_is_flagged() -> None:
    result = FileAnonymiser(KNOWN).anonymise("Роза Каримова ".encode() + b"\xed\xa0\xbd!")
    assert result.data.decode() == "[E03] ?!"
    assert len(result.notices) == 1
    assert "question marks" in result.notices[0]


def test_the_form_is_told_by_content_and_name() -> None:
    assert form_of(b"\xef\xbb\xbfWEBVTT\n\n", ".txt") == "vtt"
    assert form_of(b"1\r\n00:00:01,000 --> 00:00:02,000\r\nx") == "srt"
    assert form_of(b"{}", ".JSONL") == "jsonl"
    assert form_of(b"PK\x03\x04", ".txt") == "docx"
    assert form_of(b"words") == "text"


def test_what_is_in_another_form_than_said_is_refused() -> None:
    with pytest.raises(WrongForm):
        carrier_of(b"words", "docx")
    with pytest.raises(WrongForm):
        carrier_of(b"PK\x03\x04...", "text")
    with pytest.raises(LockedDocument):
        carrier_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))
