"""The check of the model as questions to its builder: what is wrong, why it matters, and the one thing to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from fieldwork.paradigm import rules
from fieldwork.paradigm.rules import Finding
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import noted, refusal_told

_NAMED: Final = frozenset(
    {"core", "first", "second", "source", "target", "category", "missing", "left", "right", "silent"}
)
"""The values of findings that are keys of core categories or categories."""


@dataclass(frozen=True)
class Question:
    """One question: the sentence, why it matters, what the button says and where it leads."""

    told: str
    why: str
    action: str
    address: str


@dataclass(frozen=True)
class Ways:
    """The addresses that actions lead to."""

    place: Callable[[str], str]
    link: Callable[[str, str], str]
    codes: Callable[[str], str]
    contradictions: str


_WHY: Final[Mapping[type[Finding], str]] = {
    rules.NoPhenomenon: noted("Without it the other roles have nothing to be conditions, actions or consequences of."),
    rules.SecondPhenomenon: noted("Two phenomena are two models: the reader would not know what the study is about."),
    rules.RoleEmpty: noted("A reader looks for an answer to each of the six questions of the paradigm."),
    rules.CoreTwice: noted("A reader would not understand whether it is a cause or an outcome."),
    rules.CoreIdle: noted("What is important enough to be a core category has to be somewhere in the story."),
    rules.LinkWithoutEvidence: noted("A link is a claim: the quotations are what it is believed for."),
    rules.EvidenceElsewhere: noted("What is said about something else does not show this link."),
    rules.EvidenceOneSided: noted("A link between two things is seen where both are spoken of."),
    rules.EvidenceUngrounded: noted("A category without quotations shows nothing."),
    rules.RoleUnlinked: noted("A part that leads nowhere is a list, not a model."),
    rules.SideSilent: noted("A disagreement has two sides, and somebody who speaks for each."),
    rules.VoiceOnBothSides: noted("Somebody who says both does not disagree with himself: it is another finding."),
    rules.VoiceUngrounded: noted("Nobody should be named for what they are not quoted with."),
    rules.FewVoices: noted("Three are usually enough for a finding; with fewer, say so in the report."),
}
_LINKS: Final = (
    rules.LinkWithoutEvidence,
    rules.EvidenceElsewhere,
    rules.EvidenceOneSided,
    rules.EvidenceUngrounded,
    rules.LinkTwice,
)
_SIDES: Final = (rules.SideSilent, rules.VoiceOnBothSides, rules.VoiceUngrounded)


def question(finding: Finding, labels: Mapping[str, str], ways: Ways) -> Question:
    """A finding as a question in the language spoken.

    Args:
        finding: what the rules say.
        labels: what core categories and categories are called, by key.
        ways: where the actions lead.
    """
    why = _WHY.get(type(finding), "")
    return Question(refusal_told(named(finding, labels)), _(why) if why else "", *_action(finding, ways))


def named(finding: Finding, labels: Mapping[str, str]) -> Finding:
    """The same finding with what core categories and categories are called, in place of their keys."""
    told = {
        name: f"«{labels[str(value)]}»" if name in _NAMED and str(value) in labels else value
        for name, value in finding.values.items()
    }
    return type(finding)(**told)


def _action(finding: Finding, ways: Ways) -> tuple[str, str]:
    values = {name: str(value) for name, value in finding.values.items()}
    if isinstance(finding, _LINKS):
        return _("Choose the quotations"), ways.link(values["source"], values["target"])
    if isinstance(finding, rules.RoleUnlinked):
        return _("Link it"), ways.link(values["core"], "")
    if isinstance(finding, _SIDES):
        return _("Look at it"), ways.contradictions
    if isinstance(finding, rules.FewVoices):
        return _("Find more"), ways.codes(values["core"])
    places = ("role", "core", "second")
    phenomenon = "phenomenon" if isinstance(finding, rules.NoPhenomenon) else ""
    return _("Show"), ways.place(next((values[name] for name in places if name in values), phenomenon))
