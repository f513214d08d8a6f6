"""Replacing words in the transcript that one reads, as one deed."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from fieldwork.core.work import Ground
from fieldwork.demo.field import set_up
from fieldwork.programme.services import find_study
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.corrections import correct_text, segment_at
from fieldwork.transcription.formats import parse
from fieldwork.transcription.importing import import_transcript
from fieldwork.transcription.models import Transcript
from fieldwork.transcription.presence import digests_of
from fieldwork.transcription.services import segments_of, transcript_of

CAPTIONS = (
    "WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.000\nИнтервьюер: Ещё раз, ещё?\n\n"
    "2\n00:00:04.000 --> 00:00:06.000\nЭксперт: Еще бы. Ещё как.\n\n"
    "3\n00:00:10.000 --> 00:00:12.000\nИнтервьюер: Каких друзей?\n"
)
TEXTS = ["Ещё раз, ещё?", "Еще бы. Ещё как.", "Каких друзей?"]
PAGE = "/s/creative-class/transcripts/E01/replace"
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def raw(ground: Ground) -> Transcript:
    """The raw transcript of E01; E04 has the same words."""
    with ground.work() as work:
        study = set_up(work)
        for code in ("E04", "E01"):
            interview = find_interview(work, find_expert(work, study, code))
            found = import_transcript(work, interview, parse(CAPTIONS.encode()))
        return found


def texts(ground: Ground, raw: Transcript) -> list[str]:
    with ground.work() as work:
        return [one.text for one in segments_of(work, work.get(Transcript, raw.id))]


def keys(ground: Ground, raw: Transcript, *places: tuple[int, int]) -> list[str]:
    """As a page names places: the turn, the state of its words, the number of the place in it."""
    with ground.work() as work:
        told = digests_of(work, raw)
    return [f"{told[turn - 1][0]}:{told[turn - 1][1][:16]}:{number}" for turn, number in places]


def undone(answer: Any) -> str:
    (address,) = re.findall(r'"undo": "([^"]+)"', answer.headers["HX-Trigger"])
    return str(address)


def test_all_places_are_replaced_and_go_back_as_one(
    ground: Ground, raw: Transcript, visitor: Callable[..., Any]
) -> None:
    browser = visitor("principal_investigator", slug="creative-class")
    places = keys(ground, raw, (1, 0), (1, 1), (2, 0), (2, 1))
    done = browser.post(PAGE, {"find": "еще", "words": "снова", "place": places}, headers=FRAGMENT)
    assert (done.status_code, texts(ground, raw)) == (200, ["снова раз, снова?", "снова бы. снова как.", TEXTS[2]])
    assert "снова бы. снова как." in re.sub("<[^>]+>", "", done.text)
    back = browser.post(undone(done), headers=FRAGMENT)
    assert (back.status_code, texts(ground, raw)) == (200, TEXTS)
    assert browser.post(undone(done), headers=FRAGMENT).status_code == 404


def test_one_place_is_replaced_and_a_turn_that_changed_is_left(
    ground: Ground, raw: Transcript, visitor: Callable[..., Any]
) -> None:
    browser = visitor("principal_investigator", slug="creative-class")
    places = keys(ground, raw, (1, 1), (2, 1))
    with ground.work() as work:
        correct_text(work, segment_at(work, raw, 2), "Ещё бы.")
    done = browser.post(PAGE, {"find": "Ещё", "words": "опять", "place": places}, headers=FRAGMENT)
    assert texts(ground, raw) == ["Ещё раз, опять?", "Ещё бы.", TEXTS[2]]
    assert "1" in done.headers["HX-Trigger"]
    sharp = {"find": "Ещё", "words": "Опять", "case": "1", "place": keys(ground, raw, (1, 0))}
    browser.post(PAGE, sharp, headers=FRAGMENT)
    assert texts(ground, raw)[0] == "Опять раз, опять?"


def test_places_of_another_transcript_are_not_touched(
    ground: Ground, raw: Transcript, visitor: Callable[..., Any]
) -> None:
    with ground.work() as work:
        other = transcript_of(work, find_interview(work, find_expert(work, find_study(work, "creative-class"), "E04")))
    browser = visitor("principal_investigator", slug="creative-class")
    done = browser.post(PAGE, {"find": "ещё", "words": "снова", "place": keys(ground, other, (1, 0))}, headers=FRAGMENT)
    assert (done.status_code, texts(ground, other), texts(ground, raw)) == (200, TEXTS, TEXTS)


@pytest.mark.parametrize("wrong", [{"find": ""}, {"words": "ж" * 501}, {"place": []}, {"words": "а\u202eб"}])
def test_what_cannot_be_done_is_refused(
    ground: Ground, raw: Transcript, visitor: Callable[..., Any], wrong: dict[str, Any]
) -> None:
    browser = visitor("principal_investigator", slug="creative-class")
    sent = {"find": "ещё", "words": "снова", "place": keys(ground, raw, (1, 0)), **wrong}
    answer = browser.post(PAGE, sent, headers=FRAGMENT)
    assert (answer.status_code, answer.headers["X-Fieldwork"], texts(ground, raw)) == (422, "refused", TEXTS)


@pytest.mark.parametrize("role", ["interviewer", "coder", "viewer"])
def test_nobody_else_replaces(raw: Transcript, visitor: Callable[..., Any], role: str) -> None:
    assert visitor(role, slug="creative-class").post(PAGE, {"find": "ещё"}).status_code == 403
