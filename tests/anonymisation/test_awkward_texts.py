import subprocess
import sys
import unicodedata

import pytest

from fieldwork.anonymisation.anonymiser import Anonymiser
from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.anonymisation.languages import language_doubt

HERE = KnownIdentity("E01", full_name="Бекова Айгерим Нурлановна", phone="+7 701 555 01 17")
NAMESAKE = KnownIdentity("E02", full_name="Беков Ерлан")


def found(texts: list[str], *known: KnownIdentity) -> list[list[tuple[str, str, str]]]:
    return [[(m.text, m.label, m.entity) for m in turn] for turn in Anonymiser(known).mentions(texts)]


def test_a_kazakh_transcript_is_searched_and_flagged() -> None:
    texts = ["Мен Айгерімнің шеберханасында жұмыс істедім.", "Сосын Дәуренмен бірге көрме аштық, бәрі келді."]
    assert found(texts) == [[("Айгерімнің", "PER", "person-1")], [("Дәуренмен", "PER", "person-2")]]
    assert language_doubt(texts).mostly == "kk"


def test_an_english_transcript_is_searched_and_flagged() -> None:
    texts = ["I talked to Zarina Utegenova and she called +7 701 555 01 17.", "It was in the gallery of John Smith."]
    told = found(texts, HERE)
    assert ("Zarina Utegenova", "PER", "person-1") in told[0]
    assert ("+7 701 555 01 17", "PHONE", "phone-E01") in told[0]
    assert [label for _, label, _ in told[1]] != []
    assert language_doubt(texts).mostly == "en"


def test_one_segment_of_many_pages_keeps_its_places_to_the_end() -> None:
    sentence = "Потом Серик Ахметов снова рассказал о выставке в Караганде, и все слушали без перерыва. "
    text = sentence * (300_000 // len(sentence)) + "Айгерим Бекова молчала."
    (mentions,) = Anonymiser([HERE]).mentions([text])
    assert all(text[m.start : m.end] == m.text for m in mentions)
    assert (mentions[-1].text, mentions[-1].entity) == ("Айгерим Бекова", "E01")
    assert len({m.entity for m in mentions}) == 3  # Серик, Караганда, Айгерим


@pytest.mark.parametrize("filling", ["а", "А.", "«", "а-", "@a", "+7 ", "восемь ", "\u0301", "👩‍🎨", "\n", "0"])
def test_no_filling_breaks_what_stands_behind_it(filling: str) -> None:
    text = filling * 5_000 + " . Потом пришла Айгерим Бекова."
    (mentions,) = Anonymiser([HERE]).mentions([text])
    assert (mentions[-1].text, mentions[-1].entity) == ("Айгерим Бекова", "E01")
    assert text[mentions[-1].start : mentions[-1].end] == "Айгерим Бекова"


def test_names_over_segments_are_one_person_each() -> None:
    told = found(["Тогда пришёл Серик", "Ахметов, а с ним Айгерим", "Бекова."], HERE)
    assert told == [
        [("Серик", "PER", "person-1")],
        [("Ахметов", "PER", "person-1"), ("Айгерим", "PER", "E01")],
        [("Бекова", "PER", "E01")],
    ]


def test_letters_of_two_signs_and_emoji_keep_their_places() -> None:
    plain_text = "👩‍🎨 Алексей Фёдоров и Андрей с Семёном 😀 пришли к Алие."
    text = unicodedata.normalize("NFD", plain_text)
    assert "и\u0306" in text
    assert "е\u0308" in text
    (mentions,) = Anonymiser().mentions([text])
    told = [unicodedata.normalize("NFC", text[m.start : m.end]) for m in mentions]
    assert told == ["Алексей Фёдоров", "Андрей", "Семёном", "Алие"]
    assert all(not unicodedata.combining(text[m.end : m.end + 1] or " ") for m in mentions)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Потом Роза увидела розу.", ["Роза"]),
        ("Спросите у Каната, где канат.", ["Каната"]),
        ("Слава богу, мы с Верой дошли.", ["Верой"]),
        ("Мы с Баян поехали, а баян забыли.", ["Баян"]),
    ],
)
def test_names_that_are_words(text: str, names: list[str]) -> None:
    assert [m.text for m in Anonymiser().mentions([text])[0]] == names


def test_two_experts_with_one_surname_are_flagged() -> None:
    anonymiser = Anonymiser([HERE, NAMESAKE])
    (mentions,) = anonymiser.mentions(["Бекову видели, Бекова пришла, Айгерим Бекову и Ерлана Бекова звали."])
    assert [(m.entity, m.certain) for m in mentions[2:]] == [("E01", True), ("E02", True)]
    assert not mentions[0].certain


def test_an_expert_without_contacts_or_without_a_name() -> None:
    bare = KnownIdentity("E05")
    single = KnownIdentity("E06", full_name="Айгерим")
    told = found(["Айгерим пришла с Маратом Оспановым."], bare, single)
    assert told == [[("Айгерим", "PER", "E06"), ("Маратом Оспановым", "PER", "person-1")]]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "👍", "...", "\u200b\u0301", "\ud7ff\U0010ffff"])
def test_texts_without_words(text: str) -> None:
    assert found([text, ""]) == [[], []]


def test_neither_pymorphy2_nor_natasha_nor_torch_is_ever_imported() -> None:
    script = (
        "import sys\n"
        "from fieldwork.anonymisation.anonymiser import Anonymiser\n"
        "Anonymiser().anonymise('Потом Айгерим Бекова пришла в КазНУ.')\n"
        "print(sorted({'natasha', 'pymorphy2', 'yargy', 'torch', 'slovnet', 'pymorphy3'} & set(sys.modules)))\n"
    )
    told = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert told.strip() == "['pymorphy3', 'slovnet']"
