"""The demo's analysis: codes on quotations, categories, memos, the paradigm model, recommendations."""

from fieldwork.anonymisation.approval import original_text
from fieldwork.coding.importing import ImportedCodes, Source, import_categories, import_codes, import_memos
from fieldwork.coding.shapes import CodeShape, parse_codes
from fieldwork.coding.texts import transcript_text
from fieldwork.core.work import Work
from fieldwork.demo.material import document, script
from fieldwork.demo.places import utterance_places
from fieldwork.paradigm.importing import import_paradigm
from fieldwork.programme.models import Study
from fieldwork.report.importing import import_recommendations
from fieldwork.sampling.models import Expert, ExpertStatus
from fieldwork.sampling.services import experts_of

CODE_FILES = ("codes_A", "codes_B", "codes_C")


def code_the_transcripts(work: Work, study: Study) -> ImportedCodes:
    """Open and axial coding: 36 categories, 180 codes, their quotations anchored in the approved transcripts."""
    import_categories(work, study, document("categories"), document("labels"))
    codes: list[CodeShape] = []
    for name in CODE_FILES:
        codes += parse_codes(document(name), f"{name}.yaml")
    sources = {expert.code: _source(work, expert) for expert in experts_of(work, study, ExpertStatus.AGREED)}
    placed = import_codes(work, study, codes, sources)
    import_memos(work, study, document("memos"))
    return placed


def build_the_model(work: Work, study: Study) -> None:
    """Selective coding: the paradigm model, and what is recommended because of it."""
    import_paradigm(work, study, document("paradigm"))
    import_recommendations(work, study, document("paradigm"))


def _source(work: Work, expert: Expert) -> Source:
    """The transcript with its originals in memory: the script's quotations hold the names as they were spoken."""
    text = transcript_text(work, expert, originals=True)
    spoken = [original_text(work, segment) for segment in text.segments]
    return Source(text, utterance_places(script(expert.code), spoken))
