"""What Whisper is told before it listens: the study's words, spelt as the study spells them.

Only the glossary, which the team wrote; never what is sealed about an expert. The text is made anew for each job, and
neither kept nor logged.
"""

import warnings
from collections.abc import Sequence

from fieldwork.programme.models import GlossaryTerm

TOKENS = 200
"""Whisper takes 223 tokens of a prompt and drops the first ones of a longer; a margin for the blanks around."""
_FIRST = ("place", "organisation", "kazakh", "jargon", "law")
"""Kinds in the order in which a model is likely to mishear them; common notions it knows come last."""


def prompt_of(terms: Sequence[GlossaryTerm], language: str) -> str | None:
    """The study's terms in a row, in the language of the interview, as many as Whisper takes; None without any."""
    ranks = {kind: rank for rank, kind in enumerate(_FIRST)}
    ordered = sorted(terms, key=lambda term: (ranks.get(term.kind, len(ranks)), term.term))
    words = list(dict.fromkeys(_spelt(term, language) for term in ordered))
    taken: list[str] = []
    room = TOKENS
    for word in words:
        room -= _tokens(f" {word},")
        if room < 0:
            break
        taken.append(word)
    return ", ".join(taken) + "." if taken else None


def _spelt(term: GlossaryTerm, language: str) -> str:
    return {"kk": term.kk, "en": term.en}.get(language) or term.term


def _tokens(text: str) -> int:
    """How many of Whisper's tokens the text takes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numba and tiktoken deprecate among themselves, and leave a table open
        # Imported here: Whisper brings torch, which takes seconds.
        from whisper.tokenizer import get_encoding  # noqa: PLC0415

        return len(get_encoding(name="multilingual", num_languages=99).encode(text, disallowed_special=()))
