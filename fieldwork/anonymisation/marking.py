"""Rows for what a person marks: whose mention it is, and the next placeholder where nobody has met it before."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlmodel import select

from fieldwork.anonymisation.meanings import sign_of
from fieldwork.anonymisation.mention import Mention as Found
from fieldwork.anonymisation.models import LABELS, Decision, Entity, Mention
from fieldwork.anonymisation.placeholders import Numbering
from fieldwork.anonymisation.services import Register, entities_of, member_key
from fieldwork.anonymisation.things import STEMS
from fieldwork.core.errors import BadInput, NotFound
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.services import signatures_of, study_of
from fieldwork.sampling.services import experts_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment

BY_HAND = "reviewer"
_PERSON = "person"


class LabelUnknown(BadInput):
    """No such kind of mention."""

    message = "«{label}» is not a kind of mention. Choose one of: {labels}."


def registered(
    work: Work, interview: Interview, segment: Segment, words: tuple[int, int, str], *, label: str,
    entity: Entity | None = None, key: str = "",
) -> Mention:  # fmt: skip
    """A row for words (start, end, as they were said) that a person marks, and an entity's where it is new.

    Raises:
        LabelUnknown: no such label.
        NotFound: nobody of that key.
    """
    if label not in LABELS:
        raise LabelUnknown(label=label, labels=", ".join(LABELS))
    study = study_of(work, interview.study_id)
    entities = entities_of(work, study)
    roles = known_roles(work, study)
    if key and key not in roles:
        raise NotFound(kind="entity", name=key)
    key = entity.key if entity else key or next_key(label, entities)
    placeholder = Numbering(roles, {known.key: sign_of(known) for known in entities}).placeholder(label, key)
    found = Found(*words, label, certain=True, detector=BY_HAND, entity=key)
    register = Register(work, study, interview)
    mention = register.add(segment, found, placeholder, Decision.ACCEPTED)
    register.settle()
    return mention


def known_roles(work: Work, study: Study) -> dict[str, str]:
    """The entity keys of those whom the study knows, and what each is: expert or interviewer."""
    experts = {expert.code: "expert" for expert in experts_of(work, study)}
    team = {member_key(signature.member.initials): "interviewer" for signature in signatures_of(work, study)}
    return experts | team


def find_entity(work: Work, study_id: UUID, key: str) -> Entity | None:
    """The entity of that key, if the study has met it."""
    return work.session.exec(select(Entity).where(Entity.study_id == study_id, Entity.key == key)).first()


def next_key(label: str, entities: Iterable[Entity]) -> str:
    """A new key of the kind that linking gives out: person-4, organisation-2."""
    stem = STEMS.get(label, _PERSON)
    return f"{stem}-{1 + max(_numbers(stem, [entity.key for entity in entities]), default=0)}"


def _numbers(stem: str, keys: Sequence[str]) -> list[int]:
    split = (key.rpartition("-") for key in keys)
    return [int(number) for head, _, number in split if head == stem and number.isdigit()]
