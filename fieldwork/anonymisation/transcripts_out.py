"""Approved transcripts as files for other programs: read by an export profile, as far as each expert's consent reaches.

A transcript for the team needs no more than the consent to be transcribed; one that is read by the report's profile
holds only what may be quoted; whatever else leaves (an archive, another study) needs the consent to be archived.
"""

import io
import zipfile
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.export_profiles import Reader
from fieldwork.anonymisation.following import categories_in
from fieldwork.anonymisation.models import Decision, Mention
from fieldwork.anonymisation.placeholders import Piece, Rewritten
from fieldwork.anonymisation.profiles import ARCHIVE, REPORT, TEAM, Detail
from fieldwork.anonymisation.timing import led_cues, led_words
from fieldwork.consent.models import Scope
from fieldwork.consent.rules import Decision as Consented
from fieldwork.consent.services import require
from fieldwork.core.audit import record
from fieldwork.core.errors import Refusal
from fieldwork.core.vault import KeyDestroyed, expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.guides import questions_of
from fieldwork.programme.models import Member, Role, Study
from fieldwork.recording.services import recordings_of
from fieldwork.sampling.models import Expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.formats import EXTENSIONS, Utterance, write
from fieldwork.transcription.models import Cue, Segment, Speaker, Transcript, TranscriptState, WordTimes
from fieldwork.transcription.services import AUDIO, transcripts_of
from fieldwork.transcription.turns.joining import TurnCue
from fieldwork.transcription.word_times import Word

TAKERS: Final = (Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER, Role.CODER)
"""Who may take copies: those who work on the texts."""
WITHHELD: Final = "[не цитируется]"
"""What stands for a turn that its expert does not want to be quoted with."""
_LABELS: Final = {
    "ru": {Speaker.INTERVIEWER: "Интервьюер", Speaker.UNKNOWN: "Неизвестно"},
    "kk": {Speaker.INTERVIEWER: "Сұхбат алушы", Speaker.UNKNOWN: "Белгісіз"},
    "en": {Speaker.INTERVIEWER: "Interviewer", Speaker.UNKNOWN: "Unknown"},
}
MIMETYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "json": "application/json", "txt": "text/plain", "vtt": "text/vtt", "srt": "application/x-subrip",
        "html": "text/html", "zip": "application/zip",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)  # fmt: skip
"""What a browser is told that a file is, by its extension."""


class ExportTooEarly(Refusal):
    """What is not approved does not leave."""

    message = (
        "The anonymisation of the transcript of {code} is not approved, so it does not leave. "
        "Approve it first: fieldwork anonymisation approve"
    )
    on_pages = "The anonymisation of the transcript of {code} is not approved, so it does not leave. Approve it first."


class NothingToExport(Refusal):
    """A study of which no transcript may leave."""

    message = (
        "No transcript of this study may leave like that: {count} are not approved, or not covered by consent. "
        "Approve them first, or choose another export profile."
    )


class OthersExport(Refusal):
    """What leaves the team is for its principal investigator to decide."""

    message = (
        "Only the principal investigator takes out transcripts by this export profile. "
        "Choose the profile for the team, or ask the principal investigator."
    )


@dataclass(frozen=True, repr=False)
class Copy:
    """A file that is to leave: what it is called, its bytes, and the transcripts in it."""

    name: str
    content: bytes
    transcripts: Sequence[UUID]
    left_out: Sequence[tuple[str, Refusal]] = field(default=())

    @property
    def mimetype(self) -> str:
        """What browsers are told."""
        return MIMETYPES[self.name.rpartition(".")[2]]


def scope_of(detail: Detail) -> Scope:
    """How far an expert's consent must reach for what leaves by a profile; that to be transcribed is needed always."""
    if detail.key == TEAM.key:
        return Scope.TRANSCRIBE
    quoted = detail.key == REPORT.key or (detail.for_report and detail.key != ARCHIVE.key)
    return Scope.QUOTE if quoted else Scope.ARCHIVE


def may_take(member: Member, detail: Detail) -> bool:
    """Whether a member may take transcripts by a profile: the team's who works on them, others who leads the study."""
    return member.role in TAKERS and (detail.key == TEAM.key or member.role == Role.PRINCIPAL_INVESTIGATOR)


def copy_of(work: Work, expert: Expert, transcript: Transcript, reader: Reader, form: str) -> Copy:
    """One transcript as a file.

    Args:
        work: the unit of work.
        expert: whose words it holds.
        transcript: an approved one.
        reader: reads by an export profile (``reader_of``).
        form: one of ``transcription.formats.FORMATS``.

    Raises:
        ExportTooEarly: it is not approved.
        ConsentMissing, ConsentRefused, ConsentWithdrawn: the expert does not allow it.
        KeyDestroyed: the expert was erased.
        NoTimes: captions are wanted of a text without times.
    """
    decision = _allowed(work, expert, transcript, reader.detail)
    quoted = decision if scope_of(reader.detail) == Scope.QUOTE else None
    told = _Telling(work, expert, transcript, reader, quoted).utterances()
    name = f"{expert.code}.{EXTENSIONS[form]}"
    return Copy(name, write(told, form, title=expert.code), (transcript.id,))


def copies_of(work: Work, study: Study, reader: Reader, form: str) -> Copy:
    """All transcripts of a study that may leave, as one ZIP, with those that may not and why.

    Raises:
        NothingToExport: none may.
    """
    copies, left = [], []
    for expert, transcript in transcripts_of(work, study.id):
        try:
            copies.append(copy_of(work, expert, transcript, reader, form))
        except Refusal as refusal:
            left.append((expert.code, refusal))
    if not copies:
        raise NothingToExport(count=len(left))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in copies:
            # without a moment: when a file was written is nobody's business
            archive.writestr(zipfile.ZipInfo(one.name), one.content, zipfile.ZIP_DEFLATED)
    ids = [transcript_id for one in copies for transcript_id in one.transcripts]
    return Copy(f"{study.slug}-transcripts.zip", packed.getvalue(), ids, left)


def left_out(work: Work, study: Study, detail: Detail) -> list[tuple[str, Refusal]]:
    """The transcripts that may not leave by a profile, by expert's code, each with why."""
    found = []
    for expert, transcript in transcripts_of(work, study.id):
        try:
            _allowed(work, expert, transcript, detail)
        except Refusal as refusal:
            found.append((expert.code, refusal))
    return found


def note_taken(work: Work, study: Study, copy: Copy, detail: Detail, form: str) -> None:
    """Write into the trail who took which transcripts, by which profile."""
    subject = copy.transcripts[0] if len(copy.transcripts) == 1 else None
    record(
        work, "transcripts.exported", study_id=study.id, subject_id=subject, profile=detail.key, form=form,
        count=len(copy.transcripts), transcripts=[str(one) for one in copy.transcripts],
    )  # fmt: skip


def _allowed(work: Work, expert: Expert, transcript: Transcript, detail: Detail) -> Consented:
    """What the expert allows, where that reaches far enough.

    Raises:
        ExportTooEarly, ConsentMissing, ConsentRefused, ConsentWithdrawn, KeyDestroyed: as ``copy_of``.
    """
    require(work, expert.id, Scope.TRANSCRIBE)
    decision = require(work, expert.id, scope_of(detail))
    if work.vault.is_destroyed(expert_subject(expert.id)):
        raise KeyDestroyed
    if transcript.state != TranscriptState.ANONYMISED:
        raise ExportTooEarly(code=expert.code)
    return decision


class _Telling:
    """The turns of one transcript, read by a profile, with what is known of their times."""

    def __init__(
        self, work: Work, expert: Expert, transcript: Transcript, reader: Reader, quoted: Consented | None
    ) -> None:
        self._reader, self._code, self._quoted = reader, expert.code, quoted
        self._segments = reader.segments(transcript.id)
        interview = work.get(Interview, transcript.interview_id)
        self._labels = {**_LABELS.get(interview.language, _LABELS["ru"]), Speaker.EXPERT: expert.code}
        self._tables = _tables(work, self._segments)
        self._cues, self._words = _cues(work, self._segments), _words(work, self._segments)
        self._offsets = {one.id: one.offset_ms for one in recordings_of(work, interview)}
        self._clock = self._offsets_known(transcript)
        self._numbers = {one.id: one.number for one in questions_of(work, reader.study)} if quoted else {}
        self._categories = categories_in(work, transcript) if quoted else {}

    def utterances(self) -> list[Utterance]:
        """In order."""
        return [self._one(segment) for segment in self._segments if (segment.text or "").strip()]

    def _one(self, segment: Segment) -> Utterance:
        label, by = self._labels[Speaker(segment.speaker)], self._shift(segment)
        start, end = (None if ms is None or by is None else ms + by for ms in (segment.start_ms, segment.end_ms))
        if not self._may_be_told(segment):
            return Utterance(label, start, end, WITHHELD)
        read = self._reader.segment(segment)
        tables = (self._tables[segment.id], read)
        if by is None:
            return Utterance(label, None, None, read.text)
        cues = tuple(_later(one, by) for one in led_cues(self._cues[segment.id], tables))
        words = tuple(word.later(by) for word in led_words(self._words[segment.id], tables))
        if cues:
            start, end = cues[0].start_ms, cues[-1].end_ms
        return Utterance(label, start, end, read.text, cues, words)

    def _may_be_told(self, segment: Segment) -> bool:
        if self._quoted is None:
            return True
        number = self._numbers.get(segment.question_id) if segment.question_id else None
        return self._quoted.quotable(number, self._categories.get(segment.id, frozenset()))

    def _shift(self, segment: Segment) -> int | None:
        """By how much a turn is later in the interview than in its recording; None where that is not known."""
        if segment.recording_id is not None:
            return self._offsets.get(segment.recording_id, 0)
        return 0 if self._clock else None

    def _offsets_known(self, transcript: Transcript) -> bool:
        """Whether turns without a recording (a text that came as a file, a deleted recording) lie on one clock."""
        if transcript.source != AUDIO:
            return True
        starts = [one.start_ms for one in self._segments if one.recording_id is None and one.start_ms is not None]
        return starts == sorted(starts) and not self._offsets


def _tables(work: Work, segments: Sequence[Segment]) -> dict[UUID, Rewritten]:
    """From the raw text of each turn to the approved one."""
    query = (
        select(Mention)
        .where(col(Mention.segment_id).in_([one.id for one in segments]), Mention.decision == Decision.ACCEPTED)
        .where(col(Mention.replaced_start).is_not(None))
        .order_by(col(Mention.start))
    )
    pieces: dict[UUID, list[Piece]] = defaultdict(list)
    for one in work.session.exec(query):
        pieces[one.segment_id].append(Piece(one.start, one.end, one.replaced_start or 0, one.replaced_end or 0))
    return {one.id: Rewritten(one.text or "", tuple(pieces[one.id])) for one in segments}


def _cues(work: Work, segments: Collection[Segment]) -> dict[UUID, list[TurnCue]]:
    query = select(Cue).where(col(Cue.segment_id).in_([one.id for one in segments])).order_by(col(Cue.position))
    found: dict[UUID, list[TurnCue]] = defaultdict(list)
    for cue in work.session.exec(query):
        found[cue.segment_id].append(TurnCue(cue.start, cue.end, cue.start_ms, cue.end_ms))
    return found


def _words(work: Work, segments: Collection[Segment]) -> dict[UUID, list[Word]]:
    query = select(WordTimes).where(col(WordTimes.segment_id).in_([one.id for one in segments]))
    rows: dict[UUID, list[Any]] = {row.segment_id: row.words for row in work.session.exec(query)}
    return {one.id: [Word(*word) for word in rows.get(one.id, ())] for one in segments}


def _later(cue: TurnCue, by: int) -> TurnCue:
    return TurnCue(cue.start, cue.end, cue.start_ms + by, cue.end_ms + by)
