"""Why a recorded file is not taken. The child names one of these on its standard output; the parent raises it."""

from fieldwork.core.errors import BadInput, Refusal


class EmptyFile(BadInput):
    """Nothing in it at all."""

    message = "The file is empty (0 bytes): copy it again from the device, or download it again."


class TooShort(BadInput):
    """Not even a header fits."""

    message = "The file has only {size} bytes, too few for a recording: check that it is the whole file, copy it again."


class NotAudio(BadInput):
    """None of the containers that are read."""

    message = (
        "This is not a recording that can be read, whatever its name says: "
        "give a wav, flac, mp3, m4a, mp4, ogg, opus, webm, aac, amr or 3gp file."
    )


class MislabelledPlaylist(BadInput):
    """A list of other files under the name of a recording; never followed."""

    message = "The file is a playlist, a list of other files, and not a recording: give the recording itself."


class NoAudioStream(BadInput):
    """A picture without sound."""

    message = "The file holds no sound track, only a picture: give the sound file of the same meeting."


class UnknownCodec(BadInput):
    """The container is fine, the sound inside is stored in a way that is not read."""

    message = "The sound inside the file cannot be read: save the recording as m4a, mp3 or wav and give that."


class NoSound(BadInput):
    """A header, and not a single sample after it."""

    message = "Nothing was recorded in the file (0 s of sound): give another file of this interview."


class Truncated(BadInput):
    """Less sound than the file announces, or it breaks off inside a block."""

    message = (
        "The file is cut short or damaged: {readable_s} s of sound can be read and the rest is missing. Copy or "
        "download it again and compare the sizes; if this part is all there is, save it as WAV in an audio editor."
    )


class SilentRecording(BadInput):
    """Nothing to transcribe."""

    message = (
        "The recording is silent from beginning to end ({duration_s} s), there is nothing to transcribe: "
        "check that the right track was chosen and that the microphone was on."
    )


class TooLong(BadInput):
    """Past the limit for one file."""

    message = "The recording is longer than {hours} hours: cut it into parts in an audio editor, give them one by one."


class DecoderTimeout(Refusal):
    """The child used up its time."""

    message = "The file could not be decoded within {seconds} s: save the recording as WAV and give that."


class DecoderCrashed(Refusal):
    """The child died or ran out of memory, as decoders do on damaged files."""

    message = "The file broke the decoder, it is damaged: copy it again, or save the recording as WAV and give that."


BY_NAME: dict[str, type[Refusal]] = {
    refusal.__name__: refusal
    for refusal in (
        *(EmptyFile, TooShort, NotAudio, MislabelledPlaylist, NoAudioStream, UnknownCodec, NoSound, Truncated),
        *(TooLong, DecoderTimeout, DecoderCrashed),
    )
}
