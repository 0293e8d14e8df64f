"""What the options of `flask import-excel` ask for, and which of them do not go together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.words import plain
from commands.plan_option import plan_of
from commands.sheet_options import read_options_of, rules_of

if TYPE_CHECKING:
    from app.services.imports import ImportRequest

# Options that do not go together, and why.
APART: tuple[tuple[str, str, str], ...] = (
    ("sheet", "all_sheets", "--all-sheets imports every visible sheet; leave out --sheet."),
    ("plan", "save_plan", "--plan uses a plan, --save-plan makes one; leave out one of them."),
    ("plan", "create", "--create makes the table from the sheet, and a plan is for a table that is there."),
    ("each", "create", "--create makes one table, and --each is many imports. Import the first file by itself."),
    ("each", "save_plan", "--save-plan is for one import. Save the plan from one of the files by itself."),
)
# Options that do not go with --mode replace, and why.
BESIDE_REPLACE = {
    "each": "--mode replace with --each: each file would replace the one before. Leave out --each.",
    "limit": "--mode replace with --limit: rows beyond the limit would be deleted from the table. Leave out --limit.",
}


def request_of(context: click.Context, files: Sequence[Path], table: str, options: dict[str, Any]) -> ImportRequest:
    """Return the import that is asked for.

    Raises:
        click.UsageError: options do not go together, or no file or one file twice is named.
        Invalid: what --plan names is no plan.
    """
    from app.services.imports import MODES, ImportRequest, reading_limits

    _check_files(files)
    _check_apart(options)
    plan = plan_of(context, options)
    _check_apart(options)  # the plan has put its own into them
    return ImportRequest(
        files=tuple(files),
        table=table,
        limits=reading_limits(),
        sheet=options["sheet"],
        all_sheets=options["all_sheets"],
        header_row=options["header_row"],
        mapping=options["mapping"],
        plan=plan,
        save_plan=options["save_plan"],
        rules=rules_of(options),
        limit=options["limit"],
        create=options["create"],
        dry_run=options["dry_run"],
        skip_hidden=options["skip_hidden"],
        max_errors=options["max_errors"],
        mode=MODES[options["mode"]],
        key=options["key"],
        skips=options["on_error"] == "skip",
        rejects=options["rejects"],
        again=options["again"],
        wait_s=options["wait_s"],
        options=read_options_of(options),
    )


def _check_files(files: Sequence[Path]) -> None:
    if not files:
        raise click.UsageError("Name the files, then the table: flask import-excel june.xlsx orders")
    resolved = [path.resolve() for path in files]
    for number, path in enumerate(resolved):
        if path in resolved[:number]:
            raise click.UsageError(f"{plain(str(files[number]))} is named twice.")


def _check_apart(options: dict[str, Any]) -> None:
    for one, other, why in APART:
        if options.get(one) and options.get(other):
            raise click.UsageError(why)
    if options["mode"] == "replace":
        for option, why in BESIDE_REPLACE.items():
            if options[option]:
                raise click.UsageError(why)
