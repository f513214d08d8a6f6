"""Setting up a study from files: the programme from ``study.yaml``, the team from ``experts.yaml``.

``study.yaml`` (texts marked ``{…}`` stand in ru, kk and en)::

    title: {…}
    fieldwork: {from: "2025-03-21", to: "2025-04-28"}
    method: {…}
    questions: 12                     # of the guide; 12 when absent
    programme:
      problem: {…}                    # likewise object, subject, aim, research_question
      objectives:
        - {number: 1, …}
      theory:
        - {key: florida, author: {…}, work: {title: "…", year: 2002}, concept: {…}, …}
    glossary:
      - {term: "ОКЭД", kind: law, kk: "…", en: "…", heard_as: ["окэт"], confused_with: [], short: "…"}

``experts.yaml``::

    team:
      АС: {name: "…", role: principal_investigator, login: "…"}   # interviewer, coder, viewer; login may be absent
"""

from fieldwork.core.audit import record
from fieldwork.core.work import Work
from fieldwork.programme.contents import AlreadyThere, add_terms
from fieldwork.programme.models import GlossaryTerm, Member, Objective, Part, ProgrammePart, Study, Theory
from fieldwork.programme.services import add_member, create_study, members_of
from fieldwork.programme.shapes import ProgrammeShape, StudyShape, TeamShape, parsed


def import_programme(work: Work, data: object, *, slug: str, source: str = "study.yaml") -> Study:
    """A new study with its programme and glossary, from the shape of ``study.yaml`` (see the module).

    Args:
        work: the unit of work.
        data: what the YAML file held.
        slug: the study's short name.
        source: what messages call the file.

    Raises:
        LanguageMissing, PlaceMissing, PlaceUnknown, PlaceWrong: the file's shape.
        AlreadyThere: an objective, theory or term stands twice.
        StudyExists: the short name is taken.
    """
    shape = parsed(StudyShape, data, source)
    dates = shape.fieldwork
    study = create_study(
        work,
        slug,
        shape.title.texts(),
        fieldwork_from=dates.start if dates else None,
        fieldwork_to=dates.end if dates else None,
        questions_expected=shape.questions,
        method=shape.method.texts() if shape.method else None,
    )
    _write_programme(work, study, shape.programme)
    add_terms(
        work,
        study,
        [
            GlossaryTerm(
                study_id=study.id,
                term=term.term,
                kind=term.kind,
                kk=term.kk,
                en=term.en,
                heard_as=list(term.heard_as),
                confused_with=list(term.confused_with),
                short=term.short,
            )
            for term in shape.glossary
        ],
    )
    return study


def import_team(work: Work, study: Study, data: object, *, source: str = "experts.yaml") -> dict[str, Member]:
    """The members of ``team:``, by initials; a login that is not given is «initials@slug».

    Initials that the study already has are left as they are, so that a file can be taken after members were added.

    Raises:
        PlaceMissing, PlaceUnknown, PlaceWrong: the file's shape.
        RoleUnknown, AlreadyMember: a member.
    """
    shape = parsed(TeamShape, data, source)
    members = {member.initials: member for member in members_of(work, study)}
    for initials, row in shape.team.items():
        if initials not in members:
            login = row.login or f"{initials.casefold()}@{study.slug}"
            members[initials] = add_member(
                work, study, login=login, display_name=row.name, initials=initials, role=row.role
            )
    return members


def _write_programme(work: Work, study: Study, shape: ProgrammeShape) -> None:
    """All rows of the programme, with one entry in the trail."""
    _refuse_twice("objective", [objective.number for objective in shape.objectives])
    _refuse_twice("theory", [theory.key for theory in shape.theory])
    work.add_all([ProgrammePart(study_id=study.id, kind=part, text=getattr(shape, part).texts()) for part in Part])
    work.add_all([Objective(study_id=study.id, number=row.number, text=row.texts()) for row in shape.objectives])
    work.add_all(
        [
            Theory(
                study_id=study.id,
                key=row.key,
                position=position,
                author=row.author.texts(),
                work_title=row.work.title,
                work_year=row.work.year,
                concept=row.concept.texts(),
                text=row.texts(),
            )
            for position, row in enumerate(shape.theory, 1)
        ]
    )
    record(
        work,
        "programme.imported",
        study_id=study.id,
        parts=len(Part),
        objectives=len(shape.objectives),
        theories=len(shape.theory),
    )


def _refuse_twice(kind: str, names: list[int] | list[str]) -> None:
    for name in names:
        if names.count(name) > 1:  # type: ignore[arg-type]
            raise AlreadyThere(kind=kind, name=name)
