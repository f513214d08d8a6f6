"""The job that builds the demo study, for those who ask for it in the browser."""

from importlib import import_module

from fieldwork.core.runs import JobRun
from fieldwork.core.work import open_ground
from fieldwork.demo.joining import JOB_KIND
from fieldwork.demo.stages import TODAY, Demo

STAGES = 8


def build(run: JobRun) -> None:
    """Take the demo study from its audio files to the report; stopped on its way, it goes on where it was."""
    # by name: the composition root knows this room, not the reverse
    handlers = {kind: name for kind, name in import_module("fieldwork.app").HANDLERS.items() if kind != JOB_KIND}
    settings = run.ground.settings
    ground = open_ground(settings, clock=lambda: TODAY)
    done = 0

    def say(_stage: str) -> None:
        nonlocal done
        with run.step() as work:
            run.progress(work, done, STAGES)
        done += 1

    try:
        Demo(ground, run.ground, handlers, say).run(settings.data / "creative-class.pdf")
    finally:
        ground.close()
    with run.step() as work:
        run.progress(work, STAGES, STAGES)
