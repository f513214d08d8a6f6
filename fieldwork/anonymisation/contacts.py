"""Contact records of a study from a CSV file."""

import csv
import io
from collections.abc import Iterable

from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.core.errors import BadInput

COLUMNS = (
    "code", "full_name", "short_names", "latin", "employer", "employer_aliases", "position", "phone", "email", "handle",
)  # fmt: skip
ROLES = ("expert", "interviewer", "other")


class ContactsLackColumns(BadInput):
    """The first line of a contacts file does not name the columns."""

    message = "The contacts file lacks the columns {columns}. Its first line must name: {needed}."


class ContactsLackCode(BadInput):
    """A row without a code, or with the code of another row."""

    message = "Line {line} of the contacts file needs a code of its own."


class ContactsUnreadable(BadInput):
    """Not a text in UTF-8, or not a table."""

    message = "The contacts file cannot be read as a CSV table in UTF-8. Save it as «CSV UTF-8»."


def read_contacts(data: bytes) -> list[KnownIdentity]:
    """Contact records of a CSV file in UTF-8 (with or without a byte order mark), commas or semicolons between cells.

    Lists inside a cell are separated by ``|``. A further column ``role`` (expert, interviewer, other) may be present.

    Raises:
        ContactsUnreadable: not UTF-8, or no table.
        ContactsLackColumns: a needed column is missing; the message names it.
        ContactsLackCode: a row without a code, or a code twice.
    """
    try:
        text = data.decode("utf-8-sig")
        first = text.split("\n", 1)[0]
        delimiter = ";" if first.count(";") > first.count(",") else ","
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ContactsUnreadable from error
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise ContactsLackColumns(columns=", ".join(missing), needed=", ".join(COLUMNS))
    return list(_records(header, rows[1:]))


def _records(header: list[str], rows: list[list[str]]) -> Iterable[KnownIdentity]:
    seen: set[str] = set()
    for line, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        code = row.get("code", "")
        if not code or code in seen:
            raise ContactsLackCode(line=line)
        seen.add(code)
        role = row.get("role", "") or "expert"
        yield KnownIdentity(
            code=code,
            full_name=row.get("full_name", ""),
            short_names=_listed(row.get("short_names", "")),
            latin=row.get("latin", ""),
            employer=row.get("employer", ""),
            employer_aliases=_listed(row.get("employer_aliases", "")),
            position=row.get("position", ""),
            phone=row.get("phone", ""),
            email=row.get("email", ""),
            handle=row.get("handle", ""),
            role=role if role in ROLES else "other",
        )


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())
