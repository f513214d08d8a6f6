"""What stands in the way of a report, as a list of things to do, each with the page where it is done."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from fieldwork.anonymisation.disclosure import SmallCells
from fieldwork.anonymisation.exports import ReviewOpen
from fieldwork.anonymisation.publishing import check_published
from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.rules import UngroundedCodes, require_grounded
from fieldwork.consent.rules import ConsentMissing
from fieldwork.core.errors import Refusal
from fieldwork.core.work import Work
from fieldwork.paradigm.questions import named
from fieldwork.paradigm.rules import Finding
from fieldwork.paradigm.services import findings
from fieldwork.paradigm.views import labels_of
from fieldwork.programme.models import Study
from fieldwork.report.content import ReportContent
from fieldwork.report.content_checks import ContentInconsistent
from fieldwork.report.exposure import exposure_of
from fieldwork.report.places import places_told
from fieldwork.report.rules import (
    CategoriesOutside,
    CodesOutside,
    LeakFound,
    NameWithheld,
    NothingInterviewed,
    WithheldWords,
    check_whole,
)
from fieldwork.report.services import report_content
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import ngettext, noted, refusal_told


@dataclass(frozen=True)
class Todo:
    """A sentence that says what is wrong, what the button says, and the page it leads to (endpoint, values, anchor)."""

    told: str
    action: str = ""
    endpoint: str = ""
    values: tuple[tuple[str, str], ...] = ()
    anchor: str = ""


_WAYS: Final[tuple[tuple[type[Refusal], str, str], ...]] = (
    (Finding, noted("To the check of the model"), "paradigm.model"),
    (UngroundedCodes, noted("To the codes"), "coding.codes"),
    (NameWithheld, noted("To the codes"), "coding.codes"),
    (CodesOutside, noted("To the board of categories"), "coding.board"),
    (CategoriesOutside, noted("To the board of categories"), "coding.board"),
    (ConsentMissing, noted("To the expert"), "sampling.experts"),
    (NothingInterviewed, noted("To the meetings"), "scheduling.interviews"),
    (WithheldWords, noted("To the story of the model"), "paradigm.model"),
    (ContentInconsistent, noted("To the story of the model"), "paradigm.model"),
    (SmallCells, noted("To the disclosure risk"), "anonymisation.risk"),
    (LeakFound, noted("See where"), "report.leaks"),
    (ReviewOpen, noted("To the texts"), "anonymisation.review_list"),
)
"""Refusal -> what to press, and the page it leads to; the first that fits."""


def obstacles_of(work: Work, study: Study) -> tuple[ReportContent | None, list[Todo]]:
    """What the report would hold, or everything that stands in its way: the model, the codebook, then the rest.

    Names are not looked for here: that needs dictionaries, which only the job that writes the report loads.
    """
    book = read_codebook(work.session, study.id)
    labels = labels_of(book)
    found = [todo(named(one, labels)) for one in findings(work, study)]
    content: list[ReportContent] = []
    checks: tuple[Callable[[], object], ...] = (
        lambda: require_grounded(book.ungrounded()),
        lambda: check_whole(book),
        lambda: check_published(work, study),
        lambda: content.append(report_content(work, study)),
    )
    for check in checks:
        try:
            check()
        except Finding:
            continue  # they are all there already
        except Refusal as refusal:
            found.append(todo(refusal))
    return (content[0] if content else None), list(dict.fromkeys(found))


def advice_of(work: Work, study: Study) -> list[Todo]:
    """What holds nothing back, but should be done before strangers read the report."""
    exposure = exposure_of(work, study)
    waiting = sum(one.printed for one in exposure.waiting)
    trial, found = exposure.trial, []
    if waiting:
        told = ngettext(
            "%(num)s quotation holds rare facts by which its speaker could be known: nobody has looked at it yet.",
            "%(num)s quotations hold rare facts by which their speakers could be known: nobody has looked at them yet.",
            waiting,
        )
        found.append(Todo(told, _("To the rare facts"), "report.rare_facts"))
    if not trial.done:
        told = _(
            "Nobody has tried to the end to recognise the experts: %(current)s of %(asked)s questions are answered.",
            current=trial.current,
            asked=trial.asked,
        )
        found.append(Todo(told, _("To the trial search"), "report.intruder"))
    return found


def todo(refusal: Refusal) -> Todo:
    """A refusal as a thing to do."""
    if isinstance(refusal, LeakFound):
        refusal = LeakFound(**(refusal.values | {"places": places_told(str(refusal.values["places"]))}))
    for kind, action, endpoint in _WAYS:
        if isinstance(refusal, kind):
            return _leading(refusal, Todo(refusal_told(refusal), _(action), endpoint))
    return Todo(refusal_told(refusal))


def _leading(refusal: Refusal, found: Todo) -> Todo:
    """The same, closer to the place."""
    if isinstance(refusal, ConsentMissing) and "expert" in refusal.values:
        return replace(found, endpoint="sampling.expert", values=(("code", str(refusal.values["expert"])),))
    if isinstance(refusal, WithheldWords | ContentInconsistent):
        return replace(found, values=(("view", "story"),))
    return replace(found, anchor="#check") if isinstance(refusal, Finding) else found
