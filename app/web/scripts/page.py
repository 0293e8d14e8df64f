"""What the page of one script shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import render_template

from app.errors import AppError
from app.runner import parameters
from app.runner.files.loading import Loaded
from app.runner.parameters import Field
from app.runner.script import Script
from app.services.scripts import catalog, guards
from app.services.scripts.catalog import Entry
from app.services.scripts.loading_in_time import load
from app.services.scripts.secrets import secret_names
from app.web.scripts import form, history, inputs
from app.web.scripts.again import NOTHING, Again
from app.web.scripts.inputs import Input

if TYPE_CHECKING:
    from app.web.scripts.options import OptionsForm

# Stands before a paragraph whose lines stay as they are (Click's manual, "Preventing Rewrapping").
AS_IT_IS = "\b\n"


@dataclass(frozen=True)
class Page:
    """A script as its page shows it; `loaded` is None if it is broken, and `problem` says why."""

    entry: Entry
    loaded: Loaded | None
    problem: AppError | None

    @property
    def script(self) -> Script:
        """Return its command."""
        assert self.loaded is not None  # noqa: S101 - asked for where it was loaded
        return self.loaded.script

    @property
    def fields(self) -> list[Field]:
        """Return the parameters that its form has."""
        return parameters.shown(self.script) if self.loaded else []

    @property
    def changes_production(self) -> bool:
        """Tell whether a run of it, other than a dry run, changes a production database."""
        return self.loaded is not None and guards.needs_confirmation(self.script)

    @property
    def help(self) -> str:
        """Return its docstring after the first line, with paragraphs as --help has them."""
        paragraphs = self.entry.outline.doc.partition("\n")[2].strip("\n").split("\n\n")
        return "\n\n".join(map(_paragraph, paragraphs))

    @property
    def path(self) -> str:
        """Return where its file is."""
        return catalog.path_of(self.entry)

    def filled(self, values: Mapping[str, Any]) -> list[Input]:
        """Return the form with these values, and with the defaults of all others."""
        return self.inputs(form.data(self.fields, values, self.secrets), {})

    def inputs(self, data: form.Data, errors: Mapping[str, Sequence[str]]) -> list[Input]:
        """Return the form as it was sent."""
        return inputs.inputs(self.fields, data, self.secrets, errors)

    @property
    def secrets(self) -> frozenset[str]:
        """Return the names of its parameters that are secret."""
        return secret_names(self.script) if self.loaded else frozenset()


def _paragraph(text: str) -> str:
    """Return a paragraph on one line, which the browser wraps, or as it is."""
    return text.removeprefix(AS_IT_IS) if text.startswith(AS_IT_IS) else text.replace("\n", " ")


def of(name: str) -> Page:
    """Return the page of a script.

    Raises:
        NotFound: there is none. Conflict: there are several of that name.
    """
    entry = catalog.get(name)
    try:
        return Page(entry, load(entry), None)
    except AppError as error:
        return Page(entry, None, error)


def drawn(page: Page, options: OptionsForm, filled: Sequence[Input], again: Again = NOTHING) -> str:
    """Return the page as HTML, with what is filled in."""
    return render_template(
        "scripts/show.html",
        page=page,
        options=options,
        inputs=filled,
        again=again,
        history=history.of(page.entry),
        told=history.told,
    )
