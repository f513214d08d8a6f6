"""Consent forms and decisions from ``consent.yaml``.

The shape (texts marked ``{…}`` stand in ru, kk and en)::

    template: true
    version: "1.1"
    date: "2025-03-05"
    template_notice: {…}
    operator: {…}
    contact: {responsible: {…}, email: "…", phone: "…", complaints: {…}, complaints_email: "…"}
    retention: {recording_until: "2026-04-30", identity_key_until: "2026-04-30", transcript_years: 10,
                full_withdrawal_until: "2025-06-30"}
    information_sheet: {title: {…}, sections: [{key: purpose, heading: {…}, text: {…}}]}
    form:
      title: {…}                      # likewise statement, signature, quote_topics
      scopes:
        - {key: record, required: true, default: false, label: {…}, sentence: {…}}
    consents:                         # may be absent
      E10:
        {form_version: "1.1", date: "2025-04-11", time: "18:00", language: ru, method: online,
         scopes: {record: true, transcribe: true, quote: true, archive: true, named: false},
         quote_exceptions: [{key: sponsors, label: {…}, questions: [11], categories: [N1, N3]}], note: "…"}
"""

from collections.abc import Sequence

from fieldwork.consent.models import Consent
from fieldwork.consent.services import NewConsent, NewException, add_form, find_form, record_consent
from fieldwork.consent.shapes import ConsentFileShape, ConsentShape
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.shapes import parsed
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.rules import almaty_moment


def import_consents(work: Work, study: Study, data: object, *, source: str = "consent.yaml") -> Sequence[Consent]:
    """The form and every decision of a file of the shape above; experts come first. Notes are sealed.

    Raises:
        LanguageMissing, PlaceMissing, PlaceUnknown, PlaceWrong: the file's shape.
        FormDiffers: the study has another form of that version.
        NotFound: an expert or a form's version the study does not have.
        Refusal: any of ``services.record_consent``.
    """
    shape = parsed(ConsentFileShape, data, source)
    add_form(work, study, data, source=source)
    return [
        record_consent(work, find_expert(work, study, code), find_form(work, study, row.form_version), _new(row))
        for code, row in shape.consents.items()
    ]


def _new(row: ConsentShape) -> NewConsent:
    return NewConsent(
        given_at=almaty_moment(row.day, row.clock),
        language=row.language,
        method=row.method,
        scopes=row.scopes,
        exceptions=[
            NewException(topic.key, topic.label.texts(), topic.questions, topic.categories)
            for topic in row.quote_exceptions
        ],
        note=row.note,
    )
