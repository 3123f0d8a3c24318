"""Dataclasses to JSON and back, driven by the declarations in `lab.core.params`.

`encode` gives plain JSON values; `decode` rebuilds the value or raises `BadValue` naming the path of the first
thing that is wrong. Nothing is ever evaluated, and no class is looked up by name outside the registries.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import math
import types
import typing
import zlib
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin

import numpy as np
from numpy.typing import NDArray

from lab.core import params
from lab.core.errors import BadValue, brief, shown_key
from lab.core.params import Param, declared
from lab.core.registry import Family

INLINE_ELEMENTS = 64
#: No single array may unpack to more than this: 32 million numbers, far more than any panel shows.
MAX_ARRAY_BYTES = 256 << 20
_DTYPES = {"float64": 8, "float32": 4, "int64": 8, "int32": 4, "uint8": 1, "bool": 1}


class Blobs:
    """Arrays too large to stand inline, once each under the SHA-256 of their content.

    Parameters
    ----------
    stored : mapping, optional
        What a file's ``blobs`` object holds: digest -> ``{dtype, shape, data}``.
    """

    def __init__(self, stored: Mapping[str, Any] | None = None) -> None:
        self.stored: dict[str, Any] = dict(stored or {})
        self._arrays: dict[str, NDArray[Any]] = {}

    def put(self, array: NDArray[Any]) -> str:
        """Keep an array and return its digest; `TypeError` for a dtype that no file may hold."""
        raw = np.asarray(array, dtype=_portable(array), order="C")
        digest = hashlib.sha256(f"{raw.dtype.name}{raw.shape}".encode() + raw.tobytes()).hexdigest()
        if digest not in self.stored:
            packed = base64.b64encode(zlib.compress(raw.tobytes(), 6)).decode("ascii")
            self.stored[digest] = {"dtype": raw.dtype.name, "shape": list(raw.shape), "data": packed}
        return digest

    def get(self, digest: str, path: str) -> NDArray[Any]:
        """The array of that digest; `BadValue` when it is missing, damaged or larger than it says."""
        if digest not in self._arrays:
            if digest not in self.stored:
                raise BadValue(path, f"blob {shown_key(digest[:12])} is not in the file")
            self._arrays[digest] = self._unpack(digest, f"blobs[{shown_key(digest[:12])}]")
        return self._arrays[digest]

    def _unpack(self, digest: str, path: str) -> NDArray[Any]:
        blob = self.stored[digest]
        _expect(isinstance(blob, dict), path, "an array", blob)
        dtype, shape, data = (blob.get(name) for name in ("dtype", "shape", "data"))
        if not isinstance(dtype, str) or dtype not in _DTYPES or not _is_shape(shape):
            raise BadValue(path, "dtype or shape is not one the lab writes")
        shape = tuple(shape)
        size = _DTYPES[dtype] * math.prod(shape)
        if size > MAX_ARRAY_BYTES:
            raise BadValue(path, f"would take {size >> 20:,} MB; an array may take {MAX_ARRAY_BYTES >> 20} MB")
        try:
            raw = zlib.decompressobj().decompress(base64.b64decode(data, validate=True), size + 1)
        except (binascii.Error, zlib.error, TypeError, ValueError):
            raise BadValue(path, "the data is damaged") from None
        if len(raw) != size:
            raise BadValue(path, f"holds {len(raw)} bytes where its shape says {size}")
        array = np.frombuffer(raw, dtype=dtype).reshape(shape)
        if hashlib.sha256(f"{dtype}{shape}".encode() + raw).hexdigest() != digest:
            raise BadValue(path, "the content does not match its digest")
        return array


def encode(value: Any, blobs: Blobs | None = None, family: Family[Any] | None = None) -> Any:
    """`value` as plain JSON; registered dataclasses of `family` are tagged with their ``kind``."""
    if isinstance(value, np.ndarray):
        return _encode_array(value, blobs)
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple | list):
        return [encode(item, blobs, family) for item in value]
    if isinstance(value, Mapping):
        return {key: encode(item, blobs, family) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        body = {d.name: encode(getattr(value, d.name), blobs, d.param.family) for d in declared(type(value))}
        return body if family is None else {"kind": family.id_of(type(value)), **body}
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _encode_array(array: NDArray[Any], blobs: Blobs | None) -> Any:
    # A list can't say how wide nothing is, (0, 2) would come back as (0,); and JSON has no nan.
    plain = array.size > 0 and (array.dtype.kind != "f" or bool(np.isfinite(array).all()))
    if blobs is not None and (array.size > INLINE_ELEMENTS or not plain):
        return {"blob": blobs.put(array)}
    return {"dtype": _portable(array).name, "values": array.tolist()}


def _portable(array: NDArray[Any]) -> np.dtype[Any]:
    """The array's dtype with the least significant byte first."""
    if array.dtype.name not in _DTYPES:
        raise TypeError(f"an array of {array.dtype.name} has no JSON form")
    return array.dtype.newbyteorder("<")


def _is_shape(shape: Any) -> bool:
    """Up to 32 dimensions, each a whole number from 0."""
    if not isinstance(shape, list) or len(shape) > 32:
        return False
    return all(type(n) is int and 0 <= n <= MAX_ARRAY_BYTES for n in shape)


def decode(kind: Any, data: Any, path: str = "", blobs: Blobs | None = None, param: Param | None = None) -> Any:
    """A value of type `kind` from JSON data; the first thing wrong raises `BadValue` with its path."""
    param = param or Param()
    kind = unaliased(kind)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _decode_union(get_args(kind), data, path, blobs, param)
    if origin is tuple:
        return _decode_tuple(get_args(kind), data, path, blobs, param)
    if origin in (dict, Mapping) or origin is typing.get_origin(Mapping[str, int]):
        _expect(isinstance(data, dict), path, "an object", data)
        inner = get_args(kind)[1]
        return {key: decode(inner, item, f"{path}.{shown_key(key)}", blobs, param) for key, item in data.items()}
    if param.family is not None:
        return decode_tagged(param.family, data, path, blobs)
    if origin is np.ndarray or kind is np.ndarray:
        return _decode_array(data, path, blobs)
    if origin is Literal:
        # By type too: True equals 1, and is not one of 1, 2, 3.
        for allowed in get_args(kind):
            if type(data) is type(allowed) and data == allowed:
                return data
        raise BadValue(path, f"{brief(data)} is not one of {', '.join(map(str, get_args(kind)))}")
    if dataclasses.is_dataclass(kind):
        return decode_fields(kind, data, path, blobs)
    return _decode_scalar(kind, data, path, param)


def unaliased(kind: Any) -> Any:
    """The type behind a ``type`` alias: newer NumPy declares NDArray as one, and an alias has no origin of its own."""
    return getattr(get_origin(kind) or kind, "__value__", kind)


def decode_tagged(family: Family[Any], data: Any, path: str, blobs: Blobs | None = None) -> Any:
    """One registered item from ``{"kind": id, ...}``."""
    _expect(isinstance(data, dict), path, "an object", data)
    if "kind" not in data:
        raise BadValue(path, "lacks its kind")
    try:
        cls = family[data["kind"]]
    except BadValue as bad:
        raise BadValue(f"{path}.kind", bad.why) from None
    return decode_fields(cls, {k: v for k, v in data.items() if k != "kind"}, path, blobs)


def decode_fields(cls: Any, data: Any, path: str, blobs: Blobs | None = None) -> Any:
    """A dataclass from an object; absent fields take their defaults, unknown ones are refused."""
    _expect(isinstance(data, dict), path, "an object", data)
    fields = {d.name: d for d in declared(cls)}
    for key in data:
        if key not in fields:
            raise BadValue(f"{path}.{shown_key(key)}" if path else shown_key(key), "unknown name")
    values = {}
    for name, d in fields.items():
        where = f"{path}.{name}" if path else name
        if name in data:
            values[name] = decode(d.type, data[name], where, blobs, d.param)
        elif d.default is dataclasses.MISSING:
            raise BadValue(where, "is missing")
    made = cls(**values)
    params.check_together(made, path)
    return made


def _decode_union(kinds: tuple[Any, ...], data: Any, path: str, blobs: Blobs | None, param: Param) -> Any:
    if data is None:
        if type(None) in kinds:
            return None
        raise BadValue(path, "is missing")
    # bool before int before float before str: JSON tells them apart, and True must not become 1.
    for exact in (bool, int, float, str):
        if exact in kinds and type(data) is exact:
            return _decode_scalar(exact, data, path, param)
    for kind in kinds:
        if kind not in (type(None), bool, int, str):
            return decode(kind, data, path, blobs, param)
    raise BadValue(path, f"{brief(data)} has the wrong type")


def _decode_tuple(kinds: tuple[Any, ...], data: Any, path: str, blobs: Blobs | None, param: Param) -> Any:
    _expect(isinstance(data, list), path, "a list", data)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(decode(kinds[0], item, f"{path}[{i}]", blobs, param) for i, item in enumerate(data))
    if len(data) != len(kinds):
        raise BadValue(path, f"has {len(data)} entries where {len(kinds)} are expected")
    return tuple(
        decode(k, item, f"{path}[{i}]", blobs, param) for i, (k, item) in enumerate(zip(kinds, data, strict=True))
    )


def _decode_array(data: Any, path: str, blobs: Blobs | None) -> NDArray[Any]:
    _expect(isinstance(data, dict), path, "an array", data)
    if "blob" in data:
        if blobs is None:
            raise BadValue(path, "refers to a blob, and there are none")
        _expect(isinstance(data["blob"], str), f"{path}.blob", "text", data["blob"])
        return blobs.get(data["blob"], path)
    name = data.get("dtype")
    if not isinstance(name, str) or name not in _DTYPES:
        raise BadValue(path, "dtype is not one the lab writes")
    dtype = np.dtype(name)
    try:
        given = np.array(data["values"])
    except (KeyError, ValueError, OverflowError):
        raise BadValue(path, "the values do not form an array") from None
    # NumPy would turn 1.5 into 1, "2" into 2 and null into nan without a word.
    if given.size and given.dtype.kind not in _KINDS[dtype.kind]:
        raise BadValue(path, f"the values are not of {name}")
    with np.errstate(over="ignore"):
        array = given.astype(dtype)
    if not (np.isfinite(array).all() if dtype.kind == "f" else np.array_equal(array, given)):
        raise BadValue(path, f"the values do not fit into {name}")
    array.setflags(write=False)
    return array


#: NumPy's kind of a dtype -> the kinds that JSON values of it may have.
_KINDS = {"f": "fiu", "i": "iu", "u": "iu", "b": "b"}


def _decode_scalar(kind: Any, data: Any, path: str, param: Param) -> Any:
    if kind is Any:
        return data
    value = data
    if kind is float:
        _expect(isinstance(data, int | float) and not isinstance(data, bool), path, "a number", data)
        try:
            value = float(data)
        except OverflowError:
            raise BadValue(path, "is too large for a number") from None
    elif kind is int:
        _expect(isinstance(data, int) and not isinstance(data, bool), path, "a whole number", data)
    elif kind in (bool, str):
        _expect(isinstance(data, kind), path, "true or false" if kind is bool else "text", data)
    else:
        raise TypeError(f"{path}: no way to read a {kind}")
    param.check(value, path)
    return value


def _expect(holds: bool, path: str, what: str, data: Any) -> None:
    if not holds:
        raise BadValue(path, f"{brief(data)} is not {what}")
