"""What Whisper is told before it listens: the study's words, spelt as the study spells them.

Only the glossary, which the team wrote (``wording.told_words``); never what is sealed about an expert. The text is made
anew for each job, and neither kept nor logged.
"""

import base64
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import tiktoken

TOKENS = 200
"""Whisper takes 223 tokens of a prompt and drops the first ones of a longer; a margin for the blanks around."""
_FIRST = ("name", "place", "organisation", "kazakh", "jargon", "law")
"""Kinds in the order in which a model is likely to mishear them; common notions it knows come last."""
_PARTS = (
    r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""  # as whisper/tokenizer.py has it
)


class Term(Protocol):
    """A word of a glossary, with its spellings."""

    @property
    def term(self) -> str:
        """In Russian."""
        ...

    @property
    def kind(self) -> str:
        """What it is."""
        ...

    @property
    def kk(self) -> str | None:
        """In Kazakh, where it is spelt otherwise."""
        ...

    @property
    def en(self) -> str | None:
        """In English, likewise."""
        ...


@dataclass(frozen=True, repr=False)
class Fit:
    """The words that a prompt has room for, those that it has not, and the tokens that the first ones take."""

    taken: tuple[str, ...]
    left: tuple[str, ...]
    tokens: int


def fit(terms: Sequence[Term], language: str) -> Fit:
    """What of a glossary Whisper takes in an interview's language; a word too long leaves room for shorter ones."""
    ranks = {kind: rank for rank, kind in enumerate(_FIRST)}
    ordered = sorted(terms, key=lambda term: (ranks.get(term.kind, len(ranks)), term.term))
    taken: list[str] = []
    left: list[str] = []
    used = 0
    for word in dict.fromkeys(_spelt(term, language) for term in ordered):
        needed = _tokens(f" {word},")
        if used + needed > TOKENS:
            left.append(word)
            continue
        used += needed
        taken.append(word)
    return Fit(tuple(taken), tuple(left), used)


def prompt_of(terms: Sequence[Term], language: str) -> str | None:
    """The study's terms in a row, in the language of the interview, as many as Whisper takes; None without any."""
    taken = fit(terms, language).taken
    return ", ".join(taken) + "." if taken else None


def _spelt(term: Term, language: str) -> str:
    return {"kk": term.kk, "en": term.en}.get(language) or term.term


def _tokens(text: str) -> int:
    """How many of Whisper's tokens the text takes."""
    return len(_encoding().encode(text, disallowed_special=()))


@functools.cache
def _encoding() -> tiktoken.Encoding:
    """Whisper's table of tokens, read from its package without importing it, which would bring torch into pages."""
    found = find_spec("whisper")
    folder = Path(next(iter((found and found.submodule_search_locations) or ())))
    lines = (folder / "assets" / "multilingual.tiktoken").read_bytes().splitlines()
    ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines if line)}
    return tiktoken.Encoding("multilingual", pat_str=_PARTS, mergeable_ranks=ranks, special_tokens={})
