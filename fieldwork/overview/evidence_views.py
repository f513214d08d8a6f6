"""The chain of evidence, clickable in both directions: from the model and the report to the second, and back."""

from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.coding.services import category_called, code_numbered
from fieldwork.core.work import Work
from fieldwork.overview.evidence import Chains, at_turn, chains_of, said, strand_of
from fieldwork.overview.views import blueprint
from fieldwork.paradigm.building import core_called
from fieldwork.paradigm.views import ROLES
from fieldwork.programme.models import Member, Study
from fieldwork.recording.views import may_hear
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import experts_of, find_expert
from fieldwork.transcription.models import Transcript
from fieldwork.transcription.views import beside_turns
from fieldwork.web.policies import member

_PANEL = "evidence"  # the element that a piece of the chain is put into


@blueprint.page("/s/<slug>/evidence", allow=member())
def evidence(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """Where the chain can be entered: from a core category, a category, a code, or a turn of a transcript."""
    chains = chains_of(work, study)
    asked = request.args
    if asked.get("expert"):
        return _turn(work, chains, member)
    found = None
    if asked.get("core"):
        found = chains.foot(core_called(work, study, asked["core"]))
    elif asked.get("category"):
        found = chains.foot(category_called(work, study, asked["category"]))
    elif asked.get("code"):
        found = chains.foot(code_numbered(work, study, asked.get("code", 0, type=int)))
    if found is not None:
        return _strand(work, chains, member, found)
    if asked:
        return _shown("overview/evidence_none.html")
    return render_template("overview/evidence_start.html", chains=chains, roles=ROLES, experts=experts_of(work, study))


@blueprint.page("/s/<slug>/evidence/<uuid:coding_id>", allow=member())
def strand(work: Work, study: Study, member: Member, coding_id: UUID) -> ResponseReturnValue:
    """The chain through one quotation."""
    return _strand(work, chains_of(work, study), member, coding_id)


@beside_turns
def turn_marks(work: Work, study: Study, expert: Expert, transcript: Transcript) -> dict[int, str]:
    """Beside each turn that is coded: how many quotations it holds, leading to their chain."""
    counts: dict[int, int] = {}
    for passage in chains_of(work, study).book.passages:
        if passage.placed and passage.transcript_id == transcript.id:
            for turn in range(passage.start[0], passage.end[0] + 1):
                counts[turn] = counts.get(turn, 0) + 1
    return {
        turn: render_template("overview/turn_mark.html", expert=expert, turn=turn, count=count)
        for turn, count in counts.items()
    }


def _turn(work: Work, chains: Chains, member: Member) -> ResponseReturnValue:
    expert = find_expert(work, chains.study, request.args["expert"])
    turn = request.args.get("turn", 0, type=int)
    held = at_turn(chains, expert.code, turn)
    if not held:
        return _shown("overview/evidence_none.html", expert=expert, turn=turn)
    return _strand(work, chains, member, held[0].coding_id)


def _strand(work: Work, chains: Chains, member: Member, coding_id: UUID) -> ResponseReturnValue:
    found = strand_of(work, chains, coding_id)
    place = said(work, found.passage)
    sound = ""
    if place.recording is not None and may_hear(member, place.interview):
        number = place.recording.position
        sound = url_for("recording.sound", slug=chains.study.slug, code=found.passage.expert, number=number)
    return _shown("overview/evidence_strand.html", strand=found, spot=place, sound=sound, book=chains.book, roles=ROLES)


def _shown(template: str, **values: object) -> str:
    """A piece of the chain: alone where a panel asks for it, else on a page of its own."""
    # not every request of htmx is for the panel: going back in the history asks for whole pages
    beside = request.headers.get("HX-Target") == _PANEL
    return render_template(template if beside else "overview/evidence.html", piece=template, beside=beside, **values)
