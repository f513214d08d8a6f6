"""The study's known identities in a document: every case, partial form, everyday form, Latin spelling, mishearing."""

import itertools
import re
from collections.abc import Sequence

from fieldwork.anonymisation.detectors.names import with_initials
from fieldwork.anonymisation.detectors.spoken import digits
from fieldwork.anonymisation.employers import PhraseIndex, names_of
from fieldwork.anonymisation.identities import EXACT, HEARD, LATIN, SHORT, Hit, KnownIdentity, NameIndex, name_parts
from fieldwork.anonymisation.letters import is_latin, sound
from fieldwork.anonymisation.lexicon import GIVEN, HONORIFICS, PATRONYMIC, SURNAME, facts, kazakh_bases
from fieldwork.anonymisation.mention import EMAIL, HANDLE, ORG, PER, Document, Mention, Word

_SHORT_WORD = 3
_SPLIT = 5
_PHONE_DIGITS = 10
_PUBLIC_MAIL = frozenset(
    [
        "gmail.com",
        "mail.ru",
        "yandex.ru",
        "yandex.kz",
        "inbox.ru",
        "bk.ru",
        "list.ru",
        "icloud.com",
        "outlook.com",
        "hotmail.com",
        "rambler.ru",
        "yahoo.com",
    ]
)


def phone_key(text: str) -> str:
    """The last ten digits of a phone number, written or said."""
    written = re.sub(r"\D", "", text)
    said = written if len(written) >= _PHONE_DIGITS else digits(text)
    return said[-_PHONE_DIGITS:]


def own_domain(email: str) -> str:
    """The domain of an address where it is not a public mail provider's."""
    domain = email.lower().rpartition("@")[2]
    return "" if domain in _PUBLIC_MAIL else domain


KAZAKH_WORDS = frozenset({"ән", "ең", "кім", "үн"})
"""Everyday Kazakh words that look like short surnames (Ан, Ен, Ким, Ун) once their letters are read as Russian ones."""


class Known:
    """All contact records of a study, indexed once."""

    def __init__(self, identities: Sequence[KnownIdentity]) -> None:
        self.identities = tuple(identities)
        self.parts = [name_parts(identity) for identity in self.identities]
        self.index = NameIndex(self.parts, [identity.short_names for identity in self.identities])
        seen: set[str] = set()
        names = []
        for identity in self.identities:
            for name in names_of(identity.employer, identity.employer_aliases):
                if name.casefold() not in seen:
                    seen.add(name.casefold())
                    names.append((self._employer_key(identity), name))
        self.employers = PhraseIndex(names)
        self.phones = {phone_key(i.phone): f"phone-{i.code}" for i in self.identities if i.phone}
        self.emails = {i.email.lower(): f"email-{i.code}" for i in self.identities if i.email}
        self.handles = {i.handle.lstrip("@").lower(): f"handle-{i.code}" for i in self.identities if i.handle}

    def _employer_key(self, identity: KnownIdentity) -> str:
        """Colleagues share one employer: the first of them lends the key."""
        for other in self.identities:
            if other.employer and other.employer.casefold() == identity.employer.casefold():
                return f"organisation-{other.code}"
        return f"organisation-{identity.code}"

    def hits(self, word: Word) -> tuple[Hit, ...]:
        """Whose name a word may be; mishearings only for words that no dictionary has."""
        if word.text.lower() in KAZAKH_WORDS:
            return ()
        return self.hits_of(word.key, capital=word.capital)

    def hits_of(self, key: str, *, capital: bool) -> tuple[Hit, ...]:
        """The same for a bare key."""
        latin = is_latin(key)
        found = self.index.look_up(key, latin=latin)
        if latin:
            return (found or self.index.heard(key)) if capital else ()
        return found or self._less_exact(key, capital=capital)

    def _less_exact(self, key: str, *, capital: bool) -> tuple[Hit, ...]:
        """With an honorific, in a Kazakh case, misheard."""
        head, _, tail = key.rpartition("-")
        if head and (tail in HONORIFICS or len(tail) < _SHORT_WORD):
            return self.index.look_up(head, latin=False)
        if not capital:
            return ()
        for base in kazakh_bases(key):
            exact = tuple(hit for hit in self.index.look_up(base, latin=False) if hit.how == EXACT)
            if exact:
                return exact
        known = facts(key)
        if known.known:
            # The dictionary's own names are misspellings only where they sound the same («Айсулу»).
            return () if known.common or not known.tags else tuple(self.index.sounds.get(sound(key), ()))
        return self.index.heard(key)


class KnownPeople:
    """PER and ORG mentions of known identities, and their contacts in any spelling."""

    name = "known"

    def __init__(self, known: Known) -> None:
        self.known = known

    def detect(self, document: Document) -> list[Mention]:
        """Mentions; whose they are is decided by the linker, which sees the whole document."""
        found = [*self._people(document), *self._split(document)]
        found += [
            document.mention(hit.start, hit.end, ORG, self.name)
            for hit in self.known.employers.find(document)
            if hit.marked
        ]
        return found + self._contacts(document)

    def _people(self, document: Document) -> list[Mention]:
        words = document.words
        found = []
        index = 0
        while index < len(words):
            hits = self.known.hits(words[index])
            if not hits:
                index += 1
                continue
            run, shared = [index], {hit.identity for hit in hits}
            parts = [hits]
            while document.adjacent(run[-1], run[-1] + 1):
                following = self.known.hits(words[run[-1] + 1])
                both = shared & {hit.identity for hit in following}
                if not both:
                    break
                shared = both
                parts.append(following)
                run.append(run[-1] + 1)
            mention = self._mention(document, run, parts, shared)
            if mention:
                found.append(mention)
            index = run[-1] + 1
        return found

    def _mention(
        self, document: Document, run: list[int], parts: list[tuple[Hit, ...]], shared: set[int]
    ) -> Mention | None:
        words = [document.words[i] for i in run]
        hits = [[hit for hit in of_word if hit.identity in shared] for of_word in parts]
        start, end = with_initials(document.text, words[0].start, words[-1].end)
        initials = end - start > words[-1].end - words[0].start
        if len(words) == 1 and not initials and not self._stands_alone(document, words[0], hits[0]):
            return None
        if len(words) > 1 and not any(word.capital for word in words) and all(facts(w.key).common for w in words):
            return None
        kinds = {hit.part for of_word in hits for hit in of_word}
        sure_name = SURNAME in kinds or {GIVEN, PATRONYMIC} <= kinds or initials
        exact = all(any(hit.how in {EXACT, LATIN} for hit in of_word) for of_word in hits)
        weak = len(words) == 1 and facts(words[0].key).common
        return document.mention(start, end, PER, self.name, certain=sure_name and exact and not weak)

    @staticmethod
    def _stands_alone(document: Document, word: Word, hits: list[Hit]) -> bool:
        """Whether one word is enough: a word that is also an ordinary one needs a capital inside a sentence."""
        known = facts(word.key)
        if all(hit.how == HEARD for hit in hits) and document.quoted(word.start, word.end):
            return False
        if word.capital:
            listed = any(hit.how in {EXACT, LATIN} for hit in hits)
            if len(word.key) < _SHORT_WORD:
                return listed and not word.opening
            if known.common or known.geographic:
                return listed and not (word.opening and known.common and len(word.key) <= _SHORT_WORD + 1)
            return listed or known.kind is not None or not known.known
        return (
            not known.common and len(word.key) > _SHORT_WORD and any(h.how == EXACT and h.part != SHORT for h in hits)
        )

    def _split(self, document: Document) -> list[Mention]:
        """A name that a recogniser cut in two («Ахмет Жанов», «ай герим»)."""
        words = document.words
        return [
            document.mention(left.start, right.end, PER, self.name, certain=False)
            for index, (left, right) in enumerate(itertools.pairwise(words))
            if (left.capital or document.recased)
            and len(left.key) + len(right.key) > _SPLIT
            and len(right.key) >= _SHORT_WORD
            and any(hit.how == EXACT for hit in self.known.index.look_up(left.key + right.key, latin=False))
            and document.adjacent(index, index + 1)
        ]

    def _contacts(self, document: Document) -> list[Mention]:
        """Handles without their @; phones and e-mails are found by their own patterns."""
        lowered = document.text.lower()
        return [
            document.mention(*match.span(), label, self.name)
            for table, label in ((self.known.handles, HANDLE), (self.known.emails, EMAIL))
            for value in table
            if len(value) > _SHORT_WORD and value in lowered
            for match in re.finditer(rf"(?<![\w.])@?{re.escape(value)}(?!\w)", document.text, re.IGNORECASE)
        ]
