"""Deeds on a study's glossary: adding words, changing and removing them, taking that back.

Until somebody changes it here, the glossary is the one of the study's programme; the first change begins with a copy of
it, which lies sealed under the study's key. No name of an expert comes into it, and none is told to a recogniser.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound
from fieldwork.core.ids import new_id
from fieldwork.core.vault import KeyDestroyed, study_subject
from fieldwork.core.work import Work
from fieldwork.programme.contents import glossary_of
from fieldwork.programme.models import Study
from fieldwork.sampling.services import experts_of, identity_of
from fieldwork.transcription.glossary import (
    NamesAnExpert,
    Word,
    WordThere,
    check_kind,
    check_word,
    named_in,
    parts_of_names,
    require_room,
)
from fieldwork.transcription.making_models import GlossaryChange, GlossaryWord, WordKind
from fieldwork.transcription.rules import ChangedSince

WORD_FIELD, BEFORE_FIELD = "glossary_word.sealed_word", "glossary_change.sealed_before"


def words_of(work: Work, study: Study) -> list[Word]:
    """The study's glossary, by kind and word.

    Raises:
        KeyDestroyed: the study was erased.
    """
    rows = work.session.exec(select(GlossaryWord).where(GlossaryWord.study_id == study.id)).all()
    if not rows and not _is_begun(work, study):
        return _sorted([_of_programme(row.id, row.term, row.kind, row.kk, row.en) for row in glossary_of(work, study)])
    return _sorted([_opened(work, row) for row in rows])


def told_words(work: Work, study: Study) -> list[Word]:
    """The words that recognisers are told: those of the glossary that name no expert, whoever became one meanwhile."""
    names = names_of_experts(work, study)
    return [word for word in words_of(work, study) if not named_in((word.term, word.kk, word.en), names)]


def names_of_experts(work: Work, study: Study) -> set[str]:
    """The single names of all experts of the study, in small letters; of those who were erased, none."""
    names: list[str | None] = []
    for expert in experts_of(work, study):
        with suppress(KeyDestroyed, NotFound):
            identity = identity_of(work, expert)
            names += [identity.full_name, identity.latin, *identity.short_names]
    return parts_of_names(name for name in names if name)


def add_words(work: Work, study: Study, words: Sequence[str], kind: str) -> tuple[GlossaryChange | None, int]:
    """Add words of one kind; those that are there already are passed over.

    Returns:
        What can be taken back (None where all were there), and how many were passed over.

    Raises:
        KindUnknown, WordMissing, WordTooLong, ControlCharacters: what was given.
        NamesAnExpert: one of the words does; nothing is added then.
        GlossaryFull: there would be too many.
    """
    known_kind = check_kind(kind)
    _begin(work, study)
    there = {word.term.casefold() for word in words_of(work, study)}
    fresh = [word for word in dict.fromkeys(map(check_word, words)) if word.casefold() not in there]
    _require_nobody(work, study, fresh)
    require_room(len(there) + len(fresh))
    added = [Word(new_id(), word, known_kind) for word in fresh]
    if not added:
        return None, len(words)
    for word in added:
        _write(work, study, word)
    return _remember(work, study, [], [word.id for word in added], "added"), len(words) - len(added)


def change_word(
    work: Work, study: Study, word_id: UUID, *, term: str, kind: str, kk: str = "", en: str = ""
) -> GlossaryChange:
    """Spell a word otherwise, or say that it is of another kind; ``kk``, ``en``: how it is spelt there, if otherwise.

    Raises:
        NotFound: the glossary has no such word.
        KindUnknown, WordMissing, WordTooLong, ControlCharacters: what was given.
        WordThere: another word is spelt the same.
        NamesAnExpert: it does.
    """
    _begin(work, study)
    earlier = _word(work, study, word_id)
    spelt = [check_word(term), *(check_word(one) if one.strip() else None for one in (kk, en))]
    if any(one.id != word_id and one.term.casefold() == (spelt[0] or "").casefold() for one in words_of(work, study)):
        raise WordThere
    _require_nobody(work, study, [one for one in spelt if one])
    _write(work, study, Word(word_id, spelt[0] or "", check_kind(kind), spelt[1], spelt[2]))
    return _remember(work, study, [earlier], [word_id], "changed")


def remove_word(work: Work, study: Study, word_id: UUID) -> GlossaryChange:
    """Take a word out.

    Raises:
        NotFound: the glossary has no such word.
    """
    _begin(work, study)
    earlier = _word(work, study, word_id)
    work.session.delete(work.get(GlossaryWord, word_id))
    work.session.flush()
    return _remember(work, study, [earlier], [word_id], "removed")


def undo_change(work: Work, study: Study, number: int) -> None:
    """Put the words of a change back as they were.

    Raises:
        NotFound: there is no such change, or it was taken back.
        ChangedSince: somebody has changed one of its words since.
        NamesAnExpert: one of them has become an expert's name.
    """
    query = select(GlossaryChange).where(GlossaryChange.study_id == study.id)
    rows = work.session.exec(query.order_by(col(GlossaryChange.number))).all()
    change = next((row for row in rows if row.number == number), None)
    if change is None or not change.words:
        raise NotFound(kind="change", name=number)
    if any(row.number > number and set(row.words) & set(change.words) for row in rows):
        raise ChangedSince
    subject = study_subject(study.id)
    before = json.loads(work.vault.unseal_text(subject, BEFORE_FIELD, change.id, change.sealed_before))
    earlier = [Word(UUID(one["id"]), one["ru"], one["kind"], one["kk"], one["en"]) for one in before]
    _require_nobody(work, study, [word.term for word in earlier])
    kept = {word.id for word in earlier}
    for word in earlier:
        _write(work, study, word)
    for one in map(UUID, change.words):
        row = work.session.get(GlossaryWord, one)
        if one not in kept and row is not None:
            work.session.delete(row)
    change.words, change.sealed_before = [], work.vault.seal_text(subject, BEFORE_FIELD, change.id, "[]")
    work.add(change)
    record(work, "glossary.undone", study_id=study.id, words=len(kept))


def _is_begun(work: Work, study: Study) -> bool:
    return work.session.exec(select(GlossaryChange.id).where(GlossaryChange.study_id == study.id)).first() is not None


def _begin(work: Work, study: Study) -> None:
    """Copy the programme's glossary, under the same ids, before it is changed for the first time."""
    if _is_begun(work, study) or work.session.exec(
        select(GlossaryWord.id).where(GlossaryWord.study_id == study.id)
    ).first():  # fmt: skip
        return
    for word in words_of(work, study):
        _write(work, study, word)


def _write(work: Work, study: Study, word: Word) -> None:
    row = work.session.get(GlossaryWord, word.id)
    row = row or GlossaryWord(id=word.id, study_id=study.id, kind=word.kind, sealed_word=b"")
    row.kind = word.kind
    told = json.dumps(word.spelt(), ensure_ascii=False)
    row.sealed_word = work.vault.seal_text(study_subject(study.id), WORD_FIELD, word.id, told)
    work.add(row)


def _remember(work: Work, study: Study, earlier: Sequence[Word], touched: Sequence[UUID], deed: str) -> GlossaryChange:
    query = select(sa.func.max(GlossaryChange.number)).where(GlossaryChange.study_id == study.id)
    row = GlossaryChange(
        study_id=study.id,
        number=(work.session.exec(query).one() or 0) + 1,
        words=[str(one) for one in touched],
        sealed_before=b"",
        made_by_id=work.actor.account_id,
        made_at=work.now,
    )
    before = json.dumps([{"id": str(word.id), "kind": word.kind, **word.spelt()} for word in earlier])
    row.sealed_before = work.vault.seal_text(study_subject(study.id), BEFORE_FIELD, row.id, before)
    record(work, f"glossary.{deed}", study_id=study.id, words=len(touched))
    return work.add(row)


def _word(work: Work, study: Study, word_id: UUID) -> Word:
    row = work.session.get(GlossaryWord, word_id)
    if row is None or row.study_id != study.id:
        raise NotFound(kind="word", name=word_id)
    return _opened(work, row)


def _opened(work: Work, row: GlossaryWord) -> Word:
    told = json.loads(work.vault.unseal_text(study_subject(row.study_id), WORD_FIELD, row.id, row.sealed_word))
    return Word(row.id, told["ru"], row.kind, told["kk"], told["en"])


def _of_programme(word_id: UUID, term: str, kind: str, kk: str | None, en: str | None) -> Word:
    """A term of the programme, whose kinds anybody may have named: one that is not ours is a notion."""
    return Word(word_id, term, kind if kind in set(WordKind) else WordKind.CONCEPT, kk, en)


def _sorted(words: Sequence[Word]) -> list[Word]:
    ranks = {str(kind): rank for rank, kind in enumerate(WordKind)}
    return sorted(words, key=lambda word: (ranks[word.kind], word.term.casefold()))


def _require_nobody(work: Work, study: Study, words: Sequence[str]) -> None:
    names = names_of_experts(work, study)
    for word in words:
        if named_in((word,), names):
            raise NamesAnExpert(word=word)
