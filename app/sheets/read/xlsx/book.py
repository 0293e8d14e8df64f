"""An xlsx or xlsm file: its parts, found by their relationships, and its worksheets."""

from __future__ import annotations

from collections.abc import Iterator

from app.sheets.cells import Cell, Chunk
from app.sheets.problems import DamagedFile, NotASpreadsheet
from app.sheets.read.archive import Archive, resolve
from app.sheets.read.content import TAKEN
from app.sheets.read.findings import Findings
from app.sheets.read.limits import within_columns
from app.sheets.read.straight import Straight
from app.sheets.read.workbook import SheetName
from app.sheets.read.xlsx.shared_strings import shared_strings
from app.sheets.read.xlsx.styles import NumberReader, number_readers
from app.sheets.read.xlsx.worksheet import Worksheet
from app.sheets.read.xml import MAIN, RELATIONSHIP_IDS, elements

# The last words of the types of relationships to sheets that have no cells, or no data in them.
NOT_WORKSHEETS = frozenset({"chartsheet", "dialogsheet", "macrosheet", "xlMacrosheet", "xlIntlMacrosheet"})


class XlsxWorkbook:
    """An open xlsx file. Shared strings and styles are read with the first sheet."""

    kind = "xlsx"
    blind_spots = ""
    encoding = delimiter = ""

    def __init__(self, archive: Archive) -> None:
        """Read the list of sheets.

        Raises:
            DamagedFile: parts that it needs are missing.
            NotASpreadsheet: it is another kind of document.
        """
        self._archive = archive
        self._book = self._find_book()
        self._links = self._relationships(self._book)
        self._is_1904 = False
        self._parts: dict[str, str] = {}
        self.sheets: list[SheetName] = []
        self._read_book()
        self._strings: list[Cell] | None = None
        self._numbers: list[NumberReader] = []
        self._findings = Findings()

    def rows(self, sheet: str, straight: Straight | None = None) -> Iterator[Chunk]:
        """Yield a worksheet's rows, a chunk of them at a time; those that `straight` takes are no cells."""
        if self._strings is None:
            self._strings = self._read_strings()
            self._numbers = self._read_numbers()
        part = self._parts[sheet]
        worksheet = Worksheet(self._strings, self._numbers)
        self._findings = worksheet.findings
        with self._archive.open(part) as stream:
            for chunk in within_columns(worksheet.chunks(stream, part, straight=straight), self._archive.limits):
                self._findings.share = stream.share
                yield chunk

    def findings(self) -> Findings:
        """Return what the sheet that is being read has told so far beside its cells."""
        return self._findings

    def close(self) -> None:
        """Close the file."""
        self._archive.close()

    def _find_book(self) -> str:
        for kind, target, _ in self._relationships("").values():
            if kind == "officeDocument":
                return target
        return "xl/workbook.xml"

    def _relationships(self, part: str) -> dict[str, tuple[str, str, str]]:
        """Return a part's relationships by id: last word of the type, target part, target as it is spelled."""
        folder, _, name = part.rpartition("/")
        path = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        if not self._archive.has(path):
            return {}
        with self._archive.open(path) as stream:
            return {
                attributes.get("Id", ""): (
                    attributes.get("Type", "").rpartition("/")[2],
                    resolve(part, attributes.get("Target", "")),
                    attributes.get("Target", ""),
                )
                for name, attributes in elements(stream, path)
                if name == "Relationship"
            }

    def _read_book(self) -> None:
        is_workbook = False
        with self._archive.open(self._book) as stream:
            for name, attributes in elements(stream, self._book, MAIN):
                if name == "workbook":
                    is_workbook = True
                elif name == "workbookPr":
                    self._is_1904 = attributes.get("date1904") in ("1", "true")
                elif name == "sheet":
                    self._add_sheet(attributes)
        if not is_workbook:
            raise NotASpreadsheet("This file holds no workbook.", TAKEN)

    def _add_sheet(self, attributes: dict[str, str]) -> None:
        link = next((attributes[key] for key in RELATIONSHIP_IDS if key in attributes), "")
        kind, part, _ = self._links.get(link, ("", "", ""))
        if kind in NOT_WORKSHEETS:
            return
        name = attributes.get("name", "")
        if name in self._parts:
            raise DamagedFile(f'Two sheets are called "{name}".', "Open the file in Excel, and save it.")
        if not self._archive.has(part):
            raise DamagedFile(f'The sheet "{name}" is missing in the file.')
        self._parts[name] = part
        self.sheets.append(SheetName(name, attributes.get("state", "visible") == "visible"))

    def _linked(self, wanted: str) -> str | None:
        """Return the part that the workbook names for a purpose, even a missing one; None where it names none."""
        return next((part for kind, part, _ in self._links.values() if kind == wanted), None)

    def _read_strings(self) -> list[Cell]:
        part = self._linked("sharedStrings")
        if part is None or not self._archive.has(part):  # each cell that refers to a text says that it is missing
            return []
        with self._archive.open(part) as stream:
            return shared_strings(stream, part, self._archive.limits.strings)

    def _read_numbers(self) -> list[NumberReader]:
        part = self._linked("styles")
        if part is None:
            return number_readers(None, self._is_1904)
        with self._archive.open(part) as stream:
            return number_readers(stream, self._is_1904)
