"""Building the model by hand: roles given, changed and taken, links made and mended, and every deed taken back.

Before each deed the model is kept as it was (``ParadigmVersion``); taking a deed back lays that state down again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from fieldwork.coding.models import Category, Code, Coding, CoreCategory
from fieldwork.core.audit import record
from fieldwork.core.database import Texts
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.paradigm.models import (
    Link,
    LinkEvidence,
    LinkQuotation,
    ParadigmModel,
    ParadigmRole,
    ParadigmVersion,
    RoleAssignment,
)
from fieldwork.paradigm.rules import LabelMissing, LinkToItself, SecondPhenomenon
from fieldwork.paradigm.services import add_link, assign_role, assignments_of, model_of, write_storyline
from fieldwork.paradigm.versions import kept, restored
from fieldwork.programme.models import Study


@dataclass(frozen=True)
class LinkInput:
    """What a link is to be: its words in every language, and what it rests on.

    Attributes:
        label: how the one leads to the other, e.g. «makes scarce».
        categories: keys of categories of the two ends.
        quotations: ids of codings chosen to carry it; their categories count as named. None: all of the categories.
    """

    label: Texts
    categories: Collection[str] = ()
    quotations: Collection[UUID] = ()


@dataclass(frozen=True)
class Evidence:
    """What a link rests on, found in the study."""

    categories: Sequence[Category]
    quotations: Sequence[Coding]


def give_role(work: Work, study: Study, core: CoreCategory, role: ParadigmRole) -> ParadigmVersion | None:
    """Put a core category into a role; its links and storyline go along. The model begins with the first one.

    Returns:
        What takes it back; None where it plays this role already.

    Raises:
        SecondPhenomenon: the model has its phenomenon already.
    """
    model = _begun(work, study)
    mine = assignment_of(work, model, core)
    if mine is not None and mine.role == role:
        return None
    version = kept(work, model)
    if mine is None:
        assign_role(work, model, role, core)
        return version
    taken = next((one for one in assignments_of(work, model) if role == ParadigmRole.PHENOMENON == one.role), None)
    if taken is not None:
        raise SecondPhenomenon(first=work.get(CoreCategory, taken.core_category_id).key, second=core.key)
    mine.role = role
    record(work, "paradigm.role_changed", study_id=study.id, subject_id=mine.id, role=role)
    return version


def take_role(work: Work, study: Study, core: CoreCategory) -> ParadigmVersion | None:
    """Take a core category out of the model, with its links.

    Returns:
        What takes it back; None where it plays no role.
    """
    model = _begun(work, study)
    mine = assignment_of(work, model, core)
    if mine is None:
        return None
    version = kept(work, model)
    links = _links_at(work, mine)
    for link in links:
        work.session.delete(link)
    work.session.flush()
    work.session.delete(mine)
    work.session.flush()
    record(work, "paradigm.role_taken", study_id=study.id, subject_id=mine.id, links=len(links))
    return version


def connect(
    work: Work, study: Study, source: CoreCategory, target: CoreCategory, given: LinkInput
) -> tuple[Link, ParadigmVersion]:
    """Link two core categories of the model.

    Returns:
        The link, and what takes it back.

    Raises:
        LinkToItself: both ends are the same.
        LabelMissing: it says nothing.
        LinkTwice: they are linked in this direction already.
        NotFound: an end without a role, a category or quotation that belongs to neither end.
    """
    if source.id == target.id:
        raise LinkToItself
    _check_label(given.label)
    model = _begun(work, study)
    ends = [_playing(work, model, core) for core in (source, target)]
    evidence = _found(work, study, (source, target), given)
    version = kept(work, model)
    link = add_link(work, ends[0], ends[1], given.label, evidence.categories)
    work.add_all([LinkQuotation(link_id=link.id, coding_id=one.id) for one in evidence.quotations])
    return link, version


def change_link(work: Work, study: Study, link: Link, given: LinkInput) -> ParadigmVersion:
    """Give a link other words and other evidence; what takes it back is returned.

    Raises:
        LabelMissing: it says nothing.
        NotFound: a category or quotation that belongs to neither end.
    """
    _check_label(given.label)
    model = work.get(ParadigmModel, link.model_id)
    evidence = _found(work, study, ends_of(work, link), given)
    version = kept(work, model)
    link.label = given.label
    for table in (LinkEvidence, LinkQuotation):
        work.session.execute(sa.delete(table).where(col(table.link_id) == link.id))
    work.add_all([LinkEvidence(link_id=link.id, category_id=one.id) for one in evidence.categories])
    work.add_all([LinkQuotation(link_id=link.id, coding_id=one.id) for one in evidence.quotations])
    counts = {"categories": len(evidence.categories), "quotations": len(evidence.quotations)}
    record(work, "paradigm.link_changed", study_id=study.id, subject_id=link.id, **counts)
    return version


def remove_link(work: Work, study: Study, link: Link) -> ParadigmVersion:
    """Take a link out of the model; what takes it back is returned."""
    version = kept(work, work.get(ParadigmModel, link.model_id))
    work.session.delete(link)
    work.session.flush()
    record(work, "paradigm.link_removed", study_id=study.id, subject_id=link.id)
    return version


def tell_story(work: Work, study: Study, storyline: Texts) -> ParadigmVersion:
    """Write the model's storyline anew; what takes it back is returned."""
    version = kept(work, _begun(work, study))
    write_storyline(work, study, storyline)
    return version


def tell_role(work: Work, study: Study, core: CoreCategory, storyline: Texts) -> ParadigmVersion:
    """Write what a core category does in its role; what takes it back is returned.

    Raises:
        NotFound: it plays none.
    """
    model = _begun(work, study)
    mine = _playing(work, model, core)
    version = kept(work, model)
    mine.storyline = storyline
    record(work, "paradigm.storyline_written", study_id=study.id, subject_id=mine.id)
    return version


def take_back(work: Work, study: Study, version_id: UUID) -> None:
    """Lay the model down as it was before a deed, the last one first.

    Raises:
        NotFound: no such version in this study.
        ModelMovedOn: the model was changed after that deed.
    """
    version = work.session.get(ParadigmVersion, version_id)
    model = model_of(work, study)
    if version is None or model is None or version.model_id != model.id:
        raise NotFound(kind="page", name="here")
    restored(work, model, version)
    record(work, "paradigm.taken_back", study_id=study.id, subject_id=model.id, version=version.number)


def core_called(work: Work, study: Study, key: str) -> CoreCategory:
    """The study's core category of that key.

    Raises:
        NotFound: there is none.
    """
    query = select(CoreCategory).where(CoreCategory.study_id == study.id, CoreCategory.key == key)
    core = work.session.exec(query).first()
    if core is None:
        raise NotFound(kind="core category", name=key)
    return core


def link_of(work: Work, study: Study, link_id: UUID) -> Link:
    """The link of that id in the study's model.

    Raises:
        NotFound: there is none here.
    """
    link = work.session.get(Link, link_id)
    model = model_of(work, study)
    if link is None or model is None or link.model_id != model.id:
        raise NotFound(kind="link", name=link_id)
    return link


def ends_of(work: Work, link: Link) -> tuple[CoreCategory, CoreCategory]:
    """The core categories that a link joins: where it comes from, where it leads."""
    source, target = (
        work.get(CoreCategory, work.get(RoleAssignment, end).core_category_id)
        for end in (link.source_id, link.target_id)
    )
    return source, target


def assignment_of(work: Work, model: ParadigmModel, core: CoreCategory) -> RoleAssignment | None:
    """The role that a core category plays in a model, if any."""
    query = select(RoleAssignment).where(
        RoleAssignment.model_id == model.id, RoleAssignment.core_category_id == core.id
    )
    return work.session.exec(query).first()


def _begun(work: Work, study: Study) -> ParadigmModel:
    """The study's model, which begins here where there is none; locked, so that deeds on it come one by one."""
    model = model_of(work, study)
    if model is None:
        model = work.add(ParadigmModel(study_id=study.id))
        record(work, "paradigm.begun", study_id=study.id, subject_id=model.id)
    work.session.refresh(model, with_for_update=True)
    return model


def _playing(work: Work, model: ParadigmModel, core: CoreCategory) -> RoleAssignment:
    mine = assignment_of(work, model, core)
    if mine is None:
        raise NotFound(kind="core category in the paradigm model", name=core.key)
    return mine


def _links_at(work: Work, end: RoleAssignment) -> Sequence[Link]:
    query = select(Link).where((col(Link.source_id) == end.id) | (col(Link.target_id) == end.id))
    return work.session.exec(query).all()


def _check_label(label: Texts) -> None:
    if not any(one.strip() for one in label.values()):
        raise LabelMissing


def _found(work: Work, study: Study, ends: Collection[CoreCategory], given: LinkInput) -> Evidence:
    """The categories and quotations named, all of them under one of the two ends."""
    within = col(Category.core_category_id).in_([core.id for core in ends])
    here = work.session.exec(select(Category).where(Category.study_id == study.id, within)).all()
    quotations = [
        (coding, category_id)
        for coding, category_id in work.session.exec(
            select(Coding, Code.category_id)
            .join(Code, col(Code.id) == col(Coding.code_id))
            .where(col(Coding.id).in_(set(given.quotations)), col(Code.category_id).in_([one.id for one in here]))
        )
    ]
    if missing := set(given.categories) - {one.key for one in here}:
        raise NotFound(kind="category", name=", ".join(sorted(missing)))
    if missing_ids := set(given.quotations) - {coding.id for coding, _ in quotations}:
        raise NotFound(kind="quotation", name=min(missing_ids))
    carried = {category_id for _, category_id in quotations}
    named = [one for one in here if one.key in given.categories or one.id in carried]
    return Evidence(sorted(named, key=lambda one: one.position), [coding for coding, _ in quotations])
