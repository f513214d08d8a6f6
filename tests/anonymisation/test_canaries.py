"""A study full of strings that must never leave the vault, from the field to the report: none is left anywhere.

The benchmark does the same with 500 of them: ``python tests/benchmarks canaries``.
"""

import base64
import gzip
import json
import unicodedata
import zlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

import pytest

from fieldwork.core.settings import Settings
from fieldwork.core.work import Ground, open_ground

NAME = "Кунтурабаев"
NUMBER = "+7 701 302 13 22"
COUNT = 110


@pytest.fixture
def canaries(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The benchmark's builders."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    return import_module("canaries")


HIDDEN: list[tuple[str, Callable[[str], bytes]]] = [
    ("UTF-8", lambda text: text.encode()),
    ("small letters", lambda text: text.lower().encode()),
    ("capitals in UTF-16", lambda text: b"x" + text.upper().encode("utf-16-le")),
    ("UTF-16, the other order", lambda text: text.encode("utf-16-be")),
    ("Windows' Cyrillic", lambda text: text.encode("cp1251")),
    ("taken apart into marks", lambda text: unicodedata.normalize("NFD", text).encode()),
    ("base64", lambda text: b'{"a":"' + base64.b64encode(b"abcde" + text.encode()) + b'"}'),
    ("base64 for addresses", lambda text: base64.urlsafe_b64encode(b"ab" + text.encode())),
    ("gzip", lambda text: b"junk" + gzip.compress(text.encode() * 3)),
    ("zlib", lambda text: b"stream\n" + zlib.compress(text.encode() * 3) + b"endstream"),
    ("base64 in zlib", lambda text: zlib.compress(base64.b64encode(text.encode() * 4))),
    ("per cent signs", lambda text: b"file:///" + quote(text).encode()),
    ("escapes of JSON", lambda text: json.dumps({"who": text}).encode()),
    ("hexadecimal digits", lambda text: b"\\x" + text.encode().hex().encode()),
]


@pytest.mark.parametrize(("way", "hide"), HIDDEN, ids=[way for way, _ in HIDDEN])
def test_the_hunter_finds_what_hides(canaries: ModuleType, way: str, hide: Callable[[str], bytes]) -> None:
    scanner = canaries.Scanner([NAME, "Йырысурай", NUMBER, "Толганаев"])
    for one in (NAME, "Йырысурай", NUMBER):
        assert scanner.found_in(bytes(range(200, 256)) + hide(f"Говорил {one} там") + b"\0" * 9) == {one}


def test_the_hunter_finds_a_number_written_together(canaries: ModuleType) -> None:
    assert canaries.Scanner([NUMBER]).found_in(b"tel:87013021322") == {NUMBER}


@pytest.mark.slow
def test_no_canary_is_left_outside_the_vault(
    canaries: ModuleType, settings: Settings, ground: Ground, tmp_path: Path
) -> None:
    people = canaries.planted(COUNT)
    every = canaries.everything(people)
    assert len(every) == COUNT
    ground.close()  # the same installation, on the day when the fieldwork is over
    arriving, report, log = tmp_path / "arriving", tmp_path / "report.pdf", settings.data / "everything.log"
    arriving.mkdir()
    scanner = canaries.Scanner(every)
    then = open_ground(settings, lambda: canaries.TODAY)
    try:
        with canaries.logged(log):
            canaries.analysed(then, people)
            canaries.carried(then, people, arriving)
            canaries.finished(then, people, report)
        tables = canaries.in_tables(scanner, then)
    finally:
        then.close()
    assert (tables, canaries.in_files(scanner, settings.data), canaries.in_export(scanner, report)) == ({}, {}, set())
    assert len(set().union(*canaries.in_files(scanner, arriving).values())) >= 5 * len(people)  # they did arrive
    assert log.stat().st_size > 0
