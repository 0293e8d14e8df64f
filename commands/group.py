"""The `flask` of this project: Flask's own group, quick to start."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import FlaskGroup, ScriptInfo

import commands
from app import config
from commands.guard import guarded, reported

ALIASES = {"runserver": "run"}
# The groups that extensions add to the application, with their help: it stands here because the application, whose
# import takes longer than all of `flask --help`, is not made for that.
EXTENSION_GROUPS = {"db": "Perform database migrations."}


class OpsdeskGroup(FlaskGroup):
    """Flask's group with this project's commands at hand before the application is made.

    `flask --help` then needs neither SQLAlchemy nor Alembic; a command loads the application when it runs.
    """

    def __init__(self, **settings: Any) -> None:
        # Flask would read the .env of the current folder; make_context reads the project's.
        super().__init__(load_dotenv=False, **settings)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Return the context; the `.env` is read after the options, so that `--env-file` goes before it."""
        with reported():
            context = super().make_context(info_name, args, parent, **extra)
            config.read_env_files()
        return context

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of Flask's, the plugins', the extensions' and the project's commands, sorted."""
        self._load_plugin_commands()
        return sorted({*click.Group.list_commands(self, ctx), *EXTENSION_GROUPS, *commands.names()})

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return the command called `name`, or by an alias; None if there is none."""
        name = ALIASES.get(name, name)
        if name in EXTENSION_GROUPS:
            return _ExtensionGroup(name, help=EXTENSION_GROUPS[name])
        return commands.get(name) or super().get_command(ctx, name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an application that cannot be made is an error like any other."""
        with reported():
            return super().invoke(ctx)


class _ExtensionGroup(click.Group):
    """Stands in the help for a group that an extension registers; used, it makes the application and steps aside."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Return the context of the real group, inside the application's."""
        assert parent is not None  # noqa: S101 - only OpsdeskGroup hands this out
        app = parent.ensure_object(ScriptInfo).load_app()
        parent.with_resource(app.app_context())
        return guarded(app.cli.commands[self.name or ""]).make_context(info_name, args, parent=parent, **extra)
