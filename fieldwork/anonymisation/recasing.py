"""Lower-case speech gets its capitals back before detection: a model of news knows no name in small letters."""

import re
from collections.abc import Iterator

from fieldwork.anonymisation.detectors.addresses import INTO, districts
from fieldwork.anonymisation.detectors.firms import is_small_acronym, named_organisations
from fieldwork.anonymisation.lexicon import (
    GIVEN,
    HONORIFICS,
    PATRONYMIC,
    SURNAME,
    facts,
    kazakh_given,
    surname_suffix,
    word_list,
)
from fieldwork.anonymisation.mention import Document, Word

# Share of words with a capital below which a text was not written with capitals.
_CAPITALS = 0.01
_LONG_LINE = 12
_SHORTEST = 3
_INITIALS = re.compile(r"(?<!\w)[а-яёәғқңөұүһі]\.\s?(?:[а-яёәғқңөұүһі]\.\s?)?$")
_INITIALS_AFTER = re.compile(r"\s[а-яёәғқңөұүһі]\.(?:\s?[а-яёәғқңөұүһі]\.)|\s[а-яёәғқңөұүһі]\.(?=\s*(?:$|[,;)\n]))")
# A word whose proper-noun readings weigh more than this gets its capital (0.1 measured best on news).
_PROPER = 0.1


def recased(text: str) -> Document:
    """The document to detect in: with capitals restored where the text, or a long line of it, has none."""
    document = Document(text)
    words = document.words
    capitals = sum(word.capital for word in words)
    shouted = sum(word.text.isupper() and len(word.text) > 1 for word in words)
    if words and shouted > len(words) * 0.6:
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
        return restore(Document(lowered), whole=True)
    if capitals <= len(words) * _CAPITALS:
        return restore(document, whole=True)
    if "\n" in text:
        return restore(document, whole=False)
    return document


def restore(document: Document, *, whole: bool) -> Document:
    """Capitals for the whole text, or for its lines of twelve words and more that have none.

    A document counts as recased only as a whole: one line without capitals must not weaken the rules for the others.
    """
    chosen: list[int] = []
    for line in _lines(document.words, document.text):
        if whole or (len(line) >= _LONG_LINE and not any(word.capital for word in line)):
            chosen.extend(word.start for word in _proper(line, document))
    if not chosen:
        return document
    letters = list(document.text)
    for at in _more(document, chosen):
        raised = letters[at].upper()
        if len(raised) == 1:
            letters[at] = raised
    return Document("".join(letters), recased=whole)


def _more(document: Document, chosen: list[int]) -> Iterator[int]:
    """Where capitals belong: the chosen words, what follows an apostrophe in them, initials, abbreviations."""
    text = document.text
    starts = set(chosen)
    for word in document.words:
        if word.start not in starts:
            continue
        yield word.start
        if is_small_acronym(word.key):
            yield from range(word.start, word.end)
        if word.text[1:2] in {"'", "’"} and len(word.text) > _SHORTEST:
            yield word.start + 2
        before = _INITIALS.search(text, max(0, word.start - 8), word.start)
        after = _INITIALS_AFTER.match(text, word.end)
        for initials in (before, after):
            yield from (at for at in range(*initials.span()) if text[at].isalpha()) if initials else ()


def _lines(words: list[Word], text: str) -> Iterator[list[Word]]:
    line: list[Word] = []
    for word in words:
        if line and "\n" in text[line[-1].end : word.start]:
            yield line
            line = []
        line.append(word)
    if line:
        yield line


def _proper(line: list[Word], document: Document) -> list[Word]:
    """Words of a line that should stand with a capital: sentence starts, proper nouns, homonyms beside a name."""
    chosen = [
        index
        for index, word in enumerate(line)
        if (_looks_kazakh(word.key) if document.turkic(word.start) else _looks_proper(word.key))
    ]
    taken = set(chosen)
    for index in chosen:
        for other in (index - 1, index + 1):
            if 0 <= other < len(line) and other not in taken and _joins(line, index, other, document):
                taken.add(other)
    starts = {i for i, word in enumerate(line) if i == 0 or _after_stop(word, document)}
    quoted = {i for i, word in enumerate(line) if document.text[word.start - 1 : word.start] in {"«", "“", "„", '"'}}
    places = {i for i, word in enumerate(line) if _place(line, i, document)}
    listed = {number for index in range(len(line)) for number in _listed_organisation(line, index)}
    return [line[index] for index in sorted(taken | starts | quoted | places | listed)]


def _listed_organisation(line: list[Word], index: int) -> range:
    """Words of a listed organisation of two words or more («британский совет»), and abbreviations («мгимо»)."""
    if is_small_acronym(line[index].key):
        return range(index, index + 1)
    for name in named_organisations().get(line[index].key, ()):
        following = line[index : index + len(name)]
        if len(following) == len(name) and all(w.key in forms for w, forms in zip(following, name, strict=True)):
            return range(index, index + len(name))
    return range(0)


def _place(line: list[Word], index: int, document: Document) -> bool:
    """«на орбите», «в шаныраке»: a listed place after a preposition of place."""
    if line[index].key not in districts() or index == 0 or line[index - 1].key not in INTO:
        return False
    return not document.text[line[index - 1].end : line[index].start].strip(" ")


def _after_stop(word: Word, document: Document) -> bool:
    before = document.text[max(0, word.start - 3) : word.start].rstrip()
    return before[-1:] in {".", "!", "?", "…"}


def _joins(line: list[Word], index: int, other: int, document: Document) -> bool:
    """Whether a word that may be ordinary is the other half of the name beside it («канат ахметов», «инна пак»)."""
    left, right = sorted((index, other))
    if document.text[line[left].end : line[right].start].strip(" \u00a0"):
        return False
    name, doubtful = facts(line[index].key), facts(line[other].key)
    if not name.strong or name.kind is None:
        return False
    if (
        other < index
        and _korean(line, other)
        and index + 1 < len(line)
        and facts(line[index + 1].key).kind == PATRONYMIC
    ):
        return True
    if other < index and _korean(line, other) and name.kind == GIVEN and _listed(line[index].key):
        return True  # «пак олег»
    if other < index:
        return doubtful.kind == GIVEN and name.kind in {SURNAME, PATRONYMIC} and _listed(line[other].key)
    korean = _korean(line, other)
    surname = doubtful.kind == SURNAME and (surname_suffix(line[other].key) or "Surn" in doubtful.tags)
    return name.kind in {GIVEN, PATRONYMIC} and (surname or korean)


def _korean(line: list[Word], index: int) -> bool:
    found = facts(line[index].key)
    return found.kind is not None and bool(found.lemmas & word_list("korean_surnames"))


def _listed(key: str) -> bool:
    return "Name" in facts(key).tags or bool(facts(key).lemmas & word_list("kazakh_given"))


def _looks_kazakh(key: str) -> bool:
    """In a Kazakh sentence most words are unknown: a name has to be listed or to end as one."""
    if len(key) <= _SHORTEST or key in HONORIFICS or facts(key).common:
        return False
    return kazakh_given(key) or (surname_suffix(key) and not facts(key).known) or facts(key).kind == PATRONYMIC


def _looks_proper(key: str) -> bool:
    if len(key) < _SHORTEST or key in HONORIFICS:
        return False
    found = facts(key)
    if found.proper > _PROPER or (found.kind is not None and found.strong) or not found.known:
        return True
    # «канат», «улан», «баян»: given a capital, the model tells the man from the rope by what stands around.
    return bool(found.lemmas & word_list("kazakh_given"))
