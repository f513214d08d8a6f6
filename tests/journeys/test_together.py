"""Two people at one raw transcript, words found and replaced in it, an expert who reads it back."""

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from fieldwork.core.accounts import Account
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.work import Ground, open_ground
from fieldwork.demo.field import set_up as lay_field
from fieldwork.programme.models import Member
from fieldwork.transcription.models import TranscriptState
from fieldwork.web.services import access_of, start_session

of = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "test_transcript.py")))  # tests are no package
E04 = "/s/creative-class/transcripts/E04"
DRESSES = [("1440", "light"), ("1440", "dark"), ("390", "light"), ("390", "dark")]
pytestmark = [pytest.mark.slow, pytest.mark.chromium]


@pytest.fixture
def ground(data: Path) -> Iterator[Ground]:
    """The installation that the server shows: raw transcripts of E04 and E08, an approved one of E05."""
    settings = Settings(data=data)
    opened = open_ground(settings)
    upgrade(settings.database_url)
    with opened.work() as work:
        study = lay_field(work)
        of.lay(work, study, "E04", (20,), state=TranscriptState.RAW)
        of.lay(work, study, "E05", (20,), state=TranscriptState.ANONYMISED)
        of.lay(work, study, "E08", (2, 2, 2, 2), state=TranscriptState.RAW)
    yield opened
    opened.close()


@pytest.fixture
def enter(ground: Ground, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Opens the transcript of E04, or another page, as a principal investigator of that name."""
    sessions: dict[str, str] = {}

    def session(name: str) -> str:
        with ground.work() as work:
            account = work.add(Account(login=f"{name}@example.org", display_name=name, created_at=work.now))
            access_of(work, account.id)
            study = of.find_study(work, "creative-class")
            work.add(
                Member(
                    study_id=study.id, account_id=account.id, initials=name[:2].upper() + "Ж",
                    role="principal_investigator",
                )
            )  # fmt: skip
            return start_session(work, account)

    def come_in(name: str, path: str = E04, size: str = "1440", language: str = "ru", theme: str = "light") -> Page:
        sessions.setdefault(name, "") or sessions.update({name: session(name)})
        page = open_page(size, language, theme, session=sessions[name])
        page.goto(path)
        return page

    return come_in


def save(page: Page) -> None:
    page.locator("#turns textarea").press("Control+Enter")
    expect(page.locator("#turns textarea")).to_have_count(0)


def test_what_one_changes_arrives_at_the_other(
    enter: Callable[..., Page], ground: Ground, check: Callable[[Page], None]
) -> None:
    one, other = enter("Асель"), enter("Берик")
    expect(other.locator("#tx-here")).to_have_text("Здесь ещё: Асель")
    expect(one.locator("#tx-here")).to_have_text("Здесь ещё: Берик")
    of.edit(one, 2, "Случайно, честно. Через друзей.")
    expect(other.locator("#turn-2 .turn__p")).to_contain_text("Асель пишет здесь")
    check(other)
    save(one)
    expect(other.locator("#turn-2 .turn__b > p")).to_have_text("Случайно, честно. Через друзей.")
    expect(other.locator(".turn__p")).to_have_count(0)
    # speakers, cuts, joins and what is taken back
    one.keyboard.press("KeyS")
    expect(other.locator("#turn-2")).to_have_attribute("data-speaker", "interviewer")
    one.locator("#turn-2 [data-edit]").click()
    one.locator("#turn-2 textarea").evaluate("area => area.setSelectionRange(18, 18)")
    one.locator("#turn-2 textarea").press("Alt+Enter")
    expect(other.locator("#turns .turn")).to_have_count(5)
    assert of.words(other) == [of.WORDS[0], "Случайно, честно.", "Через друзей.", *of.WORDS[2:]]
    one.keyboard.press("KeyZ")
    expect(other.locator("#turns .turn")).to_have_count(4)
    other.keyboard.press("ArrowDown")
    expect(one.locator("#turns .turn")).to_have_count(4)
    one.close()
    expect(other.locator("#tx-here")).to_be_hidden()
    assert of.saved_texts(ground, "E04") == [of.WORDS[0], "Случайно, честно. Через друзей.", *of.WORDS[2:]]


def test_typing_survives_what_others_do_elsewhere(enter: Callable[..., Page], ground: Ground) -> None:
    one, other = enter("Асель"), enter("Берик")
    other.locator("#turn-1 .turn__b > p").evaluate(
        "text => getSelection().setBaseAndExtent(text, 0, text, text.childNodes.length)"
    )
    of.edit(other, 3, "Каких именно дру")
    area = other.locator("#turns textarea")
    area.evaluate("area => { area.setSelectionRange(6, 12); area.dataset.same = 'yes'; }")
    one.locator("#turn-2").hover()
    one.locator("#turn-2 [data-edit]").click()
    one.locator("#turn-2 textarea").evaluate("area => area.setSelectionRange(17, 17)")
    one.locator("#turn-2 textarea").press("Alt+Enter")
    expect(other.locator("#turns .turn")).to_have_count(5)
    expect(area).to_have_attribute("data-same", "yes")  # the very field, not another one with the same words
    expect(area).to_be_focused()
    expect(area).to_have_value("Каких именно дру")
    assert area.evaluate("area => [area.selectionStart, area.selectionEnd]") == [6, 12]
    expect(other.locator(".is-edited")).to_have_attribute("id", "turn-4")
    area.press("End")
    area.press_sequentially("зей?")
    save(other)
    expect(one.locator("#turn-4 .turn__b > p")).to_have_text("Каких именно друзей?")
    assert of.saved_texts(ground, "E04") == [
        of.WORDS[0], "Случайно, правда.", "Через друзей.", "Каких именно друзей?", of.WORDS[3]
    ]  # fmt: skip


def test_both_at_one_turn_lose_nothing(
    enter: Callable[..., Page], ground: Ground, check: Callable[[Page], None]
) -> None:
    one, other = enter("Асель"), enter("Берик")
    of.edit(one, 2, "Случайно, честно.")
    expect(other.locator("#turn-2 .turn__p")).to_contain_text("Асель пишет здесь")
    of.edit(other, 2, "Случайно, правда. Через друзей детства.")
    save(one)
    expect(other.locator(".ed__s")).to_contain_text("изменил эти слова")
    check(other)
    other.locator("#turn-2 textarea").press("Control+Enter")
    conflict = other.locator(".cf")
    expect(conflict).to_contain_text("Сейчас в расшифровке, правка АСЖ")
    expect(other.locator("#turn-2 textarea")).to_have_value("Случайно, правда. Через друзей детства.")
    conflict.get_by_role("button", name="Оставить мой").click()
    expect(one.locator("#turn-2 .turn__b > p")).to_have_text("Случайно, правда. Через друзей детства.")
    assert of.saved_texts(ground, "E04")[1] == "Случайно, правда. Через друзей детства."
    # a turn that is merged away while somebody types in it
    of.edit(other, 3, "Каких-каких?")
    one.locator("#turn-3").hover()
    one.locator("#turn-3 [data-more]").click()
    one.get_by_role("button", name="Соединить").click()
    expect(one.locator("#turns .turn")).to_have_count(3)
    expect(other.locator(".ed__s")).to_contain_text("Этой реплики больше нет")
    expect(other.locator("#turns textarea")).to_have_value("Каких-каких?")
    other.locator("#turns textarea").press("Control+Enter")
    expect(other.get_by_role("button", name="Скопировать мой текст")).to_be_visible()
    other.locator("#turns textarea").press("Escape")
    expect(other.locator("#turns .turn")).to_have_count(3)
    assert of.words(other) == of.saved_texts(ground, "E04")


def test_sound_scroll_and_marked_words_stay(enter: Callable[..., Page]) -> None:
    one, other = enter("Асель"), enter("Берик")
    of.drawn(other)
    other.locator("#turn-4 .tc").click()
    other.keyboard.press("KeyL")  # over and over, however long the others take
    of.until(other, "document.querySelector('#sound').currentTime > 14.2")
    other.locator("#turn-1 .turn__b > p").evaluate("text => getSelection().selectAllChildren(text)")
    of.edit(one, 2, "Одна строка.\n" * 30)
    save(one)
    expect(other.locator("#turn-2 .turn__b > p")).to_contain_text("Одна строка.")
    assert other.evaluate("document.querySelector('#sound').paused") is False
    assert other.evaluate("String(getSelection())") == of.WORDS[0]
    other.locator("#turn-4").scroll_into_view_if_needed()
    place = "document.querySelector('#turn-4').getBoundingClientRect().top"
    top = other.evaluate(place)
    of.edit(one, 2, "Ещё строка.\n" * 60)
    save(one)
    expect(other.locator("#turn-2 .turn__b > p")).to_contain_text("Ещё строка.")
    assert abs(other.evaluate(place) - top) < 2  # thirty lines more above it
    of.edit(one, 1, "Как Вы пришли в профессию?")
    save(one)
    expect(other.locator("#turn-1 .turn__b > p")).to_have_text("Как Вы пришли в профессию?")
    assert other.evaluate("String(getSelection())") == "Как Вы пришли в профессию?"


def test_words_are_found_heard_and_replaced(
    enter: Callable[..., Page], ground: Ground, check: Callable[[Page], None]
) -> None:
    page = enter("Асель")
    of.drawn(page)
    page.keyboard.press("KeyF")
    field, count = page.locator("#fb-find"), page.locator("#fb-count")
    expect(field).to_be_focused()
    field.press_sequentially("ДРУЗЕЙ")
    expect(count).to_have_text("1 из 2")
    assert page.evaluate("[...CSS.highlights.get('found-here')].map(String)") == ["друзей"]
    field.press("Enter")
    expect(count).to_have_text("2 из 2")
    field.press("Enter")
    expect(count).to_have_text("1 из 2")
    field.press("Shift+Enter")
    expect(count).to_have_text("2 из 2")
    check(page)
    field.press("Control+Space")
    of.until(page, "document.querySelector('#sound').currentTime > 11.5")
    field.press("Control+Space")
    of.until(page, "document.querySelector('#sound').paused")
    field.fill("пришёл")
    expect(count).to_have_text("Не найдено")
    field.fill("чёрез")  # е and ё are one letter
    expect(count).to_have_text("1 из 1")
    field.fill("друз")
    page.get_by_label("Только целые слова").check()
    expect(count).to_have_text("Не найдено")
    page.get_by_label("Только целые слова").uncheck()
    page.get_by_role("button", name="Заменить", exact=True).click()
    page.locator("#fb-words").fill("знаком")
    check(page)
    field.fill("друзей")
    page.locator("#fb-words").fill("знакомых")
    page.get_by_role("button", name="Везде").click()
    expect(page.locator("#turn-3 .turn__b > p")).to_have_text("Каких знакомых?")
    expect(count).to_have_text("Не найдено")
    assert of.saved_texts(ground, "E04")[1:3] == ["Случайно, правда. Через знакомых.", "Каких знакомых?"]
    page.get_by_role("button", name="Отменить").click()
    expect(count).to_have_text("1 из 2")
    assert of.saved_texts(ground, "E04") == of.WORDS
    page.locator("#fb-words").press("Enter")  # here only
    expect(count).to_have_text("1 из 1")
    assert of.saved_texts(ground, "E04")[1:3] == ["Случайно, правда. Через знакомых.", "Каких друзей?"]
    field.press("Escape")
    expect(page.locator("#find-here")).to_be_hidden()
    assert page.evaluate("CSS.highlights.get('found').size") == 0


def test_words_are_found_in_an_approved_text_too(enter: Callable[..., Page], check: Callable[[Page], None]) -> None:
    page = enter("Асель", "/s/creative-class/transcripts/E05", "390", "kk", "dark")
    page.locator("[data-find-open]:visible").click()
    page.locator("#fb-find").fill("друзей")
    expect(page.locator("#fb-count")).to_have_text("2 ішінен 1")
    expect(page.locator("#fb-words")).to_have_count(0)
    check(page)


def test_an_expert_reads_back_on_a_phone(
    enter: Callable[..., Page], open_page: Callable[..., Page], ground: Ground, check: Callable[[Page], None]
) -> None:
    leader = enter("Асель")
    leader.locator(".d-only a", has_text="Дать прочесть эксперту").click()
    leader.get_by_label("Язык страницы").select_option("kk")
    leader.get_by_role("button", name="Сделать ссылку").click()
    link = leader.locator(".handover code").inner_text()
    check(leader)
    phone = open_page("390", "ru")
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Сұхбатыңызды оқып шығыңыз")).to_be_visible()
    expect(phone).to_have_url(link.partition("#")[0])  # out of the address bar at once
    check(phone)
    phone.get_by_role("button", name="Оқу", exact=True).click()
    expect(phone.locator(".rl-t")).to_have_text([of.WORDS[1], of.WORDS[3]])
    expect(phone.locator(".rl-q p")).to_have_text([of.WORDS[0], of.WORDS[2]])
    check(phone)
    phone.locator("#turn-2 .rl-t").evaluate(
        "text => getSelection().setBaseAndExtent(text.firstChild, 10, text.firstChild, 16)"
    )
    expect(phone.locator("#marked q")).to_have_text("правда")
    check(phone)
    phone.locator("#marked").get_by_role("button", name="Олай емес").click()
    expect(phone.locator("#turn-2 [data-passage] q")).to_have_text("правда")
    phone.locator("#turn-2 textarea").fill("честно")
    check(phone)
    phone.get_by_role("button", name="Ескертуді қалдыру").first.click()
    expect(phone.locator("#turn-2 .rl-r")).to_contain_text("честно")
    phone.locator("#turn-4 summary").click()
    phone.locator("#turn-4").get_by_label("Мұны алып тастаңызшы").check()
    phone.locator("#turn-4").get_by_role("button", name="Ескертуді қалдыру").click()
    expect(phone.locator(".rl-r")).to_have_count(2)
    check(phone)
    phone.get_by_role("button", name="Ескертулеріммен бәрі дұрыс").click()
    expect(phone.locator("#end")).to_contain_text("Расталды")
    assert of.saved_texts(ground, "E04") == of.WORDS  # nothing changes by itself
    assert not [one for one in asked if link.partition("#")[2] in one]
    assert {one.split("/")[2] for one in asked} == {link.split("/")[2]}
    decided(leader, ground, check)
    phone.reload()
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    expect(phone.locator(".rl-t")).to_have_count(0)


def decided(leader: Page, ground: Ground, check: Callable[[Page], None]) -> None:
    """The team decides two remarks, and revokes the link."""
    leader.goto(E04)
    expect(leader.locator(".rb__c:visible")).to_have_text("2")
    leader.locator(".d-only a", has_text="Дать прочесть эксперту").click()
    check(leader)
    leader.get_by_role("button", name="Принять в текст").first.click()
    expect(leader.locator(".rb__i.is-decided")).to_have_count(1)
    assert of.saved_texts(ground, "E04")[1] == "Случайно, честно. Через друзей."
    leader.get_by_role("button", name="Отменить").click()
    expect(leader.locator(".rb__i.is-decided")).to_have_count(0)
    assert of.saved_texts(ground, "E04") == of.WORDS
    leader.get_by_role("button", name="Отклонить").first.click()
    expect(leader.locator(".rb__i.is-decided")).to_contain_text("отклонено")
    leader.get_by_role("button", name="Отозвать ссылку").click()
    expect(leader.get_by_text("Последняя ссылка отозвана.")).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), DRESSES)
def test_words_are_replaced_over_the_study(
    enter: Callable[..., Page], ground: Ground, check: Callable[[Page], None], size: str, theme: str
) -> None:
    page = enter("Асель", "/s/creative-class/transcripts/replace", size, "ru", theme)
    check(page)
    page.get_by_label("Найти", exact=True).fill("друзей")
    page.get_by_label("Заменить на").fill("знакомых")
    page.get_by_role("button", name="Показать места").click()
    places = page.locator("[name=place]")
    expect(places).to_have_count(4)
    expect(places.first).to_be_in_viewport()
    expect(page.locator(".rpl__a")).to_contain_text("E05")
    check(page)
    places.first.uncheck()
    expect(page.locator("[data-chosen]")).to_have_text("3")
    page.get_by_role("button", name="Снять выбор").click()
    expect(page.locator("#places button[type=submit]")).to_be_disabled()
    page.get_by_role("button", name="Выбрать все").click()
    places.first.uncheck()
    page.locator("#places button[type=submit]").click()
    expect(page.locator("#toasts .toast")).to_contain_text("3 места заменены")
    assert of.saved_texts(ground, "E04")[1:3] == ["Случайно, правда. Через друзей.", "Каких знакомых?"]
    assert of.saved_texts(ground, "E08")[1:3] == ["Случайно, правда. Через знакомых.", "Каких знакомых?"]
    assert of.saved_texts(ground, "E05") == of.WORDS
    page.get_by_role("button", name="Отменить").click()
    expect(page.locator("#toasts .toast")).to_contain_text("как")
    assert of.saved_texts(ground, "E04") + of.saved_texts(ground, "E08") == of.WORDS * 2
    page.get_by_label("Найти", exact=True).fill("нет такого слова")
    page.get_by_role("button", name="Показать места").click()
    expect(page.locator(".tw__note")).to_be_visible()
