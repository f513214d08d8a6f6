"""Changing an approved transcript after all: what was missed, replaced wrongly, or mistyped."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.afterwards import Done, take_back_later
from fieldwork.anonymisation.changes import changes_after, deed_transcripts
from fieldwork.anonymisation.detection import detection_of, request_detection
from fieldwork.anonymisation.forms import parsed_places
from fieldwork.anonymisation.leak_door import look_outside
from fieldwork.anonymisation.marking import find_entity, known_roles
from fieldwork.anonymisation.models import Decision, Entity, Mention
from fieldwork.anonymisation.remasking import correct, decide_find, mask, unmask
from fieldwork.anonymisation.rules import tint_of
from fieldwork.anonymisation.searching import finds_of, in_approved, knows_more
from fieldwork.anonymisation.services import mentions_of
from fieldwork.anonymisation.undoing import ChangedSince
from fieldwork.anonymisation.views import KINDS, REVIEWERS, Desk, blueprint, choices, desk_of
from fieldwork.anonymisation.workbench import mention_in
from fieldwork.core.errors import NotFound
from fieldwork.core.jobs import UNFINISHED
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import may_know
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import segment_at
from fieldwork.transcription.models import TranscriptState
from fieldwork.transcription.services import segment_rows
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import ngettext
from fieldwork.web.policies import NotYours
from fieldwork.web.policies import member as members
from fieldwork.web.visits import say


@dataclass(frozen=True, repr=False)
class Bit:
    """A stretch of an approved turn; ``mention`` where it is a sign, or a find that waits."""

    start: int
    end: int
    text: str
    mention: Mention | None = None
    entity: Entity | None = None

    @property
    def tint(self) -> str:
        """Its kind's colour."""
        return tint_of(self.mention.label) if self.mention else ""

    def __repr__(self) -> str:
        """Where it is, never what it says."""
        return f"Bit({self.start}-{self.end})"


@blueprint.page("/s/<slug>/anonymisation/<code>/after", allow=members(*REVIEWERS))
def after(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """An approved text with its signs, to be mended; what a later search has found waits in it."""
    desk = desk_of(work, study, member, code)
    if desk.transcript.state != TranscriptState.ANONYMISED:
        return redirect(url_for("anonymisation.review", slug=study.slug, code=code))
    return render_template("anonymisation/after.html", **_shown(work, study, desk))


@blueprint.page("/s/<slug>/anonymisation/<code>/after/mask", allow=members(*REVIEWERS), methods=("POST",))
def mask_later(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Mask what was missed, in one place or in several with the same words; the last places of a turn first."""
    desk = desk_of(work, study, member, code)
    marking = parsed_places(request.form)
    entity = find_entity(work, study.id, marking.entity) if marking.entity else None
    if marking.entity and entity is None and marking.entity not in known_roles(work, study):
        raise NotFound(kind="entity", name=marking.entity)
    key = marking.entity if entity is None else ""
    label = entity.label if entity else "PER" if key else marking.label
    done: Done | None = None
    for position, start, end in sorted(marking.places, reverse=True):
        segment = segment_at(work, desk.transcript, position)
        done = mask(work, segment, start, end, label=label, entity=entity, key=key, look=look_outside)
        entity, key = done.entity, ""  # the same one in all places
    count = len(marking.places)
    told = ngettext("Masked in %(num)s place", "Masked in %(num)s places", count)
    return _told(study, code, told, done if count == 1 else None)


@blueprint.page(
    "/s/<slug>/anonymisation/<code>/after/mentions/<uuid:mention_id>", allow=members(*REVIEWERS), methods=("POST",)
)
def decide_later(work: Work, study: Study, member: Member, code: str, mention_id: UUID) -> ResponseReturnValue:
    """Put a mention's words back, or decide what a later search has found."""
    desk = desk_of(work, study, member, code)
    mention = mention_in(work, desk.transcript, mention_id)
    if mention is None:
        raise ChangedSince
    deed = request.form.get("deed")
    if deed == "unmask":
        return _told(study, code, _("The words are back"), unmask(work, mention, look=look_outside))
    done = decide_find(work, mention, accept=deed == "accept", look=look_outside)
    return _told(study, code, _("Replaced") if done else _("It stays as it is"), done)


@blueprint.page(
    "/s/<slug>/anonymisation/<code>/after/turns/<int:position>", allow=members(*REVIEWERS), methods=("POST",)
)
def correct_later(work: Work, study: Study, member: Member, code: str, position: int) -> ResponseReturnValue:
    """Correct a typing error around the signs of a turn."""
    desk = desk_of(work, study, member, code)
    segment = segment_at(work, desk.transcript, position)
    begun = request.form.get("begun_from", "")
    done = correct(work, segment, request.form.get("text", ""), begun_from=begun, look=look_outside)
    return _told(study, code, _("Corrected") if done else _("Nothing was changed."), done)


@blueprint.page("/s/<slug>/anonymisation/<code>/after/search", allow=members(*REVIEWERS), methods=("POST",))
def search_later(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Have names looked for once more."""
    request_detection(work, desk_of(work, study, member, code).transcript, again=True)
    return redirect(url_for("anonymisation.after", slug=study.slug, code=code))


@blueprint.page("/s/<slug>/anonymisation/<code>/after/progress", allow=members(*REVIEWERS), quiet=True)
def search_progress(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Whether the search is still going on; once it has ended, the page loads itself again."""
    desk = desk_of(work, study, member, code)
    job = detection_of(work, desk.transcript)
    if job is None or job.state not in UNFINISHED:
        return "", 204, {"HX-Refresh": "true"}
    return render_template("anonymisation/after_search.html", desk=desk, expert=desk.expert, looking=True, grown=False)


@blueprint.page("/s/<slug>/anonymisation/later/<uuid:deed_id>/back", allow=members(*REVIEWERS), methods=("POST",))
def take_later_back(work: Work, study: Study, member: Member, deed_id: UUID) -> ResponseReturnValue:
    """Take a change of approved texts back, where all of them are the member's."""
    reached = [work.get(Interview, one.interview_id) for one in deed_transcripts(work, deed_id)]
    experts = [work.get(Expert, one.expert_id) for one in reached if one.study_id == study.id]
    if not experts:
        raise NotFound(kind="change", name=str(deed_id))
    if not all(may_know(member, one) for one in experts):
        raise NotYours
    done = take_back_later(work, study, deed_id, look=look_outside)
    return _told(study, experts[0].code, _("Taken back"), Done(done.deed_id, done.places, done.followed), undo=False)


def _told(study: Study, code: str, told: str, done: Done | None, *, undo: bool = True) -> ResponseReturnValue:
    """Say what was done, what became of codings, and which names are left; back to the text."""
    if done is not None and done.followed.unplaced:
        count = len(done.followed.unplaced)
        told += ". " + ngettext("%(num)s coding lost its words", "%(num)s codings lost their words", count)
    if done is not None and done.left:
        told += ". " + _("The turn still names somebody: mask that, too")
    back = url_for("anonymisation.take_later_back", slug=study.slug, deed_id=done.deed_id) if done and undo else None
    say(told, undo=back)
    return redirect(url_for("anonymisation.after", slug=study.slug, code=code))


def _shown(work: Work, study: Study, desk: Desk) -> dict[str, Any]:
    finds = finds_of(work, desk.transcript)
    placed = {mention.id: (start, end) for mention, start, end in in_approved(work, finds)}
    job = detection_of(work, desk.transcript)
    signs: dict[UUID, list[tuple[int, int, Mention]]] = {}
    for one in mentions_of(work, desk.transcript):
        if one.id in placed:
            signs.setdefault(one.segment_id, []).append((*placed[one.id], one))
        elif one.decision == Decision.ACCEPTED and one.replaced_start is not None and one.replaced_end is not None:
            signs.setdefault(one.segment_id, []).append((one.replaced_start, one.replaced_end, one))
    turns = [
        (segment, _bits(work, segment.text or "", signs.get(segment.id, [])))
        for segment in segment_rows(work, desk.transcript)
    ]
    return {
        "desk": desk, "expert": desk.expert, "turns": turns, "kinds": KINDS, "finds": len(placed),
        "choices": choices(work, study), "changes": len(changes_after(work, desk.transcript)),
        "looking": job is not None and job.state in UNFINISHED, "grown": knows_more(work, desk.transcript),
    }  # fmt: skip


def _bits(work: Work, text: str, signs: list[tuple[int, int, Mention]]) -> list[Bit]:
    bits, at = [], 0
    for start, end, mention in sorted(signs, key=lambda one: one[0]):
        if start < at:
            continue
        bits += [
            Bit(at, start, text[at:start]),
            Bit(start, end, text[start:end], mention, work.get(Entity, mention.entity_id)),
        ]
        at = end
    return [one for one in [*bits, Bit(at, len(text), text[at:])] if one.text]
