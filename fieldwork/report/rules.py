"""Decisions of the report: what it refuses, which words consent withholds, which quotations it shows. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from rapidfuzz.distance import Prefix

from fieldwork.coding.codebook import Codebook, Passage
from fieldwork.coding.models import Anchor, Category, Code
from fieldwork.coding.wording import Wording
from fieldwork.consent.models import Scope
from fieldwork.consent.rules import Decision
from fieldwork.core.errors import Refusal
from fieldwork.transcription.models import Speaker

LANGUAGES = ("ru",)
SHOWN = 2
"""Most quotations of one category."""

_MADE_OF = 0.8  # share of a name's words that stand in a quotation from which on the name is made of its words
_STEM, _ENDING = 5, 2  # words are the same when they share five letters, and all of the shorter but its last two
_SHORTEST, _LONGEST = 40, 260  # characters between which a quotation reads best
_RUN = 5  # words in a row that make a quotation


class LanguageLater(Refusal):
    """Reports are written in Russian so far."""

    message = (
        "Reports in «{language}» come later: the labels are there, the report's sentences are not. Use --language ru."
    )


class CodesOutside(Refusal):
    """A code that belongs nowhere would be missing from the report."""

    message = "These codes belong to no category: {codes}. Put each into a category and try again."


class CategoriesOutside(Refusal):
    """A category that belongs nowhere would be missing from the report."""

    message = "These categories belong to no core category: {categories}. Put each under one and try again."


class NothingInterviewed(Refusal):
    """A report tells of interviews."""

    message = "The study has no interviews yet: hold, transcribe and code them before writing its report."


class NameWithheld(Refusal):
    """A code is named in words that may not be published."""

    message = (
        "The names of these codes are made of words that consent withholds: {codes}. "
        "Give each a published name and try again."
    )


class WithheldWords(Refusal):
    """Words that consent withholds stand in a text of the report."""

    message = (
        "Words that an expert's consent withholds stand in the report ({places}). Nothing was written: "
        "say it there in the researcher's words and try again."
    )


class LeakFound(Refusal):
    """A sealed name, in some form, stands in a text of the report."""

    message = (
        "The report would identify somebody and was not written. Places: {places}. "
        "Anonymise or reword these passages and try again."
    )
    on_pages = (
        "The report would tell who somebody is, so it was not kept: {places}. "
        "Put it in other words there, and write the report again."
    )


class ConsentChanged(Refusal):
    """What experts allow changed while a report was being written."""

    message = "An expert's consent was changed while the report was being written, so it was not kept. Write it again."


class WordsTakenBack(Refusal):
    """A report from before a withdrawal quotes somebody who has taken the words back."""

    message = "Since this report was written an expert has taken the words back. Write the report anew."


class NotKept(Refusal):
    """A report written on the command line left the house; only its fingerprint is here."""

    message = "This report was written to a file and is not kept here. Write the report anew to look at it."


@dataclass(frozen=True, slots=True)
class PublishedName:
    """What a report prints for a code, and whether these are an expert's words."""

    text: str
    in_vivo: bool
    renamed: bool = False


def check_language(language: str) -> None:
    """Let a report's language pass.

    Raises:
        LanguageLater: no report is written in it yet.
    """
    if language not in LANGUAGES:
        raise LanguageLater(language=language)


def check_whole(book: Codebook) -> None:
    """Let a codebook pass in which everything has its place.

    Raises:
        CodesOutside: a code without a category.
        CategoriesOutside: a category without a core category.
    """
    if codes := [f"№ {code.number}" for code in book.codes if code.category_id is None]:
        raise CodesOutside(codes=", ".join(codes))
    if outside := [category.key for category in book.categories if category.core_category_id is None]:
        raise CategoriesOutside(categories=", ".join(outside))


def withheld(book: Codebook, decisions: Mapping[UUID, Decision]) -> frozenset[UUID]:
    """The codings whose words may not be published, by their ids.

    A passage carries the categories of every code that shares words with it, so that a sentence withheld under one
    category is not quoted under another.

    Args:
        book: the codebook.
        decisions: what each expert allows, by expert id; nobody is quoted without a decision.
    """
    per_transcript: dict[UUID, list[Passage]] = defaultdict(list)
    for passage in book.passages:
        per_transcript[passage.transcript_id].append(passage)
    found = set()
    for passages in per_transcript.values():
        for passage in passages:
            touching = (book.category_of(other) for other in passages if passage.overlaps(other))
            categories = {category.key for category in touching if category is not None}
            if not _quotable(passage, categories, decisions.get(passage.expert_id)):
                found.add(passage.coding_id)
    return frozenset(found)


def _quotable(passage: Passage, categories: Collection[str], decision: Decision | None) -> bool:
    if decision is None or not decision.allows(Scope.QUOTE):
        return False
    return all(decision.quotable(question, categories) for question in passage.questions or (None,))


def published_names(book: Codebook, withheld_ids: Collection[UUID], language: str) -> dict[UUID, PublishedName]:
    """What a report prints for every code, by its id.

    A name is withheld when it is made of the words of a withheld quotation, or is in vivo and made of no quotation that
    may be published: then the published name stands in, which is the researcher's.

    Raises:
        NameWithheld: a name is withheld and there is no published one.
    """
    names, nameless = {}, []
    for code in book.codes:
        if not _is_withheld(code, book.of_code(code), withheld_ids):
            names[code.id] = PublishedName(code.name, code.in_vivo)
        elif code.published_name and code.published_name.get(language):
            names[code.id] = PublishedName(code.published_name[language], in_vivo=False, renamed=True)
        else:
            nameless.append(f"№ {code.number}")
    if nameless:
        raise NameWithheld(codes=", ".join(nameless))
    return names


def _is_withheld(code: Code, passages: Sequence[Passage], withheld_ids: Collection[UUID]) -> bool:
    closed = [passage for passage in passages if passage.coding_id in withheld_ids]
    if not closed:
        return False
    if any(made_of(code.name, passage.quote) for passage in closed):
        return True
    return code.in_vivo and not any(made_of(code.name, one.quote) for one in passages if one not in closed)


def made_of(name: str, quote: str) -> bool:
    """Whether a name is made of a quotation's words, whatever their endings.

    Our own rough comparison: all 145 names in vivo of the demo study share every word with their quotations, and no
    researcher's name shares four fifths of them; a morphology would add nothing but weight.
    """
    words = [word for _, _, word in Wording(name).words]
    words = [word for word in words if len(word) > 2] or words  # noqa: PLR2004 - not «и», «не», «на»
    within = [word for _, _, word in Wording(quote).words]
    shared = sum(any(_same_word(word, other) for other in within) for word in words)
    return bool(words) and shared / len(words) >= _MADE_OF


def _same_word(left: str, right: str) -> bool:
    """Whether two words differ in their endings at most."""
    if left == right:
        return True
    shared = Prefix.similarity(left, right)
    return shared >= max(_STEM, min(len(left), len(right)) - _ENDING)


def select_quotations(
    book: Codebook,
    withheld_ids: Collection[UUID],
    voices: Mapping[str, Collection[str]],
    most: int = SHOWN,
) -> dict[str, list[Passage]]:
    """The quotations shown, by category key: the most telling, from different experts, at most ``most`` a category.

    A quotation tells more when it stands in one turn, reads well alone, holds few placeholders and is as it was said;
    an expert who carries a contradiction is heard in its category. Experts quoted little so far go first, no passage is
    shown twice, and rare categories choose before rich ones. The same data give the same choice.

    Args:
        book: the codebook.
        withheld_ids: codings that may not be quoted.
        voices: category key -> experts whose side of a contradiction it is.
        most: how many of one category.
    """
    open_ones = {
        category.key: [one for one in book.of_category(category) if one.coding_id not in withheld_ids and _shows(one)]
        for category in book.categories
    }
    quoted: Counter[str] = Counter()
    shown: list[Passage] = []
    chosen: dict[str, list[Passage]] = {}
    for category in sorted(book.categories, key=lambda one: (len(open_ones[one.key]), one.position)):
        chosen[category.key] = []
        for _ in range(most):
            free = [
                passage
                for passage in open_ones[category.key]
                if not any(passage.overlaps(other) or passage.quote == other.quote for other in shown)
                and passage.expert not in {other.expert for other in chosen[category.key]}
            ]
            if not free:
                break
            best = max(free, key=lambda one: _merit(one, category, voices, quoted))
            chosen[category.key].append(best)
            shown.append(best)
            quoted[best.expert] += 1
    return chosen


def _shows(passage: Passage) -> bool:
    """One turn, and not the interviewer's."""
    return passage.start[0] == passage.end[0] and passage.speaker != Speaker.INTERVIEWER


def _merit(
    passage: Passage, category: Category, voices: Mapping[str, Collection[str]], quoted: Counter[str]
) -> tuple[float, int, tuple[int, int]]:
    """How telling a passage is; ties go to the longer one, then to the order of the transcript."""
    length = len(passage.quote)
    fit = min(1.0, length / _SHORTEST) - max(0, length - _LONGEST) / _LONGEST
    merit = 2.0 * fit
    merit += 0.5 * passage.quote[0].isupper()
    merit += 0.5 * (passage.anchor == Anchor.EXACT)
    merit += 1.0 * (passage.expert in voices.get(category.key, ()))
    merit -= 1.0 * passage.quote.count("[")
    merit -= 0.75 * quoted[passage.expert]
    return merit, length, (-passage.start[0], -passage.start[1])


def repeated_words(quotes: Iterable[str], texts: Iterable[tuple[str, str]]) -> list[str]:
    """The places of texts that repeat a withheld quotation: five words of it in a row, or all of a shorter one.

    Args:
        quotes: what is withheld.
        texts: place and text of everything that is not itself a quotation somebody allows.
    """
    runs = set()
    for quote in quotes:
        words = [word for _, _, word in Wording(quote).words]
        size = min(_RUN, len(words))
        runs |= {" ".join(words[at : at + size]) for at in range(len(words) - size + 1)} if size > 1 else set()
    places = []
    for place, text in texts:
        folded = f" {Wording(text).folded} "
        if any(f" {run} " in folded for run in runs):
            places.append(place)
    return list(dict.fromkeys(places))
