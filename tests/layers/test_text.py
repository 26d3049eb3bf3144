from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, read_source
from planner.layers.text import decoded

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=40)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_chinese_tables_are_read_in_each_encoding(encoding: str, write: Callable[..., Path], log: FaultLog) -> None:
    """UTF-8 with and without mark, GB18030 and GBK give the same table; the guess is told."""
    path = write("table.csv", "名称,编号\n得胜街道,1\n", encoding)
    frame = read_source(LayerSource(path=path), crs="EPSG:4550", log=log)
    assert frame.to_dict("list") == {"名称": ["得胜街道"], "编号": ["1"]}
    assert list(log.to_frame()["code"]) == ([] if encoding.startswith("utf") else ["encoding_assumed"])


@given(CHINESE)
def test_gb18030_round_trip(text: str) -> None:
    """Chinese text in GB18030 that is not also UTF-8 comes back as it was."""
    content = text.encode("gb18030")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        assert decoded(content, declared=None, layer="x", log=FaultLog()) == text


def test_a_declared_encoding_wins_and_is_not_told(log: FaultLog) -> None:
    """What the study declares is used without a line in the log."""
    assert decoded("é".encode("latin-1"), declared="latin-1", layer="x", log=log) == "é"
    assert len(log) == 0


@pytest.mark.parametrize("declared", [None, "utf-8", "no-such-encoding"])
def test_bytes_in_no_encoding_are_refused(declared: str | None, log: FaultLog) -> None:
    """Bytes that fit neither encoding, a wrong declaration and an unknown one are one sentence each."""
    with pytest.raises(LayerError, match=r"^expected .* found "):
        decoded(b"\xff\xff\x80", declared=declared, layer="x.csv", log=log)
