"""The session file: all runs, events, cursors, looks and the layout, as JSON. All or nothing.

Opening never evaluates anything and never leaves half a session: the whole file is decoded and checked before
anything of it is used. Saving writes a temporary file beside the target and swaps it in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.core import params
from lab.core.codec import Blobs, decode_fields, decode_tagged, encode
from lab.core.documents import DOCUMENTS, Library
from lab.core.errors import BadValue, FileRefused, brief, shown_key
from lab.core.panel import PanelSpec
from lab.core.registry import Family
from lab.core.replacing import Replacement
from lab.core.run import EVENTS, EventNode, Run

SCHEMA = 1
FORMAT = "visual-lab session"
SUFFIX = ".lab.json"
MAX_BYTES = 64 << 20
MAX_STEP = 10_000_000

#: schema -> function that turns a file of that schema into the next one.
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


@dataclass(frozen=True, slots=True)
class PanelState:
    """One open panel: what runs in it, where its cursor stands, how it is looked at.

    `digest` is that of the frame at the cursor when the file was written: bit-exactness holds for one build, and
    the lab says so when a replay comes out differently. `ghost` is the run pinned behind the present one.
    """

    panel: str
    run: Run
    view: Any
    cursor: int = 0
    horizon: int = 300
    speed: float = 30.0
    name: str = ""
    digest: str = ""
    ghost: Run | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Everything that is open: panels, shared documents, and the window's layout (opaque text)."""

    panels: tuple[PanelState, ...] = ()
    documents: Library = field(default_factory=Library)
    layout: Mapping[str, str] = field(default_factory=dict)
    version: str = ""


def to_json(session: Session) -> str:
    """The text of a session file: ASCII, so that a cut anywhere is still text; `FileRefused` for nan or infinity."""
    blobs = Blobs()
    # Documents may only be known to the panels' runs: gather them, so that each is written once.
    documents = dict(session.documents)
    for state in session.panels:
        documents.update(state.run.documents)
    for state in session.panels:
        for name, document in (state.ghost.documents if state.ghost is not None else {}).items():
            documents.setdefault(name, document)
    body = {
        "format": FORMAT,
        "schema": SCHEMA,
        "version": session.version,
        "documents": {name: encode(doc, blobs, DOCUMENTS) for name, doc in documents.items()},
        "panels": [_panel_to_json(state, blobs, documents) for state in session.panels],
        "layout": dict(session.layout),
        "blobs": blobs.stored,
    }
    try:
        return json.dumps(body, allow_nan=False, ensure_ascii=True, separators=(",", ":"), sort_keys=False)
    except ValueError:
        raise FileRefused("the session holds a number that is not finite") from None


def _panel_to_json(state: PanelState, blobs: Blobs, documents: Mapping[str, Any]) -> dict[str, Any]:
    body = {
        "panel": state.panel,
        "name": state.name,
        "run": _run_to_json(state.run, blobs),
        "view": encode(state.view, blobs),
        "cursor": state.cursor,
        "horizon": state.horizon,
        "speed": state.speed,
        "digest": state.digest,
    }
    ghost = state.ghost
    # A file holds one document under a name: a ghost of an earlier one can't be kept, and must not race on another.
    if ghost is not None and all(documents[name] is document for name, document in ghost.documents.items()):
        # Only where there is one: files without it stay readable by every build of this schema.
        body["ghost"] = _run_to_json(ghost, blobs)
    return body


def _run_to_json(run: Run, blobs: Blobs) -> dict[str, Any]:
    return {
        "config": encode(run.config, blobs),
        "seed": run.seed,
        "documents": sorted(run.documents),
        "events": [[step, encode(event, blobs, EVENTS)] for step, event in run.events()],
    }


def from_json(text: str, panels: Family[PanelSpec]) -> Session:
    """The session a file's text describes; `FileRefused` or `BadValue` (with its path) when it can't be used."""
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as broken:
        where = f"line {broken.lineno}, column {broken.colno}"
        whole = text.rstrip()
        # An unterminated string is reported where it begins, which may be far from the end.
        cut = broken.pos >= len(whole) - 1 or not whole.endswith("}")
        raise FileRefused(f"the file is {'cut off' if cut else 'not valid JSON'} at {where}") from None
    except ValueError:
        raise FileRefused("the file holds a number with thousands of digits") from None
    except RecursionError:
        raise FileRefused("the file is nested too deeply to be a session") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise FileRefused("this is not a Visual Lab session")
    data = _migrated(data)
    known = {"format", "schema", "version", "documents", "panels", "layout", "blobs"}
    for key in data:
        if key not in known:
            raise BadValue(shown_key(key), "unknown name")
    # Which documents and events there are is known once the panels' packages have been imported.
    panels.discover()
    stored = _typed(data.get("blobs", {}), dict, "blobs", "an object")
    blobs = Blobs(stored)
    documents = {
        name: decode_tagged(DOCUMENTS, doc, f"documents.{shown_key(name)}", blobs)
        for name, doc in _typed(data.get("documents", {}), dict, "documents", "an object").items()
    }
    library = Library(documents)
    listed = _typed(data.get("panels", []), list, "panels", "a list")
    states = tuple(_panel_from_json(p, f"panels[{i}]", library, blobs, panels) for i, p in enumerate(listed))
    layout = _typed(data.get("layout", {}), dict, "layout", "an object")
    for key, value in layout.items():
        _typed(value, str, f"layout.{shown_key(key)}", "text")
    version = _typed(data.get("version", ""), str, "version", "text")
    return Session(states, library, layout, version)


def _migrated(data: dict[str, Any]) -> dict[str, Any]:
    schema = data.get("schema")
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise BadValue("schema", f"{brief(schema)} is not a schema number")
    if schema > SCHEMA:
        shown = schema if schema < 10**6 else "far above"
        raise FileRefused(f"the file was written by a newer Visual Lab (schema {shown}; this one reads up to {SCHEMA})")
    while schema < SCHEMA:
        data = MIGRATIONS[schema](data)
        schema += 1
    return data


def _panel_from_json(data: Any, path: str, library: Library, blobs: Blobs, panels: Family[PanelSpec]) -> PanelState:
    _typed(data, dict, path, "an object")
    for key in data:
        if key not in ("panel", "name", "run", "view", "cursor", "horizon", "speed", "digest", "ghost"):
            raise BadValue(f"{path}.{shown_key(key)}", "unknown name")
    try:
        spec = panels[data.get("panel", "")]
    except BadValue as bad:
        raise BadValue(f"{path}.panel", bad.why) from None
    run = _run_from_json(data.get("run", {}), f"{path}.run", library, blobs, spec)
    pinned = data.get("ghost")
    ghost = None if pinned is None else _run_from_json(pinned, f"{path}.ghost", library, blobs, spec)
    view = decode_fields(spec.view_state, data.get("view", {}), f"{path}.view", blobs)
    speed = data.get("speed", spec.speed)
    if not isinstance(speed, int | float) or isinstance(speed, bool):
        raise BadValue(f"{path}.speed", f"{brief(speed)} is not a number")
    params.Param(above=0).check(speed, f"{path}.speed")
    return PanelState(
        panel=data["panel"],
        run=run,
        view=view,
        cursor=_step(data.get("cursor", 0), f"{path}.cursor"),
        horizon=max(1, _step(data.get("horizon", spec.horizon), f"{path}.horizon")),
        speed=float(speed),
        name=_typed(data.get("name", ""), str, f"{path}.name", "text"),
        digest=_typed(data.get("digest", ""), str, f"{path}.digest", "text"),
        ghost=ghost,
    )


def _run_from_json(data: Any, path: str, library: Library, blobs: Blobs, spec: PanelSpec) -> Run:
    _typed(data, dict, path, "an object")
    for key in data:
        if key not in ("config", "seed", "documents", "events"):
            raise BadValue(f"{path}.{shown_key(key)}", "unknown name")
    simulation = spec.simulation
    config = decode_fields(simulation.config_type, data.get("config", {}), f"{path}.config", blobs)
    seed = _step(data.get("seed", 0), f"{path}.seed", limit=2**63 - 1)
    names = _typed(data.get("documents", []), list, f"{path}.documents", "a list")
    held = {}
    for i, name in enumerate(names):
        if name not in library:
            raise BadValue(f"{path}.documents[{i}]", f"there is no document {brief(name)}")
        held[name] = library[name]
    head: EventNode | None = None
    for i, pair in enumerate(_typed(data.get("events", []), list, f"{path}.events", "a list")):
        where = f"{path}.events[{i}]"
        if not isinstance(pair, list) or len(pair) != 2:
            raise BadValue(where, "is not a [step, event] pair")
        step = _step(pair[0], f"{where}[0]")
        if head is not None and step < head.step:
            raise BadValue(f"{where}[0]", f"step {step} comes before the event at step {head.step}")
        event = decode_tagged(EVENTS, pair[1], f"{where}[1]", blobs)
        if type(event) not in simulation.event_types:
            raise BadValue(f"{where}[1].kind", f"{pair[1]['kind']!r} is not an event of this panel")
        try:
            simulation.accepts(config, event)
        except BadValue as bad:
            raise bad.under(f"{where}[1]") from None
        head = EventNode(head, step, event)
    return Run(config, seed, Library(held), head)


def _typed(value: Any, kind: type[Any], path: str, what: str) -> Any:
    if not isinstance(value, kind):
        raise BadValue(path, f"{brief(value)} is not {what}")
    return value


def _step(value: Any, path: str, limit: int = MAX_STEP) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadValue(path, f"{brief(value)} is not a whole number")
    if not 0 <= value <= limit:
        raise BadValue(path, f"{brief(value)} is not between 0 and {limit:,}")
    return value


def _refuse_constant(name: str) -> float:
    raise FileRefused(f"the file holds {name}, which is not a finite number")


def read(path: Path, panels: Family[PanelSpec]) -> Session:
    """Open a session file; the error's text names the file."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise FileRefused(f"the file is {size / 2**20:.0f} MB; a session may be at most {MAX_BYTES >> 20} MB")
        with path.open("rb") as file:
            # No more than that even if the file has grown since, or is a device without an end.
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise FileRefused(f"the file is too large; a session may be at most {MAX_BYTES >> 20} MB")
        text = content.decode("utf-8")
    except OSError as failure:
        raise FileRefused(f"{path.name}: {failure.strerror or failure}") from None
    except UnicodeDecodeError:
        raise FileRefused(f"{path.name}: this is not a Visual Lab session (not text)") from None
    except FileRefused as refused:
        raise FileRefused(f"{path.name}: {refused}") from None
    try:
        return from_json(text, panels)
    except (FileRefused, BadValue) as refused:
        raise FileRefused(f"{path.name}: {refused}") from None


def write(path: Path, session: Session) -> None:
    """Save a session: the old file stays whole until the new one is complete on disk."""
    replace_file(path, to_json(session).encode("utf-8"))


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` beside `path`, flush it to disk, then swap it in; `FileRefused` when that fails.

    Who may read the file stays as it was; a link goes on pointing to the file it names.
    """
    with Replacement(path) as out:
        out.file.write(content)


def fresh(panel: str, spec: PanelSpec, preset: str | None = None) -> PanelState:
    """A newly opened panel, showing a preset (default: the first)."""
    chosen = spec.presets[0] if preset is None else spec.preset(preset)
    run = chosen.make()
    params.check(run.config)
    return PanelState(panel, run, spec.look_at(chosen), horizon=spec.horizon, speed=spec.speed)
