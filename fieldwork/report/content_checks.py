"""What must hold for a report's content before it is drawn: every key once, every reference somewhere. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator

from fieldwork.core.errors import Refusal
from fieldwork.report.content import ReportContent
from fieldwork.report.references import figure_names, references_in, table_names


class ContentInconsistent(Refusal):
    """The report's content contradicts itself."""

    message = "The report's content contradicts itself."


class KeyRepeated(ContentInconsistent):
    """Two records claim the same key."""

    message = "The report holds the {kind} {key} twice. Give each its own key."


class UnknownReference(ContentInconsistent):
    """Something points at what the report does not hold."""

    message = "The report's {place} refers to the {kind} {key}, which the report does not hold. Correct the reference."


class PhenomenonNotOne(ContentInconsistent):
    """The paradigm model needs exactly one phenomenon."""

    message = "The paradigm model must have exactly one phenomenon, not {count}. Give that role to one core category."


class CountsDisagree(ContentInconsistent):
    """The codebook and the table of categories were counted differently."""

    message = (
        "The codebook lists {listed} codes of the category {key}, the table of categories says {stated}."
        " Count both from the same codings."
    )


def check_content(content: ReportContent) -> None:
    """Refuse a content whose parts do not fit together.

    Raises:
        KeyRepeated: a core category, category, recommendation or code occurs twice, or a core category has two roles.
        PhenomenonNotOne: no phenomenon, or several.
        UnknownReference: evidence, a contradiction, a quotation or prose names what is not there.
        CountsDisagree: the codebook has more or fewer codes of a category than the category states.
    """
    known = _known_keys(content)
    _check_phenomenon(content)
    for place, kind, key in (*_links(content), *_prose_links(content)):
        if key not in known[kind]:
            raise UnknownReference(place=place, kind=kind, key=key)
    listed = Counter(code.category for code in content.codes)
    for category in content.categories:
        if listed[category.key] != category.counts.codes:
            raise CountsDisagree(key=category.key, listed=listed[category.key], stated=category.counts.codes)


def _known_keys(content: ReportContent) -> dict[str, set[str]]:
    """The keys that may be referred to, by kind."""
    return {
        "figure": set(figure_names(content)),
        "table": set(table_names(content)),
        "core": _unique("core category", (core.key for core in content.cores)),
        "category": _unique("category", (category.key for category in content.categories)),
        "recommendation": _unique("recommendation", (item.key for item in content.recommendations)),
        "code": _unique("code", (str(code.number) for code in content.codes)),
    }


def _unique(kind: str, keys: Iterable[str]) -> set[str]:
    """The keys as a set; refuses when one occurs twice."""
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise KeyRepeated(kind=kind, key=key)
        seen.add(key)
    return seen


def _check_phenomenon(content: ReportContent) -> None:
    """Exactly one phenomenon, and no core category in two roles."""
    _unique("core category in the paradigm model", (node.core for node in content.paradigm.nodes))
    count = sum(node.role == "phenomenon" for node in content.paradigm.nodes)
    if count != 1:
        raise PhenomenonNotOne(count=count)


def _links(content: ReportContent) -> Iterator[tuple[str, str, str]]:
    """Each key that a record holds of another record: where it stands, its kind, the key."""
    for node in content.paradigm.nodes:
        yield "paradigm model", "core", node.core
    in_model = {node.core for node in content.paradigm.nodes}
    for link in content.paradigm.links:
        for end in (link.source, link.target):
            yield "paradigm model", "core", end if end in in_model else f"{end} (which has no role)"
        yield from (("paradigm model", "category", key) for key in link.evidence)
    for contradiction in content.contradictions:
        yield "contradictions", "category", contradiction.left.category
        yield "contradictions", "category", contradiction.right.category
    for item in content.recommendations:
        yield from (("recommendations", "category", key) for key in item.evidence)
    for code in content.codes:
        yield "codebook", "category", code.category
    for category in content.categories:
        for quotation in category.quotations:
            if quotation.code is not None:
                yield "quotations", "code", str(quotation.code)


def _prose_links(content: ReportContent) -> Iterator[tuple[str, str, str]]:
    """Each reference written in prose."""
    for place, prose in _prose(content):
        for reference in references_in(prose):
            yield place, reference.kind, reference.key


def _prose(content: ReportContent) -> Iterator[tuple[str, str]]:
    """Every field that may hold references, with the name of its place."""
    for passage in content.methods:
        yield from (("methods", text) for text in passage.paragraphs)
    yield from (("results", text) for text in content.results)
    yield from (("paradigm model", text) for text in content.paradigm.storyline)
    yield from (("limits", text) for text in content.limits)
    yield from (("recommendations", text) for text in content.recommendations_intro)
    yield from (("recommendations", item.text) for item in content.recommendations)
    yield from (("contradictions", item.text) for item in content.contradictions)
    for core in content.cores:
        yield from (("core categories", text) for text in core.storyline)
        yield from (("categories", category.summary) for category in core.categories)
