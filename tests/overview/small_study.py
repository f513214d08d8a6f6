"""A small study whose texts can be searched: rows as approval, coding and consent leave them."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from fieldwork.anonymisation.models import Approval
from fieldwork.coding.models import Category, Code, CoreCategory, Memo
from fieldwork.consent.models import Consent, ConsentForm
from fieldwork.core.accounts import Account
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Guide, Member, Objective, Question, Study
from fieldwork.report.models import Recommendation
from fieldwork.sampling.models import Expert, ExpertStatus, Stratum
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript, TranscriptState

GIVEN = datetime(2025, 4, 1, 9, 0, tzinfo=UTC)
TALKS = {
    "E01": (
        ("interviewer", "Как обстоят дела с арендой?"),
        ("expert", "Мы платим за аренду кофейни больше, чем за всё остальное."),
        ("expert", "Люди из [организация-4] открыли коворкинг Smart Point в центре города."),
        ("expert", "Қалада шеберхана табу қиын."),
        ("expert", 'Ёлка <script>alert("x")</script> стоит в центре, 100%_верно & \\просто.'),
    ),
    "E02": (("expert", "Мастерская переехала к реке, и арендатор молчит."),),
}
RAW = "Сырое слово: тайник."


def three(ru: str) -> dict[str, str]:
    """A text in three languages."""
    return {"ru": ru, "kk": f"{ru} (kk)", "en": f"{ru} (en)"}


def fill(work: Work, study: Study) -> SimpleNamespace:
    """Give a study two approved transcripts, a raw one, a codebook, a memo, a guide and a recommendation."""
    account = work.add(Account(login=f"{uuid4().hex}@example.org", display_name="Полевой", created_at=work.now))
    member = work.add(Member(study_id=study.id, account_id=account.id, initials=uuid4().hex, role="interviewer"))
    stratum = work.add(Stratum(study_id=study.id, key="all", position=1, quota=3, label=three("Все")))
    form = work.add(ConsentForm(study_id=study.id, version="1", dated=date(2025, 3, 1), content={}))
    made = SimpleNamespace(study=study, member=member, experts={}, consents={}, transcripts={}, segments={})
    for code in (*TALKS, "E03"):
        _talk(work, made, stratum, form, code)
    core = work.add(CoreCategory(study_id=study.id, key="A", position=1, label=three("Деньги отрасли")))
    made.category = work.add(
        Category(study_id=study.id, core_category_id=core.id, key="A1", position=1, label=three("Дорогая аренда давит"))
    )
    made.code = work.add(
        Code(
            study_id=study.id, category_id=made.category.id, number=1, name="Аренда съедает гонорар", in_vivo=True,
            definition="Деньги уходят на помещение.",
        )
    )  # fmt: skip
    made.memo = work.add(
        Memo(
            study_id=study.id, number=1, kind="theoretical", dated=date(2025, 4, 2), author_id=member.id,
            expert_id=made.experts["E02"].id, title="О мастерских", text="Переезд как стратегия.",
        )
    )  # fmt: skip
    made.question = _question(work, study)
    work.add(
        Recommendation(
            study_id=study.id, key="rent", position=1, title=three("Длинная аренда"), addressee=three("Акимат"),
            text=three("Городские помещения на десять лет."),
        )
    )  # fmt: skip
    return made


def _talk(work: Work, made: SimpleNamespace, stratum: Stratum, form: ConsentForm, code: str) -> None:
    expert = work.add(
        Expert(
            study_id=made.study.id, stratum_id=stratum.id, code=code, status=ExpertStatus.AGREED, group="учитель",
            sector="школа", sex="f", age_band="30-39", experience_band="10+",
        )
    )  # fmt: skip
    made.experts[code] = expert
    made.consents[code] = work.add(
        Consent(expert_id=expert.id, form_id=form.id, given_at=GIVEN, language="ru", method="online")
    )
    interview = work.add(
        Interview(
            study_id=made.study.id, expert_id=expert.id, interviewer_id=made.member.id, starts_at=GIVEN, minutes=60,
            mode="zoom",
        )
    )  # fmt: skip
    approved = code in TALKS
    transcript = work.add(
        Transcript(
            interview_id=interview.id, state=TranscriptState.ANONYMISED if approved else TranscriptState.RAW,
            source="plain", created_at=GIVEN,
        )
    )  # fmt: skip
    made.transcripts[code] = transcript
    rows: list[Segment] = []
    for position, (speaker, text) in enumerate(TALKS.get(code, (("expert", None),)), 1):
        row = Segment(transcript_id=transcript.id, position=position, speaker=speaker, text=text)
        if text is None:
            row.sealed_text = work.vault.seal_text(expert_subject(expert.id), "segment.sealed_text", row.id, RAW)
        rows.append(row)
    made.segments[code] = work.add_all(rows)
    if approved:
        approve(work, made, code)


def approve(work: Work, made: SimpleNamespace, code: str) -> None:
    """What approval leaves behind."""
    made.transcripts[code].state = TranscriptState.ANONYMISED
    work.add(made.transcripts[code])
    work.add(Approval(transcript_id=made.transcripts[code].id, approved_by_id=made.member.id, approved_at=work.now))


def _question(work: Work, study: Study) -> Any:
    guide = work.add(
        Guide(
            study_id=study.id, opening=three("Здравствуйте"), opening_minutes=5, closing=three("Спасибо"),
            closing_minutes=5, block_labels={},
        )
    )  # fmt: skip
    objective = work.add(Objective(study_id=study.id, number=1, text=three("Понять")))
    return work.add(
        Question(
            guide_id=guide.id, objective_id=objective.id, number=1, block="formation", minutes=5,
            text=three("Где вы держите библиотеку?"), gap=three("Никто не спрашивал"),
        )
    )  # fmt: skip
