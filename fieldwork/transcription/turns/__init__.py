"""From recognised pieces or labelled utterances to an interview: turns in order, who asks, which question it is."""

from fieldwork.transcription.turns.guide import GuideWords
from fieldwork.transcription.turns.joining import Track, Turn, TurnCue, join
from fieldwork.transcription.turns.questions import QuestionProposal, propose_questions
from fieldwork.transcription.turns.roles import RoleProposal, propose_roles, role_of_label

__all__ = [
    "GuideWords",
    "QuestionProposal",
    "RoleProposal",
    "Track",
    "Turn",
    "TurnCue",
    "join",
    "propose_questions",
    "propose_roles",
    "role_of_label",
]
