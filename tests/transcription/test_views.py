"""Pages of the transcripts, as they are seen."""

import html
import json
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, request
from sqlmodel import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from fieldwork.consent.services import withdraw
from fieldwork.core.accounts import Account
from fieldwork.core.audit import AuditEntry
from fieldwork.core.jobs import Job, enqueue
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Ground
from fieldwork.demo.field import set_up
from fieldwork.programme.models import Member
from fieldwork.programme.services import find_study
from fieldwork.recording.models import Recording, Waveform
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.corrections import segment_at
from fieldwork.transcription.formats import parse
from fieldwork.transcription.importing import import_transcript
from fieldwork.transcription.models import Segment, Transcript
from fieldwork.transcription.services import find_transcript, job_key, transcript_of

SOUND = b"\x00" * 44 + (b"\x00\x00" * 16_000 + b"\x00\xc0" * 16_000) * 46  # a second of silence, one of noise
PAGES = ("transcripts", "transcripts/E08", "transcripts/progress", "transcripts/E08/import", "recordings/E08/waveform")
FRAGMENT = {"HX-Request": "true"}
BAD = 'Случайно <script>alert("x")</script> & правда.'
CAPTIONS = (
    "WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.000\nИнтервьюер: Как вы пришли в профессию?\n\n"
    "2\n00:00:04.000 --> 00:00:06.000\nЭксперт: Случайно, правда.\n\n"
    "3\n00:00:10.000 --> 00:00:12.000\nИнтервьюер: Каких друзей?\n\n"
    "4\n00:00:13.000 --> 00:00:15.000\nЭксперт: Школьных 🎭.\n"
)
WORDS = ["Как вы пришли в профессию?", "Случайно, правда.", "Каких друзей?", "Школьных 🎭."]
RAW = "Меня зовут иначе"


@pytest.fixture
def demo(ground: Ground) -> str:
    """The short name of a study with one approved transcript that has its sound, and one that still names people."""
    with ground.work() as work:
        study = set_up(work)
        expert = find_expert(work, study, "E08")
        interview = find_interview(work, expert)
        blob = work.blobs.store(expert_subject(expert.id), BytesIO(SOUND)).blob_id
        recording = work.add(
            Recording(
                interview_id=interview.id, position=1, kind="mixed", blob_id=blob, normalised_blob_id=blob,
                sealed_name=b"", sha256="0" * 64, bytes=len(SOUND), container="wav", codec="pcm", sample_rate=16_000,
                channels=1, duration_ms=92_000, peak_dbfs=-1.0, imported_at=work.now,
            )
        )  # fmt: skip
        done = work.add(Transcript(interview_id=interview.id, state="anonymised", source="audio", created_at=work.now))
        texts = ("Как вы пришли?", "Меня, [E08], спас драмкружок.")
        for number, text in enumerate(texts, 1):
            work.add(
                Segment(
                    transcript_id=done.id, position=number, speaker=("expert", "interviewer")[number % 2], text=text,
                    recording_id=recording.id, start_ms=number * 4000, end_ms=number * 4000 + 3000,
                )
            )  # fmt: skip
        other = find_interview(work, find_expert(work, study, "E01"))
        raw = work.add(Transcript(interview_id=other.id, state="raw", source="docx", created_at=work.now))
        work.add(Segment(transcript_id=raw.id, position=1, speaker="expert", text=RAW))
        return study.slug


def turns(page: Any) -> list[str]:
    return [html.unescape(re.sub(r"<[^>]+>", "", one)) for one in re.findall(r'<p lang="ru">(.*?)</p>', page.text)]


@pytest.fixture
def raw(demo: str, ground: Ground) -> Callable[..., UUID]:
    """Gives E01 a raw transcript in place of the one of ``demo``; the id of its turn of that number."""
    with ground.work() as work:
        study = find_study(work, demo)
        interview = find_interview(work, find_expert(work, study, "E01"))
        work.session.delete(transcript_of(work, interview))
        work.session.flush()
        found = import_transcript(work, interview, parse(CAPTIONS.encode()))

    def turn(position: int) -> UUID:
        with ground.work() as work:
            return segment_at(work, found, position).id

    return turn


def interviewer_of(ground: Ground, slug: str, visitor: Callable[..., Any], code: str) -> Any:
    """A browser of the interviewer who meets that expert."""
    browser = visitor("interviewer", slug=slug)
    with ground.work() as work:
        study = find_study(work, slug)
        account = work.session.exec(select(Account).where(Account.login == browser.login)).one()
        member = work.session.exec(
            select(Member).where(Member.account_id == account.id, Member.study_id == study.id)
        ).one()
        interview = find_interview(work, find_expert(work, study, code))
        interview.interviewer_id = member.id
        work.add(interview)
    return browser


def test_an_approved_transcript_is_read_by_every_member(demo: str, visitor: Callable[..., Any]) -> None:
    page = visitor("viewer", slug=demo).get(f"/s/{demo}/transcripts/E08")
    assert (page.status_code, turns(page)) == (200, ["Как вы пришли?", "Меня, [E08], спас драмкружок."])
    assert ("<audio" in page.text, "data-part" in page.text, "data-edit" in page.text) == (False, False, False)


def test_the_principal_investigator_hears_it_too(demo: str, visitor: Callable[..., Any]) -> None:
    page = visitor("principal_investigator", slug=demo).get(f"/s/{demo}/transcripts/E08")
    assert re.findall(r'data-part="(\d+)" data-from="(\d+)" data-to="(\d+)"', page.text) == [
        ("1", "4000", "7000"), ("1", "8000", "11000")
    ]  # fmt: skip
    (parts,) = re.findall(r'id="audio-parts">(.*?)</script>', page.text)
    assert json.loads(parts) == [
        {"number": 1, "from": 0, "to": 92_000, "kind": "mixed", "src": f"/s/{demo}/recordings/E08/1"}
    ]
    assert (page.text.count("<audio"), "data-edit" in page.text) == (1, False)


def test_a_waveform_is_measured_once_and_only_for_those_who_may_hear(
    demo: str, ground: Ground, visitor: Callable[..., Any]
) -> None:
    assert visitor("viewer", slug=demo).get(f"/s/{demo}/recordings/E08/waveform").status_code == 403
    assert visitor("interviewer", slug=demo).get(f"/s/{demo}/recordings/E08/waveform").status_code == 403
    leader = visitor("principal_investigator", slug=demo)
    first = leader.get(f"/s/{demo}/recordings/E08/waveform").json
    assert (first["duration_ms"], len(first["peaks"]), set(first["peaks"])) == (92_000, 920, {0, 128})
    with ground.look() as session:
        (kept,) = session.exec(select(Waveform)).all()
    assert b"\x80" * 8 not in kept.sealed_peaks
    assert leader.get(f"/s/{demo}/recordings/E08/waveform").json == first
    with ground.look() as session:
        assert session.exec(select(Waveform.id)).all() == [kept.id]


@pytest.mark.parametrize("role", ["interviewer", "coder", "viewer"])
def test_a_raw_transcript_is_shown_to_no_other(demo: str, visitor: Callable[..., Any], role: str) -> None:
    page = visitor(role, slug=demo).get(f"/s/{demo}/transcripts/E01")
    heading = re.findall(r"<h1>([^<]+)</h1>", page.text)
    assert (page.status_code, heading, RAW in page.text) == (200, ["В\xa0этом тексте ещё есть имена"], False)


def test_who_may_know_the_expert_reads_the_raw_transcript_and_the_trail_tells(
    demo: str, ground: Ground, raw: Callable[[int], UUID], visitor: Callable[..., Any]
) -> None:
    for browser in (visitor("principal_investigator", slug=demo), interviewer_of(ground, demo, visitor, "E01")):
        page = browser.get(f"/s/{demo}/transcripts/E01")
        assert (page.status_code, turns(page)) == (200, WORDS)
        assert page.text.count("data-edit") == len(WORDS)
        assert "текст пришёл файлом" in page.text
    with ground.look() as session:
        shown = session.exec(select(AuditEntry).where(AuditEntry.deed == "transcript.shown")).all()
    assert [entry.details for entry in shown] == [{}, {}]


def test_words_are_corrected_and_the_correction_is_taken_back(
    demo: str, raw: Callable[[int], UUID], visitor: Callable[..., Any]
) -> None:
    leader = visitor("principal_investigator", slug=demo)
    address = f"/s/{demo}/transcripts/E01/turns/{raw(2)}"
    answer = leader.post(f"{address}/text", {"text": BAD, "was": WORDS[1]}, headers=FRAGMENT)
    assert (answer.status_code, turns(answer), "<script>" in answer.text) == (200, [BAD], False)
    (said,) = json.loads(answer.headers["HX-Trigger"])["fieldwork:say"]["said"]
    assert said["text"] == "Реплика 2 исправлена."
    assert turns(leader.get(f"/s/{demo}/transcripts/E01")) == [WORDS[0], BAD, *WORDS[2:]]
    undone = leader.post(said["undo"])
    assert (undone.status_code, undone.location) == (302, f"/s/{demo}/transcripts/E01#turn-2")
    assert turns(leader.get(f"/s/{demo}/transcripts/E01")) == WORDS
    assert leader.post(said["undo"]).status_code == 404


def test_the_second_of_two_people_sees_both_versions(
    demo: str, ground: Ground, raw: Callable[[int], UUID], visitor: Callable[..., Any]
) -> None:
    first, second = visitor("principal_investigator", slug=demo), interviewer_of(ground, demo, visitor, "E01")
    address = f"/s/{demo}/transcripts/E01/turns/{raw(2)}/text"
    assert first.post(address, {"text": "Случайно, честно.", "was": WORDS[1]}, headers=FRAGMENT).status_code == 200
    answer = second.post(address, {"text": "Случайно, <b>правда</b>.", "was": WORDS[1]}, headers=FRAGMENT)
    assert (answer.status_code, answer.headers["X-Fieldwork"]) == (409, "conflict")
    assert re.findall(r"<(?:del|ins)>.*?</(?:del|ins)>", answer.text) == [
        "<del>честно.</del>", "<ins>&lt;b&gt;правда&lt;/b&gt;.</ins>"
    ]  # fmt: skip
    assert re.findall(r'data-theirs="([^"]*)"', answer.text) == ["Случайно, честно."]
    assert turns(first.get(f"/s/{demo}/transcripts/E01"))[1] == "Случайно, честно."
    fresh = second.get(address.replace("/text", "/fresh"), headers=FRAGMENT)
    assert turns(fresh) == ["Случайно, честно."]
    again = second.post(address, {"text": "Моё.", "was": "Случайно, честно."}, headers=FRAGMENT)
    assert (again.status_code, turns(again)) == (200, ["Моё."])


def test_what_was_approved_meanwhile_is_refused_in_words(
    demo: str, ground: Ground, raw: Callable[[int], UUID], visitor: Callable[..., Any]
) -> None:
    leader, turn = visitor("principal_investigator", slug=demo), raw(2)
    with ground.work() as work:
        found = transcript_of(work, find_interview(work, find_expert(work, find_study(work, demo), "E01")))
        found.state = "anonymised"
        work.add(found)
    for deed in ("text", "split", "speaker", "swap", "merge"):
        fields = {"text": "Иначе.", "was": WORDS[1], "at": "3"}
        answer = leader.post(f"/s/{demo}/transcripts/E01/turns/{turn}/{deed}", fields, headers=FRAGMENT)
        assert (answer.status_code, answer.headers["X-Fieldwork"]) == (409, "refused")
        assert "E01" in answer.text


def test_speakers_questions_and_cuts_are_corrected(
    demo: str, raw: Callable[[int], UUID], visitor: Callable[..., Any]
) -> None:
    leader = visitor("principal_investigator", slug=demo)

    def deed(position: int, what: str, **fields: str) -> Any:
        return leader.post(f"/s/{demo}/transcripts/E01/turns/{raw(position)}/{what}", fields, headers=FRAGMENT)

    def speakers() -> list[str]:
        return re.findall(r'data-speaker="(\w+)" data-question', leader.get(f"/s/{demo}/transcripts/E01").text)

    assert 'data-speaker="unknown"' in deed(1, "speaker", speaker="unknown").text
    deed(2, "swap")
    assert speakers() == ["unknown", "interviewer", "expert", "interviewer"]
    page = deed(3, "question", question="7")
    assert re.findall(r'id="turn-3".*? data-question="(\d+)"', page.text) == ["7"]
    assert deed(1, "merge").status_code == 409
    assert turns(deed(2, "merge")) == [f"{WORDS[0]} {WORDS[1]}", *WORDS[2:]]
    page = deed(3, "split", text=" Школьных 🎭 правда.", was=WORDS[3], at="12")
    assert turns(page)[2:] == ["Школьных 🎭", "правда."]
    assert re.findall(r'data-here="(\d+)"', page.text) == ["4"]
    assert deed(3, "split", text="Школьных 🎭", was="Школьных 🎭", at="0").status_code == 422
    assert deed(3, "split", text="Иначе", was="не то", at="2").headers["X-Fieldwork"] == "conflict"


def test_nobody_else_corrects(demo: str, raw: Callable[[int], UUID], visitor: Callable[..., Any]) -> None:
    turn = raw(2)
    deeds = [f"turns/{turn}/{one}" for one in ("text", "split", "speaker", "swap", "question", "merge")]
    for role in ("interviewer", "coder", "viewer"):
        browser = visitor(role, slug=demo)
        for deed in (*deeds, "corrections/1/undo", "request", "import"):
            assert browser.post(f"/s/{demo}/transcripts/E01/{deed}").status_code == 403
        assert browser.get(f"/s/{demo}/transcripts/E01/turns/{turn}/fresh").status_code == 403


def test_a_turn_of_another_transcript_is_gone(
    demo: str, raw: Callable[[int], UUID], visitor: Callable[..., Any]
) -> None:
    leader = visitor("principal_investigator", slug=demo)
    answer = leader.post(f"/s/{demo}/transcripts/E08/turns/{raw(1)}/text", {"text": "Иначе."}, headers=FRAGMENT)
    assert (answer.status_code, answer.headers["X-Fieldwork"]) == (409, "refused")


def test_withdrawn_words_are_not_shown(demo: str, ground: Ground, visitor: Callable[..., Any]) -> None:
    with ground.work() as work:
        withdraw(work, find_expert(work, find_study(work, demo), "E08"))
    page = visitor("principal_investigator", slug=demo).get(f"/s/{demo}/transcripts/E08")
    assert (page.status_code, turns(page), "<audio" in page.text) == (200, [], False)


def test_transcripts_are_listed_with_their_state_and_what_comes_next(demo: str, visitor: Callable[..., Any]) -> None:
    page = visitor("viewer", slug=demo).get(f"/s/{demo}/transcripts")
    assert re.findall(r'/transcripts/(E\d+)"', page.text) == ["E01", "E08"]
    assert re.findall(r"<td>(\d+ репл\w+)</td>", page.text) == ["1 реплика", "2 реплики"]
    page = visitor("principal_investigator", slug=demo).get(f"/s/{demo}/transcripts")
    assert re.findall(r'/transcripts/(E\d+)/import"', page.text) == [
        f"E{number:02}" for number in range(1, 15) if number not in (1, 8)
    ]


def test_a_running_transcription_shows_how_far_it_is(demo: str, ground: Ground, visitor: Callable[..., Any]) -> None:
    with ground.work() as work:
        found = transcript_of(work, find_interview(work, find_expert(work, find_study(work, demo), "E08")))
        found.state = "in_progress"
        job = enqueue(work, "transcription.transcribe", job_key(found), transcript=str(found.id))
        job.state, job.done, job.total = "running", 3, 12
        work.add_all([found])
        work.add_all([job])
    browser = visitor("viewer", slug=demo)
    page = browser.get(f"/s/{demo}/transcripts/progress")
    assert ('aria-valuenow="25"' in page.text, "every 2s" in page.text) == (True, True)
    with ground.work() as work:
        job = work.get(Job, job.id)
        job.state = "failed"
        work.add(job)
    page = browser.get(f"/s/{demo}/transcripts/progress", headers=FRAGMENT)
    assert ("расшифровка остановилась" in page.text, "every 2s" in page.text) == (True, False)
    assert "Расшифровка остановилась" in browser.get(f"/s/{demo}/transcripts/E08").text


def test_a_transcript_is_taken_from_a_file(demo: str, ground: Ground, visitor: Callable[..., Any]) -> None:
    leader = visitor("principal_investigator", slug=demo)
    assert leader.get(f"/s/{demo}/transcripts/E04/import").status_code == 200
    sent = leader.post(f"/s/{demo}/transcripts/E04/import", {"file": (BytesIO(CAPTIONS.encode()), "Айгерим.vtt")})
    assert (sent.status_code, sent.location) == (302, f"/s/{demo}/transcripts/E04")
    assert turns(leader.get(f"/s/{demo}/transcripts/E04")) == WORDS
    again = leader.post(f"/s/{demo}/transcripts/E04/import", {"file": (BytesIO(CAPTIONS.encode()), "a.vtt")})
    assert (again.status_code, turns(leader.get(f"/s/{demo}/transcripts/E04"))) == (409, WORDS)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (None, 422),
        (b"", 422),
        (b"\x00\x01\x02\xff" * 50, 422),
        (b"PK\x03\x04 not a document", 422),
        (b"a" * (10 * 1024 * 1024 + 1), 422),
        (b"a" * (11 * 1024 * 1024), 413),
    ],
)
def test_a_file_that_is_no_transcript_leaves_nothing(
    demo: str, ground: Ground, visitor: Callable[..., Any], data: bytes | None, status: int
) -> None:
    leader = visitor("principal_investigator", slug=demo)
    sent = {} if data is None else {"file": (BytesIO(data), "<b>text</b>.txt")}
    answer = leader.post(f"/s/{demo}/transcripts/E04/import", sent)
    assert (answer.status_code, "<b>text" in answer.text) == (status, False)
    with ground.work() as work:
        assert find_transcript(work, find_interview(work, find_expert(work, find_study(work, demo), "E04"))) is None


def test_an_uploaded_file_never_lies_on_the_disk(site: Flask) -> None:
    boundary, sent = encode_multipart({"file": FileStorage(BytesIO(b"a" * 2_000_000), "a.txt")})
    kind = f"multipart/form-data; boundary={boundary}"
    with site.test_request_context("/", method="POST", data=sent, content_type=kind):
        request.max_content_length = 3_000_000
        assert type(request.files["file"].stream) is BytesIO


def test_recordings_are_transcribed_at_a_press(demo: str, ground: Ground, visitor: Callable[..., Any]) -> None:
    leader = visitor("principal_investigator", slug=demo)
    address = f"/s/{demo}/transcripts/E08/request"
    refused = leader.post(address)
    assert (refused.status_code, "FIELDWORK_WHISPER_MODEL" in refused.text) == (409, True)
    ground.settings.whisper_model = "turbo"
    assert leader.post(address).status_code == 409  # it has its transcript
    with ground.work() as work:
        work.session.delete(transcript_of(work, find_interview(work, find_expert(work, find_study(work, demo), "E08"))))
    page = leader.get(f"/s/{demo}/transcripts").text
    start = f"/s/{demo}/transcripts/E08/start"
    assert f'href="{start}"' in page
    assert f'action="{address}"' in leader.get(start).text
    assert leader.post(address).location == f"/s/{demo}/transcripts"
    with ground.work() as work:
        found = transcript_of(work, find_interview(work, find_expert(work, find_study(work, demo), "E08")))
        jobs = [(one.kind, one.state) for one in work.session.exec(select(Job)) if one.key == job_key(found)]
        assert (found.state, jobs) == ("in_progress", [("transcription.transcribe", "queued")])
    assert "расшифровывается" in leader.get(f"/s/{demo}/transcripts").text


def test_a_foreign_study_is_not_there(demo: str, visitor: Callable[..., Any]) -> None:
    stranger = visitor()
    assert [stranger.get(f"/s/{demo}/{page}").status_code for page in PAGES] == [404] * len(PAGES)
