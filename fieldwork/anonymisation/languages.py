"""Which passages are not Russian: the detectors are measured on Russian, a person has to read the rest.

Pure and dictionary-free, so pages may use it: letters and everyday words tell Kazakh, Kyrgyz and English apart.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

RUSSIAN, KAZAKH, KYRGYZ, ENGLISH, OTHER = "ru", "kk", "ky", "en", "other"
_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…]+|\n|$)")
_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_KAZAKH_LETTERS = re.compile("[әғқұһі]", re.IGNORECASE)
_TURKIC_LETTERS = re.compile("[ңөү]", re.IGNORECASE)
# Everyday words without letters of their own; none is a Russian word in any case.
_KAZAKH = (
    "мен сен ол осы сол мынау бар деп дейді еді екен емес керек болды болады болса болмайды келді кетті барды айтты "
    "жок ия осылай бірақ содан сосын кейін енді тагы тек гой шыгар рахмет калай кайда казир ертен бугин жаксы улкен "
    "адам бала жыл кун уйде олар бизге маган саган оган менин сенин онын керемет сонда мына ана барлык коп аз"
)
_KAZAKH_WORDS = frozenset(_KAZAKH.split())
_KYRGYZ = "бул менен жана болгон эмес бирок ушул анан рахмат кийин учун деген эле экен"
_KYRGYZ_WORDS = frozenset(_KYRGYZ.split())
_RUSSIAN = (
    "и в во не на я что с со а то как это по но из у за к ко о об от до же бы был была было были мы они он она вы ты "
    "так вот ну да нет если или уже ещё еще потом когда очень там тут где нас меня мне ему её его их для при"
)
_RUSSIAN_WORDS = frozenset(_RUSSIAN.split())
_ENGLISH = (
    "the and of to in is was it that this for on with as are we you they he she at be have has not but from i my our "
    "by or an so what there their would were"
)
_ENGLISH_WORDS = frozenset(_ENGLISH.split())
_FEWEST = 3
_SHARE = 0.4
_MOSTLY = 0.5


class Passage(NamedTuple):
    """A stretch of one turn in another language than Russian; places are code points of the turn's text."""

    turn: int
    start: int
    end: int
    language: str
    words: int


class LanguageDoubt(NamedTuple):
    """What of a transcript is not Russian.

    Attributes:
        passages: the stretches, in order.
        share: their words among all words, 0 to 1.
        mostly: the language of the whole where more than half of it is not Russian, else empty.
    """

    passages: tuple[Passage, ...]
    share: float
    mostly: str

    def of_turn(self, turn: int) -> tuple[Passage, ...]:
        """The passages of one turn."""
        return tuple(passage for passage in self.passages if passage.turn == turn)


def language_of(text: str) -> str:
    """The language of a sentence: one of the codes above; Russian where there is too little to tell."""
    words = [word.lower() for word in _WORD.findall(text)]
    if not words:
        return RUSSIAN
    cyrillic = sum(bool(_CYRILLIC.match(word)) for word in words)
    latin = sum(bool(_LATIN.match(word)) for word in words)
    if cyrillic + latin < len(words) / 2:
        return OTHER
    if len(words) < _FEWEST:
        return RUSSIAN
    if latin > cyrillic:
        known = sum(word in _ENGLISH_WORDS for word in words)
        # A name or a title in Latin letters is no passage.
        return ENGLISH if known else OTHER if latin > _FEWEST else RUSSIAN
    return _cyrillic(words)


def _cyrillic(words: Sequence[str]) -> str:
    lettered = sum(bool(_KAZAKH_LETTERS.search(word)) for word in words)
    turkic = sum(bool(_TURKIC_LETTERS.search(word)) for word in words)
    kazakh = sum(bool(_KAZAKH_LETTERS.search(w) or _TURKIC_LETTERS.search(w)) or w in _KAZAKH_WORDS for w in words)
    kyrgyz = sum(bool(_TURKIC_LETTERS.search(word)) or word in _KYRGYZ_WORDS for word in words) if not lettered else 0
    russian = sum(word in _RUSSIAN_WORDS for word in words)
    foreign = max(kazakh, kyrgyz)
    if foreign < 2 or foreign < len(words) * (_SHARE if russian else _SHARE / 2) or foreign <= russian:  # noqa: PLR2004
        return RUSSIAN
    return KYRGYZ if not lettered and (turkic or kyrgyz) and kyrgyz >= kazakh else KAZAKH


def passages(text: str, turn: int = 0) -> Iterator[Passage]:
    """The sentences of a text that are not Russian, neighbours of one language joined."""
    last: Passage | None = None
    for match in _SENTENCE.finditer(text):
        language = language_of(match[0])
        if language == RUSSIAN:
            continue
        start = match.end() - len(match[0].lstrip())
        end = match.start() + len(match[0].rstrip())
        count = len(_WORD.findall(match[0]))
        if last is not None and last.language == language and not text[last.end : start].strip():
            last = last._replace(end=end, words=last.words + count)
            continue
        if last is not None:
            yield last
        last = Passage(turn, start, end, language, count)
    if last is not None:
        yield last


def language_doubt(texts: Sequence[str]) -> LanguageDoubt:
    """What of a transcript (its turns in order) is not Russian and has to be read by a person from end to end."""
    found = tuple(passage for number, text in enumerate(texts) for passage in passages(text, number))
    foreign = sum(passage.words for passage in found)
    every = sum(len(_WORD.findall(text)) for text in texts)
    share = foreign / every if every else 0.0
    counts: dict[str, int] = {}
    for passage in found:
        counts[passage.language] = counts.get(passage.language, 0) + passage.words
    mostly = max(counts, key=lambda language: counts[language]) if share > _MOSTLY else ""
    return LanguageDoubt(found, share, mostly)
