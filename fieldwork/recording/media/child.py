"""The confined child: ``python -m fieldwork.recording.media.child DEED PARENT OUTPUT DURATION_MS MEMORY SECONDS …``.

The recording is its standard input (a file, or a socket on which the parent reads it aloud), the normalised WAV goes to
the descriptor OUTPUT, the answer to standard output as JSON. It never learns a file's name and so cannot tell one.
The deed «copy» has a last argument, its ``copying.Order``; its OUTPUT is a pipe.
"""

import errno
import io
import json
import os
import sys
import wave
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, BinaryIO

from fieldwork.core.errors import Refusal
from fieldwork.recording.media.confine import die_with, lock_down
from fieldwork.recording.media.decoding import Sound, warm_up
from fieldwork.recording.media.levelling import CEILING_DBFS, Loudness, level, levelled
from fieldwork.recording.media.levels import Channels, Meter
from fieldwork.recording.media.measures import RATE, SAMPLE_BYTES, Limits, Normalised
from fieldwork.recording.media.packing import framed
from fieldwork.recording.media.served import opened

_WAV_HEADER = 44
BROKEN = 3  # exit code: the file broke the decoder


def main(arguments: list[str]) -> None:
    """Do the deed and answer on standard output."""
    deed, parent, output, *limits = arguments[:6]
    die_with(int(parent))
    bounds = Limits(*map(int, limits))
    warm_up()
    source = opened(0)
    work = _work(deed, int(output), arguments[6:], bounds)
    lock_down(bounds)
    sys.excepthook = _give_up
    json.dump(_answer(source, work), sys.stdout)


def _give_up(*_: object) -> None:
    """Whatever goes wrong from here on is the file's doing, and its text may quote the file: say nothing."""
    os._exit(BROKEN)


def _work(deed: str, output: int, order: list[str], limits: Limits) -> Callable[[Sound], Any]:
    """What is to be done with the sound; everything it needs is imported and open afterwards."""
    if deed == "copy":
        # only this deed packs and filters
        from fieldwork.recording.media.copying import Order, copy, prepare  # noqa: PLC0415

        prepare()
        wanted = Order.read(order[0])
        return lambda sound: copy(sound, wanted, output, limits)
    if deed == "strip":
        # only this deed writes containers
        from fieldwork.recording.media.stripping import prepare as prepare_stripping  # noqa: PLC0415
        from fieldwork.recording.media.stripping import strip  # noqa: PLC0415

        prepare_stripping()
        kept = os.fdopen(output, "r+b")
        return lambda sound: strip(sound, kept, limits)
    if deed == "normalise":
        target = os.fdopen(output, "r+b")
        warm_up_levels()
        return lambda sound: _normalised(sound, target, limits)
    return Sound.probe


def _answer(source: BinaryIO, work: Callable[[Sound], Any]) -> dict[str, Any]:
    try:
        with Sound(source) as sound:
            return {"done": asdict(work(sound))}
    except Refusal as refusal:
        return {"refusal": type(refusal).__name__, "values": refusal.values}
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return {"refusal": "DiskFull", "values": {}}
        raise


def warm_up_levels() -> None:
    """Have numpy, PyAV and the filters load what they load late: afterwards no file can be opened any more."""
    file = io.BytesIO(bytes(2 * SAMPLE_BYTES * RATE))
    level(file, 0, levelled(1.0))
    loudness, meter = Loudness(), Meter()
    for each in (loudness, meter):
        each.hear(bytes(SAMPLE_BYTES * RATE))
    Channels().hear(framed(bytes(SAMPLE_BYTES * RATE), RATE, 1))


def _normalised(sound: Sound, target: BinaryIO, limits: Limits) -> Normalised:
    meter, channels, loudness = Meter(), Channels(), Loudness()
    sound.heard_by(channels.hear)
    wav = wave.open(target, "wb")  # noqa: SIM115 - closing it after an error would write to a full disk again
    wav.setparams((1, SAMPLE_BYTES, RATE, 0, "NONE", ""))
    for block in sound.blocks(limits):
        meter.hear(block)
        loudness.hear(block)
        wav.writeframes(block)
    wav.close()
    target.flush()
    gain_db = loudness.gain_db(silent=meter.silent)
    if gain_db or meter.peak_dbfs > CEILING_DBFS:
        level(target, _WAV_HEADER, levelled(gain_db))
        target.flush()
    return Normalised(
        meter.duration_ms, meter.peak_dbfs, meter.loudness_dbfs, meter.silent, sound.damaged,
        meter.speech_dbfs, meter.noise_dbfs, meter.silent_share, channels.clipped_share, channels.apart_share, gain_db,
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
