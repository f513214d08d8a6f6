"""How much the masking misses, in a browser: drawing a sample, how far it is, what it tells, what was missed."""

import math
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.accuracy import (
    discard,
    draw,
    last_sample,
    markers_in,
    markers_of,
    markings_in,
    open_sample,
    outlook,
    passages_in,
    readable,
)
from fieldwork.anonymisation.forms import parsed_number
from fieldwork.anonymisation.handing_over import hand_over
from fieldwork.anonymisation.leak_door import look_outside
from fieldwork.anonymisation.measuring import measure, result_of, waiting
from fieldwork.anonymisation.misses import mend, misses_of
from fieldwork.anonymisation.models import AccuracySample
from fieldwork.anonymisation.recall import Share
from fieldwork.anonymisation.rules import tint_of
from fieldwork.anonymisation.settling import compared, differences
from fieldwork.anonymisation.views import KINDS, REVIEWERS, blueprint
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.programme.services import Signature, signatures_of
from fieldwork.sampling.services import may_know
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import language, ngettext, refusal_told
from fieldwork.web.languages import number_ as told_number
from fieldwork.web.policies import member as members
from fieldwork.web.visits import say

LEAD = Role.PRINCIPAL_INVESTIGATOR
_USUAL_SIZE = 150


@dataclass(frozen=True)
class Progress:
    """How far somebody who marks is."""

    account: UUID
    signature: Signature | None
    passages: int
    done: int
    finished: bool
    may: bool

    @property
    def share(self) -> int:
        """The same in hundredths."""
        return 100 * self.done // self.passages if self.passages else 100


@blueprint.page("/s/<slug>/anonymisation/accuracy", allow=members())
def accuracy(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """Where the measurement stands, and its result; ``new`` asks for another sample."""
    sample = last_sample(work, study)
    if sample is None or (sample.measured_at is not None and "new" in request.args):
        return _set_up(work, study)
    if sample.measured_at is None:
        return render_template("anonymisation/accuracy_progress.html", **_progress(work, study, member, sample))
    result = result_of(work, study, sample)
    return render_template(
        "anonymisation/accuracy_result.html", result=result, kinds=KINDS, tint_of=tint_of, percents=percents,
        not_below=not_below,
    )  # fmt: skip


@blueprint.page("/s/<slug>/anonymisation/accuracy", allow=members(LEAD), methods=("POST",))
def draw_sample(work: Work, study: Study) -> ResponseReturnValue:
    """Draw a sample to be marked."""
    told = request.form.getlist("marker")
    chosen = [one.account_id for one in markers_of(work, study) if str(one.account_id) in told]
    try:
        sample = draw(work, study, size=parsed_number(request.form, "size"), markers=chosen)
    except Refusal as refusal:
        return _set_up(work, study, refused=refusal_told(refusal)), 422
    say(ngettext("%(num)s passage is drawn", "%(num)s passages are drawn", sample.size))
    return _back(study)


@blueprint.page("/s/<slug>/anonymisation/accuracy/discard", allow=members(LEAD), methods=("POST",))
def discard_sample(work: Work, study: Study) -> ResponseReturnValue:
    """Throw the open sample away."""
    discard(work, study)
    say(_("The sample is thrown away."))
    return _back(study)


@blueprint.page("/s/<slug>/anonymisation/accuracy/hand-over", allow=members(LEAD), methods=("POST",))
def hand_passages_over(work: Work, study: Study) -> ResponseReturnValue:
    """Give somebody's passages to another person."""
    sample, known = open_sample(work, study), {str(one.account_id): one for one in markers_of(work, study)}
    leaving = next((one for one in markers_in(work, sample) if str(one.account_id) == request.form.get("from")), None)
    taking = known.get(request.form.get("to", ""))
    if leaving is None or taking is None:
        raise NotFound(kind="marker", name=request.form.get("to", ""))
    count = hand_over(work, study, sample, leaving.account_id, taking)
    say(ngettext("%(num)s passage is handed over", "%(num)s passages are handed over", count))
    return _back(study)


@blueprint.page("/s/<slug>/anonymisation/accuracy/measure", allow=members(LEAD), methods=("POST",))
def measure_sample(work: Work, study: Study) -> ResponseReturnValue:
    """Measure what is masked in the settled sample."""
    measure(work, study)
    say(_("Measured."))
    return _back(study)


@blueprint.page("/s/<slug>/anonymisation/accuracy/misses", allow=members(*REVIEWERS), writes=True)
def misses(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """What was missed, in the words; the trail says who read it."""
    sample = last_sample(work, study, measured=True)
    if sample is None:
        raise NotFound(kind="sample", name=study.slug)
    found = misses_of(work, study, member, sample)
    record(work, "accuracy.shown", study_id=study.id, subject_id=sample.id, count=len(found))
    return render_template("anonymisation/misses.html", misses=found, kinds=KINDS, tint_of=tint_of)


@blueprint.page(
    "/s/<slug>/anonymisation/accuracy/misses/<int:number>/<int:start>", allow=members(*REVIEWERS), methods=("POST",)
)
def mend_miss(work: Work, study: Study, member: Member, number: int, start: int) -> ResponseReturnValue:
    """Hand a miss to the review."""
    sample = last_sample(work, study, measured=True)
    if sample is None:
        raise NotFound(kind="sample", name=study.slug)
    mend(work, study, member, sample, (number, start), look=look_outside)
    say(_("It is masked by now."))
    return redirect(url_for("anonymisation.misses", slug=study.slug))


def percents(share: Share) -> tuple[str, str, str]:
    """A share and its interval in hundredths, the interval never told narrower than it is."""
    return _hundredths(round(share.value, 3)), not_below(share), _hundredths(math.ceil(share.high * 1000) / 1000)


def not_below(share: Share) -> str:
    """Where the interval begins, rounded down."""
    return _hundredths(math.floor(share.low * 1000) / 1000)


def _hundredths(share: float) -> str:
    told = told_number(round(share * 100, 1))
    return f"{told}%" if language() == "en" else f"{told}\N{NO-BREAK SPACE}%"


def _set_up(work: Work, study: Study, refused: str = "") -> str:
    seen = outlook(work, study)
    experts = readable(work, study).values()
    present = {one.account_id: one for one in markers_of(work, study)}
    team = [
        (signature, sum(may_know(signature.member, expert) for expert in experts))
        for signature in signatures_of(work, study)
        if signature.member.account_id in present
    ]
    chosen = request.form.get("size", "")
    sizes = [one.size for one in seen.forecasts]
    usual = chosen or str(min(sizes, key=lambda size: abs(size - _USUAL_SIZE), default=""))
    return render_template(
        "anonymisation/accuracy_setup.html", seen=seen, team=team, size=usual, refused=refused,
        markers=request.form.getlist("marker"), last=last_sample(work, study, measured=True),
    )  # fmt: skip


def _progress(work: Work, study: Study, member: Member, sample: AccuracySample) -> dict[str, Any]:
    signatures = {one.member.account_id: one for one in signatures_of(work, study)}
    passages, marked, experts = passages_in(work, sample), markings_in(work, sample), readable(work, study)
    rows = []
    for marker in markers_in(work, sample):
        theirs = [
            one for one in passages
            if marker.account_id in (one.first_id, one.second_id) and one.transcript_id in experts
        ]  # fmt: skip
        signature = signatures.get(marker.account_id)
        may = signature is not None and all(may_know(signature.member, experts[one.transcript_id]) for one in theirs)
        done = sum((one.id, marker.account_id) in marked for one in theirs)
        finished = marker.finished_at is not None
        rows.append(Progress(marker.account_id, signature, len(theirs), done, finished, may))
    found = compared(work, study, sample) if any(row.finished for row in rows) else []
    finished = all(row.finished for row in rows)
    return {
        "sample": sample, "rows": rows, "mine": next((row for row in rows if row.account == member.account_id), None),
        "differing": sum(one.passage.proposed_by_id != member.account_id for one in differences(found, member)),
        "proposed": sum(one.passage.proposed_by_id == member.account_id for one in differences(found, member)),
        "unsettled": sum(one.gold is None for one in found),
        "compared": len(found), "waiting": waiting(work, study, sample, found) if finished else len(passages),
        "finished": finished, "others": list(signatures.values()),
        "gone": sum(one.transcript_id not in experts for one in passages),
        "alone": sum(row.finished for row in rows) == 1,
    }  # fmt: skip


def _back(study: Study) -> ResponseReturnValue:
    return redirect(url_for("anonymisation.accuracy", slug=study.slug))
