"""The registry of pages: a blueprint whose every route declares who may use it, and is answered in one unit of work."""

import contextlib
import functools
import inspect
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from flask import Blueprint, Flask, Response, make_response, request
from flask.typing import ResponseReturnValue

from fieldwork.core.errors import NotFound
from fieldwork.core.work import Ground, Work
from fieldwork.web.places import Place
from fieldwork.web.policies import Policy
from fieldwork.web.visits import Visit, current_visit, site

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_BYTES = 2 * 1024 * 1024
_ERROR = 400


@dataclass(frozen=True)
class Page:
    """What is declared of a route."""

    allow: Policy
    writes: bool
    quiet: bool
    body_bytes: int | None


class Pages(Blueprint):
    """A room's blueprint, ``blueprint`` in its ``views.py``; templates lie in the room's ``templates/``."""

    def __init__(self, room: str, import_name: str) -> None:
        super().__init__(room, import_name, template_folder="templates")

    def page(
        self,
        rule: str,
        *,
        allow: Policy,
        methods: Collection[str] = ("GET",),
        writes: bool = False,
        quiet: bool = False,
        body_bytes: int | None = FORM_BYTES,
    ) -> Callable[[View], View]:
        """Declare a route.

        The view gets what its parameters name: ``work``, and below ``/s/<slug>`` ``study`` and ``member``, instead of
        ``slug``; other parameters come from the address.

        Args:
            rule: the address, e.g. ``/s/<slug>/codes/<int:number>``.
            allow: who may use it.
            methods: HTTP verbs; other than GET they write.
            writes: a GET that writes (an audit entry for reading something sealed).
            quiet: the page asks by itself (polling), so it keeps no session alive.
            body_bytes: the largest body; None where the view reads ``request.stream`` in pieces itself. It is answered
                outside any unit of work then, and opens short ones of its own (``site().ground.work(…)``).
        """
        if allow.in_study and "<slug>" not in rule:
            raise RuntimeError(f"{rule}: a page for members needs <slug> in its address")

        def declare(view: View) -> View:
            answered = _answered(view, writes=writes)
            answered.page = Page(allow, writes, quiet, body_bytes)  # type: ignore[attr-defined]
            self.add_url_rule(rule, view.__name__, answered, methods=list(methods))
            return view

        return declare


def page_of(app: Flask, endpoint: str) -> Page | None:
    """What is declared of an endpoint."""
    found: Page | None = getattr(app.view_functions[endpoint], "page", None)
    return found


def refuse_undeclared(app: Flask) -> None:
    """Refuse to start where a route declares no policy.

    Raises:
        RuntimeError: the routes that do not.
    """
    undeclared = sorted(rule.rule for rule in app.url_map.iter_rules() if page_of(app, rule.endpoint) is None)
    if undeclared:
        raise RuntimeError(f"these routes do not say who may use them: {', '.join(undeclared)}")


def in_study(row: Any, study: Any) -> Any:
    """``row`` where it belongs to ``study``; else the same answer as where there is none.

    Raises:
        NotFound: it is None, or of another study.
    """
    if row is None or row.study_id != study.id:
        raise NotFound(kind="page", name="here")
    return row


class _Unfinished(Exception):  # noqa: N818 - the way out of a unit of work whose answer is a refusal
    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def _require_success(response: Response) -> None:
    if response.status_code >= _ERROR:
        raise _Unfinished(response)


def _answered(view: Callable[..., ResponseReturnValue], *, writes: bool) -> Callable[..., Response]:
    """The view inside its unit of work, with what its parameters name."""
    wanted = set(inspect.signature(view).parameters)

    @functools.wraps(view)
    def answer(**arguments: Any) -> Response:
        visit = current_visit()
        page: Page = answer.page  # type: ignore[attr-defined]
        try:
            if page.body_bytes is None:
                return _answered_in_pieces(view, visit, page, arguments, wanted)
            with _opened(site().ground, visit, writes=writes or request.method not in SAFE) as work:
                visit.work = work
                _enter_study(visit, page.allow, arguments)
                page.allow.check(visit)
                response = make_response(view(**arguments, **_given(visit, wanted)))
                _require_success(response)
        except _Unfinished as unfinished:
            return unfinished.response
        finally:
            visit.work = None
            for deed in visit.afterwards:
                deed()
        return response

    return answer


def _answered_in_pieces(
    view: Callable[..., ResponseReturnValue], visit: Visit, page: Page, arguments: dict[str, Any], wanted: set[str]
) -> Response:
    """A view that reads a long body: no unit of work, and no lock, may last as long as somebody's connection takes."""
    with _opened(site().ground, visit, writes=False) as work:
        visit.work = work
        _enter_study(visit, page.allow, arguments)
        page.allow.check(visit)
    visit.work = None
    return make_response(view(**arguments, **_given(visit, wanted)))


@contextlib.contextmanager
def _opened(ground: Ground, visit: Visit, *, writes: bool) -> Iterator[Work]:
    """A unit of work; one that only reads takes no lock and ends without a commit."""
    if writes:
        with ground.work(visit.actor) as work:
            yield work
    else:
        with ground.look() as session:
            yield Work(session, visit.actor, ground.clock(), ground.vault, ground.blobs, ground.settings)


def _enter_study(visit: Visit, policy: Policy, arguments: dict[str, Any]) -> None:
    """Find the study of the address; to anybody else than its members it is not there."""
    if not policy.in_study:
        return
    slug = arguments.pop("slug")
    if visit.work is None or visit.account is None:
        raise NotFound(kind="study", name=slug)
    found = site().membership(visit.work, slug, visit.account)
    if found is None:
        raise NotFound(kind="study", name=slug)
    visit.place = Place(*found, role=found[1].role)


def _given(visit: Visit, wanted: set[str]) -> dict[str, Any]:
    given: dict[str, Any] = {"work": visit.work, "account": visit.account}
    if visit.place is not None:
        given |= {"study": visit.place.study, "member": visit.place.member}
    return {name: value for name, value in given.items() if name in wanted}


def as_uuid(text: str) -> UUID:
    """An id from a form.

    Raises:
        NotFound: it is none.
    """
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(kind="page", name="here") from None
