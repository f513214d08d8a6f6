"""What other programs read and write: f4, noScribe, NVivo's table, JSON of Whisper; and our own, read again."""

import io
import json
import zipfile

import docx
import pytest

from fieldwork.transcription.formats import EXTENSIONS, BrokenDocument, Utterance, parse, write
from fieldwork.transcription.turns import TurnCue

TURNS = (
    Utterance("Интервьюер", 1000, 3500, "Как вы начинали?", (TurnCue(0, 16, 1000, 3500),)),
    Utterance(
        *("E07", 3_723_400, 3_731_000, "В «Банке» <на углу> & дома. Подруга позвала."),
        (TurnCue(0, 27, 3_723_400, 3_726_000), TurnCue(28, 44, 3_726_250, 3_731_000)),
    ),
    Utterance("Интервьюер", 3_731_500, 3_732_000, "Понятно.", (TurnCue(0, 8, 3_731_500, 3_732_000),)),
)
NOSCRIBE = """<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.0//EN" "http://www.w3.org/TR/REC-html40/strict.dtd">
<html><head><meta charset="UTF-8"/><meta name="audio_source" content="C:\\\\a.m4a"/></head><body>
<p style="font-weight:600;">a.m4a</p><p style="color: #909090;">Transcribed with noScribe</p>
<p><a name="ts_0_2400_S00" >S00 <span style="color: #78909C" >[00:00:00]</span>: Расскажите о себе.</a></p>
<p><a name="ts_2600_5000_S01" >S01: Я работаю</a><a name="ts_5000_7200_S01" > с детьми (..)</a>\
<a name="ts_7200_8000_//S00" > //S00: угу//</a></p></body></html>
"""


def labelled(data: bytes) -> list[tuple[str | None, str]]:
    return [(one.speaker_label, one.text) for one in parse(data).utterances]


@pytest.mark.parametrize("form", sorted(EXTENSIONS))
def test_every_format_is_read_again_with_its_speakers_and_words(form: str) -> None:
    assert labelled(write(TURNS, form)) == [(one.speaker_label, one.text) for one in TURNS]


@pytest.mark.parametrize(("form", "source"), [("json", "json"), ("html", "noscribe")])
def test_json_and_html_keep_every_timed_stretch(form: str, source: str) -> None:
    found = parse(write(TURNS, form))

    assert (found.utterances, found.source) == (TURNS, source)


def test_f4_ends_a_turn_with_its_moment() -> None:
    assert write(TURNS, "f4").decode().split("\n\n") == [
        "Интервьюер: Как вы начинали? #00:00:03-5#",
        "E07: В «Банке» <на углу> & дома. Подруга позвала. #01:02:11-0#",
        "Интервьюер: Понятно. #01:02:12-0#\n",
    ]


def test_nvivo_s_table_has_its_columns_and_spans() -> None:
    (table,) = docx.Document(io.BytesIO(write(TURNS, "docx-table", title="E07"))).tables

    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Timespan", "Speaker", "Content"],
        ["00:00:01.0 - 00:00:03.5", "Интервьюер", "Как вы начинали?"],
        ["01:02:03.4 - 01:02:11.0", "E07", "В «Банке» <на углу> & дома. Подруга позвала."],
        ["01:02:11.5 - 01:02:12.0", "Интервьюер", "Понятно."],
    ]
    spans = [(one.start_ms, one.end_ms) for one in parse(write(TURNS, "docx-table")).utterances]
    assert spans == [(1000, 3500), (3_723_400, 3_731_000), (3_731_500, 3_732_000)]


def test_a_document_names_no_author_and_tells_no_day() -> None:
    content = write(TURNS, "docx", title="E07")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        core = parts.read("docProps/core.xml").decode()

    assert [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs] == [
        "E07",
        "[00:00:01] Интервьюер: Как вы начинали?",
        "[01:02:03] E07: В «Банке» <на углу> & дома. Подруга позвала.",
        "[01:02:11] Интервьюер: Понятно.",
    ]
    assert "python-docx" not in core
    assert "2026" not in core


def test_a_page_of_noscribe_s_gives_its_speakers_and_moments() -> None:
    found = parse(NOSCRIBE.encode())

    assert found.source == "noscribe"
    assert found.labelled == [("S00", "Расскажите о себе."), ("S01", "Я работаю с детьми (..)"), ("S00", "угу")]
    assert [(one.start_ms, one.end_ms) for one in found.utterances] == [(0, 2400), (2600, 7200), (7200, 8000)]


@pytest.mark.parametrize("speakers", [True, False])
def test_whisper_s_json_is_read(speakers: bool) -> None:  # noqa: FBT001 - two shapes of one file
    told = [{"start": 0.5, "end": 2.25, "text": " Да."}, {"start": 2.5, "end": 4, "text": " Нет."}]
    named = [row | {"speaker": f"SPEAKER_0{number}"} for number, row in enumerate(told)]
    data = json.dumps({"text": "Да. Нет.", "segments": named if speakers else told}).encode()
    found = parse(data, "labelled" if speakers else "unknown")

    assert [(one.start_ms, one.end_ms, one.text) for one in found.utterances] == [
        (500, 2250, "Да."),
        (2500, 4000, "Нет."),
    ]
    assert found.labels == (("SPEAKER_00", "SPEAKER_01") if speakers else ())


@pytest.mark.parametrize(
    "data",
    [
        b"{", b"{}", b'{"segments": 3}', b'{"segments": [{"start": 1}]}', b'{"utterances": [{"text": 5}]}',
        b'{"segments": [{"text": "a", "start": -1}]}', b'{"a":' * 50_000,
    ],
    ids=["cut", "empty", "no list", "no text", "no words", "before the beginning", "too deep"],
)  # fmt: skip
def test_other_json_is_refused(data: bytes) -> None:
    with pytest.raises(BrokenDocument, match="JSON"):
        parse(data)


def test_a_transcript_without_times_has_no_stamps() -> None:
    untimed = [Utterance("E07", None, None, "Да.")]

    assert write(untimed, "f4").decode() == "E07: Да.\n"
    assert b"<p>E07: \xd0\x94\xd0\xb0.</p>" in write(untimed, "html")
    (table,) = docx.Document(io.BytesIO(write(untimed, "docx-table"))).tables
    assert table.rows[1].cells[0].text == ""
