"""Writing the programme by hand: title, objectives, theory."""

from fieldwork.core.audit import record
from fieldwork.core.database import Texts
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.contents import objectives_of, theories_of
from fieldwork.programme.guides import questions_of
from fieldwork.programme.inputs import TheoryInput
from fieldwork.programme.models import Objective, Study, Theory
from fieldwork.programme.rules import check_texts


class ObjectiveInUse(Refusal):
    """Questions of the guide serve the objective."""

    message = "The guide's questions {numbers} serve objective {number}. Give them another objective first."


def change_title(work: Work, study: Study, title: Texts, method: Texts | None = None) -> None:
    """Give the study another title, and say how it is done.

    Raises:
        TextMissing: a language is absent.
    """
    check_texts(title, "title")
    study.title = title
    if method is not None:
        check_texts(method, "method")
        study.method = method
    work.add(study)
    record(work, "study.changed", study_id=study.id, questions_expected=study.questions_expected)


def save_objective(work: Work, study: Study, text: Texts, number: int | None = None) -> Objective:
    """Write an objective anew, or add one after those there are.

    Raises:
        TextMissing: a language is absent.
        NotFound: no objective has that number.
    """
    check_texts(text, "objective")
    if number is not None:
        objective = objective_numbered(work, study, number)
        objective.text = text
        record(work, "objective.changed", study_id=study.id, subject_id=objective.id, number=number)
    else:
        number = 1 + max((one.number for one in objectives_of(work, study)), default=0)
        objective = Objective(study_id=study.id, number=number, text=text)
        record(work, "objective.added", study_id=study.id, subject_id=objective.id, number=number)
    return work.add(objective)


def remove_objective(work: Work, study: Study, number: int) -> Texts:
    """Take an objective out; the others keep their numbers.

    Returns:
        Its text, for whoever wants it back.

    Raises:
        NotFound: no objective has that number.
        ObjectiveInUse: questions of the guide serve it.
    """
    objective = objective_numbered(work, study, number)
    serving = [str(one.number) for one in questions_of(work, study) if one.objective_id == objective.id]
    if serving:
        raise ObjectiveInUse(numbers=", ".join(serving), number=number)
    record(work, "objective.removed", study_id=study.id, subject_id=objective.id, number=number)
    work.session.delete(objective)
    return objective.text


def objective_numbered(work: Work, study: Study, number: int) -> Objective:
    """The study's objective of that number.

    Raises:
        NotFound: there is none.
    """
    for objective in objectives_of(work, study):
        if objective.number == number:
            return objective
    raise NotFound(kind="objective", name=number)


def save_theory(work: Work, study: Study, given: TheoryInput, position: int | None = None) -> Theory:
    """Write a theoretical source anew, or add one after those there are.

    Raises:
        TextMissing: a language is absent.
        NotFound: none stands at that position.
    """
    for texts, what in ((given.author, "author"), (given.concept, "concept"), (given.text, "text")):
        check_texts(texts, what)
    if position is None:
        position = 1 + max((one.position for one in theories_of(work, study)), default=0)
        theory = Theory(study_id=study.id, key=f"theory-{position}", position=position, **given.columns())
        record(work, "theory.added", study_id=study.id, subject_id=theory.id)
    else:
        theory = theory_at(work, study, position)
        for name, value in given.columns().items():
            setattr(theory, name, value)
        record(work, "theory.changed", study_id=study.id, subject_id=theory.id)
    return work.add(theory)


def remove_theory(work: Work, study: Study, position: int) -> None:
    """Take a theoretical source out.

    Raises:
        NotFound: none stands at that position.
    """
    theory = theory_at(work, study, position)
    record(work, "theory.removed", study_id=study.id, subject_id=theory.id)
    work.session.delete(theory)


def theory_at(work: Work, study: Study, position: int) -> Theory:
    """The study's theoretical source at that position.

    Raises:
        NotFound: there is none.
    """
    for theory in theories_of(work, study):
        if theory.position == position:
            return theory
    raise NotFound(kind="theory", name=position)
