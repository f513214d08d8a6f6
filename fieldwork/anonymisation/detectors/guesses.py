"""Words that no dictionary and no list has, where people stand in a sentence: always for a person to decide."""

from fieldwork.anonymisation.detectors.names import is_cyrillic_name
from fieldwork.anonymisation.lexicon import analyser, facts
from fieldwork.anonymisation.mention import PER, Document, Mention

GUESS = "guess"
_SHORTEST = 4
_LONGEST_LINK = 3
_RELATIVE = frozenset({"который", "которая", "которого", "которому", "которым", "которую", "которой"})


class Guesses:
    """PER, uncertain: an unknown capitalised word that opens a sentence and does something («Штайнмайер прибыл …»).

    A mention of this detector gives way to whatever else is found there.
    """

    name = GUESS

    def detect(self, document: Document) -> list[Mention]:
        """Unknown subjects in text that has capitals; in recased text every unknown word has one."""
        if document.recased:
            return []
        words = document.words
        return [
            document.mention(word.start, word.end, PER, self.name, certain=False)
            for index, word in enumerate(words)
            if word.opening
            and is_cyrillic_name(word)
            and len(word.key) > _SHORTEST
            and not facts(word.key).known
            and facts(word.key).kind is None
            and not document.turkic(word.start)
            and self._acts(document, index)
        ]

    @staticmethod
    def _acts(document: Document, index: int) -> bool:
        """Whether a verb in the singular, or «который», follows, at most one small word between."""
        words = document.words
        for number in range(index + 1, min(index + _LONGEST_LINK, len(words))):
            word = words[number]
            if word.capital or word.start - words[index].end > _SHORTEST * _LONGEST_LINK:
                return False
            if word.key in _RELATIVE:
                return True
            tag = analyser().parse(word.key)[0].tag
            if tag.POS == "VERB":
                return "plur" not in tag
            if tag.POS not in {"PRCL", "ADVB", "NPRO"}:
                return False
        return False
