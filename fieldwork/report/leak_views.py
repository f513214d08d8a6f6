"""Where a report would tell who somebody is: sections, pages and sentences, for who may know the words."""

from io import BytesIO

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.checking_views import KINDS
from fieldwork.anonymisation.exports import secrets_of
from fieldwork.anonymisation.leaving.door import look_outside
from fieldwork.core.audit import record
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.report.drawing import drawn_outside
from fieldwork.report.leaks import leaks_of
from fieldwork.report.places import leak_told
from fieldwork.report.services import report_content
from fieldwork.report.views import LEADING, blueprint
from fieldwork.web.visits import is_fragment


@blueprint.page("/s/<slug>/report/leaks", allow=LEADING)
def leaks(work: Work, study: Study) -> ResponseReturnValue:  # noqa: ARG001 - as every page
    """The page; looking takes seconds, so it asks for the places itself."""
    return render_template("report/leaks.html")


@blueprint.page("/s/<slug>/report/leaks/places", allow=LEADING, quiet=True, writes=True)
def leak_places(work: Work, study: Study) -> ResponseReturnValue:
    """The report drawn and looked into anew, as a fragment; the trail says who saw the words."""
    if not is_fragment():
        return redirect(url_for("report.leaks", slug=study.slug))
    content = report_content(work, study)
    found = leaks_of(secrets_of(work, study), content, BytesIO(drawn_outside(content)), look_outside)
    record(work, "leaks.checked", study_id=study.id, found=len(found), blocking=len(found))
    return render_template("report/leak_places.html", leaks=found, told=leak_told, kinds=KINDS)
