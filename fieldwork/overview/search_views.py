"""The search and the command palette."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from fieldwork.core.database import Texts
from fieldwork.core.files import DiskFull
from fieldwork.core.work import Work
from fieldwork.overview import morphology
from fieldwork.overview.indexing import Source, Upkeep, keep
from fieldwork.overview.palette import names_of
from fieldwork.overview.searching import Answer, search
from fieldwork.overview.stages import counts_of, rail_of
from fieldwork.overview.views import ASIDE, blueprint, way_to
from fieldwork.overview.words import Query, marks, snippet
from fieldwork.programme.models import Study
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import language, local, noted
from fieldwork.web.policies import member
from fieldwork.web.visits import current_place, current_visit, is_fragment, site

KINDS: Final = {
    "code": noted("Codes"),
    "category": noted("Categories"),
    "core_category": noted("Core categories"),
    "memo": noted("Memos"),
    "segment": noted("Transcripts"),
    "question": noted("Guide questions"),
    "recommendation": noted("Recommendations"),
}
"""What the kinds are called, in the order in which they are shown."""
FIRST = 5
PER_PAGE = 20
QUICK = 3
"""How much of each kind is shown: among others, on a page of its own, in the palette."""

_PAGES: Final = {
    "code": ("coding.code", "number", ""),
    "category": ("coding.board", "", "category-"),
    "core_category": ("coding.board", "", "core-"),
    "memo": ("coding.all_memos", "", "memo-"),
    "segment": ("transcription.transcript", "code", "turn-"),
    "question": ("programme.guide", "", "question-"),
    "recommendation": ("report.report", "", "recommendation-"),
}
"""Kind -> its page, the part of the address that names the place, and the anchor in the page."""
Pieces = Sequence[tuple[str, bool]]


@dataclass(frozen=True)
class Hit:
    """Something found, as it is shown: pieces of text, with whether each is a hit."""

    source: Source
    href: str
    name: Pieces
    body: Pieces
    language: str


@blueprint.page("/s/<slug>/search", allow=member())
def search_page(work: Work, study: Study) -> ResponseReturnValue:
    """Find in the texts without names, the codebook, memos, guide and recommendations."""
    typed, kind = request.args.get("q", ""), request.args.get("kind", "")
    kind = kind if kind in KINDS else ""
    answer = _answer(work, study, typed, typing=is_fragment())
    found = answer.hits.get(kind, ()) if kind else ()
    page = min(max(request.args.get("page", 1, type=int), 1), max(1, -(-len(found) // PER_PAGE)))
    shown = {kind: found[PER_PAGE * (page - 1) : PER_PAGE * page]} if kind else _first(answer, FIRST)
    template = "overview/found.html" if is_fragment() else "overview/search.html"
    return render_template(
        template,
        answer=answer,
        typed=typed,
        kind=kind,
        kinds=KINDS,
        groups={name: [_hit(study, one, answer.query) for one in some] for name, some in shown.items()},
        page=page,
        pages=max(1, -(-len(found) // PER_PAGE)),
        counts=counts_of(work.session, study.id, study.questions_expected),
    )


@blueprint.page("/s/<slug>/search/quick", allow=member())
def quick_search(work: Work, study: Study) -> ResponseReturnValue:
    """The best hits, for the palette."""
    answer = _answer(work, study, request.args.get("q", ""), typing=True)
    hits = [
        {
            "kind": _(KINDS[kind]),
            "href": hit.href,
            "name": hit.name,
            "body": hit.body,
            "hint": hit.source.place if kind == "segment" else "",
        }
        for kind, sources in _first(answer, QUICK).items()
        for hit in (_hit(study, one, answer.query, 110) for one in sources)
    ]
    return jsonify(hits=hits, total=answer.total)


@blueprint.page("/s/<slug>/palette", allow=member())
def palette(work: Work, study: Study) -> ResponseReturnValue:
    """What the palette finds by name while one types: pages of the study, experts, codes, categories."""
    stages = [stage for group in rail_of(work, current_place()) for stage in group.stages]
    pages = [("overview.dashboard", noted("Overview")), *((one.endpoint, one.label) for one in stages), *ASIDE]
    found = [
        {"kind": "page", "name": _(label), "href": href, "hint": "", "core": 0}
        for endpoint, label in pages
        if (href := way_to(study, endpoint))
    ]
    pages_of = {
        "expert": lambda key: way_to(study, "sampling.expert", code=key),
        "code": lambda key: way_to(study, "coding.code", number=key),
        "category": lambda key: way_to(study, "coding.board", _anchor=f"category-{key}"),
    }
    found += [
        {
            "kind": one.kind,
            "name": _told(one.name),
            "hint": _told(one.hint),
            "href": pages_of[one.kind](one.key),
            "core": one.core,
        }
        for one in names_of(work.session, study.id)
    ]
    return jsonify(found)


def _answer(work: Work, study: Study, typed: str, *, typing: bool) -> Answer:
    answer = search(work.session, study.id, typed, typing=typing)
    if answer.upkeep:
        current_visit().afterwards.append(partial(_keep, answer.upkeep))
    return answer


def _keep(upkeep: Upkeep) -> None:
    """So that the next search is quick; the answer is right without it, so nobody hears of it where it cannot be."""
    with contextlib.suppress(DBAPIError, DiskFull), site().ground.work() as work:
        keep(work, upkeep)


def _first(answer: Answer, count: int) -> dict[str, Sequence[Source]]:
    return {kind: answer.hits[kind][:count] for kind in KINDS if kind in answer.hits}


def _hit(study: Study, source: Source, query: Query, width: int = 220) -> Hit:
    name, spoken = _pieces(source.name, query, width)
    body, told = _pieces(source.body, query, width)
    return Hit(source, _address(study, source), name, body, source.language or (told if source.body else spoken))


def _pieces(text: Texts | str, query: Query, width: int) -> tuple[Pieces, str]:
    """The text in the language spoken, or in the one in which it answers."""
    texts = {"": text} if isinstance(text, str) else {language(): local(text), **text}
    spans = {name: marks(one, query, morphology.lemmas) for name, one in texts.items()}
    best = next((name for name in texts if spans[name]), next(iter(texts)))
    return snippet(texts[best], spans[best], width), best


def _address(study: Study, source: Source) -> str:
    """Where it stands; «» while there is no page for it."""
    endpoint, part, anchor = _PAGES[source.kind]
    place: dict[str, Any] = {part: source.place} if part else {}
    return way_to(study, endpoint, **place, _anchor=f"{anchor}{source.turn or source.place}" if anchor else None)


def _told(text: Texts | str) -> str:
    return text if isinstance(text, str) else local(text)
