"""A study's own terms and exceptions: added, removed, and where names have to be looked for again because of them."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.detection import detection_of, request_detection, terms_changed_since
from fieldwork.anonymisation.models import LABELS
from fieldwork.anonymisation.services import mentions_of, original_of
from fieldwork.anonymisation.study_terms import LONGEST, Kind, add_term, counted, entries_of, remove_term, restore_term
from fieldwork.anonymisation.views import KINDS, REVIEWERS, blueprint
from fieldwork.core.errors import Refusal
from fieldwork.core.jobs import UNFINISHED
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import may_know
from fieldwork.transcription.models import Transcript, TranscriptState
from fieldwork.transcription.services import transcripts_of
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import ngettext, refusal_told
from fieldwork.web.policies import member as members
from fieldwork.web.visits import say


@blueprint.page("/s/<slug>/anonymisation/terms", allow=members(*REVIEWERS))
def terms(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """The lists, how many mentions each entry concerns, and which transcripts have to be searched again."""
    return _page(work, study, member)


@blueprint.page("/s/<slug>/anonymisation/terms", allow=members(*REVIEWERS), methods=("POST",))
def take_term(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """Take words into a list."""
    form = request.form
    kind = Kind.EXCEPTION if form.get("kind") == Kind.EXCEPTION else Kind.TERM
    try:
        row = add_term(work, study, form.get("words", ""), kind, label=form.get("label", ""), certain="certain" in form)
    except Refusal as refusal:
        return _page(work, study, member, refused=refusal_told(refusal)), 422
    say(_("Added."), undo=url_for("anonymisation.drop_term", slug=study.slug, term_id=row.id))
    return redirect(url_for("anonymisation.terms", slug=study.slug))


@blueprint.page("/s/<slug>/anonymisation/terms/<uuid:term_id>/remove", allow=members(*REVIEWERS), methods=("POST",))
def drop_term(work: Work, study: Study, term_id: UUID) -> ResponseReturnValue:
    """Take words out."""
    remove_term(work, study, term_id)
    say(_("Removed."), undo=url_for("anonymisation.put_term_back", slug=study.slug, term_id=term_id))
    return redirect(url_for("anonymisation.terms", slug=study.slug))


@blueprint.page("/s/<slug>/anonymisation/terms/<uuid:term_id>/back", allow=members(*REVIEWERS), methods=("POST",))
def put_term_back(work: Work, study: Study, term_id: UUID) -> ResponseReturnValue:
    """Put removed words back."""
    restore_term(work, study, term_id)
    say(_("Taken back."))
    return redirect(url_for("anonymisation.terms", slug=study.slug))


@blueprint.page("/s/<slug>/anonymisation/terms/search", allow=members(*REVIEWERS), methods=("POST",))
def search_with_terms(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """Have names looked for again in every transcript of the member's that the lists have outrun."""
    outrun = _outrun(work, study, member, TranscriptState.RAW)
    for _expert, transcript in outrun:
        request_detection(work, transcript)
    count = len(outrun)
    say(ngettext("Looking again in %(num)s transcript", "Looking again in %(num)s transcripts", count))
    return redirect(url_for("anonymisation.review_list", slug=study.slug))


def _outrun(work: Work, study: Study, member: Member, state: TranscriptState) -> list[tuple[Expert, Transcript]]:
    return [
        (expert, one)
        for expert, one in transcripts_of(work, study.id)
        if one.state == state and may_know(member, expert) and terms_changed_since(work, one)
    ]


def _page(work: Work, study: Study, member: Member, *, refused: str = "") -> str:
    entries = entries_of(work, study)
    mine = [(expert, one) for expert, one in transcripts_of(work, study.id) if may_know(member, expert)]
    originals = [
        (mention, original_of(work, mention, expert.id)) for expert, one in mine for mention in mentions_of(work, one)
    ] if entries else []  # fmt: skip
    raw = _outrun(work, study, member, TranscriptState.RAW)
    waiting = [(expert, one) for expert, one in raw if not _is_at_it(work, one)]
    return render_template(
        "anonymisation/terms.html", entries=entries, counts=counted(entries, originals), kinds=KINDS, labels=LABELS,
        longest=LONGEST, waiting=waiting, looking=len(raw) - len(waiting), refused=refused, typed=request.form,
        approved=_outrun(work, study, member, TranscriptState.ANONYMISED),
    )  # fmt: skip


def _is_at_it(work: Work, transcript: Transcript) -> bool:
    job = detection_of(work, transcript)
    return job is not None and job.state in UNFINISHED
