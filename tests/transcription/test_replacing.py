"""Finding and replacing over a study: places, words put in, all of it taken back; who sees what."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from fieldwork.consent.services import withdraw
from fieldwork.core.audit import AuditEntry
from fieldwork.core.errors import BadInput, NotFound
from fieldwork.core.work import Ground, Work
from fieldwork.programme.models import Study
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import correct_text, segment_at
from fieldwork.transcription.finding import (
    LONGEST_PUT,
    LONGEST_SOUGHT,
    ControlCharacters,
    NothingSought,
    PutTooLong,
    Sought,
    SoughtTooLong,
    context,
    places,
    replaced,
    require_replacement,
)
from fieldwork.transcription.formats import parse
from fieldwork.transcription.history import cues_of
from fieldwork.transcription.importing import import_transcript
from fieldwork.transcription.models import Correction, Transcript, TranscriptState
from fieldwork.transcription.replacing import (
    SHOWN,
    NothingChosen,
    NothingLeft,
    find_words,
    replace_words_at,
    undo_replacement,
)
from fieldwork.transcription.services import segments_of

SAID = {
    "E04": "Интервьюер: Вы знали Семёна?\n\nЭксперт: Семена знали все. Семенами торговал другой.\n\nИнтервьюер: Да.",
    "E08": "Интервьюер: А семёна вы видели?\n\nЭксперт: Семёна 🎭 Семена.",
    "E05": "Интервьюер: Про Семена говорят?\n\nЭксперт: Говорят.",
}


@pytest.fixture
def said(ground: Ground, interview_with: Callable[[str], Interview]) -> dict[str, Transcript]:
    """Raw transcripts of E04 and E08 and an approved one of E05, by code."""
    interviews = {code: interview_with(code) for code in SAID}
    with ground.work() as work:
        found = {code: import_transcript(work, interviews[code], parse(text.encode())) for code, text in SAID.items()}
        found["E05"].state = TranscriptState.ANONYMISED
        work.add(found["E05"])
        return found


def all_of(said: dict[str, Transcript]) -> set[Any]:
    return {one.interview_id for one in said.values()}


def words(work: Work, said: dict[str, Transcript]) -> dict[str, list[str]]:
    return {code: [one.text for one in segments_of(work, said[code])] for code in ("E04", "E08")}


def keys(found: list[Any]) -> list[str]:
    return [place.key for one in found for place in one.places]


@pytest.mark.parametrize(
    ("sought", "text", "there"),
    [
        (Sought("семена"), "Семёна, семенам Семена", ["Семёна", "Семена"]),
        (Sought("семена", yo=False), "Семёна Семена", ["Семена"]),
        (Sought("Семена", case=True), "семена Семёна", ["Семёна"]),
        (Sought("ело", whole=False), "дело ёлово", ["ело", "ёло"]),
        (Sought("на меня"), "на\u00a0меня на\nменя наменя", ["на\u00a0меня", "на\nменя"]),
        (Sought("дом"), "до\u0301м дом\u0301 дом-музей", ["дом"]),
        (Sought("а.б (в)*"), "а.б (в)* аxб", ["а.б (в)*"]),
        (Sought("🎭", whole=False), "x🎭y🎭", ["🎭", "🎭"]),
        (Sought("ана", whole=False), "ананана", ["ана", "ана"]),
    ],
)
def test_words_are_found_as_they_were_meant(sought: Sought, text: str, there: list[str]) -> None:
    assert [text[start:end] for start, end in places(text, sought)] == there


def test_what_cannot_be_looked_for_or_put_in_is_refused_in_words() -> None:
    refused: list[tuple[type[BadInput], str]] = [
        (NothingSought, " "), (NothingSought, ""), (SoughtTooLong, "а" * (LONGEST_SOUGHT + 1)),
        (ControlCharacters, "а\nб"), (ControlCharacters, "а\x00"), (ControlCharacters, "а\u202eб"),
    ]  # fmt: skip
    for error, pattern in refused:
        with pytest.raises(error):
            Sought(pattern)
    for error, put in (
        (PutTooLong, "а" * (LONGEST_PUT + 1)),
        (ControlCharacters, "а\tб"),
        (ControlCharacters, "\ud800"),
    ):
        with pytest.raises(error):
            require_replacement(put)
    assert require_replacement("") == ""
    assert len(places("аб " * 1000, Sought("а" * LONGEST_SOUGHT))) == 0


def test_places_are_replaced_and_shown_with_what_stands_around() -> None:
    text = "Ну да, ну нет, ну что."
    found = places(text, Sought("ну"))
    assert replaced(text, found, "вот") == "вот да, вот нет, вот что."
    assert replaced(text, found[1:2], "") == "Ну да, нет, ну что."
    assert replaced("Ну да", [(0, 2)], "") == "да"
    long = "слово " * 40
    before, there, behind = context(long, 120, 125)
    assert (before[0], there, behind[-1]) == ("…", "слово", "…")
    assert before[1:] + there + behind[:-1] in long


def test_chosen_places_change_as_one_deed_and_go_back_as_one(
    ground: Ground, study: Study, said: dict[str, Transcript]
) -> None:
    with ground.work() as work:
        before = words(work, said)
        found = find_words(work, study, all_of(said), Sought("Семена"))
        assert [(one.code, one.count, one.approved, len(one.places)) for one in found] == [
            ("E04", 2, False, 2), ("E05", 1, True, 0), ("E08", 3, False, 3)
        ]  # fmt: skip
        assert "Семен" not in repr(found) + repr(found[0].places)
    with ground.work() as work:
        chosen = [one for one in keys(found) if not one.endswith(":1")]  # not the second of E08's second turn
        done = replace_words_at(work, study, all_of(said), Sought("Семена"), words="Семёна Ли", keys=chosen)
        assert (done.places, done.turns, done.left) == (4, 4, 0)
        assert words(work, said) == {
            "E04": ["Вы знали Семёна Ли?", "Семёна Ли знали все. Семенами торговал другой.", "Да."],
            "E08": ["А Семёна Ли вы видели?", "Семёна Ли 🎭 Семена."],
        }
        spans = [(cue.start, cue.end) for cue in cues_of(work, segment_at(work, said["E04"], 1))]
        assert spans in ([], [(0, len("Вы знали Семёна Ли?"))])
    with ground.work() as work:
        correct_text(work, segment_at(work, said["E04"], 1), "Другое.")  # somebody goes on at one of the turns
    assert done.batch_id is not None
    with ground.work() as work:
        assert undo_replacement(work, study, all_of(said), done.batch_id) == (3, 1)
        assert words(work, said) == {"E04": ["Другое.", *before["E04"][1:]], "E08": before["E08"]}
        stays = work.session.exec(select(Correction).where(Correction.batch_id == done.batch_id)).all()
        assert len(stays) == 1
    with ground.work() as work, pytest.raises(NotFound):
        undo_replacement(work, study, set(), done.batch_id)


def test_nothing_is_changed_behind_anybodys_back(ground: Ground, study: Study, said: dict[str, Transcript]) -> None:
    with ground.work() as work:
        found = keys(find_words(work, study, all_of(said), Sought("Семена")))
        correct_text(work, segment_at(work, said["E04"], 1), "Вы знали нашего Семёна?")
    with ground.work() as work:
        done = replace_words_at(work, study, {said["E04"].interview_id}, Sought("Семена"), words="Ли", keys=found)
        assert (done.places, done.left) == (1, 4)  # E08 is not this reader's, the first turn is another one now
        assert words(work, said)["E08"][0] == "А семёна вы видели?"
        assert words(work, said)["E04"][0] == "Вы знали нашего Семёна?"
    with ground.work() as work, pytest.raises(NothingChosen):
        replace_words_at(work, study, all_of(said), Sought("Семена"), words="Ли", keys=["x", "1:2:3"])
    with ground.work() as work:
        whole = keys(find_words(work, study, all_of(said), Sought("Да.", whole=False)))
    with pytest.raises(NothingLeft), ground.work() as work:
        replace_words_at(work, study, all_of(said), Sought("Да.", whole=False), words="", keys=whole)
    with ground.work() as work:
        assert words(work, said)["E04"][2] == "Да."


def test_only_counts_are_told_and_the_withdrawn_are_not_read(
    ground: Ground, study: Study, said: dict[str, Transcript]
) -> None:
    with ground.work() as work:
        withdraw(work, find_expert(work, study, "E08"))
    with ground.work() as work:
        found = find_words(work, study, all_of(said), Sought("Семена"))
        assert [one.code for one in found] == ["E04", "E05"]
        assert [one.code for one in find_words(work, study, set(), Sought("Семена"))] == ["E05"]
        assert [one.code for one in find_words(work, study, all_of(said), Sought("Семена"), "E04")] == ["E04"]
        replace_words_at(work, study, all_of(said), Sought("Семена"), words="Ли", keys=keys(found))
    with ground.look() as session:
        entries = session.exec(select(AuditEntry)).all()
    told = [one.details for one in entries if one.deed == "transcripts.replaced"]
    assert told == [{"transcripts": 1, "turns": 2, "places": 2}]
    assert "Семен" not in "".join(str(one.details) for one in entries)


def test_of_very_many_places_the_first_are_shown(ground: Ground, study: Study, said: dict[str, Transcript]) -> None:
    with ground.work() as work:
        correct_text(work, segment_at(work, said["E04"], 3), "да " * (SHOWN + 5))
        (found,) = find_words(work, study, all_of(said), Sought("да"))
        assert (found.count, len(found.places)) == (SHOWN + 5, SHOWN)


def test_the_page_shows_every_place_and_replaces_the_chosen(
    ground: Ground, study: Study, said: dict[str, Transcript], visitor: Callable[..., Any]
) -> None:
    leader, address = visitor("principal_investigator", slug=study.slug), f"/s/{study.slug}/transcripts/replace"
    assert 'name="find"' in leader.get(address).text
    sent = {"deed": "find", "find": "Семена", "words": '<img src=x>"', "whole": "1", "yo": "1"}
    page = leader.post(address, data=sent)
    assert (page.status_code, page.text.count('name="place"'), "<img src=x>" in page.text) == (200, 5, False)
    assert "<del>семёна</del>" in page.text
    assert "Семена" not in "".join(re.findall(r'(?:href|action)="([^"]*)"', page.text))
    chosen = [html.unescape(one) for one in re.findall(r'name="place" value="([^"]+)"', page.text)]
    refused = leader.post(address, data=sent | {"deed": "replace", "place": []})
    assert (refused.status_code, "Семена" in refused.text) == (422, True)
    done = leader.post(address, data=sent | {"deed": "replace", "place": chosen[:2]})
    assert (done.status_code, done.location) == (302, address)
    (undo,) = re.findall(rf"{address}/[0-9a-f-]+/undo", leader.get(address).text)
    assert leader.post(undo).location == address
    with ground.work() as work:
        assert words(work, said)["E04"][0] == "Вы знали Семёна?"
    assert leader.post(undo).status_code == 404
    assert leader.post(address, data=sent | {"find": "а\u202e"}).status_code == 422


def test_others_find_nothing_that_they_may_not_read(
    study: Study, said: dict[str, Transcript], visitor: Callable[..., Any]
) -> None:
    address = f"/s/{study.slug}/transcripts/replace"
    other = visitor("interviewer", slug=study.slug).post(address, data={"find": "Семена", "yo": "1"})
    assert (other.status_code, other.text.count('name="place"'), "E05" in other.text) == (200, 0, True)
    assert visitor("coder", slug=study.slug).get(address).status_code == 403
    assert visitor(slug="").get(address).status_code == 404
