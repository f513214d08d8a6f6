"""The second step of a new study: whom it looks for."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.work import Work
from fieldwork.programme.forms import LANGUAGES
from fieldwork.programme.models import Role, Study
from fieldwork.sampling.forms import read_quotas
from fieldwork.sampling.planning import add_row
from fieldwork.sampling.views import blueprint
from fieldwork.web.filling import filled
from fieldwork.web.policies import member

ROWS = 5


@blueprint.page("/s/<slug>/begin/sample", allow=member(Role.PRINCIPAL_INVESTIGATOR), methods=("GET", "POST"))
def begin_sample(work: Work, study: Study) -> ResponseReturnValue:
    """Strata with their quotas; more of them, criteria and aspects can be written later."""

    def deed() -> None:
        for label, quota in read_quotas(request.form, ROWS):
            add_row(work, study, "strata", {"label": dict.fromkeys(LANGUAGES, label), "quota": quota})

    return filled("sampling/begin_sample.html", deed, then=url_for("programme.begin_guide", slug=study.slug), rows=ROWS)
