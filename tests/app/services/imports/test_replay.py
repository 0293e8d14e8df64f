"""What the ledger keeps of how sheets were read comes back as it was, through JSON."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from app.services.imports.replay import Replay, SheetRecord, replay_of
from app.sheets.convert.rules import DATE_ORDERS, Rules

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
COLUMNS = st.tuples(st.integers(0, 16_383), TEXTS, TEXTS)
SHEETS = st.builds(SheetRecord, TEXTS, TEXTS, TEXTS, st.integers(1, 1 << 20), st.lists(COLUMNS, max_size=4).map(tuple))
RULES = st.builds(
    Rules, st.frozensets(TEXTS), st.sampled_from(["", ",", " "]), st.booleans(), st.sampled_from(DATE_ORDERS)
)
REPLAYS = st.builds(
    Replay,
    st.lists(SHEETS, max_size=3).map(tuple),
    RULES,
    st.none() | st.integers(1),
    st.booleans(),
    st.booleans(),
)


@given(REPLAYS)
def test_a_record_comes_back_as_it_was(replay: Replay) -> None:
    assert replay_of(json.loads(json.dumps(replay.as_options()))) == replay


def test_a_run_without_one_has_none() -> None:
    assert replay_of({}) is None
