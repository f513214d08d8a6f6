"""Zoom's own transcript of a meeting recorded in its cloud, taken in where somebody asks for it."""

from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.recording.upload_views import TAKING, reached
from fieldwork.recording.zoom_filing import drop_transcript, fetched_transcript, read_transcript
from fieldwork.transcription.formats import parse
from fieldwork.transcription.importing import import_transcript, roles_in
from fieldwork.transcription.views import blueprint
from fieldwork.web.languages import gettext as _
from fieldwork.web.visits import say


@blueprint.page("/s/<slug>/transcripts/<code>/zoom/<uuid:file_id>", allow=TAKING, methods=("POST",))
def take_from_zoom(work: Work, study: Study, member: Member, code: str, file_id: UUID) -> ResponseReturnValue:
    """Make the transcript that was fetched from Zoom the interview's own; the file is not kept."""
    expert, interview = reached(work, study, member, code)
    file = fetched_transcript(work, interview, file_id)
    parsed = parse(read_transcript(work, interview, file))
    unsure = roles_in(work, interview, parsed).uncertain
    import_transcript(work, interview, parsed)
    drop_transcript(work, file)
    if unsure:
        say(_("The text is in. It is not certain who of the speakers is who: check the first turns."))
    else:
        say(_("The text is in. Read it through, then have the names taken out."))
    return redirect(url_for("transcription.transcript", slug=study.slug, code=expert.code))
