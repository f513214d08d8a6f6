"""Shape of ``consent.yaml``: information sheet, form, decisions."""

from datetime import date
from typing import Literal

from pydantic import Field, PositiveInt

from fieldwork.consent.models import Scope
from fieldwork.programme.shapes import ClockTime, Line, LocalText, Shape


class ContactShape(Shape):
    """Whom to ask, and where to complain."""

    responsible: LocalText
    email: Line
    phone: Line
    complaints: LocalText
    complaints_email: Line


class RetentionShape(Shape):
    """How long what is kept."""

    recording_until: date
    identity_key_until: date
    transcript_years: PositiveInt
    full_withdrawal_until: date


class SectionShape(Shape):
    """One section of the information sheet."""

    key: Line
    heading: LocalText
    text: LocalText


class SheetShape(Shape):
    """The information sheet."""

    title: LocalText
    sections: tuple[SectionShape, ...] = Field(min_length=1)


class ScopeShape(Shape):
    """One scope as the form asks for it."""

    key: Scope
    required: bool
    default: bool
    label: LocalText
    sentence: LocalText


class FormTextShape(Shape):
    """The form that is signed."""

    title: LocalText
    statement: LocalText
    signature: LocalText
    quote_topics: LocalText
    scopes: tuple[ScopeShape, ...] = Field(min_length=1)


class ExceptionShape(Shape):
    """A topic without quotations; a passage is withheld when its question or its category is listed (``any``)."""

    key: Line
    label: LocalText
    match: Literal["any"] = "any"
    questions: tuple[PositiveInt, ...] = ()
    categories: tuple[Line, ...] = ()


class ConsentShape(Shape):
    """One expert's decision; ``date`` and ``time`` are those of the clock in Almaty."""

    form_version: Line
    day: date = Field(alias="date")
    clock: ClockTime = Field(alias="time")
    language: Line
    method: Line
    scopes: dict[Scope, bool]
    quote_exceptions: tuple[ExceptionShape, ...] = ()
    note: Line | None = None


class ConsentFileShape(Shape):
    """The whole file; a form without decisions will do."""

    template: bool = True
    version: Line
    dated: date = Field(alias="date")
    template_notice: LocalText
    counsel_check: tuple[Line, ...] = ()
    operator: LocalText
    contact: ContactShape
    retention: RetentionShape
    information_sheet: SheetShape
    form: FormTextShape
    consents: dict[Line, ConsentShape] = Field(default_factory=dict)
