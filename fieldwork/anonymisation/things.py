"""Organisations, places, streets and contacts: one key for every form."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fieldwork.anonymisation.detectors.known import Known, phone_key
from fieldwork.anonymisation.detectors.organisations import head_forms
from fieldwork.anonymisation.letters import plain
from fieldwork.anonymisation.likeness import anchors, same_name
from fieldwork.anonymisation.mention import (
    ADDRESS,
    DATE,
    EMAIL,
    HANDLE,
    ID,
    LOC,
    ORG,
    PHONE,
    POSITION,
    URL,
    Document,
    Mention,
)

STEMS = {
    ORG: "organisation", LOC: "place", ADDRESS: "address", PHONE: "phone", EMAIL: "email", URL: "url",
    HANDLE: "handle", ID: "number", DATE: "date", POSITION: "position",
}  # fmt: skip
_WORDS = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_NUMBERED = re.compile(_WORDS.pattern + r"|\d+")
_TYPES = ("улиц", "просп", "переул", "бульвар", "шоссе", "набереж", "площад", "микрорайон", "даңғыл", "кошес")
_SPOKEN = ((r"\s*,?\s*\b(?:собака|собачка)\b\s*,?\s*", "@"), (r"\s*,?\s*\bточка\b\s*,?\s*", "."))


@dataclass(eq=False, slots=True)
class Thing:
    """An organisation, a place, a street: its words as keys."""

    key: str
    label: str
    words: tuple[str, ...]
    forms: dict[str, None] = field(default_factory=dict)


class ThingLinker:
    """Keys for everything but people. Contacts are one thing when they are spelt alike; names when their words are."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.filed: dict[tuple[str, str], list[Thing]] = {}
        self.exact: dict[tuple[str, str], str] = {}
        self.things: list[Thing] = []
        self.counts: dict[str, int] = {}

    def remember(self, key: str, label: str, forms: Sequence[str]) -> None:
        """Take an entity of earlier texts back."""
        stem, _, number = key.rpartition("-")
        if number.isdigit():
            self.counts[stem] = max(self.counts.get(stem, 0), int(number))
        if not forms:
            return
        thing = Thing(key, label, self._words(forms[0], label), dict.fromkeys(forms))
        self._file(thing)
        for form in forms:
            self.exact[label, self._spelling(form, label)] = key

    def entities(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """Everything linked so far."""
        return [(thing.key, thing.label, tuple(thing.forms)) for thing in self.things]

    def link(self, mention: Mention) -> Mention:
        """The mention with its entity."""
        label = mention.label
        if label == ORG:
            employer = self._employer(mention.text)
            if employer:
                return replace(mention, entity=employer)
        spelling = self._spelling(mention.text, label)
        contact = {PHONE: self.known.phones, EMAIL: self.known.emails, HANDLE: self.known.handles}.get(label, {})
        key = contact.get(spelling) or self.exact.get((label, spelling))
        if key is None and label in {ORG, LOC, ADDRESS}:
            key = self._alike(mention)
        if key is None:
            key = self._new(mention)
        self.exact[label, spelling] = key
        return replace(mention, entity=key)

    def _employer(self, text: str) -> str | None:
        document = Document("«" + text + "»")
        hits = [hit for hit in self.known.employers.find(document) if hit.start == 1 and hit.marked]
        if not hits:
            headless = [w for w in document.words if w.key not in head_forms()]
            hits = [
                h for h in self.known.employers.find(document) if headless and h.start == headless[0].start and h.marked
            ]
        return hits[0].phrase.entity if hits else None

    def _alike(self, mention: Mention) -> str | None:
        words = self._words(mention.text, mention.label)
        if not words:
            return None
        for anchor in anchors(words[0]):
            for thing in self.filed.get((mention.label, anchor), ()):
                if len(thing.words) == len(words) and all(map(self._same, thing.words, words)):
                    thing.forms[mention.text] = None
                    return thing.key
        return None

    @staticmethod
    def _same(left: str, right: str) -> bool:
        if left.isdigit() or right.isdigit():
            return left == right
        return same_name(left, right)

    def _new(self, mention: Mention) -> str:
        stem = STEMS[mention.label]
        self.counts[stem] = self.counts.get(stem, 0) + 1
        key = f"{stem}-{self.counts[stem]}"
        words = self._words(mention.text, mention.label)
        self._file(Thing(key, mention.label, words, {mention.text: None}))
        return key

    def _file(self, thing: Thing) -> None:
        self.things.append(thing)
        for anchor in anchors(thing.words[0]) if thing.words else ():
            self.filed.setdefault((thing.label, anchor), []).append(thing)

    @staticmethod
    def _words(text: str, label: str) -> tuple[str, ...]:
        """The words that name: without type words of streets and head nouns of organisations, without houses."""
        pattern = _NUMBERED if label == LOC else _WORDS  # «Самал-1» and «Самал-2» are two places
        keys = [(plain(word), word[0].isupper()) for word in pattern.findall(text)]
        if label == ADDRESS:
            return tuple(key for key, capital in keys if capital and not key.startswith(_TYPES)) or tuple(
                key for key, _ in keys
            )
        if label == ORG and len(keys) > 1:
            named = tuple(key for key, _ in keys if key not in head_forms())
            return named or tuple(key for key, _ in keys)
        return tuple(key for key, _ in keys)

    @staticmethod
    def _spelling(text: str, label: str) -> str:
        if label == PHONE:
            return phone_key(text)
        spelling = text.strip().lower().lstrip("@" if label == HANDLE else "")
        if label == EMAIL and "@" not in spelling:
            for pattern, sign in _SPOKEN:
                spelling = re.sub(pattern, sign, spelling)
        if label == ID:
            return re.sub(r"\W", "", spelling)
        return spelling
