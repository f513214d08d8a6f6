"""Several people at one raw transcript: what each page asks every few seconds, and the turns that others changed."""

from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from fieldwork.consent.services import decision_of
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.sampling.models import Expert
from fieldwork.transcription.correcting_views import KNOWING, known
from fieldwork.transcription.models import Transcript
from fieldwork.transcription.presence import be_at, digests_of, leave, others_at, state_of
from fieldwork.transcription.rules import require_raw
from fieldwork.transcription.views import blueprint, shown

_HERE = "/s/<slug>/transcripts/<code>"


@blueprint.page(f"{_HERE}/now", allow=KNOWING, quiet=True)
def now(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Who else is here, and (unless the page knows that state already) every turn with its digest; it only reads."""
    return _told(work, _open(work, study, member, code)[1])


@blueprint.page(f"{_HERE}/now", allow=KNOWING, methods=("POST",), quiet=True)
def be_here(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """A heartbeat, with the turn being typed in; the same answer. ``left``: the page is being closed."""
    transcript = _open(work, study, member, code)[1]
    if "left" in request.form:
        leave(work, transcript)
        return "", 204
    be_at(work, transcript, _turn(request.form.get("turn", "")))
    return _told(work, transcript)


@blueprint.page(f"{_HERE}/turns", allow=KNOWING, quiet=True)
def some_turns(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """All turns in order: those asked for (``turn``, several) with their words, of the others only their place.

    Where none is asked for by name, all have their words.
    """
    expert, _ = _open(work, study, member, code)
    asked = {_turn(one) for one in request.args.getlist("turn")} if "turn" in request.args else None
    return render_template("transcription/turns.html", asked=asked, **shown(work, study, member, expert))


def _open(work: Work, study: Study, member: Member, code: str) -> tuple[Expert, Transcript]:
    """The expert and the raw transcript, for those who may read it.

    Raises:
        NotFound: there is none, or its expert has taken the consent back.
        NotYours: it is another interviewer's.
        NotTranscribed, AlreadyApproved: it is not raw.
    """
    expert, transcript = known(work, study, member, code)
    decision = decision_of(work, expert.id)
    if decision and decision.withdrawn_at:
        raise NotFound(kind="transcript", name=code)
    require_raw(transcript.state, code)
    return expert, transcript


def _told(work: Work, transcript: Transcript) -> dict[str, object]:
    digests = digests_of(work, transcript)
    state = state_of(digests)
    told: dict[str, object] = {
        "state": state,
        "here": [
            {"who": one.initials, "name": one.name, "turn": one.turn and str(one.turn)}
            for one in others_at(work, transcript)
        ],
    }
    if request.values.get("known") != state:
        told["turns"] = [[str(one), digest] for one, digest in digests]
    return told


def _turn(told: str) -> UUID | None:
    try:
        return UUID(told)
    except ValueError:
        return None
