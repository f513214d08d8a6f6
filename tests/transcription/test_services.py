import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import col, select

from fieldwork.consent.rules import ConsentMissing
from fieldwork.consent.services import withdraw
from fieldwork.core.audit import AuditEntry
from fieldwork.core.jobs import Job, JobState, request_cancel
from fieldwork.core.schema import shipped
from fieldwork.core.vault import KeyDestroyed, expert_subject
from fieldwork.core.work import Ground, Work
from fieldwork.demo.material import script, write_transcript
from fieldwork.programme.models import Study
from fieldwork.recording.intake import import_files
from fieldwork.recording.models import Recording, RecordingKind
from fieldwork.recording.shapes import PlannedFile
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.assembly import guide_words
from fieldwork.transcription.corrections import correct_question, correct_speaker, correct_text, segment_at
from fieldwork.transcription.engines import NoModelChosen, Recognised, UnknownEngine
from fieldwork.transcription.formats import parse, parse_file
from fieldwork.transcription.importing import import_transcript, roles_in
from fieldwork.transcription.jobs import Heard, segments_heard
from fieldwork.transcription.models import Cue, Segment, Speaker, Transcript, TranscriptState, Window
from fieldwork.transcription.recognition import add_windows
from fieldwork.transcription.rules import AlreadyApproved, EmptyText, NothingRecorded, TranscriptExists
from fieldwork.transcription.services import (
    find_transcript,
    request_transcription,
    segment_rows,
    segments_of,
    transcript_of,
)
from fieldwork.transcription.windows import Window as Stretch

Find = Callable[[str], Interview]
Record = Callable[[int], list[Recording]]


def said(code: str) -> list[tuple[str, int | None, str]]:
    """Speaker, question and words of the demo's script; follow-ups belong to the question before them."""
    lines, question = [], None
    for line in script(code):
        question = line.question or question
        lines.append((line.speaker, question, line.text))
    return lines


@pytest.mark.parametrize(("code", "source"), [("E04", "zoom_vtt"), ("E12", "docx"), ("E07", "plain")])
def test_a_transcript_arrives_as_users_have_it(
    ground: Ground, interview_with: Find, tmp_path: Path, code: str, source: str
) -> None:
    interview = interview_with(code)
    parsed = parse_file(write_transcript(code, tmp_path))
    with ground.work() as work:
        assert roles_in(work, interview, parsed).uncertain == ()
        import_transcript(work, interview, parsed)
    with ground.work() as work:
        transcript = transcript_of(work, interview)
        assert (transcript.state, transcript.source, transcript.engine) == ("raw", source, None)
        views = segments_of(work, transcript)
        expected = said(code)
        assert [(view.speaker, view.text) for view in views] == [(who, text) for who, _, text in expected]
        right = sum(view.question_number == number for view, (_, number, _) in zip(views, expected, strict=True))
        assert right >= 0.9 * len(views)
        assert all((view.start_ms is None) == (source != "zoom_vtt") for view in views)
        assert all(row.text is None for row in segment_rows(work, transcript))


def test_labels_of_speakers_are_kept_nowhere(ground: Ground, interview_with: Find, tmp_path: Path) -> None:
    interview = interview_with("E04")
    with ground.work() as work:
        import_transcript(work, interview, parse_file(write_transcript("E04", tmp_path)))
        entry = work.session.exec(select(AuditEntry).where(AuditEntry.deed == "transcript.imported")).one()
        assert entry.details == {"segments": len(script("E04")), "source": "zoom_vtt"}
    for stored in (*ground.settings.data.rglob("*"), *tmp_path.glob("*.sqlite*")):
        if stored.is_file():
            assert "Жумабаев".encode() not in stored.read_bytes()
            assert script("E04")[1].text[:30].encode() not in stored.read_bytes()


def test_a_person_may_say_who_is_who(ground: Ground, interview_with: Find) -> None:
    interview = interview_with("E04")
    parsed = parse("A: Здравствуйте.\nB: Здравствуйте.\nA: Ну, я рисую.\nB: А где?".encode())
    with ground.work() as work:
        roles = {"A": Speaker.EXPERT, "B": Speaker.INTERVIEWER}
        transcript = import_transcript(work, interview, parsed, roles)
        speakers = [view.speaker for view in segments_of(work, transcript)]
        assert speakers == ["expert", "interviewer", "expert", "interviewer"]


def test_a_transcript_of_nobody_has_unknown_speakers(ground: Ground, interview_with: Find) -> None:
    interview = interview_with("E04")
    parsed = parse("Здравствуйте.\n\nНу, я рисую.".encode(), speakers="unknown")
    with ground.work() as work:
        transcript = import_transcript(work, interview, parsed)
        assert [(view.speaker, view.text) for view in segments_of(work, transcript)] == [
            ("unknown", "Здравствуйте."),
            ("unknown", "Ну, я рисую."),
        ]


def test_a_second_transcript_is_refused(ground: Ground, interview_with: Find) -> None:
    interview = interview_with("E04")
    parsed = parse("И: Здравствуйте.\nЭ: Здравствуйте.".encode())
    with ground.work() as work:
        import_transcript(work, interview, parsed)
    with ground.work() as work, pytest.raises(TranscriptExists) as refusal:
        import_transcript(work, interview, parsed)
    assert refusal.value.values == {"code": "E04"}
    with ground.work() as work:
        assert len(segment_rows(work, transcript_of(work, interview))) == 2


def test_nothing_is_transcribed_without_consent(
    ground: Ground, study: Study, interview_with: Find, record_messages: Record
) -> None:
    interview = interview_with("E08")
    record_messages(1)
    parsed = parse("И: Здравствуйте.\nЭ: Здравствуйте.".encode())
    with ground.work() as work:
        withdraw(work, find_expert(work, study, "E08"))
    for deed in (
        lambda work: request_transcription(work, interview, "whisper", "turbo"),
        lambda work: import_transcript(work, interview, parsed),
    ):
        with ground.work() as work, pytest.raises(ConsentMissing) as refusal:
            deed(work)
        assert (refusal.value.values["expert"], refusal.value.values["scope"]) == ("E08", "transcribe")
    with ground.look() as session:
        assert session.exec(select(Transcript)).all() == []
        assert session.exec(select(Job)).all() == []


def test_a_request_names_engine_and_model_and_is_made_once(
    ground: Ground, interview_with: Find, record_messages: Record, babbler: Path
) -> None:
    interview = interview_with("E08")
    with ground.work() as work, pytest.raises(NothingRecorded):
        request_transcription(work, interview, "whisper", "turbo")
    record_messages(1)
    for engine, model, refusal in (("dictaphone", "turbo", UnknownEngine), ("whisper", None, NoModelChosen)):
        with ground.work() as work, pytest.raises(refusal):
            request_transcription(work, interview, engine, model)
    for _ in range(2):
        with ground.work() as work:
            request_transcription(work, interview, "whisper", str(babbler))
    with ground.look() as session:
        transcript = session.exec(select(Transcript)).one()
        job = session.exec(select(Job)).one()
    assert (transcript.engine, transcript.model, transcript.state) == ("whisper", str(babbler), "in_progress")
    assert (job.kind, job.args) == ("transcription.transcribe", {"transcript": str(transcript.id)})


def test_another_model_starts_over(ground: Ground, interview_with: Find, record_messages: Record) -> None:
    interview = interview_with("E08")
    (recording,) = record_messages(1)
    with ground.work() as work:
        transcript = request_transcription(work, interview, "whisper", "turbo")
        add_windows(work, transcript, {recording.id: [Stretch(0, 1000, ())]})
        request_transcription(work, interview, "whisper", "turbo")
        assert len(work.session.exec(select(Window)).all()) == 1
        request_transcription(work, interview, "whisper", "small")
        assert work.session.exec(select(Window)).all() == []
        assert transcript_of(work, interview).model == "small"


def test_a_file_takes_the_place_of_a_transcription_that_came_to_nothing(
    ground: Ground, interview_with: Find, record_messages: Record
) -> None:
    interview = interview_with("E08")
    record_messages(1)
    parsed = parse("И: Здравствуйте.\nЭ: Здравствуйте.".encode())
    with ground.work() as work:
        request_transcription(work, interview, "whisper", "turbo")
        with pytest.raises(TranscriptExists):
            import_transcript(work, interview, parsed)
        request_cancel(work, work.session.exec(select(Job.id)).one())
    with ground.work() as work:
        import_transcript(work, interview, parsed)
        assert transcript_of(work, interview).source == "plain"
    with ground.look() as session:
        assert session.exec(select(Job.state)).all() == [JobState.CANCELLED]


@pytest.fixture
def dialogue(ground: Ground, interview_with: Find) -> Transcript:
    """A short raw transcript of E04, with times."""
    captions = (
        "WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.000\nИнтервьюер: Как вы пришли в профессию?\n\n"
        "2\n00:00:04.000 --> 00:00:06.000\nЭксперт: Случайно, правда.\n\n"
        "3\n00:00:06.000 --> 00:00:09.000\nЭксперт: Через друзей.\n"
    )
    interview = interview_with("E04")
    with ground.work() as work:
        return import_transcript(work, interview, parse(captions.encode()))


def cues(work: Work, segment: Segment) -> list[tuple[int, int, int, int]]:
    rows = work.session.exec(select(Cue).where(Cue.segment_id == segment.id).order_by(col(Cue.position)))
    return [(cue.start, cue.end, cue.start_ms, cue.end_ms) for cue in rows]


def test_words_are_corrected_and_their_times_move_along(ground: Ground, dialogue: Transcript) -> None:
    with ground.work() as work:
        segment = segment_at(work, dialogue, 2)
        assert cues(work, segment) == [(0, 17, 4000, 6000), (18, 31, 6000, 9000)]
        correct_text(work, segment, " Совсем случайно, правда. Через друзей.")
        assert segments_of(work, dialogue)[1].text == "Совсем случайно, правда. Через друзей."
        assert cues(work, segment) == [(0, 24, 4000, 6000), (25, 38, 6000, 9000)]
        assert segment.text is None
        with pytest.raises(EmptyText):
            correct_text(work, segment, "  ")
        entry = work.session.exec(select(AuditEntry).where(AuditEntry.deed == "segment.text_corrected")).one()
        assert entry.details == {"code_points": 38}


def test_speaker_and_question_are_corrected(ground: Ground, dialogue: Transcript) -> None:
    with ground.work() as work:
        correct_speaker(work, segment_at(work, dialogue, 2), Speaker.UNKNOWN)
        correct_question(work, segment_at(work, dialogue, 2), 7)
        correct_question(work, segment_at(work, dialogue, 1), None)
        views = segments_of(work, dialogue)
        assert [(view.speaker, view.question_number) for view in views] == [("interviewer", None), ("unknown", 7)]
        assert [row.question_corrected for row in segment_rows(work, dialogue)] == [True, True]


def test_an_approved_transcript_keeps_its_words(ground: Ground, dialogue: Transcript) -> None:
    with ground.work() as work:
        transcript = work.get(Transcript, dialogue.id)
        transcript.state = TranscriptState.ANONYMISED
        work.add(transcript)
        segment = segment_at(work, transcript, 2)
        with pytest.raises(AlreadyApproved):
            correct_text(work, segment, "Иначе.")
        with pytest.raises(AlreadyApproved):
            correct_speaker(work, segment, Speaker.INTERVIEWER)
        correct_question(work, segment, 3)
        assert segments_of(work, transcript)[1].question_number == 3


def test_an_erased_expert_is_silent(ground: Ground, interview_with: Find, dialogue: Transcript) -> None:
    ground.vault.destroy(expert_subject(interview_with("E04").expert_id), ground.clock())
    with ground.work() as work, pytest.raises(KeyDestroyed):
        segments_of(work, dialogue)


def test_two_voices_of_one_recording_become_interviewer_and_expert(
    ground: Ground, study: Study, interview_with: Find
) -> None:
    """The demo's recorder, with the words and times that were spoken into it: what a good engine would hear."""
    folder = shipped("audio/demo")
    (source,) = [
        one
        for one in json.loads((folder / "utterances.json").read_text(encoding="utf-8"))["recordings"]
        if one["interview"] == "E14"
    ]
    interview = interview_with("E14")
    (recording,) = import_files(ground, interview.id, [PlannedFile(folder / source["file"], RecordingKind.MIXED)])
    spoken = source["utterances"][:12]
    pieces = [Recognised(one["start_ms"], one["end_ms"], one["text"], -0.1, 0.01, 1.2) for one in spoken]
    with ground.work() as work:
        guide = guide_words(work, study, "ru")
    heard = [Heard(recording.id, 0, recording.duration_ms, (), tuple(pieces))]
    segments = segments_heard(ground.blobs, interview.expert_id, [recording], heard, guide)
    expected = said("E14")[:12]
    assert [(segment.speaker, segment.question_number) for segment in segments] == [
        (speaker, question) for speaker, question, _ in expected
    ]
    assert [segment.start_ms for segment in segments] == [one["start_ms"] for one in spoken]
    assert {segment.recording_id for segment in segments} == {recording.id}


def test_there_is_no_transcript_before_there_is_one(ground: Ground, interview_with: Find) -> None:
    interview = interview_with("E04")
    with ground.work() as work:
        assert find_transcript(work, interview) is None
