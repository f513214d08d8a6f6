"""Detectors, entities and placeholders, review, approval, leak check. docs/anonymisation.md shows its use.

The public names load their modules (and the models behind them) only when they are first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fieldwork.anonymisation.anonymiser import Anonymiser
    from fieldwork.anonymisation.contacts import read_contacts
    from fieldwork.anonymisation.files import AnonymousFile, FileAnonymiser
    from fieldwork.anonymisation.identities import KnownIdentity
    from fieldwork.anonymisation.leaks import Finding, LeakChecker
    from fieldwork.anonymisation.mention import Detector, Document, Mention
    from fieldwork.anonymisation.placeholders import Profile, Rewritten, apply
    from fieldwork.anonymisation.sealed import SealedName
    from fieldwork.anonymisation.terms import Term
    from fieldwork.anonymisation.written_records import read_contacts_yaml, read_terms

__all__ = [
    "Anonymiser", "AnonymousFile", "Detector", "Document", "FileAnonymiser", "Finding", "KnownIdentity", "LeakChecker",
    "Mention", "Profile", "Rewritten", "SealedName", "Term", "apply", "read_contacts", "read_contacts_yaml",
    "read_terms",
]  # fmt: skip

_HOMES = {
    "Anonymiser": "anonymiser", "AnonymousFile": "files", "FileAnonymiser": "files", "read_contacts": "contacts",
    "read_contacts_yaml": "written_records", "read_terms": "written_records", "KnownIdentity": "identities",
    "Finding": "leaks", "LeakChecker": "leaks", "SealedName": "sealed", "Detector": "mention",
    "Document": "mention", "Mention": "mention",
    "Profile": "placeholders", "Rewritten": "placeholders", "Term": "terms", "apply": "placeholders",
}  # fmt: skip


def __getattr__(name: str) -> object:
    """Load a public name on first use (PEP 562): importing the package must not load models or dictionaries."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
