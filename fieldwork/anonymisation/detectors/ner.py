"""The neural layer: slovnet's news model over whole texts, read from the natasha wheel's files."""

import hashlib
import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from navec import Navec
from slovnet import NER

from fieldwork.anonymisation.detectors.addresses import districts, streets
from fieldwork.anonymisation.letters import russian
from fieldwork.anonymisation.lexicon import (
    SURNAME,
    facts,
    is_listed_given,
    kazakh_given,
    natasha_data,
    word_list,
)
from fieldwork.anonymisation.mention import ADDRESS, LOC, PER, Document, Mention, Word
from fieldwork.core.errors import Refusal

MODEL = ("model/slovnet_ner_news_v1.tar", "16c3343a6572ddf0e2b2fc1923113de15a7f5ca5bde90e780dd590418665603e")
VECTORS = (
    "emb/navec_news_v1_1B_250K_300d_100q.tar",
    "f07270833d78523edc5781538d67038e95b43975e4a7ae757c693b687f9cbfca",
)
# Longest piece given to the model at once (code points): bounds memory, and is far longer than what it looks back on.
PIECE = 24_000
_BATCH = 4
_PROPER = 0.1
_FAMILY = re.compile("[ое]ва?$")  # «Сосын» is a word, however much it ends as «Шарапин»
_EDGE = re.compile(r"[^\w.»”\")’']+$")
_SHORTEST = 3


class ModelChanged(Refusal):
    """A model file is not the one this version was measured with."""

    message = "The model file {file} is not the one Fieldwork was measured with. Reinstall natasha 1.6.0."


def verified(name: str, sha256: str) -> Path:
    """Path of a model file whose content has the pinned hash.

    Raises:
        ModelChanged: the file differs.
    """
    path = natasha_data() / name
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise ModelChanged(file=path.name)
    return path


@lru_cache(maxsize=1)
def model() -> Any:
    """Slovnet's NER with its word vectors (0.6 s, about 200 MB), one per process."""
    ner = NER.load(verified(*MODEL), batch_size=_BATCH)
    ner.navec(Navec.load(verified(*VECTORS)))
    return ner


def pieces(text: str, size: int = PIECE) -> list[tuple[int, int]]:
    """Cut a long text near ``size`` code points, at a line's or sentence's end where there is one, else a blank."""
    cuts, at = [], 0
    while len(text) - at > size:
        window = text[at : at + size]
        cut = max(window.rfind("\n"), window.rfind(". "), window.rfind("? "), window.rfind("! ")) + 1
        if cut < size // 2:
            cut = window.rfind(" ") + 1 or size
        cuts.append((at, at + cut))
        at += cut
    cuts.append((at, len(text)))
    return cuts


class NeuralNames:
    """PER, ORG and LOC as slovnet sees them; Kazakh letters are shown to it as Russian ones."""

    name = "slovnet"

    def detect(self, document: Document) -> list[Mention]:
        """Mentions over the whole document: context of neighbouring turns helps (recall .949 against .939)."""
        text = russian(document.text)
        ner = model()
        found: list[Mention] = []
        for start, end in pieces(text):
            piece = text[start:end]
            if not piece.strip():
                continue
            for span in ner(piece).spans:
                # the model takes an emoji for a part of the name beside it
                kept = _EDGE.sub("", piece[span.start : span.stop])
                if kept:
                    found.append(
                        document.mention(start + span.start, start + span.start + len(kept), span.type, self.name)
                    )
        found = [self._relabelled(document, m) for m in found if not ordinary(document, m) and not stray(document, m)]
        return [m for m in found if believable(document, m)] if document.recased else found

    def _trimmed(self, document: Document, mention: Mention) -> Mention:
        """«Спасибо Ильшату»: an ordinary word whose capital opens the sentence is no part of the name.

        A single such word («Канат порвался») stays, to be looked at.
        """
        words = document.words_within(mention.start, mention.end)
        while len(words) > 1 and (words[0].opening or document.recased) and _no_part(document, words[0]):
            words = words[1:]
        doubtful = len(words) == 1 and words[0].opening and facts(words[0].key).common
        start = words[0].start if words else mention.start
        return document.mention(start, mention.end, PER, self.name, certain=not doubtful)

    def _relabelled(self, document: Document, mention: Mention) -> Mention:
        """A place that is a listed given name is a person («Канату»), one that is a listed street an address."""
        if mention.label == PER:
            return self._trimmed(document, mention)
        if mention.label != LOC:
            return mention
        words = document.words_within(mention.start, mention.end)
        key = words[0].key if len(words) == 1 else ""
        if key in streets() and key not in districts():
            return replace(mention, label=ADDRESS, detector="streets")
        if key and key not in districts() and not facts(key).geographic and is_listed_given(key):
            return replace(mention, label=PER)
        return mention


def _no_part(document: Document, word: Word) -> bool:
    if document.turkic(word.start):
        own_letters = russian(word.text) != word.text  # «Бүгін» only looks like a surname in Russian letters
        return not kazakh_given(word.key) and (own_letters or not _FAMILY.search(word.key))
    return _only_word(word)


def _only_word(word: Word) -> bool:
    """An ordinary Russian word, or a Kazakh one that no list of names has."""
    known = facts(word.key)
    if not known.known and known.kind in {None, SURNAME}:
        return russian(word.text) != word.text
    return known.known and known.common and not known.tags and not is_listed_given(word.key)


def ordinary(document: Document, mention: Mention) -> bool:
    """«Акимат» at the start of a sentence: a regional word that the model of news takes for somebody."""
    words = document.words_within(mention.start, mention.end)
    return mention.label in {PER, LOC} and all(
        facts(w.key).lemmas & word_list("ordinary") and not facts(w.key).kind for w in words
    )


def stray(document: Document, mention: Mention) -> bool:
    """Words whose capital says nothing and that are no names: «Поспорили с …», «Сосын …», «Пересечение …»."""
    words = document.words_within(mention.start, mention.end)
    if len(words) != 1 or not (words[0].opening or document.recased):
        return False
    word = words[0]
    if document.turkic(word.start):
        return _no_part(document, word) and not facts(word.key).geographic
    known = facts(word.key)
    return _only_word(word) and not known.geographic and (known.kind is None or document.recased)


def believable(document: Document, mention: Mention) -> bool:
    """In recased text every unknown word has a capital, and the model takes many for names: ask the dictionary."""
    if mention.label != PER:
        return True
    words = document.words_within(mention.start, mention.end)
    kazakh = all(facts(w.key).kind is None and russian(w.text) != w.text for w in words)
    single = len(words) == 1 and facts(words[0].key).plural
    return any(_name_like(word.key) for word in words) and not single and not kazakh


def _name_like(key: str) -> bool:
    known = facts(key)
    if known.kind is not None:
        return not known.common or known.proper > _PROPER or is_listed_given(key)
    return not known.known and not known.plural and len(key) > _SHORTEST
