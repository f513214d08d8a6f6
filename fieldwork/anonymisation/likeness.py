"""Whether two forms name the same: case endings, dictionary lemmas, everyday forms. Keys in, verdicts out."""

import re
from functools import lru_cache

from fieldwork.anonymisation.diminutives import everyday, full_names
from fieldwork.anonymisation.letters import is_latin, skeleton
from fieldwork.anonymisation.lexicon import (
    GIVEN,
    HONORIFICS,
    PATRONYMIC,
    SURNAME,
    analyser,
    bases,
    candidates,
    facts,
    kazakh_bases,
    surname_suffix,
    word_list,
)
from fieldwork.anonymisation.paradigms import FEMALE, MALE, patronymic_variants, sex_of

_SHORTEST = 3
_MANS = re.compile(r"(?:[оеё]в|[иы]н)(?:ым|е)?$|[сц]к(?:ий|ого|ому|им|ом)$|[^оеёиыаяуювнй](?:ем|ом)$")
_WOMANS = re.compile(r"(?:[оеё]в|[иы]н)(?:ой|ою)$|[сц]к(?:ая|ой|ую)$")


@lru_cache(maxsize=100_000)
def nominatives(key: str) -> frozenset[str]:
    """What the nominative of a form may be: dictionary lemmas of a known name, else by endings."""
    found = facts(key)
    if found.tags:
        return found.lemmas
    return found.lemmas | candidates(key)


@lru_cache(maxsize=100_000)
def anchors(key: str) -> frozenset[str]:
    """Keys under which a form is filed: forms of one name share at least one, a full name and its everyday form too."""
    if is_latin(key):
        return frozenset({"~" + skeleton(key)})
    found = {base for form in facts(key).lemmas | {key} for base in bases(form)}
    full = {name for form in nominatives(key) for name in full_names(form)}
    begins = "^" + key[:_SHORTEST]  # what speakers make of a name begins as it does: «Асемка», «Асемгуль»
    return frozenset(found | full | {base for name in full for base in bases(name)} | {"~" + skeleton(key), begins})


@lru_cache(maxsize=100_000)
def same_name(left: str, right: str) -> bool:
    """Two forms of one name."""
    if left == right:
        return True
    if is_latin(left) != is_latin(right):
        return skeleton(left) == skeleton(right)
    mine, theirs = facts(left), facts(right)
    if mine.lemmas & theirs.lemmas:
        return True
    if mine.tags and theirs.tags:
        # The dictionary knows both as names and would have shown the common lemma, but for «Ахметова» of Ахметов
        # and names it takes for invariable («Алие» of Алия): those differ in a last vowel only.
        shared = _stems(left) & _stems(right)
        if surname_suffix(left) and surname_suffix(right):
            return bool(shared)
        return any(len(left) == len(right) == len(stem) + 1 for stem in shared)
    return bool(_stems(left) & _stems(right))


@lru_cache(maxsize=100_000)
def _stems(key: str) -> frozenset[str]:
    return frozenset(base for base in bases(key) if len(base) >= _SHORTEST and len(key) - len(base) <= _SHORTEST)


@lru_cache(maxsize=100_000)
def same_given(left: str, right: str) -> bool:
    """One given name in two forms, or a given name and one of its everyday forms."""
    if same_name(left, right):
        return True
    mine, theirs = nominatives(left), nominatives(right)
    long_mine = {full for form in mine for full in full_names(form)}
    long_theirs = {full for form in theirs for full in full_names(form)}
    return bool(long_mine & theirs or long_theirs & mine or long_mine & long_theirs)


@lru_cache(maxsize=100_000)
def may_be_made_of(given: str, short: str) -> bool:
    """Whether speakers might make the one form of the other's name («Асемка» of Асемгуль)."""
    return any(form in everyday(full) for full in nominatives(given) for form in nominatives(short))


@lru_cache(maxsize=100_000)
def turkic_base(key: str) -> str:
    """A Kazakh name without its Kazakh ending («мөлдірге», as a key); any other word as it is."""
    if facts(key).known or key in word_list("kazakh_given"):
        return key
    return max(kazakh_bases(key) & word_list("kazakh_given"), key=len, default=key)


@lru_cache(maxsize=100_000)
def sex_of_name(given: str, patronymic: str, surname: str) -> str | None:
    """What the parts of a name (forms, as keys) say about the sex; None where they say nothing, or two things."""
    found = {sex_of(_first(patronymic), None)} if patronymic else set()
    for reading in analyser().parse(given) if given and not is_latin(given) else ():
        if "Name" in reading.tag and reading.tag.gender in {"masc", "femn"}:
            found.add(MALE if reading.tag.gender == "masc" else FEMALE)
    if surname and not found:
        found |= {sex for sex in (MALE, FEMALE) if not agrees(FEMALE if sex == MALE else MALE, surname)}
    found.discard(None)
    return found.pop() if len(found) == 1 else None


def _first(patronymic: str) -> str:
    return next(iter(sorted(facts(patronymic).lemmas, key=len)), patronymic)


@lru_cache(maxsize=100_000)
def agrees(sex: str | None, surname: str, own: str = "") -> bool:
    """Whether somebody of that sex may be called so: «Оспановой» is no man, «Шульцем» no woman.

    Args:
        sex: ``m``, ``f`` or None where unknown.
        surname: the form in question.
        own: the form the person was named by before: a woman's «Пак» stays so in every case.
    """
    if sex is None or is_latin(surname):
        return True
    invariable = sex == FEMALE and own and own[-1] not in "аяйоуыэеюи" and not surname_suffix(own)
    if invariable and surname != own and surname.startswith(own):
        return False
    return not bool((_MANS if sex == FEMALE else _WOMANS).search(surname))


@lru_cache(maxsize=100_000)
def same_patronymic(left: str, right: str) -> bool:
    """One patronymic in two forms or customs («Серикулы», «Сериковича»)."""
    if same_name(left, right):
        return True
    variants = {v for form in nominatives(left) for v in patronymic_variants(form)}
    return any(v in variants for form in nominatives(right) for v in patronymic_variants(form))


class ReadName:
    """A mention of a person taken apart: given name, patronymic, surname, or one word that may be either."""

    __slots__ = ("extra", "given", "initials", "patronymic", "single", "surname")

    def __init__(self) -> None:
        self.given = self.patronymic = self.surname = self.single = self.initials = ""
        self.extra: list[str] = []

    @property
    def slots(self) -> int:
        """How many parts are filled; initials count as a given name."""
        return sum(map(bool, (self.given or self.initials, self.patronymic, self.surname)))


def read_name(keys: list[str], initials: str = "") -> ReadName:
    """Take a person's words (keys, without honorifics) apart."""
    name = ReadName()
    name.initials = initials
    rest = []
    for key in keys:
        if not name.patronymic and facts(key).kind == PATRONYMIC and (len(keys) > 1 or facts(key).strong):
            name.patronymic = key
        else:
            rest.append(key)
    if len(rest) == 1 and not name.patronymic:
        if initials:
            name.surname = rest[0]
        else:
            name.single = rest[0]
    elif len(rest) == 1:
        name.given = rest[0]
    elif rest:
        name.given, name.surname = _order(rest[0], rest[1])
        name.extra = rest[2:]
    return name


def _order(first: str, second: str) -> tuple[str, str]:
    """Given name and surname of two words: Russian speech puts the given name first unless the forms say otherwise."""
    one, two = facts(first), facts(second)
    reversed_order = two.kind == GIVEN and (one.kind == SURNAME or surname_suffix(first)) and not surname_suffix(second)
    return (second, first) if reversed_order else (first, second)


def without_honorific(key: str) -> str:
    """«гульжамал-апай» without its «апай»."""
    head, _, tail = key.rpartition("-")
    return head if head and tail in HONORIFICS else key
