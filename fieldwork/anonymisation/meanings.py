"""What may stand for a study's entities: their signs, chosen pseudonyms and generalisations, as rows keep them."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.models import Entity, EntityWording, Mention
from fieldwork.anonymisation.placeholders import INTERVIEWER, kind_sign
from fieldwork.anonymisation.profiles import MOST_LEVELS, Meant
from fieldwork.anonymisation.wordings import Bent, form_in, split_cases
from fieldwork.core.work import Work


def wordings_of(work: Work, entities: Collection[UUID]) -> dict[UUID, dict[int, Bent]]:
    """Entity -> level -> wording; 0 is the pseudonym."""
    found: dict[UUID, dict[int, Bent]] = {}
    query = select(EntityWording).where(col(EntityWording.entity_id).in_(entities)).order_by(col(EntityWording.level))
    for row in work.session.exec(query):
        found.setdefault(row.entity_id, {})[row.level] = Bent(row.text, row.gender, row.forms)
    return found


def sign_of(entity: Entity) -> str:
    """An entity's numbered placeholder; its bare kind where it never got one."""
    if entity.placeholder:
        return entity.placeholder
    return entity.replacement if entity.replacement.startswith("[") else kind_sign(entity.label)


def pseudonym_of(entity: Entity, wordings: Mapping[int, Bent]) -> Bent | None:
    """The pseudonym that stands for an entity; None once something else was said to."""
    chosen = wordings.get(0)
    return chosen if chosen is not None and chosen.text == entity.replacement else None


def meant_by(entity: Entity, wordings: Mapping[int, Bent]) -> Meant:
    """Everything that may stand for an entity, as profiles read it."""
    chosen = pseudonym_of(entity, wordings)
    steps = {level: one for level, one in wordings.items() if level > 0}
    known = sign_of(entity) in {f"[{entity.key}]", INTERVIEWER}
    return Meant(entity.label, sign_of(entity), {0: chosen, **steps} if chosen else steps, known)


def form_of(entity: Entity, wordings: Mapping[int, Bent], cases: str | None) -> str:
    """What stands for an entity in place of words that may be in these cases («gent accs»)."""
    chosen = pseudonym_of(entity, wordings)
    return form_in(chosen, split_cases(cases)) if chosen else entity.replacement


def replacement_in(work: Work, entity: Entity, mention: Mention) -> str:
    """What stands for an entity in place of one mention: its pseudonym in that mention's case, else what it is called.

    For whoever gives a mention to another entity, or lets it take its entity's replacement again.
    """
    return form_of(entity, wordings_of(work, [entity.id]).get(entity.id, {}), mention.cases)


def own_forms(entity: Entity, wordings: Mapping[int, Bent]) -> set[str]:
    """Everything that stands for an entity of itself; other words in a mention's place were said for that place."""
    chosen = wordings.get(0)
    forms = {*chosen.forms.values(), chosen.text} if chosen else set()
    return {entity.replacement, sign_of(entity)} | forms


def keep_wording(work: Work, entity: Entity, level: int, wording: Bent | None) -> None:
    """Write down one wording of an entity, or take it away (None)."""
    query = select(EntityWording).where(EntityWording.entity_id == entity.id, EntityWording.level == level)
    row = work.session.exec(query).first()
    if wording is None:
        if row is not None:
            work.session.delete(row)
    elif row is None:
        work.add(EntityWording(
            entity_id=entity.id, level=level, text=wording.text, gender=wording.gender, forms=dict(wording.forms),
        ))  # fmt: skip
    else:
        row.text, row.gender, row.forms = wording.text, wording.gender, dict(wording.forms)
        work.session.add(row)
    work.session.flush()


def keep_steps(work: Work, entity: Entity, steps: Iterable[Bent]) -> None:
    """Write down the generalisations of an entity, the closest first; those of before go."""
    given = list(steps)
    for level in range(1, MOST_LEVELS + 1):
        keep_wording(work, entity, level, given[level - 1] if level <= len(given) else None)
