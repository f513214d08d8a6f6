"""Messages in the person's language, from the gettext catalogues in ``core/translations`` (read with Babel).

The English message of a refusal is its msgid. Values that are words of the code and not of the person («study»,
«agreed») are translated, too: there the msgctxt is the name of the placeholder they fill. What a person has to type
(names of commands, choices, keys of a file) has no entry and stays as it is.
"""

import re
from functools import lru_cache
from importlib.resources import files
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from fieldwork.core.errors import Refusal

LANGUAGES = ("ru", "kk", "en")

_CONTEXTS = {
    "attributes": "attribute",
    "first": "role",
    "second": "role",
    "places": "place",
    "possible": "status",
    "wanted": "status",
}
"""Placeholder -> msgctxt of its words, where these are not the same."""

_SEPARATORS = {"attributes": ", ", "places": "; ", "possible": ", "}
"""Placeholders that are filled with several words, and what stands between these."""


@lru_cache
def catalogue(language: str) -> Catalog:
    """The catalogue of a language; English messages are the keys, so English needs none."""
    path = files("fieldwork.core").joinpath("translations", f"{language}.po")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def translate(message: str, language: str) -> str:
    """``message`` (English) in ``language``; as it is where it has not been translated."""
    if language == "en" or language not in LANGUAGES:
        return message
    entry = catalogue(language).get(message)
    return str(entry.string) if entry is not None and entry.string else message


def translate_value(name: str, value: object, language: str) -> object:
    """What fills the placeholder ``name``, in ``language``; as it is where it is not a word of the catalogue."""
    if not isinstance(value, str) or language == "en" or language not in LANGUAGES:
        return value
    separator = _SEPARATORS.get(name)
    words = value.split(separator) if separator else [value]
    return (separator or "").join(_phrase(_CONTEXTS.get(name, name), word, language) for word in words)


def tell(refusal: Refusal, language: str, *, on_pages: bool = False) -> str:
    """A refusal as a sentence for a person, at a terminal or on pages."""
    values = {name: translate_value(name, value, language) for name, value in refusal.values.items()}
    message = (on_pages and refusal.on_pages) or refusal.message
    return translate(message, language).format(**values)


def _phrase(context: str, english: str, language: str) -> str:
    for pattern, translation in _phrases(context, language):
        if found := pattern.fullmatch(english):
            parts = {name: translate_value(name, part, language) for name, part in found.groupdict().items()}
            return translation.format(**parts)
    return english


@lru_cache
def _phrases(context: str, language: str) -> list[tuple[re.Pattern[str], str]]:
    """The words of one context, as patterns with their translations, the most telling first.

    A pattern with more placeholders says more («quotation of E07 in category S1»), then one with more letters.
    """
    entries = [(str(entry.id), str(entry.string)) for entry in catalogue(language) if entry.context == context]
    entries.sort(key=lambda entry: (entry[0].count("{"), len(entry[0])), reverse=True)
    return [(_pattern(msgid), translation) for msgid, translation in entries if translation]


def _pattern(msgid: str) -> re.Pattern[str]:
    """What a phrase looks like once its placeholders are filled."""
    pieces = (re.escape(fixed) + (f"(?P<{name}>.+?)" if name else "") for fixed, name, _, _ in Formatter().parse(msgid))
    return re.compile("".join(pieces), re.DOTALL)
