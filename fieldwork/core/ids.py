"""Identifiers. Random UUIDs: they say nothing about order, time or place, and never collide between installations."""

from uuid import UUID, uuid4

NOBODY = UUID(int=0)  # the actor of deeds that no account did, such as job steps


def new_id() -> UUID:
    """A new random identifier for a row or a blob."""
    return uuid4()
