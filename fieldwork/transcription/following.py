"""What later rooms do when a raw transcript's words are typed anew, or its turns are cut anew."""

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from fieldwork.core.work import Work
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript
from fieldwork.transcription.services import text_of

Texts = Sequence[tuple[UUID, str]]
"""Turns in a row, by their segments' ids, with their words."""
Follower = Callable[[Work, Transcript, Texts, Texts], None]
"""Takes the turns as they were, and the same stretch of turns as it is."""

_followers: Final[list[Follower]] = []


def when_reshaped(follow: Follower) -> Follower:
    """Let a later room that keeps places in raw turns follow; it is asked while old and new turns are both there."""
    _followers.append(follow)
    return follow


def texts_of(work: Work, interview: Interview, segments: Sequence[Segment]) -> Texts:
    """The words of some turns as they are now.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    return [(segment.id, text_of(work, segment, interview.expert_id)) for segment in segments]


def reshape(work: Work, transcript: Transcript, before: Texts, after: Texts) -> None:
    """Tell those who follow: the turns as they were, and as they are."""
    work.session.flush()
    for follow in _followers:
        follow(work, transcript, before, after)
    work.session.flush()
