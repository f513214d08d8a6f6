"""The report as data: everything that is printed, in the report's language, without database or reportlab.

Whoever fills these records counts from the database and translates; the typesetting only arranges. Fields marked
*prose* may hold references, which become numbers and links: ``{figure:paradigm}``, ``{table:categories}``,
``{category:KEY}``, ``{core:KEY}``, ``{recommendation:KEY}``, ``{code:17}`` (see ``references.py`` for all).
Every other text is printed as it stands: quotations may hold any characters.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Literal

Language = Literal["ru", "kk", "en"]
FIGURE_FROM: Final = 4  # categories a core category needs before a figure says more than the table


class Role(StrEnum):
    """The six roles of Strauss and Corbin's paradigm model."""

    CAUSAL_CONDITIONS = "causal_conditions"
    PHENOMENON = "phenomenon"
    CONTEXT = "context"
    INTERVENING_CONDITIONS = "intervening_conditions"
    STRATEGIES = "action_interaction_strategies"
    CONSEQUENCES = "consequences"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A short label with its text: a row of the title page, of the colophon, of what is withheld."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstract:
    """A summary of the report, in its own language."""

    language: Language
    heading: str
    text: str
    keywords: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Paragraphs of *prose*, under a heading or directly under the section's."""

    paragraphs: tuple[str, ...]
    heading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitValue:
    """One published cell of the sample: a generalised value and how many experts have it."""

    label: str
    experts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """One generalised trait of the experts, tabulated alone."""

    name: str
    values: tuple[TraitValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The sample's table; ``note`` says how the traits were generalised."""

    traits: tuple[Trait, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideQuestion:
    """A question of the interview guide; ``minutes`` is the time planned for it."""

    number: int
    text: str
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideBlock:
    """A block of the interview guide."""

    name: str
    questions: tuple[GuideQuestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWeek:
    """How many interviews were held in the seven days from ``start``."""

    start: date
    interviews: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A phase of the work, from ``start`` to ``end``, both days included."""

    name: str
    start: date
    end: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How field work and analysis went, week by week and phase by phase; drawn as a figure."""

    weeks: tuple[FieldWeek, ...]
    phases: tuple[Phase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many codes, codings and different experts stand behind a category or a core category."""

    codes: int
    codings: int
    experts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """An expert's words. ``place`` is printed after the expert's code: «23-я минута», «вопрос 7»."""

    text: str
    expert: str
    place: str
    code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A category with its evidence. ``summary`` is *prose*; ``withheld`` says what is not shown here, or is empty."""

    key: str
    title: str
    counts: Counts
    quotations: tuple[Quotation, ...] = ()
    summary: str = ""
    withheld: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreCategory:
    """A core category: a section of the report. ``storyline`` is *prose*, a paragraph each."""

    key: str
    title: str
    counts: Counts
    categories: tuple[Category, ...]
    storyline: tuple[str, ...] = ()

    @property
    def has_figure(self) -> bool:
        """Whether its categories are enough for a figure that compares how many experts speak of each."""
        return len(self.categories) >= FIGURE_FROM


@dataclass(frozen=True, slots=True, kw_only=True)
class ParadigmNode:
    """A core category in a role. ``label`` is the role's name in the report's language."""

    role: Role
    label: str
    core: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParadigmLink:
    """A directed link between two core categories (their keys), and the categories it rests on (theirs).

    ``codings`` counts the fragments behind the evidence; it sets the arrow's width. 0: unknown, a thin arrow.
    """

    source: str
    target: str
    label: str
    evidence: tuple[str, ...] = ()
    codings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Paradigm:
    """The paradigm model. ``storyline`` is *prose*, a paragraph each."""

    nodes: tuple[ParadigmNode, ...]
    links: tuple[ParadigmLink, ...] = ()
    storyline: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a contradiction: a category's key and the codes of the experts who speak for it."""

    category: str
    experts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two categories in which experts contradict each other, and how the analyst reads it (*prose*)."""

    left: Side
    right: Side
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturation:
    """New codes and new categories brought by each interview, in the order of the interviews."""

    new_codes: tuple[int, ...]
    new_categories: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """A recommendation. ``text`` is *prose*; ``evidence`` holds keys of categories."""

    key: str
    title: str
    addressee: str
    text: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An entry of the codebook. ``name`` comes without quotation marks; they are set around a name in vivo."""

    number: int
    name: str
    in_vivo: bool
    category: str
    definition: str
    codings: int
    experts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContent:
    """The whole report. ``content_checks.check_content`` says whether its parts fit together; drawing calls it."""

    language: Language
    title: str
    subtitle: str
    version: str
    date: date
    experts: int
    cores: tuple[CoreCategory, ...]
    paradigm: Paradigm
    codes: tuple[Code, ...]
    facts: tuple[Labelled, ...] = ()
    notice: str = ""
    keywords: str = ""
    abstracts: tuple[Abstract, ...] = ()
    methods: tuple[Passage, ...] = ()
    sample: Sample | None = None
    course: Course | None = None
    results: tuple[str, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    saturation: Saturation | None = None
    limits: tuple[str, ...] = ()
    withheld: tuple[Labelled, ...] = ()
    recommendations_intro: tuple[str, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    guide: tuple[GuideBlock, ...] = ()
    guide_note: str = ""
    codebook_note: str = ""
    colophon: tuple[Labelled, ...] = ()

    @property
    def categories(self) -> tuple[Category, ...]:
        """All categories, in the order of the report."""
        return tuple(category for core in self.cores for category in core.categories)
