"""The study's glossary: edited, sealed, without an expert's name, and what recognisers are told comes from it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlmodel import select

from fieldwork.core.audit import AuditEntry
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Ground
from fieldwork.programme.contents import glossary_of
from fieldwork.programme.models import Study
from fieldwork.sampling.services import experts_of, find_expert, identity_of
from fieldwork.transcription.finding import ControlCharacters
from fieldwork.transcription.glossary import (
    GlossaryFull,
    KindUnknown,
    NamesAnExpert,
    WordMissing,
    WordThere,
    WordTooLong,
    named_in,
    parts_of_names,
    require_room,
    written,
)
from fieldwork.transcription.glossary_commands import glossary as command
from fieldwork.transcription.making_models import GlossaryChange, GlossaryWord
from fieldwork.transcription.prompting import TOKENS, fit, prompt_of
from fieldwork.transcription.rules import ChangedSince
from fieldwork.transcription.wording import add_words, change_word, remove_word, told_words, undo_change, words_of


def terms(ground: Ground, study: Study) -> set[str]:
    with ground.work() as work:
        return {word.term for word in words_of(work, study)}


def test_pasted_lines_become_words() -> None:
    assert written(" • Медеуский район,\r\n\n— акимат;\nакимат\n  Тау   Тревел\t\n") == [
        "Медеуский район", "акимат", "Тау Тревел"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "refused"),
    [(" \n\n", WordMissing), ("а" * 81, WordTooLong), ("сло\u202eво", ControlCharacters)],
)
def test_what_is_no_word_is_refused(text: str, refused: type[Exception]) -> None:
    with pytest.raises(refused):
        written(text)


def test_a_name_is_found_in_its_cases_and_not_in_other_words() -> None:
    names = parts_of_names(["Сейтказина Алма Ерлановна", "Roza A."])

    assert all(named_in((word,), names) for word in ("Сейтказиной", "у Алмы", "Ерлановне", "Roza"))
    assert not any(named_in((word,), names) for word in ("Алматы", "алма", "Сейт", "розы", "Алмалы", "Ерлан"))


def test_a_glossary_has_an_end() -> None:
    require_room(500)
    with pytest.raises(GlossaryFull, match="500 words at most"):
        require_room(501)


def test_until_it_is_changed_it_is_the_programmes_and_then_a_sealed_copy(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        programme = {term.term for term in glossary_of(work, study)}
    assert terms(ground, study) == programme
    with ground.work() as work:
        change, passed = add_words(work, study, ["Тау Тревел", "Алматы"], "organisation")
        assert (change.number if change else 0, passed) == (1, 1)
    assert terms(ground, study) == programme | {"Тау Тревел"}
    with ground.look() as session:
        rows = session.execute(sa.text("SELECT sealed_word FROM glossary_word")).scalars().all()
        entries = session.exec(select(AuditEntry).where(AuditEntry.deed == "glossary.added")).all()
    assert len(rows) == len(programme) + 1
    assert not any("Тау".encode() in bytes(row) or "Алматы".encode() in bytes(row) for row in rows)
    assert [entry.details for entry in entries] == [{"words": 1}]


def test_each_change_is_taken_back_in_its_turn(ground: Ground, study: Study) -> None:
    before = terms(ground, study)
    with ground.work() as work:
        add_words(work, study, ["Тау Тревел"], "organisation")
        word = next(one for one in words_of(work, study) if one.term == "Тау Тревел")
        change_word(work, study, word.id, term="Тау-Трэвел", kind="name", kk="Тау Тревел ЖШС")
        removed = remove_word(work, study, word.id)
        assert terms_now(work, study) == before
        with pytest.raises(ChangedSince):
            undo_change(work, study, 1)
        undo_change(work, study, removed.number)
        back = next(one for one in words_of(work, study) if one.id == word.id)
        assert (back.term, back.kind, back.kk, back.en) == ("Тау-Трэвел", "name", "Тау Тревел ЖШС", None)
        undo_change(work, study, 2)
        undo_change(work, study, 1)
        assert terms_now(work, study) == before
        with pytest.raises(NotFound):
            undo_change(work, study, 1)


def terms_now(work: Any, study: Study) -> set[str]:
    return {word.term for word in words_of(work, study)}


def test_emptied_it_stays_empty(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        for word in words_of(work, study):
            remove_word(work, study, word.id)
        assert words_of(work, study) == []
        assert prompt_of(told_words(work, study), "ru") is None


def test_what_cannot_be_is_refused_and_nothing_is_left_half_done(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        expert = find_expert(work, study, "E01")
        name = identity_of(work, expert).full_name.split()[0]
        with pytest.raises(NamesAnExpert):
            add_words(work, study, ["Тау Тревел", name], "organisation")
        with pytest.raises(KindUnknown, match="name, place, organisation"):
            add_words(work, study, ["Тау Тревел"], "person")
        word = words_of(work, study)[0]
        other = words_of(work, study)[1]
        with pytest.raises(NamesAnExpert):
            change_word(work, study, word.id, term="Слово", kind="name", en=name)
        with pytest.raises(WordThere):
            change_word(work, study, word.id, term=other.term.upper(), kind="name")
        with pytest.raises(NotFound):
            remove_word(work, study, uuid4())
        assert work.session.exec(select(GlossaryChange)).all() == []
        assert "Тау Тревел" not in {one.term for one in words_of(work, study)}


def test_whoever_becomes_an_expert_is_no_longer_told(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        add_words(work, study, ["Тауекелов"], "name")
        assert "Тауекелов" in (prompt_of(told_words(work, study), "ru") or "")
        expert = experts_of(work, study)[0]
        monkey = identity_of(work, expert)
        from fieldwork.sampling.services import change_identity  # noqa: PLC0415 - only this test changes one

        change_identity(work, expert, type(monkey)(full_name="Тауекелов Ерлан"))
        assert "Тауекелов" not in (prompt_of(told_words(work, study), "ru") or "")
        assert "Тауекелов" in terms_now(work, study)


def test_words_count_as_whisper_counts_them(checkpoint: object) -> None:
    from whisper.tokenizer import get_encoding  # noqa: PLC0415 - after the fixture, which has read the table

    from fieldwork.transcription.prompting import _tokens  # noqa: PLC0415 - beside what it is compared with

    encoding = get_encoding(name="multilingual", num_languages=99)
    for text in (" Медеуский район,", " Қасым-Жомарт,", " it's 1,5 ТОО «Тау»", " 🎭"):
        assert _tokens(text) == len(encoding.encode(text))


def test_words_that_do_not_fit_are_told_apart(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        add_words(work, study, [f"Организация номер {number}" for number in range(60)], "organisation")
        found = fit(told_words(work, study), "ru")
    assert found.tokens <= TOKENS
    assert found.left
    assert {*found.taken, *found.left} == terms(ground, study)


def test_the_page_adds_pastes_changes_removes_and_takes_back(
    ground: Ground, study: Study, visitor: Callable[..., Any]
) -> None:
    browser = visitor("principal_investigator", slug=study.slug)
    address = f"/s/{study.slug}/transcripts/glossary"
    before = terms(ground, study)
    assert browser.get(address).status_code == 200
    assert browser.post(address, data={"words": "Тау Тревел\nбайга\n", "kind": "kazakh"}).status_code == 302
    assert terms(ground, study) == before | {"Тау Тревел", "байга"}
    with ground.work() as work:
        word = next(one for one in words_of(work, study) if one.term == "байга")
        name = identity_of(work, find_expert(work, study, "E02")).full_name.split()[0]
    spelt = {"term": "бәйге", "kind": "kazakh", "kk": "бәйге", "en": ""}
    assert browser.post(f"{address}/{word.id}", data=spelt).status_code == 302
    assert "бәйге" in browser.get(address).text
    assert browser.post(f"{address}/{word.id}", data={"deed": "remove"}).status_code == 302
    assert terms(ground, study) == before | {"Тау Тревел"}
    assert browser.post(f"{address}/undo/3").status_code == 302
    assert terms(ground, study) == before | {"Тау Тревел", "бәйге"}
    refused = browser.post(address, data={"words": name, "kind": "name"})
    assert refused.status_code in {400, 409, 422}
    assert "имя эксперта" in refused.text
    assert visitor("coder", slug=study.slug).get(address).status_code == 403


def test_another_studys_word_is_not_touched(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        add_words(work, study, ["Тау Тревел"], "organisation")
        foreign = work.session.exec(select(GlossaryWord)).first()
        assert foreign is not None
        from fieldwork.programme.services import create_study  # noqa: PLC0415 - only this test needs another

        other = create_study(work, "other", {"ru": "Другое", "kk": "Басқа", "en": "Other"})
        with pytest.raises(NotFound):
            remove_word(work, other, foreign.id)


def test_the_command_lists_adds_removes_and_takes_back(
    ground: Ground, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("DATA", ground.settings.data), ("DATABASE", ground.settings.database)):
        if value:
            monkeypatch.setenv(f"FIELDWORK_{name}", str(value))

    def call(*arguments: str, given: str = "") -> str:
        answer = CliRunner().invoke(command, arguments, input=given, catch_exceptions=False)
        assert answer.exit_code == 0, answer.output
        return answer.output

    assert "1 added, 0 already there" in call("add", study.slug, "Тау Тревел", "--kind", "organisation")
    assert "2 added, 1 already there" in call("add", study.slug, given="Кафе у реки\nТау Тревел\nАтелье на углу\n")
    assert "tokens are taken" in (told := call("list", study.slug))
    assert all(word in told for word in ("Тау Тревел", "Кафе у реки", "Ателье на углу"))
    assert "removed" in call("remove", study.slug, "тау тревел")
    assert "as it was" in call("undo", study.slug, "3")
    assert "Тау Тревел" in terms(ground, study)
