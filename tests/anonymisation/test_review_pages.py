"""The review's further pages: asking the expert, who is who, mending what is approved, history, the second look."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from fieldwork.anonymisation.approval import approve
from fieldwork.anonymisation.detection import detect
from fieldwork.anonymisation.marking import find_entity
from fieldwork.anonymisation.review import accept_all
from fieldwork.anonymisation.rules import stamp_of
from fieldwork.anonymisation.second import Rule, ask_second, looks_of, reviews_of, words_of
from fieldwork.anonymisation.services import mentions_of
from fieldwork.core.accounts import Account
from fieldwork.core.work import Ground, Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import segment_at
from fieldwork.transcription.models import Speaker, Transcript
from fieldwork.transcription.writing import NewSegment, write_segments

AT = "/s/creative-class/anonymisation"
OFF = {"HX-Request": "true"}
LINES = (
    "Помог Олег Савельев, и потом Олег Савельев.",
    "Она пришла позже, и звали её Ляззат.",
    "Мы долго искали помещение.",
)


@pytest.fixture
def raw(ground: Ground, interview_with: Callable[[str], Interview]) -> Transcript:
    interview = interview_with("E02")
    with ground.work() as work:
        transcript = work.add(Transcript(interview_id=interview.id, source="plain", created_at=work.now))
        write_segments(work, transcript, [NewSegment(Speaker.EXPERT, line, None) for line in LINES])
        detect(work, transcript)
        for mention in mentions_of(work, transcript):
            if mention.segment_id == segment_at(work, transcript, 2).id:
                work.session.delete(mention)
    return transcript


@pytest.fixture
def approved(ground: Ground, raw: Transcript) -> Transcript:
    with ground.work() as work:
        accept_all(work, raw)
        approve(work, work.get(Transcript, raw.id))
    return raw


@pytest.fixture
def lead(visitor: Callable[..., Any]) -> Any:
    return visitor("principal_investigator", slug="creative-class")


def text(ground: Ground, transcript: Transcript, position: int) -> str:
    with ground.work() as work:
        return segment_at(work, transcript, position).text or ""


def signs(work: Work, transcript: Transcript) -> list[tuple[str, str]]:
    return [(one.decision, one.replacement) for one in mentions_of(work, transcript)]


def test_a_question_to_the_expert_keeps_a_mention_open(ground: Ground, raw: Transcript, lead: Any) -> None:
    with ground.work() as work:
        first = mentions_of(work, raw)[0]
    sent = {"deed": "ask", "seen": stamp_of(first), "note": "Не тот ли это самый Олег?"}
    answer = lead.post(f"{AT}/E02/mentions/{first.id}", data=sent, headers=OFF)
    assert answer.status_code == 200
    page = lead.get(f"{AT}/E02").text
    assert 'data-asked="1" data-note="Не тот ли это самый Олег?"' in page
    assert "1 упоминание ждёт ответа эксперта" in page
    back = lead.post(f"{AT}/E02/back", data={"receipt": answer.json["receipt"]}, headers=OFF)
    assert back.status_code == 200
    assert 'data-asked="1"' not in lead.get(f"{AT}/E02").text


def test_open_questions_stand_against_an_approval(ground: Ground, raw: Transcript, lead: Any) -> None:
    with ground.work() as work:
        first, second = mentions_of(work, raw)
    for mention, deed in ((first, "accept"), (second, "ask")):
        sent = {"deed": deed, "seen": stamp_of(mention), "note": "Спросить про второго"}
        assert lead.post(f"{AT}/E02/mentions/{mention.id}", data=sent, headers=OFF).status_code == 200
    page = lead.get(f"{AT}/E02/approval").text
    assert "Спросить про второго" in page
    assert lead.post(f"{AT}/E02/approve").status_code == 409
    told = lead.get(f"{AT}/E02/changed").text
    assert (told.count("спросить эксперта"), told.count("заменено"), "Савельев" in told) == (1, 1, False)


def test_mentions_are_taken_apart_joined_and_taken_back(ground: Ground, raw: Transcript, lead: Any) -> None:
    page = lead.get(f"{AT}/who/person-1").text
    chosen = re.findall(r'name="mention" value="([^"]+)"', page)
    assert (len(chosen), "Олег Савельев" in page) == (2, True)
    answer = lead.post(f"{AT}/who/person-1/apart", data={"mention": chosen[1]})
    assert answer.status_code == 200
    with ground.work() as work:
        assert [replacement for _, replacement in signs(work, raw)] == ["[человек-1]", "[человек-3]"]
    receipt = re.search(r'name="receipt" value="([^"]+)"', answer.text)
    assert receipt is not None
    assert lead.post(f"{AT}/who/person-1/back", data={"receipt": receipt[1]}).status_code == 302
    with ground.work() as work:
        assert [replacement for _, replacement in signs(work, raw)] == ["[человек-1]", "[человек-1]"]
    assert lead.post(f"{AT}/who/person-1/apart", data={}).status_code == 422
    assert lead.get(f"{AT}/who/nobody-9").status_code == 404


def test_an_approved_text_is_mended(ground: Ground, approved: Transcript, lead: Any) -> None:
    start = LINES[1].index("Ляззат")
    page = lead.get(f"{AT}/E02/after").text
    assert "Поправить E02" in page
    sent = {"places": f"2:{start}:{start + 6}", "label": "PER", "entity": ""}
    assert lead.post(f"{AT}/E02/after/mask", data=sent).status_code == 302
    masked = text(ground, approved, 2)
    assert masked.startswith("Она пришла позже, и звали её [человек-")
    corrected = masked.replace("позже", "позднее")
    assert lead.post(f"{AT}/E02/after/turns/2", data={"text": corrected, "begun_from": masked}).status_code == 302
    assert text(ground, approved, 2) == corrected
    history = lead.get(f"{AT}/E02/changed").text
    assert "исправлена опечатка" in history
    assert "Ляззат" not in history
    backs = dict.fromkeys(re.findall(r'action="([^"]+/anonymisation/later/[^"]+)"', history))
    assert [lead.post(one).status_code for one in backs] == [302, 302]
    assert text(ground, approved, 2) == LINES[1]
    with ground.work() as work:
        mention = mentions_of(work, approved)[0]
    assert lead.post(f"{AT}/E02/after/mentions/{mention.id}", data={"deed": "unmask"}).status_code == 302
    assert text(ground, approved, 1) == "Помог Олег Савельев, и потом [человек-1]."


def test_another_name_reaches_approved_texts_where_that_is_said(
    ground: Ground, approved: Transcript, lead: Any
) -> None:
    assert lead.post(f"{AT}/who/person-1/call", data={"replacement": "[меценат]"}).status_code == 302
    assert "[человек-1]" in text(ground, approved, 1)
    sent = {"replacement": "[друг]", "approved": "on"}
    assert lead.post(f"{AT}/who/person-1/call", data=sent).status_code == 302
    assert text(ground, approved, 1) == "Помог [друг], и потом [друг]."


def test_a_second_person_looks_blind_and_differences_are_settled(
    ground: Ground, raw: Transcript, study: Study, lead: Any
) -> None:
    with ground.work() as work:
        accept_all(work, work.get(Transcript, raw.id))
    page = lead.get(f"{AT}/E02/second").text
    reviewer = re.search(r'<option value="([^"]+)">', page)
    assert reviewer is not None
    with ground.work() as work:
        account = work.session.exec(select(Account).where(Account.login == lead.login)).one()
        own = work.session.exec(select(Member).where(Member.account_id == account.id)).one()
    sent = {"reviewer": str(own.id), "share": "100", "least": "0", "turns": "5"}
    assert lead.post(f"{AT}/E02/second", data=sent).status_code == 302
    seen = 0
    while (page := lead.get(f"{AT}/E02/second/1")).status_code == 200:
        assert "[человек" not in page.text  # nothing of what was decided
        action = re.search(r'action="([^"]+/second/1/[^"/]+)"', page.text)
        assert action is not None
        verdict = {"verdict": "replaced", "words": "Ляззат"} if "Ляззат" in page.text else {"verdict": "kept"}
        assert lead.post(action[1], data=verdict).status_code == 302
        seen += 1
    assert (page.status_code, seen) == (302, 4)
    page = lead.get(f"{AT}/E02/second").text
    settle = re.findall(r'action="([^"]+/settle)"', page)
    assert len(settle) == 3
    assert "25 %" in page
    for one in settle:
        assert lead.post(one, data={"outcome": "replaced"}).status_code == 302
    with ground.work() as work:
        assert [decision for decision, _ in signs(work, raw)] == ["accepted"] * 3


def test_only_the_one_who_was_asked_looks(ground: Ground, raw: Transcript, study: Study, lead: Any) -> None:
    with ground.work() as work:
        accept_all(work, work.get(Transcript, raw.id))
        account = work.add(Account(login="zh@example.org", display_name="Ж. С.", created_at=work.now))
        other = work.add(
            Member(study_id=study.id, account_id=account.id, initials="ЖС", role=Role.PRINCIPAL_INVESTIGATOR)
        )
        review = ask_second(work, work.get(Transcript, raw.id), other, Rule(share=100, least=0, turns=0))
        assert [words_of(work, one)[1] for one in looks_of(work, review)] == ["Олег Савельев"] * 2
    assert lead.get(f"{AT}/E02/second/1").status_code == 403
    assert (
        lead.post(f"{AT}/second-rule", data={"required": "on", "share": "20", "least": "3", "turns": "3"}).status_code
        == 302
    )
    assert lead.post(f"{AT}/E02/approve").status_code == 409
    assert lead.post(f"{AT}/E02/second/1/off").status_code == 302
    with ground.work() as work:
        assert list(reviews_of(work, raw)) == []
        assert find_entity(work, study.id, "person-1") is not None
