"""Encrypted workbooks: OLE files around an encrypted xlsx, xlsm or xlsb, and xls files with encrypted records.

They are decrypted by msoffcrypto-tool into a file without a name, which goes with its process.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

from app.sheets.problems import SAVE_DECRYPTED, EncryptedFile

# With this one Excel encrypts what it opens without asking, a workbook with protected sheets among others (MS-OFFCRYPTO
# 2.4.2.3, "VelvetSweatshop").
EXCELS_OWN = "VelvetSweatshop"
# Turns of the key's derivation, about a million of them in a second; Excel writes 100,000 (MS-OFFCRYPTO 2.3.4.10).
MOST_SPINS_UNASKED = 500_000
GIVE = "Give its password with --password-stdin."


def decrypted(path: Path, password: str) -> IO[bytes] | None:
    """Return what an encrypted OLE file holds, as an anonymous file; None where the file is not encrypted.

    Raises:
        EncryptedFile: the password is missing or wrong, or the encryption is of an unknown kind.
    """
    with path.open("rb") as file:
        office = _encrypted_office_file(file)
        return None if office is None else _decrypt(office, password)


def _encrypted_office_file(file: IO[bytes]) -> Any:
    """Return msoffcrypto's reader of a file; None where it is not encrypted, or not whole enough to tell."""
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError

    try:
        office = msoffcrypto.OfficeFile(file)
        return office if office.is_encrypted() else None
    except DecryptionError:
        raise _unknown() from None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - of damage olefile and msoffcrypto say whatever their reading ran into
        return None


def _decrypt(office: Any, password: str) -> IO[bytes]:
    from msoffcrypto.exceptions import DecryptionError, InvalidKeyError

    if not password and _spins(office) > MOST_SPINS_UNASKED:
        raise _refused(password)
    target = _anonymous_file()
    try:
        if office.format == "ooxml":
            office.load_key(password=password or EXCELS_OWN, verify_password=True)
        else:
            office.load_key(password=password or EXCELS_OWN)
        office.decrypt(target)
    except (InvalidKeyError, UnicodeError):
        target.close()
        raise _refused(password) from None
    except DecryptionError:
        target.close()
        raise _unknown() from None
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return target


def _spins(office: Any) -> int:
    return int(office.info.get("spinValue", 0)) if office.format == "ooxml" else 0


def _anonymous_file() -> IO[bytes]:
    """Return a file that nobody else can open: in memory where the system can, so that no disk keeps its content."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("workbook"), "w+b")
    return tempfile.TemporaryFile()


def _refused(password: str) -> EncryptedFile:
    if password:
        return EncryptedFile("The password is not that of the file.", "Letters count as capital or small.")
    return EncryptedFile("The file is encrypted.", GIVE)


def _unknown() -> EncryptedFile:
    return EncryptedFile("The file is encrypted in a way that cannot be read here.", SAVE_DECRYPTED)
