"""What a PDF reader knows about the file: title, language, dates, no person and no path."""

from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfdoc

from fieldwork.report.content import Language, ReportContent
from fieldwork.report.typesetting.vocabulary import words_for

_TAGS: Final[dict[Language, str]] = {"ru": "ru-RU", "kk": "kk-KZ", "en": "en-GB"}
_XMP: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{kind}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def set_metadata(canvas: Any, content: ReportContent) -> None:
    """Title, subject, keywords, language and date of a document; author and machine stay out."""
    title = ". ".join(part for part in (content.title, content.subtitle) if part)
    kind = words_for(content.language).kind
    day = f"{content.date:D:%Y%m%d}000000Z"
    canvas.setTitle(title)
    canvas.setAuthor("")
    canvas.setSubject(kind)
    canvas.setKeywords(content.keywords)
    canvas.setCreator("Fieldwork")
    canvas.setDateFormatter(lambda *_: day)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    canvas.showOutline()
    canvas.setCatalogEntry("Lang", _TAGS[content.language])
    _set_xmp(canvas, title, kind, _TAGS[content.language])


def _set_xmp(canvas: Any, title: str, kind: str, language: str) -> None:
    """The XMP packet; reportlab has no public call for it, so its catalogue object is written to."""
    xml = _XMP.format(title=escape(title), kind=escape(kind), language=language).encode()
    head = pdfdoc.PDFDictionary({"Type": pdfdoc.PDFName("Metadata"), "Subtype": pdfdoc.PDFName("XML")})
    document = canvas._doc  # noqa: SLF001
    document.Catalog.Metadata = document.Reference(pdfdoc.PDFStream(head, xml, filters=[]))
