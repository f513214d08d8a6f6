"""Opening the demo: at once where it is built, else built while one watches."""

from flask import Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.accounts import Account
from fieldwork.core.work import Work
from fieldwork.demo.joining import ask_for_demo, build_job, demo_study, join
from fieldwork.web.pages import Pages
from fieldwork.web.policies import signed_in
from fieldwork.web.visits import is_fragment

blueprint = Pages("demo", __name__)


@blueprint.page("/demo", allow=signed_in(), methods=("POST",))
def open_demo(work: Work, account: Account) -> ResponseReturnValue:
    """Go into the demo; ask for it to be built where it is not there."""
    study = demo_study(work)
    if study is None:
        ask_for_demo(work)
        return _to(url_for("demo.building"))
    join(work, study, account)
    return _to(url_for("overview.dashboard", slug=study.slug))


@blueprint.page("/demo", allow=signed_in())
def building(work: Work) -> ResponseReturnValue:
    """How far the demo is."""
    return render_template("demo/building.html", job=build_job(work), ready=demo_study(work) is not None)


@blueprint.page("/demo/progress", allow=signed_in(), quiet=True)
def progress(work: Work) -> ResponseReturnValue:
    """The same as a fragment, asked for every two seconds."""
    return render_template("demo/progress.html", job=build_job(work), ready=demo_study(work) is not None)


def _to(url: str) -> Response:
    """To ``url``: htmx needs to be told in a header."""
    if not is_fragment():
        return make_response(redirect(url))
    response = make_response("")
    response.headers["HX-Redirect"] = url
    return response
