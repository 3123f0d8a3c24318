"""The session file: back to the very same digest, or one clear message; nothing in between, and nothing else."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.core import session as sessions
from lab.core.documents import Library
from lab.core.errors import BadValue, FileRefused
from lab.core.run import Run, SetParam
from lab.core.session import MAX_BYTES, SCHEMA, PanelState, Session, from_json, read, to_json, write
from lab.core.simulation import digest
from lab.core.timeline import Timeline
from lab.panels import PANELS

from .toy import TOY_PANELS, Points, Push, WalkConfig, WalkView


def whole() -> Session:
    """All that a session can hold."""
    library = Library({"cloud": Points(np.linspace(0, 1, 200).reshape(100, 2), "wölkchen"), "dot": Points(np.eye(2))})
    run = Run(WalkConfig(pull=0.5), seed=7, documents=library)
    run = run.with_event(3, Push((1.0, 2.0))).with_event(9, SetParam("pull", 0.25))
    first = PanelState("walk", run, WalkView(2.0), cursor=12, horizon=50, speed=5.0, name="η", digest="abc")
    second = PanelState("walk", Run(WalkConfig()), WalkView())
    return Session((first, second), library, {"docks": "AAAA"}, "1.2.3")


TEXT = to_json(whole())
BODY = json.loads(TEXT)


def test_a_session_comes_back_as_it_was() -> None:
    back = from_json(TEXT, TOY_PANELS)
    assert to_json(back) == TEXT
    one, two = back.panels[0], whole().panels[0]
    assert list(one.run.events()) == list(two.run.events())
    assert (one.run.config, one.run.seed, one.view, one.name) == (two.run.config, 7, WalkView(2.0), "η")
    assert (one.cursor, one.horizon, one.speed, one.digest) == (12, 50, 5.0, "abc")
    assert one.run.documents["cloud"] is back.documents["cloud"]
    assert digest(dict(back.documents)) == digest(dict(whole().documents))
    assert (back.layout, back.version) == ({"docks": "AAAA"}, "1.2.3")
    assert json.loads(TEXT)["schema"] == SCHEMA


def test_a_ghost_comes_back_with_its_documents_or_not_at_all() -> None:
    library = Library({"cloud": Points(np.eye(2))})
    present = Run(WalkConfig(), documents=library)
    pinned = Run(WalkConfig(pull=0.5), 3, library).with_event(2, Push((1.0, 2.0)))
    back = from_json(to_json(Session((PanelState("walk", present, WalkView(), ghost=pinned),))), TOY_PANELS)
    ghost = back.panels[0].ghost
    assert ghost is not None
    assert (ghost.config, ghost.seed, list(ghost.events())) == (pinned.config, 3, list(pinned.events()))
    assert ghost.documents["cloud"] is back.panels[0].run.documents["cloud"]
    # The file has one document of that name, the present run's: this ghost would be another run.
    older = Run(WalkConfig(), documents=Library({"cloud": Points(np.ones((3, 2)))}))
    back = from_json(to_json(Session((PanelState("walk", present, WalkView(), ghost=older),))), TOY_PANELS)
    assert back.panels[0].ghost is None
    assert np.array_equal(back.panels[0].run.documents["cloud"].xy, np.eye(2))


@pytest.mark.parametrize("preset", PANELS["race"].presets, ids=lambda p: p.id)
def test_every_preset_reaches_the_same_digest_from_its_file(preset: Any, tmp_path: Path) -> None:
    for panel in PANELS:
        if preset not in panel.item.presets:
            continue
        state = sessions.fresh(panel.id, panel.item, preset.id)
        before = Timeline(panel.item.simulation, state.run)
        before.seek(20)
        write(tmp_path / "a.lab.json", Session((state,)))
        after = Timeline(panel.item.simulation, read(tmp_path / "a.lab.json", PANELS).panels[0].run)
        after.seek(20)
        assert digest(after.sim.frame()) == digest(before.sim.frame())
        assert digest(after.sim.snapshot()) == digest(before.sim.snapshot())


def changed(path: str, value: Any) -> str:
    """The text with one value set; the path is written as in Python."""
    body = copy.deepcopy(BODY)
    keys = [int(key) if key.isdigit() else key for key in re.findall(r"\['?([^'\]]*)'?\]", path)]
    inner = body
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    return json.dumps(body)


RUN = "['panels'][0]['run']"
WRONG = [
    ("['panels'][0]['run']['config']['pull']", 0, "panels[0].run.config.pull: 0 is not above 0"),
    (f"{RUN}['config']['wat']", 0, "panels[0].run.config.wat: unknown name"),
    (f"{RUN}['events'][1][1]['value']", 2, "panels[0].run.events[1][1].pull: 2 is more than 1"),
    (f"{RUN}['events'][1][1]['value']", "a", "panels[0].run.events[1][1].pull: 'a' is not a number"),
    (f"{RUN}['events'][1][0]", 1, "panels[0].run.events[1][0]: step 1 comes before the event at step 3"),
    (f"{RUN}['events'][1][0]", True, "panels[0].run.events[1][0]: True is not a whole number"),
    (f"{RUN}['events'][1][0]", -1, "panels[0].run.events[1][0]: -1 is not between 0 and 10,000,000"),
    (f"{RUN}['events'][1][1]['kind']", "place_starts", "panels[0].run.events[1][1]"),
    (f"{RUN}['events'][0]", [1], "panels[0].run.events[0]: is not a [step, event] pair"),
    (f"{RUN}['seed']", -1, "panels[0].run.seed: -1 is not between 0 and"),
    (f"{RUN}['documents'][0]", "gone", "panels[0].run.documents[0]: there is no document 'gone'"),
    (f"{RUN}['documents'][0]", ["cloud"], "panels[0].run.documents[0]: there is no document ['cloud']"),
    ("['documents']['dot']['xy']", {"dtype": "float64", "values": [1]}, "documents.dot.xy: is not a table"),
    ("['documents']['dot']['kind']", "wat", "documents.dot.kind: 'wat' is not one of the documents ("),
    ("['documents']['']", {"kind": "toy_points"}, "documents"),
    ("['panels'][1]['panel']", "wat", "panels[1].panel: 'wat' is not one of the toy_panels (walk)"),
    ("['panels'][1]['panel']", ["walk"], "panels[1].panel: ['walk'] is not one of"),
    ("['panels'][1]['view']['zoom']", -1, "panels[1].view.zoom: -1 is not above 0"),
    ("['panels'][1]['speed']", 0, "panels[1].speed: 0 is not above 0"),
    ("['panels'][1]['speed']", 10**400, "panels[1].speed: is too large for a number"),
    ("['panels'][1]['cursor']", 1.5, "panels[1].cursor: 1.5 is not a whole number"),
    ("['panels'][1]['cursor']", 10**4000, "panels[1].cursor: 1"),
    ("['panels'][1]['digest']", None, "panels[1].digest: None is not text"),
    ("['panels'][1]['wat']", None, "panels[1].wat: unknown name"),
    ("['panels'][1]", "walk", "panels[1]: 'walk' is not an object"),
    ("['panels']", {}, "panels: {} is not a list"),
    ("['layout']['docks']", 3, "layout.docks: 3 is not text"),
    ("['blobs']", [], "blobs: [] is not an object"),
    ("['wat']", 1, "wat: unknown name"),
    ("['two\nlines']", 1, "'two\\nlines': unknown name"),
    (f"{RUN}['config']['two\nlines']", 1, "panels[0].run.config.'two\\nlines': unknown name"),
    ("['documents']['dot']['xy']", {"blob": "\n"}, "documents.dot.xy: blob '\\n' is not in the file"),
    ("['documents']['dot']['xy']", {"blob": [[]]}, "documents.dot.xy.blob: [[]] is not text"),
    ("['schema']", True, "schema: True is not a schema number"),
    ("['schema']", 0, "schema: 0 is not a schema number"),
    ("['schema']", SCHEMA + 1, f"the file was written by a newer Visual Lab (schema {SCHEMA + 1}; this one reads up"),
    ("['schema']", 10**4000, "the file was written by a newer Visual Lab (schema far above"),
    ("['format']", "other", "this is not a Visual Lab session"),
]


@pytest.mark.parametrize(("path", "value", "message"), WRONG, ids=range(len(WRONG)))
def test_one_wrong_value_gives_one_line_that_names_file_and_path(
    path: str, value: Any, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.lab.json"
    file.write_text(changed(path, value))
    with pytest.raises(FileRefused) as refused:
        read(file, TOY_PANELS)
    text = str(refused.value)
    assert text.startswith(f"mine.lab.json: {message}")
    assert len(text) < 200
    assert "\n" not in text


def test_a_truncated_file_says_that_it_is_cut_off(tmp_path: Path) -> None:
    file = tmp_path / "mine.lab.json"
    content = TEXT.encode()
    for size in (*range(0, len(content), 97), len(content) - 1):
        file.write_bytes(content[:size])
        with pytest.raises(FileRefused, match=r"^mine\.lab\.json: the file is cut off at line \d+, column \d+$"):
            read(file, TOY_PANELS)


ODD = {
    "no session": b"[1, 2]",
    "no JSON": b"{'format': 1}",
    "nan": TEXT.replace('"speed":5.0', '"speed":NaN').encode(),
    "infinity": TEXT.replace('"speed":5.0', '"speed":-Infinity').encode(),
    "overflow": TEXT.replace('"speed":5.0', '"speed":1e999').encode(),
    "thousands of digits": TEXT.replace('"speed":5.0', '"speed":' + "9" * 5000).encode(),
    "binary": bytes(range(256)),
    "utf-16": TEXT.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + TEXT.encode(),
    "a value twice over": (TEXT + TEXT).encode(),
    "deep lists": b"[" * 200_000 + b"]" * 200_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep inside": TEXT.replace('"pull":0.5', '"pull":' + "[" * 850 + "]" * 850).encode(),
    "zeros": bytes(5000),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_session_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.lab.json"
    file.write_bytes(ODD[name])
    with pytest.raises(FileRefused, match=r"^mine\.lab\.json: [^\n]{10,150}$"):
        read(file, TOY_PANELS)


def test_a_file_of_200_mb_is_refused_without_being_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "mine.lab.json"
    with file.open("wb") as out:
        out.truncate(200 << 20)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", None)
        with pytest.raises(FileRefused, match=r"^mine\.lab\.json: the file is 200 MB; a session may be at most 64 MB"):
            read(file, TOY_PANELS)
    assert MAX_BYTES == 64 << 20


def test_what_can_not_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.lab.json", tmp_path, tmp_path / "a" / "b", Path("/dev/null/x")):
        with pytest.raises(FileRefused):
            read(path, TOY_PANELS)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in inner for found in places(item, (*path, key)))]


PLACES = places(BODY)[1:]
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(10**300, 10**310) | st.floats() | st.text()
    | st.sampled_from(["\ud800", "walk", "set_param", "float64", 2**63, 1e308, -0.0, "__class__"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=6) | st.sampled_from(["kind", "blob", "\n"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=400)
@given(st.lists(st.tuples(st.sampled_from(PLACES), ANY | st.just("remove")), min_size=1, max_size=3))
def test_whatever_stands_in_the_file_it_opens_or_is_refused(edits: list[tuple[tuple[Any, ...], Any]]) -> None:
    body = copy.deepcopy(BODY)
    for path, value in edits:
        inner = body
        try:
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = value
            if value == "remove":
                del inner[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue
    complaint, opened = "", Session()
    try:
        opened = from_json(json.dumps(body), TOY_PANELS)
    except (FileRefused, BadValue) as refused:
        complaint = str(refused)
    assert "\n" not in complaint
    assert len(complaint) < 300
    # What opens can be played and saved again.
    again = to_json(opened)
    assert to_json(from_json(again, TOY_PANELS)) == again
    for state in opened.panels:
        if state.run.config.size < 1000 and state.run.config.size != 13:
            Timeline(TOY_PANELS["walk"].simulation, state.run).seek(12)


def test_what_has_no_json_form_is_refused_when_saving(tmp_path: Path) -> None:
    file = tmp_path / "mine.lab.json"
    write(file, whole())
    with pytest.raises(FileRefused, match="not finite"):
        write(file, Session((PanelState("walk", Run(WalkConfig(pull=float("nan"))), WalkView()),)))
    assert file.read_text() == TEXT
