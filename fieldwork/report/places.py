"""Sections of a report in words: «recommendation rent, page 24» for a person who has to find the place."""

import re
from collections.abc import Sequence
from typing import Final

from fieldwork.report.leaks import ReportLeak
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import noted

_SECTIONS: Final = (
    (r"title page", noted("title page")),
    (r"abstracts", noted("abstracts")),
    (r"methods", noted("methods")),
    (r"results", noted("results")),
    (r"paradigm model", noted("paradigm model")),
    (r"limits", noted("limits")),
    (r"recommendations", noted("introduction to the recommendations")),
    (r"guide", noted("interview guide")),
    (r"codebook", noted("codebook")),
    (r"colophon", noted("about this edition")),
    (r"quotation of (?P<expert>\S+) in category (?P<key>\S+)", noted("quotation of %(expert)s in category %(key)s")),
    (r"section (?P<key>\S+)", noted("core category %(key)s")),
    (r"category (?P<key>\S+)", noted("category %(key)s")),
    (r"contradiction (?P<key>\d+)", noted("contradiction %(key)s")),
    (r"recommendation (?P<key>\S+)", noted("recommendation %(key)s")),
    (r"code № (?P<key>\d+)", noted("code № %(key)s")),
)
_PLACE = re.compile(
    r"(?P<section>.*?)(?:, )?(?:page (?P<pages>[\d, ]+))?(?P<rest>, .*)? \((?P<kind>\w+) of (?P<whose>\S+)\)"
)


def section_told(section: str) -> str:
    """A section's name in words."""
    for pattern, words in _SECTIONS:
        if found := re.fullmatch(pattern, section):
            return _(words) % found.groupdict()
    return section


def place_told(section: str, pages: Sequence[int], beside: str = "") -> str:
    """Where something stands."""
    printed = _("page %(numbers)s", numbers=", ".join(map(str, pages))) if pages else ""
    return ", ".join(filter(None, (section_told(section), printed, beside)))


def leak_told(leak: ReportLeak) -> str:
    """Where a leak stands."""
    return place_told(leak.section, leak.pages, leak.beside)


def places_told(places: str) -> str:
    """The places of ``LeakFound`` in words, with whose each is: «recommendation rent, page 24 (E02)»."""
    told = []
    for one in places.split("; "):
        found = _PLACE.fullmatch(one)
        if found is None:
            told.append(one)
            continue
        pages = [int(number) for number in re.findall(r"\d+", found["pages"] or "")]
        place = place_told(found["section"], pages, (found["rest"] or "").lstrip(", "))
        told.append(f"{place} ({found['whose']})")
    return "; ".join(dict.fromkeys(told))
