"""What a column of a sheet holds, in words and addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.sheets.cells import column_letters
from app.sheets.headers import Header
from app.sheets.inspect.looks import BLANKS_AROUND, DATE, NUMBER, ONLY_BLANKS, UNCLEAR_DATE
from app.sheets.inspect.profile import ColumnProfile, Sighting
from app.words import counted

# What the types of cells are called.
KINDS = {
    "int": "number",
    "float": "number",
    "Padded": "padded_number",
    "Imprecise": "long_number",
    "str": "text",
    "bool": "boolean",
    "date": "date",
    "datetime": "datetime",
    "time": "time",
    "timedelta": "duration",
    "Unusable": "unusable",
}
NAMES = {"padded_number": "padded number", "long_number": "long number", "unusable": "unusable cell"}
# Kinds of which one column may well have several.
FAMILIES = {"padded_number": "number", "long_number": "number", "datetime": "date"}
# The looks of texts that belong to a family.
LIKE = {"number": (NUMBER,), "date": (DATE, UNCLEAR_DATE)}
# What is to be said of some kinds, wherever they are met.
SAYINGS = {
    "padded_number": "shown with zeros in front: a text column keeps the zeros, a column of numbers does not",
    "long_number": "beyond 15 digits, of which Excel loses the last: columns of text and of integers take none",
}
# What is to be said of texts by what they look like.
LOOKS = {
    NUMBER: ("number", "stored as text"),
    DATE: ("date", "stored as text"),
    UNCLEAR_DATE: ("date", "stored as text in an order that --date-order must tell"),
    BLANKS_AROUND: ("text", "with blanks before or after it, which an import keeps"),
    ONLY_BLANKS: ("text", "of nothing but blanks, which an import does not take for blank"),
}
ERROR, SHOWS = "shows #", "shows "
UNCALCULATED = "holds a formula that was never calculated"
MOST_CAUSES = 5  # that are named in one sentence


@dataclass(frozen=True)
class CellGroup:
    """Cells with something in common: what, how many, the first one's address in its sheet, and its value."""

    what: str
    cells: int
    first: str
    value: str


@dataclass(frozen=True)
class Remark:
    """A sentence, without a full stop, about what is likely to be wrong; `about` names what it is about in one word."""

    about: str
    sentence: str


@dataclass(frozen=True)
class InspectedColumn:
    """A column with a header.

    Attributes:
        kinds: what its cells are, the most frequent first; unusable: the cells without a value, by cause;
            looks: the texts that look like something else.
        longest: characters of the longest cell as text.
        minimum, maximum: of its numbers, or of its dates and times in ISO 8601, whichever are more; None without.
        create_name, create_type: of the column that `import-excel --create` would make.
    """

    letters: str
    header: str
    blank: int
    kinds: tuple[CellGroup, ...]
    unusable: tuple[CellGroup, ...]
    looks: tuple[CellGroup, ...]
    longest: int
    minimum: Any
    maximum: Any
    create_name: str
    create_type: str
    remarks: tuple[Remark, ...]


def inspected(
    header: Header, profile: ColumnProfile, create_name: str, create_type: str, is_text_file: bool
) -> InspectedColumn:
    """Return what a column holds; in a text file, where all cells are texts, that numbers are is no remark."""
    letters = column_letters(header[0])
    kinds = _kinds(profile.types, letters)
    unusable = _groups(profile.unusable, letters)
    looks = _groups(profile.looks, letters)
    minimum, maximum = _extremes(profile, kinds)
    return InspectedColumn(
        letters=letters,
        header=header[1],
        blank=profile.blanks,
        kinds=kinds,
        unusable=unusable,
        looks=looks,
        longest=profile.longest,
        minimum=minimum,
        maximum=maximum,
        create_name=create_name,
        create_type=create_type,
        remarks=(*_unusable(unusable), *_mixture(kinds, looks), *_sayings(kinds), *_texts(looks, is_text_file)),
    )


def _groups(sightings: Mapping[str, Sighting], letters: str) -> tuple[CellGroup, ...]:
    groups = [CellGroup(what, found.cells, f"{letters}{found.row}", found.value) for what, found in sightings.items()]
    return tuple(sorted(groups, key=lambda group: -group.cells))


def _kinds(types: Mapping[str, Sighting], letters: str) -> tuple[CellGroup, ...]:
    merged: dict[str, Sighting] = {}
    for name, found in types.items():
        known = merged.get(KINDS[name])
        first = found if known is None or found.row < known.row else known
        cells = found.cells + (known.cells if known else 0)
        merged[KINDS[name]] = Sighting(cells, first.row, first.value)
    return _groups(merged, letters)


def _extremes(profile: ColumnProfile, kinds: tuple[CellGroup, ...]) -> tuple[Any, Any]:
    """Return least and greatest of the kind that most cells are, if it has an order."""
    wanted = _families(kinds)[:1]
    ranges = [pair for name, pair in profile.ranges.items() if [_family(KINDS[name])] == wanted]
    return (min(pair[0] for pair in ranges), max(pair[1] for pair in ranges)) if ranges else (None, None)


def _family(kind: str) -> str:
    return FAMILIES.get(kind, kind)


def _families(kinds: tuple[CellGroup, ...]) -> list[str]:
    """Return the families of kinds that are met, that of the most frequent kind first."""
    return list(dict.fromkeys(_family(group.what) for group in kinds if group.what != KINDS["Unusable"]))


def words(group: CellGroup) -> str:
    """Return how many cells of a kind there are: `3,201 padded numbers`."""
    return counted(group.cells, NAMES.get(group.what, group.what))


def _mixture(kinds: tuple[CellGroup, ...], looks: tuple[CellGroup, ...]) -> list[Remark]:
    """Return a sentence about cells of another family than most; not about texts that are told of by their looks."""
    families = _families(kinds)
    others = [group for group in kinds if _family(group.what) in families[1:]]
    if families:
        alike = sum(look.cells for look in looks if look.what in LIKE.get(families[0], ()))
        others = [group for group in others if group.what != "text" or group.cells > alike]
    if not others:
        return []
    most = next(group for group in kinds if _family(group.what) == families[0])
    named = ", ".join(f"{words(group)} (first {_place(group)})" for group in others)
    return [Remark("mixed", f"mixed: {named} among {words(most)}")]


def _sayings(kinds: tuple[CellGroup, ...]) -> list[Remark]:
    return [
        Remark(group.what, f"{counted(group.cells, 'number')} {SAYINGS[group.what]} (first {_place(group)})")
        for group in kinds
        if group.what in SAYINGS
    ]


def _texts(looks: tuple[CellGroup, ...], is_text_file: bool) -> list[Remark]:
    return [
        Remark(
            group.what, f"{counted(group.cells, LOOKS[group.what][0])} {LOOKS[group.what][1]} (first {_place(group)})"
        )
        for group in looks
        if not is_text_file or group.what not in (NUMBER, DATE)
    ]


def _unusable(groups: tuple[CellGroup, ...]) -> list[Remark]:
    """Return a sentence about error cells, one about formulas, and one about each other cause."""
    errors = [group for group in groups if group.what.startswith(ERROR)]
    remarks = []
    if errors:
        named = ", ".join(f"{group.what.removeprefix(SHOWS)} {group.cells:,}" for group in errors[:MOST_CAUSES])
        more = ", …" if len(errors) > MOST_CAUSES else ""
        count = counted(sum(group.cells for group in errors), "error cell")
        remarks.append(Remark("error", f"{count}: {named}{more} (first {errors[0].first})"))
    for group in [group for group in groups if group not in errors][:MOST_CAUSES]:
        if group.what.startswith(UNCALCULATED):
            sentence = f"{counted(group.cells, 'formula')} never calculated (first {group.first})"
            remarks.append(Remark("formula", sentence))
        else:
            sentence = f"{counted(group.cells, 'cell')} without a value (first {group.first}, which {group.what})"
            remarks.append(Remark("unusable", sentence))
    return remarks


def _place(group: CellGroup) -> str:
    return f"{group.first} {group.value}".rstrip()
