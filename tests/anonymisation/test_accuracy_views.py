"""A study's accuracy in a browser and on the command line: who may, what is shown, and what is not told too early."""

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import col, select

from fieldwork.anonymisation.detection import DETECTED
from fieldwork.anonymisation.models import AccuracyMarking
from fieldwork.core.accounts import Account
from fieldwork.core.audit import AuditEntry, record
from fieldwork.core.work import Ground
from fieldwork.programme.models import Study
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.models import Speaker, Transcript
from fieldwork.transcription.writing import NewSegment, write_segments

AT = "/s/creative-class/anonymisation/accuracy"
TURNS = 21
SECRET = "Канат"


def said(turn: int) -> str:
    return f"Тогда {SECRET} 🎭 решил {turn}."


@pytest.fixture
def transcript(ground: Ground, study: Study) -> Transcript:
    """A raw transcript of TURNS turns in which names were looked for, and none found."""
    with ground.work() as work:
        interview = find_interview(work, find_expert(work, study, "E02"))
        transcript = work.add(Transcript(interview_id=interview.id, source="plain", created_at=work.now))
        write_segments(work, transcript, [NewSegment(Speaker.EXPERT, said(turn)) for turn in range(TURNS)])
        record(work, DETECTED, study_id=study.id, subject_id=transcript.id, count=0)
    return transcript


class Two:
    """Two principal investigators in their browsers."""

    def __init__(self, ground: Ground, lead: Any, second: Any) -> None:
        self.ground, self.lead, self.second = ground, lead, second

    def accounts(self) -> list[str]:
        """The accounts that the form offers and that belong to these two."""
        page = self.lead.get(AT).text
        rows = re.findall(r'name="marker" id="m-\d+" value="([^"]+)" checked> ([^<]*?) <', page)
        return [account for account, name in rows if name == "Somebody"]

    def draw(self, size: int = TURNS) -> Any:
        return self.lead.post(AT, {"size": str(size), "marker": self.accounts()})

    def mark_all(self, browser: Any, *, empty: tuple[int, ...] = ()) -> None:
        for number in range(1, TURNS + 1):
            marks = "" if number in empty else f"6:{6 + len(SECRET)}:PER"
            assert browser.post(f"{AT}/marking/{number}", {"marks": marks}).status_code == 302
        assert browser.post(f"{AT}/finish").status_code == 302


@pytest.fixture
def two(ground: Ground, transcript: Transcript, visitor: Callable[..., Any]) -> Two:
    lead, second = (visitor("principal_investigator", slug="creative-class") for _ in range(2))
    return Two(ground, lead, second)


def text(page: Any) -> str:
    """What a page says, without its markup."""
    main = page.text.split("<main", 1)[1]
    return re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", " ", main)))


def test_the_whole_way_of_two_people(two: Two, transcript: Transcript) -> None:
    assert "Никто не знает" not in text(two.lead.get(AT))
    assert two.draw().status_code == 302
    assert "0 из 21" in text(two.lead.get(AT))
    first = two.lead.get(f"{AT}/marking")
    assert "Фрагмент 1 из 21" in text(first)
    assert SECRET in first.text
    assert 'data-at="6" data-end="11" class="w"' in first.text
    two.mark_all(two.lead)
    done = two.lead.get(f"{AT}/marking")
    assert "Ваша разметка закончена" in text(done)
    assert two.lead.get(f"{AT}/settling").status_code == 302  # the other one is not ready: nothing to see
    two.mark_all(two.second, empty=(2, 3))
    assert "Двое расходятся в 2 фрагментах из 21" in text(two.second.get(AT))
    page = two.second.get(f"{AT}/settling")
    assert "Здесь двое расходятся" in text(page)
    assert "Ничего не отмечено." in text(page)
    assert two.second.post(f"{AT}/settling/2", {"marks": "0:5:ORG", "deed": "propose"}).status_code == 302
    assert "1 ваше предложение ждёт ответа" in text(two.second.get(AT))
    assert two.lead.post(f"{AT}/settling/2", {"marks": "", "deed": "agree"}).status_code == 302
    assert two.lead.post(f"{AT}/settling/2/back").status_code == 302
    assert two.lead.post(f"{AT}/settling/2", {"marks": "6:11:PER", "deed": "alone"}).status_code == 302
    assert two.second.post(f"{AT}/settling/3", {"marks": "6:11:PER", "deed": "propose"}).status_code == 302
    assert "Расхождений не осталось" in text(two.lead.get(AT))
    assert two.lead.post(f"{AT}/measure").status_code == 302
    result = text(two.lead.get(AT))
    assert "0 из 21 места найдено программой" in result
    assert "Руководитель решил один 1" in result
    assert "Ни одна расшифровка выборки не была утверждена" in result
    misses = two.lead.get(f"{AT}/misses")
    assert misses.text.count(f"<mark>{SECRET}</mark>") == TURNS
    assert two.lead.post(f"{AT}/misses/1/6").status_code == 302
    assert "Теперь закрыто." in text(two.lead.get(f"{AT}/misses"))
    assert "0 из 21 места" in text(two.lead.get(AT))
    assert "Сколько фрагментов" in text(two.lead.get(f"{AT}?new=1"))


@pytest.mark.parametrize("role", ["coder", "viewer", "interviewer"])
def test_others_read_the_result_and_no_word_of_it(two: Two, visitor: Callable[..., Any], role: str) -> None:
    browser = visitor(role, slug="creative-class")
    assert two.draw().status_code == 302
    assert SECRET not in browser.get(AT).text
    assert browser.get(f"{AT}/marking").status_code in {403, 409}
    assert browser.get(f"{AT}/settling").status_code in {302, 403}
    for path in ("", "/discard", "/measure", "/hand-over"):
        assert browser.post(f"{AT}{path}", {"size": "20"}).status_code == 403, path
    for path in ("/marking/1", "/finish", "/settling/1"):
        assert browser.post(f"{AT}{path}", {"marks": ""}).status_code in {403, 404, 409}, path
    two.mark_all(two.lead)
    two.mark_all(two.second)
    assert two.lead.post(f"{AT}/measure").status_code == 302
    assert "0 из 21 места" in text(browser.get(AT))
    assert SECRET not in browser.get(AT).text
    misses = browser.get(f"{AT}/misses")
    assert SECRET not in misses.text
    with two.ground.work() as work:
        assert len(work.session.exec(select(AccuracyMarking)).all()) == 2 * TURNS


def test_every_look_leaves_its_entry_without_words(two: Two) -> None:
    two.draw()
    for _ in range(3):
        two.lead.get(f"{AT}/marking")
    two.lead.get(f"{AT}/marking?passage=4")
    with two.ground.work() as work:
        entries = work.session.exec(
            select(AuditEntry).where(AuditEntry.deed == "accuracy.shown").order_by(col(AuditEntry.number))
        ).all()
        assert [entry.details for entry in entries] == [{"number": 1}] * 3 + [{"number": 4}]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"size": "много"}, "не целое число"),
        ({"size": "7"}, "от 20 до 21"),
        ({"size": "500"}, "от 20 до 21"),
        ({"size": "21", "marker": []}, "хотя бы двоих"),
        ({"size": "21", "marker": ["nobody", "else"]}, "хотя бы двоих"),
    ],
)
def test_a_wrong_draw_says_what_to_do_and_draws_nothing(two: Two, fields: dict[str, Any], told: str) -> None:
    answer = two.lead.post(AT, {"marker": two.accounts(), **fields})
    assert (answer.status_code, told in text(answer)) == (422, True)
    assert "Отобрать" in text(two.lead.get(AT))


def test_wrong_marks_are_refused_and_change_nothing(two: Two) -> None:
    two.draw()
    for marks in ("6:11:NAME", "6:900:PER", "x", "11:12:PER", "6:11:PER,8:14:ORG"):
        assert two.lead.post(f"{AT}/marking/1", {"marks": marks}, headers={"HX-Request": "true"}).status_code == 422
    assert two.lead.get(f"{AT}/marking?passage=99").status_code == 404
    assert two.lead.post(f"{AT}/marking/99", {"marks": ""}).status_code == 404
    with two.ground.work() as work:
        assert work.session.exec(select(AccuracyMarking)).all() == []


def test_passages_of_a_lost_member_are_handed_over(two: Two, ground: Ground, visitor: Callable[..., Any]) -> None:
    two.draw()
    third = visitor("principal_investigator", slug="creative-class")
    with ground.work() as work:
        ids = [
            work.session.exec(select(Account).where(Account.login == one.login)).one().id for one in (two.second, third)
        ]
    leaving, newest = (str(one) for one in ids)
    page = two.lead.get(AT).text
    assert f'name="from" value="{leaving}"' in page
    assert f'<option value="{newest}">' in page
    assert two.lead.post(f"{AT}/hand-over", {"from": leaving, "to": "nobody"}).status_code == 404
    assert two.lead.post(f"{AT}/hand-over", {"from": leaving, "to": newest}).status_code == 302
    assert "Фрагмент 1 из 21" in text(third.get(f"{AT}/marking"))
    assert two.second.get(f"{AT}/marking").status_code == 409
    assert two.lead.post(f"{AT}/discard").status_code == 302
    assert "Сколько фрагментов" in text(two.lead.get(AT))


def test_the_command_tells_the_same_figures(two: Two, ground: Ground, run: Callable[..., Any], study: Study) -> None:
    assert "not measured; 21 passages" in run("anonymisation", "accuracy", "creative-class").out
    assert run("anonymisation", "accuracy", "creative-class", "--draw", "7").code == 1
    two.draw()
    told = json.loads(run("anonymisation", "accuracy", "creative-class", "--json").out)
    assert (told["measured"], told["open"]["size"], len(told["open"]["markers"])) == (None, 21, 2)
    assert "is being marked: 21 of 21 passages" in run("anonymisation", "accuracy", "creative-class").out
    two.mark_all(two.lead)
    two.mark_all(two.second)
    two.lead.post(f"{AT}/measure")
    told = json.loads(run("anonymisation", "accuracy", "creative-class", "--json").out)["measured"]
    assert (told["program"]["masked"], told["program"]["there"], told["reviewed"]) == (0, 21, None)
    assert (told["by_kind"], told["expected_unmasked"]) == ({"PER": told["program"]}, 21)
    assert SECRET not in json.dumps(told, ensure_ascii=False)
    out = run("anonymisation", "accuracy", "creative-class").out
    assert "sample 1: 21 of 21 passages, 1 transcripts" in out
    again = run(
        "anonymisation", "accuracy", "creative-class", "--draw", "20", "--marker", "АС", "--marker", "ДК", "--seed", "b"
    )
    assert (again.code, "20 of 21 passages" in again.out) == (0, True)
