"""Deeds on the style in which transcripts are read: of a study, and of one transcript. No word is touched by them."""

from sqlmodel import select

from fieldwork.core.audit import record
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.transcription.making_models import StudyManner, Style
from fieldwork.transcription.manner import check_making
from fieldwork.transcription.models import Transcript
from fieldwork.transcription.services import interview_of_transcript


def style_of_study(work: Work, study: Study) -> Style:
    """How the study's transcripts are read: verbatim, until somebody has chosen."""
    row = work.session.exec(select(StudyManner).where(StudyManner.study_id == study.id)).first()
    return Style(row.style) if row else Style.VERBATIM


def style_of(work: Work, transcript: Transcript) -> Style:
    """How a transcript is read: its own style, else its study's."""
    if transcript.style:
        return Style(transcript.style)
    return style_of_study(work, work.get(Study, interview_of_transcript(work, transcript).study_id))


def choose_study_style(work: Work, study: Study, style: str) -> None:
    """Say how the study's transcripts are read, those left aside that have a style of their own.

    Raises:
        StyleUnknown: there is no such style.
    """
    check_making(None, style)
    row = work.session.exec(select(StudyManner).where(StudyManner.study_id == study.id)).first()
    row = row or StudyManner(study_id=study.id)
    row.style = style
    work.add(row)
    record(work, "transcripts.style_chosen", study_id=study.id, style=style)


def choose_style(work: Work, transcript: Transcript, style: str) -> None:
    """Say how one transcript is read; approved ones too.

    Raises:
        StyleUnknown: there is no such style.
    """
    check_making(None, style)
    transcript.style = style
    work.add(transcript)
    study_id = interview_of_transcript(work, transcript).study_id
    record(work, "transcript.style_chosen", study_id=study_id, subject_id=transcript.id, style=style)
