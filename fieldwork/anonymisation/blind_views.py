"""Marking a sample apart from the other person, and settling where the two differ. Every look leaves its entry."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.accuracy import markers_in, markings_in, open_sample
from fieldwork.anonymisation.blind_marking import (
    NotYourPassage,
    PassageLeft,
    Reading,
    around,
    finish,
    mark,
    marks_by,
    own_passages,
    passage_numbered,
    reading_of,
    unfinish,
)
from fieldwork.anonymisation.models import AccuracyPassage
from fieldwork.anonymisation.passages import parsed_marks, pieces, stretches, told_marks
from fieldwork.anonymisation.rules import tint_of
from fieldwork.anonymisation.settling import agree, compared, compared_one, differences, propose, unsettle
from fieldwork.anonymisation.views import KINDS, REVIEWERS, blueprint
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.programme.services import signatures_of
from fieldwork.scheduling.services import find_interview
from fieldwork.web.languages import gettext as _
from fieldwork.web.policies import member as members
from fieldwork.web.visits import say

KEYS = ("Digit1", "Digit2", "Digit3", "Digit4", "Digit5", "Digit6", "Digit7", "Digit8", "Digit9", "Digit0", "Minus")
"""One key per kind, in the order of ``KINDS``."""
_SHORT = {"Minus": "−"}


@blueprint.page("/s/<slug>/anonymisation/accuracy/marking", allow=members(*REVIEWERS), writes=True)
def marking(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """One's next passage, or the one whose number is asked for; the words as they were said, and nobody's marks."""
    sample = open_sample(work, study)
    mine = own_passages(work, study, sample, member)
    if not mine:
        raise NotYourPassage
    marked = markings_in(work, sample)
    done = {one.number for one in mine if (one.id, member.account_id) in marked}
    finished = next(one.finished_at for one in markers_in(work, sample) if one.account_id == member.account_id)
    shown = _shown(work, study, member, mine, done)
    if finished is not None or shown is None:
        return render_template(
            "anonymisation/marking_done.html", finished=finished, count=len(mine),
            numbers=[one.number for one in mine],
        )  # fmt: skip
    passage, reading = shown.passage, shown
    record(work, "accuracy.shown", study_id=study.id, subject_id=passage.id, number=passage.number)
    numbers = [one.number for one in mine]
    at = numbers.index(passage.number)
    return render_template(
        "anonymisation/marking.html", passage=passage, count=len(mine), at=at, done=len(done),
        previous=numbers[at - 1] if at else None, marks=told_marks(marks_by(work, reading, member.account_id) or ()),
        again=passage.number in done, **_editor(work, reading),
    )  # fmt: skip


@blueprint.page("/s/<slug>/anonymisation/accuracy/marking/<int:number>", allow=members(*REVIEWERS), methods=("POST",))
def keep_marks(work: Work, study: Study, member: Member, number: int) -> ResponseReturnValue:
    """Keep what one marked in a passage, and go on with the next."""
    sample = open_sample(work, study)
    mark(work, study, member, passage_numbered(work, sample, number), parsed_marks(request.form.get("marks", "")))
    return redirect(url_for("anonymisation.marking", slug=study.slug))


@blueprint.page("/s/<slug>/anonymisation/accuracy/finish", allow=members(*REVIEWERS), methods=("POST",))
def finish_marking(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """Say that one has marked all of one's own."""
    finish(work, study, member, open_sample(work, study))
    say(_("Your marking is finished."), undo=url_for("anonymisation.unfinish_marking", slug=study.slug))
    return redirect(url_for("anonymisation.accuracy", slug=study.slug))


@blueprint.page("/s/<slug>/anonymisation/accuracy/unfinish", allow=members(*REVIEWERS), methods=("POST",))
def unfinish_marking(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """Take that back, as long as nothing can have been compared."""
    unfinish(work, study, member, open_sample(work, study))
    return redirect(url_for("anonymisation.marking", slug=study.slug))


@blueprint.page("/s/<slug>/anonymisation/accuracy/settling", allow=members(*REVIEWERS), writes=True)
def settling(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """A passage where the two differ, side by side; the first one, or the one whose number is asked for."""
    sample = open_sample(work, study)
    asked = request.args.get("passage", type=int)
    every = differences(compared(work, study, sample), member)
    left = [one for one in every if one.passage.proposed_by_id != member.account_id]
    chosen = next((one for one in (left if asked is None else every) if asked in (None, one.passage.number)), None)
    if chosen is None:
        return redirect(url_for("anonymisation.accuracy", slug=study.slug))
    passage, reading = chosen.passage, chosen.reading
    record(work, "accuracy.shown", study_id=study.id, subject_id=passage.id, number=passage.number)
    numbers = sorted(one.passage.number for one in every)
    at = numbers.index(passage.number)
    names = {one.member.account_id: one.display_name for one in signatures_of(work, study)}
    span = (reading.text, passage.start, passage.end)
    sides = [
        (_("You") if account == member.account_id else names.get(account, "—"), list(stretches(*span, marks)),
         told_marks(marks))
        for account, marks in ((passage.first_id, chosen.first), (passage.second_id, chosen.second))
    ]  # fmt: skip
    return render_template(
        "anonymisation/settling.html", passage=passage, sides=sides, left=len(left), marks=told_marks(chosen.begun),
        mine=member.account_id in (passage.first_id, passage.second_id),
        lead=member.role == Role.PRINCIPAL_INVESTIGATOR,
        proposed=chosen.proposed is not None, own=passage.proposed_by_id == member.account_id,
        proposer=names.get(passage.proposed_by_id, "—") if passage.proposed_by_id else "",
        previous=numbers[at - 1] if at else None, next=numbers[at + 1] if at + 1 < len(numbers) else None,
        **_editor(work, reading),
    )  # fmt: skip


@blueprint.page("/s/<slug>/anonymisation/accuracy/settling/<int:number>", allow=members(*REVIEWERS), methods=("POST",))
def settle(work: Work, study: Study, member: Member, number: int) -> ResponseReturnValue:
    """Propose what is right, agree with what is proposed, or settle it alone (the lead); ``back`` takes it back."""
    sample = open_sample(work, study)
    one = compared_one(work, study, member, sample, passage_numbered(work, sample, number))
    undo = url_for("anonymisation.settle_back", slug=study.slug, number=number)
    deed = request.form.get("deed", "")
    if deed == "agree":
        agree(work, study, member, one)
        say(_("Settled."), undo=undo)
    elif propose(work, study, member, one, parsed_marks(request.form.get("marks", "")), alone=deed == "alone"):
        say(_("Settled."), undo=undo)
    else:
        say(_("Proposed to the other person."), undo=undo)
    return redirect(url_for("anonymisation.settling", slug=study.slug))


@blueprint.page(
    "/s/<slug>/anonymisation/accuracy/settling/<int:number>/back", allow=members(*REVIEWERS), methods=("POST",)
)
def settle_back(work: Work, study: Study, member: Member, number: int) -> ResponseReturnValue:
    """Take one's own proposal or settlement back."""
    sample = open_sample(work, study)
    unsettle(work, study, member, compared_one(work, study, member, sample, passage_numbered(work, sample, number)))
    return redirect(url_for("anonymisation.settling", slug=study.slug, passage=number))


def _shown(work: Work, study: Study, member: Member, mine: list[AccuracyPassage], done: set[int]) -> Reading | None:
    """The passage asked for, else the first that is not marked and can still be read; None where there is none."""
    asked = request.args.get("passage", type=int)
    if asked is not None:
        passage = next((one for one in mine if one.number == asked), None)
        if passage is None:
            raise NotFound(kind="passage", name=asked)
        return reading_of(work, study, member, passage)
    for passage in mine:
        if passage.number not in done:
            try:
                return reading_of(work, study, member, passage)
            except PassageLeft:
                continue
    return None


def _editor(work: Work, reading: Reading) -> dict[str, Any]:
    """What a passage in which one marks words is drawn from."""
    passage = reading.passage
    before, after = around(work, reading)
    labels = [
        {"label": label, "told": told, "key": key, "short": _SHORT.get(key, key[-1]), "tint": tint_of(label)}
        for (label, told), key in zip(KINDS.items(), KEYS, strict=True)
    ]
    return {
        "expert": reading.whose, "segment": reading.segment, "labels": labels, "before": before, "after": after,
        "kinds": KINDS, "tint_of": tint_of, "tongue": find_interview(work, reading.whose).language,
        "pieces": list(pieces(reading.text, passage.start, passage.end)),
    }  # fmt: skip
