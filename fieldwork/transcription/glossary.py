"""The words of a study's glossary: what one may be, what was pasted, and whether it names an expert."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fieldwork.core.errors import BadInput, Refusal
from fieldwork.transcription.finding import require_replacement
from fieldwork.transcription.making_models import WordKind

LONGEST = 80
MOST = 500
_ENDINGS = frozenset(
    (
        "",
        *("а", "я", "у", "ю", "е", "и", "ы", "о", "ой", "ою", "ей", "ею", "ом", "ем", "ём", "ым", "им", "ого", "его"),
        *("ому", "ему", "ых", "их", "ами", "ями", "ыми", "ими", "ах", "ях", "ам", "ям", "ов", "ев", "ая", "ую", "ый"),
        *("ий", "ь", "й", "ға", "ге", "қа", "ке", "ды", "ді", "ты", "ті", "ны", "ні", "ның", "нің", "дың", "дің"),
        *("тың", "тің", "мен", "бен", "пен", "нан", "нен", "дан", "ден", "тан", "тен"),
    )
)
_SHORTEST = 3


class WordMissing(BadInput):
    """Nothing was written."""

    message = "Write at least one word, each on a line of its own."


class WordTooLong(BadInput):
    """More than a term."""

    message = (
        "A word of the glossary has {longest} characters at most. Write names and terms, each on a line of its own."
    )


class WordThere(Refusal):
    """The glossary has it."""

    message = "This word is in the glossary already: change that one."


class GlossaryFull(Refusal):
    """More words than anybody would read through."""

    message = "A glossary has {most} words at most, and recognisers take about fifty. Remove some first."


class KindUnknown(BadInput):
    """Not a kind of words."""

    message = "There is no kind of words called {name}. Choose one of these: {known}."


class NamesAnExpert(Refusal):
    """A word that is an expert's name."""

    message = (
        "«{word}» is the name of an expert of this study, and recognisers are told no expert's name. "
        "Leave it out; the name is corrected in the transcript."
    )


@dataclass(frozen=True, repr=False)
class Word:
    """A word with its spellings: ``term`` in Russian, ``kk`` and ``en`` where they differ."""

    id: UUID
    term: str
    kind: str
    kk: str | None = None
    en: str | None = None

    def __repr__(self) -> str:
        """What kind; never which word."""
        return f"Word({self.kind})"

    def spelt(self) -> dict[str, Any]:
        """Its spellings by language, as they are sealed."""
        return {"ru": self.term, "kk": self.kk, "en": self.en}


def written(text: str) -> list[str]:
    """The words in a text that was typed or pasted: one a line, each once, without bullets and final commas.

    Raises:
        WordMissing: there are none.
        WordTooLong, ControlCharacters: one of them.
    """
    lines = (re.sub(r"^[\s•*–—-]+|[\s,;]+$", "", line.replace("\t", " ")) for line in text.splitlines())
    words = list(dict.fromkeys(" ".join(line.split()) for line in lines if line))
    if not words:
        raise WordMissing
    return [check_word(word) for word in words]


def check_word(word: str) -> str:
    """A word as it is kept: without blanks around it.

    Raises:
        WordMissing, WordTooLong, ControlCharacters: it cannot be one.
    """
    word = word.strip()
    if not word:
        raise WordMissing
    if len(word) > LONGEST:
        raise WordTooLong(longest=LONGEST)
    return require_replacement(word)


def check_kind(kind: str) -> WordKind:
    """The kind of that name.

    Raises:
        KindUnknown: there is none.
    """
    if kind not in set(WordKind):
        raise KindUnknown(name=kind, known=", ".join(WordKind))
    return WordKind(kind)


def require_room(count: int) -> None:
    """Refuse a glossary that nobody can read through.

    Raises:
        GlossaryFull: it would have more words than ``MOST``.
    """
    if count > MOST:
        raise GlossaryFull(most=MOST)


def parts_of_names(names: Iterable[str]) -> set[str]:
    """The single names in full names, in small letters; initials and particles are left out."""
    return {part for name in names for part in re.findall(r"\w+", name.casefold()) if len(part) >= _SHORTEST}


def named_in(spellings: Sequence[str | None], names: Collection[str]) -> bool:
    """Whether one of the words is one of the names (``parts_of_names``), in whatever case it stands.

    Only capitalised words can be names: «роза» is a flower. A case is an ending of Russian or Kazakh behind the same
    stem, so that «Алма» is not found in «Алматы».
    """
    tokens = [token for one in spellings if one for token in re.findall(r"\w+", one) if token[0].isupper()]
    return any(_same(token.casefold(), name) for token in tokens for name in names)


def _same(token: str, name: str) -> bool:
    if token == name:
        return True
    stem = name[:-1] if name[-1] in "аяйьоеуыиэ" and len(name) > _SHORTEST else name
    return token.startswith(stem) and token[len(stem) :] in _ENDINGS
