"""`flask script run`: each script under offline_script/ is a command, with its own options and the runner's."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource
from flask.cli import ScriptInfo

from commands.guard import guarded, reported
from commands.script.own_output import prints_aside
from commands.script.runner_params import PREFIX, runner_params

if TYPE_CHECKING:
    from pathlib import Path

    from app.runner.files.loading import Loaded
    from app.runner.script import Script
    from app.services.scripts.request import ScriptRequest

TAKEN_OVER = ("apply", "retry_failed")
NOT_TYPED = (ParameterSource.PROMPT, ParameterSource.ENVIRONMENT)


class RunGroup(click.Group):
    """The scripts as commands: found by their path, imported when one is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all scripts."""
        from app.runner.files import discovery

        with reported():
            return [file.name for file in discovery.all_scripts(_root(ctx))]

    def get_command(self, ctx: click.Context, name: str) -> click.Command:
        """Return the script called `name`, or whose file this is; an error says what is wrong with it."""
        from app.runner.files import discovery, loading

        with reported(), prints_aside():
            return guarded(_RunCommand(loading.load(discovery.find(_root(ctx), name))))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the scripts with their first lines, without importing one."""
        from app.runner.files import discovery, outline

        with reported():
            files = discovery.all_scripts(_root(ctx))
        if files:
            with formatter.section("Scripts"):
                formatter.write_dl([(file.name, outline.read(file.path).summary) for file in files])


class _RunCommand(click.Command):
    """A script's own parameters and the runner's, as one command."""

    def __init__(self, loaded: Loaded) -> None:
        script = loaded.script
        self._own = [copy(parameter) for parameter in script.params]
        self._runners = runner_params()
        parameters = [*self._own, *self._runners]
        super().__init__(script.name, params=parameters, help=script.help, callback=_callback(loaded))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; what a dry run or an earlier run brings along need not be given."""
        self.typed = list(args)
        if any(arg.partition("=")[0] in ("--apply", "--retry-failed") for arg in args):
            for parameter in self._own:
                parameter.required = False
                if parameter.expose_value:
                    parameter.callback = None  # there is nothing to look at
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the script's options, then the runner's."""
        for title, parameters in (
            ("Options", self._own),
            ("How it is run", [*self._runners, self.get_help_option(ctx)]),
        ):
            records = [parameter.get_help_record(ctx) for parameter in parameters if parameter is not None]
            if any(records):
                with formatter.section(title):
                    formatter.write_dl([record for record in records if record is not None])


@click.command("run", cls=RunGroup, subcommand_metavar="NAME [ARGS]...", no_args_is_help=True)
def command() -> None:
    """Run a script: `flask script run NAME --help` has its options.

    It runs inside the application, one instance at a time, on record. Try it first with --dry-run, which shows what
    would change; then --apply does exactly that. Ctrl-C lets the batch end; `flask runs resume` goes on after it.

    Exit codes: 0 done; 1 failed; 2 wrong usage; 4 another run of it goes on; 5 refused; 130 stopped.
    """


def _callback(loaded: Loaded) -> Any:
    @click.pass_context
    def run(ctx: click.Context, **parameters: Any) -> None:
        from app.services.scripts.running import start
        from commands.script.report import report
        from commands.script.watcher import TerminalObserver

        options = {
            name.removeprefix(PREFIX): parameters.pop(name) for name in list(parameters) if name.startswith(PREFIX)
        }
        request = _request(ctx, loaded, parameters, options)
        with prints_aside(options["json"]):
            outcome = start(request, TerminalObserver(loaded.file.retired))
        report(outcome, options["json"])

    return run


def _request(ctx: click.Context, loaded: Loaded, given: dict[str, Any], options: dict[str, Any]) -> ScriptRequest:
    from app.services.scripts import guards
    from app.services.scripts.request import Consent, ScriptRequest
    from commands.script import consent

    taken_over = [name for name in TAKEN_OVER if options[name] is not None]
    if taken_over:
        _refuse_arguments(ctx, given, taken_over)
    guards.check_retired(loaded.file, options["force"])
    given_consent = Consent(options["force"], options["reason"], options["yes"])
    agreed = consent.asked(loaded.script, given_consent, options["dry_run"])
    return ScriptRequest(
        name=str(loaded.file.path),
        loaded=loaded,
        values={} if taken_over else _values(ctx, loaded.script, given),
        dry_run=options["dry_run"],
        force=agreed.force,
        applies=options["apply"],
        retries=options["retry_failed"],
        max_rows=options["max_rows"],
        throttle=options["throttle"],
        pause_while=options["pause_while"],
        wait_s=options["wait"],
        reason=agreed.reason,
        confirmed=agreed.confirmed,
    )


def _values(ctx: click.Context, script: Script, given: dict[str, Any]) -> dict[str, Any]:
    """Return what was typed as a form has it; answers to prompts and the environment as what Click made of them."""
    from app.runner.parameters import form_values, from_argv

    if any(ctx.get_parameter_source(name) in NOT_TYPED for name in given):
        return form_values(script, given)
    assert isinstance(ctx.command, _RunCommand)  # noqa: S101 - the context is that of such a command
    typed = from_argv(ctx.command, ctx.command.typed)
    return {name: value for name, value in typed.items() if name in given}


def _refuse_arguments(ctx: click.Context, given: dict[str, Any], taken_over: list[str]) -> None:
    if len(taken_over) > 1 or (ctx.params[PREFIX + "dry_run"] and taken_over == ["apply"]):
        raise click.UsageError("--apply does a dry run for real: neither --dry-run nor --retry-failed goes with it.")
    typed = [name for name in given if ctx.get_parameter_source(name) == ParameterSource.COMMANDLINE]
    if typed:
        spelled = {parameter.name: parameter.opts[-1] for parameter in ctx.command.params}
        names = ", ".join(spelled[name] for name in typed)
        raise click.UsageError(f"The arguments are those of the other run; leave these out: {names}.")


def _root(ctx: click.Context) -> Path:
    from app.config import scripts_path

    return scripts_path(ctx.ensure_object(ScriptInfo).load_app().config)
