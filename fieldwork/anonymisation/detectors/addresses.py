"""Places: streets of Almaty with and without a type word, house numbers, micro-districts, settlements."""

import re
from collections.abc import Iterable
from functools import lru_cache

from fieldwork.anonymisation.letters import plain
from fieldwork.anonymisation.lexicon import GIVEN, SURNAME, bases, facts, is_listed_given, phrase_list, surname_suffix
from fieldwork.anonymisation.mention import ADDRESS, LOC, Document, Mention, Word
from fieldwork.anonymisation.paradigms import noun_forms

_UPPER = "А-ЯЁӘҒҚҢӨҰҮҺІ"
_NAME = rf"(?:[{_UPPER}][\w’'-]*|\d{{1,3}}-?(?:я|й|го|ой|ая|линия))"
_TYPE = (
    r"(?:ул(?:иц[аеуы]|ицей|ицам|ицах)?|просп(?:ект[ауеом]{0,2})?|пр(?:-т[ауе]?|-кт)?|пер(?:еул(?:ок|к[ауеом]{1,2}))?|бул(?:ьвар[ауеом]{0,2})?|б-р|"
    r"шоссе|тракт[ауеом]{0,2}|набережн(?:ая|ой|ую)|проезд[ауеом]{0,2}|площад(?:ь|и|ью)|пл|көшесі|даңғылы|аллея|аллее|аллеи)"
)
_TYPED = re.compile(
    rf"(?<![\w-])(?i:{_TYPE})(?:(?<![уеаиюй])\.)?[ \u00a0]+{_NAME}"
    rf"(?:[ \u00a0]+(?:батыра|би|хана|жырау|ана|серы|сала|[{_UPPER}][\w’'-]*))?"
)
_TYPE_AFTER = re.compile(
    rf"(?<!\w)(?:[{_UPPER}][\w-]*(?:ая|ой|ую|ий|ого|ому|ский|ском|ого|ому)\s+(?:улиц[аеуы]|проспект\w{{0,2}}|переул\w{{1,4}}|тракт\w{{0,2}}|площад[ьи]|шоссе|көшесі)"
    rf"|[{_UPPER}][\w-]*(?:\s+(?:батыр|би|хан))?\s+(?:көшесі|даңғылы|көшесінде|даңғылында))(?!\w)"
)
_HOUSE = re.compile(
    r"(?:\s*,?\s*(?:д(?:ом[а-я]{0,2})?\.?|үй)?\s*(?:№\s*)?\d{1,4}(?:\s?[А-Яа-я](?!\w))?(?:\s?[/-]\s?\d{1,4})?(?!\s?(?:год|лет|тенге|человек|тыс|млн|процент|раз|час|мин|март|апрел|ма[яй]|июн|июл|август|сентябр|октябр|ноябр|декабр|январ|феврал|[.,:]\d|%))(?!\w)"
    r"(?:\s*,?\s*(?:кв(?:артир[аые])?|корп(?:ус)?|оф(?:ис)?|под[ъ]?езд|пәтер)\.?\s*(?:№\s*)?\d{1,4}(?:\s?[А-Яа-я](?!\w))?)*)"
)
_LOOSE_HOUSE = re.compile(
    r"(?<!\w)(?:д(?:ом[а-я]{0,2})?\.?\s*(?:№\s*)?\d{1,4}\s*[А-Яа-я]?(?!\w)\s*,?\s*)?(?:кв(?:артир[аеуы])?\.?)\s*(?:№\s*)?\d{1,4}(?!\w)",
    re.IGNORECASE,
)
_LONE_HOUSE = re.compile(
    r"(?<!\w)дом(?:е|а|у|ом)?[ \u00a0]+(?:№|номер)?[ \u00a0]*\d{1,3}(?:\s?[А-Яа-я](?!\w))?(?:/\d{1,3})?"
    r"(?!\w|\s?(?:год|лет|комнат|квартир|человек|тыс))",
    re.IGNORECASE,
)
_COUNTED_DISTRICT = re.compile(
    r"(?<!\w)(?:\d{1,2}(?:-?(?:й|м|го|ый|ом|ой|ем))?|(?:перв|втор|трет|четв[её]рт|пят|шест|седьм|восьм|девят|десят|[а-яё]+надцат|двадцат)"
    r"(?:ый|ом|ого|ому|ой|ий|ьем|ьего|ем))[ \u00a0]+(?:микрорайон|микр|мкр)[а-я]{0,3}(?!\w)",
    re.IGNORECASE,
)
_CROSSING = re.compile(r"\s*(?:,|и|с|/|-|—|угол|на углу|выше|ниже|не доходя)?\s*(?:до\s+|улиц[аеуы]\s+)?")
_DISTRICT_NUMBER = re.compile(
    r"\s?[-–—]\s?\d{1,2}(?:\s?[аА](?!\w))?(?!\w)|[ \u00a0](?:один|два|три|четыре|пять|1|2|3|4|5)(?!\w)"
)
_DISTRICT = re.compile(
    rf"(?<![\w-])(?:мкр(?:-?н)?|микрорайон[а-я]{{0,2}}|ықшамаудан\w*|мк-р)\.?\s+[«\"]?(?P<name>[{_UPPER}][\w-]*(?:\s?-\s?\d{{1,2}})?|\d{{1,2}}(?:-?[аА])?)[»\"]?",
    re.IGNORECASE,
)
_RAION = re.compile(r"(?<!\w)[А-ЯЁ][а-яё-]+(?:ск|цк)(?:ий|ого|ому|им|ом|их|ие)\s+(?:район[а-я]{0,3}|аудан\w*)(?!\w)")
# «в Таразе, 8 701 234 56 78» is a town and a phone.
_NEXT_HOUSE = re.compile(r"\s*,\s*(?:д(?:ом)?\.?\s*)?\d{1,4}\s?[А-Яа-я]?(?!\w|[ -]?\(?\d{3})|\s+дом\s+\d{1,4}")
_PREPOSITIONS = frozenset(
    [
        "на",
        "по",
        "до",
        "за",
        "между",
        "вдоль",
        "угол",
        "через",
        "около",
        "возле",
        "углу",
        "угла",
        "углом",
        "перекрестке",
        "перекресток",
        "перекрестка",
        "пересечение",
        "пересечения",
        "мимо",
        "вверх",
        "вниз",
        "ниже",
        "выше",
        "напротив",
        "пересечении",
    ]
)
_FROM = frozenset({"от", "с", "со"})
_ONLY_STREET = frozenset(
    {"на", "по", "вдоль", "угол", "углу", "пересечении", "пересечение", "перекрестке", "выше", "ниже"}
)
INTO = frozenset(["в", "во", "на", "из", "с", "со", "до", "от", "за", "под", "у", "около", "возле"])


@lru_cache(maxsize=1)
def streets() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Names of ``data/streets_almaty.txt`` by every form of their first word."""
    return _by_first_word(phrase_list("streets_almaty"))


@lru_cache(maxsize=1)
def districts() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Names of ``data/districts_almaty.txt`` and ``data/cities.txt`` by every form of their first word."""
    return _by_first_word([*phrase_list("districts_almaty"), *phrase_list("cities")])


def _by_first_word(names: Iterable[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    index: dict[str, tuple[tuple[str, ...], ...]] = {}
    for name in names:
        words = tuple(plain(word) for word in name.split())
        for form in noun_forms(words[0]):
            index[form] = (*index.get(form, ()), words)
    return index


def _phrase(document: Document, index: int, table: dict[str, tuple[tuple[str, ...], ...]]) -> int:
    """Number of words of the longest listed name that begins at a word; 0 where none does."""
    word = document.words[index]
    best = 0
    for name in table.get(word.key, ()):
        following = document.words[index + 1 : index + len(name)]
        if len(following) != len(name) - 1:
            continue
        same = all(bases(w.key) & bases(part) for w, part in zip(following, name[1:], strict=True))
        joined = all(document.adjacent(index + k, index + k + 1) for k in range(len(name) - 1))
        if same and joined:
            best = max(best, len(name))
    return best


class Streets:
    """Streets and house numbers: ADDRESS."""

    name = "streets"

    def detect(self, document: Document) -> list[Mention]:
        """ADDRESS mentions, stretched over the house and flat that follow."""
        text = document.text
        found = [self._stretched(document, *m.span()) for m in _TYPED.finditer(text) if self._capital_name(m[0])]
        found.extend(self._stretched(document, *match.span()) for match in _TYPE_AFTER.finditer(text))
        loose = [document.mention(*match.span(), ADDRESS, self.name) for match in _LOOSE_HOUSE.finditer(text)]
        loose += [document.mention(*m.span(), ADDRESS, self.name) for m in _LONE_HOUSE.finditer(text)]
        more = [*self._bare(document), *loose]
        return found + [m for m in more if not any(o.start <= m.start < o.end for o in found)]

    @staticmethod
    def _capital_name(text: str) -> bool:
        parts = text.split()
        return len(parts) > 1 and (parts[1][0].isupper() or parts[1][0].isdigit())

    def _stretched(self, document: Document, start: int, end: int, *, certain: bool = True) -> Mention:
        house = _HOUSE.match(document.text, end)
        if house:
            end = house.end()
        return document.mention(start, end, ADDRESS, self.name, certain=certain)

    def _bare(self, document: Document) -> list[Mention]:
        """«на Тулебаева», «между Абая и Райымбека», «Толе би 59»: streets as people say them."""
        found: list[Mention] = []
        words = document.words
        last_end = -1
        for index, word in enumerate(words):
            if not word.capital or word.start < last_end:
                continue
            length = _phrase(document, index, streets()) if word.key in streets() else 0
            end = words[index + max(length, 1) - 1].end
            if not (
                length > 1 or (length and self._placed(document, index, found, end)) or self._genitive(document, index)
            ):
                continue
            mention = self._stretched(document, word.start, end)
            found.append(mention)
            last_end = mention.end
        return found

    @staticmethod
    def _before(document: Document, index: int) -> Word | None:
        if index == 0 or not document.adjacent(index - 1, index):
            return None
        return document.words[index - 1]

    def _placed(self, document: Document, index: int, found: list[Mention], end: int) -> bool:
        before = self._before(document, index)
        if before is not None and before.key in _PREPOSITIONS:
            return not self._person_follows(document, index)
        if before is not None and before.key in _FROM:
            return bool(re.match(r"\s+(?:и\s+)?до\s+[А-ЯЁ]", document.text[end : end + 12]))
        if found and _CROSSING.fullmatch(document.text, found[-1].end, document.words[index].start):
            return True
        return bool(re.match(r"\s*,?\s*(?:д(?:ом)?\.?\s*)?\d{1,4}(?!\d)(?!\s?(?:год|лет))", document.text[end:]))

    @staticmethod
    def _person_follows(document: Document, index: int) -> bool:
        """«от Абая Кунанбаева»: a given name with a surname behind it is a person."""
        if not document.adjacent(index, index + 1):
            return False
        word = document.words[index + 1]
        if word.key in streets() and not is_listed_given(word.key) and document.words[index].key in streets():
            # «на Абая Байтурсынова»: two streets that cross
            return False
        return word.capital and facts(word.key).kind is not None

    def _genitive(self, document: Document, index: int) -> bool:
        """«на Курмангалиева»: nobody stands on a person, so a surname in the genitive after «на», «по» is a street."""
        word, before = document.words[index], self._before(document, index)
        if before is None or before.key not in _ONLY_STREET or self._person_follows(document, index):
            return False
        if not surname_suffix(word.key) or not re.search(r"(?:[оеё]в|[иы]н)(?:а|ой)$", word.key):
            return False
        known = facts(word.key)
        # «на Иванова», the accusative of a person, follows verbs of feeling; rare enough to be left to the review.
        return known.kind == SURNAME and not known.common


class Places:
    """Micro-districts, city districts and settlements: LOC; with a house number they are an ADDRESS."""

    name = "places"

    def detect(self, document: Document) -> list[Mention]:
        """LOC and ADDRESS mentions."""
        text = document.text
        found = []
        for match in _DISTRICT.finditer(text):
            name = match["name"]
            if not (name[0].isupper() or name[0].isdigit()):
                continue
            found.append(self._district(document, *match.span(), None))
        found.extend(document.mention(*m.span(), LOC, self.name) for m in _COUNTED_DISTRICT.finditer(text))
        found.extend(document.mention(*m.span(), LOC, self.name) for m in _RAION.finditer(text))
        taken = [(m.start, m.end) for m in found]
        for index, word in enumerate(document.words):
            if any(start <= word.start < end for start, end in taken):
                continue
            length = _phrase(document, index, districts()) if word.capital and word.key in districts() else 0
            number = _DISTRICT_NUMBER.match(text, document.words[index + length - 1].end) if length else None
            if length and (length > 1 or number or self._fits(document, index)):
                found.append(self._district(document, word.start, document.words[index + length - 1].end, number))
        return found

    def _district(self, document: Document, start: int, end: int, number: re.Match[str] | None) -> Mention:
        """«Самал-2» with its number, and the house behind it, which makes it an address."""
        end = number.end() if number else end
        house = _NEXT_HOUSE.match(document.text, end)
        if house:
            full = _HOUSE.match(document.text, end)
            return document.mention(start, (full or house).end(), ADDRESS, self.name)
        return document.mention(start, end, LOC, self.name)

    @staticmethod
    def _fits(document: Document, index: int) -> bool:
        word = document.words[index]
        before = document.words[index - 1] if index and document.adjacent(index - 1, index) else None
        if document.quoted(word.start, word.end):
            return False
        placed = before is not None and before.key in INTO and not word.opening
        known = facts(word.key)
        if known.kind == GIVEN and "Name" not in known.tags and not placed:
            return False
        return placed or not known.common
