"""Every page of the demo study in Chromium: accessible, inside its window, without an error, with small scripts."""

import gzip
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from fieldwork.programme.models import Role
from fieldwork.web.pages import page_of

pytestmark = [pytest.mark.slow, pytest.mark.chromium]

STUDY = "/s/creative-class/"
SCRIPTS_LIMIT = 200_000  # bytes, compressed
PIECES = {
    # asked for by scripts: fragments, sound, pictures
    *("anonymisation.leaks", "anonymisation.list_progress", "anonymisation.progress", "anonymisation.state"),
    *("coding.edit", "coding.memos_at_bench", "overview.jobs_progress", "overview.palette", "overview.quick_search"),
    *("paradigm.model_map", "recording.arrivals", "recording.sound", "recording.waveform", "report.page"),
    *("report.picture", "report.progress", "report.state", "transcription.fresh_turn"),
    *("transcription.now", "transcription.some_turns", "transcription.transcripts_progress", "report.leak_places"),
    *("recording.unsorted_groups", "transcription.doubts_now", "transcription.estimate_progress"),
    # a download that was refused, loaded anew
    "anonymisation.export_of",
    # a copy of recordings, which the demo has not made
    *("anonymisation.audio_file", "anonymisation.audio_progress", "anonymisation.audio_sound"),
    # a file
    "report.download",
    # a search of an approved text that goes on; a sample that somebody was asked to look at
    *("anonymisation.search_progress", "anonymisation.look"),
    # for a sample that two people mark, which the demo has not
    *("anonymisation.marking", "anonymisation.misses", "anonymisation.settling"),
    # where the installation is connected with Zoom
    *("recording.from_zoom", "recording.zoom_fetching"),
    # for what a finished study has not: a new study, experts without a meeting, raw texts, an empty storyline
    *("report.leaks", "anonymisation.approval", "paradigm.story", "programme.begin_guide", "sampling.begin_sample"),
    *("sampling.plan_file", "scheduling.new_interview", "transcription.import_form", "transcription.read_back"),
    "transcription.start",
}


@pytest.fixture
def walk(demo: Flask, member: Callable[[str], str], crawling: SimpleNamespace) -> tuple[str, dict[str, list[str]]]:
    """A session of the principal investigator, and by endpoint the pages that links lead to."""
    session = member(Role.PRINCIPAL_INVESTIGATOR)
    return session, crawling.pages(demo, crawling.signed_in(demo, session), STUDY)


@pytest.mark.parametrize("look", ["1440 ru light", "390 kk dark"])
def test_every_page_is_accessible_and_inside_its_window(
    demo: Flask,
    walk: tuple[str, dict[str, list[str]]],
    open_page: Callable[..., Page],
    check: Callable[[Page], None],
    look: str,
) -> None:
    session, found = walk
    page = open_page(*look.split(), session)
    for path in sorted(path for paths in found.values() for path in paths):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        check(page)
    assert len(found) >= 45, sorted(found)


def test_links_lead_everywhere(demo: Flask, walk: tuple[str, dict[str, list[str]]]) -> None:
    """A page that no link leads to is one that nobody finds."""
    _, found = walk
    asked = {
        rule.endpoint
        for rule in demo.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and (page := page_of(demo, rule.endpoint)) and page.allow.in_study
    }
    assert sorted(asked - set(found) - PIECES) == []


def test_the_scripts_of_every_page_are_small(
    walk: tuple[str, dict[str, list[str]]], open_page: Callable[..., Page]
) -> None:
    session, found = walk
    page, heavy = open_page(session=session), []
    sizes: dict[str, int] = {}
    loaded: list[str] = []
    page.on("response", lambda answer: weigh(answer, sizes, loaded))
    for paths in found.values():
        loaded.clear()
        page.goto(paths[0], wait_until="load")
        weight = sum(sizes[url] for url in set(loaded))
        heavy += [(paths[0], weight)] if weight >= SCRIPTS_LIMIT else []
    assert heavy == []


def weigh(answer: Any, sizes: dict[str, int], loaded: list[str]) -> None:
    """Note how large a script is when compressed."""
    if answer.request.resource_type == "script":
        sizes.setdefault(answer.url, len(gzip.compress(answer.body())))
        loaded.append(answer.url)
