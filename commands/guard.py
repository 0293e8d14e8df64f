"""What surrounds every command: the app context, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import functools
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click
from flask import current_app
from flask.cli import with_appcontext
from flask.helpers import get_debug_flag

from app.errors import AppError, ConfigError
from app.words import plain_lines

INTERRUPTED = 130


def guarded(command: click.Command) -> click.Command:
    """Return `command` with its callback, or those of its subcommands, run inside the app context and the guard."""
    if isinstance(command, click.Group):
        for child in command.commands.values():
            guarded(child)
    elif command.callback is not None and not hasattr(command.callback, "guarded"):
        command.callback = _guard(command.callback)
    return command


def diagnoses(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a command that reports problems itself, and so runs in a set-up that has some."""
    callback.diagnoses = True  # type: ignore[attr-defined]
    return callback


def broken(name: str, path: str, error: Exception) -> click.Command:
    """Return a command that stands in for a module that cannot be imported, and says why."""
    failure = AppError(f"{path} cannot be loaded: {type(error).__name__}: {error}")
    failure.__cause__ = error

    def callback() -> NoReturn:
        fail(failure)

    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    summary = f"(broken) {failure.message}"
    return click.Command(name, callback=callback, help=summary, short_help=summary, context_settings=settings)


def fail(error: AppError) -> NoReturn:
    """Print an error, and exit with its code."""
    print_error(error)
    raise click.exceptions.Exit(error.exit_code)


def print_error(error: AppError) -> None:
    """Print an error to stderr, its sentence and what to do, under --debug also the traceback."""
    if get_debug_flag():
        traceback.print_exception(error)
    click.echo(plain_lines(f"{error.label}: {error.message}"), err=True)
    if error.hint:
        click.echo(plain_lines(error.hint), err=True)


@contextmanager
def reported() -> Iterator[None]:
    """Turn any error inside into its message on stderr and its exit code."""
    try:
        yield
    except AppError as error:
        fail(error)
    except KeyboardInterrupt:
        _interrupted()
    except click.Abort as abort:
        if isinstance(abort.__context__, KeyboardInterrupt):  # Ctrl-C at a prompt
            _interrupted()
        raise
    except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
        raise  # Click's own; it ends quietly when nobody reads on: flask runs list | head
    except Exception as error:  # noqa: BLE001 - the last place before a traceback on the operator's screen
        from app.services.failures import failure_of

        fail(failure_of(error))


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does: transactions roll back, the run is closed, the exit code is 130."""

    def interrupt(_signal: int, _frame: Any) -> NoReturn:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # signals belong to the main thread
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupted() -> NoReturn:
    click.echo("Interrupted.", err=True)
    raise click.exceptions.Exit(INTERRUPTED) from None


def _guard(callback: Callable[..., Any]) -> Callable[..., Any]:
    inside = with_appcontext(_checked(callback))

    @functools.wraps(callback)
    def run(*args: Any, **kwargs: Any) -> Any:
        with reported(), _terminable():
            return inside(*args, **kwargs)

    run.guarded = True  # type: ignore[attr-defined]
    return run


def _checked(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def run(*args: Any, **kwargs: Any) -> Any:
        from app.secret_key import PROBLEMS

        problems = current_app.config[PROBLEMS]
        if problems and not hasattr(callback, "diagnoses"):
            raise ConfigError(f"Production refuses to start: {problems[0]}", "See everything with: flask doctor")
        return callback(*args, **kwargs)

    return run
