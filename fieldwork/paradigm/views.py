"""The paradigm model: six roles to read and to build, the links with their evidence, what is open, what is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.coding.codebook import Codebook, Passage, experts_of
from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.models import Category, CoreCategory
from fieldwork.core.database import Texts
from fieldwork.core.work import Work
from fieldwork.paradigm.chain import behind
from fieldwork.paradigm.models import Link, ParadigmModel, ParadigmRole, RoleAssignment
from fieldwork.paradigm.questions import Question, Ways, question
from fieldwork.paradigm.rules import ModelView, doubts, validate
from fieldwork.paradigm.services import assignments_of, contradictions_of, links_of, model_of, view_of
from fieldwork.programme.models import Role, Study
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import local, noted
from fieldwork.web.pages import Pages
from fieldwork.web.policies import member

blueprint = Pages("paradigm", __name__)

BUILDING: Final = member(Role.PRINCIPAL_INVESTIGATOR, Role.CODER)
SHOWN: Final = ("map", "list", "story")
ROLES: Final = {
    ParadigmRole.CAUSAL_CONDITIONS: ("cau", noted("Causal conditions"), noted("what led to it")),
    ParadigmRole.PHENOMENON: ("phe", noted("Phenomenon"), noted("what it is all about")),
    ParadigmRole.CONTEXT: ("con", noted("Context"), noted("in what circumstances")),
    ParadigmRole.INTERVENING_CONDITIONS: ("int", noted("Intervening conditions"), noted("what helps and hinders")),
    ParadigmRole.STRATEGIES: ("str", noted("Strategies of action"), noted("what people do about it")),
    ParadigmRole.CONSEQUENCES: ("out", noted("Consequences"), noted("what it leads to")),
}
"""Role -> its place on the drawing, its name, its plain question; in the order of Strauss and Corbin."""

_HUES: Final = 6


@dataclass(frozen=True)
class Node:
    """A core category, and its role where it has one."""

    core: CoreCategory
    role: str
    storyline: Texts
    categories: list[tuple[Category, int]]
    quotations: int
    experts: int


@dataclass(frozen=True)
class Wire:
    """A link with the categories it rests on, and the quotations that carry it."""

    row: Link
    source: CoreCategory
    target: CoreCategory
    evidence: list[tuple[Category, int]]
    quotations: int
    chosen: int
    first: Passage | None


@dataclass(frozen=True)
class Dispute:
    """Two categories in which experts contradict each other, with the experts' codes."""

    left: Category
    left_experts: tuple[str, ...]
    right: Category
    right_experts: tuple[str, ...]
    text: Texts


@blueprint.page("/s/<slug>/model", allow=member())
def model(work: Work, study: Study) -> ResponseReturnValue:
    """The model: as a map to build it on, as a list, as a story."""
    asked = request.args.get("view", "")
    book = read_codebook(work.session, study.id)
    if not book.core_categories:
        return render_template("paradigm/none.html")
    return render_template("paradigm/model.html", view=asked if asked in SHOWN else "map", **shown(work, study, book))


@blueprint.page("/s/<slug>/model/map", allow=member())
def model_map(work: Work, study: Study) -> ResponseReturnValue:
    """The map alone, as a fragment: to put back what was drawn before a refusal."""
    return rendered_map(work, study)


def rendered_map(work: Work, study: Study) -> str:
    """The map with its check, its drawing and its list of links."""
    return render_template("paradigm/map.html", **shown(work, study, read_codebook(work.session, study.id)))


def shown(work: Work, study: Study, book: Codebook) -> dict[str, Any]:
    """What the templates of the model are filled with; a study whose model has not begun has an empty one."""
    row = model_of(work, study)
    view = view_of(work, study, book) if row else ModelView([], cores=[core.key for core in book.core_categories])
    assigned = assignments_of(work, row) if row else []
    nodes = [_node(book, book.core_by_id[one.core_category_id], one) for one in assigned]
    placed = {node.core.id for node in nodes}
    idle = [_node(book, core) for core in book.core_categories if core.id not in placed]
    wires = _wires(work, row, book, view) if row else []
    roles = [
        (role, place, name, asks, [node for node in nodes if node.role == role])
        for role, (place, name, asks) in ROLES.items()
    ]
    return {
        "roles": roles,
        "idle": idle,
        "wires": wires,
        "filled": sum(bool(of_role) for *_names, of_role in roles),
        "questions": _questions(study, book, view, wires) if nodes else [],
        "disputes": _disputes(work, row, book, view) if row else [],
        "storyline": row.storyline if row else {},
        "drawing": _drawing(nodes, wires),
    }


def _node(book: Codebook, core: CoreCategory, assignment: RoleAssignment | None = None) -> Node:
    passages = book.of_core(core)
    return Node(
        core=core,
        role=assignment.role if assignment else "",
        storyline=assignment.storyline if assignment else {},
        categories=sorted(_counted(book, book.categories_of(core)), key=lambda pair: -pair[1]),
        quotations=len(passages),
        experts=len(experts_of(passages)),
    )


def _wires(work: Work, row: ParadigmModel, book: Codebook, view: ModelView) -> list[Wire]:
    cores = {core.key: core for core in book.core_categories}
    found = []
    for one, link in zip(links_of(work, row), view.links, strict=True):
        passages = behind(book, link)
        found.append(
            Wire(
                row=one,
                source=cores[link.source],
                target=cores[link.target],
                evidence=_counted(book, [book.category_by_key[key] for key in link.evidence]),
                quotations=len(passages),
                chosen=len(link.quotations),
                first=passages[0] if passages else None,
            )
        )
    return found


def _questions(study: Study, book: Codebook, view: ModelView, wires: Sequence[Wire]) -> list[Question]:
    here = url_for("paradigm.model", slug=study.slug)
    linked = {(wire.source.key, wire.target.key): wire.row.id for wire in wires}

    def link(source: str, target: str) -> str:
        if (source, target) in linked:
            return url_for("paradigm.link", slug=study.slug, link_id=linked[source, target])
        return url_for("paradigm.new_link", slug=study.slug, source=source)

    def place(of: str) -> str:
        return f"{here}#r-{ROLES[ParadigmRole(of)][0]}" if of in set(ParadigmRole) else f"{here}#core-{of}"

    ways = Ways(
        place=place,
        link=link,
        codes=lambda core: f"{url_for('coding.codes', slug=study.slug)}#core-{core}",
        contradictions=f"{url_for('paradigm.model', slug=study.slug, view='story')}#contradictions",
    )
    return [question(one, labels_of(book), ways) for one in (*validate(view), *doubts(view))]


def labels_of(book: Codebook) -> Mapping[str, str]:
    """What core categories and categories are called in the language spoken, by key."""
    categories = {one.key: local(one.label) for one in book.categories}
    return categories | {one.key: local(one.label) for one in book.core_categories}


def _disputes(work: Work, row: ParadigmModel, book: Codebook, view: ModelView) -> list[Dispute]:
    return [
        Dispute(
            book.category_by_key[side.left],
            tuple(side.left_experts),
            book.category_by_key[side.right],
            tuple(side.right_experts),
            one.text,
        )
        for one, side in zip(contradictions_of(work, row), view.contradictions, strict=True)
    ]


def _drawing(nodes: Sequence[Node], wires: Sequence[Wire]) -> dict[str, Any]:
    """What the script draws: nodes in the places of their roles, links with how many quotations carry them."""
    return {
        "nodes": [
            {
                "id": node.core.key,
                "label": local(node.core.label),
                "role": _(ROLES[ParadigmRole(node.role)][1]),
                "place": ROLES[ParadigmRole(node.role)][0],
                "hue": node.core.position if node.core.position <= _HUES else 0,
                "count": node.quotations,
            }
            for node in nodes
        ],
        "links": [
            {
                "id": str(wire.row.id),
                "source": wire.source.key,
                "target": wire.target.key,
                "label": local(wire.row.label),
                "count": wire.quotations,
            }
            for wire in wires
        ],
    }


def _counted(book: Codebook, categories: list[Category]) -> list[tuple[Category, int]]:
    return [(one, len(book.of_category(one))) for one in categories]
