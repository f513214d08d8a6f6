"""Several people at one raw transcript: who is there, what each page is told, what is fetched anew."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from fieldwork.consent.services import withdraw
from fieldwork.core.accounts import Account, Actor
from fieldwork.core.audit import AuditEntry
from fieldwork.core.work import Ground
from fieldwork.demo.field import set_up
from fieldwork.programme.models import Member
from fieldwork.programme.services import find_study
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.corrections import correct_speaker, correct_text, segment_at
from fieldwork.transcription.cutting import merge_with_earlier, split
from fieldwork.transcription.formats import parse
from fieldwork.transcription.history import undo
from fieldwork.transcription.importing import import_transcript
from fieldwork.transcription.models import Correction, Presence, Speaker, Transcript, TranscriptState
from fieldwork.transcription.presence import be_at, digests_of, leave, others_at, state_of
from fieldwork.transcription.services import transcript_of

CAPTIONS = (
    "WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.000\nИнтервьюер: Как вы пришли в профессию?\n\n"
    "2\n00:00:04.000 --> 00:00:06.000\nЭксперт: Случайно, правда.\n\n"
    "3\n00:00:10.000 --> 00:00:12.000\nИнтервьюер: Каких друзей?\n\n"
    "4\n00:00:13.000 --> 00:00:15.000\nЭксперт: Школьных.\n"
)
NOW = "/s/creative-class/transcripts/E01/now"
TURNS = "/s/creative-class/transcripts/E01/turns"


@pytest.fixture
def raw(ground: Ground) -> Transcript:
    """The raw transcript of E01."""
    with ground.work() as work:
        return import_transcript(
            work, find_interview(work, find_expert(work, set_up(work), "E01")), parse(CAPTIONS.encode())
        )


@pytest.fixture
def people(ground: Ground, raw: Transcript) -> list[Actor]:
    """Two members who know the expert."""
    with ground.work() as work:
        study = find_study(work, "creative-class")
        actors = []
        for initials in ("ЖЖ", "ЩЩ"):
            account = work.add(Account(login=initials, display_name=f"Имя {initials}", created_at=work.now))
            work.add(Member(study_id=study.id, account_id=account.id, initials=initials, role="principal_investigator"))
            actors.append(Actor(account.id))
        return actors


def turn_id(ground: Ground, raw: Transcript, position: int) -> UUID:
    with ground.work() as work:
        return segment_at(work, raw, position).id


def test_who_types_where_is_seen_by_others_until_a_minute_has_passed(
    ground: Ground, raw: Transcript, people: list[Actor], clock: Any
) -> None:
    clock.stand()
    one, other = people
    second = turn_id(ground, raw, 2)
    with ground.work(one) as work:
        assert be_at(work, raw, second)
        assert others_at(work, raw) == []
    with ground.work(other) as work:
        be_at(work, raw, None)
        assert [(p.initials, p.name, p.turn) for p in others_at(work, raw)] == [("ЖЖ", "Имя ЖЖ", second)]
    clock.advance(60)
    with ground.work(other) as work:
        assert others_at(work, raw) == []
        be_at(work, raw, None)
    with ground.look() as session:
        assert [row.account_id for row in session.exec(select(Presence))] == [other.account_id]
    with ground.work(other) as work:
        leave(work, raw)
    with ground.look() as session:
        assert session.exec(select(Presence)).all() == []


def test_a_heartbeat_that_tells_nothing_new_is_not_written(
    ground: Ground, raw: Transcript, people: list[Actor], clock: Any
) -> None:
    clock.stand()
    second = turn_id(ground, raw, 2)
    written = []
    for seconds, turn in ((0, None), (9, None), (0, second), (9, second), (1, second), (0, uuid4()), (0, None)):
        clock.advance(seconds)
        with ground.work(people[0]) as work:
            written.append(be_at(work, raw, turn))
    assert written == [True, False, True, False, True, True, False]  # a turn of no transcript is none
    with ground.look() as session:
        assert session.exec(select(Presence)).one().segment_id is None


def test_each_deed_changes_the_digests_of_its_turns_only(ground: Ground, raw: Transcript) -> None:
    def now() -> dict[UUID, str]:
        with ground.work() as work:
            return dict(digests_of(work, raw))

    def changed(before: dict[UUID, str], after: dict[UUID, str]) -> tuple[list[int], int, int]:
        same = [number for number, one in enumerate(before, 1) if after.get(one) == before[one]]
        return same, len(after.keys() - before.keys()), len(before.keys() - after.keys())

    first = now()
    with ground.work() as work:
        correct_text(work, segment_at(work, raw, 2), "Случайно, честно.")
    second = now()
    assert changed(first, second) == ([1, 3, 4], 0, 0)
    with ground.work() as work:
        correct_speaker(work, segment_at(work, raw, 3), Speaker.EXPERT)
    third = now()
    assert changed(second, third) == ([1, 2, 4], 0, 0)
    assert [one[:16] for one in third.values()] == [one[:16] for one in second.values()]  # the words are the same
    with ground.work() as work:
        split(work, segment_at(work, raw, 2), 9)
    fourth = now()
    assert changed(third, fourth) == ([1, 3, 4], 1, 0)
    with ground.work() as work:
        merge_with_earlier(work, segment_at(work, raw, 3))
    fifth = now()
    assert changed(fourth, fifth) == ([1, 4, 5], 0, 1)
    assert state_of(list(fifth.items())) != state_of(list(third.items()))


def test_taking_back_brings_the_old_digest_back(ground: Ground, raw: Transcript) -> None:
    with ground.work() as work:
        before = digests_of(work, raw)
        made = correct_text(work, segment_at(work, raw, 2), "Случайно, честно.")
    with ground.work() as work:
        assert made is not None
        undo(work, work.get(Transcript, raw.id), work.get(Correction, made.id))
    with ground.work() as work:
        assert digests_of(work, raw) == before


def leader(visitor: Callable[..., Any]) -> Any:
    return visitor("principal_investigator", slug="creative-class")


def test_a_page_is_told_what_it_does_not_know(ground: Ground, raw: Transcript, visitor: Callable[..., Any]) -> None:
    one, other = leader(visitor), leader(visitor)
    second = str(turn_id(ground, raw, 2))
    told = one.get(NOW).json
    assert (len(told["turns"]), told["here"]) == (4, [])
    assert set(one.get(f"{NOW}?known={told['state']}").json) == {"state", "here"}
    other.post(NOW, {"turn": second})
    (seen,) = one.get(f"{NOW}?known={told['state']}").json["here"]
    assert (seen["name"], seen["turn"]) == ("Somebody", second)
    with ground.work() as work:
        correct_text(work, segment_at(work, raw, 2), "Случайно, честно.")
    fresh = dict(one.get(f"{NOW}?known={told['state']}").json["turns"])
    assert [one for one, digest in told["turns"] if fresh[one] != digest] == [second]
    assert (other.post(NOW, {"left": "1"}).status_code, one.get(NOW).json["here"]) == (204, [])


def test_asking_reads_and_writes_nothing(ground: Ground, raw: Transcript, visitor: Callable[..., Any]) -> None:
    browser = leader(visitor)
    browser.get(NOW)
    written: list[str] = []

    @event.listens_for(ground.engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "BEGIN", "PRAGMA")):
            written.append(statement)

    browser.get(NOW)
    event.remove(ground.engine, "before_cursor_execute", note)
    assert written == []


def test_only_the_turns_asked_for_come_with_their_words(
    ground: Ground, raw: Transcript, visitor: Callable[..., Any]
) -> None:
    browser, second = leader(visitor), str(turn_id(ground, raw, 2))
    page = browser.get(f"{TURNS}?turn={second}").text
    assert re.findall(r'<p lang="ru"[^>]*>(.*?)</p>', page) == ["Случайно, правда."]
    assert len(re.findall(r'id="turn-\d"', page)) == 4
    assert "Как вы пришли" not in page
    none, everything = browser.get(f"{TURNS}?turn=").text, browser.get(TURNS).text
    assert (len(re.findall('<p lang="ru"', none)), len(re.findall('<p lang="ru"', everything))) == (0, 4)


@pytest.mark.parametrize("role", ["interviewer", "coder", "viewer"])
def test_nobody_else_is_told_anything(raw: Transcript, visitor: Callable[..., Any], role: str) -> None:
    browser = visitor(role, slug="creative-class")
    assert [browser.get(path).status_code for path in (NOW, TURNS)] == [403, 403]
    assert browser.post(NOW).status_code == 403


def test_after_approval_or_withdrawal_nothing_is_told(
    ground: Ground, raw: Transcript, visitor: Callable[..., Any]
) -> None:
    browser = leader(visitor)
    with ground.work() as work:
        transcript = work.get(Transcript, raw.id)
        transcript.state = TranscriptState.ANONYMISED
        work.add(transcript)
    assert [browser.get(path).status_code for path in (NOW, TURNS)] == [409, 409]
    with ground.work() as work:
        work.get(Transcript, raw.id).state = TranscriptState.RAW
        withdraw(work, find_expert(work, find_study(work, "creative-class"), "E01"))
        transcript_of(work, find_interview(work, find_expert(work, find_study(work, "creative-class"), "E01")))
    assert [browser.get(path).status_code for path in (NOW, TURNS)] == [404, 404]


def test_being_there_leaves_no_trail_and_keeps_no_session(
    ground: Ground, raw: Transcript, visitor: Callable[..., Any], clock: Any
) -> None:
    browser = leader(visitor)
    for _ in range(4):
        clock.advance(600)
        status = browser.post(NOW).status_code
    assert status == 401  # forty minutes of asking alone: nobody is at this page any more
    with ground.look() as session:
        deeds = session.exec(select(AuditEntry.deed).where(col(AuditEntry.deed).contains("presence"))).all()
    assert deeds == []


def test_a_turn_is_merged_only_with_the_one_that_was_seen_before_it(
    ground: Ground, raw: Transcript, visitor: Callable[..., Any]
) -> None:
    browser = leader(visitor)
    second, third = (turn_id(ground, raw, position) for position in (2, 3))
    with ground.work() as work:
        split(work, segment_at(work, raw, 2), 9)
    address = f"/s/creative-class/transcripts/E01/turns/{third}/merge"
    refused = browser.post(address, {"seen": str(second)}, headers={"HX-Request": "true"})
    assert (refused.status_code, refused.headers["X-Fieldwork"]) == (409, "refused")
    now = str(turn_id(ground, raw, 3))
    assert browser.post(address, {"seen": now}, headers={"HX-Request": "true"}).status_code == 200
    assert len(browser.get(NOW).json["turns"]) == 4
