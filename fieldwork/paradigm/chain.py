"""The chain of evidence: from a role down to the second of a recording (or the question), and back up. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fieldwork.coding.codebook import Codebook, Passage
from fieldwork.coding.models import Category, Code, CoreCategory
from fieldwork.paradigm.rules import LinkView, ModelView


@dataclass(frozen=True, slots=True)
class Strand:
    """One strand of the chain: role -> core category -> category -> code -> coding -> segment -> second or question.

    Attributes:
        role: the role of the core category; None where it has none.
        core: the core category.
        category: the category.
        code: the code.
        passage: the coding with its segment, its expert, and the second of the recording or the guide's question.
        links: links of the model that rest on the category.
    """

    role: str | None
    core: CoreCategory
    category: Category
    code: Code
    passage: Passage
    links: Sequence[LinkView]


def strands(book: Codebook, model: ModelView, role: str | None = None) -> list[Strand]:
    """Every strand of the study, or of one role, from the top down."""
    roles = {one.core: one.role for one in model.roles}
    return [
        Strand(roles.get(core.key), core, category, code, passage, _links(model, category))
        for core in book.core_categories
        if role is None or roles.get(core.key) == role
        for category in book.categories_of(core)
        for code in book.codes_of(category)
        for passage in book.of_code(code)
    ]


def traced(book: Codebook, model: ModelView, coding_id: UUID) -> Strand | None:
    """The strand that a coding hangs on, from the bottom up; None when it is under no core category yet."""
    passage = next((one for one in book.passages if one.coding_id == coding_id), None)
    if passage is None:
        return None
    category = book.category_of(passage)
    if category is None or category.core_category_id is None:
        return None
    core = book.core_by_id[category.core_category_id]
    role = next((one.role for one in model.roles if one.core == core.key), None)
    return Strand(role, core, category, book.code_by_id[passage.code_id], passage, _links(model, category))


def behind(book: Codebook, link: LinkView) -> list[Passage]:
    """The passages that a link rests on: of each category those that were chosen, or all where none was."""
    passages: list[Passage] = []
    for key in link.evidence:
        if key in book.category_by_key:
            of_category = book.of_category(book.category_by_key[key])
            passages += [one for one in of_category if one.coding_id in link.quotations] or of_category
    return passages


def _links(model: ModelView, category: Category) -> list[LinkView]:
    return [link for link in model.links if category.key in link.evidence]
