"""The disclosure risk of the sample's table: what it would show, who stands out, what would pass; a click takes it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.disclosure import MISSING, Form, Row, Shown, counted, sample_uniques, shown_combinations
from fieldwork.anonymisation.publishing import DESIGN, TRAITS, Standing, publish, standing_of, undo_form, wanted_form
from fieldwork.anonymisation.views import blueprint
from fieldwork.core.errors import Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.programme.services import members_of
from fieldwork.sampling.disclosure import MINIMUM, in_order
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import noted, refusal_told
from fieldwork.web.policies import member as members
from fieldwork.web.visits import say

LEADING: Final = members(Role.PRINCIPAL_INVESTIGATOR)

NAMES: Final = {
    "sex": noted("Sex"),
    "age_band": noted("Age"),
    "experience_band": noted("Years of experience"),
    "sector": noted("Sector"),
    "group": noted("Role in the field"),
    "region": noted("Region"),
    "language": noted("Language of the interview"),
    DESIGN: noted("Stratum"),
}
VALUES: Final = {
    "sex": {"f": noted("women"), "m": noted("men")},
    "language": {"ru": noted("Russian"), "kk": noted("Kazakh"), "en": noted("English")},
}
CROSSINGS: Final = {
    Shown.ALONE: noted("Every trait by itself"),
    Shown.PAIRS: noted("Every two crossed"),
    Shown.TOGETHER: noted("All crossed"),
}
_LONGEST: Final = 60  # characters of a label written by hand


@blueprint.page("/s/<slug>/anonymisation/risk", allow=members())
def risk(work: Work, study: Study) -> ResponseReturnValue:
    """The table as it would be published, or with other traits or crossings, as asked for."""
    wanted = None
    if "shown" in request.args:
        wanted = wanted_form(work, study, request.args.getlist("trait"), _crossing(request.args.get("shown", "")))
    return _page(work, study, wanted)


@blueprint.page("/s/<slug>/anonymisation/risk", allow=LEADING, methods=("POST",))
def publish_sample(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """Publish the sample so from now on: as proposed, or with labels written by hand."""
    wanted = wanted_form(work, study, request.form.getlist("trait"), _crossing(request.form.get("shown", "")))
    by_hand = request.form.get("deed") == "by_hand"
    form = _labelled(wanted) if by_hand else standing_of(work, study, wanted).proposal
    try:
        publish(work, study, form, member)
    except Refusal as refusal:
        return _page(work, study, wanted, typed=form, refused=refusal_told(refusal)), 422
    say(
        _("The sample is published in this form from now on."),
        undo=url_for("anonymisation.undo_sample", slug=study.slug),
    )
    return redirect(url_for("anonymisation.risk", slug=study.slug))


@blueprint.page("/s/<slug>/anonymisation/risk/undo", allow=LEADING, methods=("POST",))
def undo_sample(work: Work, study: Study) -> ResponseReturnValue:
    """Take the newest form back; the one before counts again."""
    undo_form(work, study)
    say(_("Taken back: the form before counts again."))
    return redirect(url_for("anonymisation.risk", slug=study.slug))


def value_told(name: str, value: str) -> str:
    """A trait's value on a page."""
    if value == MISSING:
        return _("not stated")
    told = VALUES.get(name, {}).get(value)
    return _(told) if told else value.replace("-", "–")


def _page(work: Work, study: Study, wanted: Form | None, typed: Form | None = None, refused: str = "") -> str:
    standing = standing_of(work, study, wanted)
    rows = list(standing.rows.values())
    return render_template(
        "anonymisation/risk.html",
        standing=standing,
        previewed=wanted is not None,
        traits=[_trait(name, rows, standing, typed) for name in standing.form.columns],
        combinations=_combinations(rows, standing),
        uniques=_uniques(standing),
        names=NAMES,
        told=value_told,
        crossings=CROSSINGS,
        every=TRAITS,
        least=MINIMUM,
        longest=_LONGEST,
        refused=refused,
        members={one.id: one.initials for one in members_of(work, study)},
    )


def _trait(name: str, rows: Sequence[Row], standing: Standing, typed: Form | None) -> dict[str, Any]:
    """One trait, value by value: how many, published now, proposed, and what stands in the form's field."""
    noted_values = in_order(row[name] for row in rows)
    proposal, now = standing.proposal.columns.get(name), standing.form.columns[name]
    hand = (typed or standing.form).columns.get(name, now)
    return {
        "name": name,
        "left_out": proposal is None,
        "changed": proposal != dict(now),
        "values": [
            {
                "noted": value,
                "count": sum(row[name] == value for row in rows),
                "now": now.get(value, value),
                "now_count": sum(now.get(row[name], row[name]) == now.get(value, value) for row in rows),
                "proposed": None if proposal is None else proposal[value],
                "hand": hand.get(value, value),
            }
            for value in noted_values
        ],
    }


def _combinations(rows: Sequence[Row], standing: Standing) -> list[dict[str, Any]]:
    """K of single traits, pairs and the whole row: as noted, as published, and whether the table shows them."""
    columns = tuple(standing.form.columns)
    published = [standing.form.published(row) for row in rows]
    all_of_them = dict.fromkeys(
        [*shown_combinations(columns, Shown.PAIRS), *shown_combinations(columns, Shown.TOGETHER)]
    )
    return [
        {
            "columns": chosen,
            "noted": counted(rows, chosen),
            "published": counted(published, chosen),
            "shown": chosen in standing.form.tables,
        }
        for chosen in all_of_them
    ]


def _uniques(standing: Standing) -> list[tuple[str, list[tuple[str, ...]]]]:
    """The experts who are alone on something, those who stand out on the least first, with the shortest of it."""
    found = sample_uniques(standing.rows, (*TRAITS, DESIGN))
    shortest = {code: [one for one in ways if len(one) == len(ways[0])] for code, ways in found.items() if ways}
    return sorted(shortest.items(), key=lambda one: (len(one[1][0]), -len(one[1]), one[0]))


def _crossing(text: str) -> Shown:
    return Shown(text) if text in set(Shown) else Shown.ALONE


def _labelled(wanted: Form) -> Form:
    """The form with the labels that were typed; an empty one keeps the value."""
    typed: Mapping[str, str] = request.form
    columns = {
        name: {
            value: typed.get(f"label.{name}.{number}", "").strip()[:_LONGEST] or value
            for number, value in enumerate(in_order(labels))
        }
        for name, labels in wanted.columns.items()
    }
    return Form(wanted.shown, columns)
