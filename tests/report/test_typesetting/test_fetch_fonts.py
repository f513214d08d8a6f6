"""The fonts' manifest and what fetching does when there is nothing to do."""

import json
from pathlib import Path

from fieldwork.report.typesetting.cuts import ASSETS, CUTS, FONTS, LICENCES, missing_files
from fieldwork.report.typesetting.fetch_fonts import fetch_fonts


def test_fetching_again_does_nothing_and_says_so() -> None:
    said: list[str] = []

    assert fetch_fonts(say=said.append) == []
    assert said == [f"The report's fonts are already in {FONTS}: nothing to do."]


def test_the_lock_fixes_contents_and_names_no_registry() -> None:
    lock = json.loads((ASSETS / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}

    assert {name.removeprefix("node_modules/") for name in packages} == {cut.package for cut in CUTS}
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert "http" not in json.dumps(lock)


def test_missing_files_are_named(tmp_path: Path) -> None:
    (tmp_path / CUTS[0].file_name).touch()

    assert missing_files(tmp_path) == [item.file_name for item in (*CUTS[1:], *LICENCES)]
