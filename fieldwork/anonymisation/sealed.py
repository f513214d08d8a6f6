"""Sealed names as the leak check takes them, and what they may look like elsewhere."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.anonymisation.letters import plain, skeleton
from fieldwork.anonymisation.lexicon import bases, facts

_NAME_WORD = re.compile(r"[^\W\d_]{2,}(?:[-'’][^\W\d_]+)*")
_SHORT_WORD = 3


@dataclass(frozen=True, slots=True, repr=False)
class SealedName:
    """An entity whose name is sealed: a third person, an organisation, a street, a contact.

    Attributes:
        entity: its key.
        label: one of the mention labels.
        forms: the originals that stood in the texts.
    """

    entity: str
    label: str
    forms: tuple[str, ...]

    def __repr__(self) -> str:
        """The key only."""
        return f"SealedName({self.entity})"


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """Everything that must not leave a study in clear, and what may although it looks like it.

    Attributes:
        known: contact records: experts, those who declined, the team.
        sealed: whoever and whatever was replaced in its transcripts, and the terms it wants replaced.
        signed: names of the team as its members sign: these stand on title pages.
        exceptions: words that the study lets alone; a known person's name is none.
    """

    known: tuple[KnownIdentity, ...] = ()
    sealed: tuple[SealedName, ...] = ()
    signed: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Counts only."""
        return f"Secrets({len(self.known)} known, {len(self.sealed)} sealed)"

    def packed(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)

    @classmethod
    def unpacked(cls, told: Mapping[str, Any]) -> "Secrets":
        """What ``packed`` gave, after its way through JSON."""
        lists = ("short_names", "employer_aliases")
        return cls(
            tuple(KnownIdentity(**(one | {name: tuple(one[name]) for name in lists})) for one in told["known"]),
            tuple(SealedName(one["entity"], one["label"], tuple(one["forms"])) for one in told["sealed"]),
            tuple(told["signed"]),
            tuple(told["exceptions"]),
        )


def nominative_variants(form: str) -> list[str]:
    """A name as it stood, and as it may stand in the nominative: sealed forms come in any case."""
    options = []
    for word in _NAME_WORD.findall(form):
        key = plain(word)
        known = facts(key)
        ends = {base for base in bases(key) if 0 < len(key) - len(base) < _SHORT_WORD and len(base) >= _SHORT_WORD}
        more = known.lemmas if known.tags else known.lemmas | ends | {base + vowel for base in ends for vowel in "ая"}
        options.append([key, *sorted(w for w in more - {key} if known.common or not facts(w).common)])
    longest = max(map(len, options), default=0)
    return [" ".join(words[min(n, len(words) - 1)] for words in options) for n in range(longest)]


def mailbox(address: str) -> list[str]:
    """The name and the host of an e-mail, written or said, as skeletons: «елена точка ким собака охра…»."""
    written = re.sub(r"\s*,?\s*\b(?:собака|собачка)\b\s*,?\s*", "@", address.lower())
    written = re.sub(r"\s*,?\s*\bточка\b\s*,?\s*", ".", written)
    local, _, domain = written.partition("@")
    return [skeleton(part) for part in [*re.split(r"[._\-\s]+", local), domain.split(".")[0]]]
