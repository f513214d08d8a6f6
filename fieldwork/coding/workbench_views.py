"""The coding workbench: transcripts to code, one of them with its codings, and the deeds on it, answered as JSON."""

from typing import Any
from uuid import UUID

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.coding.bench_memo_views import CODERS, KINDS
from fieldwork.coding.marking import (
    change_code,
    code_in_vivo,
    find_coding,
    move_coding,
    remove_coding,
    restore_coding,
    words_between,
)
from fieldwork.coding.models import Code, Coding
from fieldwork.coding.rules import NoTranscript, TranscriptNotApproved
from fieldwork.coding.services import (
    Point,
    add_code,
    code_numbered,
    code_passage,
)
from fieldwork.coding.views import blueprint
from fieldwork.coding.workbench import (
    Bench,
    Choice,
    Mark,
    choices_of,
    marks_of,
    memos_beside,
    open_bench,
    progress_of,
    recent_codes,
)
from fieldwork.consent.models import Scope
from fieldwork.consent.rules import ConsentWithdrawn
from fieldwork.consent.services import decision_of
from fieldwork.core.work import Work
from fieldwork.programme.guides import questions_of
from fieldwork.programme.models import Member, Study
from fieldwork.recording.models import Recording
from fieldwork.recording.services import recordings_of
from fieldwork.recording.views import may_hear
from fieldwork.recording.waveform_views import audio_of
from fieldwork.sampling.models import Expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript
from fieldwork.transcription.reading import by_question, turns_of
from fieldwork.transcription.views import beside_transcript
from fieldwork.web.languages import clock, local, short_day
from fieldwork.web.languages import gettext as _
from fieldwork.web.policies import member as members
from fieldwork.web.visits import current_place, is_fragment, say


@blueprint.page("/s/<slug>/coding", allow=members())
def transcripts_to_code(work: Work, study: Study) -> ResponseReturnValue:
    """Every transcript, and how far its coding is."""
    found = progress_of(work, study)
    ready = [one for one in found if one.transcript.state == "anonymised" and not one.withdrawn]
    unfinished = [one for one in ready if one.coded_turns < one.turns]
    following = min(unfinished, key=lambda one: (one.codings > 0, one.share), default=None)
    return render_template("coding/workbench_list.html", transcripts=found, ready=ready, following=following)


@blueprint.page("/s/<slug>/coding/<code>", allow=members())
def workbench(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """One approved transcript with its codings, and everything that coding it takes."""
    try:
        bench = open_bench(work, study, code)
    except (NoTranscript, TranscriptNotApproved, ConsentWithdrawn) as refusal:
        withdrawn = isinstance(refusal, ConsentWithdrawn)
        return render_template("coding/workbench_not_yet.html", code=code, withdrawn=withdrawn)
    marks = marks_of(work, bench.transcript.id)
    choices = choices_of(work, study)
    heard = _heard(work, member, bench)
    data = {
        "codings": [_mark(one) for one in marks],
        "codes": [_choice(one) for one in choices],
        "recent": recent_codes(work, study, member),
        "member": str(member.id),
        "initials": member.initials,
    }
    return render_template(
        "coding/workbench.html",
        bench=bench,
        expert=bench.expert,
        passages=by_question(turns_of(work, bench.transcript, heard)),
        questions={one.number: one for one in questions_of(work, study)},
        audio=audio_of(study.slug, bench.expert.code, heard),
        turns=bench.spoken,
        coded=bench.spoken & {at for one in marks for at in range(one.start[0], one.end[0] + 1)},
        lost=[one for one in marks if not one.placed],
        names={one.number: one.name for one in choices},
        data=data,
        memos=memos_beside(work, study, bench.expert),
        kinds=KINDS,
        here=request.args.get("coding", ""),
    )


@blueprint.page("/s/<slug>/coding/<code>/codings", allow=members(*CODERS), methods=("POST",))
def add_coding(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Code a passage: with a code by its number, in vivo, or with a new code of that name and definition."""
    bench = open_bench(work, study, code)
    start, end = _points(bench)
    form = request.form
    if form.get("in_vivo") and not form.get("name"):
        words = words_between(work, start, end)
        definition = _("In the words of %(expert)s: «%(words)s»", expert=bench.expert.code, words=words)
        coding, new = code_in_vivo(work, study, start, end, definition=definition, member=member)
    else:
        new = "number" not in form
        chosen = _new_code(work, study) if new else code_numbered(work, study, _number("number") or 0)
        coding = code_passage(work, chosen, start, end, member)
    undo = url_for("coding.take_off", slug=study.slug, coding=coding.id, with_code=1 if new else None)
    return _told(work, study, undo, coding)


@blueprint.page("/s/<slug>/codings/<uuid:coding>/remove", allow=members(*CODERS), methods=("POST",))
def take_off(work: Work, study: Study, member: Member, coding: UUID) -> ResponseReturnValue:
    """Take a coding off; undo puts it back."""
    row = find_coding(work, study, coding)
    expert = _expert_of(work, row.start_segment_id)
    code = work.get(Code, row.code_id)
    number = code.number
    with_code = request.values.get("with_code") == "1"
    remove_coding(work, row, member, with_code=with_code)
    undo = None if with_code else url_for("coding.put_back", slug=study.slug, coding=coding)
    say(_("The code is off the passage."), undo=undo)
    left = choices_of(work, study, code.id)
    if not is_fragment():
        return redirect(url_for("coding.workbench", slug=study.slug, code=expert.code))
    return jsonify(
        codings=[],
        removed=[str(coding)],
        codes=[_choice(one) for one in left],
        gone=[] if left else [number],
        undo=undo,
    )


@blueprint.page("/s/<slug>/codings/<uuid:coding>/restore", allow=members(*CODERS), methods=("POST",))
def put_back(work: Work, study: Study, coding: UUID) -> ResponseReturnValue:
    """Put back a coding that was taken off."""
    row = restore_coding(work, study, coding)
    return _told(work, study, url_for("coding.take_off", slug=study.slug, coding=coding), row)


@blueprint.page("/s/<slug>/codings/<uuid:coding>/code", allow=members(*CODERS), methods=("POST",))
def give_code(work: Work, study: Study, coding: UUID) -> ResponseReturnValue:
    """Give a coded passage another code; undo gives the former one back."""
    row = find_coding(work, study, coding)
    former = work.get(Code, row.code_id)
    change_code(work, row, code_numbered(work, study, _number("number") or 0))
    undo = url_for("coding.give_code", slug=study.slug, coding=coding, number=former.number)
    say(_("The passage has another code."), undo=undo)
    return _told(work, study, undo, row, former)


@blueprint.page("/s/<slug>/codings/<uuid:coding>/place", allow=members(*CODERS), methods=("POST",))
def place(work: Work, study: Study, coding: UUID) -> ResponseReturnValue:
    """Move the boundaries of a coding; undo moves them back."""
    row = find_coding(work, study, coding)
    expert = _expert_of(work, row.start_segment_id)
    former: dict[str, Any] = {
        "start_turn": work.get(Segment, row.start_segment_id).position,
        "start": row.start_offset,
        "end_turn": work.get(Segment, row.end_segment_id).position,
        "end": row.end_offset,
    }
    move_coding(work, row, *_points(open_bench(work, study, expert.code)))
    undo = url_for("coding.place", slug=study.slug, coding=coding, **former)
    say(_("The boundaries are moved."), undo=undo)
    return _told(work, study, undo, row)


@beside_transcript
def coding_part(work: Work, study: Study, expert: Expert, transcript: Transcript) -> str:  # noqa: ARG001 - every part is asked so
    """The way from a transcript to its coding."""
    return render_template("coding/beside_transcript.html", expert=expert, transcript=transcript)


def _new_code(work: Work, study: Study) -> Code:
    form = request.form
    in_vivo = form.get("in_vivo") == "1"
    return add_code(work, study, form.get("name", ""), form.get("definition", "").strip(), in_vivo=in_vivo)


def _points(bench: Bench) -> tuple[Point, Point]:
    return (
        bench.point(_number("start_turn"), _number("start")),
        bench.point(_number("end_turn"), _number("end")),
    )


def _number(name: str) -> int | None:
    return request.values.get(name, type=int)


def _heard(work: Work, member: Member, bench: Bench) -> list[Recording]:
    """The recordings that the member may hear beside the text."""
    decision = decision_of(work, bench.expert.id)
    if decision is None or not decision.allows(Scope.RECORD) or not may_hear(member, bench.interview):
        return []
    return recordings_of(work, bench.interview)


def _expert_of(work: Work, segment_id: UUID) -> Expert:
    transcript = work.get(Transcript, work.get(Segment, segment_id).transcript_id)
    return work.get(Expert, work.get(Interview, transcript.interview_id).expert_id)


def _told(work: Work, study: Study, undo: str, coding: Coding, *others: Code) -> ResponseReturnValue:
    """What became of a coding: for the script of the page, or the page itself where none runs."""
    segment = work.get(Segment, coding.start_segment_id)
    if not is_fragment():
        expert = _expert_of(work, segment.id)
        return redirect(url_for("coding.workbench", slug=study.slug, code=expert.code, coding=coding.id))
    codes = [coding.code_id, *(one.id for one in others)]
    return jsonify(
        codings=[_mark(one) for one in marks_of(work, segment.transcript_id, coding.id)],
        removed=[],
        codes=[_choice(one) for code_id in codes for one in choices_of(work, study, code_id)],
        gone=[],
        undo=undo,
    )


def _mark(mark: Mark) -> dict[str, Any]:
    return {
        "id": str(mark.id),
        "code": mark.number,
        "start": mark.start,
        "end": mark.end,
        "quote": "" if mark.placed else mark.quote,
        "coder": mark.coder,
        "at": f"{short_day(mark.coded_at)}, {clock(mark.coded_at)}",
        "placed": mark.placed,
    }


def _choice(choice: Choice) -> dict[str, Any]:
    place_ = current_place()
    return {
        "number": choice.number,
        "name": choice.name,
        "inVivo": choice.in_vivo,
        "category": local(choice.category),
        "core": choice.core if 0 < choice.core < 7 else 0,  # noqa: PLR2004 - there are six hues
        "codings": choice.codings,
        "memos": choice.memos,
        "href": url_for("coding.code", slug=place_.study.slug, number=choice.number),
    }
