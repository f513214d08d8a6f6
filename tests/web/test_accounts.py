"""One's own account: name, password, sessions; the administrators' list of accounts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlmodel import col, select

from fieldwork.core.accounts import Account
from fieldwork.core.audit import AuditEntry
from fieldwork.core.work import Ground
from fieldwork.overview.deeds import DEEDS
from fieldwork.programme.models import Study
from fieldwork.web.models import Access, WebSession
from fieldwork.web.services import access_of, set_password, set_up

PASSWORD = "четыре слова и лошадь"
OTHER = "пять других слов и верблюд"
MINUTE = 60


@pytest.fixture
def account(ground: Ground) -> Account:
    """An administrator with a password."""
    with ground.work() as work:
        return set_up(work, login="asel@example.org", display_name="Асель", password=PASSWORD)


@pytest.fixture
def browser(site: Flask, account: Account) -> Callable[..., Any]:
    """Signs in on the page, as the administrator unless told otherwise; returns the browser and its answer."""

    def sign_in(password: str = PASSWORD, login: str = "asel@example.org") -> Any:
        client = site.test_client()
        answer = client.post(
            "/signin", data={"csrf_token": token_of(client.get("/signin")), "login": login, "password": password}
        )
        return client, answer.status_code

    return sign_in


def token_of(page: Any) -> str:
    found = re.search(r'name="csrf_token" value="(\w+)"', page.text)
    assert found is not None
    return found.group(1)


def send(client: Any, path: str = "/account", **fields: Any) -> Any:
    page = client.get("/account")
    return client.post(path, data={"csrf_token": token_of(page), **fields})


def deeds(ground: Ground) -> list[str]:
    with ground.look() as session:
        return [one.deed for one in session.exec(select(AuditEntry).order_by(col(AuditEntry.number)))]


def test_a_name_is_changed_and_others_see_it(browser: Callable[..., Any], ground: Ground) -> None:
    client, _ = browser()
    answer = send(client, deed="name", display_name="  Асель Серикова ")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account")
    assert 'value="Асель Серикова"' in client.get("/account").text
    assert deeds(ground)[-1] == "account.renamed"
    with ground.look() as session:
        assert session.exec(select(Account.display_name)).one() == "Асель Серикова"


@pytest.mark.parametrize("name", ["", "   ", "я" * 121, "две\nстроки"])
def test_a_name_that_is_none_is_refused_and_kept_in_its_field(
    browser: Callable[..., Any], ground: Ground, name: str
) -> None:
    client, _ = browser()
    answer = send(client, deed="name", display_name=name)
    assert (answer.status_code, "от 1 до 120 знаков" in answer.text) == (422, True)
    assert f'value="{name}"' in answer.text.replace("\r\n", "\n")
    with ground.look() as session:
        assert session.exec(select(Account.display_name)).one() == "Асель"


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(browser: Callable[..., Any], ground: Ground) -> None:
    (here, _), (elsewhere, _) = browser(), browser()
    sent = {"deed": "password", "present_password": PASSWORD, "password": OTHER, "password_again": OTHER}
    assert send(here, **sent).status_code == 302
    assert (here.get("/account").status_code, elsewhere.get("/account").status_code) == (200, 302)
    assert (browser(PASSWORD)[1], browser(OTHER)[1]) == (422, 302)
    assert [one for one in deeds(ground) if "signed" not in one] == [
        "account.set_up",
        "account.sessions_ended",
        "account.password_changed",
    ]


@pytest.mark.parametrize(
    ("present", "password", "again", "told"),
    [
        ("не тот пароль", OTHER, OTHER, "Это не ваш нынешний пароль."),
        (PASSWORD, OTHER, OTHER + "!", "Пароли не совпадают"),
        (PASSWORD, "мало", "мало", "не меньше 12"),
        (PASSWORD, "а" * 129, "а" * 129, "не больше 128"),
        (PASSWORD, "аааааааааааааа", "аааааааааааааа", "легко угадать"),
    ],
    ids=["not theirs", "differ", "short", "long", "plain"],
)
def test_a_wrong_password_changes_nothing(
    browser: Callable[..., Any], present: str, password: str, again: str, told: str
) -> None:
    (here, _), (elsewhere, _) = browser(), browser()
    answer = send(here, deed="password", present_password=present, password=password, password_again=again)
    assert (answer.status_code, told in answer.text, OTHER in answer.text) == (422, True, False)
    assert (here.get("/account").status_code, elsewhere.get("/account").status_code) == (200, 200)
    assert browser(PASSWORD)[1] == 302


def test_the_present_password_cannot_be_guessed_at_an_open_page(browser: Callable[..., Any], clock: Any) -> None:
    client, _ = browser()
    sent = {"deed": "password", "password": OTHER, "password_again": OTHER}
    for number in range(10):
        assert send(client, **sent, present_password=f"wrong {number}").status_code == 422
    waiting = send(client, **sent, present_password=PASSWORD)
    assert (waiting.status_code, "через 15 мин" in waiting.text) == (429, True)
    clock.advance(15 * MINUTE)
    assert send(client, **sent, present_password=PASSWORD).status_code == 302


def test_sessions_are_listed_and_the_others_ended(browser: Callable[..., Any], clock: Any, ground: Ground) -> None:
    (forgotten, _) = browser()
    clock.advance(31 * MINUTE)  # over: no longer listed
    (elsewhere, _), (here, _) = browser(), browser()
    page = here.get("/account").text
    assert (page.count("Этот браузер"), page.count("Другой браузер")) == (1, 1)
    assert send(here, deed="sessions").status_code == 302
    page = here.get("/account").text
    assert (page.count("Этот браузер"), page.count("Другой браузер"), "Завершить остальные" in page) == (1, 0, False)
    assert [one.get("/account").status_code for one in (forgotten, elsewhere, here)] == [302, 302, 200]
    with ground.look() as session:
        assert len(session.exec(select(WebSession)).all()) == 1


def test_who_is_no_administrator_sees_and_makes_no_accounts(
    visitor: Callable[..., Any], account: Account, ground: Ground
) -> None:
    somebody = visitor()
    before = deeds(ground)
    assert somebody.get("/account").status_code == 200
    assert "/accounts" not in somebody.get("/account").text
    answers = [
        somebody.get("/accounts"),
        somebody.post("/accounts", {"login": "a@example.org", "display_name": "А"}),
        somebody.post("/accounts", {"account": str(account.id)}),
        somebody.post(f"/accounts/{account.id}/administrator"),
        somebody.post(f"/accounts/{account.id}/no-administrator"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert deeds(ground) == before


def test_accounts_are_listed_with_their_studies_counted_only(
    browser: Callable[..., Any], visitor: Callable[..., Any], study: Study
) -> None:
    visitor("coder")
    client, _ = browser()
    rows = re.findall(r"<tr>(.*?)</tr>", client.get("/accounts").text, re.DOTALL)[1:]
    told = [re.sub(r"\s+", " ", re.sub(r"<form.*", "", row, flags=re.DOTALL)) for row in rows]
    assert len(told) == 2
    assert ["asel@example.org" in told[0], "администратор" in told[0], "0 исследований" in told[0]] == [True] * 3
    assert ["coder-" in told[1], "администратор" in told[1], "1 исследование" in told[1]] == [True, False, True]
    assert "Библиотеки" not in client.get("/accounts").text


def test_an_account_is_made_and_its_holder_comes_in_by_the_link(
    browser: Callable[..., Any], site: Flask, ground: Ground
) -> None:
    client, _ = browser()
    answer = send(client, "/accounts", login=" Daniyar@Example.org", display_name="Данияр")
    (link,) = re.findall(r"<code>http://localhost(/enter/[\w-]+)</code>", answer.text)
    assert (answer.status_code, "входа ещё не было" in answer.text) == (200, True)
    holder = site.test_client()
    sent = {"csrf_token": token_of(holder.get(link)), "password": OTHER, "password_again": OTHER}
    assert holder.post(link, data=sent).status_code == 302
    page = client.get("/accounts").text
    assert ("daniyar@example.org" in page, "входа ещё не было" in page, link in page) == (True, False, False)
    assert deeds(ground)[-5:-2] == ["account.made", "account.link_made", "account.sessions_ended"]


@pytest.mark.parametrize(
    ("login", "name", "told"),
    [
        ("asel@example.org", "Другая", "asel@example.org"),
        ("два слова", "Кто-то", "без пробелов"),
        ("new@example.org", "", "от 1 до 120 знаков"),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    browser: Callable[..., Any], ground: Ground, login: str, name: str, told: str
) -> None:
    client, _ = browser()
    answer = send(client, "/accounts", login=login, display_name=name)
    assert (answer.status_code, told in answer.text, f'value="{login}"' in answer.text) == (422, True, True)
    with ground.look() as session:
        assert session.exec(select(Account.login)).all() == ["asel@example.org"]


def test_a_new_link_lets_somebody_in_who_is_locked_out(browser: Callable[..., Any], site: Flask) -> None:
    client, _ = browser()
    assert [browser("wrong")[1] for _ in range(10)] == [422] * 10
    assert browser(PASSWORD)[1] == 429
    with site.extensions["fieldwork"].ground.look() as session:
        own = session.exec(select(Account.id)).one()
    (link,) = re.findall(r"localhost(/enter/[\w-]+)</code>", send(client, "/accounts", account=str(own)).text)
    holder = site.test_client()
    sent = {"csrf_token": token_of(holder.get(link)), "password": OTHER, "password_again": OTHER}
    assert holder.post(link, data=sent).status_code == 302
    assert (browser(OTHER)[1], client.get("/accounts").status_code) == (302, 302)


@pytest.mark.parametrize("given", ["6f1c1e3e-8d0a-4c67-9d7c-0d6a4f6f0a01", "x"])
def test_a_link_for_nobody_is_not_there(browser: Callable[..., Any], given: str) -> None:
    client, _ = browser()
    assert send(client, "/accounts", account=given).status_code == 404


def test_administrators_are_made_and_unmade_but_never_the_last(browser: Callable[..., Any], ground: Ground) -> None:
    client, _ = browser()
    send(client, "/accounts", login="daniyar@example.org", display_name="Данияр")
    with ground.look() as session:
        ids = {one.login: one.id for one in session.exec(select(Account))}
    own, other = ids["asel@example.org"], ids["daniyar@example.org"]
    refused = send(client, f"/accounts/{own}/no-administrator")
    assert (refused.status_code, "хотя бы один администратор" in refused.text) == (409, True)
    assert send(client, f"/accounts/{other}/administrator").status_code == 302
    # not yet enough: nobody can sign in to the other one
    assert send(client, f"/accounts/{own}/no-administrator").status_code == 409
    with ground.work() as work:
        set_password(work, work.get(Account, other), OTHER)
    answer = send(client, f"/accounts/{own}/no-administrator")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account")
    assert client.get("/accounts").status_code == 403
    with ground.look() as session:
        assert session.exec(select(Access.account_id).where(col(Access.administrator).is_(True))).all() == [other]
    assert deeds(ground)[-2:] == ["account.administrator_made", "account.administrator_unmade"]
    assert set(deeds(ground)) - set(DEEDS) == set()


def test_taking_an_administrator_back_is_offered_and_works(browser: Callable[..., Any], ground: Ground) -> None:
    client, _ = browser()
    send(client, "/accounts", login="daniyar@example.org", display_name="Данияр")
    with ground.look() as session:
        other = session.exec(select(Account.id).where(Account.login == "daniyar@example.org")).one()
    send(client, f"/accounts/{other}/administrator")
    (undo,) = re.findall(
        r'<form method="post" action="([^"]+no-administrator)"><input[^>]+><button type="submit">Отмен',
        client.get("/accounts").text,
    )
    assert send(client, undo).status_code == 302
    with ground.work() as work:
        assert access_of(work, other).administrator is False


@pytest.mark.parametrize(
    ("language", "heading", "list_of"),
    [
        ("ru", "Учётная запись", "Учётные записи"),
        ("kk", "Тіркелгіңіз", "Тіркелгілер"),
        ("en", "Your account", "Accounts"),
    ],
)
def test_the_pages_speak_three_languages(
    browser: Callable[..., Any], language: str, heading: str, list_of: str
) -> None:
    client, _ = browser()
    client.set_cookie("fieldwork_language", language, path="/")
    assert f"<h1>{heading}</h1>" in client.get("/account").text
    assert f"<h1>{list_of}</h1>" in client.get("/accounts").text


@pytest.mark.parametrize("path", ["/account", "/start"])
def test_the_account_is_found_from_pages_outside_of_a_study(browser: Callable[..., Any], path: str) -> None:
    client, _ = browser()
    assert 'href="/account"' in client.get(path).text


def test_the_account_is_found_from_pages_of_a_study(visitor: Callable[..., Any], study: Study) -> None:
    viewer = visitor("viewer")
    assert 'href="/account"' in viewer.get("/s/libraries/").text
    assert 'href="/account"' in viewer.get("/s/libraries/more").text
