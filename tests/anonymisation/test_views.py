"""The review of names in a browser: who may, what is shown, what each deed answers, and that nothing is half-done."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from fieldwork.anonymisation.detection import detect, detection_of
from fieldwork.anonymisation.jobs import detect as detect_job
from fieldwork.anonymisation.marking import find_entity
from fieldwork.anonymisation.models import Approval, Decision, Entity
from fieldwork.anonymisation.review import accept_all
from fieldwork.anonymisation.rules import stamp_of
from fieldwork.anonymisation.services import mentions_of
from fieldwork.anonymisation.workbench import stamp_over
from fieldwork.consent.services import withdraw
from fieldwork.core.accounts import Account
from fieldwork.core.audit import AuditEntry
from fieldwork.core.runs import JobRun, claim, execute
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Ground
from fieldwork.programme.models import Member, Study
from fieldwork.programme.services import create_study
from fieldwork.sampling.services import assign_interviewer, find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import correct_text, segment_at
from fieldwork.transcription.models import Speaker, Transcript
from fieldwork.transcription.services import segments_of
from fieldwork.transcription.writing import NewSegment, write_segments

AT = "/s/creative-class/anonymisation"
LINES = (
    "Кто вам помог?",
    "Помог Олег Савельев 🎭, а ещё рыжий. Директор там Нина Шевцова.",
    "А Савельев где?",
    "В Алматы, с рыжий не видится.",
)
FOUND = ["Олег Савельев", "Директор", "Нина Шевцова", "Савельев"]
OFF = {"HX-Request": "true"}


class Desk:
    """A raw transcript of E04 in a browser of somebody who may decide."""

    def __init__(self, ground: Ground, browser: Any, transcript: Transcript) -> None:
        self.ground, self.browser, self.transcript = ground, browser, transcript

    def rows(self) -> list[Any]:
        with self.ground.work() as work:
            return mentions_of(work, self.transcript)

    def words(self) -> list[str]:
        with self.ground.work() as work:
            return [view.text for view in segments_of(work, self.transcript)]

    def decide(self, number: int, deed: str, **fields: str) -> Any:
        row = self.rows()[number]
        return self.post(f"mentions/{row.id}", {"deed": deed, "seen": stamp_of(row), **fields})

    def post(self, path: str, fields: dict[str, str] | None = None) -> Any:
        with self.ground.work() as work:
            stamp = stamp_over(work.get(Transcript, self.transcript.id), mentions_of(work, self.transcript))
        return self.browser.post(f"{AT}/E04/{path}", {"stamp": stamp, **(fields or {})}, headers=OFF)

    def deeds(self) -> list[str]:
        with self.ground.work() as work:
            entries = work.session.exec(select(AuditEntry).order_by(AuditEntry.number))  # type: ignore[arg-type]
            return [entry.deed for entry in entries if entry.deed.startswith("anonymisation.")]


@pytest.fixture
def take(ground: Ground, interview_with: Callable[[str], Interview]) -> Callable[..., Transcript]:
    """Puts a raw transcript into the interview with an expert."""

    def take_in(code: str, *lines: str) -> Transcript:
        with ground.work() as work:
            transcript = work.add(Transcript(interview_id=interview_with(code).id, source="plain", created_at=work.now))
            speakers = (Speaker.INTERVIEWER, Speaker.EXPERT)
            write_segments(work, transcript, [NewSegment(speakers[n % 2], line) for n, line in enumerate(lines)])
        return transcript

    return take_in


@pytest.fixture
def desk(ground: Ground, take: Callable[..., Transcript], visitor: Callable[..., Any]) -> Desk:
    """A transcript in which names have been found, and the principal investigator's browser."""
    transcript = take("E04", *LINES)
    with ground.work() as work:
        detect(work, work.get(Transcript, transcript.id))
    return Desk(ground, visitor("principal_investigator", slug="creative-class"), transcript)


def marks(page: str) -> list[tuple[str, str]]:
    """(state, words) of every mention in a page, in order."""
    found = re.findall(r'<a class="mn [^>]*data-state="(\w+)"[^>]*>([^<]*)</a>', page)
    return [(state, html.unescape(words)) for state, words in found]


def texts(answer: Any) -> list[str]:
    """The turns in an answer to a deed, as text."""
    turns = sorted((int(number), turn) for number, turn in answer.json["turns"].items())
    found = [re.search(r'<p lang="ru">(.*?)</p>', turn, re.DOTALL) for _, turn in turns]
    return [html.unescape(re.sub("<[^>]+>", "", one[1])) for one in found if one]


def test_the_list_says_how_far_each_transcript_is(
    desk: Desk, ground: Ground, take: Callable[..., Transcript], visitor: Callable[..., Any]
) -> None:
    take("E01", "Как дела?", "Хорошо.")
    page = desk.browser.get(AT).text
    assert re.findall(r"<b>(E\d+)</b>", page) == ["E01", "E04"]
    assert "имена ещё не искали" in page
    assert "ждут 4 решения, около 1 минуты" in page
    assert (page.count("Найти имена"), page.count(">Решить<")) == (1, 1)
    viewer = visitor("viewer", slug="creative-class").get(AT).text
    assert (viewer.count("Найти имена"), viewer.count(">Решить<"), "имена ещё не искали" in viewer) == (0, 0, True)


@pytest.mark.parametrize(
    ("role", "status"), [("principal_investigator", 200), ("interviewer", 403), ("coder", 403), ("viewer", 403)]
)
def test_only_those_who_may_know_the_expert_open_the_review(
    desk: Desk, visitor: Callable[..., Any], role: str, status: int
) -> None:
    browser = visitor(role, slug="creative-class")
    for path in ("", "/source", "/approval", "/state"):
        page = browser.get(f"{AT}/E04{path}")
        assert (page.status_code, "Савельев" in page.text) == (status, status == 200 and path != "/approval"), path
    for path in ("detect", "certain", "mentions", "back", "approve", f"mentions/{desk.rows()[0].id}"):
        refused = browser.post(f"{AT}/E04/{path}", {"places": "2:0:5", "label": "PER"}, headers=OFF)
        assert (refused.status_code == 403) is (status == 403), path
    assert desk.rows()[0].decision == (Decision.ACCEPTED if status == 200 else Decision.PENDING)


def test_the_experts_own_interviewer_may(desk: Desk, ground: Ground, study: Study, visitor: Callable[..., Any]) -> None:
    browser = visitor("interviewer", slug="creative-class")
    with ground.work() as work:
        account = work.session.exec(select(Account).where(Account.login == browser.login)).one()
        member = work.session.exec(select(Member).where(Member.account_id == account.id)).one()
        assign_interviewer(work, find_expert(work, study, "E04"), member)
    assert browser.get(f"{AT}/E04").status_code == 200
    assert "человек-1" in browser.get(f"{AT}/register").text


def test_a_foreign_study_is_not_there(desk: Desk, ground: Ground, visitor: Callable[..., Any]) -> None:
    with ground.work() as work:
        create_study(work, "libraries", {"ru": "Библиотеки", "kk": "Кітапханалар", "en": "Libraries"})
    stranger = visitor("principal_investigator")
    paths = ("", "/register", "/E04", "/E04/source", "/E04/approval", "/E04/leaks", "/E04/state")
    assert [stranger.get(f"{AT}{path}").status_code for path in paths] == [404] * len(paths)
    # a mention of another transcript is nobody's here
    assert desk.browser.post(f"/s/libraries/anonymisation/E04/mentions/{desk.rows()[0].id}").status_code == 404


def test_names_are_looked_for_by_a_job(
    ground: Ground, take: Callable[..., Transcript], visitor: Callable[..., Any]
) -> None:
    transcript = take("E04", *LINES)
    browser = visitor("principal_investigator", slug="creative-class")
    assert "Имена ещё не искали" in browser.get(f"{AT}/E04").text
    assert browser.post(f"{AT}/E04/detect").status_code == 302
    assert browser.post(f"{AT}/E04/detect").status_code == 302  # pressed twice: one job
    waiting = browser.get(f"{AT}/E04/progress", headers=OFF)
    assert (waiting.status_code, "Ищем имена" in waiting.text) == (200, True)
    got = claim(ground, "tests", ["anonymisation.detect"])
    assert got is not None
    assert execute(ground, got, detect_job) is True
    assert claim(ground, "tests", ["anonymisation.detect"]) is None
    done = browser.get(f"{AT}/E04/progress", headers=OFF)
    assert (done.status_code, done.headers["HX-Refresh"]) == (204, "true")
    assert marks(browser.get(f"{AT}/E04").text) == [("pending", words) for words in FOUND] + [("rejected", "Алматы")]
    with ground.work() as work:
        job = detection_of(work, transcript)
        assert job is not None
        assert (job.done, job.total, job.args) == (3, 3, {"transcript": str(transcript.id)})


def test_a_correction_while_the_job_looks_makes_it_look_again(
    ground: Ground, take: Callable[..., Transcript], monkeypatch: pytest.MonkeyPatch, visitor: Callable[..., Any]
) -> None:
    transcript = take("E04", *LINES)
    visitor("principal_investigator", slug="creative-class").post(f"{AT}/E04/detect")
    got = claim(ground, "tests", ["anonymisation.detect"])
    assert got is not None
    run = JobRun.of(ground, got)
    steps = run.step
    times = 0

    def step() -> Any:
        nonlocal times
        times += 1
        if times == 2:  # between the reading and the writing
            with ground.work() as work:
                correct_text(work, segment_at(work, transcript, 1), "А Нина Шевцова вам помогла?")
        return steps()

    monkeypatch.setattr(JobRun, "step", lambda _run: step())
    detect_job(run)
    assert times == 3
    with ground.work() as work:
        assert [row.label for row in mentions_of(work, transcript)] == ["PER", "PER", "POSITION", "PER", "PER", "LOC"]


def test_decided_names_leave_the_browser(desk: Desk) -> None:
    page = desk.browser.get(f"{AT}/E04").text
    assert marks(page) == [("pending", words) for words in FOUND] + [("rejected", "Алматы")]
    one = desk.decide(0, "accept")
    assert (one.status_code, one.json["said"]) == (200, "Заменено")
    assert texts(one) == ["Помог [человек-1] 🎭, а ещё рыжий. Директор там Нина Шевцова."]
    whole = desk.decide(0, "accept", whole="on", replacement="  [друг]  семьи ")
    assert whole.json["said"] == "Заменено в 2 местах"
    assert [marks(turn)[0] for turn in whole.json["turns"].values()] == [("accepted", "[друг] семьи")] * 2
    kept = desk.decide(1, "reject")
    assert marks(kept.json["turns"]["2"])[1] == ("rejected", "Директор")
    page = desk.browser.get(f"{AT}/E04").text
    assert "Савельев" not in page
    assert "Савельев" in desk.browser.get(f"{AT}/E04/source").text
    assert desk.deeds() == [
        "anonymisation.detected", "anonymisation.decided", "anonymisation.entity_decided", "anonymisation.decided",
        "anonymisation.shown",
    ]  # fmt: skip


def test_every_deed_is_taken_back_by_its_receipt(desk: Desk, ground: Ground, study: Study) -> None:
    before = [(row.decision, row.replacement, row.decided_at) for row in desk.rows()]
    receipts = [
        desk.decide(1, "reject").json["receipt"],
        desk.decide(0, "accept", whole="on", replacement="[друг]").json["receipt"],
        desk.post("certain").json["receipt"],
        desk.post("mentions", {"places": "2:29:34", "label": "PER"}).json["receipt"],
    ]
    assert [row.decision for row in desk.rows()].count(Decision.PENDING) == 0
    for receipt in reversed(receipts):
        assert desk.post("back", {"receipt": receipt}).status_code == 200
    assert [(row.decision, row.replacement, row.decided_at) for row in desk.rows()] == before
    with ground.work() as work:
        friend = find_entity(work, study.id, "person-1")
        assert friend is not None
        assert friend.replacement == "[человек-1]"
        assert [entity.key for entity in work.session.exec(select(Entity))].count("person-3") == 0


def test_what_was_missed_is_marked_in_code_points(desk: Desk) -> None:
    text = LINES[1]
    start = text.index("рыжий")  # after a sign that JavaScript counts twice
    again = LINES[3].index("рыжий")
    places = f"2:{start}:{start + 5},4:{again}:{again + 5}"
    answer = desk.post("mentions", {"places": places, "label": "PER", "entity": "person-1"})
    assert answer.json["said"] == "Отмечено в 2 местах"
    assert texts(answer) == [
        "Помог Олег Савельев 🎭, а ещё [человек-1]. Директор там Нина Шевцова.",
        "В Алматы, с [человек-1] не видится.",
    ]
    back = desk.post("back", {"receipt": answer.json["receipt"]})
    assert texts(back) == [LINES[1], LINES[3]]


def test_a_mention_that_covers_an_undecided_one_takes_its_place_and_gives_it_back(desk: Desk) -> None:
    start = LINES[1].index("Директор")
    answer = desk.post("mentions", {"places": f"2:{start}:{start + 12}", "label": "POSITION"})
    assert texts(answer) == ["Помог Олег Савельев 🎭, а ещё рыжий. [должность-2] Нина Шевцова."]
    assert [row.label for row in desk.rows()].count("POSITION") == 1
    desk.post("back", {"receipt": answer.json["receipt"]})
    assert marks(desk.browser.get(f"{AT}/E04").text)[1] == ("pending", "Директор")


def test_the_expert_can_be_marked_before_any_text_names_them(desk: Desk) -> None:
    start = LINES[1].index("рыжий")
    answer = desk.post("mentions", {"places": f"2:{start}:{start + 5}", "label": "ORG", "entity": "E04"})
    assert "а ещё [E04]." in texts(answer)[0]


@pytest.mark.parametrize(
    ("path", "fields", "status", "told"),
    [
        ("mentions", {"places": "", "label": "PER"}, 422, "Выделите слова"),
        ("mentions", {"places": "2:0", "label": "PER"}, 422, "Выделите слова"),
        ("mentions", {"places": "2:x:5", "label": "PER"}, 422, "Выделите слова"),
        ("mentions", {"places": f"2:0:{1 << 40}", "label": "PER"}, 422, "Выделите слова"),
        ("mentions", {"places": ",".join(["2:0:5"] * 201), "label": "PER"}, 422, "Выделите слова"),
        ("mentions", {"places": "2:40:4000", "label": "PER"}, 422, "40"),
        ("mentions", {"places": "2:5:5", "label": "PER"}, 422, "5"),
        ("mentions", {"places": "2:-3:5", "label": "PER"}, 422, "-3"),
        ("mentions", {"places": "99:0:5", "label": "PER"}, 404, ""),
        ("mentions", {"places": "2:0:5", "label": "GHOST"}, 422, "GHOST"),
        ("mentions", {"places": "2:0:5", "label": "PER", "entity": "person-99"}, 404, ""),
        ("back", {"receipt": ""}, 422, "уже не отменить"),
        ("back", {"receipt": "AAAA"}, 422, "уже не отменить"),
        ("back", {"receipt": "ё"}, 422, "уже не отменить"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(
    desk: Desk, path: str, fields: dict[str, str], status: int, told: str
) -> None:
    before = [stamp_of(row) for row in desk.rows()]
    answer = desk.post(path, fields)
    assert (answer.status_code, answer.headers["X-Fieldwork"], told in answer.text) == (status, "refused", True)
    assert [stamp_of(row) for row in desk.rows()] == before
    assert desk.deeds() == ["anonymisation.detected"]


@pytest.mark.parametrize("replacement", ["", "   ", "я" * 121])
def test_a_replacement_that_cannot_stand_there_is_refused(desk: Desk, replacement: str) -> None:
    answer = desk.decide(0, "accept", whole="on", replacement=replacement)
    assert answer.status_code == 422
    assert [row.decision for row in desk.rows()[:4]] == [Decision.PENDING] * 4


def test_one_bad_place_leaves_no_other_marked(desk: Desk) -> None:
    desk.decide(0, "accept")
    answer = desk.post("mentions", {"places": "1:0:3,2:8:20", "label": "PER"})  # the second is taken
    assert (answer.status_code, len(desk.rows())) == (409, 5)


def test_markup_in_a_replacement_shows_as_text(desk: Desk) -> None:
    evil = '<img src=x onerror="alert(1)">'
    answer = desk.decide(0, "accept", replacement=evil)
    assert (texts(answer)[0].startswith(f"Помог {evil}"), "<img" in answer.json["turns"]["2"]) == (True, False)
    for path in ("E04", "E04/source", "register"):
        assert "<img" not in desk.browser.get(f"{AT}/{path}").text
    assert "</script><img" not in desk.browser.get(f"{AT}/E04").text


def test_a_mention_that_somebody_else_has_decided_is_not_overwritten(desk: Desk, visitor: Callable[..., Any]) -> None:
    row = desk.rows()[0]
    seen = stamp_of(row)
    stamp = re.search(r'data-stamp="(\w+)"', desk.browser.get(f"{AT}/E04").text)
    assert stamp is not None
    desk.decide(0, "accept", replacement="[друг]")
    late = desk.post(f"mentions/{row.id}", {"deed": "reject", "seen": seen})
    assert (late.status_code, "изменил кто-то другой" in late.text) == (409, True)
    assert (desk.rows()[0].decision, desk.rows()[0].replacement) == (Decision.ACCEPTED, "[друг]")
    news = desk.browser.get(f"{AT}/E04/state?stamp={stamp[1]}")
    assert (news.status_code, len(news.json["turns"])) == (200, 4)
    same = desk.browser.get(f"{AT}/E04/state?stamp={news.json['stamp']}")
    assert (same.status_code, same.text) == (204, "")
    # a deed of a browser that has missed the other's is answered with all turns
    answer = desk.browser.post(f"{AT}/E04/certain", {"stamp": stamp[1]}, headers=OFF)
    assert len(answer.json["turns"]) == 4


def test_an_undo_does_not_run_over_a_later_decision(desk: Desk) -> None:
    receipt = desk.decide(0, "accept").json["receipt"]
    desk.decide(0, "reject")
    late = desk.post("back", {"receipt": receipt})
    assert (late.status_code, desk.rows()[0].decision) == (409, Decision.REJECTED)


def test_approving_seals_and_closes(desk: Desk, ground: Ground) -> None:
    early = desk.browser.post(f"{AT}/E04/approve")
    assert (early.status_code, "4" in early.text) == (409, True)
    page = desk.browser.get(f"{AT}/E04/approval").text
    assert ("Осталось 4 решения" in page, "Посмотрим, когда всё будет решено." in page) == (True, True)
    with ground.work() as work:
        accept_all(work, work.get(Transcript, desk.transcript.id))
    row = desk.rows()[0]
    leaks = desk.browser.get(f"{AT}/E04/leaks", headers=OFF).text
    assert ("Не нашли ни одного." in leaks, ">Утвердить<" in leaks) == (True, True)
    assert desk.browser.post(f"{AT}/E04/approve").status_code == 302
    after = desk.browser.get(f"{AT}/E04").text
    assert "Текст E04 без имён" in after
    assert desk.words()[2] == "А [человек-1] где?"
    # stale tabs
    for path, fields in (
        (f"mentions/{row.id}", {"deed": "reject", "seen": stamp_of(desk.rows()[0])}),
        ("certain", {}),
        ("mentions", {"places": "1:0:3", "label": "PER"}),
        ("detect", {}),
        ("approve", {}),
    ):
        assert desk.post(path, fields).status_code == 409, path
    assert desk.browser.get(f"{AT}/E04/state?stamp=x").json == {"gone": True}
    assert "Савельев" in desk.browser.get(f"{AT}/E04/source").text


def test_a_known_name_that_was_left_blocks_and_is_pointed_at(
    ground: Ground, take: Callable[..., Transcript], visitor: Callable[..., Any]
) -> None:
    transcript = take("E04", "Кто это?", "Ну вот, это Руслан Ахметов.")
    with ground.work() as work:
        detect(work, work.get(Transcript, transcript.id))
    desk = Desk(ground, visitor("principal_investigator", slug="creative-class"), transcript)
    desk.decide(0, "reject")
    leaks = desk.browser.get(f"{AT}/E04/leaks", headers=OFF).text
    assert re.findall(r'href="([^"]+)">реплика 2</a> <span>([^<]+)</span>', leaks) == [
        (f"{AT}/E04#at-2-12-26", "имя того, кого знает исследование, E02")
    ]
    assert ">Утвердить<" not in leaks
    refused = desk.browser.post(f"{AT}/E04/approve")
    assert (refused.status_code, "E02" in refused.text, "Ахметов" in refused.text) == (409, True, False)
    with ground.work() as work:
        assert work.session.exec(select(Approval)).all() == []
    assert desk.words()[1] == "Ну вот, это Руслан Ахметов."


def test_a_corrected_text_asks_to_look_again(desk: Desk, ground: Ground) -> None:
    desk.decide(0, "accept")
    with ground.work() as work:
        correct_text(work, segment_at(work, desk.transcript, 3), "Так а Савельев-то где?")
    page = desk.browser.get(f"{AT}/E04").text
    assert "Текст исправили после поиска имён." in page
    assert desk.browser.post(f"{AT}/E04/detect").status_code == 302
    got = claim(ground, "tests", ["anonymisation.detect"])
    assert got is not None
    execute(ground, got, detect_job)
    page = desk.browser.get(f"{AT}/E04").text
    assert marks(page)[0] == ("accepted", "[человек-1]")  # what was decided stays
    assert "исправили" not in page


def test_withdrawn_and_erased_experts_are_told_about(
    desk: Desk, ground: Ground, study: Study, interview_with: Callable[[str], Interview]
) -> None:
    with ground.work() as work:
        withdraw(work, find_expert(work, study, "E04"))
    page = desk.browser.get(f"{AT}/E04")
    assert (page.status_code, "Савельев" in page.text) == (409, False)
    ground.vault.destroy(expert_subject(interview_with("E04").expert_id), ground.clock())
    assert desk.browser.get(AT).status_code == 200


def test_the_register_renames_what_is_open(desk: Desk, ground: Ground, take: Callable[..., Transcript]) -> None:
    other = take("E01", "Кто это?", "Это Олег Савельев.")
    with ground.work() as work:
        transcript = work.get(Transcript, other.id)
        detect(work, transcript)
    page = desk.browser.get(f"{AT}/register").text
    assert re.findall(r'<li id="([\w-]+)">', page) == ["person-1", "person-2", "place-1", "position-1"]
    assert "Савельев" not in page
    row = re.search(r'<li id="person-1">.*?</li>', page, re.DOTALL)
    assert row is not None
    assert re.findall(r"/anonymisation/(E\d+)\"", row[0]) == ["E01", "E04"]
    assert desk.browser.post(f"{AT}/register/person-1", {"replacement": "[друг]"}).status_code == 302
    assert [one.replacement for one in desk.rows() if one.label == "PER"] == ["[друг]", "[человек-2]", "[друг]"]
    wrong = desk.browser.post(f"{AT}/register/person-1", {"replacement": " "})
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (422, True)
    assert desk.browser.post(f"{AT}/register/person-99", {"replacement": "[друг]"}).status_code == 404


def test_the_experts_page_says_where_the_names_stand(desk: Desk, visitor: Callable[..., Any]) -> None:
    page = desk.browser.get("/s/creative-class/experts/E04").text
    assert ("ждут 4 решения" in page, f'href="{AT}/E04"' in page) == (True, True)
    viewer = visitor("viewer", slug="creative-class").get("/s/creative-class/experts/E04").text
    assert ("ждут 4 решения" in viewer, f'href="{AT}/E04"' in viewer) == (True, False)
