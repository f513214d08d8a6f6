"""Pages of the recordings, and the sound in ranges of bytes."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from fieldwork.consent.services import withdraw
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Ground
from fieldwork.demo.field import set_up
from fieldwork.programme.services import find_study
from fieldwork.recording.models import Recording
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview

SOUND = bytes(range(256)) * 700  # more than a chunk of the cipher, and more than a piece of the answer
PAGES = ("recordings", "recordings/E08/1")


@pytest.fixture
def demo(ground: Ground) -> str:
    """The short name of a study with one recording."""
    with ground.work() as work:
        study = set_up(work)
        expert = find_expert(work, study, "E08")
        interview = find_interview(work, expert)
        blob = work.blobs.store(expert_subject(expert.id), BytesIO(SOUND)).blob_id
        work.add(
            Recording(
                interview_id=interview.id, position=1, kind="mixed", blob_id=blob, normalised_blob_id=blob,
                sealed_name=b"", sha256="0" * 64, bytes=len(SOUND), container="wav", codec="pcm", sample_rate=16_000,
                channels=1, duration_ms=92_000, peak_dbfs=-1.0, imported_at=work.now,
            )
        )  # fmt: skip
        return study.slug


@pytest.fixture
def hear(demo: str, visitor: Callable[..., Any]) -> Callable[..., Any]:
    """Asks for the sound, or for a range of it."""
    browser = visitor("principal_investigator", slug=demo)

    def ask(span: str = "") -> Any:
        return browser.get(f"/s/{demo}/recordings/E08/1", headers={"Range": span} if span else {})

    return ask


def test_the_sound_comes_whole(hear: Callable[..., Any]) -> None:
    answer = hear()
    told = {name: answer.headers[name] for name in ("Accept-Ranges", "Cache-Control", "Content-Type", "Content-Length")}
    assert (answer.status_code, answer.data == SOUND) == (200, True)
    assert told == {
        "Accept-Ranges": "bytes", "Cache-Control": "no-store", "Content-Type": "audio/wav", "Content-Length": "179200",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("span", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=16380-16390", 16380, 16391),
        ("bytes=179190-", 179190, 179200),
        ("bytes=-5", 179195, 179200),
        ("bytes=100-999999", 100, 179200),
    ],
)
def test_a_range_of_the_sound(hear: Callable[..., Any], span: str, start: int, stop: int) -> None:
    answer = hear(span)
    assert (answer.status_code, answer.headers["Content-Range"]) == (206, f"bytes {start}-{stop - 1}/179200")
    assert answer.data == SOUND[start:stop]


def test_a_range_beyond_the_end_is_refused(hear: Callable[..., Any]) -> None:
    answer = hear("bytes=179200-")
    assert (answer.status_code, answer.headers["Content-Range"], answer.data) == (416, "bytes */179200", b"")


@pytest.mark.parametrize("role", ["interviewer", "coder", "viewer"])
def test_who_is_not_this_interviewer_does_not_hear(demo: str, visitor: Callable[..., Any], role: str) -> None:
    assert visitor(role, slug=demo).get(f"/s/{demo}/recordings/E08/1").status_code == 403


def test_after_a_withdrawal_nobody_hears(demo: str, ground: Ground, hear: Callable[..., Any]) -> None:
    with ground.work() as work:
        withdraw(work, find_expert(work, find_study(work, demo), "E08"))
    assert hear().status_code == 409


def test_recordings_show_files_and_length(demo: str, visitor: Callable[..., Any]) -> None:
    page = visitor("viewer", slug=demo).get(f"/s/{demo}/recordings")
    line = page.text.split(">E08</a>")[1].split("</tr>")[0]
    assert (page.status_code, re.findall(r"<td>([^<]+)</td>", line)) == (
        200,
        ["1 файл", "00:01:32", "одна дорожка на двоих"],
    )


def test_an_expert_s_page_shows_what_is_allowed(demo: str, visitor: Callable[..., Any]) -> None:
    page = visitor("viewer", slug=demo).get(f"/s/{demo}/experts/E08")
    told = re.findall(r"</i>\s*(да|нет)\s*</dd>", page.text)
    assert told == ["да", "да", "да", "да", "нет"]


def test_a_foreign_study_is_not_there(demo: str, visitor: Callable[..., Any]) -> None:
    stranger = visitor()
    assert [stranger.get(f"/s/{demo}/{page}").status_code for page in PAGES] == [404] * len(PAGES)
