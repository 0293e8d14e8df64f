"""The roles of users, as an option or an argument takes them."""

from __future__ import annotations

import click

# What `app.models.user.ROLES` says; stated again because importing a model takes longer than all of `flask --help`.
ROLE = click.Choice(("viewer", "operator", "admin"))
