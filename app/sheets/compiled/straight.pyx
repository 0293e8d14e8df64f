# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Rows of a worksheet straight from their XML into stored values, without a cell between.

`Rows.take` does at once what these do one after the other, and to the same effect: `app.sheets.read.xlsx.regular_rows`
finds the cells, `app.sheets.read.xlsx.styles` and `app.sheets.convert` make values of them, `app.sheets.sums` adds them
up, and `app.sheets.encode` writes them for the sink. It takes only what is of the usual make, and leaves everything
else to them: whatever is odd in any way raises `Unusual`. The tests hold the two equal.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.list cimport PyList_GET_ITEM, PyList_GET_SIZE
from cpython.mem cimport PyMem_Calloc, PyMem_Free
from cpython.unicode cimport PyUnicode_DecodeUTF8, PyUnicode_GET_LENGTH
from libc.math cimport fabs
from libc.stdint cimport int16_t, int64_t, uint8_t
from libc.string cimport memset

from app.sheets.compiled.crc32 cimport crc32_of
from app.sheets.compiled.markup cimport (
    BLANK, INLINE, NUMBER, SHARED, TRUTH, Slot, number_at, position_at, read_attributes, read_cell, skip, skip_blanks
)
from app.sheets.compiled.moments cimport DAY, MOMENT, ODD, PLAIN, Moment, Style, moment_of, write_date
from app.sheets.compiled.numbers cimport (
    Number, parse, power_of_ten, to_15_digits, value_of, write_decimal, write_number, write_padded
)
from app.sheets.compiled.output cimport Output

from app.sheets.compiled.unusual import Unusual

cdef extern from "Python.h":
    const char *PyUnicode_AsUTF8AndSize(object text, Py_ssize_t *size) except NULL

cdef enum:  # kinds of columns; a column of another kind has rows only where its cell is blank
    ANOTHER
    INTEGER
    DECIMAL
    FLOAT
    BOOLEAN
    DATE
    DATETIME
    TEXT
    ENUM

cdef enum:  # measures, see `app.sheets.sums`
    EXACT
    APPROXIMATE
    CRC

KINDS = {
    "integer": INTEGER,
    "decimal": DECIMAL,
    "float": FLOAT,
    "boolean": BOOLEAN,
    "date": DATE,
    "datetime": DATETIME,
    "text": TEXT,
    "enum": ENUM,
}
MEASURES = {"exact": EXACT, "approximate": APPROXIMATE, "crc": CRC}
STYLES = {"plain": PLAIN, "moment": MOMENT, "day": DAY, "odd": ODD}

# Positions in the sheet that no column of the plan takes: with cells that nobody expects, or left out on purpose.
cdef enum:
    STRAY = -1
    IGNORED = -2

cdef enum:
    MOST_POSITIONS = 16384
    SPELLED = 64  # bytes that no number, date or time takes
    MOST_FRACTION_DIGITS = 6
    MOST_SCALE = 15

cdef int64_t MOST_TOTAL = 1 << 62


cdef struct Column:
    int kind, measure
    bint is_required, is_key, stays_float, drops_spaces, zero_is_next
    int scale, fraction_digits
    int64_t low, high  # of an integer, or of a decimal's units
    Py_ssize_t length, max_bytes
    Py_ssize_t filled
    int64_t total
    double sum, magnitude



cdef class Rows:
    """Takes the rows of one worksheet, for one plan."""

    cdef list _strings, _members, _keys
    cdef int _columns, _styles
    cdef Column *_column  # those of the plan
    cdef Slot *_slot  # what stands in each of them in the row at hand
    cdef Style *_style
    cdef int16_t *_place  # which column of the plan takes a position of the sheet
    cdef Output _output
    cdef bint _has_stage  # each row begins with its number for a staging table
    cdef int64_t _stage
    cdef int _header_row, _widest
    cdef bint _is_first  # nothing has been taken or left yet

    def __cinit__(self, columns, styles, *_rest):
        self._columns = len(columns)
        self._styles = len(styles)
        self._column = <Column *>PyMem_Calloc(self._columns + 1, sizeof(Column))
        self._slot = <Slot *>PyMem_Calloc(self._columns + 1, sizeof(Slot))
        self._style = <Style *>PyMem_Calloc(self._styles + 1, sizeof(Style))
        self._place = <int16_t *>PyMem_Calloc(MOST_POSITIONS, sizeof(int16_t))
        if not (self._column and self._slot and self._style and self._place):
            raise MemoryError

    def __dealloc__(self):
        PyMem_Free(self._column)
        PyMem_Free(self._slot)
        PyMem_Free(self._style)
        PyMem_Free(self._place)

    def __init__(self, columns, styles, list strings not None, ignored, int header_row, stage, bint for_load_data):
        """See straight.pyi."""
        cdef int index
        cdef Column *column
        self._strings = strings
        self._members = [one.members for one in columns]
        self._header_row = header_row
        self._is_first = True
        self._has_stage = stage is not None
        self._stage = stage or 0
        self._output = Output(self._columns + self._has_stage, for_load_data)
        for index, one in enumerate(styles):
            self._style[index].shape, self._style[index].epoch, self._style[index].first, self._style[index].last = one
        for index in range(MOST_POSITIONS):
            self._place[index] = STRAY
        for position in ignored:
            if 0 <= position < MOST_POSITIONS:
                self._place[<int>position] = IGNORED
        for index, one in enumerate(columns):
            if not 0 <= one.position < MOST_POSITIONS:
                raise ValueError(one)
            if not 0 <= one.scale <= MOST_SCALE or not 0 <= one.fraction_digits <= MOST_FRACTION_DIGITS:
                raise ValueError(one)
            column = &self._column[index]
            self._place[<int>one.position] = index
            column.kind = KINDS.get(one.kind, ANOTHER)
            column.measure = MEASURES[one.measure]
            column.is_required = one.is_required
            column.is_key = one.is_key
            column.stays_float = one.stays_float
            column.drops_spaces = one.drops_spaces
            column.zero_is_next = one.zero_is_next
            column.scale = one.scale
            column.fraction_digits = one.fraction_digits
            column.low, column.high = one.low, one.high
            column.length, column.max_bytes = one.length, one.max_bytes

    def take(self, bytes xml not None):
        """See straight.pyi."""
        cdef const char *at = PyBytes_AS_STRING(xml)
        cdef const char *end = at + PyBytes_GET_SIZE(xml)
        cdef list numbers = [], above = []
        cdef int number
        cdef bint may_be_above = self._is_first
        self._is_first = False
        self._begin()
        try:
            while True:
                skip_blanks(&at, end)
                if at == end:
                    break
                number = self._row(&at, end)
                if number > self._header_row:
                    self._write(number)
                    numbers.append(number)
                elif numbers or not may_be_above:
                    raise Unusual
                else:
                    above.append(number)
        except (Unusual, UnicodeError):
            return None
        if not numbers:
            return None
        keys = {index: self._keys[index] for index in range(self._columns) if self._column[index].is_key}
        return above, numbers, self._widest, self._totals(), keys, self._output.rows(len(numbers))

    cdef int _begin(self) except -1:
        """Forget the rows of the last time."""
        cdef int index
        self._widest = 0
        self._keys = [[] if self._column[index].is_key else None for index in range(self._columns)]
        for index in range(self._columns):
            self._column[index].filled = 0
            self._column[index].total = 0
            self._column[index].sum = self._column[index].magnitude = 0.0
        self._output.clear()
        return 0

    cdef list _totals(self):
        cdef int index
        cdef Column *column
        totals = []
        for index in range(self._columns):
            column = &self._column[index]
            if column.measure == APPROXIMATE:
                totals.append((column.filled, column.sum, column.magnitude))
            else:
                totals.append((column.filled, column.total, 0.0))
        return totals

    # ---- what stands in a row

    cdef int _row(self, const char **at, const char *end) except -1:
        """Read a row; return its number. What stands above the data is passed over."""
        cdef const char *digits
        cdef Py_ssize_t size
        cdef int number
        if not skip(at, end, b'<row r="', 8) or at[0][0] == c"0":
            raise Unusual
        digits = at[0]
        number = number_at(at, end, 7)
        size = at[0] - digits
        if not skip(at, end, b'"', 1):
            raise Unusual
        read_attributes(at, end)
        if not skip(at, end, b">", 1):
            raise Unusual
        self._cells(at, end, digits, size, number > self._header_row)
        return number

    cdef int _cells(
        self, const char **at, const char *end, const char *digits, Py_ssize_t size, bint is_data
    ) except -1:
        """Read the cells of a row, from left to right, each with the row's number in its address."""
        cdef int position, last = -1, place
        cdef Slot slot
        memset(self._slot, 0, sizeof(Slot) * self._columns)
        while not skip(at, end, b"</row>", 6):
            if not skip(at, end, b'<c r="', 6):
                raise Unusual
            position = position_at(at)
            if not last < position < MOST_POSITIONS or not skip(at, end, digits, size) or not skip(at, end, b'"', 1):
                raise Unusual
            last = position
            read_cell(at, end, self._styles, &slot)
            if slot.type == BLANK:
                continue
            if position > self._widest:
                self._widest = position
            place = self._place[position] if is_data else IGNORED
            if place == STRAY:
                raise Unusual
            if place == IGNORED:
                self._check_ignored(&slot)
            else:
                self._slot[place] = slot
        return 0

    cdef int _check_ignored(self, Slot *slot) except -1:
        """Refuse what the other path would not pass over either."""
        cdef Number number
        if slot.type == INLINE:
            PyUnicode_DecodeUTF8(slot.text, slot.size, NULL)
        elif not parse(slot.text, slot.size, &number):
            raise Unusual
        return 0

    # ---- what it becomes

    cdef int _write(self, int number) except -1:
        """Write the row at hand, all of whose cells are known; one without any is left to the other path."""
        cdef int index
        cdef bint is_blank = True
        cdef Output output = self._output
        if self._has_stage:
            output.begin(0)
            output.integer(self._stage + number)
            output.end(False)
        for index in range(self._columns):
            output.begin(index + self._has_stage)
            if self._is_blank(index):
                if self._column[index].is_required:
                    raise Unusual
                output.null()
                if self._column[index].is_key:
                    (<list>self._keys[index]).append(None)
            else:
                is_blank = False
                self._column[index].filled += 1
                self._convert(index)
            output.end(index == self._columns - 1)
        if is_blank:
            raise Unusual
        return 0

    cdef bint _is_blank(self, int index) except -1:
        """Tell whether a cell is blank; one with a shared text that is none is, too."""
        cdef Slot *slot = &self._slot[index]
        if slot.type != SHARED:
            return slot.type == BLANK
        return self._shared(slot) is None

    cdef object _shared(self, Slot *slot):
        cdef const char *at = slot.text
        cdef int place = number_at(&at, slot.text + slot.size, 9)
        if at != slot.text + slot.size or place >= PyList_GET_SIZE(self._strings):
            raise Unusual
        return <object>PyList_GET_ITEM(self._strings, place)

    cdef int _convert(self, int index) except -1:
        """Write what a cell that is not blank becomes in its column, and add it up."""
        cdef Slot *slot = &self._slot[index]
        cdef int kind = self._column[index].kind
        cdef int shape = self._style[slot.style].shape
        if slot.type == TRUTH:
            if kind != BOOLEAN or slot.size != 1 or not c"0" <= slot.text[0] <= c"1":
                raise Unusual
            return self._integer(index, slot.text[0] - c"0")
        if slot.type != NUMBER:
            if kind != TEXT and kind != ENUM:
                raise Unusual
            return self._text(index, slot)
        if shape == PLAIN:
            return self._number(index, slot)
        if shape == MOMENT or shape == DAY:
            return self._day(index, slot)
        raise Unusual

    cdef int _number(self, int index, Slot *slot) except -1:
        cdef Column *column = &self._column[index]
        cdef Number number
        cdef char[SPELLED] spelled
        cdef double value
        cdef int64_t units, power
        to_15_digits(slot.text, slot.size, &number)
        if column.kind == INTEGER or column.kind == BOOLEAN:
            if number.decimals:
                raise Unusual
            return self._integer(index, -<int64_t>number.units if number.is_negative else <int64_t>number.units)
        if column.kind == FLOAT:
            value = value_of(&number)
            column.sum += value
            column.magnitude += fabs(value)
            if column.is_key:
                (<list>self._keys[index]).append(value)
            if self._output.for_load_data:
                return self._output.ascii(spelled, write_number(&number, spelled))
            return self._output.real(value)
        if column.kind == TEXT:
            if number.decimals > 18 or number.decimals and number.units * 10000 < power_of_ten(number.decimals):
                raise Unusual  # which is not spelled with an exponent there
            return self._spelled_text(index, spelled, write_number(&number, spelled))
        if column.kind != DECIMAL or number.decimals > column.scale:
            raise Unusual
        units = <int64_t>number.units
        power = <int64_t>power_of_ten(column.scale - number.decimals)
        if units > column.high // power:
            raise Unusual
        units *= power
        if column.measure == EXACT:
            self._add(column, -units if number.is_negative else units)
        if column.stays_float:
            return self._output.real(value_of(&number))
        return self._spelled_text(
            index, spelled, write_decimal(number.is_negative, units, column.scale, spelled)
        )

    cdef int _integer(self, int index, int64_t value) except -1:
        cdef Column *column = &self._column[index]
        if not column.low <= value <= column.high or column.zero_is_next and not value:
            raise Unusual
        self._add(column, value)
        if column.is_key:
            (<list>self._keys[index]).append(value)
        return self._output.integer(value)

    cdef int _day(self, int index, Slot *slot) except -1:
        """Write a date or a moment."""
        cdef Column *column = &self._column[index]
        cdef Moment moment
        cdef char[SPELLED] spelled
        cdef int size = 10
        moment_of(slot.text, slot.size, &self._style[slot.style], &moment)
        write_date(moment.ordinal, spelled)
        if column.kind == DATETIME:
            spelled[10] = c" "
            write_padded(moment.second // 3600, 2, spelled + 11)
            write_padded(moment.second // 60 % 60, 2, spelled + 14)
            write_padded(moment.second % 60, 2, spelled + 17)
            spelled[13] = spelled[16] = c":"
            size = 19
            if column.fraction_digits:
                spelled[19] = c"."
                memset(spelled + 20, c"0", column.fraction_digits)
                size = 20 + column.fraction_digits
        elif column.kind != DATE or moment.second:
            raise Unusual
        return self._spelled_text(index, spelled, size)

    cdef int _text(self, int index, Slot *slot) except -1:
        cdef Column *column = &self._column[index]
        cdef Py_ssize_t size, length
        cdef const char *utf8
        text = self._shared(slot) if slot.type == SHARED else PyUnicode_DecodeUTF8(slot.text, slot.size, NULL)
        if type(text) is not str:
            raise Unusual
        utf8 = PyUnicode_AsUTF8AndSize(text, &size)
        length = PyUnicode_GET_LENGTH(text)
        if column.kind == ENUM:
            if text not in self._members[index]:
                raise Unusual
        else:
            self._check_length(column, utf8, size, length)
        column.total += crc32_of(<const uint8_t *>utf8, size)
        if column.is_key:
            (<list>self._keys[index]).append(text)
        return self._output.text(utf8, size, size == length)

    cdef int _spelled_text(self, int index, const char *text, int size) except -1:
        """Write what is stored as a text although it came as a number."""
        cdef Column *column = &self._column[index]
        if column.kind == TEXT:
            self._check_length(column, text, size, size)
        if column.measure == CRC:
            column.total += crc32_of(<const uint8_t *>text, size)
        if column.is_key:
            (<list>self._keys[index]).append(PyUnicode_DecodeUTF8(text, size, NULL))
        return self._output.ascii(text, size)

    cdef int _check_length(self, Column *column, const char *text, Py_ssize_t size, Py_ssize_t length) except -1:
        if 0 <= column.length < length or 0 <= column.max_bytes < size:
            raise Unusual
        if column.drops_spaces and size and text[size - 1] == c" ":
            raise Unusual
        return 0

    cdef int _add(self, Column *column, int64_t value) except -1:
        if not -MOST_TOTAL < column.total < MOST_TOTAL:
            raise Unusual
        column.total += value
        return 0
