"""Contact records and terms from YAML, as people write them: the study's ``experts.yaml``, or shorter."""

from collections.abc import Iterator, Mapping
from typing import Any

from fieldwork.anonymisation.contacts import ContactsUnreadable
from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.anonymisation.mention import LABELS
from fieldwork.anonymisation.terms import Term
from fieldwork.core.errors import BadInput
from fieldwork.programme.yaml_files import parse_yaml

_NAMES = {"short": "short_names"}
_LISTS = frozenset({"short_names", "employer_aliases"})
_TEXTS = frozenset({"full_name", "latin", "employer", "position", "phone", "email", "handle", "role"})
_PARTS = frozenset({"experts", "team"})
_ROLES = ("expert", "interviewer", "other")


class ContactsShape(BadInput):
    """A YAML file that holds no contact records."""

    message = (
        "The contacts file holds no contacts. Write `E01: {{full_name: Surname Given Patronymic, phone: …}}` for every "
        "person, or give the study's experts.yaml."
    )


class ContactsField(BadInput):
    """An entry with a field that is unknown, or not text."""

    message = (
        "In the contacts file, {code}: the field {field} is not understood. Fields (texts, or lists of texts): {known}."
    )


class TermsShape(BadInput):
    """A YAML file that holds no terms."""

    message = (
        "The terms file is not understood ({spot}). Write `terms: [{{words: «Тау Хаб», label: ORG}}]` and, if wanted, "
        "`exceptions: [Роза ветров]`. Labels: {labels}."
    )


def read_contacts_yaml(data: bytes) -> list[KnownIdentity]:
    """Contact records of a YAML file: ``experts.yaml``, or a mapping of codes to fields.

    Raises:
        ContactsUnreadable: not UTF-8.
        NotYaml, KeyTwice: broken YAML.
        ContactsShape, ContactsField: not contact records.
    """
    try:
        given = parse_yaml(data.decode("utf-8-sig"), "the contacts file")
    except UnicodeDecodeError:
        raise ContactsUnreadable from None
    if not isinstance(given, Mapping) or not given:
        raise ContactsShape
    return list(_records(given))


def _records(given: Mapping[Any, Any]) -> Iterator[KnownIdentity]:
    if not _PARTS & given.keys():
        yield from (_identity(str(code), fields) for code, fields in given.items())
        return
    experts, team = given.get("experts") or {}, given.get("team") or {}
    if not isinstance(experts, Mapping) or not isinstance(team, Mapping):
        raise ContactsShape
    for code, entry in experts.items():
        if not isinstance(entry, Mapping):
            raise ContactsShape
        fields = dict(entry["identity"] or {}) if "identity" in entry else entry
        declined = entry.get("status") == "declined"
        yield _identity(str(code), {**fields, "role": "other"} if declined else fields)
    for initials, member in team.items():
        name = member.get("name") if isinstance(member, Mapping) else member
        yield _identity(f"member-{initials}", {"full_name": name, "role": "interviewer"})


def _identity(code: str, fields: Any) -> KnownIdentity:
    if not isinstance(fields, Mapping):
        raise ContactsShape
    values: dict[str, Any] = {}
    for given, value in fields.items():
        name = _NAMES.get(str(given), str(given))
        if value is None:
            continue
        parts = value if isinstance(value, list) else [value]
        plain = all(isinstance(part, str | int) and not isinstance(part, bool) for part in parts)
        if not plain or name not in _LISTS | _TEXTS or (name in _TEXTS and isinstance(value, list)):
            known = ", ".join(sorted(_LISTS | _TEXTS))
            raise ContactsField(code=code, field=given, known=known)
        values[name] = tuple(map(str, parts)) if name in _LISTS else str(value).strip()
    if values.get("role", "expert") not in _ROLES:
        values["role"] = "other"
    return KnownIdentity(code=code, **values)


def read_terms(data: bytes) -> tuple[list[Term], list[str]]:
    """Terms and exceptions of a YAML file.

    Raises:
        NotYaml, KeyTwice: broken YAML.
        TermsShape: something else than terms and exceptions.
        TermEmpty, TermTooLong, TermLabelUnknown: one of the terms.
    """
    labels = ", ".join(LABELS)
    try:
        given = parse_yaml(data.decode("utf-8-sig"), "the terms file")
    except UnicodeDecodeError:
        raise TermsShape(spot="UTF-8", labels=labels) from None
    if not isinstance(given, Mapping) or not given or not given.keys() <= {"terms", "exceptions"}:
        raise TermsShape(spot="terms, exceptions", labels=labels)
    terms, exceptions = given.get("terms") or [], given.get("exceptions") or []
    if not isinstance(terms, list) or not isinstance(exceptions, list):
        raise TermsShape(spot="terms, exceptions", labels=labels)
    for number, one in enumerate(terms, 1):
        if not isinstance(one, Mapping) or not {"words", "label"} <= one.keys() <= {"words", "label", "certain"}:
            raise TermsShape(spot=f"terms: {number}", labels=labels)
        if not isinstance(one.get("certain", True), bool):
            raise TermsShape(spot=f"terms: {number}: certain", labels=labels)
    found = [Term(str(one["words"]), str(one["label"]), one.get("certain", True)) for one in terms]
    return found, [str(words) for words in exceptions]
