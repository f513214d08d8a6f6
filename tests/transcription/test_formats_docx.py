"""Word documents: labels in bold or not, on lines of their own, in tables; and documents made to do harm."""

import contextlib
import io
import zipfile
from collections.abc import Sequence

import docx
import pytest

from fieldwork.transcription.formats import BrokenDocument, DangerousDocument, NoSpeakers, parse

TALK = [("Интервьюер", "Как вы начинали?"), ("Эксперт", "С мастерской. Вывод: пробовать."), ("Интервьюер", "А потом?")]


def saved(document: "docx.document.Document") -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def document(talk: Sequence[tuple[str, str]], *, bold: bool, colon: str = ":", own_line: bool = False) -> bytes:
    made = docx.Document()
    made.add_heading("Литвинов, интервью 03.04", 1)
    for label, text in talk:
        paragraph = made.add_paragraph()
        paragraph.add_run(label + colon).bold = bold
        (made.add_paragraph() if own_line else paragraph).add_run(text if own_line else f" {text}")
    return saved(made)


@pytest.mark.parametrize(
    "data",
    [
        document(TALK, bold=True),
        document(TALK, bold=False),
        document(TALK, bold=True, colon=""),
        document(TALK, bold=True, colon=":", own_line=True),
        document(TALK, bold=True, colon="", own_line=True),
        document(TALK, bold=False, colon=":", own_line=True),
    ],
    ids=["bold", "plain", "bold without colon", "own line", "own line without colon", "own line, plain"],
)
def test_labels_of_paragraphs(data: bytes) -> None:
    found = parse(data)

    assert (found.labelled, found.source) == (TALK, "docx")
    assert [warning.split(" ", 1)[0] for warning in found.warnings] == ["1"]


def test_documents_damaged_on_their_way_are_refused_by_name() -> None:
    whole = document(TALK, bold=True)
    for at in range(40, len(whole) - 40, 97):  # another byte each time: compressed parts, headers, the directory
        damaged = bytearray(whole)
        damaged[at : at + 8] = bytes(8)
        with contextlib.suppress(BrokenDocument, DangerousDocument):
            assert parse(bytes(damaged)).labelled == TALK
    with pytest.raises(BrokenDocument):
        parse(whole[:-400])


def test_paragraphs_without_a_label_go_on_and_line_breaks_begin_turns() -> None:
    made = docx.Document()
    made.add_paragraph("Марина Полевая: Первый вопрос?")
    made.add_paragraph("Ольга Черных: Первый ответ.")
    made.add_paragraph("Он продолжается.")
    made.add_paragraph("Марина Полевая: Второй вопрос?\nОльга Черных: Второй ответ.")

    assert parse(saved(made)).labelled == [
        ("Марина Полевая", "Первый вопрос?"),
        ("Ольга Черных", "Первый ответ.\nОн продолжается."),
        ("Марина Полевая", "Второй вопрос?"),
        ("Ольга Черных", "Второй ответ."),
    ]


def table(rows: Sequence[Sequence[str]]) -> bytes:
    made = docx.Document()
    grid = made.add_table(0, len(rows[0]))
    for row in rows:
        for cell, text in zip(grid.add_row().cells, row, strict=True):
            cell.text = text
    return saved(made)


def test_tables_of_speaker_and_text_with_and_without_times() -> None:
    two = table([("Спикер", "Текст"), *TALK])
    three = table(
        [
            ("Timespan", "Speaker", "Content"),
            ("0:01.0 - 0:04.0", "Асель", "Как вы начинали?"),
            ("0:05.0 - 0:09.0", "Тимур", "С мастерской, давно это было."),
            ("0:10.0 - 0:12.0", "Асель", "А потом?"),
        ]
    )

    assert parse(two).labelled == TALK
    assert [(one.speaker_label, one.start_ms, one.text) for one in parse(three).utterances] == [
        ("Асель", 1000, "Как вы начинали?"),
        ("Тимур", 5000, "С мастерской, давно это было."),
        ("Асель", 10_000, "А потом?"),
    ]


def test_a_document_without_speakers() -> None:
    made = docx.Document()
    made.add_paragraph("Рассказ без вопросов.")

    with pytest.raises(NoSpeakers):
        parse(saved(made))


def changed(data: bytes, name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, content if part.filename == name else old.read(part))
        if name not in old.namelist():
            new.writestr(name, content)
    return file.getvalue()


def test_bombs_entities_and_ruins_are_refused() -> None:
    good = document(TALK, bold=True)
    entity = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]><w>&x;</w>'

    with pytest.raises(DangerousDocument, match="more than 64 MB when unpacked"):
        parse(changed(good, "word/media/bomb.bin", bytes(65 << 20)))
    with pytest.raises(DangerousDocument, match="document type"):
        parse(changed(good, "word/document.xml", entity))
    with pytest.raises(BrokenDocument, match="not a readable DOCX"):
        parse(good[: len(good) // 2])
    with pytest.raises(BrokenDocument):
        parse(changed(good, "word/document.xml", b"<w:document>"))
    with pytest.raises(BrokenDocument):
        parse(changed(b"PK\x05\x06" + bytes(18), "notes.txt", b"no document"))
