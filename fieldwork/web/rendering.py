"""What templates may use: languages, addresses of assets, the visit, and the stage rail."""

import json
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from fieldwork.core.clock import utc_now
from fieldwork.web import languages
from fieldwork.web.bundling import DIST
from fieldwork.web.guard import CSRF_FIELD, THEME_COOKIE, heard
from fieldwork.web.places import StageGroup
from fieldwork.web.policies import may
from fieldwork.web.visits import current_visit, is_fragment, site


def install(app: Flask) -> None:
    """Give templates their language, filters and helpers."""
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(languages.gettext, languages.ngettext, newstyle=False)  # type: ignore[attr-defined]
    env.globals["_"] = languages.gettext
    env.filters.update(languages.FILTERS)
    env.globals.update(
        asset=asset,
        csrf=csrf,
        here=here,
        has_page=lambda endpoint: endpoint in app.view_functions,
        languages=languages.LANGUAGES,
        spoken=languages.language,
    )
    app.context_processor(lambda: {"ui": env.get_template("web/macros.html").module, **_context()})


def _context() -> dict[str, Any]:
    visit = current_visit()
    return {
        "visit": visit,
        "place": visit.place,
        "study": visit.place.study if visit.place else None,
        "language": languages.language(),
        "theme": request.cookies.get(THEME_COOKIE, ""),
        "fragment": is_fragment(),
        "may": lambda *roles: may(visit, *roles),
        "rail": _rail,
        "said": heard,
        "now": visit.work.now if visit.work else utc_now(),
    }


def _rail() -> list[StageGroup]:
    visit = current_visit()
    return list(site().rail_of(visit.work, visit.place)) if visit.work and visit.place else []


def csrf() -> Markup:
    """The hidden field that every form with method post needs."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, current_visit().csrf)


def here() -> str:
    """The address of this page; of an answer to a form that has none of its own, of the nearest page above it."""
    addresses, path = current_app.create_url_adapter(request), request.path
    while addresses is not None and path:
        try:
            addresses.match(path, method="GET")
        except (NotFound, MethodNotAllowed):
            path = path.rpartition("/")[0]
        except RequestRedirect:
            return f"{path}/"
        else:
            break
    return path or "/"


def asset(name: str) -> str:
    """The address of a bundled file, with its version, so that browsers may keep it for ever."""
    return url_for("web.static_file", path=name, v=_versions().get(name, "none"))


@lru_cache
def _versions() -> dict[str, str]:
    path = DIST / "versions.json"
    versions: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return versions
