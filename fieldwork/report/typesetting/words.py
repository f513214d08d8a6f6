"""What the layout says by itself, in one language: fixed words, counted nouns, dates."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from babel import Locale
from babel.dates import format_date

from fieldwork.report.content import Language

NBSP: Final = "\N{NO-BREAK SPACE}"
_LOCALES: Final[dict[Language, str]] = {"ru": "ru", "kk": "kk", "en": "en_GB"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plural:
    """The forms of a counted noun by CLDR's plural rule; languages without a form use ``other``."""

    other: str
    one: str = ""
    few: str = ""
    many: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The layout's words in one language."""

    language: Language
    kind: str
    contents: str
    figures: str
    tables: str
    continued: str
    page: str
    section: str
    figure: str
    figure_ref: str
    table: str
    table_ref: str
    category_letter: str
    version: str
    cover_key: str
    methods: str
    results: str
    paradigm: str
    limits: str
    withheld: str
    recommendations: str
    appendix_guide: str
    appendix_codes: str
    colophon: str
    digest: str
    contradictions: str
    contradiction: str
    see_contradictions: str
    categories: str
    addressee: str
    evidence: str
    recommendation: str
    see_recommendations: str
    see_codes: str
    see_section: str
    code: str
    core_category: str
    category: str
    codes_head: str
    codings_head: str
    experts_head: str
    question: str
    minutes_head: str
    sample_caption: str
    table_caption: str
    guide_caption: str
    course_caption: str
    course_note: str
    paradigm_caption: str
    paradigm_note: str
    frequency_caption: str
    frequency_note: str
    frequency_axis: str
    saturation_caption: str
    saturation_note: str
    saturation_axis: str
    saturation_share: str
    saturation_new: str
    saturation_last: str
    interviews_per_week: str
    no_quotations: str
    codes: Plural
    codings: Plural
    experts: Plural
    category_count: Plural
    core_count: Plural

    def count(self, number: int, noun: Plural) -> str:
        """The number with its noun in the right form, held together: «48 кодов»."""
        form = Locale.parse(_LOCALES[self.language]).plural_form(number)
        return f"{number}{NBSP}{getattr(noun, form, '') or noun.other}"

    def day(self, day: date) -> str:
        """A date in full: «16 июня 2025 г.»."""
        return format_date(day, "long", _LOCALES[self.language]).replace("\u202f", NBSP).replace(" ", NBSP)

    def month(self, day: date) -> str:
        """The name of a month standing alone: «июнь»."""
        return format_date(day, "LLLL", _LOCALES[self.language])

    def short_day(self, day: date) -> str:
        """Day and month in figures: «16.06»."""
        return format_date(day, "dd.MM", _LOCALES[self.language])
