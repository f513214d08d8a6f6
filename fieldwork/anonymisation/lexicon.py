"""What the dictionaries know of a word: pymorphy3's readings, name lists, suffixes of names.

Only detectors import this module, so that ``import fieldwork.anonymisation`` stays light.
"""

import re
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from fieldwork.anonymisation.letters import plain

DATA = Path(__file__).parent / "data"
GIVEN, PATRONYMIC, SURNAME = "given", "patronymic", "surname"

_PATRONYMIC = re.compile(
    r"(?:[оеё]вич|[а-я]{2}ьич|[а-я]{3}лыч|[а-я]{3}[мн]ыч|[оеё]вн|ичн)(?:а|у|ем|ом|е|ей|ы|ой|и|ам|ами|ах)?$"
)
_KAZAKH_PATRONYMIC = re.compile(r"(?:улы|кызы|гызы|оглы|оглу|уулу)$")
_SURNAME = re.compile(
    r"(?:баев|беков|ханов|галиев|алиев|гулов|кулов|жанов|хожаев|ходжаев|таев|саев|[оеё]в|[иы]н)"
    r"(?:а|у|ым|е|ой|ою|ых|ыми|ы)?$|(?:[сц]к)(?:ий|ого|ому|им|ом|ая|ой|ую)$"
)
# The parts that Kazakh, Kyrgyz and Uighur given names are made of, at a name's end.
_GIVEN = re.compile(
    r".{2,}(?:бек|бай|жан|джан|хан|гуль|гул|али|гали|берди|берген|гельды|гелди|кельды|келди|дос|кул|мурат|мурад|султан|"
    r"мухамед|мухаммед|мухамбет|магамбет|ахмет|рахман|салам|заде?|бубу|бике|бикеш|назар|нияз|газы|батыр|темир|тимур|"
    r"мырза|айым|сулу|шолпан|жамал|наз|нур|ула|тай)(?:а|я|у|ю|ом|ем|е|и|ы|ой|ей)?"
)
_ADJECTIVE = re.compile(r"[сц]к(?:ий|ого|ому|им|ом|ая|ой|ую|ие|их)$")
HONORIFICS = frozenset(
    [
        "апай",
        "апа",
        "ага",
        "агай",
        "аке",
        "ака",
        "ата",
        "эже",
        "аже",
        "тате",
        "апке",
        "байке",
        "эке",
        "ханум",
        "ханым",
        "мырза",
        "бей",
        "жан",
        "джан",
        "коке",
    ]
)
_PREFIX = "экс вице пресс арт медиа топ поп рок видео теле радио кино фото веб интернет онлайн бизнес"
_PREFIXES = frozenset(_PREFIX.split())
_NAME_TAGS = {"Name": GIVEN, "Patr": PATRONYMIC, "Surn": SURNAME}
_PROPER = frozenset({"Name", "Surn", "Patr", "Geox", "Orgn", "Init", "Trad"})
# A reading rarer than this does not make a name an ordinary word (measured on news, see the reference study).
_COMMON_SCORE = 0.02
_RUSSIAN = re.compile("[а-яё'’ʼ-]+")
_FUNCTION = frozenset({"PREP", "CONJ", "PRCL", "NPRO"})


@lru_cache(maxsize=1)
def analyser() -> Any:
    """The one morphological analyser of the process (0.2 s, 38 MB)."""
    # pages know names without ever asking a dictionary
    import pymorphy3  # noqa: PLC0415

    return pymorphy3.MorphAnalyzer()


@cache
def word_list(name: str) -> frozenset[str]:
    """Words of a list in ``data/``, as keys."""
    text = (DATA / f"{name}.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(plain(word) for line in lines for word in line.split())


@cache
def phrase_list(name: str) -> tuple[str, ...]:
    """Lines of a list in ``data/``, as written."""
    text = (DATA / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def natasha_data() -> Path:
    """The natasha wheel's data folder; natasha itself is never imported (it drags pymorphy2)."""
    spec = find_spec("natasha")
    if spec is None or spec.origin is None:
        message = "the package natasha (its model files) is not installed"
        raise ModuleNotFoundError(message)
    return Path(spec.origin).parent / "data"


_COMMENT = re.compile("#.*")


@lru_cache(maxsize=2)
def gazetteer(name: str) -> frozenset[str]:
    """Natasha's list ``first`` (7,658 given names) or ``last`` (182,338 surnames), as keys."""
    text = (natasha_data() / "dict" / f"{name}.txt").read_text(encoding="utf-8")
    if "#" in text:
        text = _COMMENT.sub("", text)
    # the whole list at once: a call a name would cost half a second
    return frozenset(line.strip() for line in plain.__wrapped__(text).splitlines()) - {""}


class Facts(NamedTuple):
    """What is known of one word, whatever its case.

    Attributes:
        lemmas: nominative candidates from the dictionary (the word itself included).
        known: whether pymorphy's dictionary has the word.
        common: whether it is also an ordinary word.
        geographic: whether it also names a place or an organisation.
        tags: which name tags its readings carry.
        kind: given, patronymic, surname or None.
        strong: whether the kind needs no support from neighbours.
        plural: whether the likeliest reading is a plural.
        proper: summed probability of its proper-noun readings.
    """

    lemmas: frozenset[str]
    known: bool
    common: bool
    geographic: bool
    tags: frozenset[str]
    kind: str | None
    strong: bool
    plural: bool
    proper: float


_ENDINGS = (
    "ыми", "ими", "ами", "ями", "ого", "его", "ому", "ему", "ых", "их", "ым", "им", "ой", "ей", "ою", "ею", "ом", "ем",
    "ам", "ям", "ах", "ях", "ую", "ая", "ий", "ый", "ью", "а", "у", "е", "ы", "и", "ю", "я", "о", "ь", "й",
)  # fmt: skip
_KAZAKH_ENDINGS = (
    "нын", "нин", "дын", "дин", "тын", "тин", "дан", "ден", "тан",
    "тен", "нан", "нен", "мен", "пен", "бен", "лар", "лер", "дар", "дер", "га", "ге", "ка", "ке", "на", "не",
    "ды", "ди", "ты", "ти", "ны", "ни", "да", "де", "та", "те",
)  # fmt: skip
_VOICELESS = "кпстфхцчшщбвгд"  # the last four by spelling: «Муратбек», «Диас», «Марат», and names on -б, -в, -г, -д
_SHORTEST = 3


@lru_cache(maxsize=100_000)
def bases(key: str) -> frozenset[str]:
    """The word and what is left of it when a case ending is taken off (at least three letters)."""
    found = {key}
    for ending in _ENDINGS:
        if key.endswith(ending) and len(key) - len(ending) >= _SHORTEST:
            found.add(key[: -len(ending)])
    return frozenset(found)


@lru_cache(maxsize=100_000)
def kazakh_bases(key: str, shortest: int = _SHORTEST + 1) -> frozenset[str]:
    """What is left when a Kazakh case ending is taken off («Айгерімнің»): so many letters at least."""
    found = set()
    for ending in _KAZAKH_ENDINGS:
        base = key[: -len(ending)]
        # Assimilation: «-ка», «-тан» stand behind voiceless consonants only («Асемка» is Russian), «-га» does not.
        if key.endswith(ending) and len(base) >= shortest and (base[-1] in _VOICELESS) == (ending[0] in "ктп"):
            found.add(base)
    return frozenset(found)


@lru_cache(maxsize=100_000)
def candidates(key: str) -> frozenset[str]:
    """Every nominative a name in this form may have, by endings alone."""
    return frozenset(form for base in bases(key) for form in (base, *(base + e for e in "аяьйе")))


@lru_cache(maxsize=100_000)
def facts(key: str) -> Facts:
    """Everything the lists and the dictionary say about a word (a key as ``plain`` makes it)."""
    if "-" in key:
        return _compound(key)
    return _facts(key)


def _is_plain(part: str) -> bool:
    found = _facts(part)
    return found.common and found.known and not found.tags


def _compound(key: str) -> Facts:
    head, _, tail = key.rpartition("-")
    if tail in HONORIFICS and head:
        found = _facts(head.rpartition("-")[2])
        return found._replace(kind=found.kind or GIVEN, strong=True, lemmas=found.lemmas | {head}, geographic=False)
    if _KAZAKH_PATRONYMIC.fullmatch(tail):
        return _facts(key.replace("-", ""))
    whole, last = _facts(key), _facts(tail)
    if head in _PREFIXES or (not whole.known and all(_is_plain(part) for part in key.split("-"))):
        # «экс-аким», «по-казахски», «сосед-скрипач»
        return whole._replace(known=True, common=True, kind=None, strong=False, tags=frozenset(), proper=0.0)
    if whole.kind:
        return whole
    if last.kind and _facts(head.rpartition("-")[2]).kind:
        return last._replace(lemmas=last.lemmas | {key} | {f"{head}-{lemma}" for lemma in last.lemmas})
    return whole


def _facts(key: str) -> Facts:
    if not _RUSSIAN.fullmatch(key):
        # pymorphy3 fails on letters without a Unicode name, and knows no other alphabet.
        return Facts(frozenset({key}), False, False, False, frozenset(), None, False, False, 0.0)
    lemmas, tags = {key}, set()
    known, common, geographic, proper = False, False, False, 0.0
    readings = analyser().parse(key)
    for reading in readings:
        grammemes = reading.tag.grammemes
        names = grammemes & _NAME_TAGS.keys()
        lemmas.add(plain(reading.normal_form))
        if names:
            nominative = reading.inflect({"nomn", "sing"})
            if nominative:
                lemmas.add(plain(nominative.word))
        if not reading.is_known:
            continue
        known = True
        tags.update(names)
        if grammemes & _PROPER:
            proper += reading.score
        elif reading.score > _COMMON_SCORE:
            common = True
        geographic = geographic or bool(grammemes & {"Geox", "Orgn"})
    found = frozenset(lemmas)
    likeliest = readings[0].tag.grammemes if readings else frozenset()
    if likeliest & _FUNCTION:
        return Facts(found, known, True, geographic, frozenset(), None, False, False, 0.0)
    if not tags and found & word_list("ordinary"):
        return Facts(found, True, True, geographic, frozenset(), None, False, False, 0.0)
    kind, strong = _kind(key, found, tags, known=known, common=common)
    return Facts(found, known, common, geographic, frozenset(tags), kind, strong, "plur" in likeliest, proper)


def _kind(key: str, lemmas: frozenset[str], tags: set[str], *, known: bool, common: bool) -> tuple[str | None, bool]:
    if _KAZAKH_PATRONYMIC.search(key) and len(key) > 5:  # noqa: PLR2004 - «улы» itself, «аулы»
        return PATRONYMIC, not common
    if _PATRONYMIC.search(key) and len(key) > 6 and not common:  # noqa: PLR2004 - «ивнах»
        return PATRONYMIC, True
    tag = next((tag for tag in ("Patr", "Name", "Surn") if tag in tags), None)
    if tag is not None or _is_given(key, lemmas, known=known):
        return (_NAME_TAGS[tag] if tag else GIVEN), not common
    return _surname_kind(key, lemmas, known=known, common=common)


def _surname_kind(key: str, lemmas: frozenset[str], *, known: bool, common: bool) -> tuple[str | None, bool]:
    if not known and _SURNAME.search(key) and len(key) > 5:  # noqa: PLR2004 - shorter ones are words too often
        # An unknown adjective («Гданьской», «Алатауском») is a surname only beside a given name.
        return SURNAME, not _ADJECTIVE.search(key)
    if lemmas & gazetteer("last"):
        # The list is wide (it has «хаб» and «тараз»): without a surname's ending it needs a neighbour.
        return SURNAME, not common and bool(_SURNAME.search(key)) and not _ADJECTIVE.search(key)
    if lemmas & word_list("korean_surnames"):
        return SURNAME, False
    return None, False


def _is_given(key: str, lemmas: frozenset[str], *, known: bool) -> bool:
    kazakh = word_list("kazakh_given")
    if lemmas & kazakh or (len(key) >= _SHORTEST and lemmas & gazetteer("first")):
        return True
    # Endings alone say too little about a word that the dictionary has.
    if known or len(key) <= _SHORTEST:
        return False
    return bool(candidates(key) & (gazetteer("first") | kazakh)) or is_made_of_names(key)


def is_made_of_names(key: str) -> bool:
    """Whether an unknown word is built as given names of the region are («Жандарбек», «Зейнегуль»)."""
    return len(key) > 5 and bool(_GIVEN.fullmatch(key)) and not _SURNAME.search(key)  # noqa: PLR2004 - «Тексай»


def kazakh_given(key: str) -> bool:
    """Whether the word is a listed Kazakh name in a Kazakh case («Айгерімнің», «Гүлнұрға»), soft signs aside."""
    return any(base.replace("ь", "") in _soft_given() for base in (key, *kazakh_bases(key)))


@lru_cache(maxsize=1)
def _soft_given() -> frozenset[str]:
    listed = word_list("kazakh_given") | {name for name in gazetteer("first") if len(name) > _SHORTEST}
    return frozenset(name.replace("ь", "") for name in listed)


def is_listed_given(key: str) -> bool:
    """Whether the word is a given name by the dictionary itself or by the Kazakh list, not only by the wide one."""
    found = facts(key)
    return "Name" in found.tags or bool((found.lemmas | candidates(key)) & word_list("kazakh_given"))


def surname_suffix(key: str) -> bool:
    """Whether the word ends as East Slavic and Kazakh surnames do."""
    return bool(_SURNAME.search(key))
