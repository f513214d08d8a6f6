"""Which espeak-ng voices training may use, and which are kept for the demo's recordings."""

import random
from collections.abc import Iterable

from fieldwork.demo.synthesis.speech import Voice

# The voices of the demo's recordings (study/transcript_sources.yaml): never heard in training.
HELD_OUT_VARIANTS = frozenset({"boris", "Alicia", "m6", "f5", "f2", "m8", "Denis"})
HELD_OUT_SETTINGS = frozenset({(150, 50), (155, 55), (155, 40), (170, 55), (150, 60), (165, 60), (140, 35)})

# Every other variant of espeak-ng 1.51 but whispering, croaking and effect voices that people cannot follow.
TRAINING_VARIANTS = (
    *("", "adam", "Alex", "Andrea", "Andy", "Annie", "antonio", "AnxiousAndy", "aunty", "belinda", "benjamin", "caleb"),
    *("david", "Diogo", "ed", "edward", "edward2", "Gene", "Gene2", "gustave", "Henrique", "Hugo", "iven", "iven2"),
    *("iven3", "iven4", "Jacky", "john", "Lee", "linda", "marcelo", "Marco", "Mario", "max", "Michael", "michel"),
    *("miguel", "Mike", "Nguyen", "pablo", "paul", "pedro", "quincy", "RicishayMax", "RicishayMax2", "RicishayMax3"),
    *("rob", "robert", "robosoft", "robosoft2", "robosoft3", "robosoft4", "robosoft5", "robosoft6", "robosoft7"),
    *("robosoft8", "steph", "steph2", "steph3", "Storm", "travis", "victor", "zac", "anika", "f1", "f3", "f4"),
    *("m1", "m2", "m3", "m4", "m5", "m7", "norbert", "sandro", "shelby", "grandma", "grandpa", "klatt", "klatt2"),
    *("klatt3", "klatt4", "kaukovalta", "Tweaky"),
)
SPEEDS = (128, 192)
PITCHES = (20, 80)


class HeldOutVoiceError(ValueError):
    """A voice of the demo's recordings was about to enter the training corpus."""


def refuse_held_out(voices: Iterable[Voice]) -> None:
    """Raise HeldOutVoiceError if any voice shares a variant, or speed and pitch, with the demo's recordings."""
    for voice in voices:
        if voice.variant in HELD_OUT_VARIANTS:
            raise HeldOutVoiceError(f"variant {voice.variant} is kept for the demo's recordings: never train on it")
        if (voice.speed, voice.pitch) in HELD_OUT_SETTINGS:
            setting = f"speed {voice.speed} with pitch {voice.pitch}"
            raise HeldOutVoiceError(f"{setting} is kept for the demo's recordings: never train on it")


def training_voice(dice: random.Random, variant: str) -> Voice:
    """Draw speed, pitch and gap for a variant; draws again when they happen to be those of a demo voice."""
    while True:
        voice = Voice(
            variant=variant,
            speed=dice.randint(*SPEEDS),
            pitch=dice.randint(*PITCHES),
            gap=dice.choice((0, 0, 0, 1, 2)),
        )
        if (voice.speed, voice.pitch) not in HELD_OUT_SETTINGS:
            return voice
