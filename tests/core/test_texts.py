"""Every message a person may see is in the catalogues, and so is every word of the code that fills its placeholders."""

import ast
import re
import string
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import pytest
from babel.messages.catalog import Message
from pydantic import BaseModel, Field, PositiveInt, TypeAdapter, ValidationError

import fieldwork
from fieldwork.consent.models import Scope
from fieldwork.core.console import NotUpgraded
from fieldwork.core.errors import BadInput, NotFound
from fieldwork.core.jobs import JobState
from fieldwork.core.texts import _CONTEXTS, _pattern, catalogue, tell, translate, translate_value
from fieldwork.paradigm.models import ParadigmRole
from fieldwork.paradigm.rules import CoreTwice
from fieldwork.programme.models import Part
from fieldwork.programme.shapes import ClockTime
from fieldwork.report.rules import LeakFound
from fieldwork.sampling.models import ExpertStatus
from fieldwork.sampling.rules import StatusRefused

Node = TypeVar("Node", bound=ast.AST)

TRANSLATED = ("ru", "kk")
KEPT = {"VTT", "SRT", "DOCX", "HTML", "JSON"}  # the same in every language

PASSING_ON = {
    "check_texts": (1, "what"),
    "_refuse_twice": (0, "kind"),
    "_refuse_taken": (2, "kind"),
    "_next_position": (3, "kind"),
    "_unique": (0, "kind"),
}
"""Functions that are given a word which ends in a message: which argument, and the placeholder it fills."""

SAYING_PLACES = ("report/content_checks.py", "report/sections.py")  # in tuples: place, kind of thing it refers to, …

ENUMERATIONS = [
    *(("scope", word) for word in Scope),
    *(("state", word) for word in JobState),
    *(("what", word) for word in Part),
    *((name, word) for name in ("status", "wanted", "possible") for word in ExpertStatus),
    *((name, word) for name in ("role", "first", "second") for word in ParadigmRole),
    *(("leak", word) for word in ("name", "contact", "employer", "organisation", "address")),
    ("where", "the whole file"),
    ("key", "arts (which has no role)"),
    ("attributes", "band"),
]


class Key(StrEnum):
    RU = "ru"
    KK = "kk"


class Shape(BaseModel):
    ru: str


MISREAD: list[tuple[Any, object, str]] = [
    (int, "x", "нужно целое число"),
    (int, None, "нужно целое число"),
    (PositiveInt, 0, "нужно число больше 0"),
    (str, 1, "нужен текст; число или дату возьмите в кавычки"),
    (bool, "x", "нужно true или false"),
    (bool, None, "нужно true или false"),
    (date, "21.03.2025", "нужна дата вида 2025-03-21, которая есть в календаре"),
    (date, True, "нужна дата вида 2025-03-21"),
    (date, "2025-03-21T10:00", "нужна дата без времени, вида 2025-03-21"),
    (ClockTime, "25:00", 'нужно время вида "11:00"'),
    (ClockTime, 660, 'время пишут в кавычках: "11:00"'),
    (list[str], "x", "нужен список"),
    (tuple[str, ...], "x", "нужен список"),
    (Annotated[tuple[str, ...], Field(min_length=1)], (), "в списке должно быть не меньше 1, а в нём 0"),
    (tuple[str, str], ["a", "b", "c"], "в списке должно быть не больше 2, а в нём 3"),
    (dict[str, str], [], "нужны пары «ключ: значение»"),
    (Shape, "x", "нужны пары «ключ: значение»"),
    (Literal["any"], "x", "здесь может стоять только «any»"),
    (Key, "x", "здесь может стоять 'ru' или 'kk'"),
]
"""What a file holds where something else is wanted, and what its author is told."""


@cache
def source() -> list[tuple[str, ast.AST]]:
    """Every node of the source with its module; read and not imported: a study of words need not wait for torch."""
    root = Path(fieldwork.__path__[0])
    paths = {path.relative_to(root).as_posix(): path for path in root.rglob("*.py")}
    return [(name, node) for name, path in paths.items() for node in ast.walk(ast.parse(path.read_text("utf-8")))]


def nodes(kind: type[Node]) -> Iterator[tuple[str, Node]]:
    """Every node of that kind, with its module."""
    return ((name, node) for name, node in source() if isinstance(node, kind))


@cache
def refusals() -> frozenset[str]:
    """The names of ``Refusal`` and all that descend from it."""
    bases: dict[str, set[str]] = {}  # rooms may use one name for different things
    for _, node in nodes(ast.ClassDef):
        bases.setdefault(node.name, set()).update(ast.unparse(base) for base in node.bases)
    found = {"Refusal"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return frozenset(found)


@cache
def messages() -> frozenset[str]:
    """The message of every refusal: English, and a string that can be read off the source."""
    found: set[str] = set()
    for module, node in nodes(ast.ClassDef):
        for line in node.body if node.name in refusals() else ():
            if re.match(r"(message|on_pages)\b[^=]*=", ast.unparse(line)):
                value = getattr(line, "value", None)
                assert isinstance(value, ast.Constant), f"{module}: the message of {node.name} is put together"
                found.add(str(value.value))
    return frozenset(found - {""})


def entries(language: str) -> list[Message]:
    return [entry for entry in catalogue(language) if entry.id]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def written(node: ast.expr | None) -> str | None:
    """A string of the source, with a 7 for every value inside it; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join("7" if isinstance(part, ast.FormattedValue) else written(part) or "" for part in node.values)
    return None


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def passed_words(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """The placeholders that a call fills, with what it fills them with."""
    name = called(call)
    if re.fullmatch(r"work\.get\([A-Z]\w+, .*", ast.unparse(call)):  # it names the class that has no such row
        yield "kind", ast.Constant(ast.unparse(call.args[0]))
    if name in refusals():
        yield from ((keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg)
    if name in PASSING_ON:
        position, placeholder = PASSING_ON[name]
        yield placeholder, call.args[position]


@cache
def words_of_the_code() -> frozenset[tuple[str, str]]:
    """Placeholder and word, wherever the source fills the one with the other."""
    filled = [fill for _, call in nodes(ast.Call) for fill in passed_words(call)]
    for path, node in nodes(ast.Tuple):
        if path in SAYING_PLACES and isinstance(node.ctx, ast.Load):
            filled += zip(("place", "kind"), node.elts[: max(1, len(node.elts) - 1)], strict=False)
    contexts = {entry.context for entry in entries("ru")}
    words = {(name, written(value)) for name, value in filled if _CONTEXTS.get(name, name) in contexts}
    return frozenset((name, word) for name, word in words if word is not None)


def misread(wanted: Any, value: object) -> str:
    with pytest.raises(ValidationError) as failure:
        TypeAdapter(wanted).validate_python(value)
    return failure.value.errors()[0]["msg"].removeprefix("Value error, ")


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_refusal_is_translated(language: str) -> None:
    assert sorted(one for one in messages() if translate(one, language) == one) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_their_placeholders(language: str) -> None:
    kept = {str(entry.id): placeholders(str(entry.string)) for entry in entries(language) if not entry.context}
    assert {one: found for one, found in kept.items() if found != placeholders(one)} == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_translated_that_nobody_says(language: str) -> None:
    assert (
        sorted(str(entry.id) for entry in entries(language) if not entry.context and entry.id not in messages()) == []
    )


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_word_of_the_code_is_translated(language: str) -> None:
    words = {*words_of_the_code(), *((name, str(word)) for name, word in ENUMERATIONS)}
    untold = [(name, word) for name, word in words if translate_value(name, word, language) == word]
    assert sorted(word for name, word in untold if word not in KEPT) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_words_use_no_placeholder_they_do_not_have(language: str) -> None:
    differing = [
        str(entry.id)
        for entry in entries(language)
        if entry.context and not placeholders(str(entry.string)) <= placeholders(str(entry.id))
    ]
    assert differing == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_word_is_translated_that_the_code_does_not_have(language: str) -> None:
    said = {node.value for _, node in nodes(ast.Constant)} | {node.name for _, node in nodes(ast.ClassDef)}
    running = "\0".join(word for word in said if isinstance(word, str))
    stale = [
        str(entry.id)
        for entry in entries(language)
        if entry.context not in {None, "reason"}
        and not all(fixed in running for fixed, *_ in string.Formatter().parse(str(entry.id)))
    ]
    assert stale == []


def test_functions_that_pass_words_on_are_known_by_their_names() -> None:
    assert set(PASSING_ON) - {called(node) for _, node in nodes(ast.Call)} == set()
    assert set(SAYING_PLACES) - {module for module, _ in source()} == set()


@pytest.mark.parametrize(("wanted", "value", "told"), MISREAD)
def test_what_pydantic_finds_wrong_is_told_in_plain_words(wanted: Any, value: object, told: str) -> None:
    assert translate_value("reason", misread(wanted, value), "ru") == told


def test_every_translated_reason_is_one_that_pydantic_gives() -> None:
    reasons = [misread(wanted, value) for wanted, value, _ in MISREAD]
    known = [str(entry.id) for entry in entries("ru") if entry.context == "reason"]
    assert [one for one in known if not any(_pattern(one).fullmatch(reason) for reason in reasons)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalogues_are_in_order(language: str) -> None:
    order = [(entry.context or "", str(entry.id)) for entry in entries(language)]
    assert order == sorted(order)


def test_both_catalogues_hold_the_same() -> None:
    russian, kazakh = ({(entry.context, entry.id) for entry in entries(language)} for language in TRANSLATED)
    assert russian == kazakh


def test_a_refusal_is_told_in_the_persons_language() -> None:
    refusal = NotFound(kind="study", name="x")
    assert tell(refusal, "en") == "There is no study called x."
    assert tell(refusal, "ru") == "Не найдено: исследование x."
    assert tell(refusal, "kk") == "Табылмады: зерттеу x."


def test_several_words_are_told_one_by_one() -> None:
    refusal = StatusRefused(expert="E03", status="candidate", wanted="agreed", possible="invited, declined")
    assert tell(refusal, "ru") == (
        "Эксперт E03 сейчас в статусе «кандидат», сразу в статус «согласен на интервью» перевести нельзя. "
        "Сейчас можно: приглашён, отказ."
    )


def test_a_word_with_others_inside_is_told_whole() -> None:
    refusal = LeakFound(places="quotation of E03 in category S1 (employer of E05); code № 12 (name of E03)")
    assert tell(refusal, "ru") == (
        "По отчёту можно было бы кого-то узнать, поэтому он не записан. Места: цитата эксперта E03 в категории S1 "
        "(место работы: E05); код № 12 (имя: E03). Обезличьте или перефразируйте их и повторите."
    )


def test_values_of_an_enumeration_are_told_and_keys_stay() -> None:
    refusal = CoreTwice(core="finance", first=ParadigmRole.CONTEXT, second=ParadigmRole.CONSEQUENCES)
    assert tell(refusal, "kk") == (
        "finance негізгі санатының екі рөлі бар, «контекст» және «салдарлар»: деректер растайтынын қалдырыңыз."
    )


def test_values_that_are_no_words_stay() -> None:
    assert tell(NotUpgraded(data=Path("studies")), "ru") == (
        "База данных в studies не обновлена. Выполните: fieldwork upgrade"
    )


@pytest.mark.parametrize("language", ["de", "", "RU", "../ru"])
def test_an_unknown_language_falls_back_to_english(language: str) -> None:
    assert tell(NotFound(kind="study", name="x"), language) == "There is no study called x."


def test_a_message_without_translation_stays_english() -> None:
    class Untold(BadInput):
        message = "Nobody has translated {this}."

    assert tell(Untold(this="study"), "ru") == "Nobody has translated study."
