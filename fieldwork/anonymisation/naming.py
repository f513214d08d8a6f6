"""What an entity is called: its sign, a pseudonym that bends, or words of one's own; and what says less of it."""

import base64
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.changes import RENAMED, note_change
from fieldwork.anonymisation.contexts import mentions_with, note_cases, unseen_places
from fieldwork.anonymisation.exports import secrets_of
from fieldwork.anonymisation.grammar_door import Ask, Grammar, Order, ask_here
from fieldwork.anonymisation.meanings import (
    form_of,
    keep_steps,
    keep_wording,
    own_forms,
    pseudonym_of,
    sign_of,
    wordings_of,
)
from fieldwork.anonymisation.mention import PER
from fieldwork.anonymisation.models import Entity, EntityWording, Mention
from fieldwork.anonymisation.profiles import MOST_LEVELS
from fieldwork.anonymisation.rules import checked_replacement
from fieldwork.anonymisation.services import forms_of
from fieldwork.anonymisation.wordings import Bent, split_cases
from fieldwork.core.audit import record
from fieldwork.core.errors import BadInput, Refusal
from fieldwork.core.vault import SealBroken, study_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.transcription.models import TranscriptState

BEFORE_FIELD = "entity.before"
_NAMELESS = ("«", "»", "„", "“", '"')


class NameTaken(Refusal):
    """The pseudonym is somebody's name."""

    message = "«{text}» would name somebody whom the study knows ({whose}). Choose a name that nobody there has."


class PseudonymTaken(Refusal):
    """Another entity is called so."""

    message = "«{text}» stands for {whose} already. Choose another pseudonym."


class PseudonymIsSign(BadInput):
    """Square brackets are for signs."""

    message = "«{text}» looks like a sign. Give a name or words without square brackets, or keep the sign."


class TooManySteps(BadInput):
    """Generalisations come in a few steps."""

    message = "An entity has {most} generalisations at most, one in a line. Leave some out."


class BeforeUnknown(BadInput):
    """Not what ``standing_before`` gave."""

    message = "This can no longer be taken back. Choose anew what is to stand there."


@dataclass(frozen=True)
class Called:
    """What a choice came to: mentions changed now, and how many of the study's stand bent or invariable."""

    changed: int
    bent: int
    unsure: int


def choose_pseudonym(
    work: Work, study: Study, entity: Entity, text: str, transcripts: Collection[UUID], *, gender: str = "",
    ask: Ask = ask_here,
) -> Called:  # fmt: skip
    """Call an entity by a pseudonym, in the case of the words it stands for; from now on, and in what is not approved.

    Args:
        work: the unit of work.
        study: the study.
        entity: whom or what.
        text: the pseudonym in the nominative: «Асель», «Марат Ахметов», «фонд „Север“».
        transcripts: those whose experts the actor may know: only there the cases are looked at, and mentions changed.
        gender: m or f where the name does not tell.
        ask: grammar, in this process or in a child.

    Raises:
        ReplacementEmpty, ReplacementTooLong, PseudonymIsSign: it cannot stand there.
        NameTaken: the study knows somebody of that name, in whatever form.
        PseudonymTaken: another entity is called so.
        GrammarUnfinished: the child did not answer.
        KeyDestroyed: an expert was erased.
    """
    told = checked_replacement(text)
    if "[" in told or "]" in told:
        raise PseudonymIsSign(text=told)
    open_places = list(unseen_places(work, entity, transcripts))
    grammar = ask(Order(
        wordings=[(told, entity.label == PER, gender)],
        places=[place for _, place in open_places],
        sealed=secrets_of(work, study).packed(),
    ))  # fmt: skip
    (bent,) = grammar.bent
    if grammar.clashes:
        raise NameTaken(text=told, whose=", ".join(grammar.clashes))
    _require_free(work, study, entity, bent)
    note_cases(work, open_places, grammar.cases)
    return _call(work, entity, bent, transcripts, deed="anonymisation.pseudonym_chosen")


def call_by_sign(work: Work, entity: Entity, transcripts: Collection[UUID]) -> Called:
    """Call an entity by its numbered sign again, from now on and in what is not approved."""
    return _call(work, entity, None, transcripts, deed="anonymisation.entity_renamed")


def call_otherwise(work: Work, entity: Entity, replacement: str, transcripts: Collection[UUID]) -> Called:
    """Have words of one's own stand for an entity, the same in every place.

    Raises:
        ReplacementEmpty, ReplacementTooLong: they cannot stand there.
    """
    told = checked_replacement(replacement)
    return _call(work, entity, None, transcripts, deed="anonymisation.entity_renamed", words=told)


def generalise(
    work: Work, entity: Entity, steps: Sequence[str], transcripts: Collection[UUID] = (), *, ask: Ask = ask_here
) -> list[Bent]:
    """Say what says less and less of an entity, the closest first; none where it has no generalisation.

    In ``transcripts`` (those whose experts the actor may know) the cases are looked at where nobody has.

    Raises:
        ReplacementTooLong: a step is no few words.
        TooManySteps: there are too many.
        GrammarUnfinished: the child did not answer.
        KeyDestroyed: an expert was erased.
    """
    told = [checked_replacement(step) for step in steps if step.strip()]
    if len(told) > MOST_LEVELS:
        raise TooManySteps(most=MOST_LEVELS)
    open_places = list(unseen_places(work, entity, transcripts)) if told else []
    grammar = ask(Order([(one, False, "") for one in told], [place for _, place in open_places])) if told else Grammar()
    note_cases(work, open_places, grammar.cases)
    bent = list(grammar.bent)
    keep_steps(work, entity, bent)
    record(
        work, "anonymisation.generalised", study_id=entity.study_id, subject_id=entity.id, count=len(bent)
    )  # fmt: skip
    return bent


def suggest_steps(work: Work, entity: Entity, *, ask: Ask = ask_here) -> list[Bent]:
    """What the house would say instead of an entity; nothing is written.

    Raises:
        GrammarUnfinished: the child did not answer.
        KeyDestroyed: the expert whose it is was erased.
    """
    grammar = ask(Order(entities={entity.key: (entity.label, forms_of(work, entity))}))
    return list(grammar.general[entity.key])


def standing_before(work: Work, entity: Entity) -> str:
    """How an entity is called now, sealed, in letters that travel well: for ``take_name_back``."""
    wordings = wordings_of(work, [entity.id]).get(entity.id, {})
    chosen = pseudonym_of(entity, wordings)
    told = {
        "replacement": entity.replacement,
        "pseudonym": chosen and [chosen.text, chosen.gender],
        "steps": [one.text for level, one in sorted(wordings.items()) if level > 0],
    }
    sealed = work.vault.seal_text(
        study_subject(entity.study_id), BEFORE_FIELD, entity.id, json.dumps(told, ensure_ascii=False)
    )
    return base64.urlsafe_b64encode(sealed).decode()


def take_name_back(
    work: Work, entity: Entity, before: str, transcripts: Collection[UUID], *, ask: Ask = ask_here
) -> Called:
    """Call an entity, and generalise it, as ``standing_before`` found it.

    Raises:
        BeforeUnknown: it found nothing of this entity.
        GrammarUnfinished: the child did not answer.
    """
    try:
        sealed = base64.urlsafe_b64decode(before.encode())
        told = json.loads(work.vault.unseal_text(study_subject(entity.study_id), BEFORE_FIELD, entity.id, sealed))
    except (ValueError, SealBroken):
        raise BeforeUnknown from None
    name = told["pseudonym"]
    order = [(name[0], entity.label == PER, name[1])] if name else []
    bent = list(ask(Order(wordings=[*order, *((one, False, "") for one in told["steps"])])).bent)
    keep_steps(work, entity, bent[len(order) :])
    return _call(
        work, entity, bent[0] if name else None, transcripts, deed="anonymisation.entity_renamed",
        words=told["replacement"],
    )  # fmt: skip


def _call(
    work: Work, entity: Entity, bent: Bent | None, transcripts: Collection[UUID], *, deed: str, words: str = ""
) -> Called:
    """Give an entity its name, and its mentions in raw transcripts what follows from it."""
    before = own_forms(entity, wordings_of(work, [entity.id]).get(entity.id, {}))
    keep_wording(work, entity, 0, bent)
    entity.replacement = bent.text if bent else words or sign_of(entity)
    work.add(entity)
    wordings = {0: bent} if bent else {}
    changed = sure = 0
    mentions = mentions_with(work, entity, transcripts)
    for mention, transcript in mentions:
        told = form_of(entity, wordings, mention.cases)
        sure += _is_settled(bent, mention)
        if transcript.state == TranscriptState.RAW and mention.replacement in before and mention.replacement != told:
            mention.replacement = told
            work.session.add(mention)
            note_change(work, mention, RENAMED, transcript)
            changed += 1
    record(work, deed, study_id=entity.study_id, subject_id=entity.id, count=changed)
    return Called(changed, sure, len(mentions) - sure)


def _is_settled(bent: Bent | None, mention: Mention) -> bool:
    cases = split_cases(mention.cases)
    return bent is None or len({bent.forms.get(case, bent.text) for case in cases or bent.forms or [""]}) == 1


def _require_free(work: Work, study: Study, entity: Entity, bent: Bent) -> None:
    """Refuse what another entity of the study is called, in any form."""
    mine = {_key(form) for form in (bent.text, *bent.forms.values())}
    others = {
        one.id: one
        for one in work.session.exec(select(Entity).where(Entity.study_id == study.id, Entity.id != entity.id))
    }
    rows = work.session.exec(
        select(EntityWording).where(EntityWording.level == 0, col(EntityWording.entity_id).in_(others))
    ).all()
    told = [(others[row.entity_id], (row.text, *row.forms.values())) for row in rows]
    told += [(one, (one.replacement,)) for one in others.values()]
    for one, forms in told:
        if mine & {_key(form) for form in forms}:
            raise PseudonymTaken(text=bent.text, whose=sign_of(one))


def _key(form: str) -> str:
    for mark in _NAMELESS:
        form = form.replace(mark, "")
    return " ".join(form.lower().replace("ё", "е").split())
