"""A study's own terms and exceptions: words that it wants replaced wherever they stand, words that it lets alone.

The words are sealed under the study's key: they may be a name. Whoever reviews may read them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import col, func, select

from fieldwork.anonymisation.models import Mention, StudyTerm
from fieldwork.anonymisation.terms import LONGEST, Term, TermEmpty, TermTooLong
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.ids import new_id
from fieldwork.core.vault import study_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Study

TERM_FIELD = "study_term.sealed_words"
NO_LABEL = "PER"  # an exception holds for every kind; its row needs one
MOST = 500


class Kind(StrEnum):
    """What the words are for."""

    TERM = "term"
    EXCEPTION = "exception"


class TermKnown(Refusal):
    """The same words stand in the list."""

    message = "These words stand in the list already. Remove them first if they are to be taken otherwise."


class TermsFull(Refusal):
    """A list of that length slows every search down."""

    message = "A study holds {most} terms and exceptions at most. Remove some that are no longer needed."


@dataclass(frozen=True, repr=False)
class Entry:
    """A term or an exception, opened; ``count`` is how many mentions stand where its words are."""

    row: StudyTerm
    words: str
    count: int = 0

    def __repr__(self) -> str:
        """Its kind, never its words."""
        return f"Entry({self.row.kind})"


def entries_of(work: Work, study: Study) -> list[Entry]:
    """A study's terms and exceptions, by their words: for those who review."""
    query = select(StudyTerm).where(StudyTerm.study_id == study.id, col(StudyTerm.removed_at).is_(None))
    found = [Entry(row, _words(work, row)) for row in work.session.exec(query)]
    return sorted(found, key=lambda one: (one.row.kind, one.words.lower()))


def terms_of(work: Work, study: Study) -> list[Term]:
    """What the detectors are to find."""
    return [Term(one.words, one.row.label, one.row.certain) for one in entries_of(work, study) if _is_term(one)]


def exceptions_of(work: Work, study: Study) -> list[str]:
    """What the detectors are to let alone."""
    return [one.words for one in entries_of(work, study) if not _is_term(one)]


def add_term(
    work: Work, study: Study, words: str, kind: str, *, label: str = NO_LABEL, certain: bool = True
) -> StudyTerm:
    """Take words into the list.

    Args:
        work: the unit of work.
        study: whose list.
        words: best in the nominative.
        kind: ``Kind.TERM`` or ``Kind.EXCEPTION``.
        label: what a term names; of no meaning for an exception.
        certain: False asks for a person's decision each time a term is found.

    Raises:
        TermEmpty, TermTooLong, TermLabelUnknown: they could not be found.
        TermKnown: they stand there already.
        TermsFull: the list is full.
    """
    told = " ".join(words.split())
    Term(told, label, certain)  # checks them; an exception follows the same rules
    known = entries_of(work, study)
    if any(one.words.lower() == told.lower() for one in known):
        raise TermKnown
    if len(known) >= MOST:
        raise TermsFull(most=MOST)
    row_id = new_id()
    row = work.add(StudyTerm(
        id=row_id, study_id=study.id, kind=Kind(kind), label=label if kind == Kind.TERM else NO_LABEL, certain=certain,
        sealed_words=work.vault.seal_text(study_subject(study.id), TERM_FIELD, row_id, told),
        added_by_id=work.actor.account_id, added_at=work.now,
    ))  # fmt: skip
    record(work, "anonymisation.term_added", study_id=study.id, subject_id=row.id, kind=row.kind, label=row.label)
    return row


def remove_term(work: Work, study: Study, term_id: UUID) -> None:
    """Take words out of the list; ``restore_term`` takes that back.

    Raises:
        NotFound: they do not stand there.
    """
    row = _row(work, study, term_id, removed=False)
    row.removed_at = work.now
    work.session.add(row)
    record(work, "anonymisation.term_removed", study_id=study.id, subject_id=row.id, kind=row.kind)


def restore_term(work: Work, study: Study, term_id: UUID) -> None:
    """Put words back into the list.

    Raises:
        NotFound: they were never there, or stand there.
        TermKnown: somebody has added them anew.
    """
    row = _row(work, study, term_id, removed=True)
    words = _words(work, row).lower()
    if any(one.words.lower() == words for one in entries_of(work, study)):
        raise TermKnown
    row.removed_at, row.added_at = None, work.now
    work.session.add(row)
    record(work, "anonymisation.term_restored", study_id=study.id, subject_id=row.id, kind=row.kind)


def changed_at(work: Work, study_id: UUID) -> datetime | None:
    """When the list was last changed; None where it never was."""
    moments = work.session.exec(
        select(func.max(StudyTerm.added_at), func.max(StudyTerm.removed_at)).where(StudyTerm.study_id == study_id)
    ).one()
    return max((one for one in moments if one is not None), default=None)


def counted(entries: Sequence[Entry], originals: Sequence[tuple[Mention, str]]) -> dict[UUID, int]:
    """How many of these mentions (with their words) each entry concerns: its words stand in theirs, in some form.

    Args:
        entries: of the list.
        originals: mentions as they were said.
    """
    stems = [(one.row.id, _stem(one.words)) for one in entries]
    return {key: sum(stem in _stem(words) or stem in words.lower() for _, words in originals) for key, stem in stems}


def _stem(words: str) -> str:
    """Words without their last letters, where case endings stand: a rough comparison, for a count only."""
    return " ".join(word[: max(3, len(word) - 2)] for word in words.lower().split())


def _is_term(entry: Entry) -> bool:
    return entry.row.kind == Kind.TERM


def _words(work: Work, row: StudyTerm) -> str:
    return work.vault.unseal_text(study_subject(row.study_id), TERM_FIELD, row.id, row.sealed_words)


def _row(work: Work, study: Study, term_id: UUID, *, removed: bool) -> StudyTerm:
    row = work.session.get(StudyTerm, term_id)
    if row is None or row.study_id != study.id or (row.removed_at is not None) != removed:
        raise NotFound(kind="term", name=str(term_id))
    return row


__all__ = [
    "LONGEST", "Entry", "Kind", "TermEmpty", "TermKnown", "TermTooLong", "TermsFull", "add_term", "changed_at",
    "counted", "entries_of", "exceptions_of", "remove_term", "restore_term", "terms_of",
]  # fmt: skip
