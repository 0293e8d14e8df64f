# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Rows as the sinks take them: as `app.sheets.encode` and marshal write them."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.mem cimport PyMem_Calloc, PyMem_Free, PyMem_Realloc
from libc.stdint cimport int32_t, int64_t, uint64_t
from libc.string cimport memcpy

from app.sheets.compiled.numbers cimport write_digits

cdef enum:
    NUMBER = 32  # bytes that no number takes
    LIST_HEAD = 5  # bytes: a type and a size


cdef class Output:
    """Values of rows, written one after the other: lines for LOAD DATA, or a list of columns by marshal."""

    def __cinit__(self, int columns, bint for_load_data):
        self._columns = columns
        self.for_load_data = for_load_data
        self._buffer = <Buffer *>PyMem_Calloc(columns + 1, sizeof(Buffer))
        if self._buffer == NULL:
            raise MemoryError
        self._at = self._buffer

    def __dealloc__(self):
        cdef int column
        if self._buffer != NULL:
            for column in range(self._columns + 1):
                PyMem_Free(self._buffer[column].data)
        PyMem_Free(self._buffer)

    cdef void clear(self) noexcept:
        """Begin anew, without rows."""
        cdef int column
        for column in range(self._columns + 1):
            self._buffer[column].size = 0

    cdef void begin(self, int column) noexcept:
        """Let the next value be one of this column."""
        if not self.for_load_data:
            self._at = &self._buffer[column]

    cdef int end(self, bint is_last) except -1:
        """End a value, and with it the row, if it is its last one."""
        if self.for_load_data:
            _byte(self._at, c"\n" if is_last else c"\t")
        return 0

    cdef int null(self) except -1:
        """Write NULL."""
        return self.ascii(b"\\N", 2) if self.for_load_data else _byte(self._at, c"N")

    cdef int integer(self, int64_t value) except -1:
        """Write an integer; by marshal in 32 bits, or in as many times 15 as it needs."""
        cdef uint64_t rest = <uint64_t>value
        cdef Py_ssize_t start
        cdef int32_t digits = 0
        _make_room(self._at, NUMBER)
        if value < 0:
            rest = 0 - rest
        if self.for_load_data:
            if value < 0:
                _byte(self._at, c"-")
            self._at.size += write_digits(rest, self._at.data + self._at.size)
            return 0
        if rest < 0x7FFFFFFF:
            _byte(self._at, c"i")
            return _int32(self._at, <int32_t>value)
        _byte(self._at, c"l")
        start = self._at.size
        _int32(self._at, 0)
        while rest:
            _byte(self._at, <char>(rest & 0xFF))
            _byte(self._at, <char>(rest >> 8 & 0x7F))
            rest >>= 15
            digits += 1
        if value < 0:
            digits = -digits
        memcpy(self._at.data + start, &digits, 4)
        return 0

    cdef int real(self, double value) except -1:
        """Write a double, as marshal does."""
        _byte(self._at, c"g")
        return _copy(self._at, <const char *>&value, 8)

    cdef int ascii(self, const char *text, Py_ssize_t size) except -1:
        """Write a text in ASCII, or a number spelled in it, that needs no escapes."""
        return _copy(self._at, text, size) if self.for_load_data else _marshal_text(self._at, text, size, True)

    cdef int text(self, const char *utf8, Py_ssize_t size, bint is_ascii) except -1:
        """Write a text in UTF-8."""
        return _escaped(self._at, utf8, size) if self.for_load_data else _marshal_text(self._at, utf8, size, is_ascii)

    cdef bytes rows(self, int count):
        """Return so many rows, all that were written."""
        cdef int column
        cdef Py_ssize_t size = LIST_HEAD
        cdef char *out
        if self.for_load_data:
            return PyBytes_FromStringAndSize(self._buffer[0].data, self._buffer[0].size)
        for column in range(self._columns):
            size += LIST_HEAD + self._buffer[column].size
        rows = PyBytes_FromStringAndSize(NULL, size)
        out = _list_of(self._columns, PyBytes_AS_STRING(rows))
        for column in range(self._columns):
            out = _list_of(count, out)
            memcpy(out, self._buffer[column].data, self._buffer[column].size)
            out += self._buffer[column].size
        return rows


cdef int _marshal_text(Buffer *buffer, const char *text, Py_ssize_t size, bint is_ascii) except -1:
    """Write a text as marshal does: its type, its size and itself."""
    if is_ascii and size < 256:
        _byte(buffer, c"z")
        _byte(buffer, <char>size)
    else:
        _byte(buffer, c"u")
        _int32(buffer, <int32_t>size)
    return _copy(buffer, text, size)


cdef int _escaped(Buffer *buffer, const char *text, Py_ssize_t size) except -1:
    """Write a text as LOAD DATA reads it."""
    cdef Py_ssize_t at
    cdef char sign, letter
    cdef char *out
    _make_room(buffer, 2 * size)
    out = buffer.data + buffer.size
    for at in range(size):
        sign = text[at]
        letter = _letter_of(sign) if sign == c"\\" or 0 <= sign < c" " else 0
        if letter:
            out[0] = c"\\"
            out += 1
        out[0] = letter if letter else sign
        out += 1
    buffer.size = out - buffer.data
    return 0


cdef int _copy(Buffer *buffer, const char *text, Py_ssize_t size) except -1:
    _make_room(buffer, size)
    memcpy(buffer.data + buffer.size, text, size)
    buffer.size += size
    return 0


cdef int _byte(Buffer *buffer, char byte) except -1:
    _make_room(buffer, 1)
    buffer.data[buffer.size] = byte
    buffer.size += 1
    return 0


cdef int _int32(Buffer *buffer, int32_t value) except -1:
    return _copy(buffer, <const char *>&value, 4)


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


cdef char *_list_of(int32_t items, char *out) noexcept:
    """Write the head of a list by marshal; return where the items go."""
    out[0] = c"["
    memcpy(out + 1, &items, 4)
    return out + LIST_HEAD


cdef char _letter_of(char sign) noexcept:
    """Return what stands behind a backslash for a character; 0 of one that stands for itself."""
    if sign == c"\\":
        return sign
    if sign == c"\t":
        return c"t"
    if sign == c"\n":
        return c"n"
    if sign == c"\r":
        return c"r"
    return c"0" if sign == 0 else 0
