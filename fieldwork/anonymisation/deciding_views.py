"""The deeds of a review, each answered with what it changed: turns, entities, figures, and the receipt for an undo."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.asking import ask
from fieldwork.anonymisation.forms import parsed_places
from fieldwork.anonymisation.models import Entity, Mention
from fieldwork.anonymisation.review import accept_certain, decide, decide_entity, mark_places
from fieldwork.anonymisation.rules import stamp_of
from fieldwork.anonymisation.services import mentions_of
from fieldwork.anonymisation.undoing import ChangedSince, Standing, receipt_for, standing_of, take_back
from fieldwork.anonymisation.views import REVIEWERS, Desk, blueprint, choices, desk_of, shown_on
from fieldwork.anonymisation.workbench import Bench, bench_of, mention_in, stamp_over
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.transcription.models import TranscriptState
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import ngettext
from fieldwork.web.policies import member as members


@blueprint.page("/s/<slug>/anonymisation/<code>/state", allow=members(*REVIEWERS), quiet=True)
def state(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Nothing where the review stands as the browser has it (``stamp``), else all of it: others work on it, too."""
    desk = desk_of(work, study, member, code)
    if desk.transcript.state != TranscriptState.RAW:
        return jsonify(gone=True)
    if request.args.get("stamp") == stamp_over(desk.transcript, mentions_of(work, desk.transcript)):
        return "", 204
    return jsonify(**_drawn(work, study, desk, bench_of(work, desk.transcript)))


@blueprint.page(
    "/s/<slug>/anonymisation/<code>/mentions/<uuid:mention_id>", allow=members(*REVIEWERS), methods=("POST",)
)
def decide_mention(work: Work, study: Study, member: Member, code: str, mention_id: UUID) -> ResponseReturnValue:
    """Replace a mention, or let it stand; this one, or all of its entity in the transcript."""
    desk = desk_of(work, study, member, code)
    mention = mention_in(work, desk.transcript, mention_id)
    if mention is None:
        raise ChangedSince  # another detection, or somebody's undo, has taken it away
    if request.form.get("seen") != stamp_of(mention):
        raise ChangedSince
    if request.form.get("deed") == "ask":
        return _answered(work, study, desk, lambda: _asked(work, mention))
    accept = request.form.get("deed") == "accept"
    replacement = request.form.get("replacement") if accept else None
    whole = "whole" in request.form

    def deed() -> str:
        return _decided(work, desk, mention, accept=accept, replacement=replacement, whole=whole)

    return _answered(work, study, desk, deed)


@blueprint.page("/s/<slug>/anonymisation/<code>/certain", allow=members(*REVIEWERS), methods=("POST",))
def accept_sure(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Replace everything that was found with certainty."""
    desk = desk_of(work, study, member, code)

    def deed() -> str:
        count = accept_certain(work, desk.transcript)
        return ngettext("%(num)s certain mention is replaced", "%(num)s certain mentions are replaced", count)

    return _answered(work, study, desk, deed)


@blueprint.page("/s/<slug>/anonymisation/<code>/mentions", allow=members(*REVIEWERS), methods=("POST",))
def mark(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Mark what was missed, in one place or in several with the same words."""
    desk = desk_of(work, study, member, code)
    marking = parsed_places(request.form)

    def deed() -> str:
        count = mark_places(work, desk.transcript, marking.places, marking.label, marking.entity)
        return ngettext("Marked in %(num)s place", "Marked in %(num)s places", count)

    return _answered(work, study, desk, deed)


@blueprint.page("/s/<slug>/anonymisation/<code>/back", allow=members(*REVIEWERS), methods=("POST",))
def back(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Take a deed back, by the receipt it was answered with."""
    desk = desk_of(work, study, member, code)

    def deed() -> str:
        take_back(work, desk.transcript, request.form.get("receipt", ""))
        return ""

    return _answered(work, study, desk, deed)


def _asked(work: Work, mention: Mention) -> str:
    ask(work, mention, request.form.get("note", ""))
    return _("It stays open until the expert is asked")


def _decided(work: Work, desk: Desk, mention: Mention, *, accept: bool, replacement: str | None, whole: bool) -> str:
    if not whole:
        decide(work, mention, accept=accept, replacement=replacement)
        return _("Replaced") if accept else _("It stays as it is")
    count = decide_entity(
        work, desk.transcript, work.get(Entity, mention.entity_id), accept=accept, replacement=replacement
    )
    if accept:
        return ngettext("Replaced in %(num)s place", "Replaced in %(num)s places", count)
    return ngettext("It stays in %(num)s place", "It stays in %(num)s places", count)


def _answered(work: Work, study: Study, desk: Desk, deed: Callable[[], str]) -> ResponseReturnValue:
    """Do a deed; answer with what it changed, the words for it, and the receipt that takes it back."""
    before = standing_of(work, desk.transcript)
    fresh = request.form.get("stamp") == stamp_over(desk.transcript, mentions_of(work, desk.transcript))
    said = deed()
    receipt = receipt_for(work, desk.transcript, before)
    bench = bench_of(work, desk.transcript)
    changed = _changed(bench, before) if fresh else None
    return jsonify(**_drawn(work, study, desk, bench, changed), said=said, receipt=receipt)


def _changed(bench: Bench, before: Standing) -> set[int]:
    """The numbers of the turns that look otherwise now."""
    now = {
        str(piece.mention.id): (turn.segment.position, piece.stamp)
        for turn in bench.turns
        for piece in turn.pieces
        if piece.mention
    }
    positions = {str(turn.segment.id): turn.segment.position for turn in bench.turns}
    gone = {positions[was["segment_id"]] for key, was in before.mentions.items() if key not in now}
    return gone | {position for key, (position, stamp) in now.items() if before.stamps.get(key) != stamp}


def _drawn(work: Work, study: Study, desk: Desk, bench: Bench, changed: set[int] | None = None) -> dict[str, Any]:
    """What the page puts in place of what it has: all turns, or those of these numbers."""
    shown = shown_on(work, desk, bench)
    return {
        "turns": {
            turn.segment.position: render_template("anonymisation/turn.html", turn=turn, **shown)
            for turn in bench.turns
            if changed is None or turn.segment.position in changed
        },
        "head": render_template("anonymisation/head.html", **shown),
        "lines": render_template("anonymisation/lines.html", **shown),
        "choices": choices(work, study),
        "stamp": bench.stamp,
    }
