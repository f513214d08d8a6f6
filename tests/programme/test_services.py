from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from fieldwork.core.accounts import Account
from fieldwork.core.audit import AuditEntry
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.programme import contents, services
from fieldwork.programme.imports import import_programme, import_team
from fieldwork.programme.models import GlossaryTerm, Part, Study
from fieldwork.programme.rules import FieldworkBackwards, QuestionsNotPositive, SlugWrong, TextMissing

TITLE = {"ru": "Название", "kk": "Атауы", "en": "Title"}


def test_the_demo_study_from_its_file(work: Work, study: Study) -> None:
    assert study.slug == "creative-class"
    assert (study.fieldwork_from, study.fieldwork_to) == (date(2025, 3, 21), date(2025, 4, 28))
    assert study.questions_expected == 12
    assert list(contents.parts_of(work, study)) == list(Part)
    assert [row.number for row in contents.objectives_of(work, study)] == [1, 2, 3]
    assert [row.key for row in contents.theories_of(work, study)] == ["florida", "landry", "howkins"]
    assert len(contents.glossary_of(work, study)) == 40


def test_every_text_of_the_programme_stands_in_three_languages(work: Work, study: Study) -> None:
    texts = [study.title, study.method, *contents.parts_of(work, study).values()]
    texts += [row.text for row in contents.objectives_of(work, study)]
    for row in contents.theories_of(work, study):
        texts += [row.author, row.concept, row.text]

    assert len(texts) == 19
    assert {tuple(sorted(text)) for text in texts} == {("en", "kk", "ru")}


def test_a_glossary_term_keeps_what_it_is_heard_as(work: Work, study: Study) -> None:
    term = next(row for row in contents.glossary_of(work, study) if row.term == "ОКЭД")

    assert term.heard_as == ["окэт", "О КЭД", "окед"]
    assert (term.kind, term.kk, term.en) == ("law", "ЭҚЖЖ", "general classifier of economic activities")


def test_the_trail_counts_and_names_nobody(work: Work, study: Study, team: dict[str, Any]) -> None:
    import_team(work, study, team)

    entries = work.session.exec(select(AuditEntry).order_by(AuditEntry.number)).all()  # type: ignore[arg-type]
    assert [entry.deed for entry in entries] == [
        "study.created",
        "programme.imported",
        "glossary.extended",
        "member.added",
        "member.added",
        "member.added",
    ]
    assert entries[1].details == {"parts": 5, "objectives": 3, "theories": 3}
    assert "Асель" not in str([entry.details for entry in entries])


def test_a_short_name_is_taken_once(work: Work, study: Study) -> None:
    with pytest.raises(services.StudyExists):
        services.create_study(work, study.slug, TITLE)


def test_studies_by_short_name(work: Work, study: Study) -> None:
    other = services.create_study(work, "another", TITLE)

    assert services.studies(work) == [other, study]
    assert services.find_study(work, "another") is other
    assert services.study_of(work, study.id) is study
    with pytest.raises(NotFound):
        services.find_study(work, "nobody")


def test_a_study_that_cannot_be(work: Work) -> None:
    with pytest.raises(SlugWrong):
        services.create_study(work, "Some Study", TITLE)
    with pytest.raises(TextMissing):
        services.create_study(work, "some", {"ru": "Название"})
    with pytest.raises(FieldworkBackwards):
        services.create_study(work, "some", TITLE, fieldwork_from=date(2025, 4, 1), fieldwork_to=date(2025, 3, 1))
    with pytest.raises(QuestionsNotPositive):
        services.create_study(work, "some", TITLE, questions_expected=0)


def test_members_of_the_demo(work: Work, study: Study, team: dict[str, Any]) -> None:
    import_team(work, study, team)

    told = [(row.member.initials, row.member.role, row.login) for row in services.signatures_of(work, study)]
    assert told == [
        ("АС", "principal_investigator", "ас@creative-class"),
        ("ДК", "interviewer", "дк@creative-class"),
        ("МП", "interviewer", "мп@creative-class"),
    ]
    assert services.member_by_initials(work, study, "ДК").role == "interviewer"
    with pytest.raises(NotFound):
        services.member_by_initials(work, study, "ХХ")


def test_a_team_taken_twice_is_one_team(work: Work, study: Study, team: dict[str, Any]) -> None:
    first = import_team(work, study, team)

    assert import_team(work, study, team) == first
    assert len(services.members_of(work, study)) == 3


def test_one_account_in_two_studies(work: Work, study: Study) -> None:
    other = services.create_study(work, "another", TITLE)

    for row, initials in ((study, "АБ"), (other, "А")):
        services.add_member(work, row, login="ab", display_name="А. Б.", initials=initials, role="coder")

    assert len(work.session.exec(select(Account)).all()) == 1


def test_members_are_told_apart(work: Work, study: Study) -> None:
    services.add_member(work, study, login="ab", display_name="А. Б.", initials="АБ", role="coder")

    with pytest.raises(services.AlreadyMember):
        services.add_member(work, study, login="ab", display_name="А. Б.", initials="АА", role="coder")
    with pytest.raises(services.InitialsTaken):
        services.add_member(work, study, login="other", display_name="В. Г.", initials="АБ", role="coder")


def test_a_part_is_written_anew(work: Work, study: Study) -> None:
    contents.write_part(work, study, Part.AIM, TITLE)

    assert contents.parts_of(work, study)[Part.AIM] == TITLE
    assert len(contents.parts_of(work, study)) == 5


def test_numbers_keys_and_terms_stand_once(work: Work, study: Study) -> None:
    with pytest.raises(contents.AlreadyThere):
        contents.add_objective(work, study, 2, TITLE)
    with pytest.raises(contents.AlreadyThere):
        contents.add_theory(
            work, study, "florida", author=TITLE, work_title="W", work_year=2002, concept=TITLE, text=TITLE
        )
    with pytest.raises(contents.AlreadyThere):
        contents.add_terms(work, study, [GlossaryTerm(study_id=study.id, term="ОКЭД", kind="law")])


def test_objectives_and_theories_are_added_at_the_end(work: Work, study: Study) -> None:
    contents.add_objective(work, study, 4, TITLE)
    contents.add_theory(work, study, "strauss", author=TITLE, work_title="W", work_year=1990, concept=TITLE, text=TITLE)

    assert [row.number for row in contents.objectives_of(work, study)] == [1, 2, 3, 4]
    assert [row.key for row in contents.theories_of(work, study)] == ["florida", "landry", "howkins", "strauss"]


def test_an_objective_twice_in_the_file(work: Work, programme: dict[str, Any]) -> None:
    programme["programme"]["objectives"][2]["number"] = 1

    with pytest.raises(contents.AlreadyThere) as refused:
        import_programme(work, programme, slug="creative-class")

    assert refused.value.values == {"kind": "objective", "name": 1}


def test_changed_dates(work: Work, study: Study) -> None:
    services.change_study(work, study, fieldwork=(date(2025, 3, 1), date(2025, 5, 1)))

    assert (study.fieldwork_from, study.fieldwork_to) == (date(2025, 3, 1), date(2025, 5, 1))
    with pytest.raises(FieldworkBackwards):
        services.change_study(work, study, fieldwork=(date(2025, 5, 1), date(2025, 3, 1)))
