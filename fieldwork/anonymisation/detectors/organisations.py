"""Organisations: quoted names after a head noun, legal forms, institutions by name, abbreviations, repetitions."""

import re
from functools import lru_cache

from fieldwork.anonymisation.letters import plain
from fieldwork.anonymisation.lexicon import analyser, facts, phrase_list, word_list
from fieldwork.anonymisation.mention import ORG, Document, Mention, Word

_LEGAL = re.compile(r"(?<!\w)(?:ТОО|АО|ООО|ОАО|ЗАО|ПАО|НАО|ИП|ЖШС|АҚ|ГККП|КГП|КГУ)\s+")
_LONGEST = 6
_NEAR = 4
_TOWARDS = 60
_NAMED_AFTER = re.compile(
    r"\s+(?:(?:имени|им\.)\s+)(?:[А-ЯӘҒҚҢӨҰҮІ]\.\s?){0,2}[А-ЯӘҒҚҢӨҰҮІ][\w-]+(?:\s+[А-ЯӘҒҚҢӨҰҮІ][\w-]+){0,2}"
)
_NUMBERED = re.compile(
    r"(?<!\w)(?:(?:[а-яё]+(?:ая|ой|ую|ый|ий|ого|ом|ем|им|ым)\s+)?"
    r"(?:школ|гимнази|лице|больниц|поликлиник|колледж|отделени|роддом|библиотек|интернат|детсад|ДЮСШ|СШ|сад)[а-я]{0,3})"
    r"[ \u00a0]*(?:№|номер)[ \u00a0]*(?:\d{1,3}|[а-яё]+(?:надцать|дцать|ь|ин|два|три|пять)(?:\s+(?:один|два|три|четыре|"
    r"пять|шесть|семь|восемь|девять))?)(?!\w)",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    r"(?<!\w)(?:\d{1,3}-?(?:я|й|ю|ей|ой|ая|м|го)|(?:перв|втор|трет|четв[её]рт|пят|шест|седьм|восьм|девят|десят|[а-яё]+надцат|"
    r"[а-яё]*дцат)(?:ая|ой|ую|ый|ом|ого|ьей|ья|ью|ьем))\s+(?:(?:городск|районн|детск|областн|музыкальн|художественн)[а-я]{2,3}\s+)?"
    r"(?:школ|гимнази|больниц|поликлиник|роддом)[а-я]{0,3}(?!\w)",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"(?<!\w)(?:министерств[а-я]{1,2}|управлени(?:е|я|ю|ем|и)|союз[а-я]{0,2}|департамент[а-я]{0,2}|агентств[а-я]{1,2}|"
    r"комитет[а-я]{0,2}|академи[а-я]{1,2}|дворец|дворц[а-я]{1,2}|палат[а-я]|ассамбле[а-я])"
    r"\s+(?:(?:[а-я]{4,}(?:ого|ой|ых|их|его|ей)\s+)?[а-я]{3,}(?:ы|и|а|я|ов|ев|ей|ий|ств|ния|сти)(?![а-я]))"
    r"(?:\s+и\s+[а-я]{4,}(?:ы|и|а|я|ов|ев|ей|ий)(?![а-я]))?",
    re.IGNORECASE,
)
# What a ministry or a department is of; other genitives after «управление» are ordinary speech.
_SPHERES = re.compile(
    r"культур|образовани|просвещени|науки|финанс|юстици|здравоохранени|здоровья|внутренних|иностранных|обороны|экономик|"
    r"спорта|туризма|труда|информаци|цифрового|архитектуры|предпринимател|занятости|энергетики|художников|архитекторов|"
    r"писател|композиторов|кинематограф|дизайнеров|журналистов|ремесленников|искусств|наук|школьников|республики|пионеров|"
    r"спорта|мобильности|экологии|благоустройства|молод[её]жи|госдоходов|статистики|земельных|строительства|транспорта"
)


@lru_cache(maxsize=1)
def head_forms() -> frozenset[str]:
    """Every form of the head nouns of ``data/organisation_heads.txt``."""
    forms: set[str] = set()
    for head in word_list("organisation_heads"):
        forms.add(head)
        for reading in analyser().parse(head):
            if "NOUN" in reading.tag and plain(reading.normal_form) == head:
                forms |= {plain(form.word) for form in reading.lexeme}
    return frozenset(forms)


@lru_cache(maxsize=1)
def _acronyms() -> frozenset[str]:
    return frozenset(word for line in phrase_list("organisation_acronyms") for word in line.split())


@lru_cache(maxsize=20_000)
def is_acronym(text: str) -> bool:
    """Whether a word, bare or with a case ending («КазНУшный» is not), is a known abbreviation."""
    if text in _acronyms():
        return True
    stem = re.fullmatch(r"([А-Яа-я]*[А-Я]{2,})[-']?(?:а|у|е|ом|ы|ов|ам|ах|и|ой|ей|ам)", text)
    return bool(stem) and stem is not None and stem[1] in _acronyms()


class Organisations:
    """ORG by rule. A quoted name without a head noun is taken when it is confirmed elsewhere in the document."""

    name = "organisations"

    def detect(self, document: Document) -> list[Mention]:
        """ORG mentions: the name inside the marks, the whole institution with «имени», the abbreviation."""
        found = [*self._quoted(document), *self._institutions(document), *self._abbreviations(document)]
        return found + self._nicknames(document)

    def _quoted(self, document: Document) -> list[Mention]:
        found = []
        for start, end in document.quotes:
            inner = document.words_within(start, end)
            if not inner or len(inner) > _LONGEST or not self._name_like(document, start, end, inner):
                continue
            before = document.words_within(max(0, start - _TOWARDS), start)[-_NEAR:]
            near = [w for w in before if not re.search(r"[.!?;:»]", document.text[w.end : start])]
            headed = bool(near) and (near[-1].key in head_forms() or any(w.key in head_forms() for w in near[-3:]))
            if headed:
                found.append(document.mention(start, end, ORG, self.name))
            elif len(inner) > 1 and all(word.capital for word in inner):
                found.append(document.mention(start, end, ORG, self.name, certain=False))
        return found

    @staticmethod
    def _name_like(document: Document, start: int, end: int, inner: list[Word]) -> bool:
        """A name begins with a capital and does not end as a sentence does."""
        text = document.text[start:end]
        return inner[0].capital and inner[0].start == start and not re.search(r"[.!?…]$|[,;:]", text)

    def _institutions(self, document: Document) -> list[Mention]:
        text = document.text
        found = [
            document.mention(word.start, named.end(), ORG, self.name)
            for word in document.words
            if word.key in head_forms() and (named := _NAMED_AFTER.match(text, word.end))
        ]
        for match in _BODY.finditer(text):
            if match[0][0].isupper() or _SPHERES.search(match[0].lower()):
                sure = match[0][0].isupper()
                found.append(document.mention(*match.span(), ORG, self.name, certain=sure))
        for pattern in (_NUMBERED, _ORDINAL):
            found += [document.mention(*m.span(), ORG, self.name, certain=False) for m in pattern.finditer(text)]
        for match in _LEGAL.finditer(text):
            words = document.words_within(match.end(), match.end() + _TOWARDS)
            run: list[Word] = []
            for word in words[:3]:
                if not word.capital or text[run[-1].end if run else match.end() : word.start].strip(" "):
                    break
                run.append(word)
            if run:
                found.append(document.mention(run[0].start, run[-1].end, ORG, self.name))
        return found

    def _abbreviations(self, document: Document) -> list[Mention]:
        return [
            document.mention(word.start, word.end, ORG, self.name)
            for word in document.words
            if word.capital and is_acronym(word.text)
        ]

    def _nicknames(self, document: Document) -> list[Mention]:
        """«Жургеновка», «Репинка»: a school called after a surname, never an ordinary word."""
        found = []
        for word in document.words:
            if not word.capital or word.opening:
                continue
            stem = re.fullmatch(r"(.{4,}[оеё]в|.{4,}ин)к(?:а|и|е|у|ой|ою)", word.key)
            if stem and not facts(word.key).known:
                found.append(document.mention(word.start, word.end, ORG, self.name))
        return found


def spread_organisations(document: Document, mentions: list[Mention]) -> list[Mention]:
    """Repetitions of a confirmed organisation: its words again, in another case, in quotes or capitalised inside."""
    names = {
        tuple(facts(word.key).lemmas for word in words): m
        for m in mentions
        if m.label == ORG and m.certain and (words := document.words_within(m.start, m.end)) and len(words) <= _LONGEST
    }
    if not names:
        return []
    first: dict[str, list[tuple[frozenset[str], ...]]] = {}
    for lemmas in names:
        for lemma in lemmas[0]:
            first.setdefault(lemma, []).append(lemmas)
    taken = {m.start for m in mentions if m.label == ORG}
    found = []
    for index, word in enumerate(document.words):
        if not word.capital or word.start in taken:
            continue
        for lemma in facts(word.key).lemmas & first.keys():
            match = next((lemmas for lemmas in first[lemma] if _same(document, index, lemmas)), None)
            if match:
                last = document.words[index + len(match) - 1]
                found.append(document.mention(word.start, last.end, ORG, "spread"))
                break
    return found


def _same(document: Document, index: int, lemmas: tuple[frozenset[str], ...]) -> bool:
    words = document.words[index : index + len(lemmas)]
    if len(words) < len(lemmas) or not all(facts(w.key).lemmas & have for w, have in zip(words, lemmas, strict=True)):
        return False
    if any(not document.adjacent(index + k, index + k + 1) for k in range(len(lemmas) - 1)):
        return False
    if len(words) > 1:
        return True
    word = words[0]
    if len(word.text) < _NEAR and not word.text.isupper():
        return False
    exact = document.quoted(word.start, word.end) == (word.start, word.end)
    return exact or not (word.opening and facts(word.key).common)
