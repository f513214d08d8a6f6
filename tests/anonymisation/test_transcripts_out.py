"""Approved transcripts as files: the words that may leave, their times, who may take them, and back again."""

import io
import itertools
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from sqlmodel import col, select

from fieldwork.anonymisation.approval import approve
from fieldwork.anonymisation.export_profiles import find_profile, reader_of
from fieldwork.anonymisation.models import Decision
from fieldwork.anonymisation.placeholders import Piece, Rewritten
from fieldwork.anonymisation.review import add_mention
from fieldwork.anonymisation.timing import led_cues, led_words
from fieldwork.anonymisation.transcripts_out import (
    WITHHELD,
    Copy,
    ExportTooEarly,
    NothingToExport,
    copies_of,
    copy_of,
    left_out,
)
from fieldwork.consent.rules import ConsentRefused, ConsentWithdrawn
from fieldwork.consent.services import withdraw
from fieldwork.core.audit import AuditEntry
from fieldwork.core.work import Ground, Work
from fieldwork.demo.material import SLUG
from fieldwork.programme.guides import questions_of
from fieldwork.programme.models import Study
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.formats import FORMATS, NoTimes, ParsedTranscript, Utterance, parse
from fieldwork.transcription.history import replace_cues
from fieldwork.transcription.importing import import_transcript
from fieldwork.transcription.models import Transcript
from fieldwork.transcription.services import segment_rows, transcript_of
from fieldwork.transcription.turns.joining import TurnCue
from fieldwork.transcription.word_times import Word

ASKED = "Как вы начинали?"
SAID = "Начинали мы с Кунсулу Толганбаевой в Алматы. Цех был старый."
TOLD = "Начинали мы с [человек-1] в Алматы. Цех был старый."
THANKS = "Спасибо вам."
TURNS = [("Интервьюер", 1000, 2600, ASKED), ("E01", 3000, 9000, TOLD), ("Интервьюер", 9200, 10_400, THANKS)]


def uttered(label: str, start_ms: int, text: str, cut: int) -> Utterance:
    """A turn whose every letter takes 100 ms, in two stretches where ``cut`` is not 0."""
    words = tuple(
        Word(one.start(), one.end(), start_ms + 100 * one.start(), start_ms + 100 * one.end(), 0.9)
        for one in re.finditer(r"\w+", text)
    )
    edges = [0, cut, len(text)] if cut else [0, len(text)]
    cues = tuple(
        TurnCue(first + (first > 0), last, start_ms + 100 * first, start_ms + 100 * last)
        for first, last in itertools.pairwise(edges)
    )
    return Utterance(label, start_ms, cues[-1].end_ms, text, cues, words)


def taken_in(work: Work, study: Study, code: str, *, approving: bool = True) -> Transcript:
    """A transcript in which a third person and a town are named; approved where it is to be."""
    interview = find_interview(work, find_expert(work, study, code))
    turns = (
        uttered("Интервьюер", 1000, ASKED, 0),
        uttered("Эксперт", 3000, SAID, 44),
        uttered("Интервьюер", 9200, THANKS, 0),
    )
    transcript = import_transcript(work, interview, ParsedTranscript(turns, "json"))
    if approving:
        segment = segment_rows(work, transcript)[1]
        add_mention(work, segment, 14, 34, label="PER")
        town = add_mention(work, segment, 37, 43, label="LOC")
        town.decision = Decision.REJECTED  # a town stays unless a profile says otherwise
        work.add(town)
        approve(work, transcript)
    return transcript


def copy(work: Work, study: Study, form: str, profile: str = "team", code: str = "E01") -> Copy:
    expert = find_expert(work, study, code)
    reader = reader_of(work, study, find_profile(work, study, profile))
    return copy_of(work, expert, transcript_of(work, find_interview(work, expert)), reader, form)


def heard(copied: Copy) -> list[dict[str, Any]]:
    """Of JSON: the turns."""
    turns: list[dict[str, Any]] = json.loads(copied.content)["utterances"]
    return turns


@pytest.fixture
def approved(ground: Ground, study: Study) -> Transcript:
    with ground.work() as work:
        return taken_in(work, study, "E01")


# --- words and times -------------------------------------------------------------------------------------------------


def test_words_are_led_along_and_replaced_ones_are_not_told() -> None:
    first = Rewritten("Был [E03] тут там", (Piece(4, 10, 4, 9),))
    second = Rewritten("Был [E03] где-то там", (Piece(10, 13, 10, 16),))

    exact = [
        Word(0, 3, 0, 300, 0.5),
        Word(4, 10, 400, 1000, 0.5),
        Word(11, 14, 1100, 1400, 0.5),
        Word(15, 18, 1500, 1800, 0.5),
    ]
    assert led_words(exact, (first,)) == (
        exact[0], exact[2]._replace(start=10, end=13), exact[3]._replace(start=14, end=17)
    )  # fmt: skip
    assert led_words(exact, (first, second)) == (exact[0], exact[3]._replace(start=17, end=20))


def test_stretches_hold_every_word_once_also_where_a_name_ran_over_their_border() -> None:
    cues = [TurnCue(0, 7, 0, 700), TurnCue(8, 14, 800, 1400), TurnCue(15, 18, 1500, 1800)]
    table = Rewritten("Был [E03] там", (Piece(4, 14, 4, 9),))

    found = led_cues(cues, (table,))
    assert [("Был [E03] там"[one.start : one.end], one.start_ms, one.end_ms) for one in found] == [
        ("Был [E03]", 0, 1400), ("там", 1500, 1800)
    ]  # fmt: skip


def test_json_holds_words_with_their_places_in_the_text_that_leaves(
    ground: Ground, study: Study, approved: Transcript
) -> None:
    with ground.work() as work:
        told = heard(copy(work, study, "json"))[1]
        general = heard(copy(work, study, "json", "archive"))[1]
    assert told["text"] == TOLD
    assert [told["text"][one["start"] : one["end"]] for one in told["words"]] == [
        "Начинали", "мы", "с", "в", "Алматы", "Цех", "был", "старый"
    ]  # fmt: skip
    assert told["words"][3] == {"start": 26, "end": 27, "start_ms": 6500, "end_ms": 6600, "probability": 0.9}
    assert [(one["start_ms"], one["end_ms"]) for one in told["cues"]] == [(3000, 7400), (7400, 9000)]
    assert "Алматы" not in general["text"]
    assert "Алматы" not in [general["text"][one["start"] : one["end"]] for one in general["words"]]
    assert [general["text"][one["start"] : one["end"]] for one in general["words"]][-1] == "старый"


# --- every format, and back ------------------------------------------------------------------------------------------

PRECISION = {"f4": (None, 100), "txt": (1000, None), "docx": (1000, None), "docx-table": (100, 100)}
"""To how many ms beginnings and ends are told; not at all where it says None. The others tell them exactly."""


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_written_is_read_back_as_the_same_turns(
    ground: Ground, study: Study, approved: Transcript, form: str
) -> None:
    with ground.work() as work:
        copied = copy(work, study, form)
    found = parse(copied.content).utterances
    starts, ends = PRECISION.get(form, (1, 1))
    assert [(one.speaker_label, one.text) for one in found] == [(label, text) for label, _, _, text in TURNS]
    if starts:
        assert [one.start_ms for one in found] == [start // starts * starts for _, start, _, _ in TURNS]
    if ends:
        assert [one.end_ms for one in found] == [end // ends * ends for _, _, end, _ in TURNS]
    assert (copied.name, "Толганбаев" in copied.content.decode("utf-8", "replace")) == (
        f"E01.{ {'f4': 'txt', 'docx-table': 'docx'}.get(form, form) }", False
    )  # fmt: skip


def test_a_text_without_times_has_no_captions(ground: Ground, study: Study, approved: Transcript) -> None:
    with ground.work() as work:
        row = segment_rows(work, approved)[2]
        row.start_ms, row.end_ms = None, None
        work.add(row)
        replace_cues(work, row, [])
        with pytest.raises(NoTimes):
            copy(work, study, "vtt")
        assert "Спасибо вам." in copy(work, study, "txt").content.decode()


def test_a_document_tells_no_author_no_day_and_holds_no_picture(
    ground: Ground, study: Study, approved: Transcript
) -> None:
    with ground.work() as work:
        first, again = copy(work, study, "docx").content, copy(work, study, "docx").content
    assert first == again
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert [name for name in parts.namelist() if "thumbnail" in name] == []
    told = docx.Document(io.BytesIO(first)).core_properties
    assert (told.author, told.last_modified_by, told.title) == ("", "", "E01")


# --- consent ---------------------------------------------------------------------------------------------------------


def test_a_profile_needs_as_much_consent_as_it_lets_out(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        taken_in(work, study, "E02")  # has not allowed the text to be archived
        assert copy(work, study, "txt", "team", "E02").name == "E02.txt"
        assert copy(work, study, "txt", "report", "E02").name == "E02.txt"
        with pytest.raises(ConsentRefused, match="archive"):
            copy(work, study, "txt", "archive", "E02")
        assert [code for code, _ in left_out(work, study, find_profile(work, study, "archive"))] == ["E02"]
        assert left_out(work, study, find_profile(work, study, "team")) == []


def test_whoever_withdrew_is_in_no_export(ground: Ground, study: Study, approved: Transcript) -> None:
    with ground.work() as work:
        withdraw(work, find_expert(work, study, "E01"))
        with pytest.raises(ConsentWithdrawn):
            copy(work, study, "txt")
        with pytest.raises(NothingToExport):
            copies_of(work, study, reader_of(work, study, find_profile(work, study, "team")), "txt")


def test_what_is_not_quoted_is_not_in_the_reports_text(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        transcript = taken_in(work, study, "E10")  # is not quoted on questions 9 and 11, and on some categories
        numbers = {one.number: one.id for one in questions_of(work, study)}
        rows = segment_rows(work, transcript)
        for row, number in zip(rows, (9, 2, 3), strict=True):
            row.question_id = numbers[number]
        work.add_all(rows)
        told = [one["text"] for one in heard(copy(work, study, "json", "report", "E10"))]
        assert told == [WITHHELD, TOLD, THANKS]
        assert [one["text"] for one in heard(copy(work, study, "json", "team", "E10"))] == [ASKED, TOLD, THANKS]


# --- all of them, and too early --------------------------------------------------------------------------------------


def test_the_zip_holds_what_may_leave_and_says_what_may_not(ground: Ground, study: Study, approved: Transcript) -> None:
    with ground.work() as work:
        taken_in(work, study, "E02", approving=False)
        with pytest.raises(ExportTooEarly, match="E02"):
            copy(work, study, "txt", "team", "E02")
        packed = copies_of(work, study, reader_of(work, study, find_profile(work, study, "team")), "f4")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.namelist() == ["E01.txt"]
        assert archive.read("E01.txt").decode().startswith("Интервьюер: Как вы начинали? #00:00:02-6#")
        assert [one.date_time for one in archive.infolist()] == [(1980, 1, 1, 0, 0, 0)]
    assert [(code, type(why)) for code, why in packed.left_out] == [("E02", ExportTooEarly)]


# --- pages -----------------------------------------------------------------------------------------------------------

ONE, ALL = f"/s/{SLUG}/anonymisation/E01/export", f"/s/{SLUG}/anonymisation/export"


def deeds(ground: Ground) -> list[dict[str, Any]]:
    with ground.look() as session:
        rows = session.exec(select(AuditEntry).where(col(AuditEntry.deed) == "transcripts.exported")).all()
        return [row.details for row in rows]


def test_the_team_downloads_and_the_trail_says_so(
    ground: Ground, study: Study, approved: Transcript, visitor: Callable[..., Any]
) -> None:
    coder = visitor("coder", slug=SLUG)
    assert 'name="profile" value="team"' in coder.get(f"/s/{SLUG}/transcripts/E01").text
    assert ALL in coder.get(f"/s/{SLUG}/transcripts").text
    answer = coder.post(ONE, {"profile": "team", "form": "vtt"})
    assert (answer.status_code, answer.headers["Content-Disposition"].split(";")[1]) == (200, ' filename="E01.vtt"')
    assert [one.text for one in parse(answer.data).utterances] == [ASKED, TOLD, THANKS]
    packed = coder.post(ALL, {"profile": "team", "form": "docx"})
    assert packed.mimetype == "application/zip"
    assert [(one["profile"], one["form"], one["count"]) for one in deeds(ground)] == [
        ("team", "vtt", 1),
        ("team", "docx", 1),
    ]


def test_what_leaves_the_team_is_for_who_leads_the_study(
    ground: Ground, study: Study, approved: Transcript, visitor: Callable[..., Any]
) -> None:
    assert visitor("coder", slug=SLUG).post(ONE, {"profile": "archive", "form": "txt"}).status_code == 409
    assert visitor("viewer", slug=SLUG).post(ONE, {"profile": "team", "form": "txt"}).status_code == 403
    assert visitor("viewer", slug=SLUG).get(f"/s/{SLUG}/transcripts/E01").text.count("/export") == 0
    leading = visitor("principal_investigator", slug=SLUG)
    answer = leading.post(ONE, {"profile": "archive", "form": "txt"})
    assert (answer.status_code, "Алматы" in answer.text) == (200, False)
    assert leading.post(ONE, {"profile": "team", "form": "exe"}).status_code == 404
    assert [one["profile"] for one in deeds(ground)] == ["archive"]


def test_a_name_stops_the_file_and_the_page_says_where(
    ground: Ground, study: Study, approved: Transcript, visitor: Callable[..., Any]
) -> None:
    with ground.work() as work:
        row = segment_rows(work, work.get(Transcript, approved.id))[2]
        row.text = "Спасибо, Кунсулу Толганбаева."
        work.add(row)
    answer = visitor("coder", slug=SLUG).post(ONE, {"profile": "team", "form": "txt"})
    assert (answer.status_code, "person-1" in answer.text, "Толганб" in answer.text) == (409, True, False)
    assert deeds(ground) == []


def test_a_transcript_that_is_not_approved_is_refused(
    ground: Ground, study: Study, visitor: Callable[..., Any]
) -> None:
    with ground.work() as work:
        taken_in(work, study, "E01", approving=False)
    leading = visitor("principal_investigator", slug=SLUG)
    assert leading.post(ONE, {"profile": "team", "form": "txt"}).status_code == 409
    assert ONE not in leading.get(f"/s/{SLUG}/transcripts/E01").text


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_writes_once_and_never_over(
    ground: Ground, study: Study, approved: Transcript, run: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    ended = run("anonymisation", "export", SLUG, "E01", "--format", "srt", "--out", folder)
    assert (ended.code, ended.out.strip()) == (0, str(folder / "E01.srt"))
    assert [one.text for one in parse((folder / "E01.srt").read_bytes()).utterances] == [ASKED, TOLD, THANKS]
    (folder / "E01.srt").write_text("mine", encoding="utf-8")
    again = run("anonymisation", "export", SLUG, "E01", "--format", "srt", "--out", folder)
    assert (again.code, "there already" in again.err) == (1, True)
    packed = run("anonymisation", "export", SLUG, "--out", folder / "all.zip")
    assert packed.code == 0
    nowhere = run("anonymisation", "export", SLUG, "E01", "--out", tmp_path / "no" / "E01.docx")
    assert (nowhere.code, "cannot be written" in nowhere.err) == (1, True)
    assert sorted(path.name for path in folder.iterdir()) == ["E01.srt", "all.zip"]
    assert (folder / "E01.srt").read_text(encoding="utf-8") == "mine"
    assert [(one["form"], one["count"]) for one in deeds(ground)] == [("srt", 1), ("docx", 1)]
