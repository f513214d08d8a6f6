"""A transcript beside its sound: heard by keyboard, corrected in place, by two people at once; in three dresses."""

import json
import re
import time
import wave
from collections.abc import Callable, Iterator
from io import BytesIO
from math import pi, sin
from pathlib import Path
from struct import pack

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Ground, Work, open_ground
from fieldwork.demo.field import set_up as lay_field
from fieldwork.programme.models import Member, Study
from fieldwork.programme.services import find_study
from fieldwork.recording.models import Recording
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.formats import parse
from fieldwork.transcription.history import cues_of, replace_words
from fieldwork.transcription.importing import import_transcript
from fieldwork.transcription.models import Transcript, TranscriptState
from fieldwork.transcription.services import segment_rows, segments_of, transcript_of
from fieldwork.transcription.word_times import Word
from fieldwork.web.services import set_up as first_account

PASSWORD = "четыре слова и лошадь"
LOGIN = "asel@example.org"
CAPTIONS = (
    "WEBVTT\n\n1\n00:00:00.500 --> 00:00:03.000\nИнтервьюер: Как вы пришли в профессию?\n\n"
    "2\n00:00:03.000 --> 00:00:07.000\nЭксперт: Случайно, правда.\n\n"
    "3\n00:00:07.000 --> 00:00:11.000\nЭксперт: Через друзей.\n\n"
    "4\n00:00:11.000 --> 00:00:14.000\nИнтервьюер: Каких друзей?\n\n"
    "5\n00:00:14.000 --> 00:00:20.000\nЭксперт: Школьных.\n"
)
WORDS = ["Как вы пришли в профессию?", "Случайно, правда. Через друзей.", "Каких друзей?", "Школьных."]
BAD = 'Случайно <img src=x onerror="alert(1)"> правда.'
pytestmark = [pytest.mark.slow, pytest.mark.chromium]


def tone(seconds: int) -> BytesIO:
    """A sound as recordings are kept: WAV, 16 kHz, mono; louder every second."""
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        period = b"".join(pack("<h", int(3000 * sin(2 * pi * 400 * n / 16_000))) for n in range(16_000))
        for _ in range(seconds):
            sound.writeframes(period)
    file.seek(0)
    return file


def lay(work: Work, study: Study, code: str, seconds: tuple[int, ...], *, state: str) -> Transcript:
    """A transcript that is heard in recordings of such lengths; each recording holds as many turns."""
    interview = find_interview(work, find_expert(work, study, code))
    rows, offset = [], 0
    for position, length in enumerate(seconds, 1):
        blob = work.blobs.store(expert_subject(interview.expert_id), tone(length)).blob_id
        rows.append(
            work.add(
                Recording(
                    interview_id=interview.id, position=position, kind="mixed" if len(seconds) == 1 else "message",
                    offset_ms=offset, blob_id=blob, normalised_blob_id=blob, sealed_name=b"",
                    sha256=code + str(position), bytes=1, container="wav", codec="pcm", sample_rate=16_000,
                    channels=1, duration_ms=length * 1000, peak_dbfs=-1.0, imported_at=work.now,
                )
            )
        )  # fmt: skip
        offset += length * 1000
    found = import_transcript(work, interview, parse(CAPTIONS.encode()))
    for number, segment in enumerate(segment_rows(work, found)):
        segment.recording_id = rows[number * len(rows) // 4].id
        if len(rows) > 1:
            segment.start_ms, segment.end_ms = 0, seconds[number] * 1000
        work.add(segment)
        if state == TranscriptState.ANONYMISED:
            segment.text, segment.sealed_text = WORDS[number], None
    cues_of(work, segment_rows(work, found)[1])[1].avg_logprob = -1.2
    found.state = state
    return work.add(found)


@pytest.fixture
def ground(data: Path) -> Iterator[Ground]:
    """The installation that the server shows: raw transcripts of E04 and E08, an approved one of E05."""
    settings = Settings(data=data)
    opened = open_ground(settings)
    upgrade(settings.database_url)
    with opened.work() as work:
        study = lay_field(work)
        account = first_account(work, login=LOGIN, display_name="Асель", password=PASSWORD)
        work.add(Member(study_id=study.id, account_id=account.id, initials="ПИ", role="principal_investigator"))
        lay(work, study, "E04", (20,), state=TranscriptState.RAW)
        lay(work, study, "E05", (20,), state=TranscriptState.ANONYMISED)
        lay(work, study, "E08", (2, 2, 2, 2), state=TranscriptState.RAW)
    yield opened
    opened.close()


@pytest.fixture
def enter(ground: Ground, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Opens a page of the study as its principal investigator: (path, size, language, theme)."""

    def come_in(path: str, size: str = "1440", language: str = "ru", theme: str = "light") -> Page:
        page = open_page(size, language, theme)
        page.goto(f"/signin?to=/s/creative-class/{path}")
        page.fill("[name=login]", LOGIN)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(rf"//[^/]+/s/creative-class/{path}$"))
        return page

    return come_in


def words(page: Page) -> list[str]:
    return page.locator("#turns .turn__b > p").all_inner_texts()


def drawn(page: Page) -> None:
    expect(page.locator("#audio")).to_have_attribute("data-drawn", "yes")


def until(page: Page, holds: str) -> None:
    """Wait for a condition in the page; Playwright's own way needs an eval there, which the policy forbids."""
    end = time.monotonic() + 60
    while not page.evaluate(holds):
        assert time.monotonic() < end, holds
        page.wait_for_timeout(50)


def edit(page: Page, number: int, text: str) -> None:
    page.locator(f"#turn-{number}").hover()
    page.locator(f"#turn-{number} [data-edit]").click()
    page.locator(f"#turn-{number} textarea").fill(text)


def saved_texts(ground: Ground, code: str) -> list[str]:
    with ground.work() as work:
        interview = find_interview(work, find_expert(work, find_study(work, "creative-class"), code))
        return [one.text for one in segments_of(work, transcript_of(work, interview))]


def test_a_transcript_is_heard_by_keyboard(enter: Callable[..., Page]) -> None:
    page = enter("transcripts/E04")
    drawn(page)
    now = page.locator("#turns .turn.is-now")
    page.locator("#turn-2 .turn__b p").click()
    expect(now).to_have_attribute("id", "turn-2")
    until(page, "document.querySelector('#sound').currentTime > 3.2")
    assert page.evaluate("document.querySelector('#sound').paused") is False
    expect(page.locator("[data-audio=play]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Space")
    until(page, "document.querySelector('#sound').paused")
    expect(page.locator("[data-audio=play]")).to_have_attribute("aria-pressed", "false")
    before = page.evaluate("document.querySelector('#sound').currentTime")
    page.keyboard.press("ArrowRight")
    until(page, f"Math.abs(document.querySelector('#sound').currentTime - {before} - 5) < 0.2")
    page.keyboard.press("ArrowLeft")
    until(page, f"Math.abs(document.querySelector('#sound').currentTime - {before}) < 0.2")
    page.keyboard.press("ArrowDown")
    expect(now).to_have_attribute("id", "turn-3")
    expect(page.locator("[data-audio-now]")).to_have_text("00:00:11")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(now).to_have_attribute("id", "turn-1")
    page.select_option("[data-audio=rate]", "2")
    page.keyboard.press("Escape")
    assert page.evaluate("document.querySelector('#sound').playbackRate") == 2
    page.locator("#turn-1").focus()
    page.keyboard.press("Space")
    expect(now).to_have_attribute("id", "turn-2")  # it plays on into the next turn
    page.keyboard.press("Space")
    page.keyboard.press("Shift+Slash")
    expect(page.locator("#keys li").filter(has_text="слушать или остановить")).to_be_visible()


def test_words_that_were_not_certain_play_from_their_own_second(enter: Callable[..., Page]) -> None:
    page = enter("transcripts/E04")
    doubtful = page.locator("#turn-2 .cue.is-doubtful")
    expect(doubtful).to_have_text("Через друзей.")
    doubtful.click()
    until(page, "document.querySelector('#sound').currentTime >= 7")
    expect(page.locator(".cue.is-heard")).to_have_text("Через друзей.")


def test_words_are_heard_by_click_and_key_and_turns_repeated(
    enter: Callable[..., Page], ground: Ground, check: Callable[[Page], None]
) -> None:
    with ground.work() as work:
        interview = find_interview(work, find_expert(work, find_study(work, "creative-class"), "E04"))
        second = segment_rows(work, transcript_of(work, interview))[1]
        times = [(0, 9, 3000, 3900, 0.9), (10, 17, 5200, 5900, 0.3), (18, 23, 7000, 8000, 0.9)]
        replace_words(work, second, [Word(*one) for one in times])
    page = enter("transcripts/E04")
    drawn(page)
    unsure = page.locator("#turn-2 .unsure")
    expect(unsure).to_have_text("правда.")
    check(page)
    unsure.click(modifiers=["Alt"])
    until(page, "document.querySelector('#sound').currentTime >= 5.2")
    page.keyboard.press("Space")
    until(page, "document.querySelector('#sound').paused")
    assert page.evaluate("document.querySelector('#sound').currentTime") < 7
    page.keyboard.press("Period")
    until(page, "document.querySelector('#sound').currentTime >= 7")
    page.keyboard.press("Comma")
    until(page, "Math.abs(document.querySelector('#sound').currentTime - 5.2) < 0.1")
    for _ in range(6):
        page.keyboard.press("Equal")
    assert page.evaluate("document.querySelector('#sound').playbackRate") == 2
    for _ in range(8):
        page.keyboard.press("Minus")
    assert page.evaluate("document.querySelector('#sound').playbackRate") == 0.5
    page.select_option("[data-audio=rate]", "2")
    page.keyboard.press("Escape")
    page.locator("#turn-1").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("KeyL")
    expect(page.locator("#turn-1")).to_have_class(re.compile("is-looped"))
    until(page, "document.querySelector('#sound').currentTime > 2")
    until(page, "document.querySelector('#sound').currentTime < 1.5")  # begun again
    page.keyboard.press("KeyL")
    expect(page.locator("#turn-1")).not_to_have_class(re.compile("is-looped"))


def test_voice_messages_play_on_one_after_the_other(enter: Callable[..., Page]) -> None:
    page = enter("transcripts/E08")
    drawn(page)
    page.select_option("[data-audio=rate]", "2")
    page.locator("#turn-1 .tc").click()
    expect(page.locator("#turns .turn.is-now")).to_have_attribute("id", "turn-3")
    expect(page.locator("[data-audio-now]")).to_have_text(re.compile("00:00:0[45]"))
    until(page, "document.querySelector('#sound').src.endsWith('/3')")


def test_a_link_marks_its_turn_and_plays_its_second(enter: Callable[..., Page]) -> None:
    page = enter("transcripts/E05")
    page.goto("/s/creative-class/transcripts/E05#turn-3")
    expect(page.locator("#turns .turn.is-now")).to_have_attribute("id", "turn-3")
    expect(page.locator("[data-audio-now]")).to_have_text("00:00:11")
    expect(page.locator("[data-edit]")).to_have_count(0)
    page.goto("/s/creative-class/transcripts/E05?play=4")
    expect(page.locator("#turns .turn.is-now")).to_have_attribute("id", "turn-4")
    expect(page.locator("[data-audio-now]")).to_have_text(re.compile("00:00:1[4-9]"))


def test_words_are_corrected_in_place_and_taken_back(
    enter: Callable[..., Page], ground: Ground, check: Callable[[Page], None]
) -> None:
    page = enter("transcripts/E04")
    drawn(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("KeyE")
    area = page.locator("#turn-2 textarea")
    expect(area).to_be_focused()
    expect(area).to_have_value(WORDS[1])
    check(page)
    area.fill("Не то.")
    area.press("Escape")
    assert words(page) == WORDS
    page.keyboard.press("Enter")
    area.fill(BAD)
    area.press("Control+Enter")
    expect(page.locator("#turn-2 .turn__b > p")).to_have_text(BAD)
    assert page.locator("#turns img").count() == 0
    assert saved_texts(ground, "E04") == [WORDS[0], BAD, *WORDS[2:]]
    expect(page.locator("#turn-2")).to_be_focused()
    page.keyboard.press("KeyZ")
    expect(page.locator("#turn-2 .turn__b > p")).to_have_text(WORDS[1])
    assert saved_texts(ground, "E04") == WORDS
    edit(page, 3, "Каких именно?")  # leaving saves, too
    page.locator("h1").click()
    expect(page.locator("#turn-3 .turn__b > p")).to_have_text("Каких именно?")
    assert saved_texts(ground, "E04")[2] == "Каких именно?"


def test_speaker_question_and_cuts_are_corrected(
    enter: Callable[..., Page], ground: Ground, check: Callable[[Page], None]
) -> None:
    page = enter("transcripts/E04")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("KeyS")
    expect(page.locator("#turn-1")).to_have_attribute("data-speaker", "expert")
    page.get_by_role("button", name="Отменить").click()
    expect(page.locator("#turn-1")).to_have_attribute("data-speaker", "interviewer")
    page.keyboard.press("KeyM")
    menu = page.get_by_role("dialog", name="Эта реплика")
    expect(menu).to_be_visible()
    check(page)
    menu.get_by_role("button", name="Отсюда и до конца").click()
    expect(page.locator("#turn-4")).to_have_attribute("data-speaker", "interviewer")
    page.locator("#turn-3").hover()
    page.locator("#turn-3 [data-more]").click()
    page.locator("#tm-question").select_option("7")
    expect(page.locator("#turn-3")).to_have_attribute("data-question", "7")
    page.locator("#turn-3").hover()
    page.locator("#turn-3 [data-more]").click()
    menu.get_by_role("button", name="Соединить").click()
    expect(page.locator("#turns .turn")).to_have_count(3)
    assert words(page) == [WORDS[0], f"{WORDS[1]} {WORDS[2]}", WORDS[3]]
    edit(page, 2, "Случайно 🎭 правда. Через друзей.")
    page.locator("#turn-2 textarea").evaluate("area => area.setSelectionRange(12, 12)")
    page.locator("#turn-2 textarea").press("Alt+Enter")
    expect(page.locator("#turns .turn")).to_have_count(4)
    assert words(page) == [WORDS[0], "Случайно 🎭", "правда. Через друзей.", WORDS[3]]
    page.keyboard.press("KeyZ")
    expect(page.locator("#turns .turn")).to_have_count(3)
    assert saved_texts(ground, "E04") == words(page)


def test_two_windows_at_one_turn_lose_nothing(
    enter: Callable[..., Page], ground: Ground, check: Callable[[Page], None]
) -> None:
    one, other = enter("transcripts/E04"), enter("transcripts/E04")
    edit(one, 2, "Случайно, честно.")
    edit(other, 2, "Случайно, правда. Через друзей детства.")
    one.locator("#turn-2 textarea").press("Control+Enter")
    expect(one.locator("#turn-2 .turn__b > p")).to_have_text("Случайно, честно.")
    other.locator("#turn-2 textarea").press("Control+Enter")
    conflict = other.locator(".cf")
    expect(conflict).to_contain_text("Сейчас в расшифровке, правка ПИ")
    expect(conflict.locator("ins")).to_have_text("правда. Через друзей детства.")
    expect(other.locator("#turn-2 textarea")).to_have_value("Случайно, правда. Через друзей детства.")
    check(other)
    conflict.get_by_role("button", name="Править мой дальше").click()
    other.locator("#turn-2 textarea").fill("Совсем случайно, честно.")
    other.locator("#turn-2 textarea").press("Control+Enter")
    expect(other.locator("#turn-2 .turn__b > p")).to_have_text("Совсем случайно, честно.")
    assert saved_texts(ground, "E04")[1] == "Совсем случайно, честно."

    edit(one, 2, "Третье.")
    one.locator("#turn-2 textarea").press("Control+Enter")
    one.get_by_role("button", name="Взять чужой").click()
    expect(one.locator("#turn-2 .turn__b > p")).to_have_text("Совсем случайно, честно.")
    edit(other, 2, "Четвёртое.")
    edit(one, 2, "Пятое.")
    other.locator("#turn-2 textarea").press("Control+Enter")
    expect(other.locator("#turn-2 .turn__b > p")).to_have_text("Четвёртое.")
    one.locator("#turn-2 textarea").press("Control+Enter")
    one.get_by_role("button", name="Оставить мой").click()
    expect(one.locator("#turn-2 .turn__b > p")).to_have_text("Пятое.")
    assert saved_texts(ground, "E04")[1] == "Пятое."


def test_nothing_typed_is_lost_when_the_session_ends_or_the_text_is_approved(
    enter: Callable[..., Page], ground: Ground, check: Callable[[Page], None]
) -> None:
    page = enter("transcripts/E04")
    edit(page, 2, "Моя правка.")
    kept = page.context.cookies()
    page.context.clear_cookies(name="fieldwork_session")
    page.locator("#turn-2 textarea").press("Control+Enter")
    expect(page.locator("#turn-2 .ed [role=alert]")).to_contain_text("Сеанс")
    expect(page.locator("#turn-2 textarea")).to_have_value("Моя правка.")
    stored = page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert "правка" not in json.dumps(stored, ensure_ascii=False)
    check(page)
    page.context.add_cookies(kept)
    page.get_by_role("button", name="Повторить").click()
    expect(page.locator("#turn-2 .turn__b > p")).to_have_text("Моя правка.")

    edit(page, 3, "Поздняя правка.")
    with ground.work() as work:
        for transcript in work.session.exec(select(Transcript)):
            transcript.state = TranscriptState.ANONYMISED
            work.add(transcript)
    page.locator("#turn-3 textarea").press("Control+Enter")
    expect(page.locator("#turn-3 .ed [role=alert]")).to_contain_text("E04")
    expect(page.locator("#turn-3 textarea")).to_have_value("Поздняя правка.")
    expect(page.get_by_role("button", name="Скопировать мой текст")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())


@pytest.mark.parametrize(
    ("size", "language", "theme"),
    [("1440", "ru", "dark"), ("390", "ru", "light"), ("390", "kk", "dark"), ("1440", "kk", "light")],
)
def test_the_pages_look_right_in_every_dress(
    enter: Callable[..., Page], check: Callable[[Page], None], size: str, language: str, theme: str
) -> None:
    page = enter("transcripts/E04", size, language, theme)
    drawn(page)
    check(page)
    page.locator("#turn-2 [data-edit]").click()
    check(page)
    page.keyboard.press("Escape")
    for path in ("transcripts/E05", "transcripts", "transcripts/E14/import"):
        page.goto(f"/s/creative-class/{path}")
        if path.endswith("E05"):
            drawn(page)
        check(page)


def test_a_finished_text_is_taken_in_and_corrected_without_sound(
    enter: Callable[..., Page], check: Callable[[Page], None], tmp_path: Path
) -> None:
    file = tmp_path / "Интервью с Айгерим.txt"
    file.write_text("Здравствуйте.\n\nНу, я рисую.", encoding="utf-8")
    page = enter("transcripts/E14/import")
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="Взять текст").click()
    expect(page.get_by_role("alert")).to_be_visible()  # nobody is named in it
    check(page)
    page.set_input_files("[name=file]", file)
    page.get_by_label("Нет, укажу по репликам").check()
    page.get_by_role("button", name="Взять текст").click()
    expect(page.locator(".tw__note")).to_contain_text("текст пришёл файлом")
    assert page.locator("audio").count() == 0
    page.locator("#turn-2 .turn__b > p").click()  # without sound a click asks for the words
    page.locator("#turn-2 textarea").fill("Ну, я рисую давно.")
    page.locator("#turn-2 textarea").press("Control+Enter")
    expect(page.locator("#turn-2 .turn__b > p")).to_have_text("Ну, я рисую давно.")
    page.keyboard.press("KeyS")
    expect(page.locator("#turn-2")).to_have_attribute("data-speaker", "interviewer")
    page.goto("/s/creative-class/transcripts")
    expect(page.get_by_role("row").filter(has_text="E14")).to_contain_text("2 реплики")
