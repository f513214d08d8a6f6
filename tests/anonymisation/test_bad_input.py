"""What people really bring: every input is anonymised or flagged; none crashes, none passes in silence."""

import io
import json

import docx
import pytest
from click.testing import CliRunner, Result

from fieldwork.anonymisation import Anonymiser, KnownIdentity, apply
from fieldwork.anonymisation.commands import anonymise
from fieldwork.anonymisation.files import FileAnonymiser

KNOWN = [
    KnownIdentity("E01", "Сабитова Роза Маратовна"),
    KnownIdentity("E02", "Сабитов Канат Ерланович"),
    KnownIdentity("E03"),
]


def run(*arguments: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(anonymise, list(arguments), input=given)


KAZAKH = (
    "Мен Нұрлан Әбішұлымен кездестім. Ол маған көмектесті, бірақ Айгерім Серікқызы келген жоқ. Содан кейін біз кеттік."
)
ENGLISH = "We met with John Miller in the office. He said that it was the best year for them, and we agreed."


@pytest.mark.parametrize(("text", "language"), [(KAZAKH, "Kazakh"), (ENGLISH, "English")])
def test_a_transcript_in_another_language_is_flagged(text: str, language: str) -> None:
    result = run(given=text)
    assert result.exit_code == 0
    assert f"The text is mostly in {language}" in result.stderr
    assert not any(name in result.stdout for name in ("Нұрлан", "Айгерім", "Miller"))


def test_passages_in_another_language_are_counted() -> None:
    result = run(given="Мы говорили о городе и о людях, которые уехали и потом вернулись обратно. " * 3 + KAZAKH)
    assert "Passages in other languages: 1" in result.stderr


def test_russian_says_nothing_of_languages() -> None:
    assert run(given="Мы говорили о городе, и я рассказала о мастерской.").stderr == ""


@pytest.mark.slow
def test_two_megabytes_in_one_segment() -> None:
    text = ("Мы говорили о городе и о людях, которые уехали, и решили остаться. " * 32_000)[: 2 << 20]
    text = f"{text} Марат Оралбай."
    anonymiser = Anonymiser()
    rewritten, mentions = anonymiser.anonymise(text)
    assert [mention.text for mention in mentions] == ["Марат Оралбай"]
    assert rewritten.text == text.replace("Марат Оралбай", "[человек-1]")
    assert rewritten.back(*rewritten.forward(len(text) - 14, len(text) - 1)) == (len(text) - 14, len(text) - 1)


def test_a_name_split_over_segments_is_one_entity_in_both() -> None:
    texts = ["Я говорила с Канатом", "Сабитовым вчера."]
    first, second = Anonymiser(KNOWN).mentions(texts)
    assert {mention.entity for mention in (*first, *second)} == {"E02"}
    assert [apply(text, found).text for text, found in zip(texts, (first, second), strict=True)] == [
        "Я говорила с [E02]", "[E02] вчера.",
    ]  # fmt: skip


def test_emoji_and_combining_marks_keep_their_places() -> None:
    text = "👩‍👩‍👧‍👦 Это Ро\u0301за Саби\u0301това 🇰🇿 и е\u0308 \u202eзадом\u202c."
    rewritten, (mention,) = Anonymiser(KNOWN).anonymise(text)
    assert text[mention.start : mention.end] == mention.text == "Ро\u0301за Саби\u0301това"
    assert rewritten.text == text.replace("Ро\u0301за Саби\u0301това", "[E01]")


@pytest.mark.parametrize("sign", ["\ud83d", "\x00", "\x0b", "\u2028", "\ufeff", "\ufffe", "\U0010ffff", "\x85"])
def test_odd_signs_stay_where_they_are(sign: str) -> None:
    text = f"Вчера {sign} Роза Сабитова {sign} ушла.{sign}"
    rewritten, _ = Anonymiser(KNOWN).anonymise(text)
    assert rewritten.text == f"Вчера {sign} [E01] {sign} ушла.{sign}"


def test_nul_bytes_and_broken_emoji_are_flagged() -> None:
    assert "NUL bytes" in run(given="Да.\x00 Роза Сабитова").stderr
    assert "broken signs" in run(given=b"\xed\xa0\xbd!").stderr
    line = run("--jsonl", given='{"id": 1, "text": "\\ud83d Роза"}')
    assert (line.exit_code, json.loads(line.stdout)["anonymised"][0]) == (0, "?")


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "vtt", "srt"])
@pytest.mark.parametrize("given", [b"", b"\xef\xbb\xbf", b"\n", b"\r\n \r\n", b"   "])
def test_nothing_in_gives_nothing_out(form: str, given: bytes) -> None:
    result = run("--format", form, given=given)
    assert result.exit_code == 0
    told = json.loads(result.stdout)["anonymised"] if form == "json" else result.stdout
    assert told.strip() == ""


def test_line_ends_and_a_byte_order_mark() -> None:
    given = b"\xef\xbb\xbf" + "Роза Маратова\r\nушла.\r\n".encode()
    assert run(given=given).stdout_bytes == "[человек-1]\r\nушла.\r\n".encode()


@pytest.mark.parametrize(
    "text", ["Он подарил мне красную розу.", "Мы ходили по канату над сценой.", "Это слава всего города."]
)
def test_names_that_are_words_stay_words(text: str) -> None:
    assert Anonymiser().anonymise(text)[0].text == text


@pytest.mark.parametrize("name", ["Роза", "Канат", "Слава"])
def test_homonyms_used_as_names_are_found(name: str) -> None:
    ending = "а" if name == "Роза" else ""
    rewritten, mentions = Anonymiser().anonymise(f"Вчера к нам {name} пришёл{ending}, и {name} рассказал{ending} всё.")
    assert name not in rewritten.text
    assert len({mention.entity for mention in mentions}) == 1


def test_two_experts_with_one_surname_are_left_to_a_person() -> None:
    rewritten, (mention,) = Anonymiser(KNOWN).anonymise("Потом выступали Сабитовы, и все хлопали.")
    assert not mention.certain
    assert "Сабитов" not in rewritten.text
    rewritten, _ = Anonymiser(KNOWN).anonymise("Роза Сабитова и Канат Сабитов работают вместе.")
    assert rewritten.text == "[E01] и [E02] работают вместе."


def test_an_expert_without_contacts_breaks_nothing() -> None:
    assert Anonymiser([KnownIdentity("E03")]).anonymise("Мы говорили о городе.")[0].text == "Мы говорили о городе."


def test_an_empty_document_and_one_of_tables_within_tables() -> None:
    made = docx.Document()
    outer = made.add_table(1, 1)
    inner = outer.cell(0, 0).add_table(1, 1)
    inner.cell(0, 0).text = "Роза Сабитова"
    file = io.BytesIO()
    made.save(file)
    result = FileAnonymiser(KNOWN).anonymise(file.getvalue())
    again = docx.Document(io.BytesIO(result.data))
    assert again.tables[0].cell(0, 0).tables[0].cell(0, 0).text == "[E01]"
