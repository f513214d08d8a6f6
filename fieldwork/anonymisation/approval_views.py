"""Approving a transcript: what will be sealed, what is left to decide, which names are left; and the approval."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.approval import approve, leaks_of
from fieldwork.anonymisation.asking import note_of
from fieldwork.anonymisation.detection import is_stale
from fieldwork.anonymisation.grammar_door import ask_outside
from fieldwork.anonymisation.leak_door import look_outside
from fieldwork.anonymisation.second import reviews_of, rule_of, standing_of
from fieldwork.anonymisation.views import KINDS, REVIEWERS, blueprint, desk_of
from fieldwork.anonymisation.workbench import bench_of
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.transcription.doubting import coverage_of
from fieldwork.transcription.models import TranscriptState
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import noted
from fieldwork.web.policies import member as members
from fieldwork.web.visits import is_fragment, say

LEAKS = {
    "name": noted("the name of somebody the study knows"),
    "contact": noted("a phone number, address or account of somebody the study knows"),
    "employer": noted("the employer of somebody the study knows"),
    "organisation": noted("an organisation that is replaced elsewhere"),
    "address": noted("an address that is replaced elsewhere"),
    "position": noted("the position of somebody the study knows"),
    "pattern": noted("what looks like a number, link or address"),
}
"""Kinds of findings of the leak check, in words."""


@blueprint.page("/s/<slug>/anonymisation/<code>/approval", allow=members(*REVIEWERS))
def approval(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """What approving would seal, and what stands against it."""
    desk = desk_of(work, study, member, code)
    if desk.transcript.state != TranscriptState.RAW:
        return redirect(url_for("anonymisation.review", slug=study.slug, code=code))
    bench = bench_of(work, desk.transcript)
    marked = [(turn.segment.position, one.mention) for turn in bench.turns for one in turn.pieces if one.mention]
    asked = [
        {"position": position, "mention": mention, "note": note_of(work, mention, desk.expert.id)}
        for position, mention in marked
        if mention.asked_at is not None
    ]
    finished = [one for one in reviews_of(work, desk.transcript) if one.finished_at is not None]
    second = {
        "open": sum(len(standing_of(work, one).open) for one in finished),
        "wanted": not finished and rule_of(work, study.id).required,
        "done": bool(finished),
        "url": url_for("anonymisation.second", slug=study.slug, code=code),
    }
    return render_template(
        "anonymisation/approval.html", desk=desk, expert=desk.expert, bench=bench, kinds=KINDS, asked=asked,
        stale=bench.stale > 0 or is_stale(work, desk.transcript),
        second=second, coverage=coverage_of(work, desk.transcript),
    )  # fmt: skip


@blueprint.page("/s/<slug>/anonymisation/<code>/leaks", allow=members(*REVIEWERS), quiet=True)
def leaks(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """The names of known people that the text would still hold: takes a second, so the page above asks for it."""
    desk = desk_of(work, study, member, code)
    if not is_fragment():
        return redirect(url_for("anonymisation.approval", slug=study.slug, code=code))
    found = leaks_of(work, desk.transcript, look=look_outside)
    return render_template("anonymisation/leaks.html", desk=desk, expert=desk.expert, leaks=found, words=LEAKS)


@blueprint.page("/s/<slug>/anonymisation/<code>/approve", allow=members(*REVIEWERS), methods=("POST",))
def seal(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Take responsibility: the text without names takes the place of the other."""
    desk = desk_of(work, study, member, code)
    approve(work, desk.transcript, look=look_outside, ask=ask_outside)
    say(_("Approved. From now on everybody in the study reads the text without names."))
    return redirect(url_for("anonymisation.review", slug=study.slug, code=code))
