"""Deeds on meetings recorded in Zoom's cloud: keeping what Zoom tells, proposing whose they are, filing them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from fieldwork.consent.models import Scope
from fieldwork.consent.services import decision_of
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.ids import new_id
from fieldwork.core.vault import KeyDestroyed, expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.recording.matching import Candidate, Evidence, Heard, Proposal, propose
from fieldwork.recording.services import names_of, recordings_of
from fieldwork.recording.zoom_events import ToldFile, ToldMeeting, labels_of
from fieldwork.recording.zoom_models import CloudAside, CloudFile, CloudKind, CloudMeeting
from fieldwork.sampling.services import expert_of
from fieldwork.scheduling.models import Interview, Mode

FORGOTTEN = timedelta(days=30)
"""So long a meeting that nobody has filed is kept."""

_TOKEN_FIELD = "cloud_meeting.sealed_token"  # noqa: S105 - a field's name
_FILE_FIELD = "cloud_file.sealed"


class MeetingFiled(Refusal):
    """Somebody was quicker."""

    message = "This meeting is filed already. Load the page again to see where it went."


@dataclass(frozen=True, repr=False)
class Sealed:
    """What is sealed of a file: where it lies, and whose track it is."""

    url: str
    name: str


def keep(work: Work, told: ToldMeeting) -> CloudMeeting | None:
    """Keep what Zoom tells of a meeting; hearing the same again changes nothing but the token.

    Returns:
        The meeting; None where the expert it was filed with has been erased.
    """
    forget_old(work)
    meeting = _met(work, told)
    subject = _subject(work, meeting)
    try:
        if told.token:
            meeting.sealed_token = work.vault.seal_text(subject, _TOKEN_FIELD, meeting.id, told.token)
            meeting.told_at = work.now
            work.add(meeting)
        known = {one.zoom_id for one in files_of(work, meeting)}
        fresh = [_file(work, meeting, subject, one) for one in told.files if one.zoom_id not in known]
    except KeyDestroyed:
        return None
    work.add_all(fresh)
    return meeting


def _met(work: Work, told: ToldMeeting) -> CloudMeeting:
    """The row of a meeting, locked; a new one where it is told of for the first time."""
    query = select(CloudMeeting).where(CloudMeeting.zoom_uuid == told.zoom_uuid).with_for_update()
    found = work.session.exec(query).first()
    if found is not None:
        return found
    row_id = new_id()
    fresh = CloudMeeting(
        id=row_id, zoom_uuid=told.zoom_uuid, began_at=told.began_at, minutes=told.minutes, told_at=work.now,
        sealed_token=work.vault.seal_text(f"zoom:{row_id}", _TOKEN_FIELD, row_id, told.token),
    )  # fmt: skip
    try:
        with work.session.begin_nested():
            return work.add(fresh)
    except IntegrityError:  # Zoom told it twice at the same moment (PostgreSQL)
        return work.session.exec(query).one()


def _file(work: Work, meeting: CloudMeeting, subject: str, told: ToldFile) -> CloudFile:
    row_id = new_id()
    sealed = work.vault.seal_text(subject, _FILE_FIELD, row_id, json.dumps({"url": told.url, "name": told.name}))
    return CloudFile(
        id=row_id, meeting_id=meeting.id, zoom_id=told.zoom_id, kind=told.kind, began_at=told.began_at,
        size=told.size, sealed=sealed,
    )  # fmt: skip


def forget_old(work: Work) -> None:
    """Forget the meetings that nobody has filed in a month, with their keys."""
    query = select(CloudMeeting).where(
        col(CloudMeeting.interview_id).is_(None), col(CloudMeeting.told_at) < work.now - FORGOTTEN
    )
    for meeting in work.session.exec(query).all():
        _destroy_key(work, meeting)
        work.session.delete(meeting)
    work.session.flush()


def unfiled(work: Work) -> Sequence[CloudMeeting]:
    """The meetings that belong to no interview yet, the newest first."""
    query = select(CloudMeeting).where(col(CloudMeeting.interview_id).is_(None))
    return work.session.exec(query.order_by(col(CloudMeeting.began_at).desc(), col(CloudMeeting.id))).all()


def meeting_called(work: Work, meeting_id: UUID) -> CloudMeeting:
    """A meeting that belongs to no interview yet, locked.

    Raises:
        NotFound: there is none.
        MeetingFiled: it belongs to one.
    """
    query = select(CloudMeeting).where(CloudMeeting.id == meeting_id).with_for_update()
    meeting = work.session.exec(query, execution_options={"populate_existing": True}).first()
    if meeting is None:
        raise NotFound(kind="meeting", name=meeting_id)
    if meeting.interview_id is not None:
        raise MeetingFiled
    return meeting


def files_of(work: Work, meeting: CloudMeeting) -> Sequence[CloudFile]:
    """The files that Zoom told of, in the order they were recorded."""
    query = select(CloudFile).where(CloudFile.meeting_id == meeting.id)
    return work.session.exec(query.order_by(col(CloudFile.began_at), col(CloudFile.zoom_id))).all()


def proposals(work: Work, meeting: CloudMeeting, interviews: Iterable[Interview]) -> list[Proposal]:
    """Whose meeting it may be, among interviews that the asker may hear: held by Zoom, at that time. Best first."""
    candidates = [_candidate(work, one) for one in interviews if one.mode == Mode.ZOOM and not _erased(work, one)]
    names = [sealed_of(work, meeting, one).name for one in files_of(work, meeting) if one.kind == CloudKind.TRACK]
    ended_at = meeting.began_at + timedelta(minutes=meeting.minutes)
    heard = Heard(meeting.began_at, ended_at, mode=Mode.ZOOM, people=labels_of(names))
    return [one for one in propose(heard, candidates) if Evidence.TIME in one.evidence]


def _candidate(work: Work, interview: Interview) -> Candidate:
    names = names_of(work, interview)
    return Candidate(
        expert_of(work, interview.expert_id).code, interview.starts_at, interview.minutes, Mode(interview.mode),
        bool(recordings_of(work, interview)), names.expert, names.interviewer,
    )  # fmt: skip


def _erased(work: Work, interview: Interview) -> bool:
    return work.vault.is_destroyed(expert_subject(interview.expert_id))


def waiting_for(work: Work, study: Study, interviews: Sequence[Interview]) -> list[CloudMeeting]:
    """The meetings that may be one of these interviews, and that the study has not set aside."""
    aside = asides_of(work, study)
    return [one for one in unfiled(work) if one.id not in aside and proposals(work, one, interviews)]


def set_aside(work: Work, meeting: CloudMeeting, study: Study) -> None:
    """Note that a meeting is none of a study's interviews: it is not proposed there any more."""
    if meeting.id not in asides_of(work, study):
        work.add(CloudAside(meeting_id=meeting.id, study_id=study.id))
        record(work, "cloud.aside", study_id=study.id, subject_id=meeting.id)


def bring_back(work: Work, meeting: CloudMeeting, study: Study) -> None:
    """Take that back."""
    query = select(CloudAside).where(CloudAside.meeting_id == meeting.id, CloudAside.study_id == study.id)
    for row in work.session.exec(query).all():
        work.session.delete(row)
    work.session.flush()


def asides_of(work: Work, study: Study) -> set[UUID]:
    """The meetings that are none of a study's."""
    return set(work.session.exec(select(CloudAside.meeting_id).where(CloudAside.study_id == study.id)))


def hand_over(work: Work, meeting: CloudMeeting, interview: Interview) -> None:
    """What was sealed under the meeting's key goes under the expert's; the meeting's is destroyed."""
    subject = expert_subject(interview.expert_id)
    for one in files_of(work, meeting):
        told = work.vault.unseal_text(_subject(work, meeting), _FILE_FIELD, one.id, one.sealed)
        one.sealed = work.vault.seal_text(subject, _FILE_FIELD, one.id, told)
        work.add(one)
    meeting.sealed_token = work.vault.seal_text(subject, _TOKEN_FIELD, meeting.id, token_of(work, meeting))
    _destroy_key(work, meeting)


def filed_with(work: Work, interviews: Iterable[Interview]) -> Sequence[CloudMeeting]:
    """The meetings filed with any of some interviews, the newest first."""
    ids = [one.id for one in interviews]
    query = select(CloudMeeting).where(col(CloudMeeting.interview_id).in_(ids))
    return work.session.exec(query.order_by(col(CloudMeeting.began_at).desc(), col(CloudMeeting.id))).all()


def all_filed(work: Work) -> Sequence[CloudMeeting]:
    """The meetings filed with any interview, the newest first."""
    query = select(CloudMeeting).where(col(CloudMeeting.interview_id).is_not(None))
    return work.session.exec(query.order_by(col(CloudMeeting.began_at).desc(), col(CloudMeeting.id))).all()


def sealed_of(work: Work, meeting: CloudMeeting, file: CloudFile) -> Sealed:
    """Where a file lies, and whose track it is.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    told = work.vault.unseal_text(_subject(work, meeting), _FILE_FIELD, file.id, file.sealed)
    return Sealed(**json.loads(told))


def token_of(work: Work, meeting: CloudMeeting) -> str:
    """What lets the meeting's files be fetched for a day; empty where Zoom sent none.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    return work.vault.unseal_text(_subject(work, meeting), _TOKEN_FIELD, meeting.id, meeting.sealed_token)


def transcribable(work: Work, interview: Interview) -> bool:
    """Whether the expert has agreed to be transcribed."""
    decision = decision_of(work, interview.expert_id)
    return decision is not None and decision.allows(Scope.TRANSCRIBE)


def _subject(work: Work, meeting: CloudMeeting) -> str:
    """Under whose key the meeting's sealed things are."""
    if meeting.interview_id is None:
        return f"zoom:{meeting.id}"
    return expert_subject(work.get(Interview, meeting.interview_id).expert_id)


def _destroy_key(work: Work, meeting: CloudMeeting) -> None:
    subject, now, vault = f"zoom:{meeting.id}", work.now, work.vault
    work.after_commit(lambda: vault.destroy(subject, now))
