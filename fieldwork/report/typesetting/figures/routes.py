"""The paradigm figure's map: where the six roles stand, and the way of an arrow between any two. Pure geometry.

Causal and intervening conditions stand on the left, the context is a field around the phenomenon (a disc) and the
strategies, consequences stand on the right. Each of the fifteen pairs has its own way, made so that ways rarely cross.
Points are (x, y) in points, y upwards, from the drawing's lower left corner.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fieldwork.report.content import Role
from fieldwork.report.typesetting.tokens import FULL

Point = tuple[float, float]
Way = tuple[Point, ...]

NODE_WIDTH: Final = 110.0
FIELD_WIDTH: Final = 188.0
FIELD_LEFT: Final = (FULL - FIELD_WIDTH) / 2
FIELD_RIGHT: Final = FIELD_LEFT + FIELD_WIDTH
RADIUS: Final = 52.0
CENTRE: Final = FULL / 2
_RIGHT_NODE: Final = FULL - NODE_WIDTH
_STRATEGIES_LEFT: Final = FIELD_LEFT + 26
_STRATEGIES_WIDTH: Final = FIELD_WIDTH - 40
_LEAST_HEIGHT: Final = 40.0
_ARROW: Final = 30.0  # the least length of the upright arrows in the field
_CLEAR: Final = 5.0  # between an arrow's end and what it points at
_FIELD_FOOT: Final = 14.0
_FOOT_LANE: Final = 4.0
_INNER_LANE: Final = FIELD_RIGHT - 12
_LANES: Final = (NODE_WIDTH + 17.0, NODE_WIDTH + 27.0)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a node's text stands: left edge, width, top and bottom."""

    left: float
    width: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        """Half way up."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Map:
    """The whole drawing: its height, the disc's centre, the field's top, a spot per role."""

    height: float
    disc: float
    field_top: float
    spots: Mapping[Role, Spot]

    def way(self, source: Role, target: Role) -> Way:
        """The way of an arrow from one role to another."""
        ways = self._ways()
        if (source, target) in ways:
            return ways[source, target]
        return ways[target, source][::-1]

    def _ways(self) -> dict[tuple[Role, Role], Way]:
        """All fifteen, each in one direction."""
        return {**self._ways_left(), **self._ways_field(), **self._ways_round()}

    def _ways_left(self) -> dict[tuple[Role, Role], Way]:
        """From the conditions on the left into the field, and between them."""
        causal, intervening = self.spots[Role.CAUSAL_CONDITIONS], self.spots[Role.INTERVENING_CONDITIONS]
        strategies = self.spots[Role.STRATEGIES]
        start, disc, level = NODE_WIDTH + _CLEAR, self.disc, strategies.middle
        into_strategies = strategies.left - _CLEAR
        low = disc - RADIUS * 0.5
        return {
            (Role.CAUSAL_CONDITIONS, Role.PHENOMENON): ((start, disc), (CENTRE - RADIUS - 3, disc)),
            (Role.CAUSAL_CONDITIONS, Role.STRATEGIES): (
                (start, disc - 16),
                (_LANES[0], disc - 16),
                (_LANES[0], level + 14),
                (into_strategies, level + 14),
            ),
            (Role.CAUSAL_CONDITIONS, Role.INTERVENING_CONDITIONS): (
                (NODE_WIDTH * 0.4, causal.bottom - _CLEAR),
                (NODE_WIDTH * 0.4, intervening.top + _CLEAR),
            ),
            (Role.INTERVENING_CONDITIONS, Role.STRATEGIES): ((start, level), (into_strategies, level)),
            (Role.INTERVENING_CONDITIONS, Role.PHENOMENON): (
                (start, level + 10),
                (_LANES[1], level + 10),
                (_LANES[1], low),
                (CENTRE - RADIUS * 0.866 - 3, low),
            ),
        }

    def _ways_field(self) -> dict[tuple[Role, Role], Way]:
        """Inside the field, and between the field and its neighbours."""
        causal, context = self.spots[Role.CAUSAL_CONDITIONS], self.spots[Role.CONTEXT]
        strategies, consequences = self.spots[Role.STRATEGIES], self.spots[Role.CONSEQUENCES]
        level, high = strategies.middle, self.field_top - 30
        start = NODE_WIDTH + _CLEAR
        return {
            (Role.CONTEXT, Role.PHENOMENON): ((CENTRE, context.bottom - 2), (CENTRE, self.disc + RADIUS + 3)),
            (Role.PHENOMENON, Role.STRATEGIES): ((CENTRE, self.disc - RADIUS - 1), (CENTRE, strategies.top + 3)),
            (Role.CONTEXT, Role.STRATEGIES): ((_INNER_LANE, context.bottom - 2), (_INNER_LANE, strategies.top + 3)),
            (Role.STRATEGIES, Role.CONSEQUENCES): ((FIELD_RIGHT - 10, level), (_RIGHT_NODE - _CLEAR, level)),
            (Role.CAUSAL_CONDITIONS, Role.CONTEXT): (
                (NODE_WIDTH * 0.6, causal.top + _CLEAR),
                (NODE_WIDTH * 0.6, high),
                (FIELD_LEFT, high),
            ),
            (Role.CONTEXT, Role.INTERVENING_CONDITIONS): ((FIELD_LEFT, level - 22), (start, level - 22)),
            (Role.CONTEXT, Role.CONSEQUENCES): (
                (FIELD_RIGHT, high),
                (_RIGHT_NODE + 68, high),
                (_RIGHT_NODE + 68, consequences.top + _CLEAR),
            ),
            (Role.PHENOMENON, Role.CONSEQUENCES): (
                (CENTRE + RADIUS + 3, self.disc),
                (_RIGHT_NODE + 40, self.disc),
                (_RIGHT_NODE + 40, consequences.top + _CLEAR),
            ),
        }

    def _ways_round(self) -> dict[tuple[Role, Role], Way]:
        """From left to right, above and below the field."""
        causal, intervening = self.spots[Role.CAUSAL_CONDITIONS], self.spots[Role.INTERVENING_CONDITIONS]
        consequences = self.spots[Role.CONSEQUENCES]
        above, right = self.height - 7, _RIGHT_NODE + 92
        left = NODE_WIDTH * 0.3
        return {
            (Role.CAUSAL_CONDITIONS, Role.CONSEQUENCES): (
                (left, causal.top + _CLEAR),
                (left, above),
                (right, above),
                (right, consequences.top + _CLEAR),
            ),
            (Role.INTERVENING_CONDITIONS, Role.CONSEQUENCES): (
                (left, intervening.bottom - _CLEAR),
                (left, _FOOT_LANE),
                (right, _FOOT_LANE),
                (right, consequences.bottom - _CLEAR),
            ),
        }


def lay_out(heights: Mapping[Role, float]) -> Map:
    """The map for nodes whose texts are so high (points); roles without a node get an average height."""
    high = {role: max(heights.get(role, 0.0), _LEAST_HEIGHT) for role in Role}
    left, low = high[Role.CAUSAL_CONDITIONS], high[Role.INTERVENING_CONDITIONS]
    strategies, context = high[Role.STRATEGIES], high[Role.CONTEXT]
    level = max(_FIELD_FOOT + 12 + strategies / 2, low / 2 + 22, high[Role.CONSEQUENCES] / 2 + 22)
    gap = max(_ARROW, (left + low + 20 - strategies) / 2 - RADIUS)
    disc = level + strategies / 2 + gap + RADIUS
    field_top = disc + RADIUS + _ARROW + context + 14
    causal_top = disc + left / 2
    field_top = max(field_top, causal_top + 34)
    spots = {
        Role.CAUSAL_CONDITIONS: Spot(0, NODE_WIDTH, causal_top, disc - left / 2),
        Role.INTERVENING_CONDITIONS: Spot(0, NODE_WIDTH, level + low / 2, level - low / 2),
        Role.CONTEXT: Spot(FIELD_LEFT + 14, FIELD_WIDTH - 28, field_top - 10, field_top - 10 - context),
        Role.PHENOMENON: Spot(CENTRE - RADIUS, 2 * RADIUS, disc + RADIUS, disc - RADIUS),
        Role.STRATEGIES: Spot(_STRATEGIES_LEFT, _STRATEGIES_WIDTH, level + strategies / 2, level - strategies / 2),
        Role.CONSEQUENCES: Spot(
            _RIGHT_NODE,
            NODE_WIDTH,
            level + high[Role.CONSEQUENCES] / 2,
            level - high[Role.CONSEQUENCES] / 2,
        ),
    }
    return Map(field_top + 14, disc, field_top, spots)
