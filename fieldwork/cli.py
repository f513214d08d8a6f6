"""The `fieldwork` command. Groups are imported when they are called, so that `--help` answers at once."""

import os
import sys
from importlib import import_module
from pathlib import Path

import click

from fieldwork import __version__
from fieldwork.app import HANDLERS, import_followers
from fieldwork.core.errors import Refusal

COMMANDS = {
    "demo": ("fieldwork.demo.commands:demo", "Take the demo study from its audio files to the anonymised PDF report."),
    "serve": ("fieldwork.web.commands:serve", "Serve the pages, and run jobs beside them."),
    "assets": ("fieldwork.web.commands:assets", "Build the pages' scripts and styles."),
    "account": ("fieldwork.web.commands:account", "Accounts: let somebody in again, end sessions."),
    "study": ("fieldwork.programme.commands:study", "Studies: programme, members, interview guide."),
    "experts": ("fieldwork.sampling.commands:experts", "Experts, strata and quotas, coverage."),
    "interviews": ("fieldwork.scheduling.commands:interviews", "Interviews: when, how, by whom."),
    "consent": ("fieldwork.consent.commands:consent", "Consent: forms, decisions, scopes."),
    "recordings": ("fieldwork.recording.commands:recordings", "Recordings: import, list."),
    "transcribe": ("fieldwork.transcription.commands:transcribe", "Turn audio files into text, without a study."),
    "models": (
        "fieldwork.transcription.model_commands:models",
        "Whisper's models: list, check, estimate, use.",
    ),
    "transcripts": ("fieldwork.transcription.study_commands:transcripts", "Transcripts of a study's interviews."),
    "anonymise": ("fieldwork.anonymisation.commands:anonymise", "Anonymise a text, without a study."),
    "anonymisation": (
        "fieldwork.anonymisation.study_commands:anonymisation",
        "Review and approve a study's transcripts.",
    ),
    "codes": ("fieldwork.coding.commands:codes", "Codes, categories, memos: import, add, list."),
    "paradigm": ("fieldwork.paradigm.commands:paradigm", "The paradigm model: import, show, check."),
    "recommendations": (
        "fieldwork.report.commands:recommendations",
        "Recommendations and what they rest on.",
    ),
    "report": ("fieldwork.report.commands:report", "Write a study's report as PDF."),
    "worker": ("fieldwork.core.commands:worker", "Run queued jobs (transcription) until stopped."),
    "jobs": ("fieldwork.core.commands:jobs", "Jobs: list, retry, cancel."),
    "audit": ("fieldwork.core.commands:audit", "The audit trail: list, check."),
    "upgrade": ("fieldwork.core.commands:upgrade", "Make the database, or bring it up to date."),
}
"""Command -> where it is, and its line in the overview (which must not need the import)."""


class LazyGroup(click.Group):
    """A group that knows its commands by name only."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the field, not of the alphabet."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's room."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        if module.endswith(".study_commands"):
            import_followers(module.split(".")[1])  # deeds on a study: later rooms go along
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview, without importing a room."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fieldwork")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="FIELDWORK_DATA",
    help="The data folder. [default: ./fieldwork-data]",
)
@click.pass_context
def fieldwork(ctx: click.Context, data: Path | None) -> None:
    """Carry an expert-interview study from its programme to an anonymised report.

    Every command has --help. Settings are environment variables FIELDWORK_…, listed in the README.
    """
    ctx.obj = HANDLERS  # core's worker runs handlers without knowing the rooms they live in
    if data is not None:
        os.environ["FIELDWORK_DATA"] = str(data)  # settings, and the processes we start, read the environment


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; a refusal is told in the person's language and ends with exit code 1."""
    try:
        fieldwork.main(args=arguments, prog_name="fieldwork", standalone_mode=True)
    except Refusal as refusal:
        from fieldwork.core.texts import tell  # noqa: PLC0415 - Babel is only needed when there is something to tell

        click.echo(tell(refusal, os.environ.get("FIELDWORK_LANGUAGE", "ru")), err=True)
        sys.exit(1)
