"""Reading transcripts: approved ones everybody, raw ones the few who may know the expert; with the sound for those."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from flask import render_template
from flask.typing import ResponseReturnValue

from fieldwork.consent.models import Scope
from fieldwork.consent.services import decision_of
from fieldwork.core.audit import record
from fieldwork.core.work import Work
from fieldwork.programme.guides import questions_of
from fieldwork.programme.models import Member, Study
from fieldwork.recording.services import recordings_of
from fieldwork.recording.sound_views import told_hints, told_missed
from fieldwork.recording.views import may_hear
from fieldwork.recording.waveform_views import audio_of
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import find_expert
from fieldwork.sampling.views import beside_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import find_interview, interview_of
from fieldwork.transcription.doubt import MARKS
from fieldwork.transcription.doubting import coverage_of, coverages_of, doubts_of
from fieldwork.transcription.models import Transcript, TranscriptState
from fieldwork.transcription.reading import by_question, turns_of
from fieldwork.transcription.services import find_transcript, transcript_of
from fieldwork.transcription.standing import Standing, progress_of, standing_of
from fieldwork.web.languages import noted
from fieldwork.web.pages import Pages
from fieldwork.web.policies import member

blueprint = Pages("transcription", __name__)

STATES: Final = {
    TranscriptState.IN_PROGRESS: noted("being made"),
    TranscriptState.RAW: noted("names are still in it"),
    TranscriptState.ANONYMISED: noted("without names, approved"),
}
SOURCES: Final = {
    "audio": noted("from the sound"),
    "zoom_vtt": noted("Zoom's captions"),
    "docx": noted("Word file"),
    "plain": noted("text file"),
    "srt": noted("subtitles"),
    "json": noted("another recogniser's file"),
    "noscribe": noted("noScribe's page"),
}

DOUBTS: Final = {
    "speech_without_text": noted("somebody speaks, and there is no text, or too little"),
    "unsure_speech": noted("not transcribed: it may be speech after all"),
    "cut_off": noted("the recording is cut off amid speech"),
    "text_without_speech": noted("there is text, and nobody seems to speak"),
    "loop": noted("the same words come again and again"),
    "invented": noted("a sentence that recognisers invent over silence"),
    "language": noted("the text slides into another language"),
    "unlikely": noted("the recogniser was not sure"),
    "credits": noted("credits of subtitles were cut here"),
    "insertion": noted("Kazakh words"),
}

LANGUAGES: Final = {"ru": noted("Russian"), "kk": noted("Kazakh"), "en": noted("English")}

TranscriptPart = Callable[[Work, Study, Expert, Transcript], str]
StudyPart = Callable[[Work, Study], str]
TurnMarks = Callable[[Work, Study, Expert, Transcript], Mapping[int, str]]

_parts: Final[list[TranscriptPart]] = []
_marks: Final[list[TurnMarks]] = []
_study_parts: Final[list[StudyPart]] = []


def beside_transcript(part: TranscriptPart) -> TranscriptPart:
    """Let a later room add to the head of a transcript's page what can be done with it, in the order of the rooms.

    Args:
        part: renders links or buttons (HTML), or nothing («»); asked for raw and for approved transcripts alike.
    """
    _parts.append(part)
    return part


def beside_transcripts(part: StudyPart) -> StudyPart:
    """Let a later room add to the head of the list what can be done with all transcripts of a study.

    Args:
        part: renders links or buttons (HTML), or nothing («»).
    """
    _study_parts.append(part)
    return part


def beside_turns(marks: TurnMarks) -> TurnMarks:
    """Let a later room set a small mark beside turns of an approved transcript.

    Args:
        marks: renders the marks (HTML), by the number of the turn (its position, from 1).
    """
    _marks.append(marks)
    return marks


@blueprint.page("/s/<slug>/transcripts", allow=member())
def transcripts(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """Every interview of the study, how far its transcript is, and what can be done next."""
    parts = [part(work, study) for part in _study_parts]
    return render_template("transcription/transcripts.html", parts=parts, **listed(work, study, member))


@blueprint.page("/s/<slug>/transcripts/progress", allow=member(), quiet=True)
def transcripts_progress(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """The same list as a fragment, asked for while something is being transcribed."""
    return render_template("transcription/transcripts_table.html", **listed(work, study, member))


def listed(work: Work, study: Study, member: Member) -> dict[str, Any]:
    """What the list of transcripts shows."""
    rows = standing_of(work, study)
    may = {row.interview.id for row in rows if may_hear(member, row.interview)}
    coverages = coverages_of(work, [row.transcript for row in rows if row.transcript])
    return {
        "rows": rows, "may_make": may, "model": work.settings.model, "states": STATES, "sources": SOURCES,
        "coverages": coverages,
        "hints": {one.id: hints_before(work, one) for one in _to_be_made(rows) if one.id in may},
    }  # fmt: skip


def hints_before(work: Work, interview: Interview) -> list[str]:
    """What there is to be known of an interview's sound before it is transcribed; nothing is forbidden by it."""
    return told_hints(recordings_of(work, interview))


def _to_be_made(rows: Sequence[Standing]) -> list[Interview]:
    """The interviews whose transcript can be asked for."""
    waiting = [row for row in rows if row.transcript is None or (row.progress and not row.progress.active)]
    return [row.interview for row in waiting if row.allowed and row.files]


@blueprint.page("/s/<slug>/transcripts/<code>", allow=member(), writes=True)
def transcript(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """One transcript, turn by turn, beside its sound. Until it is approved only those who may know the expert read it.

    Reading it then leaves an audit entry.
    """
    expert = find_expert(work, study, code)
    interview = find_interview(work, expert)
    found = transcript_of(work, interview)
    decision = decision_of(work, expert.id)
    if (decision and decision.withdrawn_at) or not may_read(member, interview, found):
        progress = progress_of(work, found)
        return render_template(
            "transcription/not_yet.html", expert=expert, transcript=found, decision=decision, progress=progress
        )
    if found.state == TranscriptState.RAW:
        record(work, "transcript.shown", study_id=study.id, subject_id=found.id)
    return render_template(
        "transcription/transcript.html",
        parts=[part(work, study, expert, found) for part in _parts],
        **shown(work, study, member, expert),
    )


def may_read(member: Member, interview: Interview, found: Transcript) -> bool:
    """Whether the member may read a transcript as it stands: approved everybody, raw who may know the expert."""
    if found.state == TranscriptState.RAW:
        return may_hear(member, interview)
    return found.state == TranscriptState.ANONYMISED


def shown(work: Work, study: Study, member: Member, expert: Expert) -> dict[str, Any]:
    """What ``transcription/turns.html`` shows of an expert's transcript, with what lies around it."""
    interview = find_interview(work, expert)
    found = transcript_of(work, interview)
    decision = decision_of(work, expert.id)
    recorded = recordings_of(work, interview)
    audible = decision is not None and decision.allows(Scope.RECORD) and may_hear(member, interview)
    heard = recorded if audible else []
    turns = turns_of(work, found, heard)
    approved = found.state == TranscriptState.ANONYMISED
    return {
        "expert": expert,
        "interview": interview,
        "transcript": found,
        "passages": by_question(turns),
        "questions": {one.number: one for one in questions_of(work, study)},
        "audio": audio_of(study.slug, expert.code, heard),
        "recorded": bool(recorded),
        "missed": told_missed(work, interview, recorded),
        "editable": not approved,
        "coverage": coverage_of(work, found),
        "doubts": doubts_of(work, found),
        "doubt_kinds": DOUBTS,
        "marks_only": MARKS,
        "may_look": may_hear(member, interview),
        "doubtful": sum(piece.doubtful for turn in turns for piece in turn.pieces),
        "marks": [marks(work, study, expert, found) for marks in _marks] if approved else [],
    }


@beside_expert
def transcript_part(work: Work, study: Study, expert: Expert) -> str:  # noqa: ARG001 - every part is asked so
    """Where the transcript stands, on the expert's page."""
    interview = interview_of(work, expert)
    found = find_transcript(work, interview) if interview else None
    return render_template("transcription/part.html", expert=expert, transcript=found, states=STATES, sources=SOURCES)
