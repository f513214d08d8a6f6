"""The report: what it would hold, what stands in its way, writing it, looking at its pages, what was written before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.export_profiles import report_profile
from fieldwork.anonymisation.naming_views import profile_names
from fieldwork.coding.codebook import Codebook, by_expert
from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.models import CoreCategory
from fieldwork.core.errors import NotFound, refusal_called
from fieldwork.core.jobs import UNFINISHED, Job, JobState, request_cancel
from fieldwork.core.work import Work
from fieldwork.paradigm.views import ROLES
from fieldwork.programme.models import Role, Study
from fieldwork.report.obstacles import Todo, advice_of, obstacles_of, todo
from fieldwork.report.preview import Previews
from fieldwork.report.recommendations import recommendations_of
from fieldwork.report.rules import WordsTakenBack
from fieldwork.report.written import Written, ask, latest_job, opened, reports_of
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import local
from fieldwork.web.leaving import attachment
from fieldwork.web.pages import Pages
from fieldwork.web.policies import member
from fieldwork.web.visits import say

blueprint = Pages("report", __name__)

LEADING: Final = member(Role.PRINCIPAL_INVESTIGATOR)
_SHADES: Final = 4
_PREVIEWS: Final = Previews()


@dataclass(frozen=True)
class Cell:
    """How many codings an expert has under a core category, and how dark that is (0 to 4)."""

    count: int
    shade: int


@dataclass(frozen=True)
class Table:
    """Codings by expert and core category: rows by expert's code, columns in the order of the core categories."""

    cores: Sequence[CoreCategory]
    rows: Sequence[tuple[str, Sequence[Cell]]]

    @property
    def drawn(self) -> dict[str, object]:
        """The same for the chart."""
        return {
            "experts": [expert for expert, _cells in self.rows],
            "cores": [
                {
                    "label": local(core.label),
                    "hue": core.position,
                    "counts": [cells[at].count for _expert, cells in self.rows],
                }
                for at, core in enumerate(self.cores)
            ],
        }


@blueprint.page("/s/<slug>/report", allow=member())
def report(work: Work, study: Study) -> ResponseReturnValue:
    """What is known at once; whether it can be written is asked for by the page (``state``)."""
    written = reports_of(work, study)
    book = read_codebook(work.session, study.id)
    profile = report_profile(work, study)
    return render_template(
        "report/report.html",
        profile=profile_names([profile])[profile.key],
        written=written,
        chosen=_chosen(written, request.args.get("report", "")),
        number=request.args.get("page", 1, type=int),
        job=latest_job(work, study),
        advice=recommendations_of(work, study),
        book=book,
        roles=ROLES,
        table=_table(book),
    )


@blueprint.page("/s/<slug>/report/state", allow=member())
def state(work: Work, study: Study) -> ResponseReturnValue:
    """What the report would hold now, or what stands in its way, as a fragment."""
    content, obstacles = obstacles_of(work, study)
    hindering = [*obstacles, *_stopped(work, study)]
    advised = advice_of(work, study) if content else []  # it comes after everything that hinders
    return render_template("report/state.html", content=content, obstacles=hindering, advised=advised)


@blueprint.page("/s/<slug>/report", allow=LEADING, methods=("POST",))
def write(work: Work, study: Study) -> ResponseReturnValue:
    """Ask for the report; it is written while one goes on."""
    ask(work, study)
    return redirect(url_for("report.report", slug=study.slug) + "#writing")


@blueprint.page("/s/<slug>/report/progress", allow=member(), quiet=True)
def progress(work: Work, study: Study) -> ResponseReturnValue:
    """How far the writing is, as a fragment; once it has ended, the whole page is worth loading anew."""
    job = latest_job(work, study)
    response = make_response(render_template("report/job.html", job=job))
    if job is None or job.state not in UNFINISHED:
        response.headers["HX-Refresh"] = "true"
    return response


@blueprint.page("/s/<slug>/report/cancel", allow=LEADING, methods=("POST",))
def cancel(work: Work, study: Study) -> ResponseReturnValue:
    """Stop writing; nothing of it is kept."""
    job = latest_job(work, study)
    if job is None:
        raise NotFound(kind="job", name=study.slug)
    request_cancel(work, job.id)
    say(_("Writing stops within seconds. Nothing of it is kept."))
    return redirect(url_for("report.report", slug=study.slug))


@blueprint.page("/s/<slug>/report/<uuid:report_id>/pages/<int:number>", allow=member())
def page(work: Work, study: Study, report_id: UUID, number: int) -> ResponseReturnValue:
    """The preview turned to a page, as a fragment (and for browsers without scripts, the whole page)."""
    written = reports_of(work, study)
    chosen = next((one for one in written if one.row.id == report_id), None)
    if chosen is None:
        raise NotFound(kind="report", name=report_id)
    if request.headers.get("HX-Target") != "preview":
        at = url_for("report.report", slug=study.slug, report=report_id, page=number)
        return redirect(at + "#preview")
    return render_template("report/preview.html", chosen=chosen, number=number, text=_text(work, study, chosen, number))


@blueprint.page("/s/<slug>/report/<uuid:report_id>/pages/<int:number>.png", allow=member())
def picture(work: Work, study: Study, report_id: UUID, number: int) -> ResponseReturnValue:
    """One page as a picture."""
    opened(work, study, report_id)[1].close()  # a remembered page is for those only who may open the report
    try:
        shown = _PREVIEWS.page(report_id, number, lambda: opened(work, study, report_id)[1])
    except IndexError:
        raise NotFound(kind="page", name=number) from None
    response = Response(shown.png, mimetype="image/png")
    response.headers["Cache-Control"] = "private, max-age=600"
    return response


@blueprint.page("/s/<slug>/report/<uuid:report_id>.pdf", allow=member())
def download(work: Work, study: Study, report_id: UUID) -> ResponseReturnValue:
    """The file."""
    row, file = opened(work, study, report_id)
    return attachment(work, study, file, name=f"{study.slug}.pdf", mimetype="application/pdf", size=row.bytes)


def _chosen(written: Sequence[Written], asked: str) -> Written | None:
    """The report to look at: the one asked for, or the newest that is kept."""
    kept = [one for one in written if one.kept]
    return next((one for one in kept if str(one.row.id) == asked), kept[0] if kept else None)


def _text(work: Work, study: Study, chosen: Written, number: int) -> str:
    """The words of a page, for those who do not see its picture."""
    if not chosen.kept or not 1 <= number <= chosen.row.pages:
        raise WordsTakenBack if not chosen.kept else NotFound(kind="page", name=number)
    return _PREVIEWS.page(chosen.row.id, number, lambda: opened(work, study, chosen.row.id)[1]).text


def _stopped(work: Work, study: Study) -> list[Todo]:
    """What the last attempt was refused for, where nothing was written since: names are looked for only then."""
    job = latest_job(work, study)
    return [_failure(job)] if job is not None and job.state == JobState.FAILED else []


def _failure(job: Job) -> Todo:
    kind = refusal_called(job.failure or "")
    if kind is None:
        return Todo(_("The last attempt was stopped by an error."))
    return todo(kind(**job.failure_values))


def _table(book: Codebook) -> Table:
    counts = {core.id: by_expert(book.of_core(core)) for core in book.core_categories}
    most = max((count for of_core in counts.values() for count in of_core.values()), default=0)
    experts = sorted({expert for of_core in counts.values() for expert in of_core})
    rows = [
        (expert, [_cell(counts[core.id].get(expert, 0), most) for core in book.core_categories]) for expert in experts
    ]
    return Table(book.core_categories, rows)


def _cell(count: int, most: int) -> Cell:
    return Cell(count, -(-_SHADES * count // most) if most else 0)
