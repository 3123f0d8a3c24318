"""GIF, APNG and WebP as Pillow reads them back."""

import io

import numpy as np
import pytest
from PIL import Image

from lab.core.errors import BadValue
from lab.ui.moving import FORMATS, format_of, palette

LOSSLESS = (".png", ".apng", ".webp")
SIZE = (61, 47)


def gradient(shift):
    """A smooth ground on which a small square of one colour moves."""
    x, y = np.meshgrid(np.linspace(0, 255, SIZE[0]), np.linspace(0, 255, SIZE[1]))
    pixels = np.stack([x, y, 255 - x], axis=-1).astype(np.uint8)
    pixels[20 + shift : 27 + shift, 9 + 3 * shift : 16 + 3 * shift] = (255, 0, 128)
    return pixels


def written(suffix, frames, fps=25):
    out = io.BytesIO()
    film = FORMATS[suffix](out, SIZE, len(frames), fps)
    film.prepare([frames[0], frames[-1]])
    for pixels in frames:
        film.add(pixels)
    film.finish()
    out.seek(0)
    return Image.open(out)


def read(image, frame):
    image.seek(frame)
    return np.asarray(image.convert("RGB")).astype(int)


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_every_pixel_of_every_frame_comes_back(suffix):
    """Also of one that is the same as the one before, and of one that differs in all."""
    frames = [gradient(0), gradient(0), gradient(5), 255 - gradient(5), gradient(3)]
    image = written(suffix, frames)
    assert (image.n_frames, image.size, image.info["loop"]) == (5, SIZE, 0)
    for i, pixels in enumerate(frames):
        assert np.array_equal(read(image, i), pixels)


def test_a_gif_keeps_marks_and_does_not_flicker():
    frames = [gradient(i) for i in range(8)]
    image = written(".gif", frames)
    assert (image.n_frames, image.size, image.info["loop"]) == (8, SIZE, 0)
    seen = [read(image, i) for i in range(8)]
    for shown, pixels in zip(seen, frames, strict=True):
        assert np.abs(shown - pixels).mean() < 6
        mark = (pixels == (255, 0, 128)).all(axis=2)
        assert (shown[mark] == (255, 0, 128)).all()
    for before, after, a, b in zip(seen, seen[1:], frames, frames[1:], strict=False):
        still = (a == b).all(axis=2)
        assert (before[still] == after[still]).all()


def test_a_gif_of_few_colours_is_exact():
    flat = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    flat[10:, 30:] = (21, 27, 35)
    moved = np.roll(flat, 5, axis=1)
    image = written(".gif", [flat, moved])
    assert np.array_equal(read(image, 0), flat)
    assert np.array_equal(read(image, 1), moved)


@pytest.mark.parametrize(("suffix", "unit"), [(".gif", 10), (".png", 0), (".webp", 1)])
@pytest.mark.parametrize("fps", [7, 30, 50])
def test_all_frames_together_take_as_long_as_they_should(suffix, unit, fps):
    frames = [gradient(i % 5) for i in range(14)]
    image = written(suffix, frames, fps)
    shown = []
    for i in range(14):
        image.seek(i)
        image.load()
        shown.append(image.info["duration"])
    assert sum(shown) == pytest.approx(14_000 / fps, abs=max(unit, 1e-3))
    assert max(shown) - min(shown) <= unit + 1e-9


def test_large_flat_areas_keep_their_colour_and_small_marks_get_one():
    rng = np.random.default_rng(0)
    ground = rng.integers(60, 120, (200, 200, 3)).astype(np.uint8)
    ground[:100] = (14, 18, 24)
    ground[150:153, 150:153] = (255, 0, 0)
    found = {tuple(c) for c in palette([ground]).tolist()}
    assert (14, 18, 24) in found
    assert min(abs(r - 255) + g + b for r, g, b in found) < 40
    assert palette([ground]).shape == (255, 3)


@pytest.mark.parametrize("name", ["film", "film.mp4", "film.", "gif"])
def test_another_suffix_is_refused_with_those_that_there_are(name):
    with pytest.raises(BadValue, match=r"use \.gif"):
        format_of(name)


def test_a_picture_too_large_for_its_format_is_refused():
    with pytest.raises(BadValue, match="16,383"):
        FORMATS[".webp"](io.BytesIO(), (20_000, 10), 1, 25)
