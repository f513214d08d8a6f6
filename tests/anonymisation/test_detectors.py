from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldwork.anonymisation.anonymiser import Anonymiser
from fieldwork.anonymisation.detectors.addresses import Places, Streets
from fieldwork.anonymisation.detectors.dates import BirthDates
from fieldwork.anonymisation.detectors.known import Known, KnownPeople
from fieldwork.anonymisation.detectors.names import NameRules
from fieldwork.anonymisation.detectors.ner import ModelChanged, pieces, verified
from fieldwork.anonymisation.detectors.organisations import Organisations
from fieldwork.anonymisation.detectors.patterns import Contacts, Numbers, identity_number
from fieldwork.anonymisation.detectors.positions import Positions
from fieldwork.anonymisation.detectors.spoken import SpokenAddresses, SpokenNumbers, digits
from fieldwork.anonymisation.identities import KnownIdentity, name_parts
from fieldwork.anonymisation.letters import skeleton, sound, view
from fieldwork.anonymisation.mention import Detector, Document
from fieldwork.anonymisation.recasing import recased

Found = list[tuple[str, str, bool]]


def found(detector: Detector, text: str) -> Found:
    return [(m.text, m.label, m.certain) for m in sorted(detector.detect(Document(text)), key=lambda m: m.start)]


@pytest.fixture(scope="module")
def mask() -> Callable[[str], str]:
    return lambda text: Anonymiser().anonymise(text)[0].text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Звоните 8 701 234 56 78 вечером.", [("8 701 234 56 78", "PHONE", True)]),
        ("Номер +7(727)250-12-34.", [("+7(727)250-12-34", "PHONE", True)]),
        ("Слитно: 87012345678", [("87012345678", "PHONE", True)]),
        ("Городской 250-12-34, добавочный два.", [("250-12-34", "PHONE", True)]),
        ("За 2023 год собрали 12 500 000 тенге.", []),
        ("Пишите на a.b@example.kz.", [("a.b@example.kz", "EMAIL", True)]),
        ("Канал @tau_art, сайт tau.example.kz.", [("@tau_art", "HANDLE", True), ("tau.example.kz", "URL", True)]),
        ("Там https://example.kz/x?y=1, смотрите.", [("https://example.kz/x?y=1", "URL", True)]),
    ],
)  # fmt: skip
def test_written_contacts(text: str, expected: Found) -> None:
    assert sorted(found(Contacts(), text)) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ИИН 760914430272 мой.", [("760914430272", "ID", True)]),
        ("ИИН 760914430273 с опиской.", [("760914430273", "ID", False)]),
        ("Просто число 760914430273 без слова.", []),
        ("Счёт KZ86125KZT5004100100 закрыт.", [("KZ86125KZT5004100100", "ID", True)]),
        ("Машина 123 ABC 02 у входа.", [("123 ABC 02", "ID", True)]),
        ("Удостоверение 012345678 выдано.", [("012345678", "ID", True)]),
    ],
)
def test_numbers(text: str, expected: Found) -> None:
    assert found(Numbers(), text) == expected


def test_identity_numbers_have_a_check_digit_and_a_date() -> None:
    assert identity_number("760914430272")
    assert not identity_number("760914430271")
    assert not identity_number("761914430272")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Я родился 12 апреля 1966 года на окраине.", [("12 апреля 1966 года", "DATE", True)]),
        ("Дата рождения: 05.06.1984.", [("05.06.1984", "DATE", True)]),
        ("Договор от 5 июня 1998 года.", [("5 июня 1998 года", "DATE", False)]),
        ("Интервью 21 марта 2025 года.", []),
    ],
)
def test_dates_of_birth(text: str, expected: Found) -> None:
    assert found(BirthDates(), text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("семьсот один пятьсот пятьдесят пять", "701555"),
        ("плюс семь, семьсот семьдесят семь, пять-пять-пять, двенадцать, двадцать девять", "77775551229"),
        ("восемь семьсот семьдесят семь, пятьсот пятьдесят пять, ноль четыре, сорок четыре", "87775550444"),
        ("восемь 701 двести тридцать четыре 56 78", "87012345678"),
        ("сто двадцать", "120"),
    ],
)
def test_digits_are_written_as_they_are_dictated(text: str, expected: str) -> None:
    assert digits(text) == expected


def test_spoken_phone_is_found_and_counting_is_not() -> None:
    text = "Мой номер восемь семьсот пять, триста двадцать один, сорок пять, ноль шесть, запишите."
    said = "восемь семьсот пять, триста двадцать один, сорок пять, ноль шесть"
    assert found(SpokenNumbers(), text) == [(said, "PHONE", True)]
    assert found(SpokenNumbers(), "Было два, три, четыре, пять человек, а смета сто восемьдесят тысяч.") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Пишите: дана точка ли, собака, охра точка кз.", [("дана точка ли, собака, охра точка кз", "EMAIL", True)]),
        ("Почта анна собака мейл точка ру", [("анна собака мейл точка ру", "EMAIL", True)]),
        ("Моя собака лает, и точка.", []),
    ],
)
def test_spoken_addresses(text: str, expected: Found) -> None:
    assert sorted(set(found(SpokenAddresses(), text))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Живём на улице Гоголя, 15, кв. 4, давно.", [("улице Гоголя, 15, кв. 4", "ADDRESS", True)]),
        ("Офис на Тулебаева закрыт.", [("Тулебаева", "ADDRESS", True)]),
        ("Шли от Панфилова до Тимирязева.", [("Панфилова", "ADDRESS", True), ("Тимирязева", "ADDRESS", True)]),
        ("Между Абая и Райымбека пробка.", [("Абая", "ADDRESS", True), ("Райымбека", "ADDRESS", True)]),
        ("Подвал на Кабанбай батыра.", [("Кабанбай батыра", "ADDRESS", True)]),
        ("Толе би 273/5, вход со двора.", [("Толе би 273/5", "ADDRESS", True)]),
        ("Мы спорили с Тажибаевой.", []),
        ("Стихи Абая Кунанбаева читали вслух.", []),
        ("Вышли на улицу. Свобода!", []),
    ],
)  # fmt: skip
def test_streets(text: str, expected: Found) -> None:
    assert found(Streets(), text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Росли в мкр. Самал-2, дом 15, кв. 4.", [("мкр. Самал-2, дом 15, кв. 4", "ADDRESS", True)]),
        ("На Орбите и в Шаныраке тихо.", [("Орбите", "LOC", True), ("Шаныраке", "LOC", True)]),
        ("Орбита спутника вытянута.", []),
        ("Цех в Турксибском районе.", [("Турксибском районе", "LOC", True)]),
        ("Он из Тараза.", [("Тараза", "LOC", True)]),
    ],
)
def test_places(text: str, expected: Found) -> None:
    assert found(Places(), text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Театр «Дервиш» закрыт.", [("Дервиш", "ORG", True)]),
        ("Писали в фонд «Тенгри Арт» дважды.", [("Тенгри Арт", "ORG", True)]),
        ("Спектакль «Горе от ума.» прошёл.", []),
        ("Мы с КазНУ спорили.", [("КазНУ", "ORG", True)]),
        ("В музее имени Кастеева тихо.", [("музее имени Кастеева", "ORG", True)]),
        ("Раздел «прочие услуги» пуст.", []),
    ],
)
def test_organisations(text: str, expected: Found) -> None:
    assert found(Organisations(), text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Потом позвонил Сауле Ерболқызы.", [("Сауле Ерболқызы", "PER", True)]),
        ("Прораб Семёныч молчал.", [("Семёныч", "PER", True)]),
        ("От соседки, Гульжамал-апай, узнали.", [("Гульжамал-апай", "PER", True)]),
        ("Дед, Ким Чан Сик, красил вывески.", [("Ким Чан Сик", "PER", True)]),
        ("Мы позвали Розу на чай.", [("Розу", "PER", True)]),
        ("Роза завяла.", []),
        ("Слава богу, дошли.", []),
        ("Заслушали Литвинова П. А., приняли.", [("Литвинова П. А.", "PER", True)]),
        ("Бухгалтер Лариса Ни считает.", [("Лариса Ни", "PER", True)]),
        ("Акимат и хаб спорят.", []),
    ],
)
def test_name_rules(text: str, expected: Found) -> None:
    assert found(NameRules(), text) == expected


def test_positions_are_shown_and_never_certain() -> None:
    text = "Я директор «Тау Арта», а Зинаида Павловна, директриса галереи, молчит. Художник голодает."
    assert found(Positions(), text) == [("директор", "POSITION", False), ("директриса", "POSITION", False)]


RUSLAN = KnownIdentity(
    "E02", full_name="Есенов Руслан Ерланович", short_names=("Рус",), latin="Ruslan Yessenov",
    employer="театр «Параллель»", employer_aliases=("Параллель",), handle="@rus_p",
)  # fmt: skip


@pytest.mark.parametrize(
    "form",
    [
        "Руслану Есенову", "Есеновым", "Руслане Ерлановиче", "Есенова Р. Е.", "Ruslan Esenov", "Есеновтың",
        "Исенов", "Русу", "Руслан",
    ],
)  # fmt: skip
def test_known_person_is_found_in_every_form(form: str) -> None:
    assert [m[:2] for m in found(KnownPeople(Known([RUSLAN])), f"Потом говорили {form} и ушли.")] == [(form, "PER")]


def test_known_employer_needs_quotes_or_a_capital_inside_the_sentence() -> None:
    detector = KnownPeople(Known([RUSLAN]))
    assert found(detector, "Пришли в «Параллель», потом из Параллели ушли.") == [
        ("Параллель", "ORG", True),
        ("Параллели", "ORG", True),
    ]
    assert found(detector, "Параллель проведём позже: эти параллели не сходятся.") == []


def test_known_handle_is_found_without_its_sign() -> None:
    assert found(KnownPeople(Known([RUSLAN])), "Ищите rus_p там.") == [("rus_p", "HANDLE", True)]


def test_full_names_are_taken_apart_in_any_order() -> None:
    parts = [
        name_parts(KnownIdentity("X", full_name=name))
        for name in ("Ким Елена Сергеевна", "Елена Сергеевна Ким", "Елена Ким")
    ]
    assert [(p.given, p.patronymic, p.surname, p.sex) for p in parts] == [
        ("елена", "сергеевна", "ким", "f"),
        ("елена", "сергеевна", "ким", "f"),
        ("елена", "", "ким", None),
    ]


def test_spellings_fall_together() -> None:
    assert skeleton("Нурпеисова") == skeleton("Nurpeissova")
    assert skeleton("Джаксыбеков") == skeleton("Zhaksybekov")
    assert sound("Абдрахманов") == sound("Обдрахманав")


def test_view_leads_back_over_marks_and_invisible_signs() -> None:
    text = "Али́я и\u200b Юлие\u0438\u0306"
    seen = view(text)
    assert seen.text == "Алия и Юлией"
    assert [text[slice(*seen.span(0, 4))], text[slice(*seen.span(7, 12))]] == ["Али́я", "Юлие\u0438\u0306"]


def test_lower_case_speech_gets_its_capitals_back() -> None:
    text = "потом айгерим бекова и канат ахметов открыли студию в алматы"
    document = recased(text)
    assert document.text == "Потом Айгерим Бекова и Канат Ахметов открыли студию в Алматы"
    assert document.recased
    assert not recased("Потом мы ушли, и Айгерим осталась.").recased


def test_long_texts_are_cut_between_sentences() -> None:
    text = "Раз два. " * 50
    cuts = pieces(text, 100)
    assert "".join(text[a:b] for a, b in cuts) == text
    assert all(b - a <= 100 for a, b in cuts)
    assert all(text[a:b].endswith(". ") or text[a:b].endswith(".") or b == len(text) for a, b in cuts)


def test_changed_model_file_is_refused_by_name() -> None:
    with pytest.raises(ModelChanged, match="slovnet_ner_news_v1"):
        verified("model/slovnet_ner_news_v1.tar", "0" * 64)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("   \n\n 👍 123", "   \n\n 👍 123"),
        ("Али́я пришла 👩‍🎨 рано.", "[человек-1] пришла 👩‍🎨 рано."),
        ("Театр «Дервиш» и галерея «Кермек».", "Театр «[организация-1]» и галерея «[организация-2]»."),
        ("The gallery in Almaty is open.", "The gallery in Almaty is open."),
        ("Бүгін Нұрлан Әбішұлы келді.", "Бүгін [человек-1] келді."),
        ("Живу в Алматы, на Гоголя, 15.", "Живу в Алматы, на [улица-1]."),
    ],
)
def test_texts_become_anonymous_and_stay_readable(mask: Callable[[str], str], text: str, expected: str) -> None:
    assert mask(text) == expected


def test_a_segment_longer_than_the_model_takes_at_once() -> None:
    sentence = "Потом Айгерим Бекова снова рассказала о выставке, и все слушали без перерыва. "
    text = sentence * (80_000 // len(sentence))
    rewritten, mentions = Anonymiser().anonymise(text)
    assert {m.entity for m in mentions} == {"person-1"}
    assert "Беков" not in rewritten.text


def test_a_name_over_a_border_of_segments_is_one_entity() -> None:
    first, second = Anonymiser().mentions(["Потом пришла Айгерим", "Бекова и всё объяснила."])
    assert [(m.text, m.label) for m in first + second] == [("Айгерим", "PER"), ("Бекова", "PER")]
    assert {m.entity for m in first + second} == {"person-1"}


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_no_text_makes_it_fail_and_mentions_fit_the_text(text: str) -> None:
    (mentions,) = Anonymiser().mentions([text])
    assert all(text[m.start : m.end] == m.text for m in mentions)
    assert all(a.end <= b.start for a, b in pairwise(mentions))
