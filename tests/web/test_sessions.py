"""Signing in, sessions and what ends them, forms that outlive them, wrong passwords, first run, headers."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlmodel import col, select

from fieldwork.core.accounts import Account
from fieldwork.core.audit import AuditEntry
from fieldwork.core.work import Ground
from fieldwork.programme.models import Member, Study
from fieldwork.web.guard import HEADERS, SESSION_COOKIE
from fieldwork.web.models import Access, WebSession
from fieldwork.web.services import access_of, digest, end_sessions, new_link, set_up

PASSWORD = "четыре слова и лошадь"
MINUTE, HOUR = 60, 3600


@pytest.fixture
def account(ground: Ground) -> Account:
    """Somebody with a password."""
    with ground.work() as work:
        return set_up(work, login="asel@example.org", display_name="Асель", password=PASSWORD)


def token_of(page: Any) -> str:
    found = re.search(r'name="csrf_token" value="(\w+)"', page.text)
    assert found is not None
    return found.group(1)


def sign_in(client: Any, login: str = "asel@example.org", password: str = PASSWORD, **more: str) -> Any:
    page = client.get("/signin")
    return client.post("/signin", data={"csrf_token": token_of(page), "login": login, "password": password, **more})


def test_signing_in_leads_to_where_one_was_going(site: Flask, account: Account) -> None:
    client = site.test_client()
    away = client.get("/s/libraries/codes?page=2")
    assert away.headers["Location"] == "/signin?to=/s/libraries/codes?page%3D2"
    answer = sign_in(client, to="/s/libraries/codes?page=2")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/s/libraries/codes?page=2")


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb"])
def test_signing_in_leads_nowhere_else(site: Flask, account: Account, elsewhere: str) -> None:
    assert sign_in(site.test_client(), to=elsewhere).headers["Location"] == "/"


def test_the_session_cookie_is_for_this_site_and_not_for_scripts(site: Flask, account: Account, ground: Ground) -> None:
    answer = sign_in(site.test_client())
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith(SESSION_COOKIE)]
    token = cookie.partition("=")[2].partition(";")[0]
    assert cookie.partition("; ")[2].endswith("Max-Age=43200; HttpOnly; Path=/; SameSite=Lax")
    with ground.look() as session:
        (row,) = session.exec(select(WebSession)).all()
    assert row.token_sha256 == digest(token)
    assert token not in repr(row.model_dump())


def test_behind_tls_cookies_are_secure_and_the_browser_is_told_to_stay(site: Flask, account: Account) -> None:
    client = site.test_client()
    answer = client.get("/signin", base_url="https://field.example")
    assert "; Secure;" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_every_sign_in_has_a_token_of_its_own(site: Flask, account: Account) -> None:
    client = site.test_client()
    sign_in(client)
    first = client.get_cookie(SESSION_COOKIE)
    client.post("/signout", data={"csrf_token": token_of(client.get("/start"))})
    assert client.get_cookie(SESSION_COOKIE) is None
    assert client.get("/start").status_code == 302
    sign_in(client)
    assert first is not None
    assert client.get_cookie(SESSION_COOKIE).value != first.value
    client.set_cookie(SESSION_COOKIE, first.value, path="/")  # the old one is dead, not merely forgotten
    assert client.get("/start").status_code == 302


@pytest.mark.parametrize(
    ("steps", "ends"), [([29] * 3, 200), ([31], 302), ([29] * 25, 302)], ids=["used", "idle", "old"]
)
def test_a_session_ends_after_half_an_hour_idle_or_twelve_hours(
    site: Flask, account: Account, clock: Any, steps: list[int], ends: int
) -> None:
    client = site.test_client()
    sign_in(client)
    for minutes in steps:
        clock.advance(minutes * MINUTE)
        answer = client.get("/start")
    assert answer.status_code == ends


def test_polling_keeps_no_session_alive(site: Flask, account: Account, clock: Any) -> None:
    client = site.test_client()
    sign_in(client)
    for _ in range(4):
        clock.advance(10 * MINUTE)
        answer = client.get("/demo/progress", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["X-Fieldwork"]) == (401, "signed-out")


def test_closing_an_account_and_raising_its_epoch_end_its_sessions_at_once(
    site: Flask, account: Account, ground: Ground
) -> None:
    client = site.test_client()
    sign_in(client)
    assert client.get("/start").status_code == 200
    with ground.work() as work:
        end_sessions(work, account.id)
    assert client.get("/start").status_code == 302
    sign_in(client)
    with ground.work() as work:
        access_of(work, account.id).closed_at = work.now
    assert client.get("/start").status_code == 302
    assert sign_in(client).status_code == 422


def test_a_role_taken_away_acts_in_a_stale_tab(study: Study, visitor: Callable[..., Any], ground: Ground) -> None:
    browser = visitor("principal_investigator")
    assert browser.get("/s/libraries/trail").status_code == 200
    with ground.work() as work:
        member = work.session.exec(select(Member)).one()
        member.role = "viewer"
    assert browser.get("/s/libraries/trail").status_code == 403
    answer = browser.post("/s/libraries/members", {"login": "a@b.c", "initials": "АБ", "role": "viewer"})
    assert (answer.status_code, "Ваша роль" in answer.text or "роль" in answer.text) == (403, True)
    with ground.work() as work:
        work.session.delete(work.session.exec(select(Member)).one())
    assert browser.get("/s/libraries/").status_code == 404


def test_what_was_typed_survives_the_end_of_the_session(
    site: Flask, account: Account, clock: Any, ground: Ground
) -> None:
    client = site.test_client()
    sign_in(client)
    typed = {
        "csrf_token": token_of(client.get("/studies/new")),
        "title_ru": "Третье место <b>«дом»</b>",
        "slug": "third-place",
        "initials": "АС",
    }
    clock.advance(HOUR)
    ended = client.post("/studies/new", data=typed, headers={"Sec-Fetch-Site": "same-origin"})
    assert (ended.status_code, "цело" in ended.text) == (401, True)
    kept = re.search(r'name="kept" value="([^"]+)"', ended.text)
    assert kept is not None

    again = client.post(
        "/signin",
        data={
            "csrf_token": token_of(ended),
            "login": account.login,
            "password": PASSWORD,
            "to": "/studies/new",
            "kept": kept.group(1),
        },
    )
    assert again.status_code == 200
    assert "Третье место &lt;b&gt;«дом»&lt;/b&gt;" in again.text
    assert 'action="/studies/new"' in again.text
    saved = client.post("/studies/new", data={**typed, "csrf_token": token_of(again)})
    assert (saved.status_code, saved.headers["Location"]) == (302, "/s/third-place/begin/sample")
    with ground.look() as session:
        assert session.exec(select(Study.title)).one()["ru"] == "Третье место <b>«дом»</b>"


def test_a_form_from_before_the_present_session_is_shown_again(site: Flask, account: Account) -> None:
    client = site.test_client()
    sign_in(client)
    stale = client.post("/studies/new", data={"csrf_token": "0" * 64, "title_ru": "Музеи", "password": "not this"})
    assert stale.status_code == 403
    assert "Музеи" in stale.text
    assert "not this" not in stale.text


def test_another_site_can_plant_no_form_on_somebody_who_is_signed_out(site: Flask, account: Account) -> None:
    answer = site.test_client().post(
        "/studies/new", data={"title_ru": "Чужое"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert (answer.status_code, "Чужое" in answer.text) == (403, False)
    old = site.test_client().post(
        "/studies/new", data={"title_ru": "Чужое"}, headers={"Origin": "https://evil.example"}
    )
    assert (old.status_code, "Чужое" in old.text) == (403, False)


def test_ten_wrong_passwords_end_in_a_clear_page_and_pass(site: Flask, account: Account, clock: Any) -> None:
    client = site.test_client()
    answers = [sign_in(client, password=f"wrong {number}") for number in range(10)]
    assert {answer.status_code for answer in answers} == {422}
    assert len({re.sub(r"\w{64}", "", answer.text) for answer in answers}) == 1
    waiting = sign_in(client)  # the right one
    assert (waiting.status_code, "через 15 мин" in waiting.text) == (429, True)
    clock.advance(15 * MINUTE)
    assert sign_in(client).status_code == 302
    assert sign_in(site.test_client(), password="wrong").status_code == 422  # counted afresh


def test_an_unknown_login_answers_like_a_wrong_password(site: Flask, account: Account) -> None:
    known = sign_in(site.test_client(), password="wrong")
    unknown = sign_in(site.test_client(), login="asel@example.orh", password="wrong")

    def told(answer: Any) -> str:
        return re.sub(r"\w{64}", "", answer.text).replace("example.orh", "example.org")

    assert (known.status_code, told(known)) == (unknown.status_code, told(unknown))


def test_the_first_run_makes_one_administrator(site: Flask, ground: Ground) -> None:
    client = site.test_client()
    assert client.get("/").headers["Location"] == "/signin?to=/"
    assert client.get("/signin").headers["Location"] == "/first-run"
    form = {
        "csrf_token": token_of(client.get("/first-run")),
        "login": " Asel@Example.org ",
        "display_name": "Асель",
        "password": PASSWORD,
        "password_again": PASSWORD,
    }
    short = client.post("/first-run", data={**form, "password": "мало", "password_again": "мало"})
    assert (short.status_code, "12" in short.text, "Асель" in short.text) == (422, True, True)
    assert client.post("/first-run", data={**form, "password_again": "x"}).status_code == 422
    assert client.post("/first-run", data=form).headers["Location"] == "/start"
    assert client.get("/start").status_code == 200
    assert site.test_client().get("/first-run").status_code == 404
    with ground.look() as session:
        row = session.exec(select(Account, Access).join(Access, col(Access.account_id) == col(Account.id))).one()
        deeds = [entry.deed for entry in session.exec(select(AuditEntry).order_by(col(AuditEntry.number)))]
    assert (row[0].login, row[1].administrator) == ("asel@example.org", True)
    assert (row[0].password_hash or "").startswith("$argon2id$")
    assert deeds == ["account.set_up", "account.signed_in"]


def test_a_link_lets_in_once(site: Flask, account: Account, ground: Ground, clock: Any) -> None:
    with ground.work() as work:
        token = new_link(work, account)
    client = site.test_client()
    form = {
        "csrf_token": token_of(client.get(f"/enter/{token}")),
        "password": "новый пароль ещё",
        "password_again": "новый пароль ещё",
    }
    assert client.post(f"/enter/{token}", data=form).status_code == 302
    assert site.test_client().get(f"/enter/{token}").status_code == 410
    assert sign_in(site.test_client(), password="новый пароль ещё").status_code == 302
    with ground.work() as work:
        token = new_link(work, account)
    clock.advance(7 * 24 * HOUR)
    assert site.test_client().get(f"/enter/{token}").status_code == 410


@pytest.mark.parametrize("path", ["/signin", "/start", "/nowhere", "/s/none/", "/static/none.css"])
def test_every_answer_has_the_strict_headers(site: Flask, account: Account, path: str) -> None:
    answer = site.test_client().get(path)
    nonce = re.search(r"'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"])
    assert nonce
    assert len(nonce[1]) == 24
    expected = {name: value.replace("{nonce}", nonce[1]) for name, value in HEADERS.items()}
    assert {name: answer.headers.get(name) for name in HEADERS} == expected
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_too_large_a_form_is_told_so(visitor: Callable[..., Any]) -> None:
    answer = visitor().post("/studies/new", {"title_ru": "я" * 2_000_000})
    assert (answer.status_code, "больше" in answer.text) == (413, True)


def test_the_language_is_chosen_and_kept(site: Flask, account: Account) -> None:
    client = site.test_client()
    page = client.get("/signin")
    assert 'lang="ru"' in page.text
    client.post("/language", data={"csrf_token": token_of(page), "language": "kk", "to": "/signin"})
    assert '<html lang="kk"' in client.get("/signin").text
    client.post("/language", data={"csrf_token": token_of(client.get("/signin")), "language": "xx", "to": "/signin"})
    assert '<html lang="kk"' in client.get("/signin").text


def test_the_language_switch_of_an_answer_to_a_form_leads_to_a_page(study: Any, visitor: Callable[..., Any]) -> None:
    browser = visitor("principal_investigator")
    answer = browser.post("/s/libraries/members/nobody/role", {"role": "coder"})
    assert answer.status_code >= 400
    answers = [answer, browser.post("/s/libraries/members", {"login": ""}), browser.get("/s/libraries/nowhere")]
    for told in answers:
        back = re.search(r'name="to" value="([^"]*)"', told.text)
        assert back is not None, told.status_code
        moved = browser.post("/language", {"language": "en", "to": back[1]})
        assert (moved.status_code, browser.get(moved.location).status_code) == (302, 200), back[1]
