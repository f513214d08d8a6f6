"""The second look: asking somebody, answering one thing after another without knowing, and settling what differs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.agreeing import settle, spots_of
from fieldwork.anonymisation.leak_door import look_outside
from fieldwork.anonymisation.looks import KEPT, REPLACED, MayNotLook, Rule, SampleOdd
from fieldwork.anonymisation.models import LABELS
from fieldwork.anonymisation.review_models import Looked, SecondReview
from fieldwork.anonymisation.second import (
    answer,
    ask_second,
    call_off,
    fit_to_look,
    look_of,
    looks_of,
    review_numbered,
    reviews_of,
    rule_of,
    set_rule,
    standing_of,
    words_of,
)
from fieldwork.anonymisation.views import KINDS, REVIEWERS, Desk, blueprint, desk_of
from fieldwork.core.audit import record
from fieldwork.core.errors import BadInput
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.programme.services import signatures_of
from fieldwork.transcription.models import Segment
from fieldwork.web.languages import gettext as _
from fieldwork.web.policies import NotYours
from fieldwork.web.policies import member as members
from fieldwork.web.visits import say


class WordsElsewhere(BadInput):
    """What was missed has to stand in the turn."""

    message = "«{words}» does not stand in this turn. Copy the words from it, several of them parted by semicolons."


@blueprint.page("/s/<slug>/anonymisation/<code>/second", allow=members(*REVIEWERS), writes=True)
def second(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Who was asked to look, how far the two agree, and what is to be settled."""
    desk = desk_of(work, study, member, code)
    reviews = reviews_of(work, desk.transcript)
    found = [standing_of(work, one) for one in reviews]
    open_ones = [
        {
            "look": look,
            "review": one.review,
            "parts": words_of(work, look),
            "position": _position(work, look.segment_id),
        }
        for one in found
        if one.review.finished_at is not None
        for look in one.open
    ]
    if open_ones:
        record(work, "anonymisation.shown", study_id=study.id, subject_id=desk.transcript.id, count=len(open_ones))
    return render_template(
        "anonymisation/second.html", desk=desk, expert=desk.expert, reviews=found, open=open_ones, kinds=KINDS,
        rule=rule_of(work, study.id), may_ask=fit_to_look(work, study, desk.transcript),
        names=_names(work, study), mine=member.account_id,
        leads=member.role == Role.PRINCIPAL_INVESTIGATOR,
    )  # fmt: skip


@blueprint.page("/s/<slug>/anonymisation/<code>/second", allow=members(*REVIEWERS), methods=("POST",))
def ask_somebody(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Draw a sample, and ask a member to look at it."""
    desk = desk_of(work, study, member, code)
    chosen = next(
        (one for one in fit_to_look(work, study, desk.transcript) if str(one.id) == request.form.get("reviewer")), None
    )
    if chosen is None:
        raise MayNotLook(code=code)
    ask_second(work, desk.transcript, chosen, _rule(request.form))
    say(_("Asked. The sample waits for them on this page."))
    return redirect(url_for("anonymisation.second", slug=study.slug, code=code))


@blueprint.page("/s/<slug>/anonymisation/second-rule", allow=members(Role.PRINCIPAL_INVESTIGATOR), methods=("POST",))
def second_rule(work: Work, study: Study) -> ResponseReturnValue:
    """Say whether approvals of this study wait for a second look."""
    set_rule(work, study, _rule(request.form))
    say(_("Saved."))
    code = request.form.get("code", "")
    to = url_for("anonymisation.second", slug=study.slug, code=code) if code else None
    return redirect(to or url_for("anonymisation.review_list", slug=study.slug))


@blueprint.page("/s/<slug>/anonymisation/<code>/second/<int:number>", allow=members(*REVIEWERS), writes=True)
def look(work: Work, study: Study, member: Member, code: str, number: int) -> ResponseReturnValue:
    """The next thing to look at, or the one that is asked for (``at``); nobody sees what was decided."""
    desk = desk_of(work, study, member, code)
    review = _own(work, desk, member, number)
    looks = [one for one in looks_of(work, review) if one.kind != Looked.MISSED]
    if review.finished_at is not None or not looks:
        return redirect(url_for("anonymisation.second", slug=study.slug, code=code))
    at = request.args.get("at", type=int)
    chosen = next((one for one in looks if one.position == at), None)
    chosen = chosen or next((one for one in looks if one.second is None), looks[-1])
    record(work, "anonymisation.shown", study_id=study.id, subject_id=desk.transcript.id, count=1)
    return render_template(
        "anonymisation/look.html", desk=desk, expert=desk.expert, review=review, look=chosen, kinds=KINDS,
        parts=words_of(work, chosen), count=len(looks), number=looks.index(chosen) + 1,
        done=sum(one.second is not None for one in looks), position=_position(work, chosen.segment_id),
        before=looks[looks.index(chosen) - 1].position if looks.index(chosen) else None,
    )  # fmt: skip


@blueprint.page(
    "/s/<slug>/anonymisation/<code>/second/<int:number>/<uuid:look_id>", allow=members(*REVIEWERS), methods=("POST",)
)
def answer_look(  # noqa: PLR0917 - the parts of its address
    work: Work, study: Study, member: Member, code: str, number: int, look_id: UUID
) -> ResponseReturnValue:
    """Say what is to become of it, or what was missed in it."""
    desk = desk_of(work, study, member, code)
    review = _own(work, desk, member, number)
    chosen = look_of(work, review, look_id)
    verdict = REPLACED if request.form.get("verdict") == REPLACED else KEPT
    missed = _missed(work, work.get(Segment, chosen.segment_id), request.form) if chosen.kind == Looked.TURN else []
    answer(work, chosen, verdict, missed)
    work.session.flush()
    if review.finished_at is not None:
        say(_("That was the last one. Thank you."))
        return redirect(url_for("anonymisation.second", slug=study.slug, code=code))
    return redirect(url_for("anonymisation.look", slug=study.slug, code=code, number=number))


@blueprint.page(
    "/s/<slug>/anonymisation/<code>/second/<int:number>/<uuid:look_id>/settle", allow=members(*REVIEWERS),
    methods=("POST",),
)  # fmt: skip
def settle_look(  # noqa: PLR0917 - the parts of its address
    work: Work, study: Study, member: Member, code: str, number: int, look_id: UUID
) -> ResponseReturnValue:
    """Say which of the two is right."""
    desk = desk_of(work, study, member, code)
    chosen = look_of(work, review_numbered(work, desk.transcript, number), look_id)
    settle(work, chosen, REPLACED if request.form.get("outcome") == REPLACED else KEPT, door=look_outside)
    say(_("Settled."))
    return redirect(url_for("anonymisation.second", slug=study.slug, code=code))


@blueprint.page("/s/<slug>/anonymisation/<code>/second/<int:number>/off", allow=members(*REVIEWERS), methods=("POST",))
def call_second_off(work: Work, study: Study, member: Member, code: str, number: int) -> ResponseReturnValue:
    """Call it off, where it is not finished."""
    desk = desk_of(work, study, member, code)
    review = review_numbered(work, desk.transcript, number)
    if review.finished_at is None:
        call_off(work, review)
        say(_("Called off."))
    return redirect(url_for("anonymisation.second", slug=study.slug, code=code))


def _own(work: Work, desk: Desk, member: Member, number: int) -> SecondReview:
    review = review_numbered(work, desk.transcript, number)
    if review.reviewer_id != member.account_id:
        raise NotYours
    return review


def _rule(form: Mapping[str, str]) -> Rule:
    try:
        share, least, turns = (int(form.get(name, "0") or 0) for name in ("share", "least", "turns"))
    except ValueError:
        raise SampleOdd(most=500) from None
    return Rule("required" in form, share, least, turns)


def _missed(work: Work, segment: Segment, form: Mapping[str, str]) -> list[tuple[int, int, str]]:
    label = form.get("label", "PER")
    label = label if label in LABELS else "PER"
    found: list[tuple[int, int, str]] = []
    for words in filter(None, (part.strip() for part in form.get("words", "").split(";"))):
        spots = spots_of(work, segment, words)
        if not spots:
            raise WordsElsewhere(words=words)
        found += [(start, end, label) for start, end in spots]
    return sorted(set(found))


def _position(work: Work, segment_id: UUID) -> int:
    return work.get(Segment, segment_id).position


def _names(work: Work, study: Study) -> dict[UUID, Any]:
    return {one.member.account_id: one.display_name for one in signatures_of(work, study)}
