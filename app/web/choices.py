"""What a field of a form can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping


def choices_of(words: Mapping[str, object]) -> Callable[[], dict[str, str]]:
    """Return the choices of a field: each value with its label, which is put into the page's language when it is."""
    return lambda: {value: str(label) for value, label in words.items()}
