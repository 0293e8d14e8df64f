# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Numbers as a worksheet spells them: by their digits, and by their double only where the digits do not tell."""

from cpython.mem cimport PyMem_Free
from libc.stdint cimport uint64_t
from libc.string cimport memcpy, memset

from app.sheets.compiled.unusual import Unusual

cdef extern from "Python.h":
    double PyOS_string_to_double(const char *text, char **end, object overflow) except? -1.0
    char *PyOS_double_to_string(double value, char code, int precision, int flags, int *kind) except NULL

cdef enum:
    EXACT_POWERS = 22  # of ten, which a double holds

cdef uint64_t MOST_UNITS = 1000000000000000  # the first number of 16 digits
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


cdef uint64_t power_of_ten(int exponent) noexcept:
    """Return a power of ten, up to the 19th."""
    return WHOLE[exponent]


cdef bint parse(const char *text, Py_ssize_t size, Number *number) noexcept:
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


cdef int to_15_digits(const char *text, Py_ssize_t size, Number *number) except -1:
    """Read a number as Excel holds it: a double, of which 15 digits count; without zeros behind its decimals.

    A text is within half an ulp of its double, which is less than 12 units of the 17th digit, or 2 of the 16th. So
    the digits themselves tell how the double is rounded, unless they are that near to a half.
    """
    cdef int beyond
    cdef uint64_t part, rest, margin
    if not parse(text, size, number):
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
    if number.units >= MOST_UNITS or number.decimals > EXACT_POWERS or number.is_negative and not number.units:
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
    is_read = parse(spelled, size, number)
    PyMem_Free(spelled)
    if not is_read:
        raise Unusual
    return 0


cdef double value_of(Number *number) noexcept:
    """Return the double of a number of at most 15 digits; both of what is divided are exact, so it is the nearest."""
    cdef double value = <double>number.units / POWERS[number.decimals]
    return -value if number.is_negative else value


cdef int write_digits(uint64_t units, char *out) noexcept:
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


cdef int write_number(Number *number, char *out) noexcept:
    """Write a number as C's %.15g does; return how many bytes it takes."""
    cdef char[20] digits
    cdef int count = write_digits(number.units, digits)
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
    return size + 2 + write_digits(-first, out + size + 2)


cdef int write_decimal(bint is_negative, uint64_t units, int scale, char *out) noexcept:
    """Write a number of units of its last decimal, with all its decimals; return how many bytes it takes."""
    cdef int size = 0
    if is_negative:
        out[0] = c"-"
        size = 1
    size += write_digits(units // WHOLE[scale], out + size)
    if scale:
        out[size] = c"."
        write_padded(units % WHOLE[scale], scale, out + size + 1)
        size += 1 + scale
    return size


cdef void write_padded(uint64_t number, int width, char *out) noexcept:
    """Write a whole number with zeros in front."""
    while width:
        width -= 1
        out[width] = <char>(c"0" + number % 10)
        number //= 10
