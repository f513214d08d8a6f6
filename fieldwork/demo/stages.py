"""The whole chain on the demo study, stage by stage. Every stage sees what is done already and goes on from there."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlmodel import col, select

from fieldwork.coding.importing import ImportedCodes
from fieldwork.coding.models import Code
from fieldwork.core.console import Progress
from fieldwork.core.errors import Refusal
from fieldwork.core.jobs import Job, JobState
from fieldwork.core.schema import shipped
from fieldwork.core.supervisor import Supervisor, stop_on_signals
from fieldwork.core.work import Ground
from fieldwork.demo.accuracy import word_errors
from fieldwork.demo.analysis import build_the_model, code_the_transcripts
from fieldwork.demo.anonymising import Reviewed, anonymise
from fieldwork.demo.arrivals import ask_for_transcription, import_recordings, import_transcripts
from fieldwork.demo.field import set_up
from fieldwork.demo.material import SLUG, audio_sources, script
from fieldwork.paradigm.models import ParadigmModel
from fieldwork.programme.models import Study
from fieldwork.report.models import WrittenReport
from fieldwork.report.writing import write_report
from fieldwork.transcription.models import TranscriptState
from fieldwork.transcription.services import JOB_KIND, segments_of, transcripts_of

MODEL = "audio/demo/whisper-demo.pt"
TODAY = datetime(2025, 6, 10, 9, 0, tzinfo=UTC)
"""The demo's clock stands: fieldwork is over, consents still hold."""


class TranscriptionStopped(Refusal):
    """The demo's transcription jobs did not all end well."""

    message = (
        "{count} of the demo's transcriptions did not finish ({reasons}). "
        "Look at them with «fieldwork jobs list», then run the demo again: it goes on where it stopped."
    )


@dataclass(frozen=True)
class Outcome:
    """What the demo did, as counts."""

    study_id: UUID
    word_errors: int
    words: int
    reviewed: Reviewed
    placed: ImportedCodes | None
    report: WrittenReport
    report_seconds: float


class Demo:
    """One run of the demo over an installation. ``ground`` has the demo's clock, ``now`` the real one (for jobs)."""

    def __init__(self, ground: Ground, now: Ground, handlers: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._ground = ground
        self._now = now
        self._handlers = handlers
        self._say = say

    def run(self, report: Path) -> Outcome:
        """Take the study from its files to the PDF.

        Raises:
            Refusal: whatever a stage refuses; what earlier stages did stays.
        """
        study_id = self._field()
        self._recordings(study_id)
        self._transcription(study_id)
        errors, words = self._listen_again(study_id)
        reviewed = self._anonymisation(study_id)
        placed = self._coding(study_id)
        self._model(study_id)
        written, seconds = self._report(study_id, report)
        return Outcome(study_id, errors, words, reviewed, placed, written, seconds)

    def _field(self) -> UUID:
        self._say("Programme, guide, sample, interviews, consents")
        with self._ground.work() as work:
            study = work.session.exec(select(Study).where(Study.slug == SLUG)).first() or set_up(work)
            return study.id

    def _recordings(self, study_id: UUID) -> None:
        self._say("Recordings: probed, normalised, encrypted")
        progress = Progress("")
        import_recordings(self._ground, study_id, progress.show)
        progress.end()

    def _transcription(self, study_id: UUID) -> None:
        """Transcribe what came as sound by jobs, and import what came as text."""
        self._say("Transcription by Whisper, with the demonstration model")
        with self._ground.work() as work:
            ask_for_transcription(work, study_id, str(shipped(MODEL)))
        progress = Progress("")
        with stop_on_signals() as stop:
            Supervisor(self._now, self._handlers).run(
                until_idle=True, stop=stop, on_progress=lambda job: progress.show(job.done, job.total)
            )
            progress.end()
            if stop.is_set():
                raise KeyboardInterrupt
        self._require_done()
        self._say("Transcripts from Zoom, DOCX and text files")
        with self._ground.work() as work:
            import_transcripts(work, study_id)

    def _require_done(self) -> None:
        with self._ground.look() as session:
            query = select(Job).where(Job.kind == JOB_KIND, col(Job.state) != JobState.DONE)
            left = session.exec(query).all()
        if left:
            raise TranscriptionStopped(
                count=len(left), reasons=", ".join(sorted({job.failure or job.state for job in left}))
            )

    def _listen_again(self, study_id: UUID) -> tuple[int, int]:
        """Word errors of the machine's transcripts, and the words that were said, while the raw texts are there."""
        said: list[str] = []
        heard: list[str] = []
        with self._ground.work() as work:
            for expert, transcript in transcripts_of(work, study_id):
                if expert.code in audio_sources() and transcript.state == TranscriptState.RAW:
                    said += [utterance.text for utterance in script(expert.code)]
                    heard += [segment.text for segment in segments_of(work, transcript)]
        return word_errors(said, heard)

    def _anonymisation(self, study_id: UUID) -> Reviewed:
        self._say("Anonymisation: names found, reviewed, replaced, originals sealed")
        progress = Progress("")
        with self._ground.work() as work:
            waiting = [
                (expert, transcript.id)
                for expert, transcript in transcripts_of(work, study_id)
                if transcript.state == TranscriptState.RAW
            ]
        reviewed = Reviewed(0, 0, 0)
        for number, (expert, transcript_id) in enumerate(waiting, start=1):
            with self._ground.work() as work:
                transcript = next(row for _, row in transcripts_of(work, study_id) if row.id == transcript_id)
                reviewed += anonymise(work, expert, transcript)
            progress.show(number, len(waiting))
        progress.end()
        return reviewed

    def _coding(self, study_id: UUID) -> ImportedCodes | None:
        self._say("Open and axial coding: quotations anchored in the anonymised transcripts")
        with self._ground.work() as work:
            if work.session.exec(select(Code).where(Code.study_id == study_id)).first() is not None:
                return None
            return code_the_transcripts(work, work.get(Study, study_id))

    def _model(self, study_id: UUID) -> None:
        self._say("Selective coding: the paradigm model, recommendations")
        with self._ground.work() as work:
            built = select(ParadigmModel).where(ParadigmModel.study_id == study_id)
            if work.session.exec(built).first() is None:
                build_the_model(work, work.get(Study, study_id))

    def _report(self, study_id: UUID, path: Path) -> tuple[WrittenReport, float]:
        self._say("Report: leak check, typesetting")
        started = time.perf_counter()
        with self._ground.work() as work:
            written = write_report(work, work.get(Study, study_id), path)
        return written, time.perf_counter() - started
