"""Known identities: what a study's contact records say, and the index that finds their forms in a text."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rapidfuzz import fuzz

from fieldwork.anonymisation.diminutives import everyday, listed
from fieldwork.anonymisation.letters import plain, skeleton, sound
from fieldwork.anonymisation.lexicon import GIVEN, PATRONYMIC, SURNAME, facts, word_list
from fieldwork.anonymisation.paradigms import forms, patronymic_variants, sex_of, short_forms

SHORT = "short"
EXACT, USUAL, DERIVED, LATIN, HEARD = "exact", "usual", "derived", "latin", "heard"
_ROUNDED = {"о", "у"}  # «Өтегенова» is written with either
_SOUND_LENGTH = 5
_LONG = 9


@dataclass(frozen=True, slots=True, repr=False)
class KnownIdentity:
    """One contact record. ``role`` is expert, interviewer or other (declined, mentioned): it decides the placeholder.

    Attributes:
        code: the study's code of the person (``E03``), which is also the entity key.
        full_name: surname, given name and patronymic in any order; parts may be missing.
        short_names: everyday forms.
        latin: spelling in Latin letters.
        employer: with its head noun, «театр «Параллель»».
        employer_aliases: other names of the employer.
        position: as on the card.
        phone: in any spelling.
        email: address.
        handle: with or without @.
        role: see above.
    """

    code: str
    full_name: str = ""
    short_names: tuple[str, ...] = ()
    latin: str = ""
    employer: str = ""
    employer_aliases: tuple[str, ...] = ()
    position: str = ""
    phone: str = ""
    email: str = ""
    handle: str = ""
    role: str = "expert"

    def __repr__(self) -> str:
        """The code only: an identity never reaches a log."""
        return f"KnownIdentity({self.code})"


@dataclass(frozen=True, slots=True, repr=False)
class NameParts:
    """A full name taken apart into keys."""

    given: str = ""
    patronymic: str = ""
    surname: str = ""
    sex: str | None = None
    latin: tuple[str, ...] = field(default=())

    def filled(self) -> list[tuple[str, str]]:
        """The parts that are known, with their names."""
        parts = ((SURNAME, self.surname), (GIVEN, self.given), (PATRONYMIC, self.patronymic))
        return [(part, key) for part, key in parts if key]


def name_parts(identity: KnownIdentity) -> NameParts:
    """Tell given name, patronymic and surname apart: by patronymic suffix, by lists, else by Russian order."""
    words = [plain(word) for word in re.findall(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", identity.full_name)]
    slots: dict[str, str] = {}
    rest = []
    for word in words:
        if PATRONYMIC not in slots and len(words) > 1 and facts(word).kind == PATRONYMIC:
            slots[PATRONYMIC] = word
        else:
            rest.append(word)
    if len(rest) == 1:
        slots[GIVEN if facts(rest[0]).kind != SURNAME else SURNAME] = rest[0]
    elif rest:
        first, second = rest[0], rest[-1]
        middle = len(words) > 2 and words[1] == slots.get(PATRONYMIC)  # noqa: PLR2004 - «Елена Сергеевна Ким»
        given_first = middle or _given_first(first, second)
        slots[SURNAME], slots[GIVEN] = (second, first) if given_first else (first, second)
    latin = tuple(re.findall(r"[^\W\d_]+", identity.latin))
    sex = sex_of(slots.get(PATRONYMIC), slots.get(SURNAME))
    return NameParts(slots.get(GIVEN, ""), slots.get(PATRONYMIC, ""), slots.get(SURNAME, ""), sex, latin)


def _given_first(first: str, second: str) -> bool:
    """Whether two words stand as given name and surname; Russian records put the surname first."""
    one, two = facts(first), facts(second)
    surname = two.kind != GIVEN or second in word_list("korean_surnames")
    return one.kind == GIVEN and surname and first not in word_list("korean_surnames") and "Surn" not in one.tags


class Hit(NamedTuple):
    """A word of a text that fits a part of an identity's name."""

    identity: int
    part: str
    how: str


class NameIndex:
    """Forms of names -> who they may be. Lookup is a few dictionary reads per word, however many identities."""

    def __init__(self, parts: Sequence[NameParts], shorts: Sequence[Iterable[str]]) -> None:
        # lists that grow in place: an index of a study's hundreds of people holds some 100,000 spellings
        self.exact: defaultdict[str, list[Hit]] = defaultdict(list)
        self.latin: defaultdict[str, list[Hit]] = defaultdict(list)
        self.sounds: defaultdict[str, list[Hit]] = defaultdict(list)
        self.near: defaultdict[str, list[tuple[str, Hit]]] = defaultdict(list)
        for number, (name, short) in enumerate(zip(parts, shorts, strict=True)):
            self._take(number, name, [plain(word) for word in short])

    def _take(self, number: int, name: NameParts, shorts: list[str]) -> None:
        variants: dict[Hit, tuple[Hit, Hit]] = {}
        for form, hit in (_everyday_forms(number, name, shorts) | _full_forms(number, name)).items():
            self.exact[form].append(hit)
            if hit not in variants:
                variants[hit] = hit._replace(how=LATIN), hit._replace(how=HEARD)
            self._spell(form, hit, *variants[hit])
        for word in name.latin:
            self._latin(skeleton(word), self._latin_part(word, name, number))

    @staticmethod
    def _latin_part(word: str, name: NameParts, number: int) -> Hit:
        """Which part a Latin word spells: the one it sounds most like."""
        likeness = {part: fuzz.ratio(skeleton(word), skeleton(key)) for part, key in name.filled()}
        return Hit(number, max(likeness, key=lambda part: likeness[part], default=GIVEN), LATIN)

    def _latin(self, key: str, hit: Hit) -> None:
        if len(key) > 1 and hit not in self.latin[key]:
            self.latin[key].append(hit)

    def _spell(self, form: str, hit: Hit, latin: Hit, heard: Hit) -> None:
        spelled = skeleton(form)
        # «Li» for «Ли» is a name only beside another one, unless the record spells it so.
        self._latin(spelled, latin if len(form) > 2 else latin._replace(how=DERIVED))  # noqa: PLR2004
        if hit.how != EXACT or len(form) < _SOUND_LENGTH:
            return
        by_sound = self.sounds[sound(form)]
        if heard not in by_sound:
            by_sound.append(heard)
        if len(spelled) >= _SOUND_LENGTH:
            entry = spelled, heard
            for shorter in _deletions(spelled):
                self.near[shorter].append(entry)

    def look_up(self, key: str, *, latin: bool) -> tuple[Hit, ...]:
        """Everybody whose name may stand here in this form (a key); exact spellings only."""
        if latin:
            # «x» is read as «кс» in Western names, as «х» in the Kazakh and the scientific alphabet
            return tuple(self.latin.get(skeleton(key), ()) or self.latin.get(skeleton(key.replace("x", "kh")), ()))
        return tuple(self.exact.get(key, ()))

    def heard(self, key: str) -> tuple[Hit, ...]:
        """Everybody whose name may have been misheard or misspelt so: same sound, or one letter off."""
        if len(key) < _SOUND_LENGTH:
            return ()
        same = self.sounds.get(sound(key), ())
        if same:
            return tuple(same)
        spelled = skeleton(key)
        if len(spelled) < _SOUND_LENGTH:
            return ()
        found = [
            hit
            for shorter in _deletions(spelled)
            for other, hit in self.near.get(shorter, ())
            if _close(spelled, other)
        ]
        return tuple(dict.fromkeys(found))


def _full_forms(number: int, name: NameParts) -> dict[str, Hit]:
    """Every case of surname, given name and patronymic."""
    every: dict[str, Hit] = {}
    for part, word in ((SURNAME, name.surname), (GIVEN, name.given)):
        if word:
            every.update(dict.fromkeys(forms(word, part, name.sex), Hit(number, part, EXACT)))
    if name.patronymic:
        for variant in patronymic_variants(name.patronymic):
            how = EXACT if variant == name.patronymic else DERIVED
            every.update(dict.fromkeys(forms(variant, PATRONYMIC, name.sex), Hit(number, PATRONYMIC, how)))
    return every


def _everyday_forms(number: int, name: NameParts, shorts: Iterable[str]) -> dict[str, Hit]:
    """Every case of the everyday names: those that the given name has, and those on record, which are certain."""
    every: dict[str, Hit] = {}
    usual = listed(name.given)
    for word in everyday(name.given) if name.given else ():
        how = USUAL if word in usual else DERIVED
        every.update({form: Hit(number, SHORT, how) for form in short_forms(word) if how == USUAL or form not in every})
    for word in shorts:
        if word != name.given:
            every.update(dict.fromkeys(short_forms(word), Hit(number, SHORT, EXACT)))
    return every


def _deletions(word: str) -> set[str]:
    """The word and every word with one letter taken out: two words one edit apart share one of these."""
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def _close(left: str, right: str) -> bool:
    """One insertion, deletion, substitution or swap apart; the first letter must be heard."""
    if left == right:
        return True
    if abs(len(left) - len(right)) > 1 or not (left[0] == right[0] or {left[0], right[0]} == _ROUNDED):
        return False
    shared = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        shared += 1
    if len(left) != len(right):
        longer, shorter = (left, right) if len(left) > len(right) else (right, left)
        return longer[shared + 1 :] == shorter[shared:]
    swapped = left[shared + 1 : shared + 2] + left[shared : shared + 1] == right[shared : shared + 2]
    return left[shared + 1 :] == right[shared + 1 :] or (swapped and left[shared + 2 :] == right[shared + 2 :])
