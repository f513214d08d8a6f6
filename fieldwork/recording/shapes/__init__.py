"""What people drop: Zoom's folders, WhatsApp's chats, files of recorders, transcripts; recognised by their names."""

from fieldwork.recording.shapes.plan import ImportPlan, ItemKind, LeftOut, PlanItem, PlannedFile, Reason
from fieldwork.recording.shapes.recognise import plan_import, survey
from fieldwork.recording.shapes.speakers import Names, plain, planned_files, speakers

__all__ = [
    "ImportPlan",
    "ItemKind",
    "LeftOut",
    "Names",
    "PlanItem",
    "PlannedFile",
    "Reason",
    "plain",
    "plan_import",
    "planned_files",
    "speakers",
    "survey",
]
