import pytest

from fieldwork.anonymisation.anonymiser import Anonymiser
from fieldwork.anonymisation.detectors.terms import Exceptions, Terms
from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.anonymisation.mention import LOC, ORG, PER, POSITION, Document
from fieldwork.anonymisation.terms import Term, TermEmpty, TermLabelUnknown, TermTooLong

TERMS = (
    Term("Тау Хаб", ORG), Term("Охра", ORG), Term("красная мечеть", LOC, certain=False), Term("Dervish", ORG),
    Term("проект 55", ORG), Term("Бахыт-апа", PER), Term("смотритель зимнего сада", POSITION, certain=False),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Пришли в Тау Хаб, потом о «Тау Хабе» писали.", [("Тау Хаб", True), ("Тау Хабе", True)]),
        ("потом в тау хабе сидели", [("тау хабе", True)]),
        ("Мы ждали Охру, а охру купили. Охра высохла.", [("Охру", True), ("Охра", False)]),
        ("У красной мечети, за Красной Мечетью.", [("красной мечети", False), ("Красной Мечетью", False)]),
        ("В Дервише тихо, Dervish закрыт.", [("Дервише", True), ("Dervish", True)]),
        ("О проекте 55 и проекте 5.", [("проекте 55", True)]),
        ("Звали Бахыт-апу в гости.", [("Бахыт-апу", True)]),
        ("Тау Хабтың есігі.", [("Тау Хабтың", True)]),
        ("Со смотрителем зимнего сада спорили.", [("смотрителем зимнего сада", False)]),
        ("Тау. Хаб закрыт, тау, хаб.", [("Тау. Хаб", True)]),
    ],
)
def test_terms_are_found_over_case_and_capitals(text: str, expected: list[tuple[str, bool]]) -> None:
    found = Terms(TERMS).detect(Document(text))
    assert [(m.text, m.certain) for m in found] == expected


def test_terms_keep_their_label_before_the_model() -> None:
    anonymiser = Anonymiser(terms=[Term("Айгерим", ORG), Term("Собачий переулок", LOC)])
    (mentions,) = anonymiser.mentions(["Кафе Айгерим закрыли, и Собачий переулок опустел."])
    assert [(m.text, m.label, m.detector) for m in mentions if m.detector == "terms"] == [
        ("Кафе Айгерим", ORG, "terms"),
        ("Собачий переулок", LOC, "terms"),
    ]


def test_a_known_person_is_no_term() -> None:
    person = KnownIdentity("E01", full_name="Бекова Айгерим Нурлановна")
    (mentions,) = Anonymiser([person], terms=[Term("Айгерим", ORG)]).mentions(["Мы говорили с Айгерим Бековой."])
    assert [(m.text, m.label, m.entity) for m in mentions] == [("Айгерим Бековой", PER, "E01")]


def test_exceptions_are_never_proposed_in_any_case() -> None:
    text = "Группа «Роза ветров» пела, о Розе ветров писали. Роза Каримовна слушала, Роза Ветрова тоже."
    found = [m.text for m in Anonymiser().mentions([text])[0]]
    assert found == ["Роза ветров", "Розе ветров", "Роза Каримовна", "Роза Ветрова"]
    left = [m.text for m in Anonymiser(exceptions=["Роза ветров"]).mentions([text])[0]]
    assert left == ["Роза Каримовна", "Роза Ветрова"]


def test_an_exception_never_hides_a_known_identity_nor_a_term() -> None:
    person = KnownIdentity("E04", full_name="Омарова Роза Каримовна", short_names=("Роза",))
    text = "Потом Роза пришла в «Дервиш», а Димаш Кудайберген пел."
    anonymiser = Anonymiser(
        [person], terms=[Term("Дервиш", ORG)], exceptions=["Роза", "дервиш", "Димаш Кудайберген", "  "]
    )
    assert [(m.text, m.entity) for m in anonymiser.mentions([text])[0]] == [
        ("Роза", "E04"),
        ("Дервиш", "organisation-1"),
    ]


def test_the_shorter_name_of_an_exception_is_still_proposed() -> None:
    document = Document("Абай Кунанбаев и Абай.")
    mentions = [document.mention(0, 14, PER, "names"), document.mention(17, 21, PER, "names")]
    assert [m.start for m in Exceptions(["Абай"]).without(document, mentions)] == [0]
    assert [m.start for m in Exceptions(["Абай Кунанбаев"]).without(document, mentions)] == [17]


def test_terms_that_cannot_be_found_are_refused() -> None:
    with pytest.raises(TermEmpty):
        Term(" «…» ", ORG)
    with pytest.raises(TermTooLong, match="130 characters, 120 at most"):
        Term("а" * 130, ORG)
    with pytest.raises(TermLabelUnknown, match="called COLOUR"):
        Term("Охра", "COLOUR")
    assert repr(Term("Охра", ORG)) == "Term(ORG)"
