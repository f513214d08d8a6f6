"""How the demo's interviews arrive: recordings to be transcribed, and finished transcripts in three formats."""

from uuid import UUID

from fieldwork.core.files import private_folder
from fieldwork.core.work import Ground, Work
from fieldwork.demo.material import audio_path, audio_sources, text_sources, write_transcript
from fieldwork.programme.models import Study
from fieldwork.recording.intake import Progress, import_files
from fieldwork.recording.services import names_of, recordings_of
from fieldwork.recording.shapes import planned_files, speakers, survey
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.formats import parse_file
from fieldwork.transcription.importing import import_transcript
from fieldwork.transcription.models import TranscriptState
from fieldwork.transcription.services import find_transcript, request_transcription

ENGINE = "whisper"


def import_recordings(ground: Ground, study_id: UUID, show: Progress) -> int:
    """Import the recordings of the five interviews that came as sound; those that are there stay as they are.

    Returns:
        How many recordings the study has.
    """
    experts = sorted(audio_sources())
    total = 0
    for number, code in enumerate(experts):
        show(number, len(experts))
        with ground.work() as work:
            interview = interview_with(work, study_id, code)
            there = len(recordings_of(work, interview))
            names = names_of(work, interview)
        if not there:
            plan = survey([audio_path(code)])
            there = len(import_files(ground, interview.id, planned_files(plan, speakers(plan.labels, names))))
        total += there
    show(len(experts), len(experts))
    return total


def ask_for_transcription(work: Work, study_id: UUID, model: str) -> int:
    """Queue a job for each recorded interview that has no finished transcript.

    Returns:
        How many were asked for.
    """
    asked = 0
    for code in sorted(audio_sources()):
        interview = interview_with(work, study_id, code)
        transcript = find_transcript(work, interview)
        if transcript is None or transcript.state == TranscriptState.IN_PROGRESS:
            request_transcription(work, interview, ENGINE, model)
            asked += 1
    return asked


def import_transcripts(work: Work, study_id: UUID) -> int:
    """Import the nine transcripts that came as Zoom VTT, DOCX and text; those that are there stay.

    Returns:
        How many the study has of them.
    """
    with private_folder() as folder:
        for code in sorted(text_sources()):
            interview = interview_with(work, study_id, code)
            if find_transcript(work, interview) is None:
                import_transcript(work, interview, parse_file(write_transcript(code, folder)))
    return len(text_sources())


def interview_with(work: Work, study_id: UUID, code: str) -> Interview:
    """The interview with the expert of that code."""
    return find_interview(work, find_expert(work, work.get(Study, study_id), code))
