"""What an expert is not to be quoted on is not in the text for the report, also where only codes say so."""

import json

from fieldwork.anonymisation.export_profiles import find_profile, reader_of
from fieldwork.anonymisation.transcripts_out import WITHHELD, copy_of
from fieldwork.coding.evidence import read_codebook
from fieldwork.consent.imports import import_consents
from fieldwork.core.work import Work
from fieldwork.demo.material import document
from fieldwork.programme.guides import questions_of
from fieldwork.programme.models import Study
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.services import segment_rows, transcript_of

QUESTIONS, CATEGORIES = {9, 11, None}, {"S6", "S7", "N1", "N3"}  # of E10; whose question is not known is withheld, too


def test_turns_coded_under_a_withheld_category_are_not_in_the_reports_text(work: Work, study: Study) -> None:
    import_consents(work, study, document("consent"))
    expert = find_expert(work, study, "E10")
    transcript = transcript_of(work, find_interview(work, expert))
    rows = segment_rows(work, transcript)
    numbers = {one.id: one.number for one in questions_of(work, study)}
    book = read_codebook(work.session, study.id)
    coded = {
        position
        for passage in book.passages
        if passage.expert == "E10" and (category := book.category_of(passage)) and category.key in CATEGORIES
        for position in range(passage.start[0], passage.end[0] + 1)
    }
    asked = {row.position for row in rows if (row.question_id and numbers.get(row.question_id)) in QUESTIONS}

    copied = copy_of(work, expert, transcript, reader_of(work, study, find_profile(work, study, "report")), "json")
    told = [one["text"] for one in json.loads(copied.content)["utterances"]]
    assert {row.position for row, text in zip(rows, told, strict=True) if text == WITHHELD} == asked | coded
    assert coded
    assert asked | coded != {row.position for row in rows}
