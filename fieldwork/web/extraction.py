"""Which messages the pages have, and which are not translated: ``python -m fieldwork.web.extraction [ROOM …]``.

Adds the messages a room's templates and modules use to its ``translations/ru.po`` and ``kk.po``, with nothing in them
yet, and takes out those that are used no more. A test calls the same functions.
"""

import io
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(str(files("fieldwork")))
TRANSLATED = ("ru", "kk")
_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "noted": None}
_OPTIONS = {"**/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}
_PLURALS = {
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
    "kk": "nplurals=2; plural=(n != 1);",
}


def rooms() -> list[str]:
    """The rooms that have pages."""
    return sorted(path.parent.name for path in PACKAGE.glob("*/templates"))


def messages(room: str) -> Iterator[str | tuple[str, str]]:
    """The messages of a room, plural ones as pairs, each once; those that every page has (``web``) only there."""
    seen: set[str | tuple[str, str]] = set() if room == "web" else set(messages("web"))
    for _, _, message, _, _ in extract_from_dir(PACKAGE / room, _METHODS, _OPTIONS, keywords=_KEYWORDS):
        key = message if isinstance(message, str) else (message[0], message[1])
        if key not in seen:
            seen.add(key)
            yield key


def path_of(room: str, language: str) -> Path:
    """Where a room's catalogue lies."""
    return PACKAGE / room / "translations" / f"{language}.po"


def catalogue_of(room: str, language: str) -> Catalog:
    """A room's catalogue as it is; empty where there is none yet."""
    path = path_of(room, language)
    if not path.exists():
        return Catalog(locale=language)
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


def untranslated(room: str, language: str) -> list[str]:
    """Messages of a room without a translation, or without one of its plural forms."""
    catalogue = catalogue_of(room, language)
    missing = []
    for key in messages(room):
        entry = catalogue.get(key if isinstance(key, str) else key[0])
        forms = (entry.string if isinstance(entry.string, (tuple, list)) else (entry.string,)) if entry else ("",)
        if not all(forms) or (not isinstance(key, str) and len(forms) != catalogue.num_plurals):
            missing.append(key if isinstance(key, str) else key[0])
    return missing


def update(room: str, language: str) -> int:
    """Add what is missing, take out what is used no more; returns how many messages have no translation."""
    before, after = catalogue_of(room, language), Catalog(locale=language, charset="utf-8", header_comment="")
    for key in messages(room):
        known = before.get(key if isinstance(key, str) else key[0])
        after.add(key, known.string if known else "")
    path = path_of(room, language)
    path.parent.mkdir(exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, after, sort_output=True, no_location=True, omit_header=True, width=0)
    head = (
        f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: {_PLURALS[language]}\\n"\n\n'
    )
    path.write_text(head + buffer.getvalue().decode(), encoding="utf-8")
    return len(untranslated(room, language))


def main() -> None:
    """Update the catalogues of the rooms named, or of all."""
    for room in sys.argv[1:] or rooms():
        for language in TRANSLATED:
            sys.stdout.write(f"{room} {language}: {update(room, language)} without translation\n")


if __name__ == "__main__":
    main()
