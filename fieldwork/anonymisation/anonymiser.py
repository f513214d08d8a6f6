"""The whole path: texts in, linked mentions and readable anonymous texts out."""

import bisect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from fieldwork.anonymisation.detectors.addresses import Places, Streets
from fieldwork.anonymisation.detectors.dates import BirthDates
from fieldwork.anonymisation.detectors.firms import Firms
from fieldwork.anonymisation.detectors.guesses import Guesses
from fieldwork.anonymisation.detectors.inserts import KazakhNames, LatinNames
from fieldwork.anonymisation.detectors.known import Known, KnownPeople
from fieldwork.anonymisation.detectors.names import NameRules, spread
from fieldwork.anonymisation.detectors.ner import NeuralNames
from fieldwork.anonymisation.detectors.organisations import Organisations, spread_organisations
from fieldwork.anonymisation.detectors.patterns import Contacts, Numbers
from fieldwork.anonymisation.detectors.positions import Positions
from fieldwork.anonymisation.detectors.spoken import SpokenAddresses, SpokenNumbers
from fieldwork.anonymisation.detectors.terms import Exceptions, Terms
from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.anonymisation.letters import view
from fieldwork.anonymisation.linking import Linker
from fieldwork.anonymisation.mention import Detector, Document, Mention
from fieldwork.anonymisation.overlaps import resolve
from fieldwork.anonymisation.placeholders import Numbering, Profile, Rewritten, apply
from fieldwork.anonymisation.recasing import recased
from fieldwork.anonymisation.terms import Term

_SEPARATOR = "\n"


def detectors(known: Known, terms: Iterable[Term] = ()) -> list[Detector]:
    """The detectors of the house, one of each."""
    return [
        NeuralNames(), NameRules(), KazakhNames(), LatinNames(), KnownPeople(known), Organisations(), Firms(),
        Streets(), Places(), Contacts(), Numbers(), BirthDates(), SpokenNumbers(), SpokenAddresses(), Positions(),
        Guesses(), Terms(terms),
    ]  # fmt: skip


class Anonymiser:
    """Finds, links and replaces what identifies people. Entities and numbers grow over the texts of one instance.

    Args:
        known: the study's contact records (experts, interviewers, those who declined).
        profile: which labels are replaced.
        earlier: entities linked before, ``Anonymiser.entities()`` of an earlier run: keys stay stable over a study.
        placeholders: replacements given before, by entity key: ``Anonymiser.placeholders()`` of an earlier run.
        terms: the study's own words to be found.
        exceptions: words that are never proposed, unless they are a known identity's or a term's.
        further: detectors of one's own, which are asked beside those of the house.
    """

    def __init__(
        self,
        known: Sequence[KnownIdentity] = (),
        profile: Profile | None = None,
        *,
        earlier: Iterable[tuple[str, str, Sequence[str]]] = (),
        placeholders: Mapping[str, str] | None = None,
        terms: Iterable[Term] = (),
        exceptions: Sequence[str] = (),
        further: Iterable[Detector] = (),
    ) -> None:
        self.profile = profile or Profile()
        self.known = Known(known)
        self.detectors = [*detectors(self.known, terms), *further]
        self.exceptions = Exceptions(exceptions)
        self.linker = Linker(self.known, earlier)
        self.numbering = Numbering({identity.code: identity.role for identity in known}, placeholders)

    def mentions(self, texts: Sequence[str], *, about: Iterable[str] = ()) -> list[list[Mention]]:
        """Mentions of one document given as its segments in order; detection reads over the borders.

        Args:
            texts: the turns of one transcript (or the texts of one run).
            about: codes of the known people who take part in it.

        Returns:
            For every text its mentions in order, disjoint, linked, with replacements; positions are code points.
            A name that runs over a border has a mention on either side, with one entity.
        """
        views = [view(text) for text in texts]
        starts, at = [], 0
        for seen in views:
            starts.append(at)
            at += len(seen.text) + len(_SEPARATOR)
        document = recased(_SEPARATOR.join(seen.text for seen in views))
        linked = self.numbering.fill(self.linker.link(self.find(document), about), self.profile)
        result: list[list[Mention]] = [[] for _ in texts]
        for mention in linked:
            first = bisect.bisect_right(starts, mention.start) - 1
            last = bisect.bisect_right(starts, mention.end - 1) - 1
            for number in range(first, last + 1):
                piece = self._piece(mention, starts[number], views[number].text, texts[number], views[number].span)
                if piece is not None:
                    result[number].append(piece)
        return result

    @staticmethod
    def _piece(
        mention: Mention, base: int, seen: str, text: str, span: Callable[[int, int], tuple[int, int]]
    ) -> Mention | None:
        """The part of a mention that lies in one text, in that text's own positions."""
        start, end = max(mention.start - base, 0), min(mention.end - base, len(seen))
        if start >= end or not seen[start:end].strip():
            return None
        old_start, old_end = span(start, end)
        words = text[old_start:old_end]
        kept = mention.replacement == mention.text
        return replace(
            mention, start=old_start, end=old_end, text=words, replacement=words if kept else mention.replacement
        )

    def find(self, document: Document) -> list[Mention]:
        """Disjoint mentions of a document, not yet linked."""
        found = [mention for detector in self.detectors for mention in detector.detect(document)]
        found = self.exceptions.without(document, found)
        more = [*spread(document, found), *spread_organisations(document, found)]
        return resolve([*found, *self.exceptions.without(document, more)], document.text)

    def anonymise(self, text: str, *, about: Iterable[str] = ()) -> tuple[Rewritten, list[Mention]]:
        """One text with its mentions replaced, and the mentions."""
        (mentions,) = self.mentions([text], about=about)
        return apply(text, mentions), mentions

    def entities(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """All entities so far as (key, label, forms); the forms are originals, for the vault only."""
        return self.linker.entities()

    def placeholders(self) -> dict[str, str]:
        """Placeholders so far, by entity key."""
        return dict(self.numbering.given)
