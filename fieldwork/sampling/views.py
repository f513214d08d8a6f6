"""Reading the sample: experts by stratum against the quotas, who spoke to what, one expert without the identity."""

from collections.abc import Callable, Mapping
from typing import Final

from flask import render_template
from flask.typing import ResponseReturnValue

from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.programme.services import members_of
from fieldwork.sampling.disclosure import CellsTooSmall, generalise_together
from fieldwork.sampling.models import Expert, ExpertStatus, Stratum
from fieldwork.sampling.plan import aspects_of, strata_of
from fieldwork.sampling.recruitment import contacts_of, note_of
from fieldwork.sampling.rules import Channel, Outcome, Spoken, aspect_coverage
from fieldwork.sampling.services import coverage_of, experts_of, find_expert, may_know
from fieldwork.web.languages import noted
from fieldwork.web.pages import Pages
from fieldwork.web.policies import member

blueprint = Pages("sampling", __name__)

STATUSES: Final = {
    ExpertStatus.CANDIDATE: noted("to be invited"),
    ExpertStatus.INVITED: noted("waiting for an answer"),
    ExpertStatus.AGREED: noted("agreed"),
    ExpertStatus.DECLINED: noted("declined"),
}
SEXES: Final = {"f": noted("woman"), "m": noted("man")}
CHANNELS: Final = {
    Channel.EMAIL: noted("by e-mail"),
    Channel.PHONE: noted("by phone"),
    Channel.MESSENGER: noted("in a messenger"),
    Channel.LETTER: noted("by letter"),
    Channel.IN_PERSON: noted("face to face"),
}
OUTCOMES: Final = {
    Outcome.SENT: noted("invitation sent"),
    Outcome.NO_ANSWER: noted("no answer"),
    Outcome.REPLIED: noted("answered, is thinking"),
    Outcome.POSTPONED: noted("asked to write later"),
    Outcome.AGREED: noted("agreed"),
    Outcome.SCHEDULED: noted("day settled"),
    Outcome.DECLINED: noted("declined"),
}

ExpertPart = Callable[[Work, Study, Expert], str]
SpokenSource = Callable[[Work, Study], Mapping[str, Spoken]]

_parts: Final[list[ExpertPart]] = []
_sources: Final[list[SpokenSource]] = []


def beside_expert(part: ExpertPart) -> ExpertPart:
    """Let a later room show on the expert's page what it knows of the expert, in the order of the rooms.

    Args:
        part: renders a section, without anything that tells who the expert is.
    """
    _parts.append(part)
    return part


def tells_spoken(source: SpokenSource) -> SpokenSource:
    """Let a later room say what each expert has spoken to: the cells of the coverage matrix.

    Args:
        source: expert's code -> questions answered and categories coded; experts without a text are absent.
    """
    _sources.append(source)
    return source


@blueprint.page("/s/<slug>/experts", allow=member())
def experts(work: Work, study: Study) -> ResponseReturnValue:
    """The experts by stratum, how far each quota is filled, and who has spoken to which aspect."""
    people = experts_of(work, study)
    strata = [
        (stratum, covered, [one for one in people if one.stratum_id == stratum.id])
        for stratum, covered in zip(strata_of(work, study), coverage_of(work, study), strict=True)
    ]
    aspects = aspects_of(work, study)
    spoken = {code: told for source in _sources for code, told in source(work, study).items()}
    agreed = [one for one in people if one.status == ExpertStatus.AGREED]
    return render_template(
        "sampling/experts.html",
        strata=strata,
        statuses=STATUSES,
        sexes=SEXES,
        agreed=agreed,
        spoken=spoken,
        coverage=list(zip(aspects, aspect_coverage(aspects, spoken), strict=True)),
        bands=_published_bands(agreed),
        members={one.id: one for one in members_of(work, study)},
        codes={one.id: one.code for one in people},
    )


@blueprint.page("/s/<slug>/experts/<code>", allow=member())
def expert(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """One expert: traits, the way to the interview, and what later rooms add. Who it is never stands here."""
    found = find_expert(work, study, code)
    knows = may_know(member, found)
    people = experts_of(work, study)
    return render_template(
        "sampling/expert.html",
        expert=found,
        knows=knows,
        stratum=work.get(Stratum, found.stratum_id),
        interviewer=work.get(Member, found.interviewer_id) if found.interviewer_id else None,
        replaces=next((one for one in people if one.id == found.replaces_id), None),
        replaced_by=next((one for one in people if one.replaces_id == found.id), None),
        contacts=[(one, note_of(work, one) if knows else None) for one in contacts_of(work, found)],
        members={one.id: one for one in members_of(work, study)},
        statuses=STATUSES,
        sexes=SEXES,
        channels=CHANNELS,
        outcomes=OUTCOMES,
        parts=[part(work, study, found) for part in _parts],
    )


def _published_bands(agreed: list[Expert]) -> dict[str, list[str]] | None:
    """The bands in which age and experience can be published together with sex; none where a cell stays too small."""
    rows = [{"sex": one.sex, "age": one.age_band, "experience": one.experience_band} for one in agreed]
    try:
        found = generalise_together(rows, banded=("age", "experience"), fixed=("sex",))
    except CellsTooSmall:
        return None
    return {name: list(dict.fromkeys(found[name].values())) for name in found}
