"""A report's texts with the names of the places they stand in: what checks read before a report leaves. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from fieldwork.report.content import Category, ReportContent
from fieldwork.report.content_texts import texts_of


def texts_by_place(content: ReportContent) -> Iterator[tuple[str, str]]:
    """Every text of a report, with the place a person finds it in; quotations under their category."""
    yield from outside_quotations(content)
    for category in content.categories:
        for quotation in category.quotations:
            for text in texts_of(quotation):
                yield f"quotation of {quotation.expert} in category {category.key}", text


def outside_quotations(content: ReportContent) -> Iterator[tuple[str, str]]:
    """Every text that is no quotation."""
    for place, part in _parts(content):
        for text in texts_of(part):
            yield place, text
    for code in content.codes:
        for text in texts_of(code):
            yield f"code № {code.number}", text


def _parts(content: ReportContent) -> Iterator[tuple[str, object]]:
    yield "title page", (content.title, content.subtitle, content.notice, content.keywords, content.facts)
    yield "abstracts", content.abstracts
    yield "methods", (content.methods, content.sample or (), content.course or ())
    yield "results", content.results
    yield "paradigm model", content.paradigm
    for core in content.cores:
        yield f"section {core.key}", replace(core, categories=())
        for category in core.categories:
            yield f"category {category.key}", _without_quotations(category)
    for number, contradiction in enumerate(content.contradictions, start=1):
        yield f"contradiction {number}", contradiction
    yield "limits", (content.limits, content.withheld)
    yield "recommendations", content.recommendations_intro
    for recommendation in content.recommendations:
        yield f"recommendation {recommendation.key}", recommendation
    yield "guide", (content.guide, content.guide_note)
    yield "codebook", content.codebook_note
    yield "colophon", content.colophon


def _without_quotations(category: Category) -> Category:
    return replace(category, quotations=())
