"""Passwords: how they are prepared, judged, hashed, verified and made."""

from __future__ import annotations

import os
import secrets
import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.errors import AppError
from app.services.common_passwords import alphanumeric, contains, folded, is_common

SHORTEST = 12
LONGEST_BYTES = 1024
# As it is typed: four characters become one at most when they are composed. What is longer costs no time to refuse.
LONGEST_TYPED = 4 * LONGEST_BYTES
# Without vowels, so that no word appears by accident; without 0, 1 and l, which look like others.
ALPHABET = "bcdfghjkmnpqrstvwxyz23456789"
GROUPS = 6
GROUP_LENGTH = 4
# A name of this many letters must not stand in a password at all; a shorter one ("li" in "lilac") only counts as one
# piece of it. A Chinese name is whole with two.
SHORTEST_NAME_REFUSED = 4
SHORTEST_NAME_REFUSED_BEYOND_ASCII = 2
ADVICE = "Take four or five unrelated words, or let a password manager make one."

# Joins emoji and letters of some scripts; all other invisible characters are refused.
_JOINERS = "\u200c\u200d"

# Argon2id with the parameters of RFC 9106, section 4, second recommended option: argon2-cffi's defaults.
_hasher = PasswordHasher()
# Each hash takes 64 MiB while it is computed: of many sign-ins at once, only as many as can be computed have theirs.
_turns = BoundedSemaphore(os.cpu_count() or 1)


class WeakPassword(AppError):
    """A password that cannot be used: too short, too long, too easily guessed."""

    status = 422


def prepared(password: str) -> str:
    """Return `password` as it is hashed: every space an ASCII one, composed characters (NFC), case and width kept.

    The same text typed on another keyboard or system is then the same password (RFC 8265, section 4.2.2, the
    OpaqueString profile).
    """
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in password)
    return unicodedata.normalize("NFC", spaced)


def check(password: str, name: str) -> None:
    """Do nothing if `name` may have this password.

    Raises:
        WeakPassword: it is too short, too long or too easily guessed, or holds the name or what cannot be typed.
    """
    password = prepared(password)
    if len(password) < SHORTEST:
        raise WeakPassword(f"The password has {len(password)} characters; it needs {SHORTEST}.", ADVICE)
    # A lone surrogate is a byte that is not UTF-8: it is counted here and refused below.
    if (size := len(password.encode(errors="replace"))) > LONGEST_BYTES:
        raise WeakPassword(f"The password has {size:,} bytes; {LONGEST_BYTES:,} are the most.", "Take a shorter one.")
    if any(unicodedata.category(c).startswith("C") and c not in _JOINERS for c in password):
        raise WeakPassword(
            "The password holds a character that cannot be typed: a control character, an invisible or a broken one.",
            "Where it was copied or piped from, leave that out.",
        )
    if _holds_name(password, name):
        raise WeakPassword("The password holds the user's name.", ADVICE)
    if is_common(password, (name, name[::-1], *_parts(name))):
        raise WeakPassword(
            "The password is easily guessed: little more than common words, sequences, repetitions or digits.", ADVICE
        )


def hashed(password: str) -> str:
    """Return the Argon2id hash of `password` in PHC format, salt and parameters included."""
    with _turns:
        return _hasher.hash(prepared(password))


def verify(password: str, password_hash: str) -> bool:
    """Tell whether `password` is the one that was hashed; False also for a hash that cannot be read."""
    if len(password) > LONGEST_TYPED:
        return False
    try:
        with _turns:
            return _hasher.verify(password_hash, prepared(password))
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def needs_rehash(password_hash: str) -> bool:
    """Tell whether `password_hash` was made with other parameters than today's: hash again at the next sign-in."""
    return _hasher.check_needs_rehash(password_hash)


def generate() -> str:
    """Return a random password of 115 bits, in groups that are easily read out and typed: `k7mp-x2qd-…`."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


def _holds_name(password: str, name: str) -> bool:
    plain = alphanumeric(folded(name))
    shortest = SHORTEST_NAME_REFUSED if plain.isascii() else SHORTEST_NAME_REFUSED_BEYOND_ASCII
    return len(plain) >= shortest and contains(password, plain)


def _parts(name: str) -> list[str]:
    """Return the words of a name: `zhang.wei` has two."""
    return "".join(c if c.isalnum() else " " for c in name).split()
