"""The leak check: sealed names, contacts and employers, in every form, in a text that is about to leave."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from fieldwork.anonymisation.detectors.known import Known, own_domain, phone_key
from fieldwork.anonymisation.detectors.patterns import Contacts, Numbers
from fieldwork.anonymisation.detectors.spoken import SpokenAddresses, SpokenNumbers, digits
from fieldwork.anonymisation.employers import PhraseIndex
from fieldwork.anonymisation.identities import (
    DERIVED,
    EXACT,
    HEARD,
    LATIN,
    SHORT,
    USUAL,
    Hit,
    KnownIdentity,
)
from fieldwork.anonymisation.letters import view
from fieldwork.anonymisation.lexicon import GIVEN, PATRONYMIC, SURNAME, facts
from fieldwork.anonymisation.mention import (
    ADDRESS,
    DATE,
    EMAIL,
    HANDLE,
    ID,
    LOC,
    ORG,
    PER,
    PHONE,
    URL,
    Document,
    Mention,
    Word,
)
from fieldwork.anonymisation.sealed import SealedName, mailbox, nominative_variants

__all__ = ["Finding", "LeakChecker", "SealedName"]

_BROKEN = re.compile(r"(?<=\w)[-‐‑\u00ad][ \t]*\r?\n[ \t]*(?=\w)")
_LINE_END = re.compile(r"\r?\n(?=[^\n])")
_INITIAL = re.compile(r"(?<![\w-])[^\W\d_](?![\w-])\.?")
_SHORT_WORD = 3
_MOSTLY_NAME = 0.75
_PARTLY_NAME = 0.3
_SHORTEST_NUMBER = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """A place where a text would identify. It never holds the words themselves.

    Attributes:
        start: first code point.
        end: one past the last.
        kind: name, contact, employer, organisation, address, position or pattern.
        blocking: True forbids the export; False asks for a look.
        entity: key of the entity, empty for a bare pattern.
    """

    start: int
    end: int
    kind: str
    blocking: bool
    entity: str


def _within(inner: Finding, outer: Finding) -> bool:
    """Whether another finding of the same entity says the same and more (an address and its domain)."""
    same = inner.entity == outer.entity and inner.blocking <= outer.blocking and inner != outer
    longer = outer.end - outer.start > inner.end - inner.start
    return same and longer and outer.start <= inner.start and inner.end <= outer.end


def _ordinary(key: str) -> bool:
    """Whether a word is oftener something else than a person: «роза», but not «Лена», also a river."""
    known = facts(key)
    return (known.common or known.geographic) and known.proper < _MOSTLY_NAME


class LeakChecker:
    """Looks for what a study has sealed. Build once per export, then check every part of it (file names too).

    Args:
        known: contact records of experts and of those who declined.
        sealed: other sealed entities. Places (LOC) stay in texts and are not looked for.
    """

    def __init__(self, known: Sequence[KnownIdentity], sealed: Iterable[SealedName] = ()) -> None:
        self.sealed = [name for name in sealed if name.label != LOC]
        # «Олжас Т.» signs with an initial, of which no form is a name: neither «т» nor «ты»
        people = [*(replace(one, full_name=_INITIAL.sub(" ", one.full_name)) for one in known), *self._third_persons()]
        self.contacts = len(known)
        self.codes = [person.code for person in people]
        self.known = Known(people)
        self.organisations = PhraseIndex(self._phrases(ORG), inflected=True)
        self.addresses = PhraseIndex(self._phrases(ADDRESS), people=False, inflected=True)
        self.positions = PhraseIndex((f"position-{i.code}", i.position) for i in known if i.position)
        self.strings, self.numbers = self._contacts(known)
        self.patterns = (Contacts(), Numbers(), SpokenNumbers(), SpokenAddresses())

    def _phrases(self, label: str) -> Iterable[tuple[str, str]]:
        for name in self.sealed:
            if name.label == label:
                yield from ((name.entity, form) for form in name.forms)

    def _third_persons(self) -> Iterable[KnownIdentity]:
        for name in self.sealed:
            if name.label != PER:
                continue
            # Every form is a record of its own with the same code: «Жанка Тулегенова» and «Жанной» share no grammar.
            for full_name in dict.fromkeys(variant for form in name.forms for variant in nominative_variants(form)):
                yield KnownIdentity(code=name.entity, full_name=full_name, role="other")

    def _contacts(self, known: Sequence[KnownIdentity]) -> tuple[dict[str, tuple[str, bool]], dict[str, str]]:
        """Fixed strings (lower case) and phone or identity numbers (digits) that must not leave."""
        strings: dict[str, tuple[str, bool]] = {}
        numbers: dict[str, str] = {}
        for person in known:
            if person.email:
                strings[person.email.lower()] = (person.code, False)
                domain = own_domain(person.email)
                if domain:
                    strings.setdefault(domain, (person.code, False))
            if person.handle:
                strings[person.handle.lower().lstrip("@")] = (person.code, True)
            if person.phone:
                numbers[phone_key(person.phone)] = person.code
        self._sealed_contacts(strings, numbers)
        return strings, numbers

    def _sealed_contacts(self, strings: dict[str, tuple[str, bool]], numbers: dict[str, str]) -> None:
        for name in self.sealed:
            for form in name.forms:
                if name.label in {EMAIL, URL, DATE}:
                    strings[form.lower()] = (name.entity, False)
                elif name.label == HANDLE:
                    strings[form.lower().lstrip("@")] = (name.entity, True)
                elif name.label in {PHONE, ID}:
                    key = phone_key(form) if name.label == PHONE else re.sub(r"\D", "", form) or digits(form)
                    if len(key) >= _SHORTEST_NUMBER:
                        numbers[key] = name.entity

    def check(self, text: str) -> list[Finding]:
        r"""Everything that would identify, in order of place; words broken over lines («Ахме-\nтов») are joined.

        Args:
            text: what leaves: the text of a page or file, a file name, a metadata field.

        Returns:
            Findings with positions in ``text`` (code points).
        """
        seen = view(text)
        found = self._in(seen.text, [*range(len(seen.text) + 1)] if seen.origin is None else [*seen.origin])
        if _BROKEN.search(text):
            found |= self._joined(text, _BROKEN, "")
        if "\n" in text:
            # two words of one name, the second on the next line; a single word is judged by the line it stands in
            over = self._joined(text, _LINE_END, " ")
            found |= {one for one in over if "\n" in text[one.start : one.end]}
        found = {f for f in found if not any(_within(f, other) for other in found)}
        return sorted(found, key=lambda f: (f.start, -f.end, not f.blocking))

    def _joined(self, text: str, breaks: re.Pattern[str], by: str) -> set[Finding]:
        """What is found once these breaks are something else; positions are those of ``text``."""
        joined: list[str] = []
        origin: list[int] = []
        at = 0
        for match in breaks.finditer(text):
            joined += (text[at : match.start()], by)
            origin.extend(range(at, match.start() + len(by)))
            at = match.end()
        joined.append(text[at:])
        origin.extend(range(at, len(text) + 1))
        seen = view("".join(joined))
        return self._in(seen.text, origin if seen.origin is None else [origin[place] for place in seen.origin])

    def _in(self, text: str, origin: Sequence[int]) -> set[Finding]:
        document = Document(text)
        places = [*self._people(document), *self._organisations(document), *self._fixed(document)]
        covered = [(start, end) for start, end, *_ in places]
        places += [
            (mention.start, mention.end, "pattern", False, "")
            for detector in self.patterns
            for mention in detector.detect(document)
            if not any(start < mention.end and mention.start < end for start, end in covered)
        ]
        return {
            Finding(origin[start], origin[end], kind, blocking, entity) for start, end, kind, blocking, entity in places
        }

    def _people(self, document: Document) -> list[tuple[int, int, str, bool, str]]:
        """Names: runs of words that fit one person; a single ordinary word needs a capital inside a sentence."""
        words = document.words
        found = []
        index = 0
        while index < len(words):
            hits = self._hits(words[index])
            if not hits:
                index += 1
                continue
            last, shared = index, {hit.identity for hit in hits}
            parts = {hit.part for hit in hits}
            while document.adjacent(last, last + 1):
                following = [hit for hit in self._hits(words[last + 1]) if hit.identity in shared]
                if not following:
                    break
                shared = {hit.identity for hit in following}
                parts |= {hit.part for hit in following}
                last += 1
            blocking = self._blocks(document, index, last, [h for h in hits if h.identity in shared])
            if blocking is not None:
                code = self.codes[min(shared)]
                found.append((words[index].start, words[last].end, "name", blocking, code))
            index = last + 1
        return found

    def _hits(self, word: Word) -> tuple[Hit, ...]:
        """Exact, Latin and everyday forms in any case; mishearings only where a capital shows a name."""
        hits = self.known.hits(word)
        return hits if word.capital else tuple(hit for hit in hits if hit.how != HEARD)

    def _blocks(self, document: Document, first: int, last: int, hits: list[Hit]) -> bool | None:
        """True blocks, False asks, None lets pass."""
        words = document.words[first : last + 1]
        inside = any(
            word.capital and not word.opening and not (len(word.text) > 1 and word.text.isupper()) for word in words
        )
        ordinary = all(_ordinary(word.key) for word in words)
        if len(words) > 1:
            return True if inside or not ordinary or all(word.capital for word in words) else None
        word = words[0]
        strong = any(hit.how in {EXACT, LATIN} and hit.part in {SURNAME, GIVEN, PATRONYMIC} for hit in hits)
        listed = strong or any(hit.how == EXACT and hit.part == SHORT for hit in hits)
        if len(word.key) <= _SHORT_WORD and not inside:
            return False if word.capital and listed and not ordinary else None
        own = [hit for hit in hits if hit.identity < self.contacts]
        if ordinary:
            return self._ordinary_blocks(document, word, inside=inside, listed=listed, own=bool(own))
        if not word.capital:
            return True if strong else None
        # «Леночка»: an everyday form blocks for the study's own people, for others it is shown.
        if listed or any(hit.how in {USUAL, DERIVED} for hit in own):
            return True
        return False if inside else None

    @staticmethod
    def _ordinary_blocks(document: Document, word: Word, *, inside: bool, listed: bool, own: bool) -> bool | None:
        """A name that is an ordinary word: «Гуля», which opens a sentence, is shown or blocks; «роза» passes."""
        if not word.capital or not listed:
            return None
        if inside:
            return document.quoted(word.start, word.end) is None
        return own and not word.text.isupper() and facts(word.key).proper > _PARTLY_NAME

    def _organisations(self, document: Document) -> list[tuple[int, int, str, bool, str]]:
        found = []
        indexes = (
            (self.known.employers, "employer"),
            (self.organisations, "organisation"),
            (self.addresses, "address"),
            (self.positions, "position"),
        )
        for index, label in indexes:
            for hit in index.find(document):
                several = len(hit.phrase.words) > 1 or bool(hit.phrase.digits)
                if label == "position":
                    if several:
                        found.append((hit.start, hit.end, label, False, hit.phrase.entity))
                elif hit.marked:
                    found.append((hit.start, hit.end, label, True, hit.phrase.entity))
                elif several or not hit.phrase.common:
                    # Small letters: a phrase that nobody says by chance blocks, a single word is shown.
                    found.append((hit.start, hit.end, label, several and not hit.phrase.common, hit.phrase.entity))
        return found

    def _fixed(self, document: Document) -> list[tuple[int, int, str, bool, str]]:
        """Contacts: fixed strings, and numbers however they are grouped or said."""
        found = []
        lowered = document.text.lower()
        for value, (entity, handle) in self.strings.items():
            if value not in lowered:
                continue
            sign = "@?" if handle else ""
            pattern = rf"(?<![\w.]){sign}{re.escape(value)}(?![\w])|(?<=[@./]){re.escape(value)}(?![\w])"
            found += [
                (match.start(), match.end(), "contact", True, entity)
                for match in re.finditer(pattern, document.text, re.IGNORECASE)
            ]
        for mention in [m for detector in self.patterns for m in detector.detect(document)]:
            owner = self._number(mention)
            if owner:
                found.append((mention.start, mention.end, "contact", True, owner))
        return found

    def _number(self, mention: Mention) -> str | None:
        if mention.label == PHONE:
            return self.numbers.get(phone_key(mention.text))
        if mention.label == ID:
            return self.numbers.get(re.sub(r"\D", "", mention.text) or digits(mention.text))
        if mention.label == EMAIL:
            said = mailbox(mention.text)
            mailboxes = ((value, owner) for value, (owner, _) in self.strings.items() if "@" in value)
            return next((owner for value, owner in mailboxes if mailbox(value) == said), None)
        return None
