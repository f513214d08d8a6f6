"""Why a file of Zoom's cloud is not fetched: for the page that tells it, which need not know how files are fetched."""

from fieldwork.core.errors import Refusal
from fieldwork.recording.tus import FileTooLarge


class StrangeAddress(Refusal):
    """An address that is not Zoom's."""

    message = (
        "Zoom named an address outside zoom.us for this file, so it was not fetched. "
        "Download the recording from zoom.us yourself and upload it here."
    )


class ZoomRefusesKeys(Refusal):
    """No token for the account."""

    message = (
        "Zoom does not let this installation in. The administrator checks the settings FIELDWORK_ZOOM_ACCOUNT, "
        "FIELDWORK_ZOOM_CLIENT and FIELDWORK_ZOOM_SECRET, and that the app is activated; then try again."
    )


class ZoomRefusesFile(Refusal):
    """Let in, and still no file."""

    message = (
        "Zoom does not give this file out. The administrator checks that the Zoom app may read cloud recordings; "
        "or download the recording from zoom.us yourself and upload it here."
    )


class ZoomFileGone(Refusal):
    """Deleted, or moved to the trash."""

    message = "This file is not in Zoom's cloud any more. Look into the trash at zoom.us, bring it back and try again."


class ZoomNotSet(Refusal):
    """The settings are not there, or not all."""

    message = (
        "Zoom is not connected: {missing} must be set. The administrator finds in docs/zoom.md where Zoom shows them."
    )


class ZoomAway(Refusal):
    """Tried for hours."""

    message = (
        "Zoom could not be reached, or broke off, again and again. What has come is kept: try again later, or download "
        "the recording from zoom.us yourself and upload it here."
    )


class ZoomFileDiffers(Refusal):
    """Another length than what was fetched of it."""

    message = (
        "The file in Zoom's cloud is no longer the one that was begun: its length has changed. What had come was "
        "removed; try again to fetch it anew."
    )


class ZoomFileTooLarge(FileTooLarge):
    """The same for a job, whose failure is kept by its name: other rooms have a refusal of that name, too."""
