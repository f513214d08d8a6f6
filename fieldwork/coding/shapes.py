"""Shapes of the files a codebook is imported from."""

from datetime import date

from pydantic import Field, RootModel

from fieldwork.coding.models import MemoKind
from fieldwork.core.errors import BadInput
from fieldwork.programme.shapes import Line, LocalText, Shape, parsed


class CodeWithoutQuotation(BadInput):
    """Every code is grounded in at least one passage."""

    message = "The code «{code}» has no quotation: give at least one coding (expert, utterance, quote) for it."


class CoreShape(Shape):
    """A core category with its categories, labelled in Russian."""

    label: Line
    categories: dict[str, Line]


class CategoriesShape(RootModel[dict[str, CoreShape]]):
    """{core key: {label, categories: {key: label}}}."""


class TwoLabels(Shape):
    """The Kazakh and the English label of something that is labelled in Russian elsewhere."""

    kk: Line
    en: Line


class LabelsShape(Shape):
    """Labels in the other languages, by keys."""

    core_categories: dict[str, TwoLabels]
    categories: dict[str, TwoLabels]
    paradigm_roles: dict[str, LocalText] = Field(default_factory=dict)


class CodingShape(Shape):
    """A quotation: expert's code, number of the utterance in the source, words as spoken."""

    expert: Line
    i: int
    quote: Line


class CodeShape(Shape):
    """A code with its quotations."""

    name: Line
    in_vivo: bool
    category: Line
    definition: Line
    codings: list[CodingShape]
    published_name: LocalText | None = None


class CodesShape(RootModel[list[CodeShape]]):
    """Codes in the order of their numbers."""


class MemoShape(Shape):
    """A memo, attached to one thing or to nothing yet."""

    id: int
    kind: MemoKind
    date: date
    author: Line
    title: Line
    text: Line
    category: str | None = None
    code: str | None = None
    expert: str | None = None


class MemosShape(RootModel[list[MemoShape]]):
    """Memos."""


def parse_codes(data: object, source: str = "codes.yaml") -> list[CodeShape]:
    """Codes from parsed YAML or JSON.

    Args:
        data: a list of codes.
        source: what messages call the file.

    Raises:
        BadInput: of another shape (``programme.shapes`` tells where).
        CodeWithoutQuotation: a code rests on nothing.
    """
    codes = parsed(CodesShape, data, source).root
    for code in codes:
        if not code.codings:
            raise CodeWithoutQuotation(code=code.name)
    return codes
