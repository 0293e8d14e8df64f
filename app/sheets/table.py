"""The target table, as the conversion needs to know it: no SQLAlchemy, so that it can go to another process."""

from __future__ import annotations

from dataclasses import dataclass

# The kinds of column that cells can fill.
KINDS = (
    "text",
    "integer",
    "decimal",
    "float",
    "boolean",
    "date",
    "datetime",
    "time",
    "enum",
    "json",
    "binary",
)
UNSUPPORTED = "unsupported"
# Decimal digits that binary floating point of 32 and of 64 bits always gives back (C's FLT_DIG and DBL_DIG).
FLOAT_DIGITS = 6
DOUBLE_DIGITS = 15


@dataclass(frozen=True)
class Column:
    """One column: its kind, and the limits of what it holds.

    Attributes:
        kind: one of `KINDS`, or `UNSUPPORTED`.
        sql_type: the type as the database spells it, for people, and for temporary tables of SQLite.
        default: the SQL expression of its default; None where it has none.
        is_automatic: the database fills it in: auto-increment, or generated.
        is_generated: it cannot be written at all.
        is_touched: the database sets it whenever its row is updated, as MySQL's ON UPDATE CURRENT_TIMESTAMP.
        length: the most characters of a text; max_bytes: the most bytes in UTF-8.
        drops_spaces: it keeps no spaces at the end of a text, as MySQL's CHAR.
        min_bytes: of a binary value; the database pads shorter ones, as MySQL's BINARY.
        collation: by which SQLite compares it in unique keys; "" where it does so byte by byte.
        zero_is_next: the database numbers the row also where it is given 0, as MySQL's AUTO_INCREMENT.
        precision, scale: digits in all and after the point of a decimal; None where the type leaves them open.
        exact_digits: the most significant digits of a number that the database keeps; None where it keeps all.
        is_floating: a decimal that the database keeps in binary floating point, as MySQL's FLOAT(7,2).
        minimum, maximum: of an integer.
        fraction_digits: of the seconds of a datetime or time.
        members: of an enum.
    """

    name: str
    kind: str
    sql_type: str
    nullable: bool = True
    default: str | None = None
    comment: str = ""
    is_automatic: bool = False
    is_generated: bool = False
    is_touched: bool = False
    length: int | None = None
    max_bytes: int | None = None
    drops_spaces: bool = False
    min_bytes: int | None = None
    collation: str = ""
    zero_is_next: bool = False
    precision: int | None = None
    scale: int | None = None
    exact_digits: int | None = None
    is_floating: bool = False
    minimum: int | None = None
    maximum: int | None = None
    fraction_digits: int = 0
    members: tuple[str, ...] = ()

    @property
    def replaces_blanks(self) -> bool:
        """Tell whether a blank cell here becomes the column's default."""
        return not self.nullable and self.default is not None and not self.is_automatic

    @property
    def is_required(self) -> bool:
        """Tell whether every row must have a value here."""
        return not self.nullable and self.default is None and not self.is_automatic


@dataclass(frozen=True)
class Key:
    """A unique key: its name (`PRIMARY` for the primary key) and its columns."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table: its columns in order, and its unique keys, the primary key first."""

    name: str
    columns: tuple[Column, ...]
    keys: tuple[Key, ...] = ()

    def column(self, name: str) -> Column:
        """Return the column called `name`."""
        return next(column for column in self.columns if column.name == name)
