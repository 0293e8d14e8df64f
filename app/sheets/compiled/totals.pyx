# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What columns add up to, row by row: `app.sheets.aggregate.ColumnTotals`, to the same effect."""

from json import dumps

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_GET_SIZE
from libc.math cimport fabs, rint
from libc.stdint cimport int64_t, uint8_t

from app.sheets.compiled.crc32 cimport crc32_of

from app.sheets.sums import APPROXIMATE, CRC, EXACT

cdef enum:
    MOST_COLUMNS = 100

cdef int64_t MOST_TOTAL = 1 << 61
cdef double MOST_UNITS = 1e15

cdef class ColumnTotals:
    """See `app.sheets.aggregate`."""

    cdef int _width
    cdef char[MOST_COLUMNS] _measure  # e for exact, d for decimals, c for crc, a for approximate
    cdef double[MOST_COLUMNS] _ten, _sum, _magnitude
    cdef int64_t[MOST_COLUMNS] _filled, _total
    cdef list _more  # what is beyond _total

    def __init__(self, columns):
        cdef int place
        self._width = len(columns)
        if self._width > MOST_COLUMNS:
            raise ValueError(columns)
        self._more = [0] * self._width
        codes = {EXACT: c"e", CRC: c"c", APPROXIMATE: c"a"}
        for place, (measure, scale) in enumerate(columns):
            self._measure[place] = codes[measure] if scale is None else c"d"
            self._ten[place] = 10.0 ** (scale or 0)
            self._sum[place] = self._magnitude[place] = 0.0
            self._filled[place] = self._total[place] = 0

    def step(self, *values):
        """Add a row."""
        cdef int place
        cdef object value
        cdef bytes text
        cdef char measure
        if PyTuple_GET_SIZE(values) != self._width:
            raise ValueError(values)
        for place in range(self._width):
            value = <object>PyTuple_GET_ITEM(values, place)
            if value is None:
                continue
            self._filled[place] += 1
            measure = self._measure[place]
            if measure == c"c":
                text = value
                self._total[place] += crc32_of(<const uint8_t *>PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text))
            elif measure == c"a":
                self._sum[place] += <double>value
                self._magnitude[place] += fabs(<double>value)
            elif measure == c"d":
                self._add_decimal(place, value)
            elif type(value) is int:
                self._add(place, <int64_t>value)
            else:
                self._add_other(place, value)

    def finalize(self):
        """Return what there is: see `app.sheets.aggregate`."""
        return dumps([
            (self._filled[place], self._sum[place], self._magnitude[place])
            if self._measure[place] == c"a"
            else (self._filled[place], self._more[place] + self._total[place], 0.0)
            for place in range(self._width)
        ])

    cdef int _add(self, int place, int64_t value) except -1:
        if not -MOST_TOTAL < self._total[place] < MOST_TOTAL or not -MOST_TOTAL < value < MOST_TOTAL:
            self._more[place] += self._total[place]
            self._more[place] += value
            self._total[place] = 0
        else:
            self._total[place] += value
        return 0

    cdef int _add_decimal(self, int place, object value) except -1:
        cdef double number, units
        if type(value) is float or type(value) is int:
            number = <double>value
            units = rint(number * self._ten[place])
            if fabs(units) < MOST_UNITS and units / self._ten[place] == number:
                return self._add(place, <int64_t>units)
        return self._add_other(place, value)

    cdef int _add_other(self, int place, object value) except -1:
        cdef bytes text = value if type(value) is bytes else str(value).encode()
        return self._add(place, crc32_of(<const uint8_t *>PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text)))
