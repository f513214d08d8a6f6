"""Reading the codebook: codes by category, sought and sorted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from fieldwork.coding.codebook import Codebook, experts_of
from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.models import Category, Code, CoreCategory
from fieldwork.core.work import Work
from fieldwork.programme.models import Role, Study
from fieldwork.web.languages import local
from fieldwork.web.pages import Pages
from fieldwork.web.policies import member as members
from fieldwork.web.visits import is_fragment

blueprint = Pages("coding", __name__)

EDITING = members(Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER, Role.CODER)
"""Who may change codebook, board and memos; viewers read."""


@dataclass(frozen=True)
class Line:
    """A code as a line of the codebook."""

    code: Code
    codings: int
    experts: int


@dataclass(frozen=True)
class Shelf:
    """A category with those of its codes that are shown; codes outside of every category have none."""

    category: Category | None
    core: CoreCategory | None
    lines: Sequence[Line]

    @property
    def codings(self) -> int:
        """Codings of the codes shown."""
        return sum(line.codings for line in self.lines)


@dataclass(frozen=True)
class Sought:
    """What the codebook is narrowed to, and how it is sorted; empty fields narrow nothing.

    Attributes:
        typed: in number, name, definition or category.
        core: key of a core category.
        expert: code of an expert who speaks of it.
        bare: only codes without a quotation.
        sort: number, name or codings; by category where it is none of them.
    """

    typed: str = ""
    core: str = ""
    expert: str = ""
    bare: bool = False
    sort: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.typed or self.core or self.expert or self.bare)

    def fits(self, book: Codebook, code: Code) -> bool:
        """Whether the code is among those sought, whatever was typed."""
        passages = book.of_code(code)
        category = None if code.category_id is None else book.category_by_id[code.category_id]
        core = core_of(book, category)
        return (
            (not self.core or (core is not None and core.key == self.core))
            and (not self.expert or self.expert in experts_of(passages))
            and not (self.bare and passages)
        )


@blueprint.page("/s/<slug>/codes", allow=members())
def codes(work: Work, study: Study) -> ResponseReturnValue:
    """The codebook, by core category and category; narrowed while one types."""
    return codebook_page(work, study)


def codebook_page(work: Work, study: Study, typed: Mapping[str, str] | None = None, refused: str = "") -> str:
    """The codebook as asked for; ``typed`` and ``refused`` where a new code was refused."""
    book = read_codebook(work.session, study.id)
    asked = request.args
    sought = Sought(
        typed=asked.get("q", "").strip(),
        core=asked.get("core", ""),
        expert=asked.get("expert", ""),
        bare="bare" in asked,
        sort=asked.get("sort", ""),
    )
    template = "coding/code_list.html" if is_fragment() else "coding/codes.html"
    return render_template(
        template,
        book=book,
        shelves=shelves_of(book, sought),
        sought=sought,
        experts=experts_of(book.passages),
        new=typed or {},
        refused=refused,
    )


def shelves_of(book: Codebook, sought: Sought) -> list[Shelf]:
    """The codebook's categories with the codes sought; one shelf of all where they are sorted otherwise."""
    ordered = [(core, category) for core in book.core_categories for category in book.categories_of(core)]
    pairs: list[tuple[CoreCategory | None, Category | None]] = [
        *ordered,
        *((None, category) for category in book.categories if category.core_category_id is None),
        (None, None),
    ]
    shelves = [Shelf(category, core, _lines(book, category, sought)) for core, category in pairs]
    orders: dict[str, Callable[[Line], Any]] = {
        "number": lambda line: line.code.number,
        "name": lambda line: line.code.name.casefold().strip('«»"“”'),
        "codings": lambda line: (-line.codings, line.code.number),
    }
    if sought.sort in orders:
        lines = sorted((line for shelf in shelves for line in shelf.lines), key=orders[sought.sort])
        return [Shelf(None, None, lines)] if lines else []
    return [shelf for shelf in shelves if shelf.lines]


def core_of(book: Codebook, category: Category | None) -> CoreCategory | None:
    """The core category over a category, if there is one."""
    if category is None or category.core_category_id is None:
        return None
    return book.core_by_id[category.core_category_id]


def _lines(book: Codebook, category: Category | None, sought: Sought) -> list[Line]:
    wanted = sought.typed.casefold()
    found = book.codes_of(category) if category else [one for one in book.codes if one.category_id is None]
    if category is None or wanted not in local(category.label).casefold():
        found = [one for one in found if wanted in f"{one.number} {one.name} {one.definition}".casefold()]
    grounded = [(one, book.of_code(one)) for one in found if sought.fits(book, one)]
    return [Line(one, len(passages), len(experts_of(passages))) for one, passages in grounded]
