"""The demo study in a test's database, with its texts as they stand after approval: placeholders for every mention."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from fieldwork.anonymisation.models import Decision, Entity, Mention
from fieldwork.coding.anchoring import SegmentText
from fieldwork.coding.importing import Source, import_categories, import_codes, import_memos
from fieldwork.coding.services import add_code
from fieldwork.coding.shapes import parse_codes
from fieldwork.coding.texts import transcript_text
from fieldwork.core.accounts import Account
from fieldwork.core.schema import shipped
from fieldwork.core.vault import expert_subject, study_subject
from fieldwork.core.work import Work
from fieldwork.demo.material import audio_sources, document, expert_codes, script
from fieldwork.programme.guides import questions_of, set_guide
from fieldwork.programme.imports import import_programme, import_team
from fieldwork.programme.models import Member, Study
from fieldwork.programme.services import create_study
from fieldwork.programme.yaml_files import read_yaml
from fieldwork.sampling.imports import import_experts, import_sampling
from fieldwork.sampling.models import Expert, Stratum
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.imports import import_interviews
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.models import Segment, Transcript, TranscriptState

SOUNDING = frozenset(audio_sources())
Spans = dict[tuple[str, int], list[dict[str, Any]]]


def codes_data() -> list[Any]:
    """The 180 codes as the files hold them."""
    return [code for part in "ABC" for code in document(f"codes_{part}")]


def mentions_by_utterance() -> Spans:
    """Identifying mentions by expert and utterance, in order; places stay unless they are addresses."""
    spans: Spans = defaultdict(list)
    for mention in document("mentions"):
        if mention["label"] != "LOC":
            spans[mention["expert"], mention["i"]].append(mention)
    return spans


def placeholder(mention: dict[str, Any]) -> str:
    """A placeholder as anonymisation writes them, one per entity."""
    entity = str(mention["entity"])
    if entity in expert_codes():
        return f"[{entity}]"
    kinds = {"PER": "человек", "ORG": "организация", "ADDRESS": "улица", "PHONE": "телефон"}
    return f"[{kinds.get(mention['label'], 'данные')}-{sum(map(ord, entity)) % 97}]"


def pseudonymised(expert: str) -> list[SegmentText]:
    """The expert's utterances with their mentions replaced."""
    spans = mentions_by_utterance()
    return [
        SegmentText.of_raw(
            said.text,
            [(m["start"], m["start"] + len(m["text"]), placeholder(m)) for m in spans[expert, said.number]],
        )
        for said in script(expert)
    ]


def study_in_the_field(work: Work) -> Study:
    """Programme, guide, sample, interviews and approved transcripts; nothing coded yet."""
    study = import_programme(work, document("study"), slug="almaty")
    set_guide(work, study, read_yaml(shipped("interview_guides") / "creative_class.yaml"))
    import_team(work, study, document("experts"))
    import_sampling(work, study, document("study"))
    import_experts(work, study, document("experts"))
    import_interviews(work, study, document("experts"))
    entities = _entities(work, study)
    for expert in expert_codes():
        _write_transcript(work, study, expert, entities)
    return study


def coded_study(work: Work) -> Study:
    """The study with its categories, codes and memos."""
    study = study_in_the_field(work)
    import_categories(work, study, document("categories"), document("labels"))
    import_codes(work, study, parse_codes(codes_data()), sources(work, study))
    import_memos(work, study, document("memos"))
    return study


def sources(work: Work, study: Study) -> dict[str, Source]:
    """Every expert's transcript as codes are imported into it: an utterance is a segment."""
    return {
        expert: Source(
            transcript_text(work, find_expert(work, study, expert), originals=True),
            {said.number: range(said.number, said.number + 1) for said in script(expert)},
        )
        for expert in expert_codes()
    }


def _write_transcript(work: Work, study: Study, code: str, entities: dict[str, Entity]) -> None:
    expert = find_expert(work, study, code)
    transcript = Transcript(
        interview_id=find_interview(work, expert).id,
        state=TranscriptState.ANONYMISED,
        source="plain",
        created_at=work.now,
    )
    work.add(transcript)
    questions = {row.number: row.id for row in questions_of(work, study)}
    spans = mentions_by_utterance()
    question = None
    segments, mentions = [], []
    for said, text in zip(script(code), pseudonymised(code), strict=True):
        question = said.question or question
        sounding = code in SOUNDING
        segment = Segment(
            transcript_id=transcript.id,
            position=said.number,
            speaker=said.speaker,
            question_id=None if question is None else questions[question],
            start_ms=said.number * 5_000 if sounding else None,
            end_ms=said.number * 5_000 + 4_000 if sounding else None,
            text=text.text,
        )
        segments.append(segment)
        for one, given in zip(text.replaced, spans[code, said.number], strict=True):
            entity = entities[str(given["entity"])]
            mentions.append(_mention(work, expert.id, segment, entity, one, given["start"]))
    work.add_all(segments)
    work.add_all(mentions)


def _entities(work: Work, study: Study) -> dict[str, Entity]:
    """Everybody and everything named in the scripts, with the forms sealed as anonymisation seals them."""
    forms: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for spans in mentions_by_utterance().values():
        for mention in spans:
            forms[str(mention["entity"])].append(mention)
    entities = {}
    for key, met in forms.items():
        row = Entity(
            study_id=study.id, key=key, label=met[0]["label"], replacement=placeholder(met[0]), sealed_name=b""
        )
        owner = next((code for code in expert_codes() if key.endswith(code)), None)
        row.expert_id = None if owner is None else find_expert(work, study, owner).id
        subject = study_subject(study.id) if row.expert_id is None else expert_subject(row.expert_id)
        names = json.dumps(list(dict.fromkeys(mention["text"] for mention in met)), ensure_ascii=False)
        row.sealed_name = work.vault.seal_text(subject, "entity.sealed_name", row.id, names)
        entities[key] = row
    work.add_all(list(entities.values()))
    return entities


def _mention(work: Work, expert_id: Any, segment: Segment, entity: Entity, one: Any, start: int) -> Mention:  # noqa: PLR0917
    mention = Mention(
        segment_id=segment.id,
        entity_id=entity.id,
        label=entity.label,
        start=start,
        end=start + len(one.original),
        detector="person",
        certain=True,
        decision=Decision.ACCEPTED,
        replacement=entity.replacement,
        replaced_start=one.start,
        replaced_end=one.end,
        sealed_original=b"",
    )
    subject = expert_subject(expert_id)
    mention.sealed_original = work.vault.seal_text(subject, "mention.sealed_original", mention.id, one.original)
    return mention


WORDS = "Алматы 🏔️ и 𝒯еатр: здесь <b>можно</b> ошибиться."
"""With characters outside of the basic plane: two code units each in a browser, one code point here."""
SAID = (
    "С чего всё началось?",
    WORDS,
    "А дальше?",
    "Дальше были гранты. Первые деньги пришли от [организация-1], это был грант на полгода. Отчёты писали сами.",
    "Кто помогал?",
    "Люди-переводчики: они сами из среды, но говорят с чиновником на его языке.",
)


def interview_to_code(work: Work, said: Sequence[str] = SAID, *, slug: str = "almaty") -> Study:
    """A small study: the approved transcript of E07, turns by interviewer and expert, and two codes."""
    study = create_study(work, slug, {"ru": "Алматы", "kk": "Алматы", "en": "Almaty"})
    stratum = work.add(Stratum(study_id=study.id, position=1, key="art", label={"ru": "Искусство"}, quota=1))
    account = work.add(Account(login="interviewer@example.org", display_name="И. И.", created_at=work.now))
    asking = work.add(Member(study_id=study.id, account_id=account.id, initials="ИИ", role="interviewer"))
    expert = work.add(
        Expert(
            study_id=study.id, stratum_id=stratum.id, code="E07", status="agreed", group="писатель", sector="private",
            sex="f", age_band="30-39", experience_band="5-9",
        )
    )  # fmt: skip
    interview = work.add(
        Interview(
            study_id=study.id, expert_id=expert.id, interviewer_id=asking.id, starts_at=work.now,
            minutes=60, mode="zoom",
        )
    )  # fmt: skip
    transcript = work.add(
        Transcript(
            interview_id=interview.id, state=TranscriptState.ANONYMISED, source="plain", created_at=work.now
        )
    )  # fmt: skip
    speakers = ("interviewer", "expert")
    work.add_all(
        [
            Segment(transcript_id=transcript.id, position=at + 1, speaker=speakers[at % 2], text=text)
            for at, text in enumerate(said)
        ]
    )
    add_code(work, study, "Право на ошибку", "Где можно ошибиться", in_vivo=False)
    add_code(work, study, 'Грант <script>alert("x")</script>', "Деньги", in_vivo=False)
    return study
