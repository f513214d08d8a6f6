"""Replacing words in the transcript that one reads: at one place or at all of them, as one deed that can be taken back.

What is found is found in the page itself, which holds the words already: nothing of it is sent before it is replaced.
"""

from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.transcription.correcting_views import KNOWING, known
from fieldwork.transcription.finding import Sought
from fieldwork.transcription.replacing import replace_words_at, undo_replacement
from fieldwork.transcription.views import blueprint, shown
from fieldwork.web.languages import ngettext
from fieldwork.web.visits import say

_HERE = "/s/<slug>/transcripts/<code>/replace"


@blueprint.page(_HERE, allow=KNOWING, methods=("POST",))
def replace_here(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Other words at the places told (``place``: turn, its state, number of the place in it); then all turns."""
    expert, transcript = known(work, study, member, code)
    sent = request.form
    sought = Sought(sent.get("find", ""), whole="whole" in sent, case="case" in sent, yo=True)
    done = replace_words_at(
        work, study, {transcript.interview_id}, sought, words=sent.get("words", ""), keys=sent.getlist("place")
    )
    told = ngettext("%(num)s place is replaced.", "%(num)s places are replaced.", done.places)
    if done.left:
        told += " " + ngettext(
            "%(num)s place was left: somebody has changed its turn meanwhile.",
            "%(num)s places were left: somebody has changed their turns meanwhile.", done.left,
        )  # fmt: skip
    batch = done.batch_id
    say(told, undo=url_for("transcription.undo_here", slug=study.slug, code=code, batch=batch) if batch else None)
    return render_template("transcription/turns.html", **shown(work, study, member, expert))


@blueprint.page(f"{_HERE}/<uuid:batch>/undo", allow=KNOWING, methods=("POST",))
def undo_here(work: Work, study: Study, member: Member, code: str, batch: UUID) -> ResponseReturnValue:
    """Take such a replacement back, except where a turn was corrected since; then all turns."""
    expert, transcript = known(work, study, member, code)
    back, left = undo_replacement(work, study, {transcript.interview_id}, batch)
    told = ngettext("%(num)s turn is as it was.", "%(num)s turns are as they were.", back)
    if left:
        told += " " + ngettext(
            "%(num)s turn stays: somebody has corrected it since.",
            "%(num)s turns stay: somebody has corrected them since.", left,
        )  # fmt: skip
    say(told)
    return render_template("transcription/turns.html", **shown(work, study, member, expert))
