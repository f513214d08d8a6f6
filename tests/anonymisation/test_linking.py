from collections.abc import Sequence

from fieldwork.anonymisation.anonymiser import Anonymiser
from fieldwork.anonymisation.detectors.known import Known
from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.anonymisation.likeness import same_given, same_name, same_patronymic
from fieldwork.anonymisation.linking import Linker
from fieldwork.anonymisation.mention import LOC, ORG, PER, PHONE, Mention

RUSLAN = KnownIdentity("E02", full_name="Есенов Руслан Ерланович", short_names=("Рус",), phone="+7 702 555 02 23")
DANA = KnownIdentity(
    "E07", full_name="Есенова Дана Муратовна", employer="студия «Веретено»", employer_aliases=("Веретено",)
)


def linked(linker: Linker, forms: Sequence[str], label: str = PER, about: Sequence[str] = ()) -> list[tuple[str, bool]]:
    mentions = [Mention(10 * n, 10 * n + len(form), form, label) for n, form in enumerate(forms)]
    return [(m.entity, m.certain) for m in linker.link(mentions, about)]


def keys(forms: Sequence[str], label: str = PER) -> list[str]:
    return [key for key, _ in linked(Linker(Known([])), forms, label)]


def test_every_form_of_a_known_expert_is_one_entity() -> None:
    linker = Linker(Known([RUSLAN]))
    assert linked(linker, ["Руслану Есенову", "Руслан", "Рус", "Есеновым", "Руслана Ерлановича"]) == [
        ("E02", True),
        ("E02", True),
        ("E02", True),
        ("E02", True),
        ("E02", True),
    ]


def test_a_bare_given_name_is_a_guess_unless_the_person_takes_part() -> None:
    assert linked(Linker(Known([RUSLAN])), ["Руслан"]) == [("E02", False)]
    assert linked(Linker(Known([RUSLAN])), ["Руслан"], about=["E02"]) == [("E02", True)]


def test_two_experts_with_one_surname_are_never_merged_silently() -> None:
    linker = Linker(Known([RUSLAN, DANA]))
    assert linked(linker, ["Есенову"]) == [("person-1", False)]
    assert linked(linker, ["Есеновой"]) == [("E07", True)]
    assert linked(linker, ["Руслан Есенов", "Есенова"]) == [("E02", True), ("E02", False)]


def test_a_namesake_with_another_surname_is_somebody_else() -> None:
    linker = Linker(Known([RUSLAN]))
    assert linked(linker, ["Руслан Петров", "Руслана"]) == [("person-1", True), ("person-1", False)]


def test_forms_of_third_persons_are_linked_over_inflection_and_everyday_names() -> None:
    assert keys(["Жанка Тулегенова", "Жанкой", "Жанне"]) == ["person-1"] * 3
    assert keys(["Лидии Тен", "Лидия Хвановна"]) == ["person-1"] * 2
    assert keys(["Роза Каримовна", "Розе Каримовне"]) == ["person-1"] * 2
    assert keys(["Рена", "Реночка"]) == ["person-1"] * 2
    assert keys(["Болат", "Камила", "Болатом"]) == ["person-1", "person-2", "person-1"]


def test_relatives_stay_apart() -> None:
    assert keys(["Марат Оспанов", "Айгуль Оспанова", "Марата"]) == ["person-1", "person-2", "person-1"]
    assert linked(Linker(Known([])), ["Марат Оспанов", "Айгуль Оспанова", "Оспановы"])[2][1] is False


def test_given_names_do_not_link_over_documents_and_full_names_do() -> None:
    linker = Linker(Known([]))
    first = linked(linker, ["Роза Каримовна", "Ерасыл"])
    second = linked(linker, ["Розы Каримовны", "Ерасыл"])
    assert first == [("person-1", True), ("person-2", True)]
    assert second == [("person-1", True), ("person-3", True)]


def test_a_study_that_grows_keeps_its_keys() -> None:
    linker = Linker(Known([]))
    linked(linker, ["Роза Каримовна", "Ерасыл"])
    linked(linker, ["Тау Арт"], ORG)
    later = Linker(Known([]), linker.entities())
    assert linked(later, ["Розе Каримовне", "Игорь"]) == [("person-1", True), ("person-3", True)]
    assert linked(later, ["«Тау Арта»", "Кедр"], ORG) == [("organisation-1", True), ("organisation-2", True)]


def test_organisations_places_and_phones() -> None:
    linker = Linker(Known([RUSLAN, DANA]))
    assert [k for k, _ in linked(linker, ["Кермек", "галерее «Кермек»", "Веретена"], ORG)] == [
        "organisation-1",
        "organisation-1",
        "organisation-E07",
    ]
    assert [k for k, _ in linked(linker, ["Алматы", "Таразе", "Тараза"], LOC)] == ["place-1", "place-2", "place-2"]
    phones = ["8 702 555 02 23", "восемь семьсот два пятьсот пятьдесят пять ноль два двадцать три", "8 700 000 00 00"]
    assert [k for k, _ in linked(linker, phones, PHONE)] == ["phone-E02", "phone-E02", "phone-1"]


def test_likeness_of_forms() -> None:
    assert same_name("русланом", "руслану")
    assert same_name("алие", "алия")
    assert not same_name("мария", "марина")
    assert same_given("гуля", "гульмирой")
    assert same_given("дауке", "даурен")
    assert same_patronymic("серикулы", "сериковича")


def test_names_never_stand_in_reprs() -> None:
    assert repr(RUSLAN) == "KnownIdentity(E02)"
    assert repr(Mention(0, 6, "Руслан", PER, entity="E02")) == "Mention(0-6 PER E02)"


def test_documents_of_one_instance_share_entities() -> None:
    anonymiser = Anonymiser([RUSLAN])
    assert anonymiser.anonymise("Мы ждали Руслана Есенова и Розу Каримовну.")[0].text == "Мы ждали [E02] и [человек-1]."
    assert anonymiser.anonymise("Потом Роза Каримовна ушла.")[0].text == "Потом [человек-1] ушла."
