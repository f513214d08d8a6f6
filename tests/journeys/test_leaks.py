"""A name in a report: stopped, shown with page and sentence, mended, written; a file checked before it is sent."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from fieldwork.core.jobs import Job
from fieldwork.core.runs import claim, execute
from fieldwork.programme.models import Role
from fieldwork.report import jobs

pytestmark = [pytest.mark.slow, pytest.mark.chromium]

STUDY = "/s/creative-class"
NAMED = "Спросить об этом Руслана Ахметова."


def write_report(demo: Flask) -> str:
    """Let a worker write the report that was asked for; how that ended."""
    ground = demo.extensions["fieldwork"].ground
    taken = claim(ground, "a worker of the journey", ["report.write"])
    assert taken is not None

    execute(ground, taken, jobs.write)
    with ground.look() as session:
        job = session.get(Job, taken.job_id)
        assert job is not None
        return str(job.failure or job.state)


def test_a_name_in_the_report_is_stopped_shown_and_mended(
    demo: Flask, member: Callable[[str], str], open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = open_page(session=member(Role.PRINCIPAL_INVESTIGATOR))
    page.goto(f"{STUDY}/report")
    page.locator(".rc li").first.get_by_role("link", name="Изменить").click()
    field = page.locator("textarea[name=text_ru]")
    before = field.input_value()
    field.fill(f"{before} {NAMED}")
    page.get_by_role("button", name="Сохранить").click()
    page.get_by_role("button", name="Записать отчёт").click()
    expect(page.locator("#job")).to_be_visible()
    assert write_report(demo) == "LeakFound"

    page.goto(f"{STUDY}/report")
    expect(page.locator("#writing")).to_contain_text("Отчёт выдал бы человека и поэтому не сохранён: рекомендация")
    expect(page.locator("#writing")).not_to_contain_text("Ахметов")
    page.get_by_role("link", name="Показать где").click()
    place = page.locator(".rv__leaks li").first
    expect(place).to_contain_text("с. 2")
    expect(place.locator("mark")).to_have_text("Руслана Ахметова")
    expect(place).to_contain_text("Спросить об этом")
    check(page)

    page.get_by_role("link", name="К отчёту").click()
    page.locator(".rc li").first.get_by_role("link", name="Изменить").click()
    page.locator("textarea[name=text_ru]").fill(before)
    page.get_by_role("button", name="Сохранить").click()
    page.get_by_role("button", name="Записать отчёт").click()
    expect(page.locator("#job")).to_be_visible()
    assert write_report(demo) == "done"
    page.goto(f"{STUDY}/report")
    with page.expect_download() as sent:
        page.locator("#written").get_by_role("link", name="Скачать").first.click()
    assert sent.value.suggested_filename == "creative-class.pdf"


def test_a_file_is_checked_on_a_phone_before_it_is_sent(
    demo: Flask, member: Callable[[str], str], open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = open_page("390", "ru", "dark", member(Role.PRINCIPAL_INVESTIGATOR))
    page.goto(f"{STUDY}/anonymisation")
    page.get_by_role("link", name="Проверить файл").click()
    check(page)
    text = f"Отчёт.\n\n{NAMED}\nТелефон +7 702 555 02 23."
    page.locator("#f-file").set_input_files({"name": "Отчёт.md", "mimeType": "text/markdown", "buffer": text.encode()})
    page.get_by_role("button", name="Проверить", exact=True).press("Enter")
    expect(page.locator("#found")).to_contain_text("2 места выдали бы человека")
    expect(page.locator(".rv__leaks li")).to_have_count(2)
    expect(page.locator(".rv__leaks li").first).to_contain_text("Отчёт.md, строка 3")
    check(page)
