"""What a study knows by name: its identities, its entities and their mentions, and the rows these get."""

import json
from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.anonymisation.meanings import form_of, wordings_of
from fieldwork.anonymisation.mention import LOC
from fieldwork.anonymisation.mention import Mention as Found
from fieldwork.anonymisation.models import Decision, Entity, Mention
from fieldwork.core.ids import new_id
from fieldwork.core.vault import expert_subject, study_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.services import signatures_of
from fieldwork.sampling.models import Expert, ExpertStatus
from fieldwork.sampling.services import experts_of, identity_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript

NAME_FIELD = "entity.sealed_name"
ORIGINAL_FIELD = "mention.sealed_original"
KEPT = (LOC,)  # cities and countries stay unless a person says otherwise


def known_identities(work: Work, study: Study) -> list[KnownIdentity]:
    """Everybody the study knows by name: its experts (those who declined too) and its team. Erased experts are gone.

    Codes are the experts' own; a member is «interviewer-» and initials.
    """
    experts = [
        _known(work, expert)
        for expert in experts_of(work, study)
        if not work.vault.is_destroyed(expert_subject(expert.id))
    ]
    team = [
        KnownIdentity(code=member_key(signature.member.initials), full_name=signature.display_name, role="interviewer")
        for signature in signatures_of(work, study)
    ]
    return experts + team


def _known(work: Work, expert: Expert) -> KnownIdentity:
    identity = identity_of(work, expert)
    return KnownIdentity(
        code=expert.code,
        full_name=identity.full_name,
        short_names=identity.short_names,
        latin=identity.latin or "",
        employer=identity.employer or "",
        employer_aliases=identity.employer_aliases,
        position=identity.position or "",
        phone=identity.phone or "",
        email=identity.email or "",
        handle=identity.handle or "",
        role="other" if expert.status == ExpertStatus.DECLINED else "expert",
    )


def member_key(initials: str) -> str:
    """The entity key of a member of the team."""
    return f"interviewer-{initials}"


def entities_of(work: Work, study: Study) -> Sequence[Entity]:
    """Everybody and everything mentioned in the study's transcripts so far, by key."""
    return work.session.exec(select(Entity).where(Entity.study_id == study.id).order_by(col(Entity.key))).all()


def forms_of(work: Work, entity: Entity) -> list[str]:
    """Every form in which an entity was named: for those with identity rights.

    Raises:
        KeyDestroyed: the expert it is, or belongs to, was erased.
    """
    forms: list[str] = json.loads(work.vault.unseal_text(_subject(entity), NAME_FIELD, entity.id, entity.sealed_name))
    return forms


def mentions_of(work: Work, transcript: Transcript) -> list[Mention]:
    """All mentions of a transcript, in the order of its text."""
    query = (
        select(Mention)
        .join(Segment)
        .where(Segment.transcript_id == transcript.id)
        .order_by(col(Segment.position), col(Mention.start))
    )
    return list(work.session.exec(query))


def original_of(work: Work, mention: Mention, expert_id: UUID) -> str:
    """The words of a mention, as they were said: for those with identity rights.

    Raises:
        KeyDestroyed: the segment's expert was erased.
    """
    return work.vault.unseal_text(expert_subject(expert_id), ORIGINAL_FIELD, mention.id, mention.sealed_original)


class Register:
    """Gives mentions their rows, and entities theirs; forms of an entity gather under its seal."""

    def __init__(self, work: Work, study: Study, interview: Interview) -> None:
        self._work = work
        self._study = study
        self._interview = interview
        self._experts = {expert.code: expert.id for expert in experts_of(work, study)}
        self._entities = {entity.key: entity for entity in entities_of(work, study)}
        self._wordings = wordings_of(work, [entity.id for entity in self._entities.values()])
        self._forms: dict[str, list[str]] = {}

    def propose(self, segment: Segment, found: Found, placeholder: str, cases: str | None = None) -> Mention:
        """A mention as the detectors see it, undecided; what the study keeps anyway is rejected beforehand."""
        decision = Decision.REJECTED if found.label in KEPT else Decision.PENDING
        return self.add(segment, found, placeholder, decision, cases)

    def add(
        self, segment: Segment, found: Found, placeholder: str, decision: Decision, cases: str | None = None
    ) -> Mention:
        """A mention's row, with its original sealed under the key of the segment's expert.

        A chosen pseudonym stands in the case of the words, as far as ``cases`` tells it.
        """
        entity = self._entity(found, placeholder)
        row_id = new_id()
        subject = expert_subject(self._interview.expert_id)
        return self._work.add(
            Mention(
                id=row_id,
                segment_id=segment.id,
                entity_id=entity.id,
                label=found.label,
                start=found.start,
                end=found.end,
                detector=found.detector,
                certain=found.certain,
                decision=decision,
                replacement=form_of(entity, self._wordings.get(entity.id, {}), cases),
                cases=cases,
                sealed_original=self._work.vault.seal_text(subject, ORIGINAL_FIELD, row_id, found.text),
            )
        )

    def settle(self) -> None:
        """Seal the forms that entities were met in."""
        for key, met in self._forms.items():
            entity = self._entities[key]
            known = forms_of(self._work, entity) if entity.sealed_name else []
            forms = list(dict.fromkeys([*known, *met]))
            if forms != known:
                entity.sealed_name = seal_forms(self._work, entity, forms)
                self._work.add(entity)

    def _entity(self, found: Found, placeholder: str) -> Entity:
        entity = self._entities.get(found.entity)
        if entity is None:
            entity = Entity(
                study_id=self._study.id, key=found.entity, label=found.label, replacement=placeholder,
                placeholder=placeholder, expert_id=self._expert(found.entity), sealed_name=b"",
            )  # fmt: skip
            entity.sealed_name = seal_forms(self._work, entity, [found.text])
            self._entities[entity.key] = self._work.add(entity)
        self._forms.setdefault(entity.key, []).append(found.text)
        return entity

    def _expert(self, key: str) -> UUID | None:
        """Whose entity it is: the expert's own (E07) or something of theirs (phone-E07)."""
        return self._experts.get(key.rpartition("-")[2])


def seal_forms(work: Work, entity: Entity, forms: Sequence[str]) -> bytes:
    """The forms in which an entity is met, under its key."""
    return work.vault.seal_text(_subject(entity), NAME_FIELD, entity.id, json.dumps(list(forms), ensure_ascii=False))


def _subject(entity: Entity) -> str:
    return study_subject(entity.study_id) if entity.expert_id is None else expert_subject(entity.expert_id)
