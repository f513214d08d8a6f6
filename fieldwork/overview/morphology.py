"""Russian lemmas out of pymorphy3's dictionary, read where it lies on the disk.

``pymorphy3.MorphAnalyzer`` costs a process 30 MB for as long as it lives, and the server has to stay small. The files
of its dictionary (OpenCorpora, 5.1 million forms) can be read in place: they are mapped, a word touches a few pages of
them, and ``release`` gives the pages back. What is left is the table of endings, 3 MB.
"""

import json
import mmap
import struct
from collections import Counter
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dawg_python import RecordDAWG, wrapper

RARE = 0.05
"""A reading less likely than this (in OpenCorpora's hand-made annotation) gives no lemma: «стали» is hardly steel."""
_AT_ONCE = 20
"""Words after which the memory of the mapped files is given back: each touches some 60 kB of them."""
_NOT_GUESSED = ("NUMR", "NPRO", "PRED", "PREP", "CONJ", "PRCL", "INTJ")
_SHORTEST_GUESSED = 4
_LONGEST_ENDING = 5
_LIKELY = 0.2


class NoDictionaryError(RuntimeError):
    """The package with the dictionary is not installed, or is of another format."""


class Dictionary:
    """The lemmas of words. One for the process: see ``dictionary``."""

    def __init__(self, folder: Path) -> None:
        meta = dict(json.loads((folder / "meta.json").read_text(encoding="utf-8")))
        if not str(meta["format_version"]).startswith("2."):
            raise NoDictionaryError(f"pymorphy3's dictionary has the unknown format {meta['format_version']}")
        self._mapped: list[mmap.mmap] = []
        self._asked = 0
        self._prefixes: list[str] = meta["compile_options"]["paradigm_prefixes"]
        self._suffixes: list[str] = json.loads((folder / "suffixes.json").read_text(encoding="utf-8"))
        self._tags: list[str] = json.loads((folder / "gramtab-opencorpora-int.json").read_text(encoding="utf-8"))
        self._paradigms = self._map(folder / "paradigms.array")
        self._places = _places(self._paradigms)
        self._words = self._records(folder / "words.dawg", ">HH")
        self._endings = self._records(folder / "prediction-suffixes-0.dawg", ">IHH")
        self._shares = self._graph(self._map(folder / "p_t_given_w.intdawg"))[0]
        self._yo = RecordDAWG.compile_replaces({"е": "ё"})
        self.release()

    def lemmas(self, word: str) -> tuple[str, ...]:
        """Every dictionary form that ``word`` (lower case, е for ё or not) may be a form of, without «ё».

        A word that the dictionary does not have is read like words with the same ending; one that is too short for
        that, or not Russian, has no lemma.
        """
        self._asked += 1
        if self._asked % _AT_ONCE == 0:
            self.release()
        readings: Counter[str] = Counter()
        for known, values in self._words.similar_items(word, self._yo):
            for paradigm, number in values:
                share = self._shares.find(f"{word}:{self._tag(paradigm, number)}".encode())
                readings[_plain(self._lemma(known, paradigm, number))] += max(0, share)
        if not readings:
            readings = self._guessed(word)
        whole = sum(readings.values())
        return tuple(sorted(lemma for lemma, share in readings.items() if not whole or share >= RARE * whole))

    def release(self) -> None:
        """Give the memory of the mapped files back; what is read next is fetched again."""
        for mapped in self._mapped:
            mapped.madvise(mmap.MADV_DONTNEED)

    def _guessed(self, word: str) -> Counter[str]:
        if len(word) < _SHORTEST_GUESSED:
            return Counter()
        for length in range(min(_LONGEST_ENDING, len(word) - 1), 0, -1):
            found: Counter[str] = Counter()
            for _, values in self._endings.similar_items(word[-length:], self._yo):
                for count, paradigm, number in values:
                    if not self._tag(paradigm, number).startswith(_NOT_GUESSED):
                        found[_plain(self._lemma(word, paradigm, number))] += count
            most = max(found.values(), default=0)
            if most > 1:
                return Counter({lemma: count for lemma, count in found.items() if count >= _LIKELY * most})
        return Counter()

    def _lemma(self, word: str, paradigm: int, number: int) -> str:
        start, length = self._places[paradigm]
        suffix = self._suffixes[self._figure(start + number)]
        prefix = self._prefixes[self._figure(start + 2 * length + number)]
        stem = word[len(prefix) : len(word) - len(suffix)]
        first = self._prefixes[self._figure(start + 2 * length)]
        return first + stem + self._suffixes[self._figure(start)]

    def _tag(self, paradigm: int, number: int) -> str:
        start, length = self._places[paradigm]
        return self._tags[self._figure(start + length + number)]

    def _figure(self, place: int) -> int:
        found: int = struct.unpack_from("<H", self._paradigms, 2 * place)[0]
        return found

    def _map(self, path: Path) -> memoryview:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        self._mapped.append(mapped)
        return memoryview(mapped)

    def _graph(self, data: memoryview) -> tuple[Any, Any]:
        """DAWG2's two halves over mapped bytes: it would otherwise copy them into arrays."""
        units, guide = wrapper.Dictionary(), wrapper.Guide()
        size = 4 * struct.unpack_from("=I", data)[0]
        units._units = data[4 : 4 + size].cast("I")  # noqa: SLF001 - the one place where it keeps them
        at = 8 + size
        guide._units = data[at : at + 2 * struct.unpack_from("=I", data, at - 4)[0]]  # noqa: SLF001 - as above
        return units, guide

    def _records(self, path: Path, form: str) -> RecordDAWG:
        records = RecordDAWG(form)
        records.dct, records.guide = self._graph(self._map(path))
        return records


@lru_cache(maxsize=1)
def dictionary() -> Dictionary:
    """The dictionary that pymorphy3 brings along.

    Raises:
        NoDictionaryError: it is not installed.
    """
    spec = find_spec("pymorphy3_dicts_ru")
    if spec is None or spec.origin is None:
        raise NoDictionaryError("the package pymorphy3-dicts-ru is not installed")
    return Dictionary(Path(spec.origin).parent / "data")


@lru_cache(maxsize=4096)
def lemmas(word: str) -> tuple[str, ...]:
    """The lemmas of a word, remembered."""
    return dictionary().lemmas(word)


def _plain(word: str) -> str:
    return word.replace("ё", "е")


def _places(data: memoryview) -> list[tuple[int, int]]:
    """Where each paradigm starts and how many forms it has, in units of two bytes."""
    count, at, places = struct.unpack_from("<H", data)[0], 1, []
    for _ in range(count):
        size = struct.unpack_from("<H", data, 2 * at)[0]
        places.append((at + 1, size // 3))
        at += 1 + size
    return places
