"""The paradigm model as a figure: six roles on their map, arrows as wide as their evidence."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fieldwork.report.content import CoreCategory, ParadigmLink, ParadigmNode, Role
from fieldwork.report.typesetting.composer import Composer
from fieldwork.report.typesetting.figures.arrows import Arrow
from fieldwork.report.typesetting.figures.figure import Picture, dots
from fieldwork.report.typesetting.figures.links import LinkRow
from fieldwork.report.typesetting.figures.routes import (
    CENTRE,
    FIELD_LEFT,
    FIELD_WIDTH,
    NODE_WIDTH,
    RADIUS,
    Map,
    Spot,
    lay_out,
)
from fieldwork.report.typesetting.lines import Line
from fieldwork.report.typesetting.microtype import SOFT_HYPHEN
from fieldwork.report.typesetting.pen import Pen
from fieldwork.report.typesetting.tokens import DEEP, INK, RUST, SOFT, TINT, WHITE, Face, TextStyle

_ROLE: Final = TextStyle(Face("Sans-Bold", 7.6, RUST), leading=9.4)
_NAME: Final = TextStyle(Face("Serif-Bold", 9.2), leading=11.2)
_COUNTS: Final = Face("Sans", 7.4, SOFT)
# The phenomenon's name: size, leading and how many lines of it fit into the disc
_DISC_NAMES: Final = tuple(
    (TextStyle(Face("Serif-Bold", size, WHITE), leading=leading, align="centre"), most)
    for size, leading, most in ((11.5, 13, 3), (10, 11.4, 4), (8.8, 10, 4), (7.6, 8.8, 5))
)
_DISC_WIDTH: Final = 86.0
_THIN, _THICK = 0.8, 2.8
_LEGEND_GAP: Final = 14.0


@dataclass(frozen=True, slots=True)
class _Name:
    """A core category's name inside a node."""

    core: CoreCategory
    lines: tuple[Line, ...]

    @property
    def height(self) -> float:
        """Name, dots and counts."""
        return len(self.lines) * _NAME.leading + 21


@dataclass(frozen=True, slots=True)
class _Node:
    """A role's text: its label and the core categories in it."""

    role: Role
    label: tuple[Line, ...]
    names: tuple[_Name, ...]

    @property
    def height(self) -> float:
        """Label and names."""
        return 4 + len(self.label) * _ROLE.leading + sum(name.height for name in self.names)


class ParadigmPicture(Picture):
    """The drawing and, below it, the rows of links that it is given."""

    def __init__(self, composer: Composer, rows: Sequence[LinkRow] = ()) -> None:
        self._composer = composer
        self._model = composer.content.paradigm
        self._role_of = {node.core: node.role for node in self._model.nodes}
        self._nodes = [self._node(role) for role in Role if role in self._role_of.values()]
        self._map: Map = lay_out({node.role: node.height for node in self._nodes})
        self._rows = rows
        self._legend_height = sum(row.height for row in rows) + (_LEGEND_GAP if rows else 0.0)
        self.height = self._map.height + self._legend_height

    def draw(self, pen: Pen) -> None:
        """Field, arrows, nodes, numbers, list."""
        with pen.moved(0, self._legend_height):
            self._draw_field(pen)
            arrows = self._arrows()
            for arrow in arrows:
                arrow.draw_line(pen)
            for node in self._nodes:
                self._draw_node(pen, node)
            for arrow in arrows:
                arrow.draw_badges(pen)
        top = self._legend_height - _LEGEND_GAP
        for row in self._rows:
            row.draw(pen, 0, top)
            top -= row.height

    def _node(self, role: Role) -> _Node:
        """The text of a role, set to its place's width."""
        nodes = [node for node in self._model.nodes if node.role == role]
        width = {Role.CONTEXT: FIELD_WIDTH - 28, Role.STRATEGIES: FIELD_WIDTH - 40}.get(role, NODE_WIDTH)
        return _Node(
            role,
            self._composer.lines(nodes[0].label, _ROLE, width),
            tuple(_Name(core, self._composer.lines(core.title, _NAME, width)) for core in map(self._core, nodes)),
        )

    def _core(self, node: ParadigmNode) -> CoreCategory:
        return self._composer.numbering.core[node.core]

    def _arrows(self) -> list[Arrow]:
        """The links gathered by the pair of roles they join: one line carries all of a pair."""
        pairs = defaultdict[tuple[Role, Role], list[tuple[int, ParadigmLink]]](list)
        for number, link in enumerate(self._model.links, start=1):
            source, target = self._role_of[link.source], self._role_of[link.target]
            if source != target:
                pairs[(source, target) if (target, source) not in pairs else (target, source)].append((number, link))
        most = max((link.codings for link in self._model.links), default=0)
        return [self._arrow(pair, links, most) for pair, links in pairs.items()]

    def _arrow(self, pair: tuple[Role, Role], links: Sequence[tuple[int, ParadigmLink]], most: int) -> Arrow:
        forth = [link for _, link in links if self._role_of[link.source] == pair[0]]
        share = max(link.codings for _, link in links) / most if most else 0.0
        return Arrow(
            way=self._map.way(*pair),
            numbers=tuple(number for number, _ in links),
            forth=bool(forth),
            back=len(forth) < len(links),
            width=_THIN + (_THICK - _THIN) * share,
            feedback=all(self._role_of[link.source] == Role.CONSEQUENCES for _, link in links),
        )

    def _draw_field(self, pen: Pen) -> None:
        foot = 14.0
        pen.box((FIELD_LEFT, foot), FIELD_WIDTH, self._map.field_top - foot, TINT, 16)

    def _draw_node(self, pen: Pen, node: _Node) -> None:
        if node.role == Role.PHENOMENON:
            self._draw_disc(pen, node)
            return
        spot = self._map.spots[node.role]
        if node.role != Role.CONTEXT:
            pen.rule((spot.left, spot.top), (spot.left + spot.width, spot.top), 0.9, INK)
        top = pen.lines(node.label, spot.left, spot.top - 4, _ROLE.leading, 7)
        for name in node.names:
            top = self._draw_name(pen, name, spot, top)

    def _draw_name(self, pen: Pen, name: _Name, spot: Spot, top: float) -> float:
        """A core category with its dots (categories) and counts; returns the bottom."""
        core = name.core
        bottom = pen.lines(name.lines, spot.left, top, _NAME.leading, 9)
        step = min(4.2, spot.width / max(len(core.categories), 1))
        dots(pen, spot.left, bottom - 6, len(core.categories), step=step)
        pen.text(spot.left, bottom - 17, self._counted(core), _COUNTS)
        pen.link(f"core:{core.key}", spot.left, bottom - 19, spot.left + spot.width, top)
        return bottom - 21

    def _draw_disc(self, pen: Pen, node: _Node) -> None:
        """The phenomenon."""
        y, core, words = self._map.disc, node.names[0].core, self._composer.words
        pen.disc((CENTRE, y), RADIUS, DEEP)
        pen.ring((CENTRE, y), RADIUS - 3, 0.5, WHITE)
        pen.text(
            CENTRE, y + 35, self._composer.run(node_label(node), _COUNTS).text, Face("Sans-Bold", 7.6, WHITE), "centre"
        )
        style, lines = self._disc_name(core)
        pen.lines(
            lines, CENTRE - _DISC_WIDTH / 2, y + 9 + len(lines) * style.leading / 2, style.leading, style.leading * 0.76
        )
        count = len(core.categories)
        step = min(4.2, 60 / max(count, 1))
        dots(pen, CENTRE - step * count / 2, y - 18, count, step=step, colour=WHITE)
        small = _COUNTS.inked(WHITE)
        pen.text(CENTRE, y - 29, words.count(core.counts.codes, words.codes), small, "centre")
        pen.text(CENTRE, y - 38.5, words.count(core.counts.experts, words.experts), small, "centre")
        pen.link(f"core:{core.key}", CENTRE - RADIUS, y - RADIUS, CENTRE + RADIUS, y + RADIUS)

    def _disc_name(self, core: CoreCategory) -> tuple[TextStyle, tuple[Line, ...]]:
        """The phenomenon's name in the largest size at which its words stay whole; cut where it is too long for all."""
        for style, most in _DISC_NAMES:
            lines = self._composer.lines(core.title, style, _DISC_WIDTH)
            if len(lines) <= most and not any(line.text.endswith(SOFT_HYPHEN) for line in lines):
                return style, lines
        return style, self._composer.cut(core.title, style, _DISC_WIDTH, most)

    def _counted(self, core: CoreCategory) -> str:
        words = self._composer.words
        return f"{words.count(core.counts.codes, words.codes)} · {words.count(core.counts.experts, words.experts)}"


def node_label(node: _Node) -> str:
    """The role's name on one line."""
    return " ".join(line.text for line in node.label)
