"""What makes a paradigm model sound, and the plain words for what does not."""

from dataclasses import replace
from itertools import pairwise

import pytest

from fieldwork.paradigm.models import ParadigmRole
from fieldwork.paradigm.rules import (
    ContradictionView,
    CoreIdle,
    CoreTwice,
    EvidenceElsewhere,
    EvidenceOneSided,
    EvidenceUngrounded,
    LinkTwice,
    LinkView,
    LinkWithoutEvidence,
    ModelView,
    NoPhenomenon,
    RoleEmpty,
    RoleUnlinked,
    RoleView,
    SecondPhenomenon,
    SideSilent,
    VoiceOnBothSides,
    VoiceUngrounded,
    require_sound,
    validate,
)

CORES = ("state", "city", "money", "ngo", "between", "class")
ROLES = tuple(RoleView(role, core) for role, core in zip(ParadigmRole, CORES, strict=True))
CHAIN = tuple(LinkView(source, target, (f"{source}-1", f"{target}-1")) for source, target in pairwise(CORES))
SOUND = ModelView(
    roles=ROLES,
    links=CHAIN,
    contradictions=(ContradictionView("state-1", "city-1", ("E01", "E02"), ("E03",)),),
    cores=CORES,
    core_of={f"{core}-{number}": core for core in CORES for number in (1, 2)},
    experts_in={f"{core}-1": ["E01", "E02", "E03"] for core in CORES},
)


def kinds(model: ModelView) -> list[type]:
    return [type(finding) for finding in validate(model)]


def test_a_sound_model_has_no_findings() -> None:
    assert validate(SOUND) == []
    require_sound(validate(SOUND))


def test_exactly_one_phenomenon() -> None:
    without = replace(SOUND, roles=[one for one in ROLES if one.role != ParadigmRole.PHENOMENON])
    assert kinds(without) == [NoPhenomenon, CoreIdle]
    second = replace(SOUND, roles=[*ROLES[:-1], RoleView(ParadigmRole.PHENOMENON, "class")])
    assert kinds(second) == [SecondPhenomenon, RoleEmpty]
    with pytest.raises(SecondPhenomenon) as refusal:
        require_sound(validate(second))
    assert str(refusal.value) == (
        "The model has its phenomenon already: city. A model is about exactly one phenomenon, so give class another "
        "role, or take the role from city first."
    )


def test_every_role_is_filled_and_every_core_category_has_one() -> None:
    model = replace(SOUND, roles=[*ROLES, RoleView(ParadigmRole.CONTEXT, "city")])
    assert [str(one) for one in validate(model)] == [
        "The core category city has two roles, «phenomenon» and «context»: leave it the one that the data support."
    ]
    assert kinds(model) == [CoreTwice]
    assert [str(one) for one in validate(ModelView(roles=[]))] == [
        "The model has no phenomenon: give the role «phenomenon» to exactly one core category.",
        *(
            f"The role «{role}» is empty: give it to a core category."
            for role in ParadigmRole
            if role != ParadigmRole.PHENOMENON
        ),
    ]


def test_nothing_stands_apart() -> None:
    assert kinds(replace(SOUND, links=CHAIN[:-1])) == [RoleUnlinked]


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ((), [LinkWithoutEvidence]),
        (("state-1",), [EvidenceOneSided]),
        (("state-1", "city-1", "money-1"), [EvidenceElsewhere]),
        (("state-1", "city-1", "nothing"), [EvidenceElsewhere]),
        (("state-1", "city-2"), [EvidenceUngrounded]),
        (("state-1", "city-1", "city-2"), [EvidenceUngrounded]),
    ],
)
def test_a_link_rests_on_coded_categories_of_both_its_ends(evidence: tuple[str, ...], expected: list[type]) -> None:
    assert kinds(replace(SOUND, links=[LinkView("state", "city", evidence), *CHAIN[1:]])) == expected


def test_one_link_in_one_direction() -> None:
    assert kinds(replace(SOUND, links=[*CHAIN, CHAIN[0]])) == [LinkTwice]
    back = LinkView("city", "state", ("state-1", "city-1"))
    assert kinds(replace(SOUND, links=[*CHAIN, back])) == []


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ((), ("E03",), [SideSilent]),
        (("E01",), ("E09",), [VoiceUngrounded]),
        (("E01",), ("E01",), [VoiceOnBothSides]),
    ],
)
def test_a_contradiction_is_carried_by_codings_on_both_sides(
    left: tuple[str, ...], right: tuple[str, ...], expected: list[type]
) -> None:
    model = replace(SOUND, contradictions=[ContradictionView("state-1", "city-1", left, right)])
    assert kinds(model) == expected
