"""What a programme says: its parts, objectives, theories, glossary."""

from collections.abc import Sequence

from sqlmodel import col, select

from fieldwork.core.audit import record
from fieldwork.core.database import Texts
from fieldwork.core.errors import Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import GlossaryTerm, Objective, Part, ProgrammePart, Study, Theory
from fieldwork.programme.rules import check_texts


class AlreadyThere(Refusal):
    """An objective, theory or term of that number, key or name exists."""

    message = "The study already has the {kind} {name}. Give the new one another number or name."


def write_part(work: Work, study: Study, kind: Part, text: Texts) -> ProgrammePart:
    """Write a part of the programme, or write it anew.

    Raises:
        TextMissing: a language is absent.
    """
    check_texts(text, kind)
    found = work.session.exec(
        select(ProgrammePart).where(ProgrammePart.study_id == study.id, ProgrammePart.kind == kind)
    ).first()
    part = found or ProgrammePart(study_id=study.id, kind=kind, text=text)
    part.text = text
    work.add(part)
    record(work, "programme.part_written", study_id=study.id, subject_id=part.id, part=kind)
    return part


def parts_of(work: Work, study: Study) -> dict[Part, Texts]:
    """The programme's parts in the order of ``Part``; those not yet written are absent."""
    rows = work.session.exec(select(ProgrammePart).where(ProgrammePart.study_id == study.id)).all()
    written = {row.kind: row.text for row in rows}
    return {part: written[part] for part in Part if part in written}


def add_objective(work: Work, study: Study, number: int, text: Texts) -> Objective:
    """Add a numbered objective.

    Raises:
        TextMissing: a language is absent.
        AlreadyThere: the number is taken.
    """
    check_texts(text, f"objective {number}")
    if any(objective.number == number for objective in objectives_of(work, study)):
        raise AlreadyThere(kind="objective", name=number)
    objective = work.add(Objective(study_id=study.id, number=number, text=text))
    record(work, "objective.added", study_id=study.id, subject_id=objective.id, number=number)
    return objective


def objectives_of(work: Work, study: Study) -> Sequence[Objective]:
    """The study's objectives, by number."""
    return work.session.exec(
        select(Objective).where(Objective.study_id == study.id).order_by(col(Objective.number))
    ).all()


def add_theory(
    work: Work, study: Study, key: str, *, author: Texts, work_title: str, work_year: int, concept: Texts, text: Texts
) -> Theory:
    """Add a theoretical source after those there are.

    Raises:
        TextMissing: a language is absent.
        AlreadyThere: the key is taken.
    """
    for texts, what in ((author, "author"), (concept, "concept"), (text, "text")):
        check_texts(texts, f"{what} of theory {key}")
    present = theories_of(work, study)
    if any(theory.key == key for theory in present):
        raise AlreadyThere(kind="theory", name=key)
    theory = work.add(
        Theory(
            study_id=study.id,
            key=key,
            position=len(present) + 1,
            author=author,
            work_title=work_title,
            work_year=work_year,
            concept=concept,
            text=text,
        )
    )
    record(work, "theory.added", study_id=study.id, subject_id=theory.id)
    return theory


def theories_of(work: Work, study: Study) -> Sequence[Theory]:
    """The study's theoretical sources, in order."""
    return work.session.exec(select(Theory).where(Theory.study_id == study.id).order_by(col(Theory.position))).all()


def add_terms(work: Work, study: Study, terms: Sequence[GlossaryTerm]) -> None:
    """Add terms (rows of this study) to its glossary.

    Raises:
        AlreadyThere: a term is in the glossary already, or twice among the new ones.
    """
    seen = {row.term for row in glossary_of(work, study)}
    for term in terms:
        if term.term in seen:
            raise AlreadyThere(kind="term", name=term.term)
        seen.add(term.term)
    work.add_all(list(terms))
    record(work, "glossary.extended", study_id=study.id, terms=len(terms))


def glossary_of(work: Work, study: Study) -> Sequence[GlossaryTerm]:
    """The study's glossary, by term."""
    return work.session.exec(
        select(GlossaryTerm).where(GlossaryTerm.study_id == study.id).order_by(col(GlossaryTerm.term))
    ).all()
