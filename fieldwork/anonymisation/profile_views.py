"""Export profiles: how much detail leaves, for whom; which of them the report is read by."""

from collections.abc import Mapping
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.export_profiles import (
    find_profile,
    profiles_of,
    remove_profile,
    restore_profile,
    save_profile,
    use_for_report,
)
from fieldwork.anonymisation.naming_views import profile_names
from fieldwork.anonymisation.profiles import FIRST, GENERALISED, MOST_LEVELS, Detail, Names
from fieldwork.anonymisation.rules import LONGEST
from fieldwork.anonymisation.views import KINDS, REVIEWERS, blueprint
from fieldwork.core.errors import Refusal
from fieldwork.core.ids import new_id
from fieldwork.core.work import Work
from fieldwork.programme.models import Role, Study
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import noted, refusal_told
from fieldwork.web.policies import member as members
from fieldwork.web.visits import say

LEADING: Final = members(Role.PRINCIPAL_INVESTIGATOR)
STANDS: Final = {
    Names.APPROVED: noted("What stands in the approved text"),
    Names.PSEUDONYMS: noted("The pseudonym, where one is chosen"),
    Names.SIGNS: noted("The sign, also where a pseudonym is chosen"),
}


@blueprint.page("/s/<slug>/anonymisation/profiles", allow=members(*REVIEWERS))
def profiles(work: Work, study: Study) -> ResponseReturnValue:
    """All profiles, each as a form for who leads the study."""
    return _page(work, study)


@blueprint.page("/s/<slug>/anonymisation/profiles", allow=LEADING, methods=("POST",))
def add_profile(work: Work, study: Study) -> ResponseReturnValue:
    """One more."""
    return _saved(work, study, new_id().hex[:12], new=True)


@blueprint.page("/s/<slug>/anonymisation/profiles/<key>", allow=LEADING, methods=("POST",))
def change_profile(work: Work, study: Study, key: str) -> ResponseReturnValue:
    """Have a profile say something else; ``deed`` may also be to use it for the report, or to remove it."""
    find_profile(work, study, key)
    deed = request.form.get("deed", "")
    if deed == "report":
        use_for_report(work, study, key)
        say(_("The report's quotations are read by this profile from now on."))
    elif deed == "remove":
        remove_profile(work, study, key)
        say(_("Removed."), undo=url_for("anonymisation.put_profile_back", slug=study.slug, key=key))
    else:
        return _saved(work, study, key)
    return redirect(url_for("anonymisation.profiles", slug=study.slug))


@blueprint.page("/s/<slug>/anonymisation/profiles/<key>/back", allow=LEADING, methods=("POST",))
def put_profile_back(work: Work, study: Study, key: str) -> ResponseReturnValue:
    """Put a removed one back."""
    restore_profile(work, study, key)
    say(_("Taken back."))
    return redirect(url_for("anonymisation.profiles", slug=study.slug))


def _saved(work: Work, study: Study, key: str, *, new: bool = False) -> ResponseReturnValue:
    try:
        save_profile(work, study, _sent(key))
    except Refusal as refusal:
        shown: dict[str, Any] = {"refused": refusal_told(refusal), "wrong": "" if new else key}
        return _page(work, study, **shown), 422
    say(_("Saved: exports say so from now on."))
    return redirect(url_for("anonymisation.profiles", slug=study.slug))


def _sent(key: str) -> Detail:
    form: Mapping[str, str] = request.form
    levels = {label: form.get(f"level.{label}", "0") for label in GENERALISED}
    told = {label: int(level) if level.isdecimal() and len(level) == 1 else -1 for label, level in levels.items()}
    # what is no choice of the form is refused by the service
    names: Any = form.get("names", "")
    return Detail(key, form.get("name", ""), names, told, places_stay="places" in form)


def _page(work: Work, study: Study, *, refused: str = "", wrong: str | None = None) -> str:
    found = profiles_of(work, study)
    return render_template(
        "anonymisation/profiles.html", profiles=found, names=profile_names(found), stands=STANDS, kinds=KINDS,
        labels=GENERALISED, levels=range(MOST_LEVELS + 1), first={one.key for one in FIRST}, longest=LONGEST,
        refused=refused, wrong=wrong,
    )  # fmt: skip
