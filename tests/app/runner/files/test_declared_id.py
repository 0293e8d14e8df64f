"""An id is written into a script, and nothing else of it changes."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Failed
from app.runner.files.declared_id import with_declared_id
from app.runner.files.outline import outline_of
from app.runner.files.source import decoded, parse_text

HEAD = '"""Count."""\nimport click\nfrom app.runner import script\n\n'
STEM = "ts_2026_11_20_count"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('@script(owner="li")', f'@script(id="{STEM}", owner="li")'),
        ('@script( owner="li" )', f'@script( id="{STEM}", owner="li" )'),
        ('@script (\n    owner="li",  # me\n)', f'@script (\n    id="{STEM}",\n    owner="li",  # me\n)'),
        ('@script(  # (\n\towner="li")', f'@script(  # (\n\tid="{STEM}",\n\towner="li")'),
        ('@(script)(owner="li")', f'@(script)(id="{STEM}", owner="li")'),
        (
            '@script(\n    # who (answers)\n    owner="李",\n    timeout=60)',
            f'@script(\n    # who (answers)\n    id="{STEM}",\n    owner="李",\n    timeout=60)',
        ),
        ('@script(pause_while="李, (", owner="li")', f'@script(id="{STEM}", pause_while="李, (", owner="li")'),
    ],
)
def test_it_stands_first(before: str, after: str) -> None:
    source = f"{HEAD}{before}\ndef main(run): ...\n"
    assert with_declared_id(source.encode(), STEM).decode() == f"{HEAD}{after}\ndef main(run): ...\n"


def test_a_declared_id_stays() -> None:
    source = f'{HEAD}@script(owner="li", id="counting")\ndef main(run): ...\n'.encode()
    assert with_declared_id(source, STEM) == source


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def main(:\n", "no valid Python"),
        ("# coding: klingon\n", "unknown encoding"),
        ("x = 1\n", "no function decorated"),
        (f"{HEAD}@script()\ndef main(run): ...\n", "It has no owner"),
        (f"{HEAD}@script\ndef main(run): ...\n", "needs its arguments"),
        (f"{HEAD}@script(**x)\ndef main(run): ...\n", "written out"),
        (f"{HEAD}@script(owner='li', id=X)\ndef main(run): ...\n", "id has to be written out"),
    ],
)
def test_what_cannot_be_given_one_is_refused(source: str, reason: str) -> None:
    with pytest.raises(Failed, match=reason) as caught:
        with_declared_id(source.encode(), STEM)
    assert caught.value.hint == "Mend it first."


ends = st.sampled_from(["\n", "\r\n", "\r"])
gaps = st.sampled_from(["", " ", "  # (a comment), id=", "\n    ", "  # 李 )\n\t", "\n\n  # owner=\n  "])
keywords = st.lists(
    st.sampled_from(["run_once=True", "timeout=2 * (3600)", "read_only=False", "pause_while='SELECT \"(\" '"]),
    unique=True,
    max_size=3,
).flatmap(lambda more: st.permutations(['owner="李,("', *more]))


@st.composite
def decorators(draw: st.DrawFn) -> str:
    """Make `@script(...)` as people lay it out: a comment is always followed by its line's end."""

    def gap() -> str:
        text = draw(gaps)
        return f"{text}\n " if "#" in text and not text.endswith(("\n", "  ", "\t")) else text

    arguments = f",{gap()}".join(draw(keywords))
    return (
        f"@{draw(st.sampled_from(['script', '(script)']))}({gap()}{arguments}{draw(st.sampled_from(['', ',']))}{gap()})"
    )


@given(decorator=decorators(), end=ends, bom=st.booleans(), text=st.text(st.characters(codec="utf-8"), max_size=20))
def test_however_it_is_laid_out_only_the_id_is_added(decorator: str, end: str, bom: bool, text: str) -> None:
    note = "".join(character for character in text if character not in "\r\n\0")
    source = f"# {note}\n{HEAD}X = '\x0c\u2028'\n{decorator}\n@click.option('--x')\ndef main(run, x): ...\n"
    before = (b"\xef\xbb\xbf" if bom else b"") + source.replace("\n", end).encode()
    after = with_declared_id(before, STEM)
    added = f'id="{STEM}",'.encode()
    place = after.index(added)
    rest = after[place + len(added) :]
    assert after[:place] + rest.removeprefix(rest[: len(after) - len(before) - len(added)]) == before
    assert rest[: len(after) - len(before) - len(added)].strip() == b""
    old, new = (outline_of(parse_text(decoded(content)[0]), STEM) for content in (before, after))
    assert new.keywords == {**old.keywords, "id": STEM}
    assert (new.problems, new.doc) == ((), old.doc)
    assert with_declared_id(after, STEM) == after
    ast.parse(after)


def test_a_script_in_another_encoding_stays_in_it() -> None:
    source = f"# coding: gbk\n{HEAD}@script(pause_while='订单', owner='li')\ndef main(run): ...\n"
    assert with_declared_id(source.encode("gbk"), STEM).decode("gbk") == source.replace(
        "(pause", f'(id="{STEM}", pause'
    )
