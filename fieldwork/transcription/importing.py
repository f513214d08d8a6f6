"""Finished transcripts: the words that Zoom, a colleague or a service has written down already."""

from collections.abc import Mapping

from fieldwork.consent.models import Scope
from fieldwork.consent.services import require
from fieldwork.core.audit import record
from fieldwork.core.work import Work
from fieldwork.programme.services import study_of
from fieldwork.recording.services import names_of
from fieldwork.recording.shapes import speakers
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.assembly import from_utterances, guide_words
from fieldwork.transcription.formats import ParsedTranscript
from fieldwork.transcription.marking import follow_marks
from fieldwork.transcription.models import Speaker, Transcript
from fieldwork.transcription.services import abandon_unfinished
from fieldwork.transcription.turns import RoleProposal, propose_roles
from fieldwork.transcription.writing import write_segments


def import_transcript(
    work: Work, interview: Interview, parsed: ParsedTranscript, roles: Mapping[str, Speaker] | None = None
) -> Transcript:
    """Take a finished transcript into an interview. Its speakers' labels, which are names, are not kept.

    Args:
        work: the unit of work.
        interview: whose words they are.
        parsed: what ``formats.parse_file`` read.
        roles: who each label is, where a person has said so; the others are told by the names of the two people, by
            what the labels say, and by who asks the guide's questions.

    Raises:
        ConsentMissing: the expert has not agreed to be transcribed.
        TranscriptExists: the interview has a transcript, or a job is making one.
        EmptyTranscript: nothing is said in it.
        KeyDestroyed: the expert was erased.
    """
    require(work, interview.expert_id, Scope.TRANSCRIBE)
    abandon_unfinished(work, interview)
    guide = guide_words(work, study_of(work, interview.study_id), interview.language)
    given = _by_name(work, interview, parsed) | dict(roles or {})
    transcript = work.add(
        Transcript(
            interview_id=interview.id, source=parsed.source, language=interview.language, created_at=work.now
        )
    )  # fmt: skip
    rows = write_segments(work, transcript, from_utterances(parsed.utterances, guide, given))
    follow_marks(work, transcript)
    record(
        work, "transcript.imported", study_id=interview.study_id, subject_id=transcript.id,
        segments=len(rows), source=parsed.source,
    )  # fmt: skip
    return transcript


def roles_in(work: Work, interview: Interview, parsed: ParsedTranscript) -> RoleProposal:
    """Who the speakers of a transcript would be taken for, and the labels of which that is not certain.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    guide = guide_words(work, study_of(work, interview.study_id), interview.language)
    return propose_roles(parsed.labelled, guide, _by_name(work, interview, parsed))


def _by_name(work: Work, interview: Interview, parsed: ParsedTranscript) -> dict[str, Speaker]:
    found = speakers(parsed.labels, names_of(work, interview))
    return {label: Speaker(who) for label, who in found.items() if who}
