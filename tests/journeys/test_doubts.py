"""Places in doubt, one after the other by keyboard: heard, marked as checked, taken back, judged anew."""

import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from fieldwork.core.work import Ground
from fieldwork.programme.services import find_study
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.models import Doubt
from fieldwork.transcription.services import segment_rows, transcript_of

_TRANSCRIPT = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("test_transcript.py"))))
"""The journey through a transcript: its installation, and how one comes in."""
ground, enter = _TRANSCRIPT.ground, _TRANSCRIPT.enter
pytestmark = [pytest.mark.slow, pytest.mark.chromium]


@pytest.fixture
def doubted(ground: Ground) -> None:
    """Three places in the raw interview with E04, and one mark that needs nobody."""
    with ground.work() as work:
        interview = find_interview(work, find_expert(work, find_study(work, "creative-class"), "E04"))
        transcript = transcript_of(work, interview)
        transcript.covered_at = work.now
        recording_id = segment_rows(work, transcript)[0].recording_id
        places = (("unsure_speech", 1000, 1500), ("unlikely", 7000, 9000), ("language", 15_000, 17_000))
        for kind, start, end in (*places, ("credits", 18_000, 19_000)):
            work.add(
                Doubt(
                    transcript_id=transcript.id, recording_id=recording_id, kind=kind, start_ms=start, end_ms=end,
                    reasons={},
                )
            )  # fmt: skip


def test_places_are_gone_through_by_keyboard(
    doubted: None, enter: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = enter("transcripts/E04")
    _TRANSCRIPT.drawn(page)
    told = page.locator("#doubt-bar [data-told]")
    expect(told).to_have_text("3 места проверить")
    check(page)
    page.keyboard.press("KeyN")
    expect(told).to_contain_text("1 / 3")
    expect(page.locator("#turn-1")).to_have_attribute("aria-current", "true")
    _TRANSCRIPT.until(page, "document.querySelector('#sound').currentTime >= 1")
    page.keyboard.press("KeyN")
    expect(told).to_contain_text("2 / 3")
    _TRANSCRIPT.until(page, "document.querySelector('#sound').currentTime >= 7")
    expect(page.locator("#turn-2")).to_have_attribute("aria-current", "true")
    page.keyboard.press("KeyP")
    expect(told).to_contain_text("1 / 3")
    page.keyboard.press("KeyC")
    expect(page.locator("#toasts")).to_contain_text("Место отмечено как проверенное.")
    expect(told).to_contain_text("1 / 2")
    expect(told).to_contain_text("распознаватель")
    page.keyboard.press("KeyZ")
    expect(told).to_contain_text("1 / 3")
    page.keyboard.press("KeyC")
    expect(told).to_contain_text("1 / 2")
    # the words there are written anew: the place is settled, and open again once that is taken back
    _TRANSCRIPT.edit(page, 2, "Случайно, правда. Через знакомых.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#doubts")).to_contain_text("исправлено")
    expect(told).to_have_text("1 место проверить")
    page.keyboard.press("KeyN")
    expect(told).to_contain_text("1 / 1")
    page.keyboard.press("KeyC")
    expect(page.locator("#doubts-h")).to_have_text("Все сомнительные места проверены")
    expect(page.locator("#doubt-bar")).to_be_hidden()
    check(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["1440", "390"])
def test_the_places_are_readable_in_every_dress(
    doubted: None, enter: Callable[..., Page], check: Callable[[Page], None], size: str, theme: str
) -> None:
    page = enter("transcripts/E04", size, theme=theme)
    _TRANSCRIPT.drawn(page)
    page.locator("#doubt-bar [data-by='1']").click()
    expect(page.locator("#doubt-bar [data-told]")).to_contain_text("1 / 3")
    check(page)
