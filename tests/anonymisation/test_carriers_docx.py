"""Word documents: nothing readable is left in any part, and the layout is as it was."""

import io
import re
import zipfile
from collections.abc import Callable
from urllib.parse import unquote

import docx
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from PIL import Image

from fieldwork.anonymisation.carriers import LockedDocument, carrier_of
from fieldwork.anonymisation.files import AnonymousFile, FileAnonymiser
from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.transcription.formats import BrokenDocument, DangerousDocument

KNOWN = [
    KnownIdentity("E02", "Есенов Руслан Ерланович", ("Руслан",), "Ruslan Yessenov"),
    KnownIdentity("E03", "Каримова Роза Маратовна", (), "Roza Karimova", email="roza@tau.example.kz"),
]
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TELLING = re.compile(
    r"Каримов|Роз[аыуе]|Есенов|Руслан|Karimova|Roza|Yessenov|roza@|zhanka|Алтын Кум|701 234", re.IGNORECASE
)


def saved(made: Document) -> bytes:
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def anonymous(data: bytes) -> AnonymousFile:
    return FileAnonymiser(KNOWN).anonymise(data)


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.comment == b""
        return {name: archive.read(name) for name in archive.namelist()}


def repacked(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    found = parts(data)
    change(found)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return out.getvalue()


def told(data: bytes) -> list[str]:
    """Where something identifying is left: every part, and its name."""
    return [
        f"{name}: {found[0]}"
        for name, content in parts(data).items()
        for text in (name, unquote(content.decode("utf-8", "replace")))
        for found in [TELLING.search(text)]
        if found
    ]


CHANGED = f"""<w:p {W}><w:r><w:t xml:space="preserve">У Розы Каримов</w:t></w:r>
<w:del w:id="5" w:author="Руслан Есенов"><w:r><w:delText>а</w:delText></w:r></w:del>
<w:ins w:id="6" w:author="Руслан Есенов"><w:r><w:t>ой</w:t></w:r></w:ins>
<w:r><w:t xml:space="preserve"> была мастерская.</w:t></w:r></w:p>"""
POINTING = f"""<w:p {W}><w:bookmarkStart w:id="9" w:name="_Роза_Каримова"/><w:bookmarkEnd w:id="9"/>
<w:hyperlink w:anchor="_Роза_Каримова"><w:r><w:t>дальше</w:t></w:r></w:hyperlink>
<w:r><w:instrText xml:space="preserve"> HYPERLINK "mailto:roza@</w:instrText></w:r>
<w:r><w:instrText>tau.example.kz" </w:instrText></w:r></w:p>"""
BOXED = f"""<w:p {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
xmlns:v="urn:schemas-microsoft-com:vml"><w:r><w:t>До</w:t></w:r><w:r><mc:AlternateContent>
<mc:Choice Requires="wps"><w:txbxContent><w:p><w:r><w:t xml:space="preserve">Роза </w:t></w:r>
<w:r><w:t>Каримова</w:t></w:r></w:p></w:txbxContent></mc:Choice>
<mc:Fallback><w:pict><v:shape alt="Роза Каримова"><v:textbox><w:txbxContent>
<w:p><w:r><w:t>Роза Каримова</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback>
</mc:AlternateContent></w:r><w:r><w:t>После</w:t></w:r></w:p>"""
CONTROL = f"""<w:sdt {W}><w:sdtPr><w:alias w:val="Roza Karimova"/><w:tag w:val="Roza_Karimova"/></w:sdtPr>
<w:sdtContent><w:p><w:r><w:t>Roza Karimova</w:t></w:r></w:p></w:sdtContent></w:sdt>"""
TEXTS_IN_XML = (CHANGED, POINTING, BOXED, CONTROL)
"""Changes by somebody who has a name; what points at a bookmark; a text box twice, as Word writes it; a form field."""
PEOPLE = """<w15:people xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"><w15:person
w15:author="Руслан Есенов"><w15:presenceInfo w15:providerId="AD" w15:userId="S::ruslan.yessenov@tau.example.kz"/>
</w15:person></w15:people>"""
OWN = """<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties">
<property name="Эксперт">Роза Каримова</property></Properties>"""
FOOTNOTES = f"""<w:footnotes {W}><w:footnote w:id="2"><w:p><w:r><w:t>См. у Розы Каримовой.</w:t></w:r></w:p>
</w:footnote></w:footnotes>"""
HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


@pytest.fixture
def full() -> bytes:
    """A document with a name in every place that Word has for one."""
    made = docx.Document()
    core = made.core_properties
    core.author, core.last_modified_by, core.title = "Роза Каримова", "Руслан Есенов", "Интервью с Розой Каримовой"
    core.comments, core.keywords, core.subject, core.category = (
        "для Розы Каримовой",
        "Каримова",
        "Есенов",
        "ТОО «Алтын Кум»",
    )
    paragraph = made.add_paragraph()
    for words, bold in (("Вчера Ро", False), ("зу", True), (" Кари", False), ("мову", True), (" видел ", False)):
        paragraph.add_run(words).bold = bold
    paragraph.add_run("Руслан\tЕсенов").italic = True
    table = made.add_table(2, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Роза Каримова", "Здравствуйте."
    table.cell(1, 0).text, table.cell(1, 1).text = "Интервьюер", "Звоните 8 701 234 56 78."
    made.sections[0].header.paragraphs[0].text = "Каримова Роза, директор ТОО «Алтын Кум»"
    made.sections[0].footer.paragraphs[0].text = "roza@tau.example.kz"
    made.add_comment(paragraph.runs, text="Проверить у Руслана Есенова", author="zhanka_k", initials="РК")
    picture = io.BytesIO()
    Image.new("RGB", (2, 2)).save(picture, "PNG")
    picture.seek(0)
    shape = made.add_picture(picture)
    shape._inline.docPr.set("descr", "Роза Каримова у станка")
    shape._inline.docPr.set("name", "Роза_Каримова.png")
    body = made.element.body
    for xml in TEXTS_IN_XML:
        body.insert(len(body) - 1, parse_xml(xml))
    made.part.relate_to(
        "mailto:roza@tau.example.kz",
        HYPERLINK,
        is_external=True,
    )
    made.part.relate_to(
        "https://kk.example.org/%D0%A0%D0%BE%D0%B7%D0%B0",
        HYPERLINK,
        is_external=True,
    )

    def more(found: dict[str, bytes]) -> None:
        found["word/footnotes.xml"] = FOOTNOTES.encode()
        found["word/people.xml"] = PEOPLE.encode()
        found["customXml/item1.xml"] = "<!-- Роза Каримова --><a><b>Roza Karimova</b> и Руслан Есенов</a>".encode()
        found["word/embeddings/sheet1.xlsx"] = "Роза Каримова".encode()
        found["docProps/custom.xml"] = OWN.encode()
        found["docProps/app.xml"] = found["docProps/app.xml"].replace(
            b"</Properties>", "<Company>Алтын Кум</Company><Manager>Роза Каримова</Manager></Properties>".encode()
        )
        settings = found["word/settings.xml"].decode()
        found["word/settings.xml"] = settings.replace(
            "</w:settings>", '<w:docVars><w:docVar w:name="who" w:val="Roza Karimova"/></w:docVars></w:settings>'
        ).encode()
        image = next(name for name in found if name.startswith("word/media/"))
        rels = found["word/_rels/document.xml.rels"].decode()
        found["word/_rels/document.xml.rels"] = rels.replace(image[5:], "media/Роза Каримова.png").encode()
        found["word/media/Роза Каримова.png"] = found.pop(image)

    return repacked(saved(made), more)


def test_nothing_identifying_is_left_in_any_part(full: bytes) -> None:
    assert len(told(full)) >= 10
    result = anonymous(full)
    assert told(result.data) == []
    assert sorted(notice.split(" ", 1)[0] for notice in result.notices) == ["Embedded", "Pictures"]
    assert not any(name.startswith("docProps/thumbnail") for name in parts(result.data))


def test_the_layout_stays(full: bytes) -> None:
    made = docx.Document(io.BytesIO(anonymous(full).data))
    before = docx.Document(io.BytesIO(full))
    first = made.paragraphs[0]
    assert first.text == "Вчера [E03] видел [E02]\t"
    assert [(run.bold, run.italic) for run in first.runs] == [(r.bold, r.italic) for r in before.paragraphs[0].runs]
    assert [run.text for run in first.runs][:6] == ["Вчера [E03]", "", "", "", " видел ", "[E02]\t"]
    assert [[cell.text for cell in row.cells] for row in made.tables[0].rows] == [
        ["[E03]", "Здравствуйте."], ["Интервьюер", "Звоните [телефон]."],
    ]  # fmt: skip
    assert made.sections[0].header.paragraphs[0].text.startswith("[E03], директор")
    assert made.sections[0].footer.paragraphs[0].text == "[почта]"
    (comment,) = made.comments
    assert (comment.text, comment.author, comment.initials) == ("Проверить у [E02]", "[человек-1]", "")
    core = made.core_properties
    assert (core.author, core.last_modified_by, core.title, core.comments) == ("", "", "", "")
    assert len(made.inline_shapes) == 1
    assert made.inline_shapes[0]._inline.docPr.get("descr") == "[E03] у станка"


def test_changes_and_what_points_at_bookmarks_stay_whole(full: bytes) -> None:
    xml = parts(anonymous(full).data)["word/document.xml"].decode()
    changed = xml[xml.index("У [E03]") : xml.index(" была мастерская")]
    assert "<w:del " in changed
    assert 'w:author="[E02]"' in changed
    assert re.sub(r"<[^>]*>", "", changed) == "У [E03]"
    anchor = re.search(r'w:anchor="([^"]*)"', xml)
    assert anchor is not None
    assert f'w:name="{anchor[1]}"' in xml
    assert re.fullmatch(r"\w+", anchor[1])
    assert ">До<" in xml
    assert xml.count(">[E03]<") >= 2


def test_a_document_without_names_reads_the_same() -> None:
    made = docx.Document()
    made.add_paragraph("Мы говорили о мастерских.")
    made.add_paragraph("")
    result = anonymous(saved(made))
    again = docx.Document(io.BytesIO(result.data))
    assert [p.text for p in again.paragraphs] == ["Мы говорили о мастерских.", ""]
    assert (result.mentions, result.notices) == ((), ())


def test_a_word_of_the_text_does_not_change_styles() -> None:
    made = docx.Document()
    made.add_heading("Mark Normal", 1)
    made.add_paragraph("Потом Mark Normal и Марк Нормал пришли.", style="List Bullet")
    before, after = parts(saved(made)), parts(anonymous(saved(made)).data)
    ids = re.compile(rb'w:styleId="[^"]*"')
    assert ids.findall(after["word/styles.xml"]) == ids.findall(before["word/styles.xml"])
    assert [p.style.name for p in docx.Document(io.BytesIO(anonymous(saved(made)).data)).paragraphs if p.style] == [
        "Heading 1", "List Bullet",
    ]  # fmt: skip


def bomb(found: dict[str, bytes]) -> None:
    found["word/media/big.xml"] = b"<a>" + bytes(70 << 20) + b"</a>"


def entity(found: dict[str, bytes]) -> None:
    found["word/document.xml"] = b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'


def torn(found: dict[str, bytes]) -> None:
    found["word/document.xml"] = found["word/document.xml"][:-20]


def other(found: dict[str, bytes]) -> None:
    for name in [name for name in found if name.startswith("word/")]:
        del found[name]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [(bomb, DangerousDocument), (entity, DangerousDocument), (torn, BrokenDocument), (other, BrokenDocument)],
)
def test_broken_and_dangerous_documents_are_refused(
    change: Callable[[dict[str, bytes]], None], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        carrier_of(repacked(saved(docx.Document()), change))


def test_cut_off_encrypted_and_old_documents_are_refused() -> None:
    with pytest.raises(BrokenDocument):
        carrier_of(saved(docx.Document())[:2000])
    with pytest.raises(LockedDocument):
        carrier_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "docx")
