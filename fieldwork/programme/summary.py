"""A study as data: what lists, `study show` and its JSON are made of."""

from typing import Any

from fieldwork.core.work import Work
from fieldwork.programme.contents import glossary_of, objectives_of, parts_of, theories_of
from fieldwork.programme.guides import guide_of, probes_of, questions_of
from fieldwork.programme.models import Study
from fieldwork.programme.services import signatures_of


def summary(row: Study) -> dict[str, Any]:
    """A study in one line of a list."""
    return {
        "slug": row.slug,
        "title": row.title,
        "fieldwork": {"from": row.fieldwork_from, "to": row.fieldwork_to},
        "questions_expected": row.questions_expected,
    }


def counts_of(work: Work, row: Study) -> dict[str, int]:
    """What the study has so far, counted from the database; ``minutes`` is the guide's length."""
    guide_row, questions = guide_of(work, row), questions_of(work, row)
    talk = guide_row.opening_minutes + guide_row.closing_minutes if guide_row else 0
    return {
        "programme_parts": len(parts_of(work, row)),
        "objectives": len(objectives_of(work, row)),
        "theories": len(theories_of(work, row)),
        "glossary_terms": len(glossary_of(work, row)),
        "members": len(signatures_of(work, row)),
        "questions": len(questions),
        "probes": sum(len(probes) for probes in probes_of(work, row).values()),
        "minutes": talk + sum(question.minutes for question in questions),
    }


def whole(work: Work, row: Study) -> dict[str, Any]:
    """A study with all this room knows of it; texts in every language."""
    objectives = objectives_of(work, row)
    numbers = {objective.id: objective.number for objective in objectives}
    probes = probes_of(work, row)
    return {
        **summary(row),
        "method": row.method,
        "programme": {str(part): text for part, text in parts_of(work, row).items()},
        "objectives": [{"number": objective.number, "text": objective.text} for objective in objectives],
        "members": [
            {
                "initials": signature.member.initials,
                "role": signature.member.role,
                "login": signature.login,
                "name": signature.display_name,
            }
            for signature in signatures_of(work, row)
        ],
        "guide": [
            {
                "number": question.number,
                "block": question.block,
                "minutes": question.minutes,
                "objective": numbers[question.objective_id],
                "text": question.text,
                "probes": [probe.text for probe in probes.get(question.id, [])],
            }
            for question in questions_of(work, row)
        ],
        "counts": counts_of(work, row),
    }
