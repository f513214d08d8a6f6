import pytest

from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.anonymisation.leaks import Finding, LeakChecker
from fieldwork.anonymisation.sealed import SealedName

EXPERT = KnownIdentity(
    "E02", full_name="Есенов Руслан Ерланович", short_names=("Рус",), latin="Ruslan Yessenov",
    employer="театр «Параллель»", employer_aliases=("Параллель",), position="художественный руководитель",
    phone="+7 702 555 02 23", email="ruslan@parallel.example.kz", handle="@rus_parallel",
)  # fmt: skip
BUREAU = KnownIdentity(
    "E06", full_name="Литвин Павел", employer="бюро «Линия 36»", employer_aliases=("Линия 36", "Линия")
)
GALLERY = KnownIdentity("E10", full_name="Тен Роза", employer="галерея «Белая точка»", email="roza.ten@dot.example.kz")
SEALED = [
    SealedName("person-1", "PER", ("Жанка Тулегенова", "Жанной")),
    SealedName("person-2", "PER", ("Сании Токтаровны",)),
    SealedName("organisation-1", "ORG", ("Тас-Терек Строя",)),
    SealedName("address-1", "ADDRESS", ("Тулебаева",)),
    SealedName("number-1", "ID", ("760914430272",)),
    SealedName("place-1", "LOC", ("Алматы",)),
]


@pytest.fixture(scope="module")
def checker() -> LeakChecker:
    return LeakChecker([EXPERT, BUREAU, GALLERY], SEALED)


def seen(checker: LeakChecker, text: str) -> list[tuple[str, str, bool, str]]:
    return [(text[f.start : f.end], f.kind, f.blocking, f.entity) for f in checker.check(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Слова Руслана Есенова приведены.", ("Руслана Есенова", "name", True, "E02")),
        ("беседа с есеновым прошла", ("есеновым", "name", True, "E02")),
        ("ЕСЕНОВ согласился.", ("ЕСЕНОВ", "name", True, "E02")),
        ("Есе-\nнов согласился.", ("Есе-\nнов", "name", True, "E02")),
        ("Есе\u00adнов согласился.", ("Есе\u00adнов", "name", True, "E02")),
        ("Ruslan Esenov agreed.", ("Ruslan Esenov", "name", True, "E02")),
        ("Потом Рус ушёл.", ("Рус", "name", True, "E02")),
        ("Пиши: ruslan@parallel.example.kz.", ("ruslan@parallel.example.kz", "contact", True, "E02")),
        ("Сайт parallel.example.kz закрыт.", ("parallel.example.kz", "contact", True, "E02")),
        ("Звони 8(702)555-02-23 днём.", ("8(702)555-02-23", "contact", True, "E02")),
        ("Канал rus_parallel жив.", ("rus_parallel", "contact", True, "E02")),
        ("Почта: роза точка тен собака дот точка кз", ("роза точка тен собака дот точка кз", "contact", True, "E10")),
        ("Работа в «Параллели» спорится.", ("Параллели", "employer", True, "organisation-E02")),
        ("Работа в Параллели спорится.", ("Параллели", "employer", True, "organisation-E02")),
        ("Пришли в бюро Линия 36 утром.", ("Линия 36", "employer", True, "organisation-E06")),
        ("Показ в Белой точке прошёл.", ("Белой точке", "employer", True, "organisation-E10")),
        ("Он художественный руководитель театра.", ("художественный руководитель", "position", False, "position-E02")),
        ("Сания Токтаровна сшила чапан.", ("Сания Токтаровна", "name", True, "person-2")),
        ("Об этом спросили Тулегенову.", ("Тулегенову", "name", True, "person-1")),
        ("Платил «Тас-Терек Строй».", ("Тас-Терек Строй", "organisation", True, "organisation-1")),
        ("Цех на Тулебаева стоит.", ("Тулебаева", "address", True, "address-1")),
        ("Номер 760914430272 в анкете.", ("760914430272", "contact", True, "number-1")),
        ("Мы ждали Розу до ночи.", ("Розу", "name", True, "E10")),
        ("Пишите на other@example.kz.", ("other@example.kz", "pattern", False, "")),
    ],
)
def test_what_identifies_is_found_in_every_form(
    checker: LeakChecker, text: str, expected: tuple[str, str, bool, str]
) -> None:
    assert seen(checker, text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "Главная линия и тема, роза, точка и параллель.",
        "Параллель проведём сами. Линия фронта. Точка.",
        "ТЕМА И ЛИНИЯ",
        "Там розы цвели, а белая точка росла.",
        "Креативный класс в Алматы растёт, говорит [E02].",
        "По данным 2025 года 14 экспертов, 180 кодов и 250 цитат.",
    ],
)
def test_ordinary_words_do_not_block(checker: LeakChecker, text: str) -> None:
    assert [finding for finding in checker.check(text) if finding.blocking] == []


def test_a_finding_never_holds_the_words(checker: LeakChecker) -> None:
    (finding,) = checker.check("Потом Есенов ушёл.")
    assert finding == Finding(start=6, end=12, kind="name", blocking=True, entity="E02")
    assert "Есенов" not in repr(finding)
    assert repr(SEALED[0]) == "SealedName(person-1)"


def test_every_case_of_a_known_name_blocks(checker: LeakChecker) -> None:
    forms = [
        "Есенов",
        "Есенова",
        "Есенову",
        "Есеновым",
        "Есенове",
        "Руслан",
        "Руслана",
        "Руслану",
        "Русланом",
        "Руслане",
    ]
    assert [seen(checker, f"Тогда {form} там.") for form in forms] == [[(form, "name", True, "E02")] for form in forms]


def test_a_name_that_is_oftener_a_name_blocks_at_the_start_of_a_sentence() -> None:
    checker = LeakChecker([KnownIdentity("E03", full_name="Ким Елена Сергеевна", short_names=("Лена",))])
    assert seen(checker, "Он сказал: Лена, вот тут.") == [("Лена", "name", True, "E03")]


def test_a_kazakh_word_is_not_the_surname_it_looks_like() -> None:
    checker = LeakChecker([], [SealedName("person-1", "PER", ("Наталью Ким",))])
    assert seen(checker, "Сонда Кім қалады, кім кетеді?") == []
    assert seen(checker, "Слова Ким приведены.") == [("Ким", "name", True, "person-1")]


def test_an_initial_is_no_name() -> None:
    checker = LeakChecker([KnownIdentity("interviewer-ОТ", full_name="Олжас Т.", role="interviewer")])
    assert seen(checker, "Т. и Ты, К1.2 и С ними. Сам Олжас пришёл.") == [("Олжас", "name", True, "interviewer-ОТ")]
