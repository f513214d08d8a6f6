"""Who may use a page. Every page declares one of these; the application refuses to start where one does not."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from fieldwork.core.errors import Refusal
from fieldwork.web.visits import Visit


class NotYours(Refusal):
    """A member whose role does not reach this far."""

    message = (
        "Your role in this study does not allow this. Ask the principal investigator to do it, or to change your role."
    )


class ForAdministrators(Refusal):
    """A page about the whole installation."""

    message = "Only an administrator of this installation may do this. Ask one."


class NotProven(Refusal):
    """A message of a machine that is not signed by whom it should be, or was signed too long ago."""

    message = "This message is not signed by the service that it says it comes from, or it was signed too long ago."


class TooManyMessages(Refusal):
    """A flood."""

    message = "Too many messages have come from this network. Send them again in {seconds} seconds."


@dataclass(frozen=True)
class Policy:
    """What a visitor must be: signed in, an administrator, a member of the study in the address, of a role.

    With ``proof`` it is no visitor but a machine that signs what it sends: the guard lets the proof look at the message
    before anything else is done with it, and asks for neither session nor form token, which a machine has not.
    """

    signed_in: bool = True
    administrator: bool = False
    in_study: bool = False
    roles: frozenset[str] = frozenset()
    proof: Callable[[], None] | None = None

    def check(self, visit: Visit) -> None:
        """Refuse a visitor who is known, and may not.

        Raises:
            ForAdministrators, NotYours: why not.
        """
        if self.administrator and not (visit.visitor and visit.visitor.administrator):
            raise ForAdministrators
        if self.roles and (visit.place is None or visit.place.role not in self.roles):
            raise NotYours


def anyone() -> Policy:
    """Everybody, signed in or not: sign-in, first run, static files."""
    return Policy(signed_in=False)


def signed_in() -> Policy:
    """Everybody with an account."""
    return Policy()


def administrator() -> Policy:
    """Administrators of the installation. That opens no study to them: studies belong to their members."""
    return Policy(administrator=True)


def member(*roles: str) -> Policy:
    """Members of the study in the address, in one of ``roles``; every member where none is named."""
    return Policy(in_study=True, roles=frozenset(roles))


def signed_message(proof: Callable[[], None]) -> Policy:
    """Messages of another service, of which ``proof`` raises a refusal unless they are signed."""
    return Policy(signed_in=False, proof=proof)


def may(visit: Visit, *roles: str) -> bool:
    """Whether the visitor has one of ``roles`` in the study of this page: to show or leave out a button."""
    return visit.place is not None and visit.place.role in roles


def describe(policy: Policy) -> Collection[str]:
    """The policy in words, for the table of routes."""
    if policy.proof:
        return ["signed message"]
    if policy.roles:
        return sorted(policy.roles)
    if policy.in_study:
        return ["member"]
    return ["administrator"] if policy.administrator else ["signed in"] if policy.signed_in else ["anyone"]
