"""Reading the interviews: when, how, how long, who asks; one of them with the guide to follow during the talk."""

from collections.abc import Callable
from typing import Final

from flask import render_template
from flask.typing import ResponseReturnValue

from fieldwork.core.work import Work
from fieldwork.programme.guides import guide_of, probes_of, questions_of
from fieldwork.programme.models import Block, Member, Study
from fieldwork.programme.services import members_of
from fieldwork.sampling.models import Expert, ExpertStatus
from fieldwork.sampling.services import experts_of, find_expert, may_know
from fieldwork.sampling.views import beside_expert
from fieldwork.scheduling.models import Interview, Mode
from fieldwork.scheduling.rules import Stage
from fieldwork.scheduling.services import by_stage, figures_of, find_interview, interview_of, interviews_of
from fieldwork.web.languages import noted
from fieldwork.web.pages import Pages
from fieldwork.web.policies import member
from fieldwork.web.visits import current_place

blueprint = Pages("scheduling", __name__)

MODES: Final = {Mode.ZOOM: noted("Zoom"), Mode.WHATSAPP: noted("WhatsApp"), Mode.IN_PERSON: noted("in person")}
SPOKEN: Final = {"ru": noted("Russian"), "kk": noted("Kazakh"), "en": noted("English")}
STAGES: Final = {
    Stage.OVERDUE: (noted("Time has passed, no recording yet"), noted("upload the recording, or move the meeting")),
    Stage.AHEAD: (noted("Ahead"), noted("the next one first")),
    Stage.HELD: (noted("Held"), noted("a recording or a text is here")),
}

InterviewPart = Callable[[Work, Study, Expert, Interview], str]

_parts: Final[list[InterviewPart]] = []


def beside_interview(part: InterviewPart) -> InterviewPart:
    """Let a later room show above the guide what matters during the talk, or is to be done after it.

    Args:
        part: renders a section (HTML), without anything that tells who the expert is.
    """
    _parts.append(part)
    return part


@blueprint.page("/s/<slug>/interviews", allow=member())
def interviews(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """Every interview of the study by how it stands, and who still needs a day; days and times are Almaty's."""
    found, people = interviews_of(work, study), experts_of(work, study)
    settled = {one.expert_id for one in found}
    waiting = [one for one in people if one.status == ExpertStatus.AGREED and one.id not in settled]
    return render_template(
        "scheduling/interviews.html",
        interviews=found,
        stages=[(STAGES[stage], stage.value, rows) for stage, rows in by_stage(work, found).items() if rows],
        waiting=waiting,
        knows=lambda expert: may_know(member, expert),
        can_set=any(may_know(member, one) for one in waiting),
        experts={one.id: one for one in people},
        members={one.id: one for one in members_of(work, study)},
        figures=figures_of(work, study),
        modes=MODES,
    )


@blueprint.page("/s/<slug>/interviews/<code>", allow=member())
def interview(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """One interview: when and how, what may be done, and the guide to follow during the talk. It prints well."""
    expert = find_expert(work, study, code)
    found = find_interview(work, expert)
    questions, guide = questions_of(work, study), guide_of(work, study)
    around = guide.opening_minutes + guide.closing_minutes if guide else 0
    return render_template(
        "scheduling/interview.html",
        expert=expert,
        interview=found,
        interviewer=work.get(Member, found.interviewer_id),
        knows=may_know(member, expert),
        parts=[part(work, study, expert, found) for part in _parts],
        guide=guide,
        blocks=[(block.value, [one for one in questions if one.block == block]) for block in Block],
        probes=probes_of(work, study),
        planned=around + sum(one.minutes for one in questions),
        modes=MODES,
        spoken_languages=SPOKEN,
    )


@beside_expert
def interview_part(work: Work, study: Study, expert: Expert) -> str:  # noqa: ARG001 - every part is asked so
    """The expert's interview, on the expert's page."""
    found = interview_of(work, expert)
    interviewer = work.get(Member, found.interviewer_id) if found else None
    arranges = expert.status == ExpertStatus.AGREED and may_know(current_place().member, expert)
    return render_template(
        "scheduling/part.html", expert=expert, interview=found, interviewer=interviewer, arranges=arranges, modes=MODES
    )
