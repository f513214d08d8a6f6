"""A meeting has come from Zoom's cloud: a person says whose it was, sees it wait to be fetched, and cancels a file."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fieldwork.core.accounts import Account
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.work import open_ground
from fieldwork.demo.field import set_up
from fieldwork.demo.material import SLUG
from fieldwork.programme.models import Member
from fieldwork.recording.zoom_events import meeting_of, read
from fieldwork.recording.zoom_meetings import keep
from fieldwork.web.services import access_of, start_session

TOLD = {
    "event": "recording.completed",
    "download_token": "token",
    "payload": {
        "object": {
            "uuid": "uuid/1==",
            "start_time": "2025-03-25T10:00:30Z",
            "duration": 64,
            "participant_audio_files": [
                {
                    "id": name, "file_type": "M4A", "file_size": 30_400_000, "file_name": f"Audio only - {name}",
                    "recording_start": "2025-03-25T10:01:00Z", "download_url": "https://zoom.us/rec/1",
                }
                for name in ("Руслан Ахметов", "Данияр Касымов")
            ],
        }
    },
}  # fmt: skip


@pytest.fixture
def session(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An installation that Zoom has told of a meeting; a session of the principal investigator."""
    for name in ("ACCOUNT", "CLIENT", "SECRET", "WEBHOOK_SECRET"):
        monkeypatch.setenv(f"FIELDWORK_ZOOM_{name}", "of tests")
    settings = Settings(data=data)
    ground = open_ground(settings)
    upgrade(settings.database_url)
    with ground.work() as work:
        study = set_up(work)
        account = work.add(Account(login="asel@example.org", display_name="Асель", created_at=work.now))
        access_of(work, account.id)
        work.add(Member(study_id=study.id, account_id=account.id, initials="ASx", role="principal_investigator"))
        keep(work, meeting_of(read(json.dumps(TOLD).encode())))
        token = start_session(work, account)
    yield token
    ground.close()


@pytest.mark.slow
@pytest.mark.chromium
def test_a_meeting_is_filed_and_a_file_of_it_is_left(
    session: str, open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = open_page(session=session)
    page.goto(f"/s/{SLUG}/recordings")
    page.get_by_role("link", name="С Zoom пришла 1 запись").click()
    expect(page.get_by_role("radio")).to_be_checked()
    expect(page.get_by_text("на одной дорожке имя эксперта")).to_be_visible()
    expect(page.get_by_text("Ахметов")).to_have_count(0)
    check(page)
    small = open_page("390", "kk", "dark", session)
    small.goto(f"/s/{SLUG}/recordings/zoom")
    expect(small.get_by_role("button", name="Осы сұхбатқа қосу")).to_be_visible()
    check(small)

    page.get_by_role("button", name="Отнести к этому интервью").click()
    expect(page.get_by_role("heading", name="Отнесено к интервью с E02")).to_be_visible()
    files = page.locator("#zoom-filed li")
    expect(files.get_by_text("ждёт очереди")).to_have_count(2)
    check(page)
    files.first.get_by_role("button", name="Отменить").click()
    expect(files.get_by_text("ждёт очереди")).to_have_count(1)
    expect(files.get_by_role("button", name="Получить")).to_have_count(1)
    small.reload()
    expect(small.locator("#zoom-filed li")).to_have_count(2)
    check(small)
