"""The `flask` of this project: Flask's own group, quick to start."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from flask.cli import FlaskGroup, ScriptInfo
from werkzeug.utils import import_string

import commands
from app import config
from commands.guard import guarded, reported

if TYPE_CHECKING:
    from flask import Flask

ALIASES = {"runserver": "run"}
# The groups that extensions add to the application, with their help: it stands here because the application, whose
# import takes longer than all of `flask --help`, is not made for that. And what binds the extension, for these alone.
EXTENSION_GROUPS = {
    "db": ("Perform database migrations.", "app.extensions:migrate_of"),
    "rq": ("Workers that take up queued runs, woken by Redis.", "app.services.queue.workers.bell:bell_of"),
}
# The commands that need the web console; the others start faster without it.
SERVING = ("run", "routes", "shell")

MakeApp = Callable[..., "Flask"]


class OpsdeskGroup(FlaskGroup):
    """Flask's group with this project's commands at hand before the application is made.

    `flask --help` then needs neither SQLAlchemy nor Alembic; a command loads the application when it runs.
    """

    def __init__(self, make_app: MakeApp | None = None, **settings: Any) -> None:
        """Take the application from `make_app`, which is `create_app`; else, as Flask does, from `FLASK_APP`."""
        # Flask would read the .env of the current folder; make_context reads the project's.
        super().__init__(load_dotenv=False, **settings)
        self._make_app = make_app

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Return the context; the `.env` is read after the options, so that `--env-file` goes before it."""
        with reported():
            context = super().make_context(info_name, args, parent, **extra)
            config.read_env_files()
        if self._make_app is not None:
            context.ensure_object(ScriptInfo).create_app = partial(_made, self._make_app, context)
        return context

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of Flask's, the extensions' and the project's commands, sorted."""
        return sorted({*click.Group.list_commands(self, ctx), *EXTENSION_GROUPS, *commands.names()})

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return the command called `name`, or by an alias; None if there is none."""
        name = ALIASES.get(name, name)
        if name in EXTENSION_GROUPS:
            return _ExtensionGroup(name, *EXTENSION_GROUPS[name])
        return commands.get(name) or super().get_command(ctx, name)

    def _load_plugin_commands(self) -> None:
        """Leave out what packages add by themselves: none of it is for operators, and importing it takes long."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an application that cannot be made is an error like any other."""
        with reported():
            return super().invoke(ctx)


def _made(make_app: MakeApp, context: click.Context) -> Flask:
    return make_app(console=context.invoked_subcommand in SERVING)


class _ExtensionGroup(click.Group):
    """Stands in the help for a group that an extension registers; used, it makes the application and steps aside."""

    def __init__(self, name: str, help: str, binds: str) -> None:
        """Stand for the group that the application has once `binds`, `module:function`, is called with it."""
        super().__init__(name, help=help)
        self._binds = binds

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Return the context of the real group, inside the application's."""
        assert parent is not None  # noqa: S101 - only OpsdeskGroup hands this out
        app = parent.ensure_object(ScriptInfo).load_app()
        import_string(self._binds)(app)
        parent.with_resource(app.app_context())
        return guarded(app.cli.commands[self.name or ""]).make_context(info_name, args, parent=parent, **extra)
