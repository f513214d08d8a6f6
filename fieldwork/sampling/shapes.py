"""Shapes of the sampling parts of ``study.yaml`` and of ``experts.yaml``."""

from datetime import date
from typing import Any, Literal

from pydantic import Field, PositiveInt

from fieldwork.programme.shapes import Line, LocalText, Shape
from fieldwork.sampling.identity import Identity
from fieldwork.sampling.rules import Channel, Outcome


class CriterionShape(LocalText):
    """One criterion."""

    key: Line
    kind: Literal["required", "desirable"]
    weight: int = Field(ge=1, le=5)
    justification: Line


class StratumShape(LocalText):
    """One stratum."""

    quota: PositiveInt


class SamplingShape(Shape):
    """``sampling:`` of ``study.yaml``."""

    type: LocalText
    size: PositiveInt
    saturation_rule: LocalText
    criteria: tuple[CriterionShape, ...] = ()
    strata: dict[Line, StratumShape]


class AspectShape(LocalText):
    """One row of ``aspects:``."""

    key: Line
    questions: tuple[PositiveInt, ...] = ()
    categories: tuple[Line, ...] = ()
    min_experts: PositiveInt


class IdentityShape(Shape):
    """Who somebody is. Only the full name is needed."""

    full_name: Line
    short: tuple[Line, ...] = ()
    latin: Line | None = None
    employer: Line | None = None
    employer_aliases: tuple[Line, ...] = ()
    position: Line | None = None
    phone: Line | None = None
    email: Line | None = None
    handle: Line | None = None

    def identity(self) -> Identity:
        """As it is sealed."""
        values = self.model_dump()
        return Identity(short_names=values.pop("short"), **values)


class NominationShape(Shape):
    """How somebody came to be considered; ``by`` are a member's initials, ``expert`` who named the person."""

    source: Literal["desk_review", "publications", "expert"]
    expert: Line | None = None
    by: Line
    on: date = Field(alias="date")
    note: Line | None = None


class ContactShape(Shape):
    """One attempt to reach somebody."""

    on: date = Field(alias="date")
    channel: Channel
    by: Line
    outcome: Outcome
    note: Line | None = None


class RecruitmentShape(Shape):
    """The way to one expert."""

    nomination: NominationShape
    contacts: tuple[ContactShape, ...] = ()


class DeclinedShape(RecruitmentShape):
    """Somebody who did not take part."""

    stratum: Line
    sex: Line
    age: Line
    experience: Line
    identity: IdentityShape
    decision: Literal["declined"]
    decided: date
    reason: LocalText
    replaced_by: Line | None = None


class SamplingFileShape(Shape):
    """What the sampling room reads of ``study.yaml``; the programme room reads the rest."""

    sampling: SamplingShape
    aspects: tuple[AspectShape, ...] = ()
    declined: dict[Line, DeclinedShape] = Field(default_factory=dict)
    recruitment: dict[Line, RecruitmentShape] = Field(default_factory=dict)
    title: Any = None
    fieldwork: Any = None
    method: Any = None
    questions: Any = None
    programme: Any = None
    glossary: Any = None


class ExpertShape(Shape):
    """One expert; ``interview`` is read by the scheduling room."""

    stratum: Line
    group: Line
    sector: Line
    sex: Line
    age: Line
    experience: Line
    region: Line | None = None
    status: Literal["candidate", "invited", "agreed"] = "agreed"
    identity: IdentityShape
    interview: Any = None


class ExpertsFileShape(Shape):
    """``experts.yaml``; the programme room reads the team."""

    team: Any = None
    experts: dict[Line, ExpertShape]
