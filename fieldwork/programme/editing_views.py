"""Writing programme and guide in the browser, form by form; for the principal investigator."""

from collections.abc import Sequence
from typing import Final

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.work import Work
from fieldwork.programme.contents import objectives_of, parts_of, write_part
from fieldwork.programme.editing import (
    change_title,
    objective_numbered,
    remove_objective,
    remove_theory,
    save_objective,
    save_theory,
    theory_at,
)
from fieldwork.programme.forms import (
    FileMissing,
    TitleMissing,
    day_of,
    read_drafts,
    read_head,
    read_number,
    read_question,
    read_theory,
    texts_of,
)
from fieldwork.programme.guide_editing import (
    add_question,
    change_question,
    draft_guide,
    move_question,
    remove_question,
    save_head,
)
from fieldwork.programme.guides import guide_of, probes_of, question_numbered, questions_of, set_guide
from fieldwork.programme.inputs import BLOCK_LABELS
from fieldwork.programme.models import Guide, Part, Probe, Role, Study
from fieldwork.programme.rules import BLOCKS, FieldworkHalf
from fieldwork.programme.services import change_study
from fieldwork.programme.views import PARTS, blueprint
from fieldwork.programme.yaml_files import FileUnreadable, parse_yaml
from fieldwork.web.filling import filled
from fieldwork.web.languages import LANGUAGES, local
from fieldwork.web.languages import gettext as _
from fieldwork.web.policies import member
from fieldwork.web.visits import say

LEADING: Final = member(Role.PRINCIPAL_INVESTIGATOR)
BOTH: Final = ("GET", "POST")


@blueprint.page("/s/<slug>/programme/edit", allow=LEADING, methods=BOTH)
def edit_programme(work: Work, study: Study) -> ResponseReturnValue:
    """Title, method, dates and the five parts. Parts that are left empty stay as they were."""

    def deed() -> None:
        form = request.form
        title = texts_of(form, "title")
        if not title:
            raise TitleMissing
        change_title(work, study, title, texts_of(form, "method") or None)
        first, last = day_of(form.get("fieldwork_from", "")), day_of(form.get("fieldwork_to", ""))
        if (first is None) != (last is None):
            raise FieldworkHalf
        dates = (first, last) if first and last else None
        change_study(work, study, fieldwork=dates, questions_expected=read_number(form, "questions_expected"))
        for part in Part:
            if text := texts_of(form, part):
                write_part(work, study, part, text)

    there = url_for("programme.programme", slug=study.slug)
    return filled("programme/edit_programme.html", deed, then=there, labels=PARTS, parts=parts_of(work, study))


@blueprint.page("/s/<slug>/programme/objectives/<int:number>", allow=LEADING, methods=BOTH)
def edit_objective(work: Work, study: Study, number: int) -> ResponseReturnValue:
    """An objective; number 0 is a new one."""
    present = objective_numbered(work, study, number) if number else None

    def deed() -> None:
        save_objective(work, study, texts_of(request.form, "text"), number or None)

    there = url_for("programme.programme", slug=study.slug) + (f"#objective-{number}" if number else "")
    return filled("programme/edit_objective.html", deed, then=there, objective=present)


@blueprint.page("/s/<slug>/programme/objectives/<int:number>/remove", allow=LEADING, methods=("POST",))
def drop_objective(work: Work, study: Study, number: int) -> ResponseReturnValue:
    """Take an objective out that no question serves."""
    remove_objective(work, study, number)
    say(_("Objective %(number)s is removed.", number=number))
    return redirect(url_for("programme.programme", slug=study.slug))


@blueprint.page("/s/<slug>/programme/theory/<int:position>", allow=LEADING, methods=BOTH)
def edit_theory(work: Work, study: Study, position: int) -> ResponseReturnValue:
    """A theoretical source; position 0 is a new one."""
    present = theory_at(work, study, position) if position else None

    def deed() -> None:
        save_theory(work, study, read_theory(request.form), position or None)

    there = url_for("programme.programme", slug=study.slug)
    return filled("programme/edit_theory.html", deed, then=there, theory=present)


@blueprint.page("/s/<slug>/programme/theory/<int:position>/remove", allow=LEADING, methods=("POST",))
def drop_theory(work: Work, study: Study, position: int) -> ResponseReturnValue:
    """Take a theoretical source out."""
    remove_theory(work, study, position)
    say(_("The source is removed."))
    return redirect(url_for("programme.programme", slug=study.slug))


@blueprint.page("/s/<slug>/guide/talk", allow=LEADING, methods=BOTH)
def edit_talk(work: Work, study: Study) -> ResponseReturnValue:
    """What is said before and after the questions, and the names of the blocks."""
    guide = guide_of(work, study)
    labels = guide.block_labels if guide else BLOCK_LABELS
    return filled(
        "programme/edit_talk.html",
        lambda: save_head(work, study, read_head(request.form)),
        then=url_for("programme.guide", slug=study.slug),
        guide=guide,
        labels=labels,
    )


@blueprint.page("/s/<slug>/guide/questions/<int:number>", allow=LEADING, methods=BOTH)
def edit_question(work: Work, study: Study, number: int) -> ResponseReturnValue:
    """A question with its probes; number 0 is a new one."""
    question = question_numbered(work, study, number) if number else None
    numbers = {one.id: one.number for one in objectives_of(work, study)}

    def deed() -> None:
        given = read_question(request.form)
        if question:
            change_question(work, study, question, given)
        else:
            add_question(work, study, given)

    there = url_for("programme.guide", slug=study.slug) + (f"#question-{number}" if number else "")
    return filled(
        "programme/edit_question.html",
        deed,
        then=there,
        question=question,
        objective=numbers.get(question.objective_id) if question else "",
        block=question.block if question else request.args.get("block", ""),
        block_options=_block_options(guide_of(work, study)),
        objectives=numbers,
        objective_options=[(str(one.number), f"{one.number}. {local(one.text)}") for one in objectives_of(work, study)],
        probe_lines=_probe_lines(probes_of(work, study).get(question.id, []) if question else []),
    )


@blueprint.page("/s/<slug>/guide/questions/<int:number>/move", allow=LEADING, methods=("POST",))
def shift_question(work: Work, study: Study, number: int) -> ResponseReturnValue:
    """Move a question one place up or down in its block."""
    question = question_numbered(work, study, number)
    move_question(work, study, question, -1 if request.form.get("to") == "up" else 1)
    return redirect(url_for("programme.guide", slug=study.slug) + f"#question-{question.number}")


@blueprint.page("/s/<slug>/guide/questions/<int:number>/remove", allow=LEADING, methods=("POST",))
def drop_question(work: Work, study: Study, number: int) -> ResponseReturnValue:
    """Take a question out of the guide."""
    remove_question(work, study, question_numbered(work, study, number))
    say(_("Question %(number)s is removed.", number=number))
    return redirect(url_for("programme.guide", slug=study.slug))


@blueprint.page("/s/<slug>/guide/file", allow=LEADING, methods=BOTH)
def guide_file(work: Work, study: Study) -> ResponseReturnValue:
    """Take the guide from a YAML file, whole; in the place of the present one where that is asked for."""

    def deed() -> None:
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise FileMissing
        try:
            text = sent.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise FileUnreadable(path=sent.filename) from None
        data = parse_yaml(text, sent.filename)
        set_guide(work, study, data, source=sent.filename, replace="replace" in request.form)

    there = url_for("programme.guide", slug=study.slug)
    questions = len(questions_of(work, study))
    return filled("programme/guide_file.html", deed, then=there, guide=guide_of(work, study), questions=questions)


@blueprint.page("/s/<slug>/begin/guide", allow=LEADING, methods=BOTH)
def begin_guide(work: Work, study: Study) -> ResponseReturnValue:
    """The last step of a new study: the questions, one a line, block by block."""

    def deed() -> None:
        draft_guide(work, study, texts_of(request.form, "objective"), read_drafts(request.form))

    parts = parts_of(work, study)
    return filled(
        "programme/begin_guide.html",
        deed,
        then=url_for("overview.dashboard", slug=study.slug),
        blocks=_block_options(guide_of(work, study)),
        question=parts.get(Part.RESEARCH_QUESTION, {}),
    )


def _block_options(guide: Guide | None) -> list[tuple[str, str]]:
    labels = guide.block_labels if guide else BLOCK_LABELS
    return [(str(block), local(labels[block])) for block in BLOCKS]


def _probe_lines(probes: Sequence[Probe]) -> dict[str, str]:
    return {language: "\n".join(probe.text.get(language, "") for probe in probes) for language in LANGUAGES}
