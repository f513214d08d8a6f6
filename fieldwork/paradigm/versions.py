"""The model's earlier versions: taken down before a deed, laid down again when it is taken back."""

from collections import defaultdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from fieldwork.coding.models import Category, Code, Coding, CoreCategory
from fieldwork.core.work import Work
from fieldwork.paradigm.models import (
    Link,
    LinkEvidence,
    LinkQuotation,
    ParadigmModel,
    ParadigmVersion,
    RoleAssignment,
)
from fieldwork.paradigm.rules import ModelMovedOn

KEPT = 50
"""How many deeds can be taken back."""


def kept(work: Work, model: ParadigmModel) -> ParadigmVersion:
    """Keep the model as it is now, before a deed changes it."""
    last = latest(work, model)
    number = last.number + 1 if last else 1
    version = ParadigmVersion(model_id=model.id, number=number, state=_state(work, model), left_at=work.now)
    work.add(version)
    too_old = (col(ParadigmVersion.model_id) == model.id, col(ParadigmVersion.number) <= number - KEPT)
    work.session.execute(sa.delete(ParadigmVersion).where(*too_old))
    return version


def latest(work: Work, model: ParadigmModel) -> ParadigmVersion | None:
    """The version that the last deed left behind."""
    query = select(ParadigmVersion).where(ParadigmVersion.model_id == model.id)
    return work.session.exec(query.order_by(col(ParadigmVersion.number).desc())).first()


def restored(work: Work, model: ParadigmModel, version: ParadigmVersion) -> None:
    """Lay ``version`` down again and forget it. What is gone from the codebook meanwhile stays gone.

    Raises:
        ModelMovedOn: it is not the latest one.
    """
    last = latest(work, model)
    if last is None or last.id != version.id:
        raise ModelMovedOn
    for table in (Link, RoleAssignment):
        for row in work.session.exec(select(table).where(table.model_id == model.id)).all():
            work.session.delete(row)
        work.session.flush()
    model.storyline = version.state["storyline"]
    _lay_down(work, model, version.state)
    work.session.delete(version)
    work.session.flush()


def _state(work: Work, model: ParadigmModel) -> dict[str, Any]:
    """Roles, links and storyline as plain values."""
    roles = work.session.exec(select(RoleAssignment).where(RoleAssignment.model_id == model.id)).all()
    links = work.session.exec(select(Link).where(Link.model_id == model.id).order_by(col(Link.position))).all()
    ids = [link.id for link in links]
    evidence, quotations = defaultdict(list), defaultdict(list)
    for named in work.session.exec(select(LinkEvidence).where(col(LinkEvidence.link_id).in_(ids))):
        evidence[named.link_id].append(str(named.category_id))
    for chosen in work.session.exec(select(LinkQuotation).where(col(LinkQuotation.link_id).in_(ids))):
        quotations[chosen.link_id].append(str(chosen.coding_id))
    return {
        "storyline": model.storyline,
        "roles": [
            {"id": str(one.id), "role": one.role, "core": str(one.core_category_id), "storyline": one.storyline}
            for one in roles
        ],
        "links": [
            {
                "id": str(one.id),
                "position": one.position,
                "source": str(one.source_id),
                "target": str(one.target_id),
                "label": one.label,
                "categories": evidence[one.id],
                "quotations": quotations[one.id],
            }
            for one in links
        ],
    }


def _lay_down(work: Work, model: ParadigmModel, state: dict[str, Any]) -> None:
    cores = _there(work, CoreCategory, model.study_id)
    categories = _there(work, Category, model.study_id)
    codings = set(work.session.exec(select(Coding.id).join(Code).where(Code.study_id == model.study_id)))
    roles = [
        RoleAssignment(
            id=UUID(one["id"]),
            model_id=model.id,
            role=one["role"],
            core_category_id=UUID(one["core"]),
            storyline=one["storyline"],
        )
        for one in state["roles"]
        if UUID(one["core"]) in cores
    ]
    work.add_all(roles)
    ends = {row.id for row in roles}
    links = [one for one in state["links"] if {UUID(one["source"]), UUID(one["target"])} <= ends]
    work.add_all(
        [
            Link(
                id=UUID(one["id"]),
                model_id=model.id,
                position=one["position"],
                source_id=UUID(one["source"]),
                target_id=UUID(one["target"]),
                label=one["label"],
            )
            for one in links
        ]
    )
    for one in links:
        named = [UUID(category) for category in one["categories"] if UUID(category) in categories]
        chosen = [UUID(coding) for coding in one["quotations"] if UUID(coding) in codings]
        work.add_all([LinkEvidence(link_id=UUID(one["id"]), category_id=category) for category in named])
        work.add_all([LinkQuotation(link_id=UUID(one["id"]), coding_id=coding) for coding in chosen])


def _there(work: Work, table: Any, study_id: UUID) -> set[UUID]:
    return set(work.session.exec(select(table.id).where(table.study_id == study_id)))
