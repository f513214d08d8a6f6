"""The drawing of an interview's sound, for the few who may hear it."""

from flask import jsonify, url_for
from flask.typing import ResponseReturnValue

from fieldwork.consent.models import Scope
from fieldwork.consent.services import require
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.recording.models import Recording
from fieldwork.recording.rules import drawn
from fieldwork.recording.services import recordings_of
from fieldwork.recording.views import blueprint, may_hear
from fieldwork.recording.waveforms import keep_peaks, kept_peaks, measured_peaks
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.web.policies import NotYours, member
from fieldwork.web.visits import current_visit, site


@blueprint.page(
    "/s/<slug>/recordings/<code>/waveform", allow=member(Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER)
)  # fmt: skip
def waveform(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """The peaks of an interview as JSON: {"duration_ms", "peaks": [0…255, at most 4,000]}.

    What has to be measured first is kept once the answer is made: an hour of sound takes half a second, which must not
    hold up whoever wants to write.
    """
    expert = find_expert(work, study, code)
    interview = find_interview(work, expert)
    if not may_hear(member, interview):
        raise NotYours
    require(work, expert.id, Scope.RECORD)
    recordings = recordings_of(work, interview)
    known = kept_peaks(work, interview)
    fresh = {one.id: measured_peaks(work.blobs, expert.id, one) for one in recordings if one.id not in known}
    if fresh:
        actor, expert_id = work.actor, expert.id

        def keep() -> None:
            with site().ground.work(actor) as later:
                keep_peaks(later, expert_id, fresh)

        current_visit().afterwards.append(keep)
    total = length_of(recordings)
    peaks = drawn([(one.offset_ms, one.duration_ms, (known | fresh)[one.id]) for one in recordings], total)
    return jsonify(duration_ms=total, peaks=peaks)


def length_of(recordings: list[Recording]) -> int:
    """How long an interview is, in ms."""
    return max((one.offset_ms + one.duration_ms for one in recordings), default=0)


def audio_of(slug: str, code: str, recordings: list[Recording]) -> dict[str, object] | None:
    """What the audio bar (``recording/audio_bar.html``) plays; None where there is nothing to hear."""
    if not recordings:
        return None
    parts = [
        {
            "number": one.position,
            "from": one.offset_ms,
            "to": one.offset_ms + one.duration_ms,
            "kind": one.kind,
            "src": url_for("recording.sound", slug=slug, code=code, number=one.position),
        }
        for one in recordings
    ]
    return {
        "parts": parts,
        "length_ms": length_of(recordings),
        "waveform": url_for("recording.waveform", slug=slug, code=code),
    }
