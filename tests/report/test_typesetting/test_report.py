"""The printed report, read back with pypdf: fonts, outline, contents, links, text."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fieldwork.report.content import Quotation, ReportContent
from fieldwork.report.typesetting.fonts import FontsMissing, load_fonts
from fieldwork.report.typesetting.rendering import content_digest

Print = Callable[[ReportContent], Any]
Squeeze = Callable[[str], str]


def test_pages_are_counted(printed: Any) -> None:
    assert printed.rendered.pages == len(printed.pages)
    assert printed.rendered.pages > 15
    assert printed.rendered.unprintable == frozenset()


def test_all_fonts_are_embedded_as_subsets(printed: Any) -> None:
    assert {name.partition("+")[2] for name in printed.fonts} == {
        "SourceSerif4-Regular",
        "SourceSerif4-Italic",
        "SourceSerif4-SemiBold",
        "SourceSans3-Regular",
        "SourceSans3-Italic",
        "SourceSans3-SemiBold",
    }
    assert all(re.fullmatch(r"/[A-Z]{6}\+.+", name) for name in printed.fonts)
    assert all("/FontFile2" in font["/FontDescriptor"] and "/ToUnicode" in font for font in printed.fonts.values())


def test_metadata_names_the_study_and_nobody(printed: Any) -> None:
    information, catalogue = printed.file.metadata, printed.catalogue

    assert information.title == "Креативный класс города. Факторы становления и институционализации"
    assert (information.author, information.creator) == ("", "Fieldwork")
    assert information["/CreationDate"] == "D:20250610000000Z"
    assert catalogue["/Lang"] == "ru-RU"
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert catalogue["/PageMode"] == "/UseOutlines"


def test_the_same_content_gives_the_same_bytes(small: ReportContent, print_report: Print) -> None:
    first, second = print_report(small), print_report(small)

    assert first.rendered == second.rendered
    assert first.file.stream.getvalue() == second.file.stream.getvalue()


def test_another_content_gives_another_checksum(content: ReportContent, printed: Any) -> None:
    assert content_digest(content) == printed.rendered.content_sha256
    assert content_digest(replace(content, version="1.1")) != printed.rendered.content_sha256


def test_headings_stand_on_the_pages_that_the_contents_name(printed: Any, squeeze: Squeeze) -> None:
    contents = printed.pages[2] + printed.pages[3]

    assert contents.startswith("Содержание")
    for heading in printed.rendered.headings[1:]:
        number = "" if heading.kind == "section" else heading.number
        assert squeeze(f"{number}{heading.title}{heading.page}") in contents
        assert squeeze(heading.title) in printed.pages[heading.page - 1]


def test_the_outline_leads_to_sections_and_categories(content: ReportContent, printed: Any) -> None:
    headings = [heading for heading in printed.rendered.headings if heading.kind == "section"]

    assert printed.outline == {
        content.title: 1,
        **{f"{heading.number} {heading.title}".strip(): heading.page for heading in headings},
    }
    assert [title for title in printed.outline if re.match(r"К\d", title)] == [
        f"К{outer}.{inner} {item.title}"
        for outer, core in enumerate(content.cores, start=1)
        for inner, item in enumerate(core.categories, start=1)
    ]


def test_contents_lines_lead_to_the_page_they_name(printed: Any) -> None:
    leads = [end for start, end, _ in printed.links if start in {3, 4}]
    headings = printed.rendered.headings[1:]

    assert leads == [item.page for kind in ("section", "figure", "table") for item in headings if item.kind == kind]


def test_the_chain_of_evidence_can_be_clicked_both_ways(printed: Any, squeeze: Squeeze) -> None:
    ways = {(start, end) for start, end, _ in printed.links}
    recommendation, category = (
        printed.page_of("1. Больше площадок"),
        printed.page_of("Категория C1 об условиях творчества"),
    )
    code = squeeze("61 «слова эксперта номер 61»")
    codebook = next(number for number, text in enumerate(printed.pages, start=1) if code in text)

    assert {(recommendation, category), (category, codebook)} <= ways
    assert {(codebook, category), (category, recommendation)} <= ways


def test_links_lie_on_their_page(printed: Any) -> None:
    assert len(printed.links) > 500
    assert all(0 < left < right < 596 and 0 < bottom < top < 842 for _, _, (left, bottom, right, top) in printed.links)


def test_no_word_of_a_long_text_is_lost(small: ReportContent, print_report: Print) -> None:
    words = [f"{part}{number}" for number in range(900) for part in ("слово", "длинноеповествование")]
    read = print_report(replace(small, limits=(" ".join(words),)))

    assert [word for word in words if word not in read.text] == []


def test_kazakh_letters_come_back_as_they_went_in(small: ReportContent, print_report: Print, squeeze: Squeeze) -> None:
    words = "Әділ ғалым қазақ теңге өнер ұлт үміт һәм ілім ӘҒҚҢӨҰҮҺІ ₸"
    category = replace(
        small.cores[0].categories[0],
        quotations=(Quotation(text=words, expert="E01", place="вопрос 7"),),
        title=words,
    )
    core = replace(small.cores[0], categories=(category, *small.cores[0].categories[1:]))

    read = print_report(replace(small, cores=(core, *small.cores[1:])))

    assert squeeze(f"«{words}»") in read.text
    assert read.rendered.unprintable == frozenset()


@pytest.mark.parametrize(("language", "contents", "tag"), [("kk", "Мазмұны", "kk-KZ"), ("en", "Contents", "en-GB")])
def test_other_languages_have_their_words(
    small: ReportContent, print_report: Print, language: Any, contents: str, tag: str
) -> None:
    read = print_report(replace(small, language=language))

    assert read.rendered.headings[0].title == contents
    assert read.catalogue["/Lang"] == tag
    assert re.findall(r"Рекомендации|Таблица|Кодоваякнига|экспертов", read.text) == []


def test_an_abstract_in_another_language_says_so(printed: Any) -> None:
    assert b"/Span <</Lang (kk-KZ)>> BDC" in printed.file.pages[1].get_contents().get_data()


def test_running_heads_are_artifacts(printed: Any) -> None:
    assert all(b"/Artifact BMC" in page.get_contents().get_data() for page in printed.file.pages[1:])


def test_nothing_is_printed_beyond_the_margins(printed: Any) -> None:
    assert printed.outside == []


def test_without_fonts_the_refusal_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(FontsMissing) as refusal:
        load_fonts(tmp_path)

    assert "python -m fieldwork.report.typesetting.fetch_fonts" in str(refusal.value)
