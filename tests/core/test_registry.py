"""Families: one item per file, permanent ids, discovered on first use; a broken plug-in harms nobody else."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.catalog import load_all
from lab.core import registry
from lab.core.errors import UnknownName
from lab.core.registry import FAMILIES, Family


@pytest.fixture
def family() -> Iterator[Family[Any]]:
    yield Family("test_things")
    del FAMILIES["test_things"]


def test_items_are_found_by_id_and_ids_by_item(family: Family[Any]) -> None:
    @family.register("two_words")
    class Thing: ...

    other = family.register("other", title="Something else")(object())
    assert family["two_words"] is Thing
    assert family.ids() == ["two_words", "other"]
    assert [family.title_of(Thing), family.title_of(other)] == ["Two words", "Something else"]
    assert (len(family), "other" in family, "another" in family, ["other"] in family) == (2, True, False, False)


def test_an_id_is_given_once_and_in_snake_case(family: Family[Any]) -> None:
    family.register("one")(object())
    with pytest.raises(ValueError, match="'one' is registered twice"):
        family.register("one")(object())
    for id in ("One", "one two", "one-two", "_one", "one_", "one__two", "", "eins\n", "größe"):
        with pytest.raises(ValueError, match="is not a snake_case id"):
            family.register(id)
    with pytest.raises(ValueError, match="declared twice"):
        Family("test_things")


@pytest.mark.parametrize("id", ["wat", "", 3, None, ["one"], {"one": 1}, "x" * 10**6], ids=repr)
def test_an_unknown_id_is_refused_with_those_that_exist(family: Family[Any], id: Any) -> None:
    family.register("one")(object())
    with pytest.raises(UnknownName, match=r"is not one of the test_things \(one\)") as unknown:
        family[id]
    assert len(str(unknown.value)) < 120
    with pytest.raises(UnknownName, match="is not registered"):
        family.id_of("nobody")


def test_every_id_in_the_lab_is_snake_case_and_every_item_knows_its_own() -> None:
    for name in load_all():
        for entry in FAMILIES[name]:
            assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", entry.id)
            assert FAMILIES[name][FAMILIES[name].id_of(entry.item)] is entry.item
            assert entry.title


def test_a_package_is_searched_on_first_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "made_up_family"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from lab.core.registry import Family\nTHINGS = Family('made_up_things', __name__)\n"
    )
    (package / "_private.py").write_text("raise AssertionError('modules with an underscore are not items')\n")
    for id in ("late", "early"):
        (package / f"{id}.py").write_text(
            f"from made_up_family import THINGS\n\n@THINGS.register('{id}')\nclass Item: ...\n"
        )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(registry, "_plugins_loaded", True)
    try:
        from made_up_family import THINGS  # type: ignore[import-not-found]

        assert "made_up_family.late" not in sys.modules
        assert THINGS.ids() == ["early", "late"]
        (package / "never.py").write_text("raise AssertionError('only the first look-up searches')\n")
        assert len(THINGS) == 2
    finally:
        FAMILIES.pop("made_up_things", None)
        for name in [n for n in sys.modules if n.startswith("made_up_family")]:
            del sys.modules[name]


class Point:
    """An installed entry point, as importlib.metadata gives it."""

    def __init__(self, name: str, act: Any) -> None:
        self.name = name
        self.load = act


def test_a_broken_plug_in_is_noted_and_the_rest_go_on(
    family: Family[Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise ImportError("no module named torch")

    points = [Point("bad", broken), Point("good", lambda: family.register("theirs")(object()))]
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == "visual_lab.plugins" else [])
    monkeypatch.setattr(registry, "_plugins_loaded", False)
    monkeypatch.setattr(registry, "plugin_errors", [])
    # A family without a package, as of documents and events, hears of plug-ins too.
    assert family["theirs"] is not None
    assert registry.plugin_errors == ["plug-in bad: ImportError: no module named torch"]
    assert "bad failed to load" in caplog.text
    assert family.ids() == ["theirs"]


def test_entries_are_listed_under_the_headings_they_name() -> None:
    family: Family[Any] = Family("test_shelves", groups=("Low", "High", "Empty"))
    del FAMILIES["test_shelves"]
    for id, group in (("roof", "High"), ("cellar", "Low"), ("attic", "High"), ("shed", "Outside"), ("lost", "")):
        family.register(id, group=group)(object())
    listed = [(group, [entry.id for entry in entries]) for group, entries in family.grouped()]
    assert listed == [("Low", ["cellar"]), ("High", ["attic", "roof"]), ("Outside", ["shed"]), ("", ["lost"])]


@pytest.mark.parametrize("name", ["landscapes", "optimizers"])
def test_everything_of_the_lab_s_own_stands_in_a_declared_group(name: str) -> None:
    load_all()
    family = FAMILIES[name]
    assert {entry.group for entry in family} == set(family._groups)
    assert sum(len(entries) for _, entries in family.grouped()) == len(family)
