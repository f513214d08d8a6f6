"""The job's handler that a supervisor's child runs in tests: it asks the test's server instead of Zoom."""

import os

from zoom_cloud import Cloud

from fieldwork.core.runs import JobRun
from fieldwork.recording.zoom_fetching import fetch_file


def fetch_zoom(run: JobRun) -> None:
    """As ``recording.jobs.fetch_zoom``, by the port that the test names."""
    with Cloud(port=int(os.environ["ZOOM_CLOUD_OF_TEST"])).client() as client:
        fetch_file(run, client)
