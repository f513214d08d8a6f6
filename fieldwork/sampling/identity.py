"""Who an expert is, as a value that cannot slip into a log."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, repr=False)
class Identity:
    """What is sealed for an expert: the name in its forms, the employer, the ways to reach the person."""

    full_name: str
    short_names: tuple[str, ...] = ()
    latin: str | None = None
    employer: str | None = None
    employer_aliases: tuple[str, ...] = ()
    position: str | None = None
    phone: str | None = None
    email: str | None = None
    handle: str | None = None

    def __repr__(self) -> str:
        """Nothing of the person: tracebacks and logs print values."""
        return "<Identity>"

    def as_json(self) -> str:
        """The form that is sealed."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Identity":
        """What ``as_json`` wrote; keys of later versions are passed over."""
        held: dict[str, Any] = json.loads(text)
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in held.items()
        }
        return cls(**{name: value for name, value in values.items() if name in known})
