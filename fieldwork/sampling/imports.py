"""Setting up a sample from files: plan and recruitment from ``study.yaml``, experts from ``experts.yaml``.

``study.yaml`` (texts marked ``{…}`` stand in ru, kk and en)::

    sampling:
      type: {…}
      size: 14
      saturation_rule: {…}
      criteria:
        - {key: c1, kind: required, weight: 5, …, justification: "…"}     # or desirable; weight 1 to 5
      strata:
        theatre: {quota: 2, …}
    aspects:
      - {key: borders, questions: [1, 2], categories: [I1], min_experts: 12, …}
    recruitment:
      E05:
        nomination: {source: expert, expert: E01, by: АС, date: "2025-03-21", note: "…"}   # desk_review, publications
        contacts:
          - {date: "2025-03-22", channel: messenger, by: ДК, outcome: sent, note: "…"}
    declined:
      C15: {stratum: theatre, sex: m, age: 45-54, experience: 20+, identity: {…}, nomination: {…}, contacts: […],
            decision: declined, decided: "2025-03-26", reason: {…}, replaced_by: E08}

``experts.yaml``::

    experts:
      E01: {stratum: hub_heads, group: "…", sector: "…", sex: f, age: 35-44, experience: 10-14,
            region: "…",
            identity: {full_name: "…", short: ["…"], latin: "…", employer: "…", employer_aliases: ["…"], position: "…",
                       phone: "…", email: "…", handle: "…"}}

Notes and identities are sealed as they are read.
"""

from collections.abc import Mapping, Sequence

from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.programme.services import member_by_initials, members_of
from fieldwork.programme.shapes import parsed
from fieldwork.sampling.models import Expert, ExpertStatus
from fieldwork.sampling.plan import add_aspect, add_criterion, add_stratum, set_plan, strata_of
from fieldwork.sampling.recruitment import nominate, record_contact
from fieldwork.sampling.rules import Outcome
from fieldwork.sampling.services import NewExpert, add_expert, experts_of, find_expert, replace
from fieldwork.sampling.shapes import DeclinedShape, ExpertsFileShape, RecruitmentShape, SamplingFileShape


def import_sampling(work: Work, study: Study, data: object, *, source: str = "study.yaml") -> None:
    """Plan, criteria, strata and aspects, from the shape of ``study.yaml`` (see the module).

    Raises:
        LanguageMissing, PlaceMissing, PlaceUnknown, PlaceWrong: the file's shape.
        PlanExists, KeyTaken: the study has them already.
    """
    shape = parsed(SamplingFileShape, data, source)
    plan = shape.sampling
    set_plan(work, study, kind=plan.type.texts(), size=plan.size, saturation_rule=plan.saturation_rule.texts())
    for row in plan.criteria:
        add_criterion(
            work,
            study,
            row.key,
            kind=row.kind,
            weight=row.weight,
            text=row.texts(),
            justification=row.justification,
        )
    for key, stratum in plan.strata.items():
        add_stratum(work, study, key, quota=stratum.quota, label=stratum.texts())
    for aspect in shape.aspects:
        add_aspect(
            work,
            study,
            aspect.key,
            label=aspect.texts(),
            min_experts=aspect.min_experts,
            questions=aspect.questions,
            categories=aspect.categories,
        )


def import_experts(work: Work, study: Study, data: object, *, source: str = "experts.yaml") -> Sequence[Expert]:
    """The experts, from the shape of ``experts.yaml`` (see the module); those without a status have agreed.

    The team of the same file is taken by ``programme.imports.import_team``, the interviews by
    ``scheduling.imports.import_interviews``.

    Raises:
        PlaceMissing, PlaceUnknown, PlaceWrong: the file's shape; no message repeats a name.
        CodeWrong, CodeTaken, SexWrong, BandWrong: an expert.
        NotFound: a stratum the study does not have.
    """
    shape = parsed(ExpertsFileShape, data, source)
    return [
        add_expert(
            work,
            study,
            NewExpert(row.stratum, row.group, row.sector, row.sex, row.age, row.experience, row.region or ""),
            row.identity.identity(),
            code=code,
            status=ExpertStatus(row.status),
        )
        for code, row in shape.experts.items()
    ]


def import_recruitment(work: Work, study: Study, data: object, *, source: str = "study.yaml") -> None:
    """Nominations, contacts and those who declined, from the shape of ``study.yaml``; team and experts come first.

    Those who declined become experts of that status with the codes of the file. Their group and sector, which the file
    does not give, are their stratum's label; the reason (ru) is sealed with the note of the contact that ended it.

    Raises:
        LanguageMissing, PlaceMissing, PlaceUnknown, PlaceWrong: the file's shape.
        NotFound: an expert or a member's initials the study does not have.
        NominationWrong, CodeTaken: a nomination, a code.
    """
    shape = parsed(SamplingFileShape, data, source)
    members = {member.initials: member for member in members_of(work, study)}
    for code, row in shape.declined.items():
        expert = _add_declined(work, study, code, row)
        _recruit(work, study, members, expert, row, last_words=row.reason.ru)
    experts = {expert.code: expert for expert in experts_of(work, study)}
    for code, way in shape.recruitment.items():
        _recruit(work, study, members, experts.get(code) or find_expert(work, study, code), way)
    for code, row in shape.declined.items():
        if row.replaced_by is not None:
            replace(work, find_expert(work, study, row.replaced_by), experts[code])


def _add_declined(work: Work, study: Study, code: str, row: DeclinedShape) -> Expert:
    labels = {stratum.key: stratum.label["ru"] for stratum in strata_of(work, study)}
    label = labels.get(row.stratum, "")
    return add_expert(
        work,
        study,
        NewExpert(row.stratum, label, label, row.sex, row.age, row.experience),
        row.identity.identity(),
        code=code,
        status=ExpertStatus.DECLINED,
    )


def _recruit(
    work: Work,
    study: Study,
    members: Mapping[str, Member],
    expert: Expert,
    way: RecruitmentShape,
    *,
    last_words: str | None = None,
) -> None:
    """One expert's nomination and contacts; ``last_words`` end the note of the contact that declined."""

    def signed(initials: str) -> Member:
        return members.get(initials) or member_by_initials(work, study, initials)

    nomination = way.nomination
    nominate(
        work,
        expert,
        signed(nomination.by),
        source=nomination.source,
        on=nomination.on,
        nominated_by=find_expert(work, study, nomination.expert) if nomination.expert else None,
        note=nomination.note,
    )
    for contact in way.contacts:
        ends = contact.outcome is Outcome.DECLINED
        note = "\n".join(part for part in (contact.note, last_words if ends else None) if part)
        record_contact(
            work,
            expert,
            signed(contact.by),
            on=contact.on,
            channel=contact.channel,
            outcome=contact.outcome,
            note=note,
        )
