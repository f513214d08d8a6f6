"""Decisions of the paradigm model: what makes it sound, told in plain words. Pure.

Core categories and categories are named by their keys, roles by the words of ``ParadigmRole``. What is found wrong is a
refusal that has not been raised: a check lists them all, a deed that needs a sound model raises the first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from fieldwork.core.errors import Refusal
from fieldwork.paradigm.models import ParadigmRole

ENOUGH_VOICES = 3
"""How many experts a finding usually needs."""


class Finding(Refusal):
    """Something that is wrong with a paradigm model."""

    message = "The paradigm model is not sound."


class NoModel(Finding):
    """The study has no paradigm model."""

    message = "There is no paradigm model yet: give each core category its role, then link the roles."


class NoPhenomenon(Finding):
    """Every model is about one phenomenon."""

    message = "The model has no phenomenon: give the role «phenomenon» to exactly one core category."


class SecondPhenomenon(Finding):
    """There is one phenomenon already."""

    message = (
        "The model has its phenomenon already: {first}. A model is about exactly one phenomenon, so give {second} "
        "another role, or take the role from {first} first."
    )


class RoleEmpty(Finding):
    """A role that nothing plays."""

    message = "The role «{role}» is empty: give it to a core category."


class CoreTwice(Finding):
    """A core category plays one role."""

    message = (
        "The core category {core} has two roles, «{first}» and «{second}»: leave it the one that the data support."
    )


class CoreIdle(Finding):
    """A core category outside the model."""

    message = "The core category {core} has no role in the model: give it one, or merge it into another."


class LinkWithoutEvidence(Finding):
    """A link that rests on nothing."""

    message = "The link from {source} to {target} rests on no category: name the categories that show it, or remove it."


class EvidenceElsewhere(Finding):
    """A category that has nothing to do with the link."""

    message = (
        "The link from {source} to {target} rests on {category}, which belongs to neither of the two: "
        "name categories of these two only."
    )


class EvidenceOneSided(Finding):
    """A link between two things is shown by both."""

    message = "The link from {source} to {target} rests on no category of {missing}: name at least one of each side."


class EvidenceUngrounded(Finding):
    """A category without codings shows nothing."""

    message = (
        "The link from {source} to {target} rests on {category}, in which nothing is coded: code passages or drop it."
    )


class LinkTwice(Finding):
    """One link between two ends in one direction."""

    message = "There are two links from {source} to {target}: make one of them, with the evidence of both."


class LinkToItself(Finding):
    """A link joins two."""

    message = "A link leads from one core category to another: choose two different ones."


class LabelMissing(Finding):
    """A link without words says nothing."""

    message = "Say in a word or two how the one leads to the other, for example «makes possible»."


class ModelMovedOn(Refusal):
    """Deeds are taken back in their order."""

    message = "The model has been changed since then, so this can no longer be taken back. Change it by hand."


class FewVoices(Finding):
    """A doubt, not a mistake: what one or two experts say is a story, not yet a finding."""

    message = "The core category {core} rests on {count} experts only: {experts}."


class RoleUnlinked(Finding):
    """A part of the model that leads nowhere."""

    message = "The core category {core} is linked with nothing: link it with what it leads to or comes from."


class SideSilent(Finding):
    """A contradiction needs somebody on each side."""

    message = "The contradiction of {left} and {right} has no expert for {silent}: name at least one on each side."


class VoiceOnBothSides(Finding):
    """An expert on both sides of a contradiction carries neither."""

    message = "{expert} stands on both sides of the contradiction of {left} and {right}: put the expert on one."


class VoiceUngrounded(Finding):
    """An expert is named for a category without having said it."""

    message = (
        "{expert} is named for {category} in a contradiction, but no passage of {expert} is coded there: "
        "code one, or take the expert out."
    )


@dataclass(frozen=True, slots=True)
class RoleView:
    """A core category (key) in a role."""

    role: str
    core: str


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link between two core categories (keys) with the keys of the categories it rests on.

    ``quotations`` are ids of codings chosen to carry it; a category in which none is chosen carries it as a whole.
    """

    source: str
    target: str
    evidence: tuple[str, ...]
    quotations: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class ContradictionView:
    """Two categories (keys) and the codes of the experts on either side."""

    left: str
    right: str
    left_experts: tuple[str, ...]
    right_experts: tuple[str, ...]


@dataclass(frozen=True)
class ModelView:
    """A paradigm model as it is judged.

    Attributes:
        roles: core categories in roles.
        links: links between them.
        contradictions: contradictions between categories.
        cores: keys of every core category of the study.
        core_of: category key -> key of its core category.
        experts_in: category key -> codes of the experts who have codings there.
    """

    roles: Sequence[RoleView]
    links: Sequence[LinkView] = ()
    contradictions: Sequence[ContradictionView] = ()
    cores: Sequence[str] = ()
    core_of: Mapping[str, str | None] = field(default_factory=dict)
    experts_in: Mapping[str, Sequence[str]] = field(default_factory=dict)


def validate(model: ModelView) -> list[Finding]:
    """Everything that is wrong with a model; an empty list for a sound one.

    A link has to rest on at least one category of each of the two core categories it joins, and on no others; each
    category has to have codings. Every expert of a contradiction has to have a coding in the category he speaks for.
    """
    return [*_roles(model), *_cores(model), *_links(model), *_contradictions(model)]


def doubts(model: ModelView) -> list[Finding]:
    """What a reader would ask about a model that may be sound: core categories that few experts speak for."""
    experts: dict[str, set[str]] = {one.core: set() for one in model.roles}
    for category, core in model.core_of.items():
        if core in experts:
            experts[core] |= set(model.experts_in.get(category, ()))
    return [
        FewVoices(core=core, count=len(voices), experts=", ".join(sorted(voices)) or "—")
        for core, voices in experts.items()
        if len(voices) < ENOUGH_VOICES
    ]


def require_sound(findings: Sequence[Finding]) -> None:
    """Raise the first finding, if there is one.

    Raises:
        Finding: the model is not sound.
    """
    if findings:
        raise findings[0]


def _roles(model: ModelView) -> Iterator[Finding]:
    phenomena = [one.core for one in model.roles if one.role == ParadigmRole.PHENOMENON]
    if not phenomena:
        yield NoPhenomenon()
    for second in phenomena[1:]:
        yield SecondPhenomenon(first=phenomena[0], second=second)
    filled = {one.role for one in model.roles}
    for role in ParadigmRole:
        if role not in filled and role != ParadigmRole.PHENOMENON:
            yield RoleEmpty(role=role)


def _cores(model: ModelView) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for one in model.roles:
        if one.core in first:
            yield CoreTwice(core=one.core, first=first[one.core], second=one.role)
        first.setdefault(one.core, one.role)
    for core in model.cores:
        if core not in first:
            yield CoreIdle(core=core)
    linked = {end for link in model.links for end in (link.source, link.target)}
    for core in first:
        if core not in linked:
            yield RoleUnlinked(core=core)


def _links(model: ModelView) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for link in model.links:
        ends = {"source": link.source, "target": link.target}
        if (link.source, link.target) in seen:
            yield LinkTwice(**ends)
        seen.add((link.source, link.target))
        if not link.evidence:
            yield LinkWithoutEvidence(**ends)
            continue
        belongs = {category: model.core_of.get(category) for category in link.evidence}
        for category, core in belongs.items():
            if core not in ends.values():
                yield EvidenceElsewhere(category=category, **ends)
            elif not model.experts_in.get(category):
                yield EvidenceUngrounded(category=category, **ends)
        for end in ends.values():
            if end not in belongs.values():
                yield EvidenceOneSided(missing=end, **ends)


def _contradictions(model: ModelView) -> Iterator[Finding]:
    for one in model.contradictions:
        sides = {"left": one.left, "right": one.right}
        for category, experts in ((one.left, one.left_experts), (one.right, one.right_experts)):
            if not experts:
                yield SideSilent(silent=category, **sides)
            for expert in experts:
                if expert not in model.experts_in.get(category, ()):
                    yield VoiceUngrounded(expert=expert, category=category)
        for expert in sorted(set(one.left_experts) & set(one.right_experts)):
            yield VoiceOnBothSides(expert=expert, **sides)
