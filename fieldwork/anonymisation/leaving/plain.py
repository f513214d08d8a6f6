"""Plain texts: their encoding, their lines, and what is written in them by escapes (JSON, entities, per cent)."""

import html
import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import yaml

from fieldwork.anonymisation.leaving.parts import Part, Step, marked, numbered

_PER_CENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ENTITY = re.compile(r"&(?:#\w+|\w+);")
_RUN = re.compile(r"[^\x00-\x1f\x7f-\x9f\ufffd]{4,}")
_RUN_UTF16 = re.compile(rb"(?:(?:[\x20-\x7e]\x00|[\x00-\xff]\x04)){4,}")
_SAMPLE = 4096
_FEW = 0.02  # of control characters a text may hold
_MOST = 0.8  # of every second byte: the upper halves of Latin and Cyrillic letters in UTF-16
_HIGH = (0, 4)

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", ""), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decoded(data: bytes) -> str | None:
    """The text in UTF-8, UTF-16 or Windows' Cyrillic; None where the bytes are no text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _tried(data, encoding) if encoding else None
    for start, encoding in ((0, "utf-16-be"), (1, "utf-16-le")):
        high = data[start:_SAMPLE:2]
        if high and not len(data) % 2 and sum(map(high.count, _HIGH)) > _MOST * len(high):
            return _tried(data, encoding)
    text = _tried(data, "utf-8")
    return text if text is not None else _tried(data, "cp1251")


def _tried(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    strange = sum(unicodedata.category(sign) in {"Cc", "Cn"} and sign not in "\t\n\r\f\v\x1e\x1f" for sign in text)
    return text if strange <= _FEW * len(text) else None


def lines(text: str, place: tuple[Step, ...]) -> Iterator[Part]:
    """A text line by line, and what its lines say once entities and per cent signs are read."""
    rows = text.splitlines()
    yield numbered("line", rows, place)
    if _PER_CENT.search(text) or _ENTITY.search(text):
        plain = ((number, row, unescaped(row)) for number, row in enumerate(rows, start=1))
        yield marked(((Step("line", str(number)), new) for number, row, new in plain if new != row), place)


def unescaped(text: str) -> str:
    """What a text says once its entities and per cent signs are read."""
    return unquote(html.unescape(text), errors="ignore") if _PER_CENT.search(text) else html.unescape(text)


def json_texts(text: str, place: tuple[Step, ...]) -> Iterator[Part]:
    """Names and values of a JSON document, or of one per line; else it is read as lines."""
    try:
        documents = [(place, json.loads(text))]
    except (ValueError, RecursionError):
        try:
            documents = [
                ((*place, Step("line", str(number))), json.loads(row))
                for number, row in enumerate(text.splitlines(), start=1)
                if row.strip()
            ]
        except (ValueError, RecursionError):
            yield from lines(text, place)
            return
    for where, document in documents:
        yield marked(_walked(document, ""), where)


def _walked(value: Any, path: str) -> Iterator[tuple[Step, str]]:
    """Each string and number with the path to it; deep structures without recursion."""
    waiting = [(path, value)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            for key, inner in reversed(value.items()):
                deeper = f"{path}.{key}" if path else str(key)
                waiting.append((deeper, inner))
                yield Step("key", deeper), str(key)
        elif isinstance(value, list):
            waiting += [(f"{path}[{number}]", inner) for number, inner in reversed([*enumerate(value)])]
        elif value is not None and not isinstance(value, bool):
            yield Step("key", path), unescaped(str(value))


def yaml_texts(text: str, place: tuple[Step, ...]) -> Iterator[Part]:
    """A YAML document line by line, and its values as they are meant (escapes); aliases are not followed."""
    yield from lines(text, place)
    if "\\" in text:
        try:
            events = [event for event in yaml.parse(text, yaml.SafeLoader) if isinstance(event, yaml.ScalarEvent)]
        except (yaml.YAMLError, RecursionError):
            return
        yield marked(((Step("line", _line_of(one)), unescaped(one.value)) for one in events), place)


def _line_of(event: yaml.ScalarEvent) -> str:
    return str(event.start_mark.line + 1) if event.start_mark else ""


def strings_of(data: bytes, place: tuple[Step, ...]) -> Iterator[Part]:
    """The readable runs of bytes of no known format, in every usual encoding."""
    runs = [match[0].decode("utf-16-le", "replace") for match in _RUN_UTF16.finditer(data)]
    runs += [match[0].decode("utf-16-le", "replace") for match in _RUN_UTF16.finditer(data[1:])]
    for encoding in ("utf-8", "cp1251"):
        runs += _RUN.findall(data.decode(encoding, "replace"))
    yield Part(place, "\n".join(dict.fromkeys(runs)), doubtful=False)
