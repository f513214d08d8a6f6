"""Writing a report's file: drawn whole, looked into for names, then published with its row and audit entry."""

import errno
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from fieldwork.anonymisation.exports import secrets_of
from fieldwork.anonymisation.leaving.door import look_here
from fieldwork.core.audit import record
from fieldwork.core.errors import BadInput
from fieldwork.core.files import DiskFull
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.report.content import ReportContent
from fieldwork.report.leaks import require_silent
from fieldwork.report.models import WrittenReport
from fieldwork.report.services import report_content

if TYPE_CHECKING:
    from fieldwork.report.typesetting.rendering import RenderedReport


class OutputImpossible(BadInput):
    """The file cannot be put there."""

    message = "The report cannot be written to {path}: name a file in a folder that exists and may be written to."


def write_report(work: Work, study: Study, output: Path, language: str = "ru") -> WrittenReport:
    """Write the study's report to ``output``; the file appears whole, once this work is committed.

    Args:
        work: the unit of work.
        study: the study.
        output: the PDF; replaced if it is there.
        language: of the report.

    Raises:
        OutputImpossible: the folder is missing or closed.
        LeakFound: it would identify somebody; nothing is written.
        DiskFull: there is no room; nothing is left behind.
        FontsMissing: the report's fonts are not fetched yet.
        Refusal: any of ``report_content``.
    """
    if output.is_dir() or not os.access(output.parent, os.W_OK):
        raise OutputImpossible(path=output)
    content = report_content(work, study, language)
    partial = _partial(output)
    work.on_rollback(lambda: partial.unlink(missing_ok=True))
    try:
        with partial.open("w+b") as file:
            rendered = drawn(content, file)
            require_silent(secrets_of(work, study), content, file, look_here)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(folder=output.parent) from None
        raise
    row = noted_down(work, study, rendered, language)
    work.after_commit(lambda: _publish(partial, output))
    return row


def drawn(content: ReportContent, file: BinaryIO) -> "RenderedReport":
    """Draw a report's pages into ``file``.

    Raises:
        ContentInconsistent, FontsMissing: as ``render``.
    """
    # reportlab is heavy, and only this function draws
    from fieldwork.report.typesetting.rendering import render  # noqa: PLC0415

    return render(content, file)


def noted_down(
    work: Work,
    study: Study,
    rendered: "RenderedReport",
    language: str,
    *,
    blob_id: UUID | None = None,
    written_by: UUID | None = None,
) -> WrittenReport:
    """Write down that a report was written; ``blob_id`` where its file is kept."""
    row = WrittenReport(
        study_id=study.id,
        language=language,
        sha256=rendered.sha256,
        bytes=rendered.size,
        pages=rendered.pages,
        written_at=work.now,
        blob_id=blob_id,
        written_by=written_by,
    )
    work.add(row)
    record(work, "report.written", study_id=study.id, subject_id=row.id, language=language, pages=rendered.pages)
    return row


def _partial(output: Path) -> Path:
    """An empty file of our own beside ``output``, so that the last step is a rename."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{output.name}.", suffix=".partial", dir=output.parent)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(folder=output.parent) from None
        raise OutputImpossible(path=output) from None
    os.close(descriptor)
    return Path(name)


def _publish(partial: Path, output: Path) -> None:
    partial.chmod(0o644)
    partial.replace(output)
