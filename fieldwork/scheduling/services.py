"""Deeds and questions of scheduling: interviews are set, moved and counted."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from fieldwork.core.audit import record
from fieldwork.core.database import is_pointed_at, pointed_at
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.programme.services import study_of
from fieldwork.sampling.models import Expert, ExpertStatus
from fieldwork.sampling.services import INTERVIEWERS, NoInterviewer, assign_interviewer, expert_of
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.rules import (
    FieldFigures,
    Stage,
    check_free,
    check_language,
    check_length,
    check_moment,
    check_within_fieldwork,
    field_figures,
    mode_called,
    stage_of,
)


class InterviewHeld(Refusal):
    """Something of the interview is kept already."""

    message = (
        "The interview with {expert} has a recording or a transcript and cannot be cancelled. "
        "Change its day or its interviewer instead."
    )


class InterviewExists(Refusal):
    """The expert has an interview already."""

    message = "{expert} already has an interview. Move that one to another time instead."


class NotAgreed(Refusal):
    """The expert has not agreed to be interviewed."""

    message = "{expert} has not agreed to an interview (status: {status}). Record the expert's answer first."


def add_interview(
    work: Work,
    expert: Expert,
    interviewer: Member,
    *,
    starts_at: datetime,
    minutes: int,
    mode: str,
    language: str = "ru",
) -> Interview:
    """Set the interview with an expert.

    Args:
        work: the unit of work.
        expert: who has agreed to it.
        interviewer: principal investigator or interviewer of the same study.
        starts_at: with its zone; see ``rules.almaty_moment``.
        minutes: how long it takes or took.
        mode: zoom, whatsapp or in_person.
        language: the language spoken.

    Raises:
        ModeUnknown, MinutesWrong, LanguageWrong: what was given.
        NotAgreed, InterviewExists, NoInterviewer: who.
        OutsideFieldwork, InterviewerBusy: when.
    """
    known_mode = mode_called(mode)
    check_language(language)
    _check_people(expert, interviewer)
    if interview_of(work, expert) is not None:
        raise InterviewExists(expert=expert.code)
    _check_time(work, expert, interviewer, starts_at, minutes)
    interview = work.add(
        Interview(
            study_id=expert.study_id,
            expert_id=expert.id,
            interviewer_id=interviewer.id,
            starts_at=starts_at,
            minutes=minutes,
            mode=known_mode,
            language=language,
        )
    )
    assign_interviewer(work, expert, interviewer)
    record(work, "interview.scheduled", study_id=expert.study_id, subject_id=interview.id, mode=known_mode)
    return interview


def move_interview(
    work: Work,
    interview: Interview,
    *,
    starts_at: datetime,
    minutes: int,
    mode: str | None = None,
    language: str | None = None,
    interviewer: Member | None = None,
) -> None:
    """Move an interview to another time, mode, language or interviewer, or write down how long it took.

    Raises:
        ModeUnknown, MinutesWrong, MomentWrong, LanguageWrong: what was given.
        NoInterviewer, OutsideFieldwork, InterviewerBusy: as ``add_interview``.
    """
    known_mode = mode_called(mode or interview.mode)
    check_language(language or interview.language)
    expert = expert_of(work, interview.expert_id)
    asking = interviewer or work.get(Member, interview.interviewer_id)
    if interviewer is not None:
        assign_interviewer(work, expert, interviewer)
    _check_time(work, expert, asking, starts_at, minutes, moved=interview)
    if asking.id != interview.interviewer_id:
        record(work, "interview.handed_over", study_id=interview.study_id, subject_id=interview.id)
    interview.interviewer_id = asking.id
    interview.starts_at = starts_at
    interview.minutes = minutes
    interview.mode = known_mode
    interview.language = language or interview.language
    work.add(interview)
    record(work, "interview.moved", study_id=interview.study_id, subject_id=interview.id)


def remove_interview(work: Work, interview: Interview) -> None:
    """Cancel an interview that has not been held.

    Raises:
        InterviewHeld: a recording or a transcript belongs to it.
    """
    if is_pointed_at(work.session, Interview, [interview.id]):
        raise InterviewHeld(expert=expert_of(work, interview.expert_id).code)
    record(work, "interview.removed", study_id=interview.study_id, subject_id=interview.id)
    work.session.delete(interview)
    work.session.flush()


def by_stage(work: Work, interviews: Sequence[Interview]) -> dict[Stage, list[Interview]]:
    """Interviews as they stand now, each by start: still ahead; over, but nothing of them is here; held.

    An interview is known to have been held by what later rooms keep of it: a recording, a transcript.
    """
    held = pointed_at(work.session, Interview, [one.id for one in interviews])
    found: dict[Stage, list[Interview]] = {stage: [] for stage in Stage}
    for one in interviews:
        found[stage_of(one.starts_at, one.minutes, work.now, held=one.id in held)].append(one)
    return found


def interviews_of(work: Work, study: Study) -> Sequence[Interview]:
    """The study's interviews, by start."""
    return work.session.exec(
        select(Interview).where(Interview.study_id == study.id).order_by(col(Interview.starts_at))
    ).all()


def interview_of(work: Work, expert: Expert) -> Interview | None:
    """The expert's interview, if one is set."""
    return work.session.exec(select(Interview).where(Interview.expert_id == expert.id)).first()


def find_interview(work: Work, expert: Expert) -> Interview:
    """The expert's interview.

    Raises:
        NotFound: none is set.
    """
    interview = interview_of(work, expert)
    if interview is None:
        raise NotFound(kind="interview with expert", name=expert.code)
    return interview


def figures_of(work: Work, study: Study) -> FieldFigures:
    """The study's field in figures, counted now."""
    return field_figures(interviews_of(work, study))


def _check_people(expert: Expert, interviewer: Member) -> None:
    if expert.status != ExpertStatus.AGREED:
        raise NotAgreed(expert=expert.code, status=expert.status)
    if interviewer.study_id != expert.study_id or interviewer.role not in INTERVIEWERS:
        raise NoInterviewer(initials=interviewer.initials, expert=expert.code)


def _check_time(
    work: Work,
    expert: Expert,
    interviewer: Member,
    starts_at: datetime,
    minutes: int,
    *,
    moved: Interview | None = None,
) -> None:
    """Length, fieldwork dates, and the interviewer's other interviews, in other studies too."""
    check_length(minutes)
    check_moment(starts_at)
    study = study_of(work, expert.study_id)
    check_within_fieldwork(expert.code, starts_at, study.fieldwork_from, study.fieldwork_to)
    theirs = select(Interview).join(Member, col(Member.id) == col(Interview.interviewer_id))
    others = work.session.exec(theirs.where(Member.account_id == interviewer.account_id)).all()
    check_free(interviewer.initials, starts_at, minutes, [other for other in others if other is not moved])
