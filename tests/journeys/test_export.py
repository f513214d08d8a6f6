"""Transcripts taken along: each format from the menu of one, all of them from the list, and read by an importer."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from fieldwork.programme.models import Role
from fieldwork.transcription.formats import parse

pytestmark = [pytest.mark.slow, pytest.mark.chromium]

LIST, ONE = "/s/creative-class/transcripts", "/s/creative-class/transcripts/E05"
FILES = {
    "Word, для чтения": "E05.docx",
    "Word, таблица для NVivo": "E05.docx",
    "MAXQDA, ATLAS.ti, f4": "E05.txt",
    "Субтитры VTT": "E05.vtt",
    "Субтитры SRT": "E05.srt",
    "Простой текст": "E05.txt",
    "Страница noScribe": "E05.html",
    "JSON со словами": "E05.json",
}


def taken(page: Page, press: Callable[[], None]) -> tuple[str, bytes]:
    """What a press downloads: its name and its bytes."""
    with page.expect_download() as told:
        press()
    return told.value.suggested_filename, Path(told.value.path()).read_bytes()


def test_every_format_is_downloaded_and_read_again(
    demo: Flask, member: Callable[[str], str], open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = open_page("1440", "ru", "light", member(Role.PRINCIPAL_INVESTIGATOR))
    page.goto(ONE)
    menu = page.locator("details.xp:visible")
    menu.locator("summary").click()
    expect(menu.get_by_label("Для кого")).to_be_visible()
    check(page)
    turns = []
    for label, name in FILES.items():
        found, content = taken(page, menu.get_by_role("button", name=label, exact=True).click)
        assert found == name
        turns.append(len(parse(content).utterances))
    assert len(set(turns)) == 1
    assert turns[0] > 1

    page.goto(LIST)
    page.get_by_role("link", name="Скачать").click()
    expect(page.get_by_role("heading", name="Скачать расшифровки")).to_be_visible()
    check(page)
    page.get_by_label("Для архива").check()
    page.get_by_label("Простой текст").check()
    found, content = taken(page, page.get_by_role("button", name="Скачать").click)
    assert found == "creative-class-transcripts.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    assert "E05.txt" in names
    assert "E02.txt" not in names  # has not allowed the text to be archived


def test_the_pages_suit_a_telephone_in_the_dark(
    demo: Flask, member: Callable[[str], str], open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = open_page("390", "kk", "dark", member(Role.CODER))
    page.goto(ONE)
    page.locator("details.xp:visible summary").click()
    expect(page.get_by_role("button", name="VTT субтитрлері")).to_be_visible()
    check(page)
    page.goto("/s/creative-class/anonymisation/export")
    check(page)
