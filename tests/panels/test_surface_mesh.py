"""The height field in numbers: scales, interpolation, rays, cameras, trails laid over it."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from lab.core.ticket import Ticket
from lab.engine.landscapes import LANDSCAPES, Landscape
from lab.panels.race.field import Scale, compute_field
from lab.panels.race.surface_camera import Camera
from lab.panels.race.surface_mesh import HEIGHT, Surface, compute_surface, height_ticks
from lab.panels.race.surface_side import usual
from lab.panels.race.surface_trails import DrapedTrails, Ink, clip, drape

WORLD = (-4.0, 1.0, 6.0, 3.0)
SCALE = Scale(2.0, 50.0, 0.5)
PLANE = [entry.id for entry in LANDSCAPES if entry.item().dim == 2]


def whole(landscape: Landscape) -> tuple[float, float, float, float]:
    (a, b), (c, d) = landscape.domain
    return a, c, b - a, d - c


@pytest.fixture(scope="module")
def hills() -> Surface:
    """Random heights: no cell is like another."""
    return Surface(WORLD, np.random.default_rng(5).random((8, 13)), SCALE)


# -- heights -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize("id", PLANE)
def test_every_landscape_has_a_surface_with_the_pictures_scale(id: str, log: bool) -> None:
    landscape = LANDSCAPES[id]()
    world = whole(landscape)
    field = compute_field(Ticket(), landscape, world, 60, 60, log)
    surface = compute_surface(Ticket(), landscape, world, field.scale)
    heights = surface.heights
    assert np.isfinite(heights).all()
    assert heights.min() >= 0
    assert heights.max() <= 1
    # Poles and cliffs are cut off, so that the rest keeps its shape.
    assert np.ptp(heights) > 0.5
    assert (heights == 1.0).mean() < 0.06
    x, y = surface.to_world(np.array([3.0, 5.0]))
    loss = landscape.value(np.array([[x, y]]))
    assert heights[5, 3] == pytest.approx(float(field.scale.shade(loss)[0]), abs=1e-9)


@pytest.mark.parametrize("knee", [0.0, 0.5])
def test_a_scale_rises_from_0_to_1_and_stays(knee: float) -> None:
    scale = Scale(-3.0, 40.0, knee)
    shade = scale.shade(np.array([-5.0, -3.0, 0.0, 10.0, 37.0, 1e9, np.inf, np.nan]))
    assert shade[0] == shade[1] == 0
    assert (np.diff(shade[1:5]) > 0).all()
    assert shade[4:].tolist() == [1, 1, 1, 1]
    if not knee:
        assert shade[3] == pytest.approx(13 / 40)


@pytest.mark.parametrize("scale", [Scale(0, 1000, 0.5), Scale(-78.3, 320, 2.0), Scale(-1, 0.9, 0), Scale(3, 9e5, 1e3)])
def test_the_upright_axis_has_round_numbers_at_their_heights(scale: Scale) -> None:
    found = height_ticks(scale)
    assert len(found) >= 2
    for value, height in found:
        assert height == pytest.approx(float(scale.shade(np.array([value]))[0]), abs=1e-12)
    assert all(b - a > 0.1 for (_, a), (_, b) in pairwise(found))


@pytest.mark.parametrize("lo", [0.219, 0.0319, 17.3, -0.0042])
def test_far_from_nought_the_upright_axis_still_has_round_numbers(lo: float) -> None:
    found = height_ticks(Scale(lo, 22.0, 0.01))
    assert len(found) >= (3 if lo < 1 else 2)
    for value, _ in found:
        assert lo <= value
        # Two digits at most.
        assert value == pytest.approx(float(f"{value:.2g}"), rel=1e-9)


def test_nodes_keep_their_heights_and_triangles_are_flat(hills: Surface) -> None:
    nx, ny = hills.cells
    nodes = np.stack(np.meshgrid(np.arange(nx + 1.0), np.arange(ny + 1.0)), axis=-1)
    assert np.array_equal(hills.height_at(nodes), hills.heights)
    vertices = hills.vertices()[:, :3].astype(np.float64)
    rng = np.random.default_rng(2)
    for face in hills.faces()[::7]:
        share = rng.dirichlet([1, 1, 1])
        point = share @ vertices[face]
        sx, sy = hills.size
        grid = (point[:2] / (sx, sy) + 0.5) * (nx, ny)
        assert HEIGHT * hills.height_at(grid) == pytest.approx(point[2], abs=1e-6)


def test_faces_cover_the_floor_once(hills: Surface) -> None:
    corners = hills.vertices()[:, :2].astype(np.float64)[hills.faces()]
    (ax, ay), (bx, by) = (corners[:, 1] - corners[:, 0]).T, (corners[:, 2] - corners[:, 0]).T
    areas = (ax * by - ay * bx) / 2
    assert (areas > 0).all()
    assert areas.sum() == pytest.approx(np.prod(hills.size), rel=1e-6)


# -- rays ----------------------------------------------------------------------------------------------------------


def first_triangle(surface: Surface, origin: np.ndarray, direction: np.ndarray) -> np.ndarray | None:
    """Every triangle tried, the nearest hit taken (Moeller & Trumbore 1997): slow, and nothing in common with `hit`."""
    nx, ny = surface.cells
    nodes = np.stack(np.meshgrid(np.arange(nx + 1.0), np.arange(ny + 1.0)), axis=-1)
    a, b, c = np.moveaxis(surface.to_scene(nodes).reshape(-1, 3)[surface.faces()], 1, 0)
    across = np.cross(direction, c - a)
    size = ((b - a) * across).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        u = ((origin - a) * across).sum(axis=1) / size
        over = np.cross(origin - a, b - a)
        v = over @ direction / size
        t = ((c - a) * over).sum(axis=1) / size
        found = (u >= 0) & (v >= 0) & (u + v <= 1) & (t > 0)
    if not found.any():
        return None
    place = origin + t[found].min() * direction
    sx, sy = surface.size
    return surface.to_world((place[:2] / (sx, sy) + 0.5) * (nx, ny))


def test_a_ray_hits_where_the_first_triangle_is(hills: Surface) -> None:
    rng = np.random.default_rng(11)
    hits = misses = 0
    for _ in range(400):
        camera = Camera(rng.uniform(-180, 180), rng.uniform(4, 89), rng.uniform(0.5, 3))
        origin, direction = camera.ray(rng.uniform(0, 600), rng.uniform(0, 400), 600, 400)
        wanted, found = first_triangle(hills, origin, direction), hills.hit(origin, direction)
        if wanted is None:
            misses += 1
            assert found is None
        else:
            hits += 1
            assert found == pytest.approx(wanted, abs=1e-9)
    assert min(hits, misses) > 50


def test_a_ray_from_above_and_rays_that_miss(hills: Surface) -> None:
    over = hills.to_scene(hills.to_grid(np.array([0.37, 2.2]))) + np.array([0, 0, 3.0])
    assert hills.hit(over, np.array([0.0, 0.0, -1.0])) == pytest.approx((0.37, 2.2), abs=1e-12)
    assert hills.hit(over, np.array([0.0, 0.0, 1.0])) is None
    assert hills.hit(over, np.array([1.0, 0.0, 0.0])) is None
    assert hills.hit(np.array([9.0, 0.0, 0.1]), np.array([0.0, 1.0, 0.0])) is None
    assert hills.hit(np.array([9.0, 0.0, 0.2]), np.array([1.0, 0.0, -0.01])) is None


def test_a_hill_hides_what_is_behind_it() -> None:
    heights = np.zeros((41, 41))
    heights[:, 20] = 1.0
    ridge = Surface((0, 0, 40, 40), heights, SCALE)
    eye = Camera(azimuth=0.0, elevation=20.0).eye(1.0)
    near, far, top = (ridge.to_scene(np.array([x, 20.0])) for x in (30.0, 12.0, 20.0))
    assert ridge.hidden(eye, np.stack([near, far, top])).tolist() == [False, True, False]


# -- the camera ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("camera", [Camera(), Camera(120, 80, 2), Camera(-10, 5, 0.6)])
def test_what_is_seen_at_a_pixel_is_drawn_at_that_pixel(camera: Camera) -> None:
    for x, y in ((10.0, 20.0), (300.0, 200.0), (555.5, 390.25)):
        eye, direction = camera.ray(x, y, 600, 400)
        assert camera.project(eye + direction, 600, 400) == pytest.approx((x, y), abs=1e-6)


@pytest.mark.parametrize("size", [(400, 600), (900, 500), (300, 300)])
def test_all_of_the_box_is_in_the_picture(size: tuple[int, int], hills: Surface) -> None:
    for azimuth in range(-180, 180, 30):
        (sx, sy), camera = hills.size, Camera(azimuth=float(azimuth))
        corners = np.array([[x * sx, y * sy, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.05, HEIGHT)])
        pixels = camera.project(corners, *size)
        assert (pixels > 0).all()
        assert (pixels < size).all()


@pytest.mark.parametrize("size", [(312, 430), (408, 530), (620, 700), (900, 500), (260, 180)])
@pytest.mark.parametrize("id", ["himmelblau", "logistic_regression", "rosenbrock", "beale", "network_slice"])
def test_the_usual_side_fills_the_picture_with_the_starts_in_front(id: str, size: tuple[int, int]) -> None:
    landscape = LANDSCAPES[id]()
    world = whole(landscape)
    surface = compute_surface(Ticket(), landscape, world, compute_field(Ticket(), landscape, world, 60, 60, True).scale)
    starts = np.array([world[:2]]) + np.array(world[2:]) * (0.15, 0.2)
    marks = np.array([c.point for c in landscape.critical_points if c.kind == "minimum"]).reshape(-1, 2)
    camera = usual(surface, starts, marks, size)
    nx, ny = surface.cells
    grid = np.stack(np.meshgrid(np.linspace(0, nx, 30), np.linspace(0, ny, 30)), axis=-1).reshape(-1, 2)
    (sx, sy), floor = surface.size, np.array([[a, b, -0.05] for a in (-0.5, 0.5) for b in (-0.5, 0.5)])
    x, y = camera.project(np.concatenate([surface.to_scene(grid), floor * (sx, sy, 1.0)]), *size).T
    assert 0 < x.min() < x.max() < size[0]
    assert 0 < y.min() < y.max() < size[1]
    assert max(np.ptp(x) / size[0], np.ptp(y) / size[1]) > 0.72
    scene = surface.to_scene(surface.to_grid(starts))
    assert scene[0] @ camera.toward > 0
    assert not surface.hidden(camera.eye(size[0] / size[1]), scene).any()


def test_the_camera_stays_above_the_floor() -> None:
    assert Camera().turned(0, 500).elevation < 90
    assert Camera().turned(0, -500).elevation > 0
    assert -180 <= Camera().turned(700, 0).azimuth < 180
    assert Camera().zoomed(1e6).zoom < 10
    assert Camera().zoomed(1e-6).zoom > 0.1


# -- trails --------------------------------------------------------------------------------------------------------


def test_pieces_lie_on_the_ground_and_none_is_long(hills: Surface) -> None:
    a, b, of = drape(hills, np.array([[0.5, 0.5], [3.0, 3.0]]), np.array([[11.0, 6.0], [3.2, 3.1]]))
    grid = (np.stack([a, b])[..., :2] / hills.size + 0.5) * hills.cells
    assert np.stack([a, b])[..., 2] == pytest.approx(HEIGHT * hills.height_at(grid), abs=1e-12)
    assert np.hypot(*(grid[1] - grid[0]).T).max() <= 1 + 1e-9
    assert (of == 1).sum() == 1
    assert np.allclose(b[of == 0][:-1], a[of == 0][1:])


def test_only_what_is_over_the_floor_is_drawn() -> None:
    size = np.array([10.0, 4.0])
    a = np.array([[-5.0, 2.0], [-5.0, 9.0], [1.0, 1.0], [-1.0, -1.0], [3.0, -1.0]])
    b = np.array([[15.0, 2.0], [15.0, 9.0], [2.0, 3.0], [1.0, -3.0], [3.0, 99.0]])
    begin, end, seen = clip(a, b, size)
    assert seen.tolist() == [True, False, True, False, True]
    assert begin[seen].tolist() == [[0, 2], [1, 1], [3, 0]]
    assert end[seen].tolist() == [[10, 2], [2, 3], [3, 4]]


def walk(rows: int, trails: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Histories that wander over the world, out of it and back, one of them ending early, one broken off once."""
    rng = np.random.default_rng(8)
    points = np.cumsum(rng.normal(0, 0.5, (rows, trails, 2)), axis=0) + np.array([-1, 2.5])
    points[rows // 2 :, 1] = np.nan
    breaks = np.zeros((rows, trails))
    breaks[rows // 3 :, 2] = 1
    return points.astype(np.float32), breaks.astype(np.float32)


INKS = [Ink((200, 10 * k, 0), 1.0 + k) for k in range(3)]


def test_a_trail_that_grows_is_the_same_as_one_drawn_at_once(hills: Surface) -> None:
    points, breaks = walk(60)
    grown, at_once = DrapedTrails(), DrapedTrails()
    before = 0
    for n in (1, 2, 3, 10, 11, 40, 60):
        kept = grown.follow(hills, points[:n], breaks[:n], INKS)
        assert kept == before
        before = len(grown.pieces)
    at_once.follow(hills, points, breaks, INKS)
    assert len(at_once.pieces) > 60
    assert np.array_equal(grown.pieces, at_once.pieces)


def test_going_back_takes_pieces_away_and_another_surface_all(hills: Surface) -> None:
    points, breaks = walk(40)
    trails = DrapedTrails()
    trails.follow(hills, points[:20], breaks[:20], INKS)
    short = trails.pieces.copy()
    trails.follow(hills, points, breaks, INKS)
    assert trails.follow(hills, points[:20], breaks[:20], INKS) == len(short)
    assert np.array_equal(trails.pieces, short)
    changed = points.copy()
    changed[30:, 0] += 1
    trails.follow(hills, points, breaks, INKS)
    assert len(short) <= trails.follow(hills, changed, breaks, INKS) < len(trails.pieces)
    assert trails.follow(dataclasses.replace(hills), points, breaks, INKS) == 0


def test_a_broken_trail_is_not_joined(hills: Surface) -> None:
    points = np.array([[[-3, 2]], [[-2, 2]], [[1, 3]], [[1.5, 3]]], dtype=np.float32)
    breaks = np.array([[0], [0], [1], [1]], dtype=np.float32)
    trails = DrapedTrails()
    trails.follow(hills, points, breaks, INKS[:1])
    grid = (trails.pieces["a"][:, :2] / hills.size + 0.5) * hills.cells
    x = hills.to_world(grid)[:, 0]
    assert not ((x > -1.9) & (x < 0.9)).any()
    assert (x < -1.9).any()
    assert (x > 0.9).any()
