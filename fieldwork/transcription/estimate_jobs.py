"""The job behind an estimate: where there is speech in an interview's recordings, what the models here cost."""

from uuid import UUID

from fieldwork.consent.models import Scope
from fieldwork.consent.services import require
from fieldwork.core.errors import Refusal
from fieldwork.core.runs import JobRun
from fieldwork.recording.services import sound_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.pacing import note_probe, note_speech, unheard_recordings, unmeasured
from fieldwork.transcription.probing import probe


def estimate(run: JobRun) -> None:
    """Look for the speech of an interview («interview» is its id) and probe the models that this machine has.

    What is found is kept recording by recording and model by model: cancelled, it has that. A model that does not load
    does not keep the others from being measured.

    Raises:
        ConsentMissing: consent was withdrawn meanwhile.
        KeyDestroyed: the expert was erased.
        ProbeDied, ModelMissing, WrongModelFile and others: the last model that could not be measured.
    """
    with run.step() as work:
        interview = work.get(Interview, UUID(run.args["interview"]))
        require(work, interview.expert_id, Scope.TRANSCRIBE)
        recordings, models = unheard_recordings(work, interview), unmeasured(work)
        total = len(recordings) + len(models)
        run.progress(work, 0, total)
    # Imported here: NumPy is 10 MB that whoever only asks for the job can do without.
    from fieldwork.transcription.windows import listen  # noqa: PLC0415

    for number, recording in enumerate(recordings, start=1):
        with sound_of(run.ground.blobs, interview.expert_id, recording) as sound:
            speech_ms = sum(window.end_ms - window.start_ms for window in listen(sound).windows)
        with run.step() as work:
            note_speech(work, recording.id, speech_ms)
            run.progress(work, number, total)
    refused: Refusal | None = None
    for number, one in enumerate(models, start=len(recordings) + 1):
        try:
            found = probe(one.engine, one.model)
        except Refusal as refusal:
            refused = refusal
            continue
        with run.step() as work:
            note_probe(work, one.engine, one.model, found)
            run.progress(work, number, total)
    if refused is not None:
        raise refused
