"""A small Whisper with a compact token table and a letter head, for training; exported as openai-whisper's file."""

import math
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from whisper.model import ModelDimensions, Whisper, sinusoids

from fieldwork.demo.synthesis.vocabulary import LETTERS, TIMESTAMP_STEP, WHISPER_TOKENS, Vocabulary

WIDTH, HEADS, ENCODER_LAYERS, DECODER_LAYERS = 128, 4, 3, 2
AUDIO_FRAMES, TEXT_TOKENS, MEL_BANDS = 1500, 448, 80


def dimensions(tokens: int) -> ModelDimensions:
    """Whisper's dimensions, small; the window stays 30 s because openai-whisper relies on it."""
    return ModelDimensions(
        n_mels=MEL_BANDS,
        n_audio_ctx=AUDIO_FRAMES,
        n_audio_state=WIDTH,
        n_audio_head=HEADS,
        n_audio_layer=ENCODER_LAYERS,
        n_vocab=tokens,
        n_text_ctx=TEXT_TOKENS,
        n_text_state=WIDTH,
        n_text_head=HEADS,
        n_text_layer=DECODER_LAYERS,
    )


class TrainingNetwork(nn.Module):
    """Whisper whose token table is built of learned rows, timestamp rows from sinusoids, and one row for the rest."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.whisper = Whisper(dimensions(tokens=1))
        self.whisper.decoder.token_embedding.weight.requires_grad_(requires_grad=False)
        # Whisper leaves decoder positions uninitialised.
        start = 0.3 * sinusoids(TEXT_TOKENS, WIDTH) + 0.01 * torch.randn(TEXT_TOKENS, WIDTH)
        self.whisper.decoder.positional_embedding.data.copy_(start)
        self.learned_rows = nn.Parameter(torch.randn(len(vocabulary.learned), WIDTH) * 0.05)
        self.unused_row = nn.Parameter(torch.randn(1, WIDTH) * 0.05)
        # Encoder frame k and timestamp token k stand for the same moment: let them share the sinusoid.
        self.time_map = nn.Linear(WIDTH, WIDTH)
        self.time_map.weight.data.copy_(torch.eye(WIDTH) * 0.15)
        self.time_map.bias.data.zero_()
        self.letter_head = nn.Linear(WIDTH, len(LETTERS) + 1)
        self.register_buffer("moments", sinusoids(AUDIO_FRAMES + TIMESTAMP_STEP, WIDTH)[::TIMESTAMP_STEP][:301])
        bias = torch.zeros(vocabulary.unused + 1)
        bias[vocabulary.unused] = math.log(WHISPER_TOKENS - vocabulary.unused)
        self.register_buffer("bias", bias)

    def table(self) -> Tensor:
        """Token rows (compact tokens + 1, WIDTH)."""
        times: Tensor = self.time_map(self.moments)
        return torch.cat([self.learned_rows, times, self.unused_row])

    def encode(self, mel: Tensor, offsets: Tensor) -> Tensor:
        """Encode mel (batch, bands, frames) placed at ``offsets`` (encoder frames) of the 30 s window."""
        encoder = self.whisper.encoder
        states = functional.gelu(encoder.conv2(functional.gelu(encoder.conv1(mel)))).permute(0, 2, 1)
        places = offsets[:, None] + torch.arange(states.shape[1])[None]
        positions: Tensor = encoder.positional_embedding
        states = states + positions[places]
        for block in encoder.blocks:
            states = block(states)
        final: Tensor = encoder.ln_post(states)
        return final

    def decode(self, tokens: Tensor, states: Tensor) -> tuple[Tensor, Tensor]:
        """Return (hidden states (batch, length, WIDTH), table): logits are their product, in full precision."""
        decoder = self.whisper.decoder
        table = self.table()
        hidden = table[tokens] + decoder.positional_embedding[: tokens.shape[1]]
        for block in decoder.blocks:
            hidden = block(hidden, states, mask=decoder.mask)
        return decoder.ln(hidden), table

    def logits(self, hidden: Tensor, table: Tensor) -> Tensor:
        """Logits over compact tokens; the shared row counts once for every token it stands for."""
        bias: Tensor = self.get_buffer("bias")
        return hidden.float() @ table.float().T + bias

    def export(self, path: Path) -> None:
        """Write ``{dims, model_state_dict}`` in half precision, as openai-whisper's load_model reads it."""
        with torch.no_grad():
            table = self.table()
            full = table[-1].repeat(WHISPER_TOKENS, 1)
            full[torch.tensor(self.vocabulary.used)] = table[:-1]
        state = {name: value.detach().clone().half() for name, value in self.whisper.state_dict().items()}
        state["decoder.token_embedding.weight"] = full.half()
        torch.save({"dims": dict(vars(dimensions(WHISPER_TOKENS))), "model_state_dict": state}, path)
