"""What a reader could learn: quotations with rare facts, everything about one expert, and the trial search."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.publishing import Standing, standing_of
from fieldwork.anonymisation.rarity import STRONG, RareFact, level_of, rare_facts, spans
from fieldwork.coding.codebook import Codebook, Passage
from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.models import Category
from fieldwork.consent.services import decisions_of
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.paradigm.services import model_of, view_of
from fieldwork.programme.models import Member, Study
from fieldwork.report.intruder import LONGEST, AnswerUnreadable, Trial, check_answer, fingerprint, trial_of
from fieldwork.report.models import IntruderAnswer, QuoteLook
from fieldwork.report.rules import select_quotations, withheld
from fieldwork.sampling.services import experts_of


@dataclass(frozen=True)
class Quoted:
    """A quotation that may be published, under all its codes.

    Attributes:
        passage: its first coding.
        codings: the ids of all.
        categories: those it stands under.
        printed: whether the report shows it.
        facts: what is rare in it.
        look: that somebody looked at exactly these reasons; None where it waits.
    """

    passage: Passage
    codings: Sequence[UUID]
    categories: Sequence[Category]
    printed: bool
    facts: Sequence[RareFact]
    look: QuoteLook | None

    @property
    def level(self) -> str:
        """How much its rare facts tell together."""
        return level_of(self.facts)

    @property
    def reasons(self) -> list[str]:
        """Why it is marked, each reason once."""
        return sorted({one.key for one in self.facts})

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """Its words in pieces: text, and whether it is marked."""
        text, at, found = self.passage.quote, 0, []
        for start, end in spans(self.facts):
            found += [(text[at:start], False), (text[start:end], True)]
            at = end
        return [piece for piece in [*found, (text[at:], False)] if piece[0]]


@dataclass(frozen=True)
class Exposure:
    """Everything that a reader could learn, and how far it has been looked at."""

    quotes: Sequence[Quoted]
    standing: Standing
    answers: Mapping[tuple[str, str], IntruderAnswer]
    bases: Mapping[str, str]

    @property
    def waiting(self) -> list[Quoted]:
        """Quotations with rare facts that nobody has looked at, those that tell most first."""
        return sorted(
            (one for one in self.quotes if one.facts and one.look is None),
            key=lambda one: (one.level != STRONG, not one.printed, one.passage.expert),
        )

    @property
    def trial(self) -> Trial:
        """How far the trial search is."""
        return trial_of(self.answers.values(), self.bases)

    def of_expert(self, code: str) -> list[Quoted]:
        """An expert's quotations, those that are printed first."""
        mine = [one for one in self.quotes if one.passage.expert == code]
        return sorted(mine, key=lambda one: (not one.printed, one.passage.start))


def exposure_of(work: Work, study: Study, book: Codebook | None = None) -> Exposure:
    """Read what may be published and what was said of it. Words that consent withholds are not among it."""
    book = book or read_codebook(work.session, study.id)
    quotes = _quotes(work, study, book)
    standing = standing_of(work, study)
    answers = work.session.exec(select(IntruderAnswer).where(IntruderAnswer.study_id == study.id)).all()
    bases = {code: _basis(quotes, standing, code) for code in standing.rows}
    bases[""] = fingerprint(list(bases.values()))
    return Exposure(quotes, standing, {(one.question, one.about): one for one in answers}, bases)


def look_at(work: Work, study: Study, coding_id: UUID, note: str, member: Member) -> None:
    """Keep that somebody looked at what is rare in a quotation.

    Raises:
        NotFound: there is no such quotation, or nothing is rare in it.
        AnswerUnreadable: too long a note.
    """
    quoted = next((one for one in exposure_of(work, study).quotes if coding_id in one.codings and one.facts), None)
    if quoted is None:
        raise NotFound(kind="quotation", name=coding_id)
    if len(note.strip()) > LONGEST:
        raise AnswerUnreadable(longest=LONGEST)
    first = quoted.passage.coding_id
    look = _look_on(work, first) or QuoteLook(coding_id=first, reasons=[], note="", seen_at=work.now)
    look.reasons, look.note, look.seen_by_id, look.seen_at = quoted.reasons, note.strip(), member.id, work.now
    work.add(look)
    record(work, "quote.looked_at", study_id=study.id, subject_id=first, count=len(quoted.reasons))


def forget_look(work: Work, study: Study, coding_id: UUID) -> None:
    """Take a look back: the quotation waits again.

    Raises:
        NotFound: nobody looked at such a quotation of this study.
    """
    mine = any(coding_id in one.codings for one in exposure_of(work, study).quotes)
    look = _look_on(work, coding_id) if mine else None
    if look is None:
        raise NotFound(kind="quotation", name=coding_id)
    work.session.delete(look)
    work.session.flush()
    record(work, "quote.look_taken_back", study_id=study.id, subject_id=coding_id)


def answer(work: Work, study: Study, asked: tuple[str, str], said: tuple[str, str], member: Member) -> None:
    """Answer a question of the trial search, or answer it anew.

    Args:
        work: the unit of work.
        study: the study.
        asked: the key of the question, and the code of the expert it is about, or empty.
        said: yes or no, and a note.
        member: who answers.

    Raises:
        AnswerUnreadable: no such question, neither yes nor no, or too long a note.
    """
    (question, about), told, note = asked, said[0], said[1].strip()
    exposure = exposure_of(work, study)
    check_answer(question, about, told, note, exposure.standing.rows)
    row = exposure.answers.get((question, about)) or IntruderAnswer(
        study_id=study.id, question=question, about=about, answer=told, note=note, basis="", answered_at=work.now
    )
    row.answer, row.note, row.basis = told, note, exposure.bases[about]
    row.answered_by_id, row.answered_at = member.id, work.now
    work.add(row)
    record(work, "intruder.answered", study_id=study.id, subject_id=row.id, answer=told)


def _quotes(work: Work, study: Study, book: Codebook) -> list[Quoted]:
    closed = withheld(book, decisions_of(work, study))
    chosen = select_quotations(book, closed, _voices(work, study, book))
    printed = {passage.coding_id for passages in chosen.values() for passage in passages}
    fields = {one.id: (one.sector, one.group) for one in experts_of(work, study)}
    looks = {look.coding_id: look for look in _looks(work, [one.coding_id for one in book.passages])}
    same: dict[tuple[UUID, str], list[Passage]] = {}
    for passage in book.passages:
        if passage.placed and passage.coding_id not in closed:
            same.setdefault((passage.expert_id, passage.quote), []).append(passage)
    return [_quoted(book, passages, printed, fields[passages[0].expert_id], looks) for passages in same.values()]


def _quoted(
    book: Codebook,
    passages: Sequence[Passage],
    printed: set[UUID],
    field: Iterable[str],
    looks: Mapping[UUID, QuoteLook],
) -> Quoted:
    facts = rare_facts(passages[0].quote, field)
    keys = {one.key for one in facts}
    fresh = (looks[one.coding_id] for one in passages if one.coding_id in looks)
    categories = {category.id: category for one in passages if (category := book.category_of(one)) is not None}
    return Quoted(
        passage=passages[0],
        codings=[one.coding_id for one in passages],
        categories=list(categories.values()),
        printed=any(one.coding_id in printed for one in passages),
        facts=facts,
        look=next((one for one in fresh if keys <= set(one.reasons)), None),
    )


def _voices(work: Work, study: Study, book: Codebook) -> dict[str, set[str]]:
    """Category key -> the experts who carry it in a contradiction; nothing without a model."""
    if model_of(work, study) is None:
        return {}
    voices: dict[str, set[str]] = {}
    for one in view_of(work, study, book).contradictions:
        voices.setdefault(one.left, set()).update(one.left_experts)
        voices.setdefault(one.right, set()).update(one.right_experts)
    return voices


def _looks(work: Work, codings: Sequence[UUID]) -> Sequence[QuoteLook]:
    return work.session.exec(select(QuoteLook).where(col(QuoteLook.coding_id).in_(codings))).all()


def _look_on(work: Work, coding_id: UUID) -> QuoteLook | None:
    return work.session.exec(select(QuoteLook).where(QuoteLook.coding_id == coding_id)).first()


def _basis(quotes: Sequence[Quoted], standing: Standing, code: str) -> str:
    """The fingerprint of what is published about an expert: the printed quotations and the traits."""
    said = [one.passage.quote for one in quotes if one.printed and one.passage.expert == code]
    traits = standing.form.published(standing.rows[code])
    return fingerprint(said, [f"{name}={value}" for name, value in traits.items()])
