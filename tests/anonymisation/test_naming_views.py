"""Pages of pseudonyms, profiles and own terms: who may, what is shown, what each deed changes, how it is undone."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from fieldwork.anonymisation.approval import approve
from fieldwork.anonymisation.detection import detect, terms_changed_since
from fieldwork.anonymisation.export_profiles import find_profile, profiles_of, report_profile
from fieldwork.anonymisation.review import accept_all
from fieldwork.anonymisation.services import mentions_of
from fieldwork.anonymisation.study_terms import entries_of
from fieldwork.core.work import Ground
from fieldwork.programme.models import Study
from fieldwork.programme.services import create_study
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Speaker, Transcript
from fieldwork.transcription.services import segments_of
from fieldwork.transcription.writing import NewSegment, write_segments

AT = "/s/creative-class/anonymisation"
WORDS = f"{AT}/who/person-1/words"
LINES = ("Кто вам помог?", "Я позвонила Жанне Тулегеновой, и с Жанной мы поехали в Алматы.")


@pytest.fixture
def transcript(ground: Ground, study: Study, interview_with: Callable[[str], Interview]) -> Transcript:
    """A raw transcript of E04 in which names have been found."""
    with ground.work() as work:
        row = work.add(Transcript(interview_id=interview_with("E04").id, source="plain", created_at=work.now))
        speakers = (Speaker.INTERVIEWER, Speaker.EXPERT)
        write_segments(work, row, [NewSegment(speakers[n % 2], line) for n, line in enumerate(LINES)])
    with ground.work() as work:
        detect(work, row)
    return row


@pytest.fixture
def browser(transcript: Transcript, visitor: Callable[..., Any]) -> Any:
    """The principal investigator's."""
    return visitor("principal_investigator", slug="creative-class")


def stands(ground: Ground, transcript: Transcript) -> list[str]:
    with ground.work() as work:
        return [mention.replacement for mention in mentions_of(work, transcript)]


def undo_of(page: str) -> str:
    """Where the toast's button posts to."""
    found = re.findall(r'<form method="post" action="([^"]+)">(?:(?!</form>).)*<kbd>Z</kbd>', page, re.DOTALL)
    assert len(found) == 1
    return html.unescape(found[0])


def test_a_pseudonym_is_chosen_seen_in_its_cases_and_taken_back(
    ground: Ground, browser: Any, transcript: Transcript
) -> None:
    page = browser.get(WORDS).text
    assert page.count("[человек-1]") >= 5  # heading, choice, and how each mention reads
    assert "Жанне Тулегеновой" in page  # in its context
    answer = browser.post(WORDS, {"how": "pseudonym", "text": "Асия Каримова"})
    assert answer.status_code == 302
    assert stands(ground, transcript) == ["Асии Каримовой", "Асией Каримовой", "[место-1]"]
    page = browser.get(WORDS).text
    assert "Асия Каримова, Асии Каримовой, Асию Каримову, Асией Каримовой" in page
    assert "Названо иначе в 2 местах" in page
    assert browser.post(undo_of(page)).status_code == 302
    assert stands(ground, transcript) == ["[человек-1]", "[человек-1]", "[место-1]"]


def test_what_cannot_be_a_pseudonym_comes_back_with_what_was_typed(
    ground: Ground, browser: Any, transcript: Transcript
) -> None:
    for typed, told in (("Руслан", "E02"), ("", "Замена пуста"), ("[друг]", "похоже на обозначение")):
        answer = browser.post(WORDS, {"how": "pseudonym", "text": typed})
        assert (answer.status_code, told in answer.text) == (422, True), typed
        assert f'value="{typed}"' in answer.text
    answer = browser.post(f"{AT}/who/person-1/steps", {"steps": "а\nб\nв\nг"})
    assert (answer.status_code, "а\nб\nв\nг" in answer.text.replace("\r", "")) == (422, True)
    assert stands(ground, transcript) == ["[человек-1]", "[человек-1]", "[место-1]"]
    assert browser.get(f"{AT}/who/nobody/words").status_code == 404


def test_generalisations_are_suggested_saved_and_taken_back(browser: Any, transcript: Transcript) -> None:
    place = f"{AT}/who/place-1"
    assert "крупный город\nгород" in browser.get(f"{place}/words?suggest=1").text
    assert browser.post(f"{place}/steps", {"steps": "южная столица\r\n\r\nгород"}).status_code == 302
    page = browser.get(f"{place}/words").text
    assert "южная столица\nгород" in page
    assert "южную столицу" in page  # «поехали в …», as the archive reads it
    browser.post(undo_of(page))
    assert "южная столица" not in browser.get(f"{place}/words").text


def test_approved_texts_take_the_pseudonym_only_where_that_is_asked_for(
    ground: Ground, browser: Any, transcript: Transcript
) -> None:
    with ground.work() as work:
        accept_all(work, transcript)
    with ground.work() as work:
        approve(work, transcript)

    def text() -> str:
        with ground.work() as work:
            return segments_of(work, transcript)[1].text

    browser.post(WORDS, {"how": "pseudonym", "text": "Асия"})
    assert text() == "Я позвонила [человек-1], и с [человек-1] мы поехали в Алматы."
    page = browser.get(WORDS).text
    assert re.findall(r'<dd lang="ru">([^<]+)</dd>', page)[:3] == ["[человек-1]", "Асии", "[человек-1]"]
    browser.post(WORDS, {"how": "sign"})
    browser.post(WORDS, {"how": "pseudonym", "text": "Асия", "approved": "on"})
    assert text() == "Я позвонила Асии, и с Асией мы поехали в Алматы."


@pytest.mark.parametrize("role", ["interviewer", "coder", "viewer"])
def test_who_may_not_know_the_expert_sees_neither_words_nor_deeds(
    transcript: Transcript, ground: Ground, visitor: Callable[..., Any], role: str
) -> None:
    browser = visitor(role, slug="creative-class")
    for page in (browser.get(WORDS), browser.post(WORDS, {"how": "pseudonym", "text": "Асия"})):
        assert page.status_code == 403
        assert "Тулегенов" not in page.text
    assert browser.post(f"{AT}/who/place-1/steps", {"steps": "город"}).status_code == 403
    assert stands(ground, transcript)[0] == "[человек-1]"
    assert browser.post(f"{AT}/profiles/report", {"names": "signs"}).status_code == 403
    status = 200 if role == "interviewer" else 403
    assert (browser.get(f"{AT}/profiles").status_code, browser.get(f"{AT}/terms").status_code) == (status, status)


def test_profiles_are_changed_added_used_for_the_report_and_removed(ground: Ground, study: Study, browser: Any) -> None:
    form = {"name": "", "names": "signs", "level.LOC": "2", "level.ORG": "1"}
    assert browser.post(f"{AT}/profiles/report", form).status_code == 302
    with ground.work() as work:
        changed = find_profile(work, study, "report")
        assert (changed.names, changed.levels, changed.places_stay) == ("signs", {"LOC": 2, "ORG": 1}, False)
        assert changed.for_report
    browser.post(f"{AT}/profiles", {"name": "Для грантодателя", "names": "pseudonyms", "places": "on"})
    with ground.work() as work:
        own = next(one for one in profiles_of(work, study) if one.name == "Для грантодателя")
    browser.post(f"{AT}/profiles/{own.key}", {"deed": "report"})
    with ground.work() as work:
        assert report_profile(work, study).key == own.key
    assert "цитаты отчёта" in browser.get(f"{AT}/profiles").text
    assert "Для грантодателя" in browser.get("/s/creative-class/report").text
    browser.post(f"{AT}/profiles/team", {"deed": "report"})
    browser.post(f"{AT}/profiles/{own.key}", {"deed": "remove"})
    page = browser.get(f"{AT}/profiles").text
    assert "Для грантодателя" not in page
    browser.post(undo_of(page))
    assert "Для грантодателя" in browser.get(f"{AT}/profiles").text


def test_what_is_no_profile_is_refused(ground: Ground, study: Study, browser: Any) -> None:
    for form in (
        {"name": "x", "names": "all"},
        {"name": "x", "names": "signs", "level.LOC": "9"},
        {"name": " ", "names": "signs"},
    ):
        assert browser.post(f"{AT}/profiles", form).status_code == 422, form
    assert browser.post(f"{AT}/profiles/none", {"names": "signs"}).status_code == 404
    with ground.work() as work:
        assert len(profiles_of(work, study)) == 3


def test_terms_are_added_counted_and_ask_for_another_search(
    ground: Ground, study: Study, browser: Any, transcript: Transcript, clock: Any
) -> None:
    assert "Искать заново" not in browser.get(f"{AT}/terms").text
    clock.advance(60)
    sent = {"words": "Жанна Тулегенова", "kind": "term", "label": "PER", "certain": "on"}
    assert browser.post(f"{AT}/terms", sent).status_code == 302
    assert browser.post(f"{AT}/terms", sent).status_code == 422  # once is enough
    page = browser.get(f"{AT}/terms").text
    assert "касается 1 упоминания" in page
    assert "Искать заново" in page
    with ground.work() as work:
        assert terms_changed_since(work, transcript)
    browser.post(f"{AT}/E04/certain", {"stamp": ""}, headers={"HX-Request": "true"})
    refused = browser.post(f"{AT}/E04/approve")
    assert "Свои слова исследования изменились" in refused.text
    assert browser.post(f"{AT}/terms/search").status_code == 302
    assert "Имена ищутся в 1 расшифровке" in browser.get(f"{AT}/terms").text
    with ground.work() as work:
        (entry,) = entries_of(work, study)
    browser.post(f"{AT}/terms/{entry.row.id}/remove")
    page = browser.get(f"{AT}/terms").text
    assert "Жанна" not in page
    browser.post(undo_of(page))
    assert "Жанна Тулегенова" in browser.get(f"{AT}/terms").text


def test_another_study_knows_neither_entity_nor_terms(
    browser: Any, ground: Ground, study: Study, visitor: Callable[..., Any]
) -> None:
    browser.post(f"{AT}/terms", {"words": "Тау Хаб", "kind": "term", "label": "ORG"})
    with ground.work() as work:
        (entry,) = entries_of(work, study)
    with ground.work() as work:
        create_study(work, "another", {"ru": "Другое", "kk": "Басқа", "en": "Another"})
    stranger = visitor("principal_investigator", slug="another")
    assert stranger.get(WORDS).status_code == 404
    assert stranger.get("/s/another/anonymisation/who/person-1/words").status_code == 404
    assert stranger.post(f"/s/another/anonymisation/terms/{entry.row.id}/remove").status_code == 404
