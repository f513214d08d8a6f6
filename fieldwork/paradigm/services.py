"""Deeds of the paradigm model: roles, links, contradictions, storylines; and the model as rules judge it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from fieldwork.coding.codebook import Codebook, experts_of
from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.models import Category, Code, Coding, CoreCategory
from fieldwork.core.audit import record
from fieldwork.core.database import Texts
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.paradigm.models import (
    Contradiction,
    ContradictionVoice,
    Link,
    LinkEvidence,
    LinkQuotation,
    ParadigmModel,
    ParadigmRole,
    RoleAssignment,
)
from fieldwork.paradigm.rules import (
    ContradictionView,
    CoreTwice,
    Finding,
    LinkTwice,
    LinkView,
    ModelView,
    NoModel,
    RoleView,
    SecondPhenomenon,
    validate,
)
from fieldwork.programme.models import Study
from fieldwork.sampling.models import Expert


def write_storyline(work: Work, study: Study, storyline: Texts) -> ParadigmModel:
    """Begin the study's model, or give it another storyline."""
    model = model_of(work, study)
    if model is None:
        model = work.add(ParadigmModel(study_id=study.id, storyline=storyline))
    else:
        model.storyline = storyline
        work.session.flush()
    record(work, "paradigm.storyline_written", study_id=study.id, subject_id=model.id)
    return model


def assign_role(
    work: Work, model: ParadigmModel, role: ParadigmRole, core: CoreCategory, storyline: Texts | None = None
) -> RoleAssignment:
    """Give a core category its role.

    Raises:
        SecondPhenomenon: the model has its phenomenon already.
        CoreTwice: the core category has a role already.
    """
    for taken, key in _assignments(work, model):
        if taken.core_category_id == core.id:
            raise CoreTwice(core=core.key, first=taken.role, second=role)
        if role == ParadigmRole.PHENOMENON == taken.role:
            raise SecondPhenomenon(first=key, second=core.key)
    assignment = RoleAssignment(model_id=model.id, role=role, core_category_id=core.id, storyline=storyline or {})
    work.add(assignment)
    record(work, "paradigm.role_assigned", study_id=model.study_id, subject_id=assignment.id, role=role)
    return assignment


def add_link(
    work: Work, source: RoleAssignment, target: RoleAssignment, label: Texts, evidence: Sequence[Category]
) -> Link:
    """Link two core categories of a model; ``validate`` judges the evidence.

    Raises:
        LinkTwice: they are linked in this direction already.
        NotFound: the two belong to different models.
    """
    if source.model_id != target.model_id:
        raise NotFound(kind="role of this model", name=target.role)
    same = select(Link.id).where(Link.source_id == source.id, Link.target_id == target.id)
    if work.session.exec(same).first() is not None:
        keys = {row.id: key for row, key in _assignments(work, work.get(ParadigmModel, source.model_id))}
        raise LinkTwice(source=keys[source.id], target=keys[target.id])
    link = Link(
        model_id=source.model_id,
        position=_next(work, col(Link.position), col(Link.model_id) == source.model_id),
        source_id=source.id,
        target_id=target.id,
        label=label,
    )
    work.add(link)
    work.add_all([LinkEvidence(link_id=link.id, category_id=category.id) for category in evidence])
    study_id = work.get(ParadigmModel, source.model_id).study_id
    record(work, "paradigm.link_added", study_id=study_id, subject_id=link.id, evidence=len(evidence))
    return link


def add_contradiction(
    work: Work,
    model: ParadigmModel,
    left: tuple[Category, Sequence[Expert]],
    right: tuple[Category, Sequence[Expert]],
    text: Texts,
) -> Contradiction:
    """Two categories in which experts contradict each other; ``validate`` judges the voices."""
    contradiction = Contradiction(
        model_id=model.id,
        position=_next(work, col(Contradiction.position), col(Contradiction.model_id) == model.id),
        left_category_id=left[0].id,
        right_category_id=right[0].id,
        text=text,
    )
    work.add(contradiction)
    voices = [
        ContradictionVoice(contradiction_id=contradiction.id, expert_id=expert.id, side=side)
        for side, (_, experts) in (("left", left), ("right", right))
        for expert in experts
    ]
    work.add_all(voices)
    record(work, "paradigm.contradiction_added", study_id=model.study_id, subject_id=contradiction.id)
    return contradiction


def model_of(work: Work, study: Study) -> ParadigmModel | None:
    """The study's model."""
    return work.session.exec(select(ParadigmModel).where(ParadigmModel.study_id == study.id)).first()


def view_of(work: Work, study: Study, book: Codebook | None = None) -> ModelView:
    """The study's model as it is judged and reported.

    Args:
        work: the unit of work.
        study: the study.
        book: its codebook, where the caller has read it.

    Raises:
        NoModel: there is none yet.
    """
    model = model_of(work, study)
    if model is None:
        raise NoModel
    book = book or read_codebook(work.session, study.id)
    cores = {row.id: key for row, key in _assignments(work, model)}
    return ModelView(
        roles=[RoleView(row.role, key) for row, key in _assignments(work, model)],
        links=_link_views(work, model, book, cores),
        contradictions=_contradiction_views(work, model, book),
        cores=[core.key for core in book.core_categories],
        core_of={
            one.key: None if one.core_category_id is None else book.core_by_id[one.core_category_id].key
            for one in book.categories
        },
        experts_in={one.key: experts_of(book.of_category(one)) for one in book.categories},
    )


def findings(work: Work, study: Study) -> list[Finding]:
    """Everything that is wrong with the study's model; that there is none is a finding too."""
    if model_of(work, study) is None:
        return [NoModel()]
    return validate(view_of(work, study))


def links_of(work: Work, model: ParadigmModel) -> Sequence[Link]:
    """The model's links in their order."""
    return work.session.exec(select(Link).where(Link.model_id == model.id).order_by(col(Link.position))).all()


def evidence_of(work: Work, link: Link) -> set[str]:
    """What a link rests on: ids of the quotations that were chosen, and keys of the categories that carry it whole."""
    chosen = work.session.exec(
        select(LinkQuotation.coding_id, Code.category_id)
        .join(Coding, col(Coding.id) == col(LinkQuotation.coding_id))
        .join(Code, col(Code.id) == col(Coding.code_id))
        .where(LinkQuotation.link_id == link.id)
    ).all()
    in_part = {category_id for _, category_id in chosen}
    named = work.session.exec(select(Category).join(LinkEvidence).where(LinkEvidence.link_id == link.id))
    return {one.key for one in named if one.id not in in_part} | {str(coding_id) for coding_id, _ in chosen}


def contradictions_of(work: Work, model: ParadigmModel) -> Sequence[Contradiction]:
    """The model's contradictions in their order."""
    query = select(Contradiction).where(Contradiction.model_id == model.id).order_by(col(Contradiction.position))
    return work.session.exec(query).all()


def assignments_of(work: Work, model: ParadigmModel) -> Sequence[RoleAssignment]:
    """The model's roles, in the order of Strauss and Corbin."""
    return [row for row, _ in _assignments(work, model)]


def _assignments(work: Work, model: ParadigmModel) -> list[tuple[RoleAssignment, str]]:
    """Roles with the keys of their core categories, in the order of Strauss and Corbin."""
    query = (
        select(RoleAssignment, CoreCategory.key)
        .join(CoreCategory, col(RoleAssignment.core_category_id) == CoreCategory.id)
        .where(RoleAssignment.model_id == model.id)
        .order_by(col(CoreCategory.position))
    )
    order = list(ParadigmRole)
    return sorted(work.session.exec(query), key=lambda pair: order.index(ParadigmRole(pair[0].role)))


def _link_views(work: Work, model: ParadigmModel, book: Codebook, cores: dict[Any, str]) -> list[LinkView]:
    query = select(LinkEvidence).join(Link).where(Link.model_id == model.id)
    evidence: dict[Any, list[Category]] = {}
    for row in work.session.exec(query):
        evidence.setdefault(row.link_id, []).append(book.category_by_id[row.category_id])
    chosen: dict[Any, set[Any]] = {}
    for quotation in work.session.exec(select(LinkQuotation).join(Link).where(Link.model_id == model.id)):
        chosen.setdefault(quotation.link_id, set()).add(quotation.coding_id)
    return [
        LinkView(
            source=cores[link.source_id],
            target=cores[link.target_id],
            evidence=tuple(one.key for one in sorted(evidence.get(link.id, []), key=lambda one: one.position)),
            quotations=frozenset(chosen.get(link.id, ())),
        )
        for link in links_of(work, model)
    ]


def _contradiction_views(work: Work, model: ParadigmModel, book: Codebook) -> list[ContradictionView]:
    query = (
        select(ContradictionVoice, Expert.code)
        .join(Expert, col(ContradictionVoice.expert_id) == Expert.id)
        .join(Contradiction, col(ContradictionVoice.contradiction_id) == Contradiction.id)
        .where(Contradiction.model_id == model.id)
        .order_by(col(Expert.code))
    )
    voices: dict[Any, list[str]] = {}
    for voice, expert in work.session.exec(query):
        voices.setdefault((voice.contradiction_id, voice.side), []).append(expert)
    return [
        ContradictionView(
            left=book.category_by_id[one.left_category_id].key,
            right=book.category_by_id[one.right_category_id].key,
            left_experts=tuple(voices.get((one.id, "left"), [])),
            right_experts=tuple(voices.get((one.id, "right"), [])),
        )
        for one in contradictions_of(work, model)
    ]


def _next(work: Work, number: Any, of_model: Any) -> int:
    highest = work.session.exec(select(sa.func.max(number)).where(of_model)).one()
    return (highest or 0) + 1
