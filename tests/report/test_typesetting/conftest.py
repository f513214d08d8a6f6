"""A synthetic report of the usual size, and its PDF: six core categories, 36 categories, 180 codes."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from fieldwork.report.content import (
    Abstract,
    Category,
    Code,
    Contradiction,
    CoreCategory,
    Counts,
    Course,
    FieldWeek,
    GuideBlock,
    GuideQuestion,
    Labelled,
    Paradigm,
    ParadigmLink,
    ParadigmNode,
    Passage,
    Phase,
    Quotation,
    Recommendation,
    ReportContent,
    Role,
    Sample,
    Saturation,
    Side,
    Trait,
    TraitValue,
)
from fieldwork.report.typesetting.fetch_fonts import fetch_fonts
from fieldwork.report.typesetting.fonts import load_fonts
from fieldwork.report.typesetting.rendering import RenderedReport, render

ROLE_NAMES = {
    Role.CAUSAL_CONDITIONS: "Причинные условия",
    Role.PHENOMENON: "Феномен",
    Role.CONTEXT: "Контекст",
    Role.INTERVENING_CONDITIONS: "Промежуточные условия",
    Role.STRATEGIES: "Стратегии действия и взаимодействия",
    Role.CONSEQUENCES: "Последствия",
}
PARAGRAPH = (
    "Исследование построено как серия экспертных интервью, проанализированных в логике обоснованной теории А. Страусса"
    " и Дж. Корбин. Выборка целевая: приглашались люди, которые принимают решения, работают в креативных индустриях"
    " или изучают эту сферу; состав группы показан в {table:sample}, признаки обобщены."
)
CODES_PER_CATEGORY = 5
RUNNING = re.compile(r"Креативныйклассгорода.{0,80}?Fieldwork·.{0,30}?2025г\.")  # heads and feet, without spaces


@pytest.fixture(scope="session", autouse=True)
def fonts() -> None:
    fetch_fonts(say=print)
    load_fonts()


def make_code(number: int, category: str) -> Code:
    return Code(
        number=number,
        name=f"слова эксперта номер {number}",
        in_vivo=number % 3 > 0,
        category=category,
        definition=f"Определение кода {number}: чем он отличается от соседних и когда применяется.",
        codings=1 + number % 2,
        experts=1,
    )


def make_category(key: str, numbers: Iterable[int]) -> Category:
    quotations = tuple(
        Quotation(
            text=f"Говорит эксперт о коде {number}: всё держится на людях, а не на правилах.",
            expert=f"E{number % 14 + 1:02}",
            place=f"{number % 60}-я минута",
            code=number,
        )
        for number in numbers
    )
    return Category(
        key=key,
        title=f"Категория {key} об условиях творчества",
        counts=Counts(codes=len(quotations), codings=len(quotations) + 2, experts=3 + len(key) % 9),
        quotations=quotations[:3],
    )


def make_cores(count: int) -> tuple[CoreCategory, ...]:
    cores, number = [], 1
    for name in "ABCDEF":
        categories = []
        for index in range(1, count + 1):
            categories.append(make_category(f"{name}{index}", range(number, number + CODES_PER_CATEGORY)))
            number += CODES_PER_CATEGORY
        cores.append(
            CoreCategory(
                key=name,
                title=f"Ключевая категория {name}",
                counts=Counts(codes=count * CODES_PER_CATEGORY, codings=42, experts=14),
                categories=tuple(categories),
                storyline=(f"О категории {name} говорили почти все эксперты; см. {{category:{name}1}}. " * 6,),
            )
        )
    return tuple(cores)


def make_paradigm() -> Paradigm:
    return Paradigm(
        nodes=tuple(
            ParadigmNode(role=role, label=label, core=key)
            for (role, label), key in zip(ROLE_NAMES.items(), "ABCDEF", strict=True)
        ),
        links=(
            ParadigmLink(source="A", target="B", label="порождают", evidence=("A1", "B1"), codings=41),
            ParadigmLink(source="B", target="E", label="требует посредника", evidence=("E1",), codings=29),
            ParadigmLink(source="F", target="A", label="ослабляют запрос", evidence=("F1",), codings=7),
        ),
        storyline=("Схема ({figure:paradigm}) располагает категории вокруг феномена.",),
    )


def make_content(count: int = 6) -> ReportContent:
    """A content with so many categories in each core category."""
    cores = make_cores(count)
    start = date(2025, 3, 21)
    return ReportContent(
        language="ru",
        title="Креативный класс города",
        subtitle="Факторы становления и институционализации",
        version="1.0",
        date=date(2025, 6, 10),
        experts=14,
        cores=cores,
        paradigm=make_paradigm(),
        codes=tuple(
            make_code(number, key)
            for number, key in enumerate(
                (item.key for core in cores for item in core.categories for _ in range(CODES_PER_CATEGORY)), start=1
            )
        ),
        facts=(Labelled(label="Метод", text="14 экспертных интервью"),),
        notice="Эксперты анонимны.",
        abstracts=(Abstract(language="kk", heading="Аңдатпа", text="Өзекті құбылыс — шығармашылық орталық."),),
        methods=(Passage(paragraphs=(PARAGRAPH, PARAGRAPH)), Passage(heading="Ход работы", paragraphs=(PARAGRAPH,))),
        sample=Sample(
            traits=(Trait(name="Стаж", values=(TraitValue(label="До 10 лет", experts=6),)),), note="Не меньше трёх."
        ),
        course=Course(
            weeks=tuple(FieldWeek(start=start + timedelta(weeks=week), interviews=2) for week in range(6)),
            phases=(Phase(name="Интервью", start=start, end=date(2025, 4, 28)),),
        ),
        contradictions=(
            Contradiction(
                left=Side(category="A1", experts=("E01", "E02")),
                right=Side(category="B1", experts=("E03",)),
                text="Одни ждут помощи, другие её опасаются.",
            ),
        ),
        saturation=Saturation(new_codes=(60, 50, 40, 20, 10), new_categories=(20, 10, 4, 2, 0)),
        limits=("Выводы относятся к городу ({figure:saturation}).",),
        withheld=(Labelled(label="Цитаты", text="Семь фрагментов не приводятся."),),
        recommendations=(
            Recommendation(
                key="spaces",
                title="Больше площадок",
                addressee="Акиматы",
                text="Открыть помещения; основания в {category:C1}.",
                evidence=("A1", "C1", "F1"),
            ),
        ),
        guide=(GuideBlock(name="Становление", questions=(GuideQuestion(number=1, text="Как Вы пришли?", minutes=5),)),),
        colophon=(Labelled(label="Издание", text="Собрано автоматически."),),
    )


@pytest.fixture(scope="session")
def content() -> ReportContent:
    """Of the usual size."""
    return make_content()


@pytest.fixture(scope="session")
def small() -> ReportContent:
    """One category in each core category: quick to print."""
    return make_content(1)


@pytest.fixture(scope="session")
def with_codes() -> Callable[[ReportContent, str, tuple[Code, ...]], ReportContent]:
    """The content with other codes in one category, counted anew."""

    def change(content: ReportContent, key: str, codes: tuple[Code, ...]) -> ReportContent:
        counts = Counts(codes=len(codes), codings=len(codes), experts=min(len(codes), 14))
        cores = tuple(
            replace(
                core,
                categories=tuple(
                    replace(item, counts=counts, quotations=()) if item.key == key else item for item in core.categories
                ),
            )
            for core in content.cores
        )
        kept = tuple(code for code in content.codes if code.category != key)
        return replace(content, cores=cores, codes=(*kept, *codes))

    return change


class Reading:
    """A printed report, read back."""

    def __init__(self, file: BytesIO, rendered: RenderedReport) -> None:
        self.file = PdfReader(file)
        self.rendered = rendered
        self.catalogue: Any = self.file.trailer["/Root"]
        self.outside: list[tuple[int, str]] = []  # what is printed beyond the margins: page and text
        self.pages = [squeezed(self._extract(number)) for number in range(1, rendered.pages + 1)]
        self.text = RUNNING.sub("", "".join(self.pages))

    def _extract(self, number: int) -> str:
        def note(text: str, ctm: Any, matrix: Any, _font: Any, _size: Any) -> None:
            x, y = matrix[4] + ctm[4], matrix[5] + ctm[5]
            if text.strip() and not (60 <= x <= 545 and 40 <= y <= 800):
                self.outside.append((number, text))

        return self.file.pages[number - 1].extract_text(visitor_text=note)

    def page_of(self, title: str) -> int:
        """The page on which a heading, figure or table stands."""
        return next(heading.page for heading in self.rendered.headings if heading.title == title)

    @cached_property
    def outline(self) -> dict[str, int]:
        """The outline's titles and the pages they lead to."""
        entries = flattened(self.file.outline)
        return {str(item.title): self.file.get_destination_page_number(item) + 1 for item in entries}

    @cached_property
    def links(self) -> list[tuple[int, int, list[float]]]:
        """Every link: the page it is on, the page it leads to (both from 1), its rectangle."""
        numbers = {page.indirect_reference: number for number, page in enumerate(self.file.pages, start=1)}
        return [
            (number, numbers[item["/Dest"].get_object()[0]], [float(value) for value in item["/Rect"]])
            for number, page in enumerate(self.file.pages, start=1)
            for item in (annotation.get_object() for annotation in page.get("/Annots", []))
        ]

    @cached_property
    def fonts(self) -> dict[str, Any]:
        """Every font of the file by its name."""
        pages: list[Any] = list(self.file.pages)
        found = [font.get_object() for page in pages for font in page["/Resources"]["/Font"].values()]
        return {font["/BaseFont"]: font for font in found}


def squeezed(text: str) -> str:
    """The text without spaces and hyphens, so that line breaks do not matter."""
    return re.sub(r"[-\s\u00a0]+", "", text)


def flattened(outline: Any) -> list[Any]:
    """The outline's entries without their nesting."""
    return [entry for item in outline for entry in (flattened(item) if isinstance(item, list) else [item])]


@pytest.fixture(scope="session")
def squeeze() -> Callable[[str], str]:
    return squeezed


@pytest.fixture(scope="session")
def print_report() -> Callable[[ReportContent], Reading]:
    """Renders a content and reads the PDF."""

    def print_it(content: ReportContent) -> Reading:
        file = BytesIO()
        return Reading(file, render(content, file))

    return print_it


@pytest.fixture(scope="session")
def printed(content: ReportContent, print_report: Callable[[ReportContent], Reading]) -> Reading:
    return print_report(content)
