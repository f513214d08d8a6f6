"""The review of names in a browser: how far each transcript is, its workbench, its source."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.asking import note_of
from fieldwork.anonymisation.detection import detection_of, is_stale, request_detection, was_detected
from fieldwork.anonymisation.marking import known_roles
from fieldwork.anonymisation.meanings import wordings_of
from fieldwork.anonymisation.models import Decision, Mention
from fieldwork.anonymisation.rules import broader, rank_of
from fieldwork.anonymisation.services import entities_of, mentions_of
from fieldwork.anonymisation.workbench import Bench, Left, bench_of, progress_of, source_of
from fieldwork.consent.models import Scope
from fieldwork.consent.services import decision_of, require
from fieldwork.core.audit import record
from fieldwork.core.jobs import UNFINISHED, Job, JobState
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.recording.models import Recording
from fieldwork.recording.services import recordings_of
from fieldwork.recording.views import may_hear
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import find_expert, may_know
from fieldwork.sampling.views import beside_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import find_interview, interview_of
from fieldwork.transcription.models import Transcript, TranscriptState
from fieldwork.transcription.services import find_transcript, transcript_of, transcripts_of
from fieldwork.transcription.views import beside_transcript
from fieldwork.web.languages import noted
from fieldwork.web.pages import Pages
from fieldwork.web.policies import NotYours
from fieldwork.web.policies import member as members
from fieldwork.web.visits import current_place

blueprint = Pages("anonymisation", __name__)

REVIEWERS: Final = (Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER)
KINDS: Final = {
    "PER": noted("Person"),
    "ORG": noted("Organisation"),
    "LOC": noted("Town or country"),
    "ADDRESS": noted("Address"),
    "POSITION": noted("Post or role"),
    "PHONE": noted("Phone number"),
    "EMAIL": noted("E-mail"),
    "HANDLE": noted("Account in a network"),
    "URL": noted("Web link"),
    "ID": noted("Number of a document"),
    "DATE": noted("Date of birth"),
}
"""Kinds of mention, the likeliest to be missed first."""

WHY: Final = {
    "sure": noted("Found with certainty. Look whether what stands in its place suits."),
    "PER": noted("It looks like a name, and may be another word, or another person of that name. You decide."),
    "ORG": noted("It may be an organisation that gives somebody away. You decide."),
    "POSITION": noted("There is no name, but a position and a place may together give a person away. You decide."),
    "": noted("We are not certain that it gives anybody away. You decide."),
    "LOC": noted("Towns and countries stay in the text unless you replace them."),
}
"""Why a mention waits for a person, by kind; «sure» for those found with certainty."""


@dataclass(frozen=True, repr=False)
class Desk:
    """What a review works on; only for those with the right to know who the expert is."""

    expert: Expert
    interview: Interview
    transcript: Transcript


@blueprint.page("/s/<slug>/anonymisation", allow=members())
def review_list(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """How far the names are taken out of each transcript, and what comes next."""
    return render_template("anonymisation/list.html", **_list(work, study, member))


@blueprint.page("/s/<slug>/anonymisation/progress", allow=members(), quiet=True)
def list_progress(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """The same as a fragment, asked for while names are being looked for."""
    return render_template("anonymisation/list_table.html", **_list(work, study, member))


@blueprint.page("/s/<slug>/anonymisation/<code>", allow=members(*REVIEWERS))
def review(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """The workbench of one transcript, or what comes before or after it."""
    desk = desk_of(work, study, member, code)
    state = _state(work, desk.transcript, progress_of(work, [desk.transcript.id]).get(desk.transcript.id))
    if state["step"] != "review":
        replaced = sum(one.decision == Decision.ACCEPTED for one in mentions_of(work, desk.transcript))
        return render_template("anonymisation/step.html", expert=desk.expert, replaced=replaced, **state)
    shown = shown_on(work, desk, bench_of(work, desk.transcript))
    return render_template(
        "anonymisation/review.html",
        # long: rendered by themselves they need not pass through the page's nested blocks piece by piece
        turns=render_template("anonymisation/turns.html", **shown),
        lines=render_template("anonymisation/lines.html", **shown),
        why=WHY,
        choices=choices(work, study),
        **shown,
    )


@blueprint.page("/s/<slug>/anonymisation/<code>/progress", allow=members(*REVIEWERS), quiet=True)
def progress(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """How far the search for names is, as a fragment; once it has ended, the page loads itself again."""
    desk = desk_of(work, study, member, code)
    state = _state(work, desk.transcript, progress_of(work, [desk.transcript.id]).get(desk.transcript.id))
    if state["step"] != "looking":
        return "", 204, {"HX-Refresh": "true"}
    return render_template("anonymisation/step_part.html", expert=desk.expert, **state)


@blueprint.page("/s/<slug>/anonymisation/<code>/detect", allow=members(*REVIEWERS), methods=("POST",))
def detect(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Have names looked for; again, where some were: what is decided stays."""
    request_detection(work, desk_of(work, study, member, code).transcript)
    return redirect(url_for("anonymisation.review", slug=study.slug, code=code))


@blueprint.page("/s/<slug>/anonymisation/<code>/source", allow=members(*REVIEWERS), writes=True)
def source(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """The text as it was said, on request; the trail says who read it."""
    desk = desk_of(work, study, member, code)
    turns = source_of(work, desk.transcript)
    record(work, "anonymisation.shown", study_id=study.id, subject_id=desk.transcript.id, count=len(turns))
    return render_template("anonymisation/source.html", desk=desk, expert=desk.expert, turns=turns, kinds=KINDS)


@beside_expert
def review_part(work: Work, study: Study, expert: Expert) -> str:  # noqa: ARG001 - every part is asked so
    """Where the names stand, on the expert's page."""
    interview = interview_of(work, expert)
    found = find_transcript(work, interview) if interview else None
    if found is None:
        return ""
    mine = may_know(current_place().member, expert)
    left = progress_of(work, [found.id]).get(found.id)
    return render_template("anonymisation/part.html", expert=expert, mine=mine, **_state(work, found, left))


@beside_transcript
def review_link(work: Work, study: Study, expert: Expert, transcript: Transcript) -> str:  # noqa: ARG001 - as all parts
    """The way to the review, at the head of a transcript's page."""
    if not may_know(current_place().member, expert):
        return ""
    return render_template("anonymisation/link.html", expert=expert, transcript=transcript)


def desk_of(work: Work, study: Study, member: Member, code: str) -> Desk:
    """The transcript of an expert, for a member who may know who that is.

    Raises:
        NotFound: there is no such expert, interview or transcript.
        NotYours: the member may not.
        ConsentMissing, ConsentWithdrawn: the expert does not allow it.
    """
    expert = find_expert(work, study, code)
    if not may_know(member, expert):
        raise NotYours
    interview = find_interview(work, expert)
    require(work, expert.id, Scope.TRANSCRIBE)
    return Desk(expert, interview, transcript_of(work, interview))


def _list(work: Work, study: Study, member: Member) -> dict[str, Any]:
    found = transcripts_of(work, study.id)
    left = progress_of(work, [one.id for _, one in found])
    rows = [
        {"expert": expert, "mine": may_know(member, expert), **_state(work, one, left.get(one.id))}
        for expert, one in found
    ]
    return {"rows": rows, "busy": any(row["step"] == "looking" for row in rows)}


def _state(work: Work, transcript: Transcript, left: Left | None) -> dict[str, Any]:
    """Which step a transcript is at, and what is to be known for the next one."""
    job = detection_of(work, transcript) if transcript.state == TranscriptState.RAW else None
    return {"step": _step(work, transcript, left, job), "left": left or Left(0, 0, 0), "job": job}


def _step(work: Work, transcript: Transcript, left: Left | None, job: Job | None) -> str:
    if transcript.state != TranscriptState.RAW:
        return "approved" if transcript.state == TranscriptState.ANONYMISED else "unfinished"
    if job is not None and job.state in UNFINISHED:
        return "looking"
    if left is not None or was_detected(work, transcript):
        return "review"
    return "failed" if job is not None and job.state != JobState.DONE else "unlooked"


def shown_on(work: Work, desk: Desk, bench: Bench) -> dict[str, Any]:
    """What the workbench's templates need."""
    mentions = [piece.mention for turn in bench.turns for piece in turn.pieces if piece.mention]
    wordings = wordings_of(work, {one.entity_id for one in mentions})

    def less(mention: Mention) -> str:
        steps = [one.text for level, one in sorted(wordings.get(mention.entity_id, {}).items()) if level > 0]
        return broader(mention.label, mention.replacement, steps)

    return {
        "desk": desk, "expert": desk.expert, "bench": bench, "kinds": KINDS, "recordings": _audible(work, desk),
        "rank": rank_of, "broader": less, "stale": bench.stale > 0 or is_stale(work, desk.transcript),
        "notes": {one.id: note_of(work, one, desk.expert.id) for one in mentions if one.asked_at is not None},
    }  # fmt: skip


def _audible(work: Work, desk: Desk) -> dict[UUID, Recording]:
    """The recordings that the visitor may hear, by id."""
    decision = decision_of(work, desk.expert.id)
    allowed = decision is not None and decision.allows(Scope.RECORD)
    may = allowed and may_hear(current_place().member, desk.interview)
    return {one.id: one for one in recordings_of(work, desk.interview)} if may else {}


def choices(work: Work, study: Study) -> list[dict[str, str]]:
    """Who or what a missed mention may be: entities met before, and those the study knows; by placeholder."""
    entities = entities_of(work, study)
    met = {entity.key for entity in entities}
    known = [
        {"key": key, "label": "PER", "to": f"[{key}]" if role == "expert" else "[интервьюер]"}
        for key, role in known_roles(work, study).items()
        if key not in met
    ]
    return known + [{"key": entity.key, "label": entity.label, "to": entity.replacement} for entity in entities]
