# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Rows of a worksheet straight from their XML into stored values, without a cell between.

`Rows.take` does at once what these do one after the other, and to the same effect: `app.sheets.read.xlsx.regular_rows`
finds the cells, `app.sheets.read.xlsx.styles` and `app.sheets.convert` make values of them, `app.sheets.sums` adds them
up, and `app.sheets.encode` writes them for the sink. It takes only what is of the usual make, and leaves everything
else to them: whatever is odd in any way raises `Unusual`. The tests hold the two equal.

The XML comes from a stranger. It is read in one direction, within `bytes`, behind whose end Python keeps a NUL that
fits nothing; nothing is looked at behind a byte that does not fit.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.list cimport PyList_GET_ITEM, PyList_GET_SIZE
from cpython.mem cimport PyMem_Calloc, PyMem_Free, PyMem_Realloc
from cpython.unicode cimport PyUnicode_DecodeUTF8, PyUnicode_GET_LENGTH
from libc.math cimport fabs
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint64_t
from libc.string cimport memchr, memcmp, memcpy, memset

from app.sheets.compiled.crc32 cimport crc32_of

cdef extern from "Python.h":
    const char *PyUnicode_AsUTF8AndSize(object text, Py_ssize_t *size) except NULL
    double PyOS_string_to_double(const char *text, char **end, object overflow) except? -1.0
    char *PyOS_double_to_string(double value, char code, int precision, int flags, int *kind) except NULL


class Unusual(Exception):
    """Rows that are left to the other path."""


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

cdef enum:  # what a style makes of numbers: nothing, a moment, a day, or what is left to the other path
    PLAIN
    MOMENT
    DAY
    ODD

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

# What stands in a cell.
cdef enum:
    BLANK
    NUMBER
    SHARED
    TRUTH
    INLINE

# Positions in the sheet that no column of the plan takes: with cells that nobody expects, or left out on purpose.
cdef enum:
    STRAY = -1
    IGNORED = -2

cdef enum:
    MOST_POSITIONS = 16384
    DAY_S = 86400
    LAST_SURE_DAY = 65536  # in 2079; half an ulp of a serial before it is 0.31 microseconds
    FIELD = 64  # bytes that no number, date or time is longer than, however it is spelled
    EXACT_POWERS = 22  # of ten, which a double holds
    MOST_FRACTION_DIGITS = 6
    MOST_SCALE = 15
    MOST_DECIMALS = 14  # of a serial: 10 to that, times the seconds of a day, are below 2 to the 64

# How far from a whole second the text of a serial may be: its double is then rounded to a microsecond, which
# `serials.split` allows; and what it allows besides where a writer has cut the decimals.
cdef double OFF_S = 0.9e-6
cdef double CUT_AT_9_S = 43e-6
cdef double CUT_AT_10_S = 4e-6
cdef int64_t MOST_UNITS = 1000000000000000  # the first number of 16 digits
cdef int64_t MOST_TOTAL = 1 << 62

cdef uint64_t[20] WHOLE
cdef double[23] POWERS


cdef void _fill_tables() noexcept:
    cdef int at
    WHOLE[0] = 1
    for at in range(1, 20):
        WHOLE[at] = WHOLE[at - 1] * 10
    POWERS[0] = 1.0
    for at in range(1, EXACT_POWERS + 1):
        POWERS[at] = POWERS[at - 1] * 10.0


_fill_tables()


# ---- numbers


cdef struct Number:
    bint is_negative
    uint64_t units  # the number, times 10 to its decimals
    int digits  # of the units; 0 of 0
    int decimals


cdef bint _parse(const char *text, Py_ssize_t size, Number *number) noexcept:
    """Read a number of at most 19 digits; tell whether it is one."""
    cdef const char *end = text + size
    cdef int exponent = 0, exponent_digits = 0, met = 0
    cdef bint is_below = False, has_point = False
    number.is_negative = text < end and text[0] == c"-"
    text += number.is_negative
    number.units = number.digits = number.decimals = 0
    while text < end:
        if c"0" <= text[0] <= c"9":
            met += 1
            if number.digits or text[0] != c"0":
                number.digits += 1
                if number.digits > 19:
                    return False
            number.units = number.units * 10 + <uint64_t>(text[0] - c"0")
            number.decimals += has_point
        elif text[0] == c"." and not has_point:
            has_point = True
        else:
            break
        text += 1
    if not met:
        return False
    if text < end:
        if text[0] != c"E" and text[0] != c"e":
            return False
        text += 1
        if text < end and (text[0] == c"-" or text[0] == c"+"):
            is_below = text[0] == c"-"
            text += 1
        while text < end:
            if not c"0" <= text[0] <= c"9" or exponent_digits == 3:
                return False
            exponent = exponent * 10 + (text[0] - c"0")
            exponent_digits += 1
            text += 1
        if not exponent_digits:
            return False
        number.decimals += exponent if is_below else -exponent
    while number.decimals < 0 and number.digits < 19:
        number.units *= 10
        number.digits += number.units != 0
        number.decimals += 1
    return number.decimals >= 0


cdef int _to_15_digits(const char *text, Py_ssize_t size, Number *number) except -1:
    """Read a number as Excel holds it: a double, of which 15 digits count; without zeros behind its decimals.

    A text is within half an ulp of its double, which is less than 12 units of the 17th digit, or 2 of the 16th. So
    the digits themselves tell how the double is rounded, unless they are that near to a half.
    """
    cdef int beyond
    cdef uint64_t part, rest, margin
    if not _parse(text, size, number):
        raise Unusual
    beyond = number.digits - 15
    if beyond > 0:
        if beyond > number.decimals:
            raise Unusual
        part = WHOLE[beyond]
        rest = number.units % part
        margin = 12 if beyond == 2 else 2
        if beyond > 2 or part < 2 * rest + 2 * margin and 2 * rest < part + 2 * margin:
            _round_as_double(text, size, number)
        else:
            number.units = number.units // part + (2 * rest > part)
            number.decimals -= beyond
    while number.decimals and not number.units % 10:
        number.units //= 10
        number.decimals -= 1
    if number.units >= <uint64_t>MOST_UNITS or number.decimals > EXACT_POWERS or number.is_negative and not number.units:
        raise Unusual
    return 0


cdef int _round_as_double(const char *text, Py_ssize_t size, Number *number) except -1:
    """Read a number by its double. Behind `text` there must be something that ends numbers."""
    cdef char *end = NULL
    cdef double value = PyOS_string_to_double(text, &end, Unusual)
    cdef char *spelled
    cdef bint is_read
    if end != text + size:
        raise Unusual
    spelled = PyOS_double_to_string(value, c"g", 15, 0, NULL)
    size = 0
    while spelled[size]:
        size += 1
    is_read = _parse(spelled, size, number)
    PyMem_Free(spelled)
    if not is_read:
        raise Unusual
    return 0


cdef double _value(Number *number) noexcept:
    """Return the double of a number of at most 15 digits; both of what is divided are exact, so it is the nearest."""
    cdef double value = <double>number.units / POWERS[number.decimals]
    return -value if number.is_negative else value


cdef int _digits(uint64_t units, char *out) noexcept:
    """Write a whole number; return how many bytes it takes."""
    cdef char[20] backwards
    cdef int size = 0, at
    while True:
        backwards[size] = <char>(c"0" + units % 10)
        units //= 10
        size += 1
        if not units:
            break
    for at in range(size):
        out[at] = backwards[size - 1 - at]
    return size


cdef int _spelled(Number *number, char *out) noexcept:
    """Write a number as C's %.15g does; return how many bytes it takes."""
    cdef char[20] digits
    cdef int count = _digits(number.units, digits)
    cdef int first = count - 1 - number.decimals  # the power of ten of the first digit
    cdef int size = 0
    if number.is_negative:
        out[0] = c"-"
        size = 1
    if not number.decimals:
        memcpy(out + size, digits, count)
        return size + count
    if first >= 0:
        memcpy(out + size, digits, first + 1)
        out[size + first + 1] = c"."
        memcpy(out + size + first + 2, digits + first + 1, count - first - 1)
        return size + count + 1
    if first >= -4:
        out[size] = c"0"
        out[size + 1] = c"."
        memset(out + size + 2, c"0", -first - 1)
        memcpy(out + size + 1 - first, digits, count)
        return size + 1 - first + count
    out[size] = digits[0]
    size += 1
    if count > 1:
        out[size] = c"."
        memcpy(out + size + 1, digits + 1, count - 1)
        size += count
    out[size] = c"e"
    out[size + 1] = c"-"
    if -first < 10:
        out[size + 2] = c"0"
        out[size + 3] = <char>(c"0" - first)
        return size + 4
    return size + 2 + _digits(-first, out + size + 2)


cdef int _with_decimals(bint is_negative, uint64_t units, int scale, char *out) noexcept:
    """Write a number of units of its last decimal, with all its decimals; return how many bytes it takes."""
    cdef int size = 0
    if is_negative:
        out[0] = c"-"
        size = 1
    size += _digits(units // WHOLE[scale], out + size)
    if scale:
        out[size] = c"."
        _padded(units % WHOLE[scale], scale, out + size + 1)
        size += 1 + scale
    return size


cdef void _padded(uint64_t number, int width, char *out) noexcept:
    """Write a whole number with zeros in front."""
    while width:
        width -= 1
        out[width] = <char>(c"0" + number % 10)
        number //= 10


# ---- days and moments


cdef void _date(int64_t ordinal, char *out) noexcept:
    """Write a date as YYYY-MM-DD by its ordinal, day 1 being 1 January of the year 1.

    By the eras of 400 years that begin on 1 March (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    """
    cdef int64_t day = ordinal + 305
    cdef int64_t era = day // 146097
    cdef int64_t of_era = day - era * 146097
    cdef int64_t year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    cdef int64_t of_year = of_era - (365 * year + year // 4 - year // 100)
    cdef int64_t month = (5 * of_year + 2) // 153
    _padded(of_year - (153 * month + 2) // 5 + 1, 2, out + 8)
    month += 3 if month < 10 else -9
    _padded(year + era * 400 + (month <= 2), 4, out)
    out[4] = out[7] = c"-"
    _padded(month, 2, out + 5)


cdef struct Style:
    int shape
    int64_t epoch  # the ordinal of serial 0
    int64_t first, last  # the serials that have a date


cdef struct Moment:
    int64_t ordinal
    int64_t second  # of the day


cdef int _moment(const char *text, Py_ssize_t size, Style *style, Moment *moment) except -1:
    """Read a serial that is a whole second: see `app.sheets.read.xlsx.serials.split`, also on what writers cut off."""
    cdef Number number
    cdef uint64_t part, seconds, off
    cdef int64_t day
    cdef double allowed = OFF_S
    if not _parse(text, size, &number) or number.is_negative or number.decimals > MOST_DECIMALS:
        raise Unusual
    part = WHOLE[number.decimals]
    day = number.units // part
    if day < style.first:
        raise Unusual
    seconds = number.units % part * DAY_S
    off = seconds % part
    seconds //= part
    if 2 * off >= part:
        off = part - off
        seconds += 1
    if memchr(text, c"E", size) == NULL and memchr(text, c"e", size) == NULL:
        if 8 <= number.decimals <= 9:
            allowed += CUT_AT_9_S
        elif number.decimals == 10:
            allowed += CUT_AT_10_S
    if <double>off > allowed * <double>part or style.shape == DAY and off:
        raise Unusual
    if seconds == DAY_S:
        seconds = 0
        day += 1
    if day >= style.last or day >= LAST_SURE_DAY or style.shape == DAY and seconds:
        raise Unusual
    moment.ordinal = style.epoch + day
    moment.second = seconds
    return 0


# ---- what is written


cdef struct Buffer:
    char *data
    Py_ssize_t size, room


cdef int _make_room(Buffer *buffer, Py_ssize_t more) except -1:
    cdef Py_ssize_t room
    cdef char *data
    if buffer.size + more > buffer.room:
        room = 2 * (buffer.size + more)
        data = <char *>PyMem_Realloc(buffer.data, room)
        if data == NULL:
            raise MemoryError
        buffer.data = data
        buffer.room = room
    return 0


cdef void _put_int32(Buffer *buffer, int32_t value) noexcept:
    memcpy(buffer.data + buffer.size, &value, 4)
    buffer.size += 4


cdef int _marshal_text(Buffer *buffer, const char *text, Py_ssize_t size, bint is_ascii) except -1:
    """Write a text as marshal does: its type, its size and itself."""
    _make_room(buffer, size + 8)
    if is_ascii and size < 256:
        buffer.data[buffer.size] = c"z"
        buffer.data[buffer.size + 1] = <char>size
        buffer.size += 2
    else:
        buffer.data[buffer.size] = c"u"
        buffer.size += 1
        _put_int32(buffer, <int32_t>size)
    memcpy(buffer.data + buffer.size, text, size)
    buffer.size += size
    return 0


cdef int _marshal_int(Buffer *buffer, int64_t value) except -1:
    """Write an integer as marshal does: in 32 bits, or in as many times 15 as it needs."""
    cdef uint64_t rest = <uint64_t>(-value if value < 0 else value)
    cdef Py_ssize_t start
    cdef int32_t digits = 0
    _make_room(buffer, FIELD)
    if rest < 0x7FFFFFFF:
        buffer.data[buffer.size] = c"i"
        buffer.size += 1
        _put_int32(buffer, <int32_t>value)
        return 0
    buffer.data[buffer.size] = c"l"
    start = buffer.size + 1
    buffer.size += 5
    while rest:
        buffer.data[buffer.size] = <char>(rest & 0xFF)
        buffer.data[buffer.size + 1] = <char>(rest >> 8 & 0x7F)
        buffer.size += 2
        rest >>= 15
        digits += 1
    if value < 0:
        digits = -digits
    memcpy(buffer.data + start, &digits, 4)
    return 0


cdef int _escaped(Buffer *buffer, const char *text, Py_ssize_t size) except -1:
    """Write a text as LOAD DATA reads it: see `app.sheets.encode`."""
    cdef Py_ssize_t at
    cdef char sign
    cdef char *out
    _make_room(buffer, 2 * size + 2)
    out = buffer.data + buffer.size
    for at in range(size):
        sign = text[at]
        if sign == c"\\" or 0 <= sign < 0x0E:
            if sign == c"\t":
                sign = c"t"
            elif sign == c"\n":
                sign = c"n"
            elif sign == c"\r":
                sign = c"r"
            elif sign == 0:
                sign = c"0"
            elif sign != c"\\":
                out[0] = sign
                out += 1
                continue
            out[0] = c"\\"
            out += 1
        out[0] = sign
        out += 1
    buffer.size = out - buffer.data
    return 0


# ---- rows


cdef struct Slot:
    int type
    int style
    const char *text
    Py_ssize_t size


cdef struct Column:
    int kind, measure
    bint is_required, is_key, stays_float, drops_spaces, zero_is_next
    int scale, fraction_digits
    int64_t low, high  # of an integer, or of a decimal's units
    Py_ssize_t length, max_bytes
    Py_ssize_t filled
    int64_t total
    double sum, magnitude


cdef bint _skip(const char **at, const char *end, const char *expected, Py_ssize_t size) noexcept:
    """Tell whether these bytes come next, and step behind them."""
    if end - at[0] < size or memcmp(at[0], expected, size):
        return False
    at[0] += size
    return True


cdef int _number_at(const char **at, const char *end, int most) except -1:
    """Read digits, at most so many, and step behind them."""
    cdef int number = 0, digits = 0
    while at[0] < end and c"0" <= at[0][0] <= c"9" and digits < most:
        number = number * 10 + (at[0][0] - c"0")
        at[0] += 1
        digits += 1
    if not digits:
        raise Unusual
    return number


cdef bint _is_plain_text(const char *text, Py_ssize_t size) noexcept:
    """Tell whether a text of the XML is what it spells: without references, escapes, or what XML forbids."""
    cdef const char *end = text + size
    cdef uint8_t sign
    while text < end:
        sign = <uint8_t>text[0]
        if sign < 0x20 and sign != c"\t" and sign != c"\n" or sign == c"&":
            return False
        if sign == c"_" and text[1] == c"x" or sign == c"]" and text[1] == c"]":
            return False
        if sign == 0xEF and <uint8_t>text[1] == 0xBF and <uint8_t>text[2] >= 0xBE:
            return False
        text += 1
    return True


cdef class Rows:
    """Takes the rows of one worksheet, for one plan."""

    cdef list _strings, _members, _keys
    cdef int _columns, _styles
    cdef Column *_column  # those of the plan
    cdef Slot *_slot  # what stands in each of them in the row at hand
    cdef Buffer *_buffer  # of each column; where rows are written for LOAD DATA, all go into the first one
    cdef Style *_style
    cdef int16_t *_place  # which column of the plan takes a position of the sheet
    cdef bint _for_load_data
    cdef int _stages  # 1 where each row begins with its number for a staging table
    cdef int64_t _stage
    cdef int _header_row, _widest
    cdef bint _is_first  # nothing has been taken or left yet

    def __cinit__(self, columns, styles, *_rest):
        self._columns = len(columns)
        self._styles = len(styles)
        self._column = <Column *>PyMem_Calloc(self._columns + 1, sizeof(Column))
        self._slot = <Slot *>PyMem_Calloc(self._columns + 1, sizeof(Slot))
        self._buffer = <Buffer *>PyMem_Calloc(self._columns + 1, sizeof(Buffer))
        self._style = <Style *>PyMem_Calloc(self._styles + 1, sizeof(Style))
        self._place = <int16_t *>PyMem_Calloc(MOST_POSITIONS, sizeof(int16_t))
        if not (self._column and self._slot and self._buffer and self._style and self._place):
            raise MemoryError

    def __dealloc__(self):
        cdef int index
        if self._buffer != NULL:
            for index in range(self._columns + 1):
                PyMem_Free(self._buffer[index].data)
        PyMem_Free(self._column)
        PyMem_Free(self._slot)
        PyMem_Free(self._buffer)
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
        self._stages = stage is not None
        self._stage = stage or 0
        self._for_load_data = for_load_data
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
                while at < end and (at[0] == c" " or c"\t" <= at[0] <= c"\n" or at[0] == c"\r"):
                    at += 1
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
        return above, numbers, self._widest, self._totals(), keys, self._rows(<int32_t>len(numbers))

    cdef int _begin(self) except -1:
        """Forget the rows of the last time."""
        cdef int index
        self._widest = 0
        self._keys = [[] if self._column[index].is_key else None for index in range(self._columns)]
        for index in range(self._columns):
            self._column[index].filled = 0
            self._column[index].total = 0
            self._column[index].sum = self._column[index].magnitude = 0.0
        for index in range(self._columns + 1):
            self._buffer[index].size = 0
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

    cdef bytes _rows(self, int32_t count):
        """Return the rows as the sink takes them: lines, or a list of columns by marshal."""
        cdef int index
        cdef Py_ssize_t size = 5
        cdef int32_t width = self._columns + self._stages
        cdef char *out
        if self._for_load_data:
            return PyBytes_FromStringAndSize(self._buffer[0].data, self._buffer[0].size)
        for index in range(width):
            size += 5 + self._buffer[index].size
        rows = PyBytes_FromStringAndSize(NULL, size)
        out = PyBytes_AS_STRING(rows)
        out[0] = c"["
        memcpy(out + 1, &width, 4)
        out += 5
        for index in range(width):
            out[0] = c"["
            memcpy(out + 1, &count, 4)
            memcpy(out + 5, self._buffer[index].data, self._buffer[index].size)
            out += 5 + self._buffer[index].size
        return rows

    # ---- what stands in a row

    cdef int _row(self, const char **at, const char *end) except -1:
        """Read a row; return its number. What stands above the data is passed over."""
        cdef const char *digits
        cdef Py_ssize_t size
        cdef int number
        if not _skip(at, end, b'<row r="', 8) or at[0][0] == c"0":
            raise Unusual
        digits = at[0]
        number = _number_at(at, end, 7)
        size = at[0] - digits
        if not _skip(at, end, b'"', 1):
            raise Unusual
        self._attributes(at, end)
        if not _skip(at, end, b">", 1):
            raise Unusual
        self._cells(at, end, digits, size, number > self._header_row)
        return number

    cdef int _attributes(self, const char **at, const char *end) except -1:
        """Step behind a row's other attributes; none of them may hide it."""
        cdef const char *name
        while at[0] < end and at[0][0] == c" ":
            at[0] += 1
            name = at[0]
            if end - name < 8 or not memcmp(name, b"hidden", 6) or not memcmp(name, b"xmlns", 5):
                raise Unusual
            while c"a" <= at[0][0] <= c"z" or c"A" <= at[0][0] <= c"Z" or c"0" <= at[0][0] <= c":":
                at[0] += 1
            if at[0] == name or not _skip(at, end, b'="', 2):
                raise Unusual
            while c" " <= at[0][0] < 0x7F and at[0][0] not in b'"<>/&':
                at[0] += 1
            if not _skip(at, end, b'"', 1):
                raise Unusual
        return 0

    cdef int _cells(
        self, const char **at, const char *end, const char *digits, Py_ssize_t size, bint is_data
    ) except -1:
        """Read the cells of a row, from left to right, each with the row's number in its address."""
        cdef int position, last = -1, place
        cdef Slot slot
        memset(self._slot, 0, sizeof(Slot) * self._columns)
        while not _skip(at, end, b"</row>", 6):
            if not _skip(at, end, b'<c r="', 6):
                raise Unusual
            position = 0
            while c"A" <= at[0][0] <= c"Z" and position < MOST_POSITIONS:
                position = position * 26 + (at[0][0] - c"A" + 1)
                at[0] += 1
            position -= 1
            if not last < position < MOST_POSITIONS or not _skip(at, end, digits, size) or not _skip(at, end, b'"', 1):
                raise Unusual
            last = position
            self._cell(at, end, &slot)
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

    cdef int _cell(self, const char **at, const char *end, Slot *slot) except -1:
        """Read a cell from behind its address."""
        cdef bint is_in_line = False
        slot.type = NUMBER
        slot.style = 0
        if _skip(at, end, b' s="', 4):
            slot.style = _number_at(at, end, 9)
            if slot.style >= self._styles or not _skip(at, end, b'"', 1):
                raise Unusual
        if _skip(at, end, b' t="', 4):
            if _skip(at, end, b's"', 2):
                slot.type = SHARED
            elif _skip(at, end, b'b"', 2):
                slot.type = TRUTH
            elif _skip(at, end, b'str"', 4):
                slot.type = INLINE
            elif _skip(at, end, b'inlineStr"', 10):
                slot.type = INLINE
                is_in_line = True
            elif not _skip(at, end, b'n"', 2):
                raise Unusual
        if _skip(at, end, b"/>", 2):
            slot.type = BLANK
            return 0
        if not is_in_line:
            if not _skip(at, end, b"><v>", 4):
                raise Unusual
        elif not _skip(at, end, b"><is><t>", 8) and not _skip(at, end, b'><is><t xml:space="preserve">', 29):
            raise Unusual
        slot.text = at[0]
        at[0] = <const char *>memchr(slot.text, c"<", end - slot.text)
        if at[0] == NULL or at[0] == slot.text:
            raise Unusual
        slot.size = at[0] - slot.text
        if not _skip(at, end, b"</t></is></c>", 13) if is_in_line else not _skip(at, end, b"</v></c>", 8):
            raise Unusual
        if slot.type == INLINE and not _is_plain_text(slot.text, slot.size):
            raise Unusual
        return 0

    cdef int _check_ignored(self, Slot *slot) except -1:
        """Refuse what the other path would not pass over either."""
        cdef Number number
        if slot.type == INLINE:
            PyUnicode_DecodeUTF8(slot.text, slot.size, NULL)
        elif not _parse(slot.text, slot.size, &number):
            raise Unusual
        return 0

    # ---- what it becomes

    cdef int _write(self, int number) except -1:
        """Write the row at hand, all of whose cells are known; one without any is left to the other path."""
        cdef int index
        cdef bint is_blank = True
        cdef Buffer *out = self._buffer
        if self._stages:
            self._put_int(out, self._stage + number)
            self._end_field(out, False)
        for index in range(self._columns):
            if not self._for_load_data:
                out = &self._buffer[index + self._stages]
            if self._is_blank(index):
                if self._column[index].is_required:
                    raise Unusual
                self._put_null(out)
                if self._column[index].is_key:
                    (<list>self._keys[index]).append(None)
            else:
                is_blank = False
                self._column[index].filled += 1
                self._convert(index, out)
            self._end_field(out, index == self._columns - 1)
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
        cdef int place = _number_at(&at, slot.text + slot.size, 9)
        if at != slot.text + slot.size or place >= PyList_GET_SIZE(self._strings):
            raise Unusual
        return <object>PyList_GET_ITEM(self._strings, place)

    cdef int _convert(self, int index, Buffer *out) except -1:
        """Write what a cell that is not blank becomes in its column, and add it up."""
        cdef Slot *slot = &self._slot[index]
        cdef int kind = self._column[index].kind
        cdef int shape = self._style[slot.style].shape
        if slot.type == TRUTH:
            if kind != BOOLEAN or slot.size != 1 or not c"0" <= slot.text[0] <= c"1":
                raise Unusual
            return self._integer(index, out, slot.text[0] - c"0")
        if slot.type != NUMBER:
            if kind != TEXT and kind != ENUM:
                raise Unusual
            return self._text(index, out, slot)
        if shape == PLAIN:
            return self._number(index, out, slot)
        if shape == MOMENT or shape == DAY:
            return self._day(index, out, slot)
        raise Unusual

    cdef int _number(self, int index, Buffer *out, Slot *slot) except -1:
        cdef Column *column = &self._column[index]
        cdef Number number
        cdef char[FIELD] spelled
        cdef double value
        cdef int64_t units
        _to_15_digits(slot.text, slot.size, &number)
        if column.kind == INTEGER or column.kind == BOOLEAN:
            if number.decimals:
                raise Unusual
            return self._integer(index, out, -<int64_t>number.units if number.is_negative else <int64_t>number.units)
        if column.kind == FLOAT:
            value = _value(&number)
            column.sum += value
            column.magnitude += fabs(value)
            if column.is_key:
                (<list>self._keys[index]).append(value)
            if self._for_load_data:
                return self._put_ascii(out, spelled, _spelled(&number, spelled))
            return self._put_float(out, value)
        if column.kind == TEXT:
            if number.decimals > 18 or number.decimals and number.units * 10000 < WHOLE[number.decimals]:
                raise Unusual  # which is not spelled with an exponent there
            return self._spelled_text(index, out, spelled, _spelled(&number, spelled))
        if column.kind != DECIMAL or number.decimals > column.scale:
            raise Unusual
        units = <int64_t>number.units
        if units > column.high // <int64_t>WHOLE[column.scale - number.decimals]:
            raise Unusual
        units *= <int64_t>WHOLE[column.scale - number.decimals]
        if column.measure == EXACT:
            self._add(column, -units if number.is_negative else units)
        if column.stays_float:
            return self._put_float(out, _value(&number))
        return self._spelled_text(
            index, out, spelled, _with_decimals(number.is_negative, units, column.scale, spelled)
        )

    cdef int _integer(self, int index, Buffer *out, int64_t value) except -1:
        cdef Column *column = &self._column[index]
        if not column.low <= value <= column.high or column.zero_is_next and not value:
            raise Unusual
        self._add(column, value)
        if column.is_key:
            (<list>self._keys[index]).append(value)
        return self._put_int(out, value)

    cdef int _day(self, int index, Buffer *out, Slot *slot) except -1:
        """Write a date or a moment."""
        cdef Column *column = &self._column[index]
        cdef Moment moment
        cdef char[FIELD] spelled
        cdef int size = 10
        _moment(slot.text, slot.size, &self._style[slot.style], &moment)
        _date(moment.ordinal, spelled)
        if column.kind == DATETIME:
            spelled[10] = c" "
            _padded(moment.second // 3600, 2, spelled + 11)
            _padded(moment.second // 60 % 60, 2, spelled + 14)
            _padded(moment.second % 60, 2, spelled + 17)
            spelled[13] = spelled[16] = c":"
            size = 19
            if column.fraction_digits:
                spelled[19] = c"."
                memset(spelled + 20, c"0", column.fraction_digits)
                size = 20 + column.fraction_digits
        elif column.kind != DATE or moment.second:
            raise Unusual
        return self._spelled_text(index, out, spelled, size)

    cdef int _text(self, int index, Buffer *out, Slot *slot) except -1:
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
        if self._for_load_data:
            return _escaped(out, utf8, size)
        return _marshal_text(out, utf8, size, size == length)

    cdef int _spelled_text(self, int index, Buffer *out, const char *text, int size) except -1:
        """Write what is stored as a text although it came as a number."""
        cdef Column *column = &self._column[index]
        if column.kind == TEXT:
            self._check_length(column, text, size, size)
        if column.measure == CRC:
            column.total += crc32_of(<const uint8_t *>text, size)
        if column.is_key:
            (<list>self._keys[index]).append(PyUnicode_DecodeUTF8(text, size, NULL))
        return self._put_ascii(out, text, size)

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

    # ---- how it is written

    cdef int _end_field(self, Buffer *out, bint is_last) except -1:
        if self._for_load_data:
            _make_room(out, 1)
            out.data[out.size] = c"\n" if is_last else c"\t"
            out.size += 1
        return 0

    cdef int _put_null(self, Buffer *out) except -1:
        if self._for_load_data:
            return self._put_ascii(out, b"\\N", 2)
        _make_room(out, 1)
        out.data[out.size] = c"N"
        out.size += 1
        return 0

    cdef int _put_int(self, Buffer *out, int64_t value) except -1:
        if not self._for_load_data:
            return _marshal_int(out, value)
        _make_room(out, FIELD)
        if value < 0:
            out.data[out.size] = c"-"
            out.size += 1
            value = -value
        out.size += _digits(value, out.data + out.size)
        return 0

    cdef int _put_float(self, Buffer *out, double value) except -1:
        """Write a double as marshal does."""
        _make_room(out, FIELD)
        out.data[out.size] = c"g"
        memcpy(out.data + out.size + 1, &value, 8)
        out.size += 9
        return 0

    cdef int _put_ascii(self, Buffer *out, const char *text, Py_ssize_t size) except -1:
        """Write a text that needs no escapes."""
        if not self._for_load_data:
            return _marshal_text(out, text, size, True)
        _make_room(out, size)
        memcpy(out.data + out.size, text, size)
        out.size += size
        return 0
