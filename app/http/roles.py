"""Which role a view needs, of the console or the API: it says so itself, and one that says nothing is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from app.asker import SignedIn
from app.models.user import ROLES

PUBLIC = "public"

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Let anybody use a view."""
    return _marked(view, PUBLIC)


def needs(role: str) -> Callable[[View], View]:
    """Let those use a view who have `role` or a higher one. It stands above the decorators of the API."""
    if role not in ROLES:
        raise ValueError(f"{role} is no role")
    return lambda view: _marked(view, role)


def need_of_view(view: Any) -> str | None:
    """Return the role that a view needs, or PUBLIC; None if it does not say."""
    return getattr(view, "access", None)


def is_allowed(user: SignedIn | None, need: str | None) -> bool:
    """Tell whether who asks may use a view of that need."""
    if need == PUBLIC:
        return True
    return user is not None and need is not None and ROLES.index(user.role) >= ROLES.index(need)


def _marked(view: View, access: str) -> View:
    view.access = access  # type: ignore[attr-defined]  # a function may have attributes
    return view
