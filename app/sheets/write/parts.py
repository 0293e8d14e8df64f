"""The parts of a workbook beside its rows (ECMA-376 part 1, 12 and 18)."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

PROPERTIES = (
    f'{DECLARATION}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>opsdesk</dc:creator></cp:coreProperties>'
)
PACKAGE_RELATIONSHIPS = (
    f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{DOCUMENT}/relationships/officeDocument" Target="xl/workbook.xml"/>'
    f'<Relationship Id="rId2" Type="{PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
    "</Relationships>"
)


def sheet_part(number: int) -> str:
    """Return the name of the part of a sheet, counted from 1."""
    return f"xl/worksheets/sheet{number}.xml"


def sheet_head(widths: Sequence[float], is_first: bool) -> str:
    """Return a worksheet up to its rows: the first one is frozen, the columns have these widths in characters."""
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width:g}" customWidth="1"/>'
        for number, width in enumerate(widths, start=1)
    )
    return (
        f'{DECLARATION}<worksheet xmlns="{MAIN}"><sheetViews>'
        f'<sheetView{" tabSelected=" + quoteattr("1") if is_first else ""} workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        '<selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/>{f"<cols>{columns}</cols>" if columns else ""}<sheetData>'
    )


def sheet_tail(last_cell: str) -> str:
    """Return a worksheet from its rows on. Excel is not to mark texts of digits, which are meant to be texts."""
    return (
        f'</sheetData><ignoredErrors><ignoredError sqref="A1:{last_cell}" numberStoredAsText="1"/></ignoredErrors>'
        "</worksheet>"
    )


def workbook(names: Sequence[str]) -> str:
    """Return the workbook with sheets of these names."""
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, start=1)
    )
    return (
        f'{DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}/relationships">'
        f"<bookViews><workbookView/></bookViews><sheets>{sheets}</sheets></workbook>"
    )


def workbook_relationships(sheets: int) -> str:
    """Return what leads from the workbook to its sheets and styles."""
    links = [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, sheets + 1)]
    links.append(("styles", "styles.xml"))
    inside = "".join(
        f'<Relationship Id="rId{number}" Type="{DOCUMENT}/relationships/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(links, start=1)
    )
    return f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'


def content_types(sheets: int) -> str:
    """Return what each part is."""
    overrides = [("/xl/workbook.xml", f"{TYPE}.sheet.main+xml"), ("/xl/styles.xml", f"{TYPE}.styles+xml")]
    overrides += [(f"/{sheet_part(number)}", f"{TYPE}.worksheet+xml") for number in range(1, sheets + 1)]
    overrides.append(("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"))
    inside = "".join(f'<Override PartName="{name}" ContentType="{type_}"/>' for name, type_ in overrides)
    return (
        f'{DECLARATION}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{inside}</Types>'
    )
