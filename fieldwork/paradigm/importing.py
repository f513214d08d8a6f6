"""Import of a paradigm model from parsed YAML."""

from typing import Any

from pydantic import Field
from sqlmodel import select

from fieldwork.coding.models import Category, CoreCategory
from fieldwork.coding.texts import expert_called
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.paradigm.models import ParadigmModel, ParadigmRole
from fieldwork.paradigm.rules import Finding, require_sound
from fieldwork.paradigm.services import add_contradiction, add_link, assign_role, findings, model_of, write_storyline
from fieldwork.programme.models import Study
from fieldwork.programme.shapes import Line, LocalText, Shape, parsed


class ModelExists(Finding):
    """A study has one model."""

    message = "The study has a paradigm model already: change that one, or import into another study."


class RoleShape(Shape):
    """A core category in a role, with its storyline."""

    core_category: Line
    storyline: LocalText


class LinkShape(Shape):
    """A link between two roles with the categories it rests on."""

    source: ParadigmRole = Field(alias="from")
    target: ParadigmRole = Field(alias="to")
    label: LocalText
    evidence: list[str]


class ContradictionShape(LocalText):
    """Two categories, and the experts whose codings carry each side."""

    categories: tuple[str, str]
    left: list[str]
    right: list[str]


class ParadigmShape(Shape):
    """The whole file; recommendations are the report's."""

    storyline: LocalText
    roles: dict[ParadigmRole, RoleShape]
    links: list[LinkShape]
    contradictions: list[ContradictionShape]
    recommendations: list[Any] = Field(default_factory=list)


def import_paradigm(work: Work, study: Study, data: object, *, source: str = "paradigm.yaml") -> ParadigmModel:
    """A study's paradigm model; its categories and codings are there already.

    Args:
        work: the unit of work.
        study: the study.
        data: {storyline, roles: {role: {core_category, storyline}}, links, contradictions}.
        source: what messages call the file.

    Raises:
        BadInput: of another shape.
        ModelExists: the study has one.
        NotFound: an unknown core category, category, expert, or a link to an empty role.
        Finding: the model is not sound; nothing of it may be kept then.
    """
    shape = parsed(ParadigmShape, data, source)
    if model_of(work, study) is not None:
        raise ModelExists
    model = write_storyline(work, study, shape.storyline.texts())
    assigned = {
        role: assign_role(work, model, role, _called(work, study, CoreCategory, one.core_category), _texts(one))
        for role, one in shape.roles.items()
    }
    for link in shape.links:
        for role in (link.source, link.target):
            if role not in assigned:
                raise NotFound(kind="core category in the role", name=role)
        evidence = [_called(work, study, Category, key) for key in link.evidence]
        add_link(work, assigned[link.source], assigned[link.target], link.label.texts(), evidence)
    for one in shape.contradictions:
        left, right = (_called(work, study, Category, key) for key in one.categories)
        sides = [[expert_called(work, study.id, code) for code in codes] for codes in (one.left, one.right)]
        add_contradiction(work, model, (left, sides[0]), (right, sides[1]), one.texts())
    require_sound(findings(work, study))
    return model


def _texts(role: RoleShape) -> dict[str, str]:
    return role.storyline.texts()


def _called(work: Work, study: Study, model: Any, key: str) -> Any:
    row = work.session.exec(select(model).where(model.study_id == study.id, model.key == key)).first()
    if row is None:
        raise NotFound(kind="core category" if model is CoreCategory else "category", name=key)
    return row
