"""Recorded files as they come: what they are, and their sound as 16 kHz mono WAV, decoded in a confined child."""

from fieldwork.recording.media.copies import copied
from fieldwork.recording.media.door import Source, normalise, probe, strip
from fieldwork.recording.media.masking import Stretch, tone_dbfs
from fieldwork.recording.media.measures import Kept, Limits, Normalised, Probe, require_sound
from fieldwork.recording.media.orders import CONTAINERS, Order

__all__ = [
    "CONTAINERS",
    "Kept",
    "Limits",
    "Normalised",
    "Order",
    "Probe",
    "Source",
    "Stretch",
    "copied",
    "normalise",
    "probe",
    "require_sound",
    "strip",
    "tone_dbfs",
]
