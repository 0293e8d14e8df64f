"""What is compiled where there is a C compiler; all else is in setup.cfg."""

from setuptools import Extension, setup

NAMES = ("crc32", "markup", "moments", "numbers", "output", "straight", "totals")

setup(
    ext_modules=[
        Extension(f"app.sheets.compiled.{name}", [f"app/sheets/compiled/{name}.pyx"], optional=True) for name in NAMES
    ]
)
