# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""CRC-32, as zlib has it, for those who have no Python object to give to that."""

from libc.stdint cimport uint8_t, uint32_t

cdef uint32_t[8][256] TABLES


cdef void _fill_tables() noexcept:
    cdef int at, bit, table
    cdef uint32_t crc
    for at in range(256):
        crc = at
        for bit in range(8):
            crc = (crc >> 1) ^ (0xEDB88320 if crc & 1 else 0)
        TABLES[0][at] = crc
    for at in range(256):
        for table in range(1, 8):
            TABLES[table][at] = (TABLES[table - 1][at] >> 8) ^ TABLES[0][TABLES[table - 1][at] & 0xFF]


_fill_tables()


cdef uint32_t crc32_of(const uint8_t *text, Py_ssize_t size) noexcept nogil:
    """Return the CRC-32 of bytes, eight of them at a time."""
    cdef uint32_t crc = 0xFFFFFFFF
    while size >= 8:
        crc ^= text[0] | <uint32_t>text[1] << 8 | <uint32_t>text[2] << 16 | <uint32_t>text[3] << 24
        crc = (
            TABLES[7][crc & 0xFF] ^ TABLES[6][crc >> 8 & 0xFF] ^ TABLES[5][crc >> 16 & 0xFF] ^ TABLES[4][crc >> 24]
            ^ TABLES[3][text[4]] ^ TABLES[2][text[5]] ^ TABLES[1][text[6]] ^ TABLES[0][text[7]]
        )
        text += 8
        size -= 8
    while size:
        crc = TABLES[0][(crc ^ text[0]) & 0xFF] ^ crc >> 8
        text += 1
        size -= 1
    return ~crc
