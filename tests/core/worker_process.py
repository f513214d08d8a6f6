"""A worker as a process of its own, for tests that kill it: ``python worker_process.py SETTINGS_AS_JSON``."""

import sys

from job_handlers import HANDLERS

from fieldwork.core.settings import Settings
from fieldwork.core.supervisor import Supervisor, stop_on_signals
from fieldwork.core.work import open_ground

ground = open_ground(Settings.model_validate_json(sys.argv[1]))
with stop_on_signals() as stop:
    Supervisor(ground, HANDLERS).run(stop=stop)
ground.close()
