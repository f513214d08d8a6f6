"""What the forms of consent say, read: a new version of the form, and an expert's decision."""

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from fieldwork.consent.models import Scope
from fieldwork.consent.services import NewConsent, NewException
from fieldwork.core.errors import BadInput
from fieldwork.programme.forms import read_number, texts_of
from fieldwork.programme.yaml_files import parse_yaml
from fieldwork.sampling.forms import NOTE, TEXT, read_day, read_line, read_note, read_texts
from fieldwork.scheduling.forms import read_moment
from fieldwork.web.languages import gettext as _

SECTIONS, TOPICS = 14, 4
"""How many sections an information sheet, and how many topics without quotations a decision may have on a page."""
MANDATORY: Final = (Scope.RECORD, Scope.TRANSCRIBE)
"""Without these an interview cannot become data."""
_VERSION: Final = re.compile(r"[0-9A-Za-zА-Яа-я._-]{1,20}")


class VersionWrong(BadInput):
    """A version that would not do in an address."""

    message = "«{version}» cannot be a version. Use up to 20 letters, digits, dots and hyphens, such as 1.2."


class ScopeUnanswered(BadInput):
    """Neither yes nor no."""

    message = "«{scope}» has no answer yet. Choose yes or no for each: both are fine."


class TopicEmpty(BadInput):
    """A topic that withholds nothing."""

    message = "The topic «{topic}» names no question and no category, so nothing could be withheld. Choose some."


def starting_content() -> dict[str, Any]:
    """What the first form of a study is begun from: texts in ru, kk and en, names and dates still empty."""
    text = files("fieldwork.consent").joinpath("starting_form.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = parse_yaml(text, "starting_form.yaml")
    return content


def read_form(form: Mapping[str, str], before: Mapping[str, Any]) -> dict[str, Any]:
    """A new version of information sheet and form, in the shape of ``consent.yaml``.

    Args:
        form: what was sent.
        before: the content of the version it was begun from.

    Raises:
        FieldEmpty, FieldTooLong, DateWrong, NumberWrong, VersionWrong: a field.
    """
    version = read_line(form, "version", _("Version"))
    if not _VERSION.fullmatch(version):
        raise VersionWrong(version=version)
    return {
        "version": version,
        "date": read_day(form, "dated", _("Valid from")).isoformat(),
        "template": "checked_by_counsel" not in form,
        "template_notice": before["template_notice"],
        "counsel_check": before.get("counsel_check", []),
        "operator": read_texts(form, "operator", _("Who is responsible for the data"), longest=TEXT),
        "contact": _contact(form),
        "retention": _retention(form),
        "information_sheet": {
            "title": read_texts(form, "sheet_title", _("Title of the information sheet"), longest=TEXT),
            "sections": list(_sections(form)),
        },
        "form": {
            "title": read_texts(form, "title", _("Title of the form"), longest=TEXT),
            "statement": read_texts(form, "statement", _("Statement"), longest=NOTE),
            "signature": read_texts(form, "signature", _("Signature"), longest=TEXT),
            "quote_topics": read_texts(form, "quote_topics", _("Topics without quotations"), longest=TEXT),
            "scopes": [_scope(form, scope) for scope in Scope],
        },
    }


def read_decision(form: Any, scopes: Mapping[Scope, str]) -> NewConsent:
    """An expert's decision. Every scope has an answer: what is not answered is not taken for a no.

    Args:
        form: what was sent.
        scopes: what the scopes are called, in the language spoken.

    Raises:
        FieldEmpty, FieldTooLong, DateWrong, ClockWrong: a field.
        ScopeUnanswered, TopicEmpty: a scope, a topic.
    """
    answers = {scope: form.get(f"scope_{scope}", "") for scope in Scope}
    for scope, answer in answers.items():
        if answer not in ("yes", "no"):
            raise ScopeUnanswered(scope=scopes[scope])
    return NewConsent(
        given_at=read_moment(form, "day", "clock"),
        language=form.get("language", ""),
        method=form.get("method", ""),
        scopes={scope: answer == "yes" for scope, answer in answers.items()},
        exceptions=[topic for number in range(TOPICS) if (topic := _topic(form, number))],
        note=read_note(form, "note", _("Note")) or None,
    )


def _contact(form: Mapping[str, str]) -> dict[str, Any]:
    return {
        "responsible": read_texts(form, "responsible", _("Whom to ask"), longest=TEXT),
        "email": read_line(form, "email", _("E-mail")),
        "phone": read_line(form, "phone", _("Telephone")),
        "complaints": read_texts(form, "complaints", _("Where to complain"), longest=TEXT),
        "complaints_email": read_line(form, "complaints_email", _("E-mail for complaints")),
    }


def _retention(form: Mapping[str, str]) -> dict[str, Any]:
    return {
        "recording_until": read_day(form, "recording_until", _("Recordings are destroyed by")).isoformat(),
        "identity_key_until": read_day(form, "identity_key_until", _("Names are destroyed by")).isoformat(),
        "transcript_years": read_number(form, "transcript_years"),
        "full_withdrawal_until": read_day(form, "full_withdrawal_until", _("Full withdrawal until")).isoformat(),
    }


def _sections(form: Mapping[str, str]) -> Any:
    """The sections that hold anything."""
    for number in range(SECTIONS):
        heading, text = texts_of(form, f"heading{number}"), texts_of(form, f"text{number}")
        if heading or text:
            yield {
                "key": form.get(f"key{number}", "").strip() or f"section-{number + 1}",
                "heading": read_texts(form, f"heading{number}", _("Heading")),
                "text": read_texts(form, f"text{number}", _("Text"), longest=NOTE),
            }


def _scope(form: Mapping[str, str], scope: Scope) -> dict[str, Any]:
    return {
        "key": str(scope),
        "required": scope in MANDATORY,
        "default": False,
        "label": read_texts(form, f"label_{scope}", _("Name of the decision")),
        "sentence": read_texts(form, f"sentence_{scope}", _("Sentence of the decision"), longest=TEXT),
    }


def _topic(form: Any, number: int) -> NewException | None:
    """A topic the expert is not to be quoted on; None where its name is left empty."""
    if not texts_of(form, f"topic{number}"):
        return None
    label = read_texts(form, f"topic{number}", _("Topic"))
    questions = [int(one) for one in form.getlist(f"questions{number}") if one.isdecimal() and len(one) < len("999")]
    categories = read_line(form, f"categories{number}", _("Categories"), required=False).replace(",", " ").split()
    if not questions and not categories:
        raise TopicEmpty(topic=next(iter(label.values())))
    return NewException(f"topic-{number + 1}", label, questions, categories)
