"""Whole files through the anonymiser: text, DOCX, VTT, SRT, lines of JSON, with one numbering over all of them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from fieldwork.anonymisation.anonymiser import Anonymiser
from fieldwork.anonymisation.carriers import Speakers, carrier_of
from fieldwork.anonymisation.carriers.runs import cuts, patched
from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.anonymisation.languages import ENGLISH, KAZAKH, KYRGYZ, OTHER, language_doubt
from fieldwork.anonymisation.leaks import LeakChecker
from fieldwork.anonymisation.mention import Mention
from fieldwork.anonymisation.placeholders import Profile
from fieldwork.anonymisation.terms import Term

_SPOKEN = {KAZAKH: "Kazakh", KYRGYZ: "Kyrgyz", ENGLISH: "English", OTHER: "another language"}
_BARRIER = "."
"""A line of its own that the model does not read a name over."""

Doubtful = Literal["mask", "keep", "mark"]


@dataclass(frozen=True, repr=False)
class AnonymousFile:
    """A file after replacement.

    Attributes:
        data: its bytes.
        name: its name without the suffix, mentions in it replaced as well.
        mentions: everything found, also what stays, in order; for the vault only.
        notices: what a person should know or look at (English sentences without names).
        doubtful: how many mentions of the labels to be replaced ask for a person's decision.
    """

    data: bytes
    name: str
    mentions: tuple[Mention, ...]
    notices: tuple[str, ...]
    doubtful: int


class FileAnonymiser:
    """Anonymises files one after the other; a person has the same placeholder in all of them.

    Args:
        known: contact records, see ``read_contacts``.
        profile: which labels are replaced.
        terms: a study's own words to be found.
        exceptions: words that are never proposed.
        doubtful: what becomes of a mention that is not certain: «mask» replaces it, «keep» leaves it, «mark» replaces
            it with a question mark in the placeholder (``[человек-2?]``).
    """

    def __init__(
        self,
        known: Sequence[KnownIdentity] = (),
        profile: Profile | None = None,
        *,
        terms: Iterable[Term] = (),
        exceptions: Sequence[str] = (),
        doubtful: Doubtful = "mask",
    ) -> None:
        self.doubtful = doubtful
        self.checker = LeakChecker(known) if known else None
        self.speakers = Speakers()
        self.anonymiser = Anonymiser(known, profile, terms=terms, exceptions=exceptions, further=[self.speakers])

    def anonymise(self, data: bytes, form: str = "", *, name: str = "") -> AnonymousFile:
        """One file.

        Args:
            data: its bytes.
            form: one of ``carriers.FORMS``; told by the content where it is empty.
            name: the file's name without its suffix, which may name somebody as well.

        Raises:
            NotText, DamagedText, BadLine, LockedDocument, BrokenDocument, DangerousDocument, WrongForm: it cannot be
                read; see ``carrier_of``.
        """
        carrier = carrier_of(data, form)
        self.speakers.told(carrier.people)
        *found, in_name = self._mentions([*carrier.texts, name.replace("_", " ")], {*carrier.alone, len(carrier.texts)})
        settled = [[self._settled(mention) for mention in mentions] for mentions in found]
        (lost,) = cuts([len(name)], in_name)
        every = [mention for mentions in [*settled, in_name] for mention in mentions]
        masked = self.anonymiser.profile.masked
        rewritten = carrier.rewritten(settled)
        return AnonymousFile(
            data=rewritten,
            name=patched(name, lost),
            mentions=tuple(every),
            notices=(*carrier.notices, *_languages(carrier.texts), *self._left(rewritten, form)),
            doubtful=sum(not mention.certain and mention.label in masked for mention in every),
        )

    def _left(self, rewritten: bytes, form: str) -> Iterator[str]:
        """What the leak check still finds of known people in the result: a second look by other rules."""
        if self.checker is None or form in ("json", "jsonl"):  # those hold the original beside the result
            return
        texts = carrier_of(rewritten, form).texts
        left = sum(finding.blocking for text in texts for finding in self.checker.check(text))
        if left:
            yield f"Known people can still be recognised in {left} places of the result: search it before it leaves."

    def _mentions(self, texts: Sequence[str], alone: Collection[int]) -> list[list[Mention]]:
        """The mentions of every text; those that stand alone come last, each behind a barrier."""
        running = [number for number in range(len(texts)) if number not in alone]
        order = [*((number, texts[number]) for number in running)]
        for number in sorted(alone):
            order += [(-1, _BARRIER), (number, texts[number])]
        found: list[list[Mention]] = [[] for _ in texts]
        for (number, _), mentions in zip(order, self.anonymiser.mentions([text for _, text in order]), strict=True):
            if number >= 0:
                found[number] = mentions
        return found

    def _settled(self, mention: Mention) -> Mention:
        """What stands for a mention that is not certain."""
        if mention.certain or self.doubtful == "mask" or mention.replacement == mention.text:
            return mention
        if self.doubtful == "keep":
            return replace(mention, replacement=mention.text)
        return replace(mention, replacement=mention.replacement.removesuffix("]") + "?]")


def _languages(texts: Sequence[str]) -> Iterator[str]:
    """What is not Russian was read by rules that are weaker there: said, never passed over."""
    doubt = language_doubt(texts)
    if doubt.mostly:
        yield f"The text is mostly in {_SPOKEN[doubt.mostly]}; names are sought by rules for Russian. Read all of it."
    elif doubt.passages:
        yield f"Passages in other languages: {len(doubt.passages)}, {doubt.share:.0%} of the words. Read them yourself."
