"""Recordings without names, walked through: a copy is asked for, made, listened to beside the recording, taken away."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from playwright.sync_api import Page, expect

from fieldwork.app import HANDLERS
from fieldwork.core.supervisor import Supervisor
from fieldwork.programme.models import Role

AT = "/s/creative-class/anonymisation/E05"


FROM_S = 5  # two seconds before the first stretch


def wait_until(page: Page, look: Callable[[], bool]) -> None:
    """Wait for what a page's own policy forbids Playwright to wait for (it would evaluate a string)."""
    for _ in range(600):
        if look():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not happen within a minute")


def test_a_copy_is_made_and_heard(
    demo: Flask,
    member: Callable[[str], str],
    open_page: Callable[..., Page],
    check: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    session = member(Role.PRINCIPAL_INVESTIGATOR)
    page = open_page("1440", "ru", "light", session)
    page.goto(AT)
    page.get_by_role("link", name="Записи без имён").click()
    check(page)
    page.get_by_label("тон 1 кГц").check()
    page.get_by_role("button", name="Сделать копию").click()
    Supervisor(demo.extensions["fieldwork"].ground, HANDLERS).run(until_idle=True)
    file = page.get_by_role("link", name="E05-redacted.ogg")
    expect(file).to_be_visible()
    check(page)

    sound = page.locator("#silenced")
    for name in ("до 00:00:07", "после 00:00:07"):
        button = page.get_by_role("button", name=name)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        wait_until(page, lambda: float(sound.evaluate("sound => sound.currentTime")) > FROM_S)
        button.press("Enter")  # stops it
        expect(button).to_have_attribute("aria-pressed", "false")
        assert sound.evaluate("sound => sound.paused")

    with page.expect_download() as download:
        file.click()
    download.value.save_as(tmp_path / "copy.ogg")
    assert download.value.suggested_filename == "E05-redacted.ogg"
    assert (tmp_path / "copy.ogg").read_bytes()[:4] == b"OggS"

    small = open_page("390", "kk", "dark", session)
    small.goto(f"{AT}/audio")
    check(small)
    page.get_by_role("button", name="Удалить копию").click()
    expect(page.get_by_role("button", name="Сделать копию")).to_be_visible()
