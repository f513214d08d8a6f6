"""Every kind of file that may leave is read to its last string, and what cannot be read does not pass."""

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import docx
import numpy as np
import pypdf
import pytest
from docx.oxml import parse_xml
from PIL import Image, PngImagePlugin
from pypdf.annotations import FreeText
from pypdf.generic import NameObject, TextStringObject
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.anonymisation.leaving.checking import Watch
from fieldwork.anonymisation.leaving.door import Leaving, look_here, look_outside
from fieldwork.anonymisation.leaving.parts import (
    Budget,
    Damaged,
    Encrypted,
    HasProgram,
    OldOffice,
    OwnEntities,
    TooMuch,
    Unreadable,
    told,
)
from fieldwork.anonymisation.leaving.reading import pieces_of, pieces_of_bytes
from fieldwork.anonymisation.leaving.spotted import Spotted, blocking
from fieldwork.anonymisation.sealed import SealedName, Secrets
from fieldwork.core.errors import BadInput

EXPERT = KnownIdentity(
    "E02", full_name="Есенов Руслан Ерланович", short_names=("Рус",), latin="Ruslan Yessenov",
    employer="театр «Параллель»", employer_aliases=("Параллель",), position="художественный руководитель",
    phone="+7 702 555 02 23", email="ruslan@parallel.example.kz", handle="@rus_parallel",
)  # fmt: skip
MEMBER = KnownIdentity("interviewer-AS", full_name="Сапарова Айгерим", role="interviewer")
SEALED = (
    SealedName("person-2", "PER", ("Сании Токтаровны",)),
    SealedName("organisation-1", "ORG", ("Тас-Терек Строя",)),
    SealedName("number-1", "ID", ("760914430272",)),
    SealedName("term-1", "ORG", ("Тау Хаб",)),
)
SECRETS = Secrets((EXPERT, MEMBER), SEALED, signed=("Айгерим Сапарова",), exceptions=("Сания Токтаровна Ли",))
NAME = "Говорил Руслан Есенов о сцене."
FONT = Path(__file__).parents[2] / "fieldwork" / "report" / "fonts"


@pytest.fixture(scope="module")
def watch() -> Watch:
    return Watch(SECRETS)


def spotted(watch: Watch, data: bytes, name: str) -> list[Spotted]:
    return blocking(watch.file(io.BytesIO(data), name))


def places(watch: Watch, data: bytes, name: str) -> list[str]:
    return sorted({f"{told(one.place)} = {one.whose}" for one in spotted(watch, data, name)})


# --- makers of files --------------------


def pdf(*pages: str, **info: str) -> bytes:
    """A PDF with an embedded font."""
    fonts = sorted(FONT.glob("*.ttf"))
    pdfmetrics.registerFont(TTFont("Probe", str(fonts[0])))
    file = io.BytesIO()
    canvas = Canvas(file, invariant=1, initialFontName="Probe")
    canvas.setAuthor(info.get("author", ""))
    for page in pages:
        canvas.setFont("Probe", 11)
        for number, line in enumerate(page.split("\n")):
            canvas.drawString(60, 760 - 16 * number, line)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def rewritten(data: bytes, deed: Callable[[pypdf.PdfWriter], Any]) -> bytes:
    """A PDF after a deed of pypdf's writer."""
    target = io.BytesIO()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    deed(writer)
    writer.write(target)
    return target.getvalue()


def docx_file(deed: Callable[[Any], Any]) -> bytes:
    """A Word document."""
    document = docx.Document()
    document.core_properties.author = "python-docx"
    document.add_paragraph("Отчёт.")
    deed(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def runs(document: Any, *texts: str) -> None:
    """One paragraph of several runs: Word cuts words where somebody corrected a letter."""
    paragraph = document.add_paragraph()
    for text in texts:
        paragraph.add_run(text)


def tracked(document: Any) -> None:
    """A name that was replaced with tracked changes: the old one is still there."""
    ns = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document.element.body.append(
        parse_xml(
            f'<w:p {ns}><w:r><w:t xml:space="preserve">Говорил </w:t></w:r>'
            '<w:del w:author="x" w:id="1"><w:r><w:delText>Есенов</w:delText></w:r></w:del>'
            '<w:ins w:author="x" w:id="2"><w:r><w:t>[E02]</w:t></w:r></w:ins></w:p>'
        )
    )


def zipped(members: dict[str, bytes], comment: str = "") -> bytes:
    """An archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.comment = comment.encode()
    return file.getvalue()


def xlsx() -> bytes:
    """A workbook by hand: shared strings, an inline string, a number, a comment, a sheet's name, a printer."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    links = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    rel = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    return zipped(
        {
            "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "xl/workbook.xml": f'<workbook {main} {rel}><sheets><sheet name="Коды" sheetId="1" r:id="rId1"/>'
            '<sheet name="Есенов" sheetId="2" r:id="rId2"/></sheets></workbook>'.encode(),
            "xl/_rels/workbook.xml.rels": f"<Relationships {links}>"
            '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/>'
            '<Relationship Id="rId2" Target="/xl/worksheets/sheet2.xml"/></Relationships>'.encode(),
            "xl/sharedStrings.xml": f"<sst {main}><si><t>Код</t></si>"
            "<si><r><t>Есе</t></r><r><t>нов</t></r></si></sst>".encode(),
            "xl/worksheets/sheet1.xml": f'<worksheet {main}><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row>'
            '<row r="12"><c r="A12" t="s"><v>1</v></c></row><row r="14"><c r="B14"><v>7.60914430272E11</v></c></row>'
            '<row r="15"><c r="B15" t="inlineStr"><is>'
            "<t>8 702 555 02 23</t></is></c></row></sheetData></worksheet>".encode(),
            "xl/worksheets/sheet2.xml": f"<worksheet {main}><sheetData/></worksheet>".encode(),
            "xl/comments1.xml": f"<comments {main}><commentList><comment><text><t>Спросить Руслана</t></text></comment>"
            "</commentList></comments>".encode(),
            "xl/printerSettings/printerSettings1.bin": b"\x01\x02" + "HP у Есенова".encode("utf-16-le") + b"\0\0",
        }
    )


def wav(tags: dict[str, str]) -> bytes:
    """A second of silence with tags."""
    file = io.BytesIO()
    with av.open(file, "w", format="wav") as container:
        container.metadata.update(tags)
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def png(**texts: str) -> bytes:
    """A picture with texts."""
    file, said = io.BytesIO(), PngImagePlugin.PngInfo()
    for key, text in texts.items():
        said.add_itxt(key, text)
    Image.new("L", (2, 2)).save(file, "PNG", pnginfo=said)
    return file.getvalue()


def jpeg(author: str, *, located: bool = False) -> bytes:
    """A photograph with its photographer (and where it was taken)."""
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x013B] = author
    if located:
        exif.get_ifd(0x8825)[2] = (43.0, 14.0, 15.0)
    Image.new("L", (2, 2)).save(file, "JPEG", exif=exif)
    return file.getvalue()


ODT = {"mimetype": b"application/vnd.oasis.opendocument.text"}
OFFICE = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


# --- what is found, and where --------------------

FOUND: list[tuple[str, Callable[[], bytes], list[str]]] = [
    ("a.txt", f"Раз.\nДва.\n{NAME}".encode, ["a.txt, line 3 = E02"]),
    ("a.txt", lambda: NAME.encode("cp1251"), ["a.txt, line 1 = E02"]),
    ("a.txt", lambda: NAME.encode("utf-16"), ["a.txt, line 1 = E02"]),
    ("a.txt", lambda: NAME.encode("utf-16-be"), ["a.txt, line 1 = E02"]),
    ("a.md", "Адрес: &#1056;&#1091;&#1089;&#1083;&#1072;&#1085; Е.".encode, ["a.md, line 1 = E02"]),
    ("a.md", lambda: b"file:///%D0%95%D1%81%D0%B5%D0%BD%D0%BE%D0%B2.mp3", ["a.md, line 1 = E02"]),
    ("a.csv", "код;кто\n1;Есенов\n2;[E03]\n".encode, ["a.csv, line 2 = E02"]),
    ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Руслан Есенов>Да.\n".encode, ["a.vtt, line 4 = E02"]),
    ("a.json", lambda: json.dumps({"a": [{"who": "Есенову"}]}).encode(), ["a.json, key a[0].who = E02"]),
    ("a.json", lambda: b'{"iin": 760914430272}', ["a.json, key iin = number-1"]),
    ("a.jsonl", lambda: b'{"a": 1}\n{"who": "Ruslan Yessenov"}\n', ["a.jsonl, line 2, key who = E02"]),
    ("a.yaml", lambda: b'who: "\\u0415\\u0441\\u0435\\u043d\\u043e\\u0432"', ["a.yaml, line 1 = E02"]),
    ("a.html", "<p>Да.</p>\n<p>Это <b>Есе</b>нов.</p><!-- Параллель -->".encode,
     ["a.html, line 2 = E02"]),
    ("a.html", "<img alt='Руслан Есенов'>".encode, ["a.html, line 1 = E02"]),
    ("a.qdc", '<?xml version="1.0"?><CodeBook><Codes><Code name="Тас-Терек Строй"/></Codes></CodeBook>'.encode,
     ["a.qdc, attribute name = organisation-1"]),
    ("a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><text>Работает в Тау Хабе</text></svg>".encode,
     ["a.svg, paragraph 1 = term"]),
    ("a.pdf", lambda: pdf("Первая.", NAME), ["a.pdf, page 2 = E02"]),
    ("a.pdf", lambda: pdf("Говорили о том, что Есе-\nнов уехал."), ["a.pdf, page 1 = E02"]),
    ("a.pdf", lambda: pdf("Строил всё тот же Тас-Терек\nСтрой, на горе."), ["a.pdf, page 1 = organisation-1"]),
    ("a.pdf", lambda: pdf("Текст.", author="Есенов"), ["a.pdf, metadata Author = E02"]),
    ("a.pdf", lambda: rewritten(pdf("Да."), lambda w: w.add_outline_item(title="О Русе Есенове", page_number=0)),
     ["a.pdf, outline = E02"]),
    ("a.pdf", lambda: rewritten(pdf("Да."), lambda w: w.add_attachment(filename="заметки.txt", data=NAME.encode())),
     ["a.pdf, attachment, line 1 = E02"]),
    ("a.pdf", lambda: rewritten(pdf("Да.", "Да."), lambda w: w.add_annotation(
        page_number=1, annotation=FreeText(text=NAME, rect=(9, 9, 90, 90)))),
     ["a.pdf, page 2, note = E02"]),
    ("a.pdf", lambda: rewritten(pdf("Да."), lambda w: w.root_object.update(
        {NameObject("/Alt"): TextStringObject(NAME)})),
     ["a.pdf, description = E02"]),
    ("a.docx", lambda: docx_file(lambda d: runs(d, "Это Есе", "нов", ".")), ["a.docx, paragraph 2 = E02"]),
    ("a.docx", lambda: docx_file(tracked), ["a.docx, paragraph 2 = E02"]),
    ("a.docx", lambda: docx_file(lambda d: runs(d.sections[0].header, NAME)), ["a.docx, header, paragraph 2 = E02"]),
    ("a.docx", lambda: docx_file(lambda d: setattr(d.core_properties, "title", "Есенов")),
     ["a.docx, metadata title = E02"]),
    ("a.docx", lambda: docx_file(lambda d: d.add_comment(d.paragraphs[0].add_run("x"), text=NAME, author="Есенов")),
     ["a.docx, comments, attribute author = E02", "a.docx, comments, paragraph 1 = E02"]),
    ("a.docx", lambda: docx_file(lambda d: d.add_table(1, 1).cell(0, 0).add_paragraph(NAME)),
     ["a.docx, paragraph 3 = E02"]),
    ("a.xlsx", xlsx, ["a.xlsx, comments, paragraph 1 = E02", "a.xlsx, sheet Коды, row 12 = E02",
                      "a.xlsx, sheet Коды, row 14 = number-1", "a.xlsx, sheet Коды, row 15 = E02",
                      "a.xlsx, xl/printerSettings/printerSettings1.bin = E02",
                      "a.xlsx, xl/sharedStrings.xml, paragraph 2 = E02",
                      "a.xlsx, xl/workbook.xml, attribute name = E02"]),
    ("a.odt", lambda: zipped(ODT | {
        "content.xml": f"<office:document-content {OFFICE}><text:p>Да</text:p>"
        "<text:p>Есе<text:span>нову</text:span></text:p>"
        "</office:document-content>".encode(),
        "meta.xml": f"<office:document-meta {OFFICE}><dc:creator>Есенов</dc:creator></office:document-meta>".encode(),
    }), ["a.odt, metadata creator = E02", "a.odt, paragraph 2 = E02"]),
    ("a.qdpx", lambda: zipped({"project.qde": b"<Project/>", "sources/x.txt": f"Раз\nДва\n{NAME}".encode()}),
     ["a.qdpx, sources/x.txt, line 3 = E02"]),
    ("a.zip", lambda: zipped({"звук/Есенов_2025.txt": b"x"}), ["a.zip, звук/[E02]_2025.txt, name = E02"]),
    ("a.zip", lambda: zipped({"b.zip": zipped({"c.docx": docx_file(lambda d: runs(d, NAME))})}),
     ["a.zip, b.zip, c.docx, paragraph 2 = E02"]),
    ("a.zip", lambda: zipped({"b.txt": b"x"}, comment="Есенов"), ["a.zip, comment = E02"]),
    ("a.png", lambda: png(Description=NAME), ["a.png, metadata Description = E02"]),
    ("a.jpg", lambda: jpeg("Yessenov"), ["a.jpg, metadata Artist = E02"]),
    ("a.jpg", lambda: jpeg("x", located=True), ["a.jpg = "]),
    ("a.wav", lambda: wav({"title": "Интервью: Есенов"}), ["a.wav, metadata title = E02"]),
    ("esenov_ruslan.txt", lambda: b"x", ["[E02].txt, name = E02"]),
    ("YessenovRuslan.txt", lambda: b"x", ["[E02].txt, name = E02"]),
    ("a.txt", "Пиши: ruslan.yessenov@mail.example".encode, ["a.txt, line 1 = E02"]),
    ("a.txt", "Спросили Санию Токтаровну.".encode, ["a.txt, line 1 = person-2"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "made", "expected"), FOUND, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(FOUND)])
def test_what_would_tell_is_found_and_its_place_is_told(
    watch: Watch, name: str, made: Callable[[], bytes], expected: list[str]
) -> None:
    assert places(watch, made(), name) == expected


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("report.pdf", lambda: pdf("Слова [E02] о сцене.", "Параллель проведём сами.")),
        ("report.docx", lambda: docx_file(lambda d: runs(d, "Слова [E02] о сцене."))),
        ("a.txt", "Сания Токтаровна Ли написала книгу.".encode),
        ("a.txt", "Авторы: Айгерим Сапарова; Сапарова А. Отчёт 2025 года.".encode),
        ("a.txt", "12. Есенов Р. Театр в городе // Простор. 2019. № 4. С. 12–19.".encode),
        ("a.docx", lambda: docx_file(lambda d: setattr(d.core_properties, "last_modified_by", "Айгерим"))),
        ("a.txt", lambda: b""),
    ],
)
def test_what_is_meant_to_be_told_does_not_block(watch: Watch, name: str, made: Callable[[], bytes]) -> None:
    assert places(watch, made(), name) == []


def test_the_team_may_sign_and_may_not_be_called_in_an_interview(watch: Watch) -> None:
    said = "Айгерим, вы же сами видели. Мы с Айгерим Сапаровой там были."
    assert [(one.whose, one.words) for one in spotted(watch, said.encode(), "a.txt")] == [
        ("interviewer-AS", "Айгерим"),
        ("interviewer-AS", "Айгерим Сапаровой"),
    ]


def test_pictures_and_recordings_are_left_to_a_person(watch: Watch) -> None:
    files = {"a.png": png(), "b.wav": wav({})}
    found = watch.file(io.BytesIO(zipped(files)), "a.zip")
    assert [(told(one.place), one.kind, one.blocking) for one in found] == [
        ("a.zip, a.png", "picture", False),
        ("a.zip, b.wav", "recording", False),
    ]


def test_an_earlier_state_of_a_pdf_is_read_too(watch: Watch) -> None:
    target = io.BytesIO()
    writer = pypdf.PdfWriter(io.BytesIO(pdf("Текст.", author="Есенов")), incremental=True)
    writer.metadata = {"/Author": "x"}
    writer.write(target)
    assert "a.pdf, earlier state 1, metadata Author = E02" in places(watch, target.getvalue(), "a.pdf")


def test_places_and_reprs_never_hold_the_words(watch: Watch) -> None:
    found = spotted(watch, zipped({"Есенов.txt": NAME.encode()}), "Руслан Есенов.zip")
    assert "сенов" not in " ".join(f"{told(one.place)} {one!r}" for one in found).lower()
    assert {told(one.place) for one in found} == {
        "[E02].zip, name",
        "[E02].zip, [E02].txt, name",
        "[E02].zip, [E02].txt, line 1",
    }
    assert repr(SECRETS) == "Secrets(2 known, 4 sealed)"
    assert {one.words for one in found} == {"Руслан Есенов", "Есенов"}


# --- what is refused --------------------


def encrypted_pdf() -> bytes:
    return rewritten(pdf("Да."), lambda writer: writer.encrypt("secret", algorithm="RC4-128"))


def encrypted_zip() -> bytes:
    """A member's flag says that a password is needed."""
    data = bytearray(zipped({"a.txt": b"x"}))
    data[6] |= 1
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def bomb(levels: int) -> bytes:
    data = b"x"
    for _ in range(levels):
        data = zipped({"a.zip": data})
    return data


REFUSED: list[tuple[str, Callable[[], bytes], type[BadInput]]] = [
    ("a.bin", lambda: bytes(range(256)) * 9, Unreadable),
    ("a.xyz", "Обычный текст.".encode, Unreadable),
    ("a.rtf", lambda: b"{\\rtf1 x}", Unreadable),
    ("a.7z", lambda: b"7z\xbc\xaf\x27\x1c\0\4", Unreadable),
    ("a.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), OldOffice),
    ("a.docx", lambda: b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le") + bytes(600), Encrypted),
    ("a.pdf", encrypted_pdf, Encrypted),
    ("a.zip", encrypted_zip, Encrypted),
    ("a.pdf", lambda: pdf("Да.")[:400], Damaged),
    ("a.zip", lambda: zipped({"a.txt": b"x" * 90})[:60], Damaged),
    ("a.png", lambda: png()[:20], Damaged),
    ("a.xml", lambda: b"<a><b></a>", Damaged),
    ("a.xml", lambda: b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', OwnEntities),
    ("a.xlsx", lambda: zipped({"[Content_Types].xml": b"<Types/>", "xl/vbaProject.bin": b"x"}), HasProgram),
    ("a.zip", lambda: zipped({"a.exe": b"MZ\x90\0\3\0\0\0"}), Unreadable),
    ("a.zip", lambda: bomb(7), TooMuch),
]


@pytest.mark.parametrize(("name", "made", "refusal"), REFUSED, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(REFUSED)])
def test_what_cannot_be_looked_into_does_not_pass(
    name: str, made: Callable[[], bytes], refusal: type[BadInput]
) -> None:
    with pytest.raises(BadInput) as refused:
        list(pieces_of_bytes(made(), name))
    assert type(refused.value) is refusal
    assert str(refused.value.values["place"]).startswith(name)


def test_an_archive_that_unpacks_without_end_is_stopped_while_it_does() -> None:
    data = zipped({"a.txt": bytes(30 << 20)})
    assert len(data) < 100_000
    with pytest.raises(TooMuch):
        list(pieces_of(io.BytesIO(data), "a.zip", Budget(bytes_left=10 << 20)))
    with pytest.raises(TooMuch):
        list(pieces_of(io.BytesIO(zipped({str(n): b"" for n in range(50)})), "a.zip", Budget(members_left=49)))


# --- the child --------------------


@pytest.mark.parametrize("number", range(0, len(FOUND), 5))
def test_the_child_finds_what_this_process_finds(number: int) -> None:
    name, made, _ = FOUND[number]
    data = made()
    here = look_here(SECRETS, Leaving(io.BytesIO(data), name))
    assert look_outside(SECRETS, Leaving(io.BytesIO(data), name)) == here
    assert here != []


def test_the_child_looks_through_texts_and_tells_refusals() -> None:
    texts = [("guide", "Ничего."), ("recommendation rent", NAME)]
    assert [told(one.place) for one in look_outside(SECRETS, Leaving(texts=texts))] == ["section recommendation rent"]
    data = zipped({"[Content_Types].xml": b"<Types/>", "xl/vbaProject.bin": b"x"})
    with pytest.raises(HasProgram) as refused:
        look_outside(SECRETS, Leaving(io.BytesIO(data), "a.xlsm"))
    assert refused.value.values == {"place": "a.xlsm › xl/vbaProject.bin"}


def test_a_header_that_lies_about_its_size_hides_nothing(watch: Watch) -> None:
    data = bytearray(zipped({"a.txt": NAME.encode()}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 5)
    with pytest.raises(Damaged):
        list(watch.file(io.BytesIO(bytes(data)), "a.zip"))
