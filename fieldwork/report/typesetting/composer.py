"""From the content's strings to set text: polished, in glyphs the fonts hold, references linked, broken into lines."""

from collections.abc import Iterable, Sequence
from typing import Final

from fieldwork.report.content import Language, ReportContent
from fieldwork.report.references import Reference, split_prose
from fieldwork.report.typesetting.blocks import Entry, Heading, TextBlock
from fieldwork.report.typesetting.fonts import has_glyph
from fieldwork.report.typesetting.lines import Line, break_lines
from fieldwork.report.typesetting.microtype import (
    LINK_CLOSES,
    LINK_OPENS,
    NBSP,
    SOFT_HYPHEN,
    clean,
    polish,
    quoted,
    representable,
)
from fieldwork.report.typesetting.numbering import Numbering
from fieldwork.report.typesetting.runs import Run
from fieldwork.report.typesetting.tokens import (
    BODY,
    DEEP,
    FIRST,
    FULL,
    H1,
    H2,
    LEAD,
    MARGIN_NOTE,
    MARGIN_TEXT,
    Face,
    TextStyle,
)
from fieldwork.report.typesetting.vocabulary import words_for

Text = str | Iterable[Run]
_H1_ROOM: Final = 9 * LEAD
_H2_ROOM: Final = 5 * LEAD


class Composer:
    """Sets the texts of one content. ``unprintable`` collects characters that no font of the report holds."""

    def __init__(self, content: ReportContent) -> None:
        self.content = content
        self.language: Language = content.language
        self.words = words_for(content.language)
        self.numbering = Numbering(content, self.words)
        self.unprintable: set[str] = set()

    def run(self, text: str, face: Face, link: str = "", language: Language | None = None) -> Run:
        """A polished run. Spaces at its ends are kept, so that runs can be joined."""
        lead = " " if text.startswith(" ") else ""
        trail = " " if text.endswith(" ") and text.strip(" ") else ""
        return Run(self._safe(lead + polish(text, language or self.language) + trail, face.font), face, link)

    def page(self, anchor: str, face: Face, before: str = "") -> list[Run]:
        """«с. 14»: the page on which an anchor stands, after other words if given; linked.

        The number is two figures wide until it is known.
        """
        words = f"{before or self.words.page}{NBSP}"
        return [Run(self._safe(words, face.font), face, anchor), Run("00", face, anchor, page_of=anchor)]

    def quotation(self, text: str, face: Face) -> Run:
        """An expert's words in quotation marks."""
        return self.run(quoted(text, self.language), face)

    def prose(self, prose: str, face: Face) -> list[Run]:
        """Prose whose references are links."""
        prose = prose.replace(LINK_OPENS, "").replace(LINK_CLOSES, "")
        parts = list(split_prose(prose))
        references = [part for part in parts if isinstance(part, Reference)]
        marked = "".join(
            f"{LINK_OPENS}{self.numbering.label(part)}{LINK_CLOSES}" if isinstance(part, Reference) else part
            for part in parts
        )
        polished = self._safe(polish(marked, self.language), face.font, keep=LINK_OPENS + LINK_CLOSES)
        head, *linked = polished.split(LINK_OPENS)
        runs = [Run(head, face)]
        for reference, part in zip(references, linked, strict=True):
            label, _, rest = part.partition(LINK_CLOSES)
            runs += [Run(label, face.inked(DEEP), reference.anchor), Run(rest, face)]
        return [run for run in runs if run.text]

    def lines(
        self, text: Text, style: TextStyle, width: float = FULL, language: Language | None = None
    ) -> tuple[Line, ...]:
        """A text in lines; a string is polished, runs are taken as they are."""
        runs = [self.run(text, style.face, language=language)] if isinstance(text, str) else text
        return break_lines(runs, style, width, language or self.language)

    def cut(self, text: str, style: TextStyle, width: float, most: int = 1) -> tuple[Line, ...]:
        """At most so many lines; an ellipsis where the text goes on."""
        lines = self.lines(text, style, width)
        if len(lines) <= most:
            return lines
        words = " ".join(line.text.rstrip(SOFT_HYPHEN) for line in lines[:most]).split(" ")
        while len(words) > 1 and len(self.lines(f"{' '.join(words)}…", style, width)) > most:
            words.pop()
        return self.lines(f"{' '.join(words).rstrip(',—:; ')}…", style, width)[:most]

    def side(self, text: Text) -> tuple[Line, ...]:
        """A label for the margin column."""
        return self.lines(text, MARGIN_NOTE, MARGIN_TEXT)

    def side_bold(self, text: str) -> tuple[Line, ...]:
        """A label for the margin column that names what stands beside it."""
        style = MARGIN_NOTE.but(face=BOLD_LABEL)
        return self.lines(text, style, MARGIN_TEXT)

    def block(self, text: Text, style: TextStyle, width: float = FULL, side: Sequence[Line] = ()) -> TextBlock:
        """A paragraph."""
        return TextBlock(self.lines(text, style, width), style, side=side)

    def paragraphs(self, texts: Iterable[str]) -> list[TextBlock]:
        """Paragraphs of prose, the first without indent."""
        return [self.block(self.prose(text, BODY.face), BODY if index else FIRST) for index, text in enumerate(texts)]

    def section(self, title: str, anchor: str, number: int | None = None) -> Heading:
        """The heading of a section."""
        entry = Entry("section", 0, str(number or ""), clean(title), anchor)
        return Heading(self.lines(title, H1), H1, entry, _H1_ROOM)

    def subsection(self, title: str, anchor: str, number: str = "", style: TextStyle = H2) -> Heading:
        """The heading of a part of a section."""
        entry = Entry("section", 1, number, clean(title), anchor)
        return Heading(self.lines(title, style), style, entry, _H2_ROOM)

    def _safe(self, text: str, font: str, keep: str = "") -> str:
        """The text in glyphs that the cut holds."""
        printable, lost = representable(text, lambda sign: sign in keep or has_glyph(font, sign))
        self.unprintable |= lost
        return printable


BOLD_LABEL: Final = Face("Sans-Bold", 8)
