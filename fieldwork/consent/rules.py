"""Decisions of consent: what is allowed, what may be quoted. Values in, values or named refusals out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fieldwork.consent.models import Scope
from fieldwork.core.errors import BadInput, Refusal

METHODS = ("online", "paper", "voice")


class ConsentMissing(Refusal):
    """The expert's consent does not reach as far as the deed. Everything that would go past it raises this."""

    message = "There is no consent of {expert} to «{scope}». Ask for it, and record the answer."


class ConsentRefused(ConsentMissing):
    """The expert was asked, and said no."""

    message = (
        "{expert} has not allowed «{scope}», so it cannot be done. "
        "If the expert decides otherwise, record the new decision."
    )


class ConsentWithdrawn(ConsentMissing):
    """The expert allowed it once and has taken the consent back."""

    message = (
        "{expert} withdrew consent on {day}, so «{scope}» is not allowed any more. "
        "Only a new decision of the expert would change that."
    )


class ScopeUnknown(BadInput):
    """No such scope."""

    message = "«{scope}» is not a scope of consent. Choose from: {scopes}."


class MethodUnknown(BadInput):
    """No such way of giving consent."""

    message = "«{method}» is not a way of giving consent. Choose one of: {methods}."


class LanguageNotOffered(BadInput):
    """The form is not offered in that language."""

    message = "The consent form {version} is not offered in «{language}». Choose one of: {languages}."


class ConsentInFuture(BadInput):
    """A decision that has not been made yet."""

    message = "The consent of {expert} is dated {moment} (UTC), which is still to come. Correct the date."


class ConsentBeforeForm(BadInput):
    """A decision on a form that did not exist yet."""

    message = (
        "The consent of {expert} is dated {day}, before its form {version} of {dated}. Correct the date or the form."
    )


class ConsentNotLater(Refusal):
    """Of two decisions of one moment it could not be said which one holds."""

    message = "{expert} already has a decision of {moment} (UTC). Give this one its own time."


class WithdrawnTooEarly(BadInput):
    """A withdrawal before the consent it takes back."""

    message = "The consent of {expert} cannot be withdrawn on {day}: it was given later. Correct the date."


@dataclass(frozen=True)
class QuoteTopic:
    """A topic that is not quoted: passages of these questions, or coded under these categories."""

    key: str
    questions: frozenset[int] = frozenset()
    categories: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Decision:
    """What an expert's latest decision allows; after a withdrawal, nothing."""

    expert: str
    form_id: UUID
    given_at: datetime
    language: str
    method: str
    granted: frozenset[Scope]
    exceptions: tuple[QuoteTopic, ...] = ()
    withdrawn_at: datetime | None = None

    def allows(self, scope: Scope) -> bool:
        """Whether the scope was granted and the consent not withdrawn."""
        return self.withdrawn_at is None and scope in self.granted

    def quotable(self, question_number: int | None, category_keys: Collection[str]) -> bool:
        """Whether a passage may be quoted: the scope granted, and no exception touched."""
        return self.allows(Scope.QUOTE) and quotable(self.exceptions, question_number, category_keys)


def quotable(exceptions: Iterable[QuoteTopic], question_number: int | None, category_keys: Collection[str]) -> bool:
    """Whether no exception withholds a passage.

    Args:
        exceptions: the topics the expert does not want to be quoted on.
        question_number: the guide question the passage answers; None when it is not known, which withholds the passage
            as soon as any exception names questions: what cannot be told apart is not published.
        category_keys: categories of all codes the passage carries.

    Returns:
        False when the question OR a category is listed by any exception.
    """
    for topic in exceptions:
        if topic.questions and (question_number is None or question_number in topic.questions):
            return False
        if not topic.categories.isdisjoint(category_keys):
            return False
    return True


def check_allowed(expert: str, decision: Decision | None, scope: Scope) -> Decision:
    """The decision, when it allows the scope.

    Raises:
        ConsentMissing: there is none; its subclasses ``ConsentRefused`` and ``ConsentWithdrawn`` when there is one.
    """
    if decision is None:
        raise ConsentMissing(expert=expert, scope=scope)
    if decision.withdrawn_at is not None:
        raise ConsentWithdrawn(expert=expert, scope=scope, day=decision.withdrawn_at.date().isoformat())
    if scope not in decision.granted:
        raise ConsentRefused(expert=expert, scope=scope)
    return decision


def scope_called(scope: str) -> Scope:
    """The scope of that name.

    Raises:
        ScopeUnknown: there is none.
    """
    try:
        return Scope(scope)
    except ValueError:
        raise ScopeUnknown(scope=scope, scopes=", ".join(Scope)) from None


def check_method(method: str) -> None:
    """Refuse an unknown way of giving consent.

    Raises:
        MethodUnknown: it is.
    """
    if method not in METHODS:
        raise MethodUnknown(method=method, methods=", ".join(METHODS))
