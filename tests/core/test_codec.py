"""Configurations to JSON and back: exact for all that is allowed, one path and one reason for all that is not."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tracemalloc
import zlib
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from lab.catalog import load_all
from lab.core.codec import INLINE_ELEMENTS, MAX_ARRAY_BYTES, Blobs, decode, decode_fields, decode_tagged, encode
from lab.core.errors import BadValue
from lab.core.registry import FAMILIES
from lab.core.simulation import digest
from lab.sims.race import RaceConfig

from .toy import WalkConfig
from .values import configs

load_all()
#: Every family whose items are configuration classes; a new item is tested by being registered.
ITEMS = [
    pytest.param(family, entry.item, id=f"{family.name}-{entry.id}")
    for family in (FAMILIES[name] for name in ("landscapes", "optimizers", "events", "documents"))
    for entry in family
]


@pytest.mark.parametrize(("family", "cls"), ITEMS)
@settings(max_examples=25)
@given(data=st.data())
def test_every_registered_item_survives_a_file(family: Any, cls: type[Any], data: st.DataObject) -> None:
    item = data.draw(configs(cls))
    blobs = Blobs()
    text = json.dumps([encode(item, blobs, family), blobs.stored], allow_nan=False)
    written, stored = json.loads(text)
    back = decode_tagged(family, written, "here", Blobs(stored))
    assert type(back) is cls
    assert digest(back) == digest(item)
    assert repr(back) == repr(item)


@pytest.mark.parametrize(("family", "cls"), ITEMS)
def test_unknown_names_and_kinds_are_refused_with_their_path(family: Any, cls: type[Any]) -> None:
    kind = family.id_of(cls)
    for data, path in [
        ({"kind": kind, "wat": 1}, "here.wat"),
        ({"kind": "wat"}, "here.kind"),
        ({"kind": ["a"]}, "here.kind"),
        ({}, "here"),
        ([], "here"),
    ]:
        with pytest.raises(BadValue) as bad:
            decode_tagged(family, data, "here")
        assert bad.value.path == path


def race(**racer: Any) -> dict[str, Any]:
    return {"racers": [{"id": 0, "optimizer": {"kind": "sgd"} | racer}]}


WRONG = [
    (RaceConfig, race(learning_rate=0), "run.config.racers[0].optimizer.learning_rate: 0 is not above 0"),
    (RaceConfig, race(learning_rate=True), "run.config.racers[0].optimizer.learning_rate: True is not a number"),
    (RaceConfig, race(learning_rate=10**400), "run.config.racers[0].optimizer.learning_rate: is too large"),
    (RaceConfig, race(learning_rate=[[1]]), "run.config.racers[0].optimizer.learning_rate: [[1]] is not a number"),
    (RaceConfig, race(kind="sdg"), "run.config.racers[0].optimizer.kind: 'sdg' is not one of the optimizers (sgd"),
    (RaceConfig, {"racers": [{"id": 1.0}]}, "run.config.racers[0].id: 1.0 is not a whole number"),
    (RaceConfig, {"racers": [{"id": 1}, {"id": 1}]}, "run.config.racers[1].id: 1 is already taken"),
    (RaceConfig, {"starts": [[1, 2], [3]]}, "run.config.starts[1]: has 1 coordinates where the landscape has 2"),
    (RaceConfig, {"starts": [[1, None]]}, "run.config.starts[0][1]: None is not a number"),
    (RaceConfig, {"landscape": {}}, "run.config.landscape: lacks its kind"),
    (RaceConfig, {"landscape": "saddle"}, "run.config.landscape: 'saddle' is not an object"),
    (WalkConfig, {"size": True}, "run.config.size: True is not a whole number"),
    (WalkConfig, {"size": 3.0}, "run.config.size: 3.0 is not a whole number"),
    (WalkConfig, {"ends": 0}, "run.config.ends: 0 is less than 1"),
    (WalkConfig, {"ends": True}, "run.config.ends: True has the wrong type"),
    (WalkConfig, {"mode": "x" * 10**6}, "run.config.mode: 'xxx"),
    (WalkConfig, {"mode": 1}, "run.config.mode: 1 is not text"),
]


@pytest.mark.parametrize(("cls", "data", "message"), WRONG, ids=[m for *_, m in WRONG])
def test_one_wrong_value_gives_one_short_line_with_its_path(cls: type[Any], data: Any, message: str) -> None:
    with pytest.raises(BadValue, match="^" + re.escape(message)) as bad:
        decode_fields(cls, data, "run.config")
    assert len(str(bad.value)) < 300
    assert "\n" not in str(bad.value)


def test_true_is_not_one() -> None:
    assert decode(Literal[1, 2], 1) == 1
    for kind, value in [(Literal[1, 2], True), (Literal["a"], []), (int, True), (float, False), (bool, 1), (str, 1)]:
        with pytest.raises(BadValue):
            decode(kind, value)
    for value in (True, 1, 1.0, "1"):
        back = decode(bool | int | float | str, value)
        assert (type(back), back) == (type(value), value)


def test_depth_and_length_do_not_reach_the_message() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    with pytest.raises(BadValue) as bad:
        decode(float, deep, "x")
    assert len(str(bad.value)) < 100


ARRAYS = st.sampled_from(["float64", "float32", "int64", "int32", "uint8", "bool", ">f8", ">i4"]).flatmap(
    lambda dtype: npst.arrays(dtype, npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=9))
)


@given(ARRAYS)
def test_arrays_survive_inline_or_as_blobs(array: NDArray[Any]) -> None:
    blobs = Blobs()
    data = json.loads(json.dumps([encode(array, blobs), blobs.stored], allow_nan=False))
    back = decode(NDArray[Any], data[0], "a", Blobs(data[1]))
    assert back.shape == array.shape
    assert back.dtype.name == array.dtype.name
    assert np.array_equal(back, array, equal_nan=array.dtype.kind == "f")
    assert not back.flags.writeable
    assert array.size <= INLINE_ELEMENTS or "blob" in data[0]


def test_equal_arrays_are_stored_once() -> None:
    blobs = Blobs()
    a = np.arange(100.0)
    assert encode(a, blobs) == encode(a.copy(), blobs)
    encode(a.reshape(10, 10), blobs)
    assert len(blobs.stored) == 2
    for odd in (np.zeros(3, dtype=np.float16), np.array(["a"]), np.array([object()])):
        with pytest.raises(TypeError):
            encode(odd, blobs)


INLINE = [
    {"dtype": "int64", "values": [1.5]},
    {"dtype": "float64", "values": ["1.5"]},
    {"dtype": "float64", "values": [None]},
    {"dtype": "float64", "values": [[1], [1, 2]]},
    {"dtype": "float64", "values": {"a": 1}},
    {"dtype": "float64", "values": [2**80]},
    {"dtype": "float32", "values": [1e300]},
    {"dtype": "uint8", "values": [256]},
    {"dtype": "bool", "values": ["yes"]},
    {"dtype": "object", "values": [1]},
    {"dtype": ["float64"], "values": [1]},
    {"dtype": "float64"},
    {"blob": "nothing"},
    7,
]


@pytest.mark.parametrize("data", INLINE, ids=str)
def test_arrays_that_are_none_are_refused(data: Any) -> None:
    with pytest.raises(BadValue, match=r"^a(\.|:)"):
        decode(NDArray[Any], data, "a", Blobs())


def packed(raw: bytes, dtype: Any = "float64", shape: Any = (100,), **more: Any) -> tuple[str, dict[str, Any]]:
    digest = hashlib.sha256(f"{dtype}{tuple(shape) if isinstance(shape, tuple) else shape}".encode() + raw).hexdigest()
    data = base64.b64encode(zlib.compress(raw)).decode()
    return digest, {"dtype": dtype, "shape": list(shape) if isinstance(shape, tuple) else shape, "data": data} | more


GOOD = np.arange(100.0).tobytes()
DAMAGED = {
    "another digest": ("0" * 64, packed(GOOD)[1]),
    "too short": packed(GOOD[:-8]),
    "too long": packed(GOOD + bytes(8)),
    "half of the data": packed(GOOD, data=packed(GOOD)[1]["data"][:40]),
    "not base64": packed(GOOD, data="*" * 40),
    "not zlib": packed(GOOD, data=base64.b64encode(GOOD).decode()),
    "not text": packed(GOOD, data=7),
    "unknown dtype": packed(GOOD, dtype="float16"),
    "a list for dtype": packed(GOOD, dtype=["float64"]),
    "text for shape": packed(GOOD, shape="100"),
    "true for shape": packed(GOOD, shape=(True,)),
    "negative shape": packed(GOOD, shape=(-100,)),
    "overflowing shape": packed(GOOD, shape=(2**32, 2**32, 2**32)),
    "endless shape": packed(GOOD, shape=(10**30,)),
    "no data": ("1" * 64, {"dtype": "float64", "shape": [100]}),
    "no object": ("1" * 64, [1, 2]),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_blobs_are_refused(name: str) -> None:
    digest, blob = DAMAGED[name]
    with pytest.raises(BadValue, match=r"^blobs"):
        decode(NDArray[Any], {"blob": digest}, "a", Blobs({digest: blob}))


def test_a_decompression_bomb_stops_at_the_declared_size_and_that_at_a_limit() -> None:
    bomb = packed(bytes(64 << 20), shape=(100,))
    greedy = packed(bytes(8), shape=(MAX_ARRAY_BYTES,))
    tracemalloc.start()
    try:
        for digest, blob in (bomb, greedy):
            with pytest.raises(BadValue, match=r"holds 801 bytes where|an array may take 256 MB"):
                Blobs({digest: blob}).get(digest, "a")
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
