"""The demo's anonymisation: the machine looks, the demo's reviewer decides, the principal investigator approves."""

from collections.abc import Sequence
from dataclasses import dataclass

from fieldwork.anonymisation.approval import approve
from fieldwork.anonymisation.detection import detect
from fieldwork.anonymisation.marking import find_entity
from fieldwork.anonymisation.models import Decision, Entity, Mention
from fieldwork.anonymisation.review import add_mention, decide
from fieldwork.anonymisation.services import mentions_of
from fieldwork.core.work import Work
from fieldwork.demo.material import script
from fieldwork.demo.places import utterance_places
from fieldwork.demo.review import Identifying, identifying
from fieldwork.sampling.models import Expert
from fieldwork.transcription.models import Segment, Transcript
from fieldwork.transcription.services import segment_rows, text_of

STAYS = "LOC"  # cities and countries stay


@dataclass(frozen=True)
class Reviewed:
    """What the reviewer did with the machine's proposals, as counts."""

    accepted: int
    rejected: int
    added: int

    def __add__(self, other: "Reviewed") -> "Reviewed":
        """Counts over several transcripts."""
        return Reviewed(self.accepted + other.accepted, self.rejected + other.rejected, self.added + other.added)


def anonymise(work: Work, expert: Expert, transcript: Transcript) -> Reviewed:
    """Detect, review and approve one raw transcript."""
    detect(work, transcript)
    segments = segment_rows(work, transcript)
    wanted = _wanted(expert.code, [text_of(work, segment, expert.id) for segment in segments])
    accepted, rejected = _decide(work, transcript, segments, wanted)
    added = _add_missed(work, expert, transcript, segments, wanted)
    approve(work, transcript)
    return Reviewed(accepted, rejected, added)


def _wanted(code: str, texts: Sequence[str]) -> list[list[Identifying]]:
    """Per segment, what truly identifies somebody."""
    held: list[list[int]] = [[] for _ in texts]
    for number, places in utterance_places(script(code), texts).items():
        for index in places:
            held[index].append(number)
    return [identifying(code, numbers, text) for numbers, text in zip(held, texts, strict=True)]


def _decide(
    work: Work, transcript: Transcript, segments: Sequence[Segment], wanted: Sequence[Sequence[Identifying]]
) -> tuple[int, int]:
    index_of = {segment.id: index for index, segment in enumerate(segments)}
    accepted = rejected = 0
    for mention in mentions_of(work, transcript):
        if mention.decision != Decision.PENDING:
            continue
        sampled = work.get(Entity, mention.entity_id).expert_id is not None
        true = sampled or any(_meet(mention, found) for found in wanted[index_of[mention.segment_id]])
        decide(work, mention, accept=true)
        accepted, rejected = accepted + true, rejected + (not true)
    return accepted, rejected


def _add_missed(
    work: Work,
    expert: Expert,
    transcript: Transcript,
    segments: Sequence[Segment],
    wanted: Sequence[Sequence[Identifying]],
) -> int:
    """Mark by hand what the machine missed, as the entity it is where that has been met."""
    decided = mentions_of(work, transcript)
    met = _met(work, expert, decided, segments, wanted)
    added = 0
    for segment, identified in zip(segments, wanted, strict=True):
        own = [mention for mention in decided if mention.segment_id == segment.id]
        for found in identified:
            if found.label == STAYS or any(_meet(mention, found) for mention in own):
                continue
            mention = add_mention(
                work, segment, found.start, found.end, label=found.label, entity=met.get(found.entity)
            )
            met.setdefault(found.entity, work.get(Entity, mention.entity_id))
            added += 1
    return added


def _met(
    work: Work,
    expert: Expert,
    decided: Sequence[Mention],
    segments: Sequence[Segment],
    wanted: Sequence[Sequence[Identifying]],
) -> dict[str, Entity]:
    """The reviewer's name for an entity -> the study's entity, where a mention of it was accepted."""
    met: dict[str, Entity] = {}
    for segment, identified in zip(segments, wanted, strict=True):
        for found in identified:
            sampled = find_entity(work, expert.study_id, found.entity)
            if sampled is not None:
                met[found.entity] = sampled
                continue
            for mention in decided:
                if mention.segment_id == segment.id and mention.label == found.label and _meet(mention, found):
                    met.setdefault(found.entity, work.get(Entity, mention.entity_id))
    return met


def _meet(mention: Mention, found: Identifying) -> bool:
    return mention.start < found.end and found.start < mention.end
