"""Who asks and who answers: from labels, from given names, from the guide's questions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldwork.transcription.models import Speaker
from fieldwork.transcription.turns.guide import GuideWords

_INTERVIEWER = (
    *("интервьюер", "инт", "и", "в", "вопрос", "ведущий", "ведущая", "модератор", "исследователь"),
    *("interviewer", "int", "i", "q", "question", "moderator", "host", "researcher", "сұхбат алушы", "сұрақ"),
)
_EXPERT = (
    *(
        "эксперт",
        "эксп",
        "э",
        "о",
        "ответ",
        "респондент",
        "респ",
        "р",
        "информант",
        "гость",
        "собеседник",
        "собеседница",
    ),
    *("expert", "e", "a", "answer", "interviewee", "respondent", "r", "guest", "participant", "сарапшы", "жауап"),
)
_NOBODY = ("неизвестно", "белгісіз", "unknown")
_BY_LABEL = (
    dict.fromkeys(_INTERVIEWER, Speaker.INTERVIEWER)
    | dict.fromkeys(_EXPERT, Speaker.EXPERT)
    | dict.fromkeys(_NOBODY, Speaker.UNKNOWN)
)
_TWO = 2
_OTHER = {
    Speaker.INTERVIEWER: Speaker.EXPERT,
    Speaker.EXPERT: Speaker.INTERVIEWER,
    Speaker.UNKNOWN: Speaker.UNKNOWN,
}
_QUESTION_MARK = 0.5
_CLEAR = 0.1


@dataclass(frozen=True)
class RoleProposal:
    """A role for every label, and the labels of which it is not certain."""

    roles: Mapping[str, Speaker]
    uncertain: tuple[str, ...] = ()


def role_of_label(label: str) -> Speaker | None:
    """What a label says by itself («Интервьюер», «Э», «Q», «Эксперт 2»); None for names."""
    plain = re.sub(r"[\d\W_]+", " ", label.casefold()).strip()
    return _BY_LABEL.get(plain)


def propose_roles(
    turns: Sequence[tuple[str, str]], guide: GuideWords, given: Mapping[str, Speaker] | None = None
) -> RoleProposal:
    """Who each speaker of an interview is.

    Args:
        turns: label and text of each turn, in order.
        guide: the questions, in the language of the interview.
        given: roles known otherwise (by a person, or by the names of interviewer and expert).

    What is given counts, then what the label says; of two people the other one is the other. Of the rest, whoever asks
    most like the guide is the interviewer and whoever speaks most is the expert; with a margin under 0.1 they are
    uncertain, and further speakers are unknown.
    """
    labels = list(dict.fromkeys(label for label, _ in turns))
    told = {label: role_of_label(label) for label in labels} | dict(given or {})
    roles = {label: role for label in labels if (role := told[label]) is not None}
    rest = [label for label in labels if label not in roles]
    if len(labels) == _TWO and len(rest) == 1 and Speaker.UNKNOWN not in roles.values():
        other = _OTHER[next(iter(roles.values()))]
        return RoleProposal({label: roles.get(label, other) for label in labels})
    uncertain: list[str] = []
    if Speaker.INTERVIEWER not in roles.values() and rest:
        first, margin = _who_asks(turns, rest, guide)
        if len(rest) > 1 or margin >= _CLEAR:
            roles[first] = Speaker.INTERVIEWER
        uncertain += rest if margin < _CLEAR else []
        rest = [label for label in rest if label not in roles]
    if Speaker.EXPERT not in roles.values() and rest:
        most = max(rest, key=lambda label: sum(len(text) for text in _said(turns, label)))
        roles[most] = Speaker.EXPERT
        uncertain += rest if len(rest) > 1 else []
        rest.remove(most)
    roles |= dict.fromkeys(rest, Speaker.UNKNOWN)
    return RoleProposal({label: roles[label] for label in labels}, tuple(dict.fromkeys(uncertain + rest)))


def _who_asks(turns: Sequence[tuple[str, str]], labels: Sequence[str], guide: GuideWords) -> tuple[str, float]:
    """The label that asks most, and how far it is ahead of the next."""
    asking = sorted(((_asking(turns, label, guide), label) for label in labels), reverse=True)
    return asking[0][1], asking[0][0] - (asking[1][0] if len(asking) > 1 else 0.0)


def _said(turns: Sequence[tuple[str, str]], label: str) -> list[str]:
    return [text for speaker, text in turns if speaker == label]


def _asking(turns: Sequence[tuple[str, str]], label: str, guide: GuideWords) -> float:
    """How much somebody asks: likeness of their turns to the questions, and half the share of turns that ask."""
    said = _said(turns, label)
    return sum(guide.asking(text) + _QUESTION_MARK * ("?" in text) for text in said) / len(said)
