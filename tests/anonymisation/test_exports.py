"""The door of a study: what it knows is gathered, what leaves is looked into, what would tell stays."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select

from fieldwork.anonymisation.exports import Door, ReviewOpen, WouldTell, let_out, open_reviews, secrets_of
from fieldwork.anonymisation.leaving.door import Leaving
from fieldwork.anonymisation.models import Decision, Mention
from fieldwork.anonymisation.review import add_mention
from fieldwork.core.audit import AuditEntry
from fieldwork.core.clock import utc_now
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Ground, Work
from fieldwork.demo.field import set_up
from fieldwork.demo.material import SLUG
from fieldwork.programme.models import Study
from fieldwork.programme.services import find_study
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.formats import parse_file
from fieldwork.transcription.importing import import_transcript
from fieldwork.transcription.models import Transcript, TranscriptState
from fieldwork.transcription.services import segment_rows
from fieldwork.web.leaving import attachment

SAID = "Мы работали с Кунсулу Толганбаевой на кровле."


@pytest.fixture
def study(ground: Ground) -> Study:
    """The demo's field, and one transcript in which somebody else is named."""
    with ground.work() as work:
        return set_up(work)


@pytest.fixture
def approved(ground: Ground, study: Study, tmp_path: Path) -> Transcript:
    """A transcript whose third person was replaced; approved."""
    path = tmp_path / "E02.txt"
    path.write_text(f"Интервьюер: Как было?\n\nЭксперт: {SAID}", encoding="utf-8")
    with ground.work() as work:
        interview = find_interview(work, find_expert(work, study, "E02"))
        transcript = import_transcript(work, interview, parse_file(path))
        segment = segment_rows(work, transcript)[1]
        mention = add_mention(work, segment, 14, 34, label="PER")
        segment.text, segment.sealed_text = SAID.replace("Кунсулу Толганбаевой", mention.replacement), None
        mention.replaced_start, mention.replaced_end = 14, 14 + len(mention.replacement)
        transcript.state = TranscriptState.ANONYMISED
        work.session.add_all([segment, mention, transcript])
        return transcript


def leaving(text: str, name: str = "a.txt") -> Leaving:
    return Leaving(io.BytesIO(text.encode()), name)


def test_whoever_was_replaced_in_an_interview_is_looked_for(ground: Ground, study: Study, approved: Transcript) -> None:
    with ground.work() as work:
        assert let_out(work, study, leaving("Слова [E02] приведены.")) == []
        with pytest.raises(WouldTell) as refused:
            let_out(work, study, leaving("Первая строка.\nСпросили Кунсулу Толганбаеву."))
    assert refused.value.values["places"] == "a.txt, line 2 (name of person-1)"
    assert "Толганб" not in str(refused.value)


def test_what_belonged_to_an_erased_expert_is_known_no_more(ground: Ground, study: Study, approved: Transcript) -> None:
    with ground.work() as work:
        expert = find_expert(work, study, "E02")
        assert {"E02"} <= {one.code for one in secrets_of(work, study).known}
        work.vault.destroy(expert_subject(expert.id), utc_now())
        assert "E02" not in {one.code for one in secrets_of(work, study).known}


def test_nothing_leaves_while_a_find_in_an_approved_text_is_undecided(
    ground: Ground, study: Study, approved: Transcript
) -> None:
    with ground.work() as work:
        assert open_reviews(work, study) == []
        mention = work.session.exec(select(Mention)).one()
        mention.decision = Decision.PENDING
        work.add(mention)
        assert open_reviews(work, study) == [("E02", 1)]
        assert open_reviews(work, study, []) == []
        with pytest.raises(ReviewOpen) as refused:
            let_out(work, study, leaving("Ничего."))
    assert refused.value.values == {"code": "E02", "count": 1}


def test_the_door_of_the_pages_remembers_what_passed_until_it_knows_more(
    ground: Ground, study: Study, approved: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, text = Door(), "Слова [E02] приведены, и Сейткали тоже."
    with ground.work() as work:
        door(work, study, io.BytesIO(text.encode()), "a.txt")
        with monkeypatch.context() as stopped:
            stopped.setattr("sys.executable", "/nowhere")  # another look would fail
            door(work, study, io.BytesIO(text.encode()), "a.txt")
        mention = work.session.exec(select(Mention)).one()
        interview = work.get(Interview, work.get(Transcript, approved.id).interview_id)
        mention.sealed_original = work.vault.seal_text(
            expert_subject(interview.expert_id), "mention.sealed_original", mention.id, "Сейткали"
        )
        work.add(mention)
        with pytest.raises(WouldTell):
            door(work, study, io.BytesIO(text.encode()), "a.txt")


def test_a_page_answers_with_a_file_only_through_the_door(
    ground: Ground, study: Study, approved: Transcript, site: Flask
) -> None:
    def answer(work: Work, text: str) -> Any:
        file = io.BytesIO(text.encode())
        with site.test_request_context():
            return attachment(work, study, file, name='Отчёт "1".txt', mimetype="text/plain", size=len(text.encode()))

    with ground.work() as work:
        sent = answer(work, "Слова [E02].")
        told = sent.headers["Content-Disposition"]
        assert (
            told
            == "attachment; filename=\"????? '1'.txt\"; filename*=UTF-8''%D0%9E%D1%82%D1%87%D1%91%D1%82%20%221%22.txt"
        )
        assert (b"".join(sent.response).decode(), sent.content_length) == ("Слова [E02].", 17)
        sent.close()
        with pytest.raises(WouldTell):
            answer(work, "Слова Кунсулу Толганбаевой.")


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_shows_places_and_only_on_request_words(
    ground: Ground, study: Study, approved: Transcript, run: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "send"
    (folder / "inner").mkdir(parents=True)
    (folder / "clean.txt").write_text("Слова [E02].", encoding="utf-8")
    assert run("anonymisation", "check", SLUG, folder).code == 0
    (folder / "inner" / "report.md").write_text("# Отчёт\n\nГоворила Кунсулу Толганбаева.", encoding="utf-8")
    ended = run("anonymisation", "check", SLUG, folder)
    assert (ended.code, "inner/report.md, line 3" in ended.out, "person-1" in ended.out) == (1, True, True)
    assert ("Толганб" in ended.out, ended.out.splitlines()[-1]) == (
        False, "2 files: 1 places would tell, 0 are worth a look.",
    )  # fmt: skip
    shown = run("anonymisation", "check", SLUG, folder, "--identity", "--json")
    told = json.loads(shown.out)
    assert (shown.code, told["blocking"], told["found"][0]["words"]) == (1, 1, "Кунсулу Толганбаева")
    with ground.look() as session:
        assert [row.details for row in session.exec(select(AuditEntry)) if row.deed == "leaks.checked"] == [
            {"found": 0, "blocking": 0}, {"found": 1, "blocking": 1}, {"found": 1, "blocking": 1},
        ]  # fmt: skip


def test_the_command_names_what_it_cannot_look_into(
    ground: Ground, study: Study, run: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    ended = run("anonymisation", "check", SLUG, tmp_path / "old.doc")
    assert (ended.code, "old.doc is a file of an old office program" in ended.out) == (1, True)


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_leader_where_a_file_would_tell(
    ground: Ground, study: Study, approved: Transcript, visitor: Callable[..., Any]
) -> None:
    leader, coder = visitor("principal_investigator", slug=SLUG), visitor("coder", slug=SLUG)
    at = f"/s/{SLUG}/anonymisation/check"
    assert coder.get(at).status_code == 403
    assert "Перетащите файл сюда" in leader.get(at).text
    data = "Раз.\nГоворила Кунсулу Толганбаева.".encode()
    page = leader.post(at, {"file": (io.BytesIO(data), "Отчёт.txt")})
    assert page.status_code == 200
    assert "<b>Отчёт.txt, строка 2</b>" in page.text
    assert "<mark>Кунсулу Толганбаева</mark>" in page.text
    clean = leader.post(at, {"file": (io.BytesIO("Слова [E02].".encode()), "Отчёт.txt")})
    assert "Ничего, что выдало бы человека, не нашлось." in clean.text
    refused = leader.post(at, {"file": (io.BytesIO(b"{\\rtf1}"), "a.rtf")})
    assert (refused.status_code, "просмотреть его нельзя" in refused.text) == (422, True)
    nothing = leader.post(at, {"file": (io.BytesIO(b""), "")})
    assert nothing.status_code == 422
    with ground.work() as work:
        find_study(work, SLUG)
        assert sum(row.deed == "leaks.checked" for row in work.session.exec(select(AuditEntry))) == 2
