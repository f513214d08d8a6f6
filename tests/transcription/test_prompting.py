"""What the recogniser is told: the glossary, as much as it takes, and nothing that is sealed."""

from collections.abc import Callable, Sequence
from uuid import uuid4

import numpy as np
import pytest
from sqlmodel import select

from fieldwork.core.jobs import Job, JobState
from fieldwork.core.runs import claim, execute
from fieldwork.core.work import Ground
from fieldwork.programme.models import GlossaryTerm
from fieldwork.recording.models import Recording
from fieldwork.scheduling.models import Interview
from fieldwork.transcription import jobs
from fieldwork.transcription.engines import Recognised
from fieldwork.transcription.prompting import TOKENS, prompt_of
from fieldwork.transcription.services import request_transcription


def terms(*told: tuple[str, str]) -> list[GlossaryTerm]:
    study = uuid4()
    return [GlossaryTerm(study_id=study, term=term, kind=kind, kk=f"{term} (kk)") for term, kind in told]


class Listener:
    """An engine that remembers what it was told."""

    name, description, enough_ms = "whisper", "listener", 6_000

    def __init__(self) -> None:
        self.told: list[tuple[str, str | None]] = []

    def transcribe(self, audio: np.ndarray, language: str, prompt: str | None = None) -> list[Recognised]:
        self.told.append((language, prompt))
        return [Recognised(0, len(audio) // 16, "Да.", -0.1, 0.0, 1.0)]


def test_places_come_before_notions_and_in_the_language_of_the_interview() -> None:
    glossary = terms(("креатор", "concept"), ("Алматы", "place"), ("акимат", "organisation"))

    assert prompt_of(glossary, "ru") == "Алматы, акимат, креатор."
    assert prompt_of(glossary, "kk") == "Алматы (kk), акимат (kk), креатор (kk)."
    assert prompt_of([], "ru") is None


def test_it_is_never_longer_than_whisper_takes(checkpoint: object) -> None:
    from whisper.tokenizer import get_tokenizer  # noqa: PLC0415 - after the fixture, which has read the table

    del checkpoint
    prompt = prompt_of(terms(*((f"Слово{number}ңғұ", "place") for number in range(300))), "ru") or ""
    count = len(get_tokenizer(multilingual=True, num_languages=99).encode(" " + prompt))

    assert TOKENS // 2 < count <= 223
    assert prompt_of(terms(("ң" * 1000, "place")), "ru") is None


def test_a_job_tells_the_glossary_and_no_name_and_keeps_neither(
    ground: Ground,
    interview_with: Callable[[str], Interview],
    record_messages: Callable[[int], Sequence[Recording]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record_messages(2)
    with ground.work() as work:
        request_transcription(work, interview_with("E08"), "whisper", "turbo")
    engine = Listener()
    monkeypatch.setattr(jobs, "open_engine", lambda _name, _model: engine)
    claimed = claim(ground, "test", {"transcription.transcribe"})
    assert claimed is not None
    assert execute(ground, claimed, jobs.transcribe)
    with ground.look() as session:
        job = session.get_one(Job, claimed.job_id)
        assert job.state == JobState.DONE, job.failure
        known = {one.term for one in session.exec(select(GlossaryTerm))}
        assert "Бостандыкский" not in str(job.model_dump())

    [(language, prompt)] = set(engine.told)
    assert language == "ru"
    assert prompt is not None
    assert prompt.startswith("Алматы, Астана, Бостандыкский район")
    assert set(prompt.rstrip(".").split(", ")) <= known
