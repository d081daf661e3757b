"""The `ralex` command: its options, and its sub-commands, each imported when it is called."""

from __future__ import annotations

import re
from importlib import import_module

import click

from ralex_tui import __version__
from ralex_tui.cli import app
from ralex_tui.cli.options import Bug, Options
from ralex_tui.domain.errors import RalexError, UsageError

# The modules stay unread until they are called, so that `ralex --help` is as quick as click is.
_COMMANDS = {
    "ask": "Ask one question; the answer goes to standard output.",
    "route": "Tell which tier and model a text would go to, and at what price.",
    "spend": "What a day, week, month or year cost, and how the models did.",
    "sessions": "List saved conversations, or show one.",
    "models": "The models of each tier, and how each has fared.",
    "prices": "The models of each tier with their prices.",
    "logs": "What happened: the last requests, warnings and errors.",
    "doctor": "Check that everything ralex needs is there and works.",
    "selftest": "Try on your own disk that nothing is lost or overspent.",
    "config": "Where the settings are, and whether they can be used.",
    "local": "Install the model that runs on this computer.",
}
_PROFILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")


class _Lazy(click.Group):
    """A group whose sub-commands are modules of this package, each with a `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f"ralex_tui.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            hint = "to ask something: ralex ask TEXT" if " " in name else f"there are {', '.join(_COMMANDS)}"
            raise UsageError(f"there is no command called {name[:60]!r}", hint=hint)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what nobody foresaw comes out as a Bug."""
        try:
            return super().invoke(ctx)
        except (RalexError, click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            raise Bug(ctx.obj if isinstance(ctx.obj, Options) else Options(), error) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_Lazy, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}, name="ralex"
)
@click.option("--config", metavar="FILE", help="Read the settings from FILE.")
@click.option("--home", metavar="DIR", help="Keep everything below DIR (or in RALEX_HOME).")
@click.option("--profile", metavar="NAME", help="Use settings, limits and conversations of their own.")
@click.version_option(__version__, prog_name="ralex", message="%(prog)s %(version)s")
@click.pass_context
def ralex(ctx: click.Context, config: str | None, home: str | None, profile: str | None) -> int:
    """A terminal chat with language models that keeps a day's limit.

    Without a command it starts the full-screen app.
    """
    if profile is not None and not _PROFILE.fullmatch(profile):
        raise UsageError("a profile's name is up to 40 letters, digits and hyphens", hint="such as --profile work")
    ctx.obj = Options(config, home, profile)
    if ctx.invoked_subcommand is not None:
        return 0
    return app.start(ctx.obj)
