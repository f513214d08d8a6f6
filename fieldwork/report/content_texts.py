"""Every string of a report's content: what a leak check has to read before anything is drawn. Pure."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any


def texts_of(content: Any) -> Iterator[str]:
    """Every string in a record of ``content.py``, in the order of its fields."""
    if isinstance(content, str):
        yield str(content)
    elif isinstance(content, tuple):
        for item in content:
            yield from texts_of(item)
    elif is_dataclass(content):
        for field in fields(content):
            yield from texts_of(getattr(content, field.name))
