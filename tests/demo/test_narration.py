"""The demo speaks Russian, Kazakh and English: every line it says is there, with the same placeholders."""

import ast
import re
import string
from pathlib import Path

import pytest

from fieldwork.demo.material import document
from fieldwork.demo.narration import told

ROOM = Path(__file__).parents[2] / "fieldwork" / "demo"


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_every_line_is_translated_with_its_placeholders(language: str) -> None:
    for english, others in document("narration").items():
        assert others[language], english
        assert placeholders(others[language]) == placeholders(english), english


def test_every_figure_and_stage_that_the_code_names_has_its_line() -> None:
    figures = re.findall(r'Figure\(\s*"([^"]+)"', (ROOM / "figures.py").read_text(encoding="utf-8"))
    calls = [
        node
        for node in ast.walk(ast.parse((ROOM / "stages.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]
    stages = [
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "_say" and isinstance(call.args[0], ast.Constant)
    ]
    roles = [role.replace("_", " ") for role in document("published")["roles"]]
    assert len(figures) > 10
    assert len(stages) == 8
    assert {*figures, *stages, *roles} <= document("narration").keys()


def test_a_line_is_told_in_the_persons_language() -> None:
    line = "report: {path} ({pages} pages, written in {seconds} s)"
    assert told(line, "en", path="a.pdf", pages=3, seconds="1.0") == "report: a.pdf (3 pages, written in 1.0 s)"
    assert told(line, "ru", path="a.pdf", pages=3, seconds="1.0") == "отчёт: a.pdf (3 с., записан за 1.0 с)"
