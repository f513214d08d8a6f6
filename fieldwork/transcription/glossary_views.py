"""The study's glossary, edited on a page: names, places and terms that recognisers are told how to spell."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Role, Study
from fieldwork.transcription.glossary import LONGEST, written
from fieldwork.transcription.making_models import GlossaryChange
from fieldwork.transcription.prompting import TOKENS, fit
from fieldwork.transcription.views import blueprint
from fieldwork.transcription.wording import add_words, change_word, remove_word, told_words, undo_change, words_of
from fieldwork.web.failures import status_of
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import ngettext, noted, refusal_told
from fieldwork.web.policies import member
from fieldwork.web.visits import say

KNOWING = member(Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER)
KINDS = {
    "name": noted("name of a person"),
    "place": noted("place"),
    "organisation": noted("organisation"),
    "kazakh": noted("Kazakh word"),
    "jargon": noted("word of the trade"),
    "law": noted("law, document"),
    "concept": noted("notion"),
}
_GLOSSARY = "/s/<slug>/transcripts/glossary"


@blueprint.page(_GLOSSARY, allow=KNOWING)
def glossary(work: Work, study: Study) -> ResponseReturnValue:
    """All words, how much of the prompt they take, and which no longer fit."""
    return _page(work, study)


@blueprint.page(_GLOSSARY, allow=KNOWING, methods=("POST",))
def add_to_glossary(work: Work, study: Study) -> ResponseReturnValue:
    """Add words, one or many lines of them."""
    try:
        lines = written(request.form.get("words", ""))
        change, passed = add_words(work, study, lines, request.form.get("kind", ""))
    except Refusal as refusal:
        return _page(work, study, refused=refusal_told(refusal)), status_of(refusal)
    count = len(lines) - passed
    told = ngettext("%(num)s word is added.", "%(num)s words are added.", count)
    if passed:
        told += " " + ngettext("%(num)s was there already.", "%(num)s were there already.", passed)
    return _done(study, told, change)


@blueprint.page(f"{_GLOSSARY}/<uuid:word>", allow=KNOWING, methods=("POST",))
def change_in_glossary(work: Work, study: Study, word: UUID) -> ResponseReturnValue:
    """Spell a word otherwise, or take it out."""
    form = request.form
    try:
        if form.get("deed") == "remove":
            return _done(study, _("The word is removed."), remove_word(work, study, word))
        change = change_word(
            work, study, word,
            term=form.get("term", ""), kind=form.get("kind", ""), kk=form.get("kk", ""), en=form.get("en", ""),
        )  # fmt: skip
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(work, study, refused=refusal_told(refusal)), status_of(refusal)
    return _done(study, _("The word is changed."), change)


@blueprint.page(f"{_GLOSSARY}/undo/<int:number>", allow=KNOWING, methods=("POST",))
def undo_in_glossary(work: Work, study: Study, number: int) -> ResponseReturnValue:
    """Take a change back."""
    undo_change(work, study, number)
    say(_("It is as it was."))
    return redirect(url_for("transcription.glossary", slug=study.slug))


def _done(study: Study, told: str, change: GlossaryChange | None) -> ResponseReturnValue:
    undo = url_for("transcription.undo_in_glossary", slug=study.slug, number=change.number) if change else None
    say(told, undo=undo)
    return redirect(url_for("transcription.glossary", slug=study.slug))


def _page(work: Work, study: Study, refused: str = "") -> str:
    words, told = words_of(work, study), told_words(work, study)
    room = fit(told, "ru")
    return render_template(
        "transcription/glossary.html",
        words=words,
        kinds=KINDS,
        told={word.id for word in told},
        left=set(room.left),
        tokens=room.tokens,
        most_tokens=TOKENS,
        longest=LONGEST,
        refused=refused,
        typed=request.form if refused and "words" in request.form else {},
    )
