"""`--plan FILE.toml`: headers, columns and options from a file instead of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from commands.sheet_options import RegularFile

if TYPE_CHECKING:
    from app.sheets.plan_file import PlanFile

plan_option = click.option(
    "--plan",
    metavar="FILE.toml",
    type=RegularFile(),
    help="Columns and options from a file of --save-plan. Other headers than it has are an error.",
)


def plan_of(context: click.Context, options: dict[str, Any]) -> PlanFile | None:
    """Return the plan that --plan names, if it does; what it says of options is put into `options`.

    Raises:
        click.UsageError: the command line says something that the plan says too.
        Invalid: the file is no plan, or has a value that its option does not take.
    """
    from app.sheets.plan_file import read_plan

    path = options.pop("plan")
    if path is None:
        return None
    if options["mapping"]:
        raise click.UsageError(f"--map cannot be said beside --plan; the columns stand in {path.name}.")
    plan = read_plan(path)
    params = {opt.removeprefix("--").replace("-", "_"): param for param in context.command.params for opt in param.opts}
    for name, value in plan.options.items():
        param = params.get(name)
        if param is not None and param.name is not None:  # inspect-excel does not have all that a plan may say
            if context.get_parameter_source(param.name) != ParameterSource.DEFAULT:
                raise click.UsageError(f"{param.opts[0]} cannot be said beside --plan; it stands in {path.name}.")
            options[param.name] = _value(context, param, value, plan)
    return plan


def _value(context: click.Context, param: click.Parameter, value: Any, plan: PlanFile) -> Any:
    """Return a value of the plan as the command line would have given it."""
    from app.errors import Invalid

    values = value if isinstance(value, list) else [value]
    try:
        if not all(isinstance(one, str | int) for one in values):
            raise click.BadParameter(f"{values} is no value for it.")
        return param.process_value(context, values if param.multiple else _joined(value))
    except click.BadParameter as error:
        raise Invalid(
            f"The plan {plan.path.name} has for {param.opts[0].removeprefix('--')} what it does not take:"
            f" {error.message}",
            "Edit the plan.",
        ) from None


def _joined(value: Any) -> Any:
    """Return a list as the command line has it, as --key A,B."""
    return ",".join(map(str, value)) if isinstance(value, list) else value
