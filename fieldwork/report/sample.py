"""The sample in a table: the design as it is, other traits in the form that was chosen for them. Pure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from fieldwork.anonymisation.disclosure import MISSING, PublishedCells
from fieldwork.report.content import Trait, TraitValue
from fieldwork.report.russian import form
from fieldwork.sampling.disclosure import MINIMUM, in_order
from fieldwork.sampling.models import Expert, Stratum
from fieldwork.scheduling.models import Mode

_BAND = re.compile(r"(\d+)(?:-(\d+)|\+)")
_MODES = {Mode.ZOOM: "Zoom", Mode.WHATSAPP: "WhatsApp", Mode.IN_PERSON: "Личная встреча"}
_VALUES = {
    "sex": {"f": "Женщины", "m": "Мужчины"},
    "language": {"ru": "русский", "kk": "казахский", "en": "английский"},
}
_NAMES = {
    "sex": "Пол",
    "age_band": "Возраст",
    "experience_band": "Стаж в сфере",
    "sector": "Сфера",
    "group": "Роль в сфере",
    "region": "Регион",
    "language": "Язык беседы",
}
_BANDED = ("age_band", "experience_band")


def traits(
    experts: Sequence[Expert],
    strata: Sequence[Stratum],
    modes: Sequence[str],
    published: Sequence[PublishedCells],
    language: str,
) -> list[Trait]:
    """The sample's traits.

    Args:
        experts: those who were interviewed.
        strata: the design's strata, in order; like the modes of interviews they are published as they are.
        modes: mode of each interview.
        published: the other traits, alone or crossed, every cell large enough.
        language: of the strata's labels.
    """
    placed = Counter(expert.stratum_id for expert in experts)
    held = Counter(modes)
    found = [
        _trait("Группа по плану выборки", [(one.label[language], placed[one.id]) for one in strata]),
        _trait("Способ беседы", [(_MODES[mode], held[mode]) for mode in Mode]),
        *(_published(one) for one in published),
    ]
    return [trait for trait in found if trait.values]


def note(experts: int, published: Sequence[PublishedCells]) -> str:
    """What the table's note says about it.

    Args:
        experts: how many there are.
        published: the traits besides the design.
    """
    if not published:
        return f"Показаны группы и способы бесед по плану выборки; прочие признаки {experts} экспертов не публикуются."
    return (
        f"Группы и способы бесед показаны по плану выборки; прочие признаки обобщены: за каждым числом не меньше"
        f" {MINIMUM} экспертов. По каждому признаку их {experts}."
    )


def _trait(name: str, cells: Sequence[tuple[str, int]]) -> Trait:
    return Trait(name=name, values=tuple(TraitValue(label=label, experts=count) for label, count in cells if count))


def _published(one: PublishedCells) -> Trait:
    """A table's cells in the order of its traits' values."""
    ranks = [_ranks(name, at, one.cells) for at, name in enumerate(one.columns)]
    cells = sorted(
        one.cells.items(), key=lambda cell: [rank[value] for rank, value in zip(ranks, cell[0], strict=True)]
    )
    first, *others = (_NAMES[name] for name in one.columns)
    name = ", ".join([first, *(other[:1].lower() + other[1:] for other in others)])
    return _trait(name, [(_cell(one.columns, values), count) for values, count in cells])


def _cell(columns: Sequence[str], values: Sequence[str]) -> str:
    return " · ".join(_label(name, value) for name, value in zip(columns, values, strict=True))


def _ranks(name: str, at: int, cells: Mapping[tuple[str, ...], int]) -> dict[str, int]:
    """Bands from low to high, known values in their order, others from the most to the least frequent."""
    counts: Counter[str] = Counter()
    for values, count in cells.items():
        counts[values[at]] += count
    if name in _BANDED:
        return {value: rank for rank, value in enumerate(in_order(counts))}
    known = list(_VALUES.get(name, ()))
    order = sorted(counts, key=lambda one: (known.index(one) if one in known else len(known), -counts[one], one))
    return {value: rank for rank, value in enumerate(order)}


def _label(name: str, value: str) -> str:
    """A value as printed: «35–44 года», «20 лет и больше», «Женщины»."""
    if value == MISSING:
        return "не указано"
    if name in _BANDED:
        return _years(value)
    return _VALUES.get(name, {}).get(value, value)


def _years(band: str) -> str:
    """A band in words; one without numbers stays as it is."""
    match = _BAND.fullmatch(band)
    if match is None:
        return band
    years = ("год", "года", "лет")
    low, high = match[1], match[2]
    return f"{low}–{high} {form(int(high), *years)}" if high else f"{low} {form(int(low), *years)} и больше"
