"""An expert reads back what was written of them: the link, the page, sealed remarks, what the team makes of them."""

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlmodel import col, select

from fieldwork.consent.services import withdraw
from fieldwork.core.audit import AuditEntry
from fieldwork.core.errors import NotFound
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Ground
from fieldwork.demo.field import set_up
from fieldwork.programme.services import find_study
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.corrections import correct_text, segment_at
from fieldwork.transcription.cutting import merge_with_earlier
from fieldwork.transcription.formats import parse
from fieldwork.transcription.importing import import_transcript
from fieldwork.transcription.models import Speaker, Transcript, TranscriptState
from fieldwork.transcription.read_back_models import ReadBack, ReadBackRemark, RemarkState
from fieldwork.transcription.reading_back import (
    DaysWrong,
    forget_read_backs,
    lines_of,
    make_link,
    reading_with,
    revoke_link,
)
from fieldwork.transcription.remarking import (
    PassageGone,
    RemarkEmpty,
    RemarkTooLong,
    TooManyRemarks,
    add_remark,
    own_remarks,
)
from fieldwork.transcription.remarks import (
    NotAWording,
    PassageChanged,
    RemarkDecided,
    decline,
    open_remarks,
    remarks_of,
    reopen,
    settle,
    take_over,
)
from fieldwork.transcription.rules import AlreadyApproved
from fieldwork.transcription.services import segments_of
from fieldwork.web.guard import GUEST_COOKIE, HEADERS, csrf_of

CAPTIONS = (
    "WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.000\nИнтервьюер: Как вы пришли в профессию?\n\n"
    "2\n00:00:04.000 --> 00:00:06.000\nЭксперт: Случайно, через Аскара. Через Аскара и других.\n\n"
    "3\n00:00:10.000 --> 00:00:12.000\nИнтервьюер: Каких друзей?\n\n"
    "4\n00:00:13.000 --> 00:00:15.000\nЭксперт: Школьных.\n"
)
SECOND = "Случайно, через Аскара. Через Аскара и других."
PAGE = "/s/creative-class/transcripts/E01/read-back"


@pytest.fixture
def raw(ground: Ground) -> Transcript:
    """The raw transcript of E01."""
    with ground.work() as work:
        return import_transcript(
            work, find_interview(work, find_expert(work, set_up(work), "E01")), parse(CAPTIONS.encode())
        )


@pytest.fixture
def token(ground: Ground, raw: Transcript) -> str:
    """A link to it, for fourteen days."""
    with ground.work() as work:
        return make_link(work, raw, language="kk")


@pytest.fixture
def put(ground: Ground, raw: Transcript, token: str) -> Callable[..., UUID]:
    """Makes a remark on a turn as the expert does."""

    def remark(number: int, kind: str, **told: Any) -> UUID:
        with ground.work() as work:
            reading = reading_with(work, token)
            told.setdefault("words", "")
            return add_remark(work, reading, segment_at(work, raw, number).id, kind, **told).id

    return remark


def texts(ground: Ground, raw: Transcript) -> list[str]:
    with ground.work() as work:
        return [one.text for one in segments_of(work, work.get(Transcript, raw.id))]


def opens(ground: Ground, token: str) -> bool:
    with ground.work() as work:
        try:
            reading_with(work, token)
        except NotFound:
            return False
    return True


def test_a_link_is_256_bits_and_only_its_digest_is_kept(ground: Ground, raw: Transcript) -> None:
    with ground.work() as work:
        one, other = (make_link(work, raw, language="ru") for _ in range(2))
    assert (len(one), one != other) == (43, True)
    with ground.look() as session:
        rows = session.exec(select(ReadBack)).all()
    assert all(one not in str(row.model_dump()) for row in rows)
    assert [opens(ground, one), opens(ground, other)] == [False, True]  # the new one ends the old one


def test_a_link_ends_by_time_by_hand_and_with_the_raw_text(
    ground: Ground, raw: Transcript, token: str, clock: Any
) -> None:
    clock.advance(14 * 24 * 3600 - 60)
    assert opens(ground, token)
    clock.advance(61)
    assert not opens(ground, token)
    with ground.work() as work:
        fresh = make_link(work, raw, language="ru", days=1)
    assert opens(ground, fresh)
    with ground.work() as work:
        (link,) = [one for one in work.session.exec(select(ReadBack)) if one.revoked_at is None]
        revoke_link(work, raw, link.id)
    assert not opens(ground, fresh)
    with ground.work() as work:
        last = make_link(work, raw, language="ru")
        work.get(Transcript, raw.id).state = TranscriptState.ANONYMISED
    assert not opens(ground, last)
    with ground.work() as work, pytest.raises(AlreadyApproved):
        make_link(work, work.get(Transcript, raw.id), language="ru")


def test_withdrawal_and_erasure_end_it_too(ground: Ground, raw: Transcript, token: str) -> None:
    with ground.work() as work:
        expert = find_expert(work, find_study(work, "creative-class"), "E01")
        withdraw(work, expert)
    assert not opens(ground, token)
    with ground.work() as work:
        other = find_interview(work, find_expert(work, find_study(work, "creative-class"), "E04"))
        second = make_link(work, import_transcript(work, other, parse(CAPTIONS.encode())), language="ru")
        assert reading_with(work, second)
        work.vault.destroy(expert_subject(other.expert_id), work.now)
    assert not opens(ground, second)


@pytest.mark.parametrize("days", [0, -1, 61, 10**9])
def test_a_link_holds_for_a_day_to_two_months(ground: Ground, raw: Transcript, days: int) -> None:
    with ground.work() as work, pytest.raises(DaysWrong):
        make_link(work, raw, language="ru", days=days)


def test_an_expert_reads_their_answers_and_the_questions_only(ground: Ground, raw: Transcript, token: str) -> None:
    with ground.work() as work:
        segment_at(work, raw, 4).speaker = Speaker.UNKNOWN
        lines = lines_of(work, reading_with(work, token))
    assert [(one.speaker, one.text) for one in lines] == [
        ("interviewer", "Как вы пришли в профессию?"), ("expert", SECOND), ("interviewer", "Каких друзей?")
    ]  # fmt: skip


def test_remarks_are_sealed_and_change_nothing(ground: Ground, raw: Transcript, put: Callable[..., UUID]) -> None:
    put(2, "leave_out", passage="через Аскара", start=10)
    put(4, "wrong", words="Университетских, тайна")
    with ground.look() as session:
        rows = session.exec(select(ReadBackRemark)).all()
        told = json.dumps([entry.model_dump(mode="json") for entry in session.exec(select(AuditEntry))])
    kept = b"".join(row.sealed_words or b"" for row in rows)
    assert len(rows) == 2
    assert not [word for word in ("Аскара", "тайна") if word.encode() in kept or word in told]
    assert texts(ground, raw)[1::2] == [SECOND, "Школьных."]


def test_what_cannot_be_a_remark_is_refused(ground: Ground, raw: Transcript, put: Callable[..., UUID]) -> None:
    for wrong, number, kind, told in (
        (NotFound, 1, "wrong", {"words": "x"}),  # an interviewer's question
        (NotFound, 2, "praise", {"words": "x"}),
        (RemarkEmpty, 2, "remark", {"words": "  "}),
        (RemarkEmpty, 2, "wrong", {}),
        (RemarkTooLong, 2, "remark", {"words": "ж" * 4001}),
        (PassageGone, 2, "leave_out", {"passage": "через Берика"}),
    ):
        with pytest.raises(wrong):
            put(number, kind, **told)
    with ground.look() as session:
        assert session.exec(select(ReadBackRemark)).all() == []


def test_only_so_many_remarks_are_taken(put: Callable[..., UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fieldwork.transcription.remarking.MOST_REMARKS", 2)
    put(2, "leave_out")
    put(2, "leave_out")
    with pytest.raises(TooManyRemarks):
        put(2, "leave_out")


def test_the_marked_place_is_corrected_and_not_its_twin(
    ground: Ground, raw: Transcript, put: Callable[..., UUID]
) -> None:
    first = put(2, "leave_out", passage="через Аскара", start=10)
    second = put(2, "wrong", passage="Через Аскара", start=24, words="Через соседа")
    whole = put(4, "leave_out")
    with ground.work() as work:
        assert [one.ready for one in remarks_of(work, raw)] == ["[…]", "Через соседа", "[…]"]
        assert [take_over(work, raw, one) for one in (first, second, whole)] == [2, 2, 4]
        assert open_remarks(work, raw) == 0
        with pytest.raises(RemarkDecided):
            take_over(work, raw, first)
    assert texts(ground, raw)[1::2] == ["Случайно, […]. Через соседа и других.", "[…]"]
    with ground.work() as work:
        transcript = work.get(Transcript, raw.id)
        reopen(work, transcript, second)
        reopen(work, transcript, first)
        assert open_remarks(work, raw) == 2
    assert texts(ground, raw)[1::2] == [SECOND, "[…]"]


def test_what_says_no_words_or_lost_them_is_settled_by_hand_or_declined(
    ground: Ground, raw: Transcript, put: Callable[..., UUID]
) -> None:
    bare, lost = put(2, "wrong", passage="Случайно"), put(2, "wrong", passage="Аскара", words="К.")
    gone = put(4, "remark", words="Не помню.")
    with ground.work() as work:
        with pytest.raises(NotAWording):
            take_over(work, raw, bare)
        correct_text(work, segment_at(work, raw, 2), "Случайно, через друга.")
        with pytest.raises(PassageChanged):
            take_over(work, raw, lost)
        settle(work, raw, lost)
        decline(work, raw, bare)
        merge_with_earlier(work, segment_at(work, raw, 4))
    with ground.work() as work:
        listed = {one.remark.id: one for one in remarks_of(work, raw)}
        assert {key: one.state for key, one in listed.items()} == {
            bare: RemarkState.DECLINED, lost: RemarkState.TAKEN, gone: RemarkState.OPEN
        }  # fmt: skip
        assert (listed[gone].number, listed[gone].remark.words) == (None, "Не помню.")


def test_approval_forgets_the_words_of_remarks(
    ground: Ground, raw: Transcript, token: str, put: Callable[..., UUID]
) -> None:
    put(2, "wrong", passage="Аскара", words="Берика")
    with ground.work() as work:
        forget_read_backs(work, raw)
    with ground.look() as session:
        assert session.exec(select(ReadBackRemark.sealed_words)).all() == [None]
    assert not opens(ground, token)


class Phone:
    """A browser without an account."""

    def __init__(self, site: Flask) -> None:
        self.client = site.test_client()
        self.client.get("/read/kk")
        guest = self.client.get_cookie(GUEST_COOKIE)
        assert guest is not None
        self.token = csrf_of(guest.value)

    def post(self, path: str, **fields: Any) -> Any:
        return self.client.post(path, data={"csrf_token": self.token, **fields})


@pytest.fixture
def phone(site: Flask, raw: Transcript) -> Phone:
    """The expert's."""
    return Phone(site)


def entered(phone: Phone, token: str) -> Any:
    answer = phone.post("/read/kk", token=token)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/read/kk/text")
    return answer


def test_the_first_page_holds_nothing_and_the_token_goes_into_a_cookie_for_these_pages(
    phone: Phone, token: str, ground: Ground
) -> None:
    door = phone.client.get("/read/kk")
    assert (door.status_code, "Аскара" in door.text) == (200, False)
    kept = next(
        one for one in entered(phone, token).headers.getlist("Set-Cookie") if one.startswith("fieldwork_reading")
    )
    assert {"HttpOnly", "SameSite=Strict", "Path=/read", "Max-Age=43200"} <= {one.strip() for one in kept.split(";")}
    page = phone.client.get("/read/kk/text")
    assert (page.status_code, SECOND in page.text, token in page.text) == (200, True, False)
    assert '<html lang="kk"' in page.text
    assert page.headers["Cache-Control"] == "no-store, private"
    assert {name: page.headers[name] for name in HEADERS if "{" not in HEADERS[name]} == {
        name: value for name, value in HEADERS.items() if "{" not in value
    }
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page.text)
    with ground.look() as session:
        query = select(AuditEntry.deed).where(col(AuditEntry.deed).startswith("read_back"))
        assert session.exec(query).all() == ["read_back.link_made", "read_back.opened"]


def test_a_whole_link_can_be_typed_in(phone: Phone, token: str) -> None:
    entered(phone, f" https://field.example/read/kk#{token} ")


def test_every_dead_link_gets_the_same_answer(
    site: Flask, ground: Ground, raw: Transcript, token: str, clock: Any
) -> None:
    def answer(told: str) -> tuple[int, str]:
        phone = Phone(site)
        got = phone.post("/read/kk", token=told)
        phone.client.set_cookie("fieldwork_reading", told, path="/read")
        again = phone.client.get("/read/kk/text")
        assert (again.status_code, got.headers.getlist("Set-Cookie")) == (404, [])
        return got.status_code, re.sub(r"[0-9a-f]{64}|v=[0-9a-f]{12}", "", got.text)

    with ground.work() as work:
        fresh = make_link(work, raw, language="kk")  # revokes the first
    revoked, unknown, empty = answer(token), answer("x" * 43), answer("")
    clock.advance(15 * 24 * 3600)
    expired = answer(fresh)
    assert revoked == unknown == empty == expired
    assert revoked[0] == 404


def test_guessing_is_slowed_down(phone: Phone, token: str) -> None:
    statuses = [phone.post("/read/kk", token=f"{number:043}").status_code for number in range(21)]
    assert statuses == [404] * 20 + [429]
    assert phone.post("/read/kk", token=token).status_code == 429


def test_an_expert_remarks_takes_back_and_confirms(phone: Phone, token: str, ground: Ground) -> None:
    entered(phone, token)
    page = phone.client.get("/read/kk/text").text
    turn = re.findall(r'data-turn="([^"]+)"', page)[0]
    bad = "<script>alert(1)</script>"
    sent = {"turn": turn, "number": "2", "kind": "wrong", "words": bad, "passage": "Аскара", "start": "17"}
    assert phone.post("/read/kk/text", **sent).headers["Location"] == "/read/kk/text#turn-2"
    page = phone.client.get("/read/kk/text").text
    assert (bad in page, "&lt;script&gt;" in page) == (False, True)
    empty = phone.post("/read/kk/text", **{**sent, "words": "", "passage": "", "kind": "remark"})
    assert (empty.status_code, "refused" in empty.text) == (422, True)
    assert phone.post("/read/kk/text/confirm").status_code == 302
    with ground.look() as session:
        assert session.exec(select(ReadBack)).one().confirmed_at is not None
        remark = session.exec(select(ReadBackRemark)).one().id
    assert phone.post(f"/read/kk/text/{remark}/remove", number="2").status_code == 302
    with ground.look() as session:
        assert session.exec(select(ReadBackRemark)).all() == []
    closed = phone.post("/read/kk/close")
    assert closed.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert phone.client.get("/read/kk/text").status_code == 404


def test_a_link_opens_no_other_turn(phone: Phone, token: str, ground: Ground) -> None:
    with ground.work() as work:
        other = find_interview(work, find_expert(work, find_study(work, "creative-class"), "E04"))
        theirs = import_transcript(work, other, parse(CAPTIONS.encode()))
        foreign = segment_at(work, theirs, 2).id
        second = make_link(work, theirs, language="ru")
        remark = add_remark(work, reading_with(work, second), foreign, "leave_out", words="").id
    entered(phone, token)
    assert phone.post("/read/kk/text", turn=str(foreign), kind="leave_out").status_code == 404
    assert phone.post(f"/read/kk/text/{remark}/remove").status_code == 404
    assert phone.client.get("/read/zz").status_code == 404


def test_the_team_makes_the_link_and_decides(
    ground: Ground, raw: Transcript, visitor: Callable[..., Any], phone: Phone
) -> None:
    leader = visitor("principal_investigator", slug="creative-class")
    made = leader.post(PAGE, {"language": "kk", "days": "3"}).text
    (token,) = re.findall(r"<code>http://localhost/read/kk#([\w-]{43})</code>", made)
    assert token not in leader.get(PAGE).text
    entered(phone, token)
    turn = re.findall(r'data-turn="([^"]+)"', phone.client.get("/read/kk/text").text)[0]
    phone.post("/read/kk/text", turn=turn, number="2", kind="wrong", passage="Аскара", start="17", words="соседа")
    assert "соседа" in leader.get(PAGE).text
    with ground.look() as session:
        remark = session.exec(select(ReadBackRemark)).one().id
    here = f"{PAGE}/remarks/{remark}"
    assert leader.post(f"{here}/take").headers["Location"] == f"{PAGE}#remarks"
    assert texts(ground, raw)[1] == "Случайно, через соседа. Через Аскара и других."
    assert leader.post(f"{here}/decline").status_code == 409
    leader.post(f"{here}/reopen")
    assert texts(ground, raw)[1] == SECOND
    assert [leader.post(f"{here}/{deed}").status_code for deed in ("decline", "reopen", "settle")] == [302] * 3
    with ground.look() as session:
        link = session.exec(select(ReadBack)).one().id
    assert leader.post(f"{PAGE}/{link}/revoke").status_code == 302
    assert phone.client.get("/read/kk/text").status_code == 404
    assert leader.post(PAGE, {"language": "ru", "days": "99"}).status_code == 422
    assert leader.post(PAGE, {"language": "xx", "days": "9"}).status_code == 404


@pytest.mark.parametrize("role", ["interviewer", "coder", "viewer"])
def test_nobody_else_makes_links(raw: Transcript, visitor: Callable[..., Any], role: str) -> None:
    browser = visitor(role, slug="creative-class")
    assert [browser.get(PAGE).status_code, browser.post(PAGE, {"language": "ru", "days": "3"}).status_code] == [
        403,
        403,
    ]


def test_the_experts_own_remarks_are_listed_until_they_are_decided(
    ground: Ground, raw: Transcript, token: str, put: Callable[..., UUID]
) -> None:
    first, second = put(2, "leave_out"), put(4, "remark", words="Не помню.")
    with ground.work() as work:
        decline(work, raw, first)
        assert [one.id for one in own_remarks(work, reading_with(work, token))] == [second]
