"""Where openpyxl and calamine read the odd workbooks otherwise than we do: file by file, with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from tests.app.sheets.read.oracles import BLANK, NOT_CALCULATED, READ, REFUSED, Differences, Value

# ECMA-376 part 1, 22.9.2.19
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f]")


@dataclass(frozen=True)
class Fault:
    """What an oracle does wrong, and whether that makes `theirs` of `ours`."""

    what: str
    explains: Callable[[Value, Value], bool]

    def __repr__(self) -> str:
        """Return what it does."""
        return self.what


class Known(NamedTuple):
    """A fault in a sheet, and the cells that it spoils: see `listed`. A sheet or a file as a whole has no cells."""

    fault: Fault
    sheet: str = ""
    cells: str = ""


def refuses(reason: str) -> Fault:
    """Return the fault of an oracle that does not read a file or a sheet that can be read."""
    return Fault(f"does not read it: {reason}", lambda ours, theirs: (ours, theirs) == (READ, REFUSED))


def is_blank(cell: Value) -> bool:
    """Tell whether a text is nothing but blanks."""
    return cell.kind == "text" and not cell.value.strip()


def is_trimmed(ours: Value, theirs: Value) -> bool:
    """Tell whether a text has lost the blanks around it, or is gone because it had nothing else."""
    return ours.kind == "text" and (theirs == Value("text", ours.value.strip()) or (is_blank(ours) and theirs == BLANK))


def is_undecoded(ours: Value, theirs: Value) -> bool:
    """Tell whether a text has its escapes as they are in the file, or without those of underscores."""
    if ours.kind != "text" or theirs.kind != "text":
        return False
    written = escaped(ours.value)
    return theirs.value in (written, written.replace("x005F_", "")) and ours != theirs


def escaped(text: str) -> str:
    """Return a text as Excel writes it: control characters, and what looks like an escape, as _xHHHH_."""
    return _ESCAPED.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


ERRORS_AS_BLANKS = Fault(
    "turns error cells into ''", lambda ours, theirs: ours.kind == "unusable" and "#" in ours.value and theirs == BLANK
)
UNCALCULATED_AS_BLANKS = Fault(
    "turns formulas that were never calculated into ''",
    lambda ours, theirs: (ours, theirs) == (NOT_CALCULATED, BLANK),
)
TRIMS = Fault('trims texts without xml:space="preserve", which import-semantics takes as they stand', is_trimmed)
LEAVES_ESCAPES = Fault("leaves _x000D_ undecoded, and drops x005F_ from shared strings", is_undecoded)
LEAP_DAY = Fault(
    "takes 29 February 1900, which never was, for the day before",
    lambda ours, theirs: "29 February 1900" in str(ours.value) and str(theirs.value).startswith("1900-02-28"),
)
WIDE = Fault(
    "takes texts of two bytes a character for texts of one",
    lambda ours, theirs: ours.kind == "unusable" and theirs.kind == "text" and "\0" in theirs.value,
)
ISO_TEXT = Fault(
    "takes an ISO date without seconds for text",
    lambda ours, theirs: ours.kind == "moment" and theirs == Value("text", f"{ours.value:%Y-%m-%dT%H:%M}"),
)
NO_SHEETS = Fault("finds no sheet in strict OOXML", lambda ours, theirs: (ours, theirs) == (READ, BLANK))
READS_NO_SHEETS = Fault(
    "reads a workbook whose only sheet is missing as one without sheets",
    lambda ours, theirs: (ours, theirs) == (REFUSED, READ),
)
NO_STYLE = refuses("a cell has the style '', or one that the workbook has not")
PIVOT = refuses("there is an element in a pivot table that it has no attributes for")
NO_ISO_DATE = refuses("one cell of the type of ISO dates holds none")
UNKNOWN_ERROR = refuses("one cell shows an error that Excel does not have")
IS_TEXT = refuses("it is text, which we take for CSV by its content, and no workbook")
READ_ONLY = refuses("it is encrypted with the password that Excel tries by itself")
CAPITALS = refuses("a part's name is spelled in other capitals than its relationship")
BACKSLASHES = refuses("the names of the parts are spelled with backslashes")

KNOWN: dict[str, dict[str, list[Known]]] = {
    "calamine/empty_s_attribute.xlsx": {"openpyxl": [Known(NO_STYLE)]},
    "calamine/encoded_entities.xlsx": {"calamine": [Known(TRIMS, "Sheet1", "A2")]},
    "calamine/errors.xlsx": {"calamine": [Known(ERRORS_AS_BLANKS, "Feuil1", "A1 A2 A3 A4 A5 A6 A7")]},
    "calamine/has_x000D_.xlsx": {"openpyxl": [Known(LEAVES_ESCAPES, "Sheet1", "A1")]},
    "calamine/has_x000D_inline.xlsx": {"openpyxl": [Known(LEAVES_ESCAPES, "Sheet1", "A1")]},
    "calamine/issue_174.xlsx": {"calamine": [Known(TRIMS, "Sheet1", "E1")]},
    "calamine/issue_419.xlsx": {"openpyxl": [Known(CAPITALS)]},
    "calamine/issue_530.xlsx": {"openpyxl": [Known(BACKSLASHES)]},
    "calamine/issue_385.xls": {"calamine": [Known(READ_ONLY)]},
    "calamine/minimal_package.xlsx": {
        "openpyxl": [Known(NO_STYLE)],
        "calamine": [Known(TRIMS, "Sheet1", "2,093 cells from E4 to AJ196")],
    },
    "calamine/picture_richdata.xlsx": {"calamine": [Known(ERRORS_AS_BLANKS, "Sheet1", "B2")]},
    "calamine/pictures_in_cell_and_over_cell.xlsx": {"calamine": [Known(ERRORS_AS_BLANKS, "Sheet1", "A1 A3")]},
    "calamine/pivots.xlsx": {
        "openpyxl": [Known(PIVOT)],
        "calamine": [Known(ERRORS_AS_BLANKS, "DataSheet", "J5 G8"), Known(ERRORS_AS_BLANKS, "DataSheet2", "J5 G8")],
    },
    "calamine/sheet_name_parsing.xls": {"calamine": [Known(WIDE, "Sheet1", "A1 B1 C1 D1 E1 F1 G1")]},
    "calamine/strict_iso_paths.xlsx": {"openpyxl": [Known(NO_SHEETS, "ml_out")]},
    "calamine/too_small.xls": {"calamine": [Known(IS_TEXT)]},
    "calamine/whitespace_trim.xlsx": {
        "calamine": [Known(TRIMS, "inlineStr", "A1 B1 A2"), Known(TRIMS, "SharedStrings", "A1 C1 A2")]
    },
    "openspout/file_corrupted.xlsx": {"openpyxl": [Known(IS_TEXT)], "calamine": [Known(IS_TEXT)]},
    "openspout/file_with_sheet_xml_not_matching_content_types.xlsx": {"openpyxl": [Known(READS_NO_SHEETS)]},
    "openspout/non_zip.ods": {"calamine": [Known(IS_TEXT)]},
    "openspout/one_sheet_with_capital_shared_strings_filename.xlsx": {"openpyxl": [Known(CAPITALS)]},
    "openspout/sheet_with_all_cell_types.xlsx": {
        "openpyxl": [Known(NO_ISO_DATE)],
        "calamine": [Known(UNKNOWN_ERROR)],
    },
    "openspout/sheet_with_dates_and_times.xlsx": {"calamine": [Known(ISO_TEXT, "Sheet1", "B3")]},
    "openspout/sheet_with_different_numeric_value_dates.xlsx": {
        "openpyxl": [Known(LEAP_DAY, "Sheet1", "C2")],
        "calamine": [Known(LEAP_DAY, "Sheet1", "C2")],
    },
    "openspout/sheet_with_strict_ooxml.xlsx": {"openpyxl": [Known(NO_SHEETS, "ae1")]},
    "openspout/sheet_with_untrimmed_inline_strings.xlsx": {"calamine": [Known(TRIMS, "Sheet1", "A2 A3")]},
}


def listed(addresses: Iterable[str]) -> str:
    """Return addresses as the table has them: each of a few; the number and the ends of many."""
    found = list(addresses)
    return " ".join(found) if len(found) <= 20 else f"{len(found):,} cells from {found[0]} to {found[-1]}"


def sorted_out(found: Differences, faults: list[Fault]) -> tuple[list[Known], Differences]:
    """Return what the faults explain of the differences, and the differences that none explains.

    Args:
        found: see `oracles.differences`.
        faults: those of the oracle; the first one that explains a difference counts.
    """
    explained: dict[tuple[Fault, str], list[str]] = {}
    unexplained: Differences = {}
    for (sheet, address), values in found.items():
        fault = next((fault for fault in faults if fault.explains(*values)), None)
        if fault is None:
            unexplained[sheet, address] = values
        else:
            explained.setdefault((fault, sheet), []).append(address)
    return [Known(fault, sheet, listed(addresses)) for (fault, sheet), addresses in explained.items()], unexplained
