"""Where the surface is seen from: from points of the scene to pixels, and from a pixel to a ray. Pure numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lab.panels.race.surface_mesh import HEIGHT, Array


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the scene is seen from: degrees around the upright axis and above the floor; `zoom` 1 shows all of it."""

    azimuth: float = -60.0
    elevation: float = 44.0
    zoom: float = 1.0

    #: Opening angle, up and down, in degrees.
    FOV = 26.0
    #: Half of what has to fit: across (whatever the azimuth), and up and down.
    ACROSS, UPRIGHT = 0.85, 0.74

    def turned(self, around: float, up: float) -> Camera:
        """The same, moved around the scene and up; it never goes below the floor or over the top."""
        azimuth = (self.azimuth + around + 180.0) % 360.0 - 180.0
        return Camera(azimuth, min(max(self.elevation + up, 4.0), 89.0), self.zoom)

    def zoomed(self, factor: float) -> Camera:
        """The same, nearer by a factor."""
        return Camera(self.azimuth, self.elevation, min(max(self.zoom * factor, 0.4), 6.0))

    def distance(self, aspect: float) -> float:
        """How far from the middle of the scene, for a picture `aspect` times as wide as high."""
        half = math.tan(math.radians(self.FOV / 2))
        return max(self.ACROSS / (half * aspect), self.UPRIGHT / half) / self.zoom

    @property
    def toward(self) -> Array:
        """Unit vector from the middle of the scene to the eye."""
        a, e = math.radians(self.azimuth), math.radians(self.elevation)
        return np.array([math.cos(e) * math.cos(a), math.cos(e) * math.sin(a), math.sin(e)])

    def eye(self, aspect: float) -> Array:
        """Where the eye is, in the scene."""
        return np.array([0.0, 0.0, 0.36 * HEIGHT]) + self.distance(aspect) * self.toward

    def matrix(self, aspect: float) -> Array:
        """Scene to clip coordinates, shape (4, 4), for column vectors (OpenGL's convention: -w <= x, y, z <= w)."""
        a, e = math.radians(self.azimuth), math.radians(self.elevation)
        view = np.eye(4)
        view[0, :2] = -math.sin(a), math.cos(a)
        view[1, :3] = -math.sin(e) * math.cos(a), -math.sin(e) * math.sin(a), math.cos(e)
        view[2, :3] = self.toward
        view[:3, 3] = -view[:3, :3] @ self.eye(aspect)
        far = self.distance(aspect) + 1.2
        near = max(self.distance(aspect) - 1.2, 0.02)
        half = math.tan(math.radians(self.FOV / 2))
        lens = np.zeros((4, 4))
        lens[0, 0], lens[1, 1] = 1 / (half * aspect), 1 / half
        lens[2, 2], lens[2, 3] = -(far + near) / (far - near), -2 * far * near / (far - near)
        lens[3, 2] = -1.0
        return lens @ view

    def project(self, points: Array, width: float, height: float) -> Array:
        """Scene points (..., 3) as pixels (..., 2) of a picture, y downwards; nan behind the eye."""
        clip = points @ (m := self.matrix(width / height))[:, :3].T + m[:, 3]
        w = np.where(clip[..., 3:] > 1e-6, clip[..., 3:], np.nan)
        return (clip[..., :2] / w * np.array([0.5, -0.5]) + 0.5) * np.array([width, height])

    def ray(self, x: float, y: float, width: float, height: float) -> tuple[Array, Array]:
        """Origin and direction, in the scene, of what is seen at a pixel."""
        corner = np.array([2 * x / width - 1, 1 - 2 * y / height, 1.0, 1.0])
        far = np.linalg.solve(self.matrix(width / height), corner)
        eye = self.eye(width / height)
        return eye, far[:3] / far[3] - eye
