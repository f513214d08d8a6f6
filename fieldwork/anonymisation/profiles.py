"""Export profiles: how much detail leaves with an export. Pure; ``export_profiles.py`` keeps them and reads by them.

An exporter asks ``export_profiles.reader_of(work, study, profile)`` once and reads its segments or quotations by it;
the approved text itself, its mentions and the codings on it stay as they are. What is read has a table of positions
(``Rewritten.forward``), so that spans of the approved text can be led along.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from fieldwork.anonymisation.mention import ADDRESS, LOC, ORG, PER, POSITION, Mention
from fieldwork.anonymisation.placeholders import Rewritten, apply
from fieldwork.anonymisation.wordings import Bent, as_sentence_begins, form_in

MOST_LEVELS = 3
"""So many generalisations an entity has at most."""

GENERALISED = (PER, ORG, LOC, ADDRESS, POSITION)
"""The kinds that can say less by steps; the others say nothing but their kind anyway."""


class Names(StrEnum):
    """What stands for those who are not generalised."""

    APPROVED = "approved"
    PSEUDONYMS = "pseudonyms"
    SIGNS = "signs"


@dataclass(frozen=True, slots=True)
class Detail:
    """An export profile.

    Attributes:
        key: team, report, archive, or that of one a study made itself.
        name: what the study calls it; empty for the first three as long as nobody has named them.
        names: what stands for those who keep level 0: what was approved, their pseudonym where they have one, or their
            numbered sign.
        levels: mention label -> how far it is generalised (1 to ``MOST_LEVELS``); 0 where it is not named.
        places_stay: whether cities and countries that were left in the text stay in it.
        for_report: whether the report's quotations are read by it.
    """

    key: str
    name: str = ""
    names: Names = Names.APPROVED
    levels: Mapping[str, int] = field(default_factory=dict)
    places_stay: bool = True
    for_report: bool = False


TEAM = Detail("team")
REPORT = Detail("report", names=Names.PSEUDONYMS, for_report=True)
ARCHIVE = Detail(
    "archive", names=Names.SIGNS, levels={ORG: 2, LOC: 1, ADDRESS: 2, POSITION: 1}, places_stay=False
)  # fmt: skip
FIRST = (TEAM, REPORT, ARCHIVE)
"""What every study begins with: for the team, for the report, for the archive; the last says least."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What may stand for an entity.

    Attributes:
        label: its kind.
        sign: its numbered placeholder, [человек-2].
        wordings: 0 -> its chosen pseudonym, 1, 2 … -> what says less and less of it.
        known: whether it is an expert or an interviewer: their signs lead to the sample and are never generalised.
    """

    label: str
    sign: str
    wordings: Mapping[int, Bent] = field(default_factory=dict)
    known: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A mention where it stands in an approved text: code points, end exclusive.

    Attributes:
        start: the first.
        end: one past the last.
        meant: whom or what it means.
        cases: those that the words it stands for may have been in.
        stayed: whether the words themselves stand there (a city), not a placeholder.
    """

    start: int
    end: int
    meant: Meant
    cases: Sequence[str] = ()
    stayed: bool = False


def render(text: str, standings: Iterable[Standing], detail: Detail) -> Rewritten:
    """An approved text as it leaves under a profile.

    Args:
        text: the approved text of a segment.
        standings: its mentions, also those that stayed; disjoint.
        detail: the profile.

    Returns:
        The text, and the table that leads positions of the approved text into it and back.
    """
    return apply(
        text,
        [
            Mention(one.start, one.end, "", one.meant.label, replacement=wording(text, one, detail))
            for one in standings
            if one.start < one.end <= len(text)
        ],
    )


def wording(text: str, standing: Standing, detail: Detail) -> str:
    """What stands for one mention under a profile."""
    meant, now = standing.meant, text[standing.start : standing.end]
    level = 0 if meant.known else detail.levels.get(meant.label, 0)
    if standing.stayed:
        if meant.label != LOC or detail.places_stay:
            return now
        level = max(level, 1)
    if level:
        return _general(text, standing, level)
    return _named(text, standing, detail)


def _named(text: str, standing: Standing, detail: Detail) -> str:
    if detail.names == Names.SIGNS:
        return standing.meant.sign
    chosen = standing.meant.wordings.get(0)
    if detail.names == Names.PSEUDONYMS and chosen is not None:
        return as_sentence_begins(text[: standing.start], form_in(chosen, standing.cases))
    return text[standing.start : standing.end]


def _general(text: str, standing: Standing, level: int) -> str:
    """The generalisation of that level, or the furthest there is; the sign where nobody has said any."""
    levels = [one for one in standing.meant.wordings if one > 0]
    if not levels:
        return standing.meant.sign
    chosen = standing.meant.wordings[min(level, max(levels))]
    return as_sentence_begins(text[: standing.start], form_in(chosen, standing.cases))
