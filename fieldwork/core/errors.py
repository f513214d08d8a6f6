"""Failures with names. The edge (command line, pages) translates them; nothing below knows a language."""

from typing import ClassVar


class Refusal(Exception):  # noqa: N818 - a refusal is an answer to a person, not an accident
    """A deed that cannot be done, with the reason and what to do about it.

    Subclasses set ``message``: an English sentence with ``{placeholders}``, which is the msgid of the catalogues in
    ``core/translations``. Keyword arguments fill the placeholders. Values must not hold names or transcript text
    unless the person who asked has just given them.
    """

    message: ClassVar[str] = "This cannot be done."
    on_pages: ClassVar[str] = ""
    """The same for pages, where ``message`` names a command; in the catalogues like ``message``."""

    def __init__(self, **values: object) -> None:
        super().__init__(self.message)
        self.values = values

    def __str__(self) -> str:
        """The English sentence, filled in: for logs and developers."""
        return self.message.format(**self.values)


class NotFound(Refusal):
    """Something named by the caller does not exist (or is not theirs to see)."""

    message = "There is no {kind} called {name}."


class BadInput(Refusal):
    """What was given cannot be read as what it should be."""


def refusal_called(name: str) -> type[Refusal] | None:
    """The refusal of that name among those whose modules are imported; None where there is none."""
    waiting = [Refusal]
    while waiting:
        kind = waiting.pop()
        if kind.__name__ == name:
            return kind
        waiting += kind.__subclasses__()
    return None
