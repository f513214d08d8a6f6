"""Numbers and cross-references of the report, known before anything is set: sections, figures, categories. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from fieldwork.report.content import Category, Code, CoreCategory, ParadigmNode, ReportContent, Role
from fieldwork.report.references import Reference, figure_names, table_names
from fieldwork.report.typesetting.words import NBSP, Words


class Numbering:
    """Where everything in a content stands: numbers by key, and who refers to whom."""

    def __init__(self, content: ReportContent, words: Words) -> None:
        self._content = content
        self._words = words

    @cached_property
    def sections(self) -> dict[str, int]:
        """The number of each section: methods, results, paradigm, ``core:KEY``, limits, recommendations."""
        return {name: number for number, name in enumerate(self._sections(), start=1)}

    def _sections(self) -> Iterator[str]:
        content = self._content
        if content.methods or "sample" in self.tables or "course" in self.figures:
            yield "methods"
        yield "results"
        yield "paradigm"
        yield from (f"core:{core.key}" for core in content.cores)
        if content.limits or content.withheld or "saturation" in self.figures:
            yield "limits"
        if content.recommendations:
            yield "recommendations"

    @cached_property
    def figures(self) -> dict[str, int]:
        """The number of each figure, by its name in references."""
        return {name: number for number, name in enumerate(figure_names(self._content), start=1)}

    @cached_property
    def tables(self) -> dict[str, int]:
        """The number of each table, by its name in references."""
        return {name: number for number, name in enumerate(table_names(self._content), start=1)}

    @cached_property
    def categories(self) -> dict[str, str]:
        """The printed number of each category, by its key: «К1.4»."""
        return {
            category.key: f"{self._words.category_letter}{outer}.{inner}"
            for outer, core in enumerate(self._content.cores, start=1)
            for inner, category in enumerate(core.categories, start=1)
        }

    @cached_property
    def category(self) -> dict[str, Category]:
        """Each category by its key."""
        return {category.key: category for category in self._content.categories}

    @cached_property
    def core(self) -> dict[str, CoreCategory]:
        """Each core category by its key."""
        return {core.key: core for core in self._content.cores}

    @cached_property
    def nodes(self) -> dict[str, ParadigmNode]:
        """The node of each core category that has a role, by the core category's key."""
        return {node.core: node for node in self._content.paradigm.nodes}

    @cached_property
    def phenomenon(self) -> CoreCategory:
        """The core category in the role of the phenomenon."""
        return next(self.core[node.core] for node in self.nodes.values() if node.role == Role.PHENOMENON)

    @cached_property
    def codes(self) -> dict[str, list[Code]]:
        """The codes of each category, by its key, in the codebook's order."""
        codes = defaultdict(list)
        for code in self._content.codes:
            codes[code.category].append(code)
        return codes

    @cached_property
    def recommendations(self) -> dict[str, int]:
        """The number of each recommendation, by its key."""
        return {item.key: number for number, item in enumerate(self._content.recommendations, start=1)}

    @cached_property
    def recommended_from(self) -> dict[str, list[str]]:
        """Keys of the recommendations that rest on a category, by the category's key."""
        found = defaultdict(list)
        for item in self._content.recommendations:
            for key in item.evidence:
                found[key].append(item.key)
        return found

    @cached_property
    def contradicted_in(self) -> dict[str, list[int]]:
        """Numbers of the contradictions in which a category stands, by the category's key."""
        found = defaultdict(list)
        for number, item in enumerate(self._content.contradictions, start=1):
            for side in (item.left, item.right):
                found[side.category].append(number)
        return found

    @cached_property
    def quoted_codes(self) -> set[int]:
        """Numbers of the codes of which a quotation is shown."""
        shown = (quotation for category in self._content.categories for quotation in category.quotations)
        return {quotation.code for quotation in shown if quotation.code is not None}

    def label(self, reference: Reference) -> str:
        """What a reference prints: «рис. 2», «К1.4», «раздел 5»."""
        words, key = self._words, reference.key
        labels = {
            "figure": lambda: f"{words.figure_ref}{NBSP}{self.figures[key]}",
            "table": lambda: f"{words.table_ref}{NBSP}{self.tables[key]}",
            "core": lambda: f"{words.section}{NBSP}{self.sections[f'core:{key}']}",
            "category": lambda: self.categories[key],
            "recommendation": lambda: f"{words.recommendation}{NBSP}{self.recommendations[key]}",
            "code": lambda: f"{words.code}{NBSP}{key}",
        }
        return labels[reference.kind]()
