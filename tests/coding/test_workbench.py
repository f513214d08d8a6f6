"""The coding workbench: who may code, places in code points, taking off and undoing, HTML shown as text."""

import json
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import col, select

from fieldwork.coding.correcting import reanchor
from fieldwork.coding.models import Code, Coding, Memo, MemoKind, RemovedCoding
from fieldwork.coding.services import write_memo
from fieldwork.coding.texts import transcript_text
from fieldwork.core.audit import AuditEntry
from fieldwork.core.work import Ground
from fieldwork.programme.models import Member, Study
from fieldwork.programme.services import create_study
from fieldwork.sampling.services import find_expert
from fieldwork.transcription.models import Transcript

AT = "/s/almaty"
BENCH = f"{AT}/coding/E07"
FETCH = {"HX-Request": "true"}
WORDS = "Алматы 🏔️ и 𝒯еатр: здесь <b>можно</b> ошибиться."
"""What turn 2 of E07 says, with characters of two code units in a browser and one code point here."""


@pytest.fixture
def field(ground: Ground, studies: SimpleNamespace) -> Study:
    """An approved transcript and two codes; nothing coded."""
    with ground.work() as work:
        study: Study = studies.interview_to_code(work)
    return study


def place(words: str, turn: int = 2) -> dict[str, Any]:
    """Where words of ``WORDS`` stand, in code points."""
    start = WORDS.index(words)
    return {"start_turn": turn, "start": start, "end_turn": turn, "end": start + len(words)}


def bench_data(page: str) -> Any:
    """What the page gives to its script."""
    found = re.search(r'<script type="application/json" id="bench">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def codings(ground: Ground) -> list[tuple[int, str]]:
    """Every coding: its code and quote."""
    with ground.look() as session:
        query = select(Code.number, Coding.quote).join(Coding, col(Coding.code_id) == col(Code.id))
        return sorted(session.exec(query).all())


def deeds(ground: Ground) -> list[str]:
    """The deeds on codes and codings, in order."""
    with ground.look() as session:
        entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.number))).all()
        return [one.deed for one in entries if one.deed.startswith("coding.")]


@pytest.mark.usefixtures("field")
def test_every_role_reads_and_three_of_them_code(visitor: Callable[..., Any], ground: Ground) -> None:
    with ground.work() as work:
        create_study(work, "libraries", {"ru": "Библиотеки", "kk": "Кітапханалар", "en": "Libraries"})
    quotes = iter(("здесь", "можно", "ошибиться"))
    for role in ("principal_investigator", "interviewer", "coder", "viewer"):
        member = visitor(role, slug="almaty")
        assert member.get(f"{AT}/coding").status_code == 200
        page = member.get(BENCH)
        assert (page.status_code, 'id="choose-input"' in page.text) == (200, role != "viewer")
        answer = member.post(f"{BENCH}/codings", {"number": 1, **place(next(quotes, "Алматы"))}, headers=FETCH)
        assert answer.status_code == (403 if role == "viewer" else 200)
    assert codings(ground) == [(1, "здесь"), (1, "можно"), (1, "ошибиться")]

    stranger = visitor("coder")
    (one, *_rest) = bench_data(visitor("coder", slug="almaty").get(BENCH).text)["codings"]
    for path in (f"{AT}/coding", BENCH, f"{BENCH}/memos"):
        assert stranger.get(path).status_code == 404
    for path in (f"{BENCH}/codings", f"{BENCH}/memos", f"{AT}/codings/{one['id']}/remove"):
        assert stranger.post(path, {"number": 1, **place("Алматы")}).status_code == 404
    for deed in ("remove", "restore", "code", "place"):  # a coding of another study, under one's own
        assert stranger.post(f"/s/libraries/codings/{one['id']}/{deed}", {"number": 1}).status_code == 404
    assert len(codings(ground)) == 3


@pytest.mark.usefixtures("field")
def test_places_are_code_points_and_may_run_into_the_next_turn(visitor: Callable[..., Any], ground: Ground) -> None:
    coder = visitor("coder", slug="almaty")
    told = coder.post(f"{BENCH}/codings", {"number": 1, **place("𝒯еатр")}, headers=FETCH).get_json()
    assert (told["codings"][0]["start"], told["codings"][0]["end"]) == ([2, 12], [2, 17])
    assert told["codes"][0]["codings"] == 1
    onward = {"number": 1, "start_turn": 2, "start": WORDS.index("ошибиться"), "end_turn": 3, "end": 4}
    assert coder.post(f"{BENCH}/codings", onward, headers=FETCH).status_code == 200
    quotes = [quote for _, quote in codings(ground)]
    assert (quotes[1], quotes[0].partition("\n")[0]) == ("𝒯еатр", "ошибиться.")
    assert len(quotes[0].partition("\n")[2]) == 4
    assert len(bench_data(coder.get(BENCH).text)["codings"]) == 2


@pytest.mark.usefixtures("field")
def test_several_codes_lie_on_the_same_words_but_none_twice(visitor: Callable[..., Any], ground: Ground) -> None:
    coder, other = visitor("coder", slug="almaty"), visitor("interviewer", slug="almaty")
    for number in (1, 2):
        assert coder.post(f"{BENCH}/codings", {"number": number, **place("можно")}, headers=FETCH).status_code == 200
    again = other.post(f"{BENCH}/codings", {"number": 1, **place("можно")}, headers=FETCH)
    assert (again.status_code, again.headers["X-Fieldwork"]) == (409, "refused")
    assert "№ 1 уже стоит на этом самом фрагменте" in again.text
    assert other.post(f"{BENCH}/codings", {"number": 1, **place("здесь <b>можно")}, headers=FETCH).status_code == 200
    assert codings(ground) == [(1, "здесь <b>можно"), (1, "можно"), (2, "можно")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"start_turn": 2, "start": 5, "end_turn": 2, "end": 5},
        {"start_turn": 2, "start": 0, "end_turn": 2, "end": len(WORDS) + 1},
        {"start_turn": 2, "start": -1, "end_turn": 2, "end": 3},
        {"start_turn": 3, "start": 0, "end_turn": 2, "end": 3},
        {"start_turn": 2, "start": 0, "end_turn": 9999, "end": 3},
        {"start_turn": "two", "start": "", "end_turn": 2},
    ],
)
@pytest.mark.usefixtures("field")
def test_places_outside_the_text_are_refused(
    visitor: Callable[..., Any], ground: Ground, wrong: dict[str, Any]
) -> None:
    coder = visitor("coder", slug="almaty")
    answer = coder.post(f"{BENCH}/codings", {"number": 1, **wrong}, headers=FETCH)
    assert (answer.status_code, answer.headers["X-Fieldwork"]) == (422, "refused")
    assert codings(ground) == []


@pytest.mark.usefixtures("field")
def test_codes_in_vivo_take_their_name_from_the_words(visitor: Callable[..., Any], ground: Ground) -> None:
    coder = visitor("coder", slug="almaty")
    told = coder.post(f"{BENCH}/codings", {"in_vivo": 1, **place("можно</b> ошибиться.")}, headers=FETCH).get_json()
    assert (told["codes"][0]["name"], told["codes"][0]["inVivo"]) == ("можно</b> ошибиться", True)
    assert told["undo"].endswith("with_code=1")
    with ground.look() as session:
        code = session.exec(select(Code).where(Code.number == 3)).one()
        assert code.definition == "Словами E07: «можно</b> ошибиться.»"
    same = coder.post(f"{BENCH}/codings", {"in_vivo": 1, **place("можно</b> ошибиться")}, headers=FETCH).get_json()
    assert (same["codes"][0]["number"], "with_code" in same["undo"]) == (3, False)

    long = {"in_vivo": 1, "start_turn": 4, "start": 0, "end_turn": 4, "end": 100}
    refused = coder.post(f"{BENCH}/codings", long, headers=FETCH)
    assert (refused.status_code, "не выходит имя кода" in refused.text) == (422, True)
    marks = {"in_vivo": 1, "start_turn": 2, "start": len(WORDS) - 1, "end_turn": 2, "end": len(WORDS)}
    assert coder.post(f"{BENCH}/codings", marks, headers=FETCH).status_code == 422
    assert [number for number, _ in codings(ground)] == [3, 3]


@pytest.mark.usefixtures("field")
def test_a_new_code_needs_a_definition_and_a_name_of_its_own(visitor: Callable[..., Any], ground: Ground) -> None:
    coder = visitor("coder", slug="almaty")
    new = {"name": "Без страха", "definition": "", **place("можно")}
    assert coder.post(f"{BENCH}/codings", new, headers=FETCH).status_code == 422
    assert (
        coder.post(f"{BENCH}/codings", {**new, "name": "Право на ошибку", "definition": "x"}, headers=FETCH).status_code
        == 409
    )
    told = coder.post(f"{BENCH}/codings", {**new, "definition": "Когда не страшно"}, headers=FETCH).get_json()
    assert codings(ground) == [(3, "можно")]
    undone = coder.post(told["undo"], headers=FETCH).get_json()  # undoing a new code takes back both
    assert (undone["gone"], codings(ground)) == ([3], [])
    with ground.look() as session:
        assert len(session.exec(select(Code)).all()) == 2


@pytest.mark.usefixtures("field")
def test_a_new_code_that_others_use_meanwhile_outlives_the_undo(visitor: Callable[..., Any], ground: Ground) -> None:
    coder, other = visitor("coder", slug="almaty"), visitor("interviewer", slug="almaty")
    new = {"name": "Без страха", "definition": "Когда не страшно", **place("можно")}
    told = coder.post(f"{BENCH}/codings", new, headers=FETCH).get_json()
    other.post(f"{BENCH}/codings", {"number": 3, **place("здесь")}, headers=FETCH)
    undone = coder.post(told["undo"], headers=FETCH).get_json()
    assert (undone["gone"], undone["codes"][0]["codings"], codings(ground)) == ([], 1, [(3, "здесь")])


@pytest.mark.usefixtures("field")
def test_a_coding_is_taken_off_and_put_back_with_its_coder_and_time(
    visitor: Callable[..., Any], ground: Ground
) -> None:
    coder, other = visitor("coder", slug="almaty"), visitor("principal_investigator", slug="almaty")
    told = coder.post(f"{BENCH}/codings", {"number": 1, **place("можно")}, headers=FETCH).get_json()
    (before,) = told["codings"]
    removed = other.post(f"{AT}/codings/{before['id']}/remove", headers=FETCH)
    assert (removed.get_json()["removed"], codings(ground)) == ([before["id"]], [])
    assert json.loads(removed.headers["HX-Trigger"])["fieldwork:say"]["said"][0]["undo"] == removed.get_json()["undo"]

    gone = coder.post(f"{AT}/codings/{before['id']}/code", {"number": 2}, headers=FETCH)
    assert (gone.status_code, "тем временем сняли" in gone.text) == (409, True)

    (after,) = other.post(removed.get_json()["undo"], headers=FETCH).get_json()["codings"]
    assert (after, codings(ground)) == (before, [(1, "можно")])
    assert other.post(removed.get_json()["undo"], headers=FETCH).status_code == 404  # nothing is off any more
    assert other.post(f"{AT}/codings/{uuid4()}/remove", headers=FETCH).status_code == 404
    assert deeds(ground) == ["coding.added", "coding.removed", "coding.restored"]
    with ground.look() as session:
        assert session.exec(select(RemovedCoding)).all() == []


@pytest.mark.usefixtures("field")
def test_a_coding_put_back_after_a_correction_goes_to_its_words(visitor: Callable[..., Any], ground: Ground) -> None:
    coder = visitor("coder", slug="almaty")
    ids = []
    for words in ("ошибиться", "Алматы"):
        told = coder.post(f"{BENCH}/codings", {"number": 1, **place(words)}, headers=FETCH).get_json()
        ids.append(told["codings"][0]["id"])
        coder.post(f"{AT}/codings/{ids[-1]}/remove", headers=FETCH)
    with ground.work() as work:
        study = work.session.exec(select(Study).where(Study.slug == "almaty")).one()
        text = transcript_text(work, find_expert(work, study, "E07"))
        text.segments[1].text = "Да, именно здесь и можно ошибиться."
        work.add(text.segments[1])
        reanchor(work, work.get(Transcript, text.transcript.id))
    moved = coder.post(f"{AT}/codings/{ids[0]}/restore", headers=FETCH).get_json()["codings"][0]
    assert (moved["start"], moved["end"], moved["placed"]) == ([2, 25], [2, 34], True)
    lost = coder.post(f"{AT}/codings/{ids[1]}/restore", headers=FETCH).get_json()["codings"][0]
    assert (lost["placed"], lost["quote"]) == (False, "Алматы")
    assert "остался без слов после правки текста" in coder.get(BENCH).text


@pytest.mark.usefixtures("field")
def test_code_and_boundaries_are_changed_and_changed_back(visitor: Callable[..., Any], ground: Ground) -> None:
    coder = visitor("coder", slug="almaty")
    for number, words in ((1, "можно"), (2, "здесь")):
        told = coder.post(f"{BENCH}/codings", {"number": number, **place(words)}, headers=FETCH).get_json()
    coding = f"{AT}/codings/{told['codings'][0]['id']}"

    changed = coder.post(f"{coding}/code", {"number": 1}, headers=FETCH).get_json()
    assert (changed["codings"][0]["code"], codings(ground)) == (1, [(1, "здесь"), (1, "можно")])
    assert coder.post(f"{coding}/place", place("можно"), headers=FETCH).status_code == 409  # that code is there
    moved = coder.post(f"{coding}/place", place("Алматы 🏔️"), headers=FETCH).get_json()
    assert codings(ground) == [(1, "Алматы 🏔️"), (1, "можно")]
    assert coder.post(f"{coding}/place", {**place("можно"), "end_turn": 99999}, headers=FETCH).status_code == 422
    assert coder.post(f"{coding}/code", {"number": 99}, headers=FETCH).status_code == 404

    coder.post(moved["undo"], headers=FETCH)
    coder.post(changed["undo"], headers=FETCH)
    assert codings(ground) == [(1, "можно"), (2, "здесь")]


@pytest.mark.usefixtures("field")
def test_without_a_script_a_deed_leads_back_to_the_page(visitor: Callable[..., Any]) -> None:
    coder = visitor("coder", slug="almaty")
    told = coder.post(f"{BENCH}/codings", {"number": 1, **place("можно")}, headers=FETCH).get_json()
    coding = f"{AT}/codings/{told['codings'][0]['id']}"
    off, back = coder.post(f"{coding}/remove"), coder.post(f"{coding}/restore")
    assert (off.status_code, off.location) == (302, BENCH)
    assert (back.status_code, back.location) == (302, f"{BENCH}?coding={told['codings'][0]['id']}")


@pytest.mark.usefixtures("field")
def test_only_approved_transcripts_are_coded(visitor: Callable[..., Any], ground: Ground) -> None:
    coder = visitor("coder", slug="almaty")
    with ground.work() as work:
        study = work.session.exec(select(Study).where(Study.slug == "almaty")).one()
        text = transcript_text(work, find_expert(work, study, "E07"))
        text.transcript.state = "raw"
        work.add(text.transcript)
    page = coder.get(BENCH)
    assert (page.status_code, "Эту расшифровку пока нельзя кодировать" in page.text, WORDS[-10:] in page.text) == (
        200,
        True,
        False,
    )
    refused = coder.post(f"{BENCH}/codings", {"number": 1, **place("можно")}, headers=FETCH)
    assert (refused.status_code, codings(ground)) == (409, [])
    assert "Кодировать пока нечего" in coder.get(f"{AT}/coding").text
    assert coder.get(f"{AT}/coding/E99").status_code == 404


@pytest.mark.usefixtures("field")
def test_what_people_wrote_is_shown_as_text(visitor: Callable[..., Any], ground: Ground) -> None:
    coder = visitor("coder", slug="almaty")
    coder.post(f"{BENCH}/codings", {"number": 2, **place("можно")}, headers=FETCH)
    with ground.work() as work:
        study = work.session.exec(select(Study).where(Study.slug == "almaty")).one()
        author = work.session.exec(select(Member).where(Member.study_id == study.id)).first()
        assert author is not None
        expert = find_expert(work, study, "E07")
        title, text = "<img src=x onerror=alert(1)>", "<script>alert(2)</script>"
        write_memo(
            work, study, author, MemoKind.THEORETICAL, title=title, text=text, dated=work.now.date(), about=expert
        )
    page = coder.get(BENCH).text
    assert "<p data-text>Алматы 🏔️ и 𝒯еатр: здесь &lt;b&gt;можно&lt;/b&gt; ошибиться.</p>" in page
    assert ("<img src=x" in page, "<script>alert" in page) == (False, False)
    assert bench_data(page)["codes"][1]["name"] == 'Грант <script>alert("x")</script>'
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in coder.get(f"{BENCH}/memos?code=2").text


@pytest.mark.usefixtures("field")
def test_memos_are_written_beside_the_text(visitor: Callable[..., Any], ground: Ground) -> None:
    coder = visitor("coder", slug="almaty")
    first = "Ошибка как право, " + "о" * 60
    written = coder.post(
        f"{BENCH}/memos",
        {"about": "code:1", "kind": "theoretical", "text": f"{first}\nПроверить у E12 <i>"},
        headers=FETCH,
    )
    assert (
        written.status_code,
        "Проверить у E12 &lt;i&gt;" in written.text,
        "о коде, теоретическая" in written.text,
    ) == (200, True, True)
    coder.post(f"{BENCH}/memos", {"about": "expert", "kind": "operational", "text": "Позвонить"}, headers=FETCH)
    coder.post(f"{BENCH}/memos", {"about": "study", "kind": "nonsense", "text": "Обо всём"}, headers=FETCH)
    coder.post(f"{BENCH}/memos", {"about": "study", "kind": "code", "text": "  "}, headers=FETCH)
    with ground.look() as session:
        found = session.exec(select(Memo).order_by(col(Memo.number))).all()
        assert [(one.kind, one.code_id is not None, one.expert_id is not None) for one in found] == [
            ("theoretical", True, False),
            ("operational", False, True),
            ("theoretical", False, False),
        ]
        assert (len(found[0].title), found[0].title.endswith("…")) == (60, True)
    assert coder.post(f"{BENCH}/memos", {"about": "code:99", "text": "x"}, headers=FETCH).status_code == 404
    assert visitor("viewer", slug="almaty").post(f"{BENCH}/memos", {"text": "x"}, headers=FETCH).status_code == 403


@pytest.mark.usefixtures("field")
def test_the_transcript_leads_to_its_coding_and_the_list_says_how_far_it_is(visitor: Callable[..., Any]) -> None:
    coder = visitor("coder", slug="almaty")
    assert f'href="{BENCH}"' in coder.get(f"{AT}/transcripts/E07").text
    coder.post(f"{BENCH}/codings", {"number": 1, **place("можно")}, headers=FETCH)
    page = coder.get(f"{AT}/coding").text
    assert (page.count(f'href="{AT}/coding/E'), "Продолжить E07" in page) == (2, True)
    assert "<span>1/3</span>" in page
