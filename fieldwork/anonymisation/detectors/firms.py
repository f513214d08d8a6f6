"""Organisations without quotation marks, as recognised speech has them: listed, coined, beside a head noun."""

import re
from functools import lru_cache

from fieldwork.anonymisation.detectors.organisations import head_forms, is_acronym
from fieldwork.anonymisation.employers import PhraseIndex
from fieldwork.anonymisation.letters import plain
from fieldwork.anonymisation.lexicon import GIVEN, PATRONYMIC, SURNAME, analyser, facts, phrase_list, surname_suffix
from fieldwork.anonymisation.mention import ORG, Document, Mention, Word
from fieldwork.anonymisation.paradigms import noun_forms

# Ends and beginnings of made-up names of firms and offices, in words that no dictionary has.
_COINED = re.compile(
    r"(?:мин|рос|гос|казах?|нац|глав|обл|гор|мос|евро|алматы)[а-я]{3,}|"
    r"[а-я]{2,}(?:банк|строй|пром|инвест|энерго|торг|фильм|концерт|финанс|телеком|холдинг|групп|генплан|проект|медиа|"
    r"фест|маркет|центр|лизинг|авто|софт|надзор|стат|архив|здрав|спорт|газ|тв|арт|сервис)",
)
_FIRM_WORDS = (
    "арт медиа групп хаб строй фильм фильмс продакшн продакшен студио лаб инвест консалтинг дизайн фест маркет сити "
    "плаза тауэр проджект пикчерс рекордс мьюзик театр галерея центр спейс холдинг сервис трейд тв фм тревел клуб"
)
_BUSINESS = frozenset(_FIRM_WORDS.split())
_GENERIC = "дом команда группа школа сеть движение общество организация партия премия клуб журнал"
_GENERIC_HEADS = frozenset(_GENERIC.split())
_SHORTEST = 4
_MEN = frozenset({GIVEN, PATRONYMIC})


@lru_cache(maxsize=1)
def _listed_names() -> PhraseIndex:
    return PhraseIndex([("", name) for name in phrase_list("organisations")], people=False)


@lru_cache(maxsize=1)
def named_organisations() -> dict[str, tuple[tuple[frozenset[str], ...], ...]]:
    """Listed organisations of two words or more, as the forms of their words, by every form of the first one."""
    index: dict[str, tuple[tuple[frozenset[str], ...], ...]] = {}
    for name in phrase_list("organisations"):
        words = tuple(noun_forms(plain(word)) for word in name.split())
        for form in words[0] if len(words) > 1 else ():
            index[form] = (*index.get(form, ()), words)
    return index


@lru_cache(maxsize=20_000)
def is_small_acronym(key: str) -> bool:
    """Whether a word in small letters is a listed abbreviation and no ordinary word («мгимо», not «ну»)."""
    found = facts(key)
    return len(key) > 2 and is_acronym(key.upper()) and not found.common and found.kind is None  # noqa: PLR2004


def _generic(key: str) -> bool:
    return bool(facts(key).lemmas & _GENERIC_HEADS)


def _genitive_surname(run: list[Word]) -> bool:
    """«Лермонтова», «Станиславского»: one surname in the genitive behind a head noun."""
    known = facts(run[-1].key)
    if len(run) > 2 or known.geographic or known.kind != SURNAME:  # noqa: PLR2004 - «театр Абая Кунанбаева»
        return False
    return bool(re.search(r"(?:[оеё]в|[иы]н)(?:а|ой)$|[сц]кого$|[^аеиоуыэюяй]а$", run[-1].key))


def _is_title(run: list[Word]) -> bool:
    """Whether capitalised words behind a head noun are its name and nobody's: «Бункер», «Тенгри Умай»."""
    told = [facts(word.key) for word in run]
    if any(known.geographic for known in told) or any(word.key in head_forms() for word in run[:1]):
        return False
    return not any(
        (known.kind in _MEN and known.strong) or surname_suffix(w.key) for known, w in zip(told, run, strict=True)
    )


def _proper_adjective(word: Word) -> bool:
    """«Немецкий», «Венецианской» with a capital inside a sentence."""
    if not word.capital or word.opening or word.text.isupper():
        return False
    return analyser().parse(word.key)[0].tag.POS == "ADJF" and len(word.key) > _SHORTEST


def _is_coined(word: Word) -> bool:
    known = facts(word.key)
    if known.known or (known.kind is not None and known.strong) or surname_suffix(word.key):
        return False
    bare = re.sub(r"(?:ом|ем|а|у|е|ы|и)$", "", word.key)
    return len(word.key) > 5 and any(_COINED.fullmatch(key) for key in (word.key, bare))  # noqa: PLR2004 - «Газета»


class Firms:
    """ORG by rule for names without marks."""

    name = "organisations"

    def detect(self, document: Document) -> list[Mention]:
        """ORG mentions."""
        return [*self._listed(document), *self._headed(document), *self._coined(document)]

    def _listed(self, document: Document) -> list[Mention]:
        """Organisations of ``data/organisations.txt``, marked as names; ordinary words are left to a person."""
        return [
            document.mention(hit.start, hit.end, ORG, self.name, certain=not hit.phrase.common)
            for hit in _listed_names().find(document)
            if hit.marked
        ]

    def _headed(self, document: Document) -> list[Mention]:
        """A head noun beside a capital: «театр Лермонтова», «галерея Тенгри Умай», «Немецкий институт»."""
        words = document.words
        found = []
        for index, word in enumerate(words):
            if word.key not in head_forms():
                continue
            run = self._run(document, index)
            if run and _genitive_surname(run) and not _generic(word.key):
                found.append(document.mention(word.start, run[-1].end, ORG, self.name))
            elif run and _is_title(run):
                found.append(document.mention(run[0].start, run[-1].end, ORG, self.name, certain=len(run) > 1))
            elif index and document.adjacent(index - 1, index) and _proper_adjective(words[index - 1]):
                found.append(document.mention(words[index - 1].start, word.end, ORG, self.name))
        return found

    @staticmethod
    def _run(document: Document, index: int) -> list[Word]:
        """Up to three capitalised words behind a head noun."""
        run: list[Word] = []
        for number in range(index + 1, min(index + 4, len(document.words))):
            word = document.words[number]
            if not (word.capital and document.adjacent(number - 1, number)):
                break
            run.append(word)
        return run

    def _coined(self, document: Document) -> list[Mention]:
        """«Казахконцерт», «Минкульт», «Тан Медиа»: words that no dictionary has, made as names of firms are."""
        words = document.words
        found = []
        for index, word in enumerate(words):
            if not word.capital or word.key[0].isascii():
                continue
            if _is_coined(word):
                found.append(document.mention(word.start, word.end, ORG, self.name, certain=not word.opening))
            following = words[index + 1] if document.adjacent(index, index + 1) else None
            if following is None or not (following.capital or document.recased):
                continue
            named = facts(following.key).lemmas & _BUSINESS or following.key in _BUSINESS
            known = facts(word.key)
            ordinary = known.common and (word.opening or document.recased)
            if named and not ordinary and known.kind not in _MEN and word.key not in head_forms():
                found.append(document.mention(word.start, following.end, ORG, self.name))
        return found
