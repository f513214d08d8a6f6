"""What models cost on this machine, kept and reused; how much speech recordings hold; how long they will take."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from fieldwork.consent.models import Scope
from fieldwork.consent.services import require
from fieldwork.core.jobs import RETRYABLE, UNFINISHED, Job, enqueue
from fieldwork.core.work import Work
from fieldwork.recording.models import Recording
from fieldwork.recording.services import recordings_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.engines.shelf import FAST, Model, engine_of, fast_is_installed, models_here
from fieldwork.transcription.estimating import ENOUGH_MS, NAMES, Estimate, estimate, remembered, same_model
from fieldwork.transcription.making_models import ModelPace, SpeechFound
from fieldwork.transcription.models import Window
from fieldwork.transcription.probing import Probe, machine
from fieldwork.transcription.rules import NothingRecorded
from fieldwork.transcription.services import chosen_model, code_of

JOB_KIND = "transcription.estimate"


@dataclass(frozen=True)
class Candidate:
    """A model that could transcribe: ``model`` is what engines are given.

    ``command`` is what gets it where it is not on this machine (or its engine is not), else empty.
    """

    name: str
    engine: str
    model: str
    command: str = ""


@dataclass(frozen=True)
class Outlook:
    """What a model would take: None where it is not here, or was not measured yet; ``elsewhere``: by another machine.

    ``memory_mb`` is the most that a probe has taken.
    """

    candidate: Candidate
    estimate: Estimate | None = None
    memory_mb: int | None = None
    elsewhere: bool = False


def candidates(work: Work) -> list[Candidate]:
    """Models on this machine and the one that is chosen, then those that Whisper has besides, with what gets them."""
    here = [_on_shelf(one) for one in models_here(work.settings.data)]
    known = {same_model(one.model) for one in here}
    chosen = work.settings.model
    if chosen and same_model(chosen_model(engine_of(chosen), chosen)) not in known | set(NAMES):
        model, engine = chosen_model(engine_of(chosen), chosen), engine_of(chosen)
        missing = f"fieldwork models check {chosen}" if not Path(model).exists() else ""
        here.append(Candidate(Path(model).stem, engine, model, _wanting(engine) or missing))
    away = [name for name in NAMES if same_model(name) not in known]
    return here + [Candidate(name, engine_of(name), name, f"fieldwork models check {name}") for name in away]


def _on_shelf(one: Model) -> Candidate:
    model = str(one.path.resolve()) if one.engine == FAST and "/" not in one.name else one.name
    return Candidate(one.name, one.engine, model, _wanting(one.engine))


def _wanting(engine: str) -> str:
    return "pip install 'fieldwork[fast]'" if engine == FAST and not fast_is_installed() else ""


def outlooks(work: Work, speech_ms: int) -> list[Outlook]:
    """What each model would take for so much speech, in the order of ``candidates``."""
    rows = _paces(work)
    return [_outlook(one, rows.get((one.engine, same_model(one.model))), speech_ms) for one in candidates(work)]


def _outlook(one: Candidate, row: ModelPace | None, speech_ms: int) -> Outlook:
    if one.command or row is None:
        return Outlook(one)
    told = estimate(speech_ms, row.probed, row.done, row.load_seconds or 0.0)
    return Outlook(one, told, row.memory_mb, row.machine != machine())


def _paces(work: Work) -> dict[tuple[str, str], ModelPace]:
    """What is known of models: by this machine, else by the one that measured last (workers may run elsewhere)."""
    rows = work.session.exec(select(ModelPace).order_by(col(ModelPace.measured_at))).all()
    found = {(row.engine, row.model): row for row in rows}
    return found | {(row.engine, row.model): row for row in rows if row.machine == machine()}


def unmeasured(work: Work, *, again: bool = False) -> list[Candidate]:
    """Models on this machine of which nothing is known here yet; with ``again``, all of them."""
    own = {(row.engine, row.model) for row in work.session.exec(select(ModelPace)) if row.machine == machine()}
    here = [one for one in candidates(work) if not one.command]
    return [one for one in here if again or (one.engine, same_model(one.model)) not in own]


def note_probe(work: Work, engine: str, model: str, found: Probe) -> None:
    """Keep what a probe has measured on this machine."""
    row = _row(work, engine, model)
    row.probed, row.load_seconds, row.memory_mb = found.pace, found.load_seconds, found.memory_mb
    work.add(row)


def note_done(work: Work, engine: str, model: str, *, seconds: float, speech_ms: int) -> None:
    """Keep how long a real transcription has taken on this machine; a short one tells nothing."""
    if speech_ms < ENOUGH_MS:
        return
    row = _row(work, engine, model)
    row.done = remembered(row.done, seconds * 1000 / speech_ms)
    work.add(row)


def _row(work: Work, engine: str, model: str) -> ModelPace:
    known = (ModelPace.machine == machine(), ModelPace.engine == engine, ModelPace.model == same_model(model))
    row = work.session.exec(select(ModelPace).where(*known)).first()
    row = row or ModelPace(machine=machine(), engine=engine, model=same_model(model), measured_at=work.now)
    row.measured_at = work.now
    return row


def speech_of(work: Work, interview: Interview) -> int | None:
    """How much speech (ms) a recogniser is given of an interview; None where nobody has listened to all of it yet."""
    recordings = [row.id for row in recordings_of(work, interview)]
    lengths = dict(
        work.session.exec(
            select(Window.recording_id, func.sum(col(Window.end_ms) - col(Window.start_ms)))
            .where(col(Window.recording_id).in_(recordings))
            .group_by(col(Window.recording_id))
        ).all()
    )
    listened = select(SpeechFound).where(col(SpeechFound.recording_id).in_(recordings))
    found = {row.recording_id: row.speech_ms for row in work.session.exec(listened)} | lengths
    return sum(int(found[one]) for one in recordings) if recordings and set(recordings) <= set(found) else None


def unheard_recordings(work: Work, interview: Interview) -> list[Recording]:
    """The recordings whose speech was not looked for yet."""
    rows = recordings_of(work, interview)
    listened = select(SpeechFound.recording_id).where(col(SpeechFound.recording_id).in_([row.id for row in rows]))
    known = set(work.session.exec(listened))
    return [row for row in rows if row.id not in known]


def note_speech(work: Work, recording_id: UUID, speech_ms: int) -> None:
    """Keep how much speech there is in a recording."""
    row = work.session.exec(select(SpeechFound).where(SpeechFound.recording_id == recording_id)).first()
    row = row or SpeechFound(recording_id=recording_id, speech_ms=0, found_at=work.now)
    row.speech_ms, row.found_at = speech_ms, work.now
    work.add(row)


def request_estimate(work: Work, interview: Interview) -> Job:
    """Have a job look for the speech of an interview and measure the models of its machine, as far as not known.

    Raises:
        ConsentMissing: the expert has not agreed to be transcribed.
        NothingRecorded: there is no recording.
    """
    require(work, interview.expert_id, Scope.TRANSCRIBE)
    if not recordings_of(work, interview):
        raise NothingRecorded(code=code_of(work, interview))
    last = estimate_job(work, interview)
    if last is not None and last.state in (*UNFINISHED, *RETRYABLE):
        return enqueue(work, JOB_KIND, last.key, interview=str(interview.id))
    number = int(last.key.rsplit(":", 1)[1]) + 1 if last else 1
    return enqueue(work, JOB_KIND, f"{JOB_KIND}:{interview.id}:{number}", interview=str(interview.id))


def estimate_job(work: Work, interview: Interview) -> Job | None:
    """The newest job that estimates an interview, if there is one."""
    own = col(Job.key).startswith(f"{JOB_KIND}:{interview.id}:", autoescape=True)
    return work.session.exec(select(Job).where(own).order_by(col(Job.created_at).desc())).first()
