"""What people drop: Zoom's folders, WhatsApp's chats, files of recorders, transcripts; recognised by their names."""

from fieldwork.recording.shapes.names import SOUND, started_at
from fieldwork.recording.shapes.plan import ImportPlan, ItemKind, LeftOut, PlanItem, PlannedFile, Reason
from fieldwork.recording.shapes.recognise import plan_import, survey
from fieldwork.recording.shapes.speakers import Names, plain, planned_files, speakers
from fieldwork.recording.shapes.whatsapp import is_chat

__all__ = [
    "SOUND",
    "ImportPlan",
    "ItemKind",
    "LeftOut",
    "Names",
    "PlanItem",
    "PlannedFile",
    "Reason",
    "is_chat",
    "plain",
    "plan_import",
    "planned_files",
    "speakers",
    "started_at",
    "survey",
]
