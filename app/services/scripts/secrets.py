"""The secrets among a script's arguments: kept out of the ledger, the log and what is printed of the run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from app.runner.parameters import Field
from app.runner.script import Script
from app.services.masking import MASK, is_secret, masked, url_passwords

# What is never secret, whatever its name: --refresh-token is on or off.
SHOWN = ("flag", "boolean", "count")
SHORTEST = 4  # what is shorter stands in too many words by chance


@dataclass(frozen=True)
class Secrets:
    """What of a run's arguments is secret.

    Attributes:
        names: the parameters whose values are: by their names, their spellings, or because they are typed unseen.
        values: the texts that must not show, the longest first.
    """

    names: frozenset[str]
    values: tuple[str, ...]

    @classmethod
    def of(cls, script: Script, values: Mapping[str, Any]) -> Secrets:
        """Return the secrets among the parameters of a script, which are as a form has them."""
        names = secret_names(script)
        texts = {text for name in names for text in _texts(values.get(name))}
        texts |= {password for value in values.values() for text in _texts(value) for password in url_passwords(text)}
        shown = {form for text in texts for form in (text, repr(text)[1:-1], unquote(text)) if len(form) >= SHORTEST}
        return cls(names, tuple(sorted(shown, key=len, reverse=True)))

    def masked(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return parameters as the ledger keeps them."""
        return {name: _whole(value) if name in self.names else masked(value) for name, value in values.items()}

    def hide(self, text: str) -> str:
        """Return a text without the secrets, and without passwords of URLs."""
        for value in self.values:
            text = text.replace(value, MASK)
        return str(masked(text))


def secret_names(script: Script) -> frozenset[str]:
    """Return the names of the parameters that a script's declaration calls secret."""
    return frozenset(
        parameter.name or ""
        for parameter in script.params
        if getattr(parameter, "hide_input", False) or any(map(is_secret, (parameter.name or "", *parameter.opts)))
    )


def is_hidden(field: Field, names: Collection[str]) -> bool:
    """Tell whether a parameter is not shown, and never told; `names`: those of the parameters that are secret."""
    return field.name in names and field.kind not in SHOWN


def is_lost(value: Any, secret: bool) -> bool:
    """Tell whether the ledger's value of a parameter is not what was given; `secret`: its declaration says that."""
    if secret:
        return any(text == MASK for text in _texts(value))
    return any(password == MASK for text in _texts(value) for password in url_passwords(text))


def _whole(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_whole(item) for item in value]
    return MASK if isinstance(value, str) and value else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
