"""Train the demonstration checkpoint.

    torchrun --nproc_per_node 2 -m fieldwork.demo.synthesis.train WORK_FOLDER CHECKPOINT.pt

The corpus is rendered into WORK_FOLDER at the first start; the training state lies there too, and a run that was
stopped goes on from it. Two processes of one thread each use two cores better than one process of two threads.
"""

import argparse
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, distributed
from torch.nn import functional

from fieldwork.demo.synthesis import corpus
from fieldwork.demo.synthesis.network import TrainingNetwork
from fieldwork.demo.synthesis.vocabulary import WINDOW_S, Vocabulary
from fieldwork.demo.synthesis.windows import IGNORED, WindowMaker

log = logging.getLogger(__name__)

SEED = 7
# Weight of the letters beside the tokens, in short and in full windows.
LETTERS, FULL_LETTERS = 0.5, 0.3
SAVE_EVERY_S = 120


@dataclass(frozen=True)
class Phase:
    """A stretch of training with windows of one length; the learning rate falls (or rises) evenly over it."""

    seconds: float
    steps: int
    batch: int
    rates: tuple[float, float]

    def rate(self, step: int) -> float:
        """Learning rate at a step of this phase."""
        first, last = self.rates
        return first + (last - first) * step / self.steps


# Short windows teach words and voices at a twelfth of the cost; full ones teach what ``transcribe`` shows. By turns.
SCHEDULE = (
    Phase(6, 100, 32, (2e-5, 2e-3)),
    Phase(6, 1900, 32, (2e-3, 1.2e-3)),
    Phase(12, 700, 16, (1.2e-3, 8e-4)),
    Phase(30, 330, 8, (8e-4, 6e-4)),
    Phase(6, 400, 32, (1e-3, 7e-4)),
    Phase(30, 450, 8, (7e-4, 4e-4)),
    Phase(6, 1200, 32, (1e-3, 6e-4)),
    Phase(30, 900, 8, (6e-4, 1e-4)),
    Phase(6, 600, 32, (7e-4, 4e-4)),
    Phase(30, 550, 8, (4e-4, 1e-5)),
)


@dataclass(frozen=True)
class Batch:
    """Windows of one length, padded to the longest text."""

    mel: Tensor
    offsets: Tensor
    tokens: Tensor
    targets: Tensor
    letters: list[list[int]]


def batch_of(maker: WindowMaker, seconds: float, size: int, end: int) -> Batch:
    """Draw a batch."""
    windows = [maker.draw(seconds) for _ in range(size)]
    length = max(len(window.tokens) for window in windows)
    return Batch(
        mel=torch.stack([window.mel for window in windows]),
        offsets=torch.tensor([window.offset for window in windows]),
        tokens=torch.tensor([window.tokens + [end] * (length - len(window.tokens)) for window in windows]),
        targets=torch.tensor([window.targets + [IGNORED] * (length - len(window.targets)) for window in windows]),
        letters=[window.letters for window in windows],
    )


def losses(network: TrainingNetwork, batch: Batch) -> tuple[Tensor, Tensor]:
    """Return (cross entropy of the tokens, connectionist loss of the letters heard by the encoder)."""
    with torch.autocast("cpu", torch.bfloat16):
        states = network.encode(batch.mel, batch.offsets)
        hidden, table = network.decode(batch.tokens, states)
    with torch.autocast("cpu", enabled=False):
        logits = network.logits(hidden, table)
        tokens = functional.cross_entropy(logits.flatten(0, 1), batch.targets.flatten(), ignore_index=IGNORED)
        spelled = [number for number, row in enumerate(batch.letters) if row]
        if not spelled:
            return tokens, torch.zeros(())
        scores = network.letter_head(states[spelled].float()).log_softmax(-1).transpose(0, 1)
        rows = [batch.letters[number] for number in spelled]
        heard = functional.ctc_loss(
            scores,
            torch.tensor([letter for row in rows for letter in row]),
            torch.full((len(rows),), scores.shape[0]),
            torch.tensor([len(row) for row in rows]),
            zero_infinity=True,
        )
    return tokens, heard


def share_gradients(parameters: list[torch.nn.Parameter], ranks: int) -> None:
    """Average the gradients over the processes."""
    grads = [p.grad if p.grad is not None else torch.zeros_like(p) for p in parameters]
    flat = torch.cat([grad.reshape(-1) for grad in grads])
    distributed.all_reduce(flat)
    flat /= ranks
    for parameter, part in zip(parameters, torch.split(flat, [p.numel() for p in parameters]), strict=True):
        parameter.grad = part.view_as(parameter)


class Trainer:
    """Runs the schedule; process 0 saves the state and the checkpoint every few minutes."""

    def __init__(self, work: Path, checkpoint: Path, schedule: tuple[Phase, ...], rank: int, ranks: int) -> None:
        self.work, self.checkpoint, self.schedule, self.rank, self.ranks = work, checkpoint, schedule, rank, ranks
        renderings = corpus.Corpus(work)
        self.vocabulary = Vocabulary(renderings.texts())
        torch.manual_seed(SEED)
        self.network = TrainingNetwork(self.vocabulary)
        self.parameters = [p for p in self.network.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(self.parameters, betas=(0.9, 0.98), weight_decay=0.01)
        self.state = work / "training_state.pt"
        self.done = self._resume()
        self.maker = WindowMaker(renderings, self.vocabulary, seed=1000 * SEED + 10 * self.done + rank)

    def _resume(self) -> int:
        if not self.state.exists():
            return 0
        saved = torch.load(self.state, weights_only=True)
        self.network.load_state_dict(saved["network"])
        self.optimizer.load_state_dict(saved["optimizer"])
        return int(saved["step"])

    def save(self, step: int) -> None:
        """Save the training state and the checkpoint as far as they are."""
        state = {"network": self.network.state_dict(), "optimizer": self.optimizer.state_dict(), "step": step}
        torch.save(state, self.state.with_suffix(".new"))
        self.state.with_suffix(".new").replace(self.state)
        self.network.export(self.checkpoint)

    def run(self) -> None:
        """Train from where the last run stopped to the end of the schedule."""
        plan = [(phase, phase.rate(step)) for phase in self.schedule for step in range(phase.steps)]
        started = saved = time.monotonic()
        sums = [0.0, 0.0]
        for step in range(self.done, len(plan)):
            for number, value in enumerate(self._step(*plan[step])):
                sums[number] += value
            if (step + 1) % 25 == 0 and self.rank == 0:
                pace = (time.monotonic() - started, time.process_time())
                figures = (step + 1, len(plan), plan[step][0].seconds, sums[0] / 25, sums[1] / 25, *pace)
                log.info("step %d/%d window %.0f s tokens %.3f letters %.3f wall %.0f s cpu %.0f s", *figures)
                sums = [0.0, 0.0]
            if self.rank == 0 and (time.monotonic() - saved > SAVE_EVERY_S or step + 1 == len(plan)):
                self.save(step + 1)
                saved = time.monotonic()

    def _step(self, phase: Phase, rate: float) -> tuple[float, float]:
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        batch = batch_of(self.maker, phase.seconds, phase.batch // self.ranks, self.vocabulary.end)
        tokens, heard = losses(self.network, batch)
        self.optimizer.zero_grad()
        torch.autograd.backward(tokens + (FULL_LETTERS if phase.seconds >= WINDOW_S else LETTERS) * heard)
        if self.ranks > 1:
            share_gradients(self.parameters, self.ranks)
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        return tokens.item(), heard.item()


def main() -> None:
    """Render the corpus if it is not there, and train."""
    parser = argparse.ArgumentParser(description="Train the demonstration Whisper checkpoint.")
    parser.add_argument("work", type=Path, help="folder for the corpus (1.5 GB) and the training state")
    parser.add_argument("checkpoint", type=Path, help="the checkpoint to write")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    rank, ranks = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    if ranks > 1:
        distributed.init_process_group("gloo")
        torch.set_num_threads(1)
    if rank == 0 and not (arguments.work / "renderings.json").exists():
        corpus.build(arguments.work, corpus.orders())
    if ranks > 1:
        distributed.barrier()
    Trainer(arguments.work, arguments.checkpoint, SCHEDULE, rank, ranks).run()


if __name__ == "__main__":
    main()
