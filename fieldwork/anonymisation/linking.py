"""Mentions to entities: one key for every form of a person over a study; doubt is flagged, never merged."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from fieldwork.anonymisation.detectors.known import Known
from fieldwork.anonymisation.identities import DERIVED, EXACT, HEARD, LATIN, SHORT, USUAL, Hit
from fieldwork.anonymisation.letters import plain
from fieldwork.anonymisation.lexicon import GIVEN, HONORIFICS, SURNAME
from fieldwork.anonymisation.likeness import (
    ReadName,
    agrees,
    anchors,
    may_be_made_of,
    read_name,
    same_given,
    same_name,
    same_patronymic,
    sex_of_name,
    turkic_base,
    without_honorific,
)
from fieldwork.anonymisation.mention import PER, Mention
from fieldwork.anonymisation.things import ThingLinker

_WORDS = re.compile(r"[^\W\d_]+(?:[-‐‑'’ʼ][^\W\d_]+)*")
_INITIAL = re.compile(r"(?<!\w)([^\W\d_])\.")


_GIVEN_NAME, _EVERYDAY, _SURNAME, _MADE = 4, 3, 2, 1


@dataclass(eq=False, slots=True)
class Person:
    """A person of the study as far as the texts have shown them."""

    key: str = ""
    given: str = ""
    patronymic: str = ""
    surname: str = ""
    single: str = ""
    document: int = -1
    places: list[int] = field(default_factory=list)
    forms: dict[str, None] = field(default_factory=dict)

    @property
    def sex(self) -> str | None:
        """``m`` or ``f`` where the parts of the name tell."""
        return sex_of_name(self.given or self.single, self.patronymic, self.surname)

    def distance(self, n: int) -> tuple[bool, int]:
        """How far mention number ``n`` is from the nearest one before it, or else behind it."""
        before = [n - place for place in self.places if place <= n]
        return (False, min(before)) if before else (True, min((place - n for place in self.places), default=0))

    def take(self, name: ReadName) -> None:
        """Fill the slots that are still empty."""
        self.given = self.given or name.given
        self.patronymic = self.patronymic or name.patronymic
        self.surname = self.surname or name.surname
        self.single = self.single or name.single


def fit(person: Person, name: ReadName) -> int:
    """Number of parts that agree; -1 where a part contradicts."""
    agreed = 0
    for mine, theirs, same in (
        (person.given, name.given, same_given),
        (person.patronymic, name.patronymic, same_patronymic),
        (person.surname, name.surname, same_name),
    ):
        if mine and theirs:
            if not same(mine, theirs):
                return -1
            agreed += 1
    if name.initials and person.given and plain(name.initials[0]) != person.given[0]:
        return -1
    if person.single and not agreed:
        slots = (name.given, name.surname)
        agreed += any(slot and (same_given if slot == name.given else same_name)(person.single, slot) for slot in slots)
    return agreed


def fit_single(person: Person, word: str) -> int:
    """How well one word may name this person: given name 4, everyday form 3, surname 2, a form one might make 1."""
    for own in (person.given, person.single):
        if own and same_name(own, word):
            return _GIVEN_NAME
        if own and same_given(own, word):
            return _EVERYDAY
    if person.surname and same_name(person.surname, word) and agrees(person.sex, word, person.surname):
        return _SURNAME
    own = person.given or person.single
    return _MADE if own and may_be_made_of(own, word) else 0


class Linker:
    """Gives every mention its entity. State grows document by document, so that a study keeps its keys.

    Args:
        known: the study's contact records, indexed.
        earlier: entities of texts linked before, as (key, label, forms); their keys are kept.
    """

    def __init__(self, known: Known, earlier: Iterable[tuple[str, str, Sequence[str]]] = ()) -> None:
        self.known = known
        self.codes = [identity.code for identity in known.identities]
        self.people: list[Person] = []
        self.filed: dict[str, list[Person]] = {}
        self.things = ThingLinker(known)
        self.document = 0
        self.persons = 0
        self.known_seen: dict[int, int] = {}
        for key, label, forms in earlier:
            self._remember(key, label, forms)

    def _remember(self, key: str, label: str, forms: Sequence[str]) -> None:
        if label != PER:
            self.things.remember(key, label, forms)
            return
        number = re.fullmatch(r"person-(\d+)", key)
        self.persons = max(self.persons, int(number[1]) if number else 0)
        person = Person(key=key)
        for form in forms:
            person.take(self._read(form)[0])
            person.forms[form] = None
            self._file(person, self._read(form)[1])
        self.people.append(person)

    def entities(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """Everything linked so far as (key, label, forms): what ``earlier`` takes back."""
        found = [(person.key, PER, tuple(person.forms)) for person in self.people if person.key]
        return found + self.things.entities()

    def link(self, mentions: Sequence[Mention], about: Iterable[str] = ()) -> list[Mention]:
        """Entities for the mentions of one document (an interview, or one text), in order of appearance.

        Args:
            mentions: with places in one common text, sorted.
            about: codes of the known people who take part: their first names need no further proof.

        Returns:
            The same mentions with ``entity`` filled; ``certain`` falls where the link is a guess.
        """
        self.document += 1
        self.known_seen = {self.codes.index(code): -1 for code in about if code in self.codes}
        linked: list[Mention | None] = [None] * len(mentions)
        people: dict[int, Person] = {}
        read = {n: self._read(m.text) for n, m in enumerate(mentions) if m.label == PER}
        # Whole names first: a bare given name may stand before the only place that says whose it is.
        for n in sorted(read, key=lambda n: (read[n][0].slots <= 1, n)):
            name, keys = read[n]
            person, code, certain = self._resolve(name, keys, n)
            if code is not None:
                self.known_seen[code] = max(n, self.known_seen.get(code, -1))
                linked[n] = replace(mentions[n], entity=self.codes[code], certain=certain)
            else:
                people[n] = person
                linked[n] = replace(mentions[n], certain=mentions[n].certain and certain)
        return [self._finish(mention, linked[n], people.get(n)) for n, mention in enumerate(mentions)]

    def _finish(self, mention: Mention, linked: Mention | None, person: Person | None) -> Mention:
        """Keys are handed out in order of appearance, so that numbers run as a reader meets them."""
        if person is not None and linked is not None:
            if not person.key:
                self.persons += 1
                person.key = f"person-{self.persons}"
            person.forms[mention.text] = None
            return replace(linked, entity=person.key)
        return linked if linked is not None else self.things.link(mention)

    def _read(self, text: str) -> tuple[ReadName, list[str]]:
        initials = "".join(_INITIAL.findall(text))
        words = [plain(word) for word in _WORDS.findall(text) if len(word) > 1]
        keys = [turkic_base(without_honorific(key)) for key in words if key not in HONORIFICS or len(words) == 1]
        return read_name(keys, initials), keys

    def _file(self, person: Person, keys: Iterable[str]) -> None:
        for key in keys:
            for anchor in anchors(key):
                group = self.filed.setdefault(anchor, [])
                if person not in group:
                    group.append(person)

    def _near(self, keys: Iterable[str]) -> list[Person]:
        """People filed under any form of the words."""
        found: dict[int, Person] = {}
        for key in keys:
            for anchor in anchors(key):
                found.update({id(person): person for person in self.filed.get(anchor, ())})
        return list(found.values())

    def _resolve(self, name: ReadName, keys: list[str], n: int) -> tuple[Person, int | None, bool]:
        """The person of a mention: a known identity (by number), somebody met before, or somebody new."""
        whose = self._whose(name, keys)
        here = [person for person in self._near(keys) if person.document == self.document]
        if name.slots > 1:
            sure = [i for i, (parts, _) in whose.items() if len(parts) > 1 or (name.initials and SURNAME in parts)]
            if len(sure) == 1:
                return Person(), sure[0], whose[sure[0]][1] != HEARD
            return self._full(name, keys, here, n), None, not sure
        scored = {id(p): max((fit_single(p, key) for key in keys), default=0) for p in here}
        told = {i: self._strength(*whose[i]) for i in whose if i in self.known_seen}
        best = max([1, *scored.values(), *told.values()])
        candidates = [person for person in here if scored[id(person)] == best]
        seen = [i for i, strength in told.items() if strength == best]
        if len(candidates) + len(seen) == 1:
            if seen:
                # Two experts with one surname: the one at hand is likelier, and a person decides.
                strong = len(whose) == 1 and whose[seen[0]][1] in {EXACT, LATIN}
                return Person(), seen[0], strong
            return self._again(candidates[0], name, keys, n), None, not whose
        if candidates or seen:
            return self._nearest(candidates, seen, name, keys, n)
        return self._alone(name, keys, whose, n)

    @staticmethod
    def _strength(parts: set[str], how: str) -> int:
        if how in {DERIVED, HEARD}:
            return _MADE
        return _SURNAME if SURNAME in parts else _EVERYDAY if how == USUAL else _GIVEN_NAME

    def _nearest(
        self, candidates: list[Person], seen: list[int], name: ReadName, keys: list[str], n: int
    ) -> tuple[Person, int | None, bool]:
        """Several of this document fit: the one named last, and a person decides."""
        if len(seen) > 1 and not candidates:
            return self._new(name, keys, n), None, False
        latest = min(candidates, key=lambda p: p.distance(n), default=None)
        code = max(seen, key=lambda i: self.known_seen[i], default=None)
        if code is not None and (latest is None or (False, n - self.known_seen[code]) < latest.distance(n)):
            return Person(), code, False
        if latest is None:
            return self._new(name, keys, n), None, False
        return self._again(latest, name, keys, n), None, False

    def _alone(
        self, name: ReadName, keys: list[str], whose: dict[int, tuple[set[str], str]], n: int
    ) -> tuple[Person, int | None, bool]:
        """Nobody of this document fits: a known identity if there is exactly one, else somebody new."""
        if len(whose) == 1:
            ((code, (parts, how)),) = whose.items()
            return Person(), code, SURNAME in parts and how in {EXACT, LATIN}
        return self._new(name, keys, n), None, not whose

    def _full(self, name: ReadName, keys: list[str], here: list[Person], n: int) -> Person:
        scored = [(fit(person, name), person) for person in self._near(keys)]
        best = [person for score, person in scored if score > 1 or (score == 1 and person.document == self.document)]
        if not best:
            return self._new(name, keys, n)
        top = min(best, key=lambda p: (-fit(p, name), p not in here, p.distance(n)))
        if fit(top, name) == 1 and sum(fit(p, name) == 1 for p in best) > 1:
            return self._new(name, keys, n)
        return self._again(top, name, keys, n)

    def _again(self, person: Person, name: ReadName, keys: list[str], n: int) -> Person:
        person.take(name)
        if person.document != self.document:
            person.document, person.places = self.document, []
        person.places.append(n)
        self._file(person, keys)
        return person

    def _new(self, name: ReadName, keys: list[str], n: int) -> Person:
        person = Person()
        self.people.append(person)
        return self._again(person, name, keys, n)

    def _whose(self, name: ReadName, keys: list[str]) -> dict[int, tuple[set[str], str]]:
        """Known identities that every word of the mention fits: their parts and how they were recognised."""
        found: dict[int, tuple[set[str], str]] = {}
        per_word = [self._hits(key) for key in keys]
        if not per_word or not all(per_word):
            joined = self.known.index.look_up("".join(keys), latin=False) if len(keys) == 2 else ()  # noqa: PLR2004
            return {hit.identity: ({hit.part}, HEARD) for hit in joined}
        for identity in set.intersection(*({hit.identity for hit in hits} for hits in per_word)):
            chosen = [next(hit for hit in hits if hit.identity == identity) for hits in per_word]
            given = self.known.parts[identity].given
            if name.initials and given and plain(name.initials[0]) != given[0]:
                continue
            parts = {GIVEN if hit.part == SHORT else hit.part for hit in chosen}
            if len(parts) == len(chosen):
                found[identity] = (parts, self._worst(chosen))
        # A name of the record beats one that speakers might derive from another record's.
        for sure in ({EXACT, LATIN}, {USUAL}):
            recorded = {i: fit for i, fit in found.items() if fit[1] in sure}
            if recorded:
                return recorded
        return found

    def _hits(self, key: str) -> tuple[Hit, ...]:
        return self.known.hits_of(key, capital=True)

    @staticmethod
    def _worst(hits: Sequence[Hit]) -> str:
        return max((hit.how for hit in hits), key=(EXACT, LATIN, USUAL, DERIVED, HEARD).index)
