"""References inside prose: ``{figure:paradigm}`` and the like, and the figures and tables they may name. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fieldwork.report.content import ReportContent

REFERENCE: Final = re.compile(r"\{(figure|table|category|core|recommendation|code):([\w.-]+)\}")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a piece of prose points at; ``kind`` is figure, table, category, core, recommendation or code."""

    kind: str
    key: str

    @property
    def anchor(self) -> str:
        """The name of the place in the printed report."""
        return f"{self.kind}:{self.key}"


def split_prose(prose: str) -> Iterator[str | Reference]:
    """The prose cut into plain text and references, in order."""
    place = 0
    for match in REFERENCE.finditer(prose):
        if match.start() > place:
            yield prose[place : match.start()]
        yield Reference(match[1], match[2])
        place = match.end()
    if place < len(prose):
        yield prose[place:]


def references_in(prose: str) -> list[Reference]:
    """The references of a piece of prose, in order."""
    return [part for part in split_prose(prose) if isinstance(part, Reference)]


def figure_names(content: ReportContent) -> list[str]:
    """The figures a content gives rise to, in the order of the report: ``frequency.KEY`` for core categories."""
    names = ["course"] if content.course and (content.course.weeks or content.course.phases) else []
    names += ["paradigm", *(f"frequency.{core.key}" for core in content.cores if core.has_figure)]
    return names + (["saturation"] if content.saturation and content.saturation.new_codes else [])


def table_names(content: ReportContent) -> list[str]:
    """The tables a content gives rise to, in the order of the report."""
    names = ["sample"] if content.sample and content.sample.traits else []
    names += ["categories"] if content.categories else []
    return names + (["guide"] if any(block.questions for block in content.guide) else [])
