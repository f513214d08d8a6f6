"""Positions and rare roles: never masked by themselves, always shown to a reviewer."""

import re
from functools import lru_cache

from fieldwork.anonymisation.letters import plain
from fieldwork.anonymisation.lexicon import analyser, facts, word_list
from fieldwork.anonymisation.mention import POSITION, Document, Mention

_SOLE = re.compile(
    r"(?<!\w)(?:единственн|перв)(?:ый|ая|ого|ой|ому|ым|ую)\s+(?:(?:в|на)\s+(?:\w+\s+){1,2})?(?:\w+(?:ый|ий|ой|ая|ого|ой)\s+)?[\w-]+"
    r"(?:\s+(?:в|на|при|по)\s+[^\s,.;:!?]+(?:\s+[^\s,.;:!?]+){0,3}|\s+\w+(?:ого|его|ой|ей)\s+\w+)?",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"(?<!\w)(?:заведую|руковожу|возглавляю|заведовал[аи]?|возглавлял[аи]?|руководил[аи]?)(?:\s+[а-яё]+(?:ом|ей|ой|ием))?(?!\w)"
)
# Compounds and offices with what they are of: «главврач», «завкафедрой дизайна», «замдиректора филармонии».
_OFFICE = re.compile(
    r"(?<!\w)(?:(?:главврач|завуч|завхоз|худрук|военком|участков)[а-я]{0,4}|(?:зам|зав|пред|нач|пом)[а-я]{4,}|заведующ[а-я]{2,3})"
    r"(?:\s+[а-яё]{5,}(?:ы|и|а|я|ой|ей|ом|ем|ов|ств|ых|ого)(?![а-яё]))?(?!\w)",
    re.IGNORECASE,
)
_ROOTS = re.compile(r"зам|зав|пред|нач|пом")
_ADJECTIVES = frozenset(
    [
        "главный",
        "генеральный",
        "исполнительный",
        "художественный",
        "ведущий",
        "старший",
        "программный",
        "технический",
        "креативный",
        "финансовый",
        "коммерческий",
        "научный",
        "районный",
        "городской",
        "областной",
        "арт",
        "младший",
        "первый",
    ]
)
_REACH = 40


@lru_cache(maxsize=1)
def position_forms() -> frozenset[str]:
    """Every form of the head nouns of ``data/positions.txt``."""
    forms: set[str] = set()
    for head in word_list("positions"):
        forms.add(head)
        for reading in analyser().parse(head):
            if plain(reading.normal_form) == head:
                forms |= {plain(form.word) for form in reading.lexeme}
    # «после», a case of «посол», is a preposition.
    return frozenset(form for form in forms if analyser().parse(form)[0].tag.POS not in {"PREP", "ADVB"})


@lru_cache(maxsize=1)
def _adjective_forms() -> frozenset[str]:
    readings = [analyser().parse(word)[0] for word in _ADJECTIVES]
    return frozenset(plain(form.word) for reading in readings for form in reading.lexeme)


class Positions:
    """POSITION mentions, all uncertain: a head noun beside a capitalised name, a quotation or «я»."""

    name = "positions"

    def detect(self, document: Document) -> list[Mention]:
        """Positions of somebody in particular; «художник» in general is none."""
        text = document.text
        found = [document.mention(*m.span(), POSITION, self.name, certain=False) for m in _LEADING.finditer(text)]
        found.extend(
            document.mention(*m.span(), POSITION, self.name, certain=False)
            for m in _SOLE.finditer(text)
            if any(part in _roles() for word in document.words_within(*m.span()) for part in word.key.split("-"))
        )
        found += self._offices(document)
        words = document.words
        for index, word in enumerate(words):
            if word.key not in position_forms() or not self._particular(document, index):
                continue
            start = word.start
            if index and words[index - 1].key in _adjective_forms() and document.adjacent(index - 1, index):
                start = words[index - 1].start
            found.append(document.mention(start, word.end, POSITION, self.name, certain=False))
        return found

    def _offices(self, document: Document) -> list[Mention]:
        found = []
        for match in _OFFICE.finditer(document.text):
            head = plain(match[0].split()[0])
            short = _ROOTS.match(head)
            # «замдиректора», not «заметил»: what follows the shortening has to be an office or a place of work
            rest = head[short.end() :] if short else ""
            if (
                short
                and not head.startswith("заведующ")
                and not (rest in position_forms() or rest in _places_of_work())
            ):
                continue
            found.append(document.mention(*match.span(), POSITION, self.name, certain=False))
        return found

    @staticmethod
    def _particular(document: Document, index: int) -> bool:
        word, words = document.words[index], document.words
        around = words[max(0, index - 3) : index + 4]
        if any(
            other.key in {"я", "мой", "моя", "моего", "наш", "наша"} for other in around if other.start < word.start
        ):
            return True
        for other in around:
            gap = document.text[min(word.end, other.end) : max(word.start, other.start)]
            if other is word or re.search(r"[.!?;]", gap) or len(gap) > _REACH:
                continue
            if other.capital and (facts(other.key).kind or document.quoted(other.start, other.end)):
                return True
        return False


@lru_cache(maxsize=1)
def _places_of_work() -> frozenset[str]:
    """Every form of what a «зав…» or «нач…» is head of."""
    more = "кафедра отдел отделение лаборатория архив фонд склад цех сектор музей клуб библиотека студия труппа"
    return frozenset(plain(form.word) for head in more.split() for form in analyser().parse(head)[0].lexeme)


@lru_cache(maxsize=1)
def _roles() -> frozenset[str]:
    """Head nouns that make «единственный …» a person."""
    more = (
        "экономист учитель педагог специалист мастер преподаватель переводчик эксперт врач инженер женщина мужчина "
        "литейщик скульптор музыкант хирург "
        "ювелир стеклодув мастерица реставратор ткачиха керамистка"
    )
    forms = set(position_forms())
    for head in more.split():
        forms |= {plain(form.word) for form in analyser().parse(head)[0].lexeme}
    return frozenset(forms)
