"""A small z-buffer rasteriser: colour, depth and segmentation of low-polygon scenes in one pass.

Frame: left-handed, x right, y up, z forward, in metres (Unity's, and so AI2-THOR's). Front faces
are wound clockwise as seen from outside, which in this frame means that the usual formula
`cross(b - a, c - a)` points outwards. Angles are in degrees. Meshes and scenes know nothing of
handedness; a camera made with `Camera.look_at(..., left_handed=False)` looks at a right-handed
world, in which the same formula holds and front faces are counter-clockwise.

Nothing here imports numba; the first render does, and compiles once per machine (`warm_up`).
"""

from crossworld.envs.core.raster.camera import Camera
from crossworld.envs.core.raster.mesh import Mesh, merge, pose
from crossworld.envs.core.raster.rasteriser import Frame, render, render_batch, warm_up
from crossworld.envs.core.raster.scene import (
    INSTANCE,
    Light,
    MeshLibrary,
    Row,
    Rows,
    instances,
    join,
    pack,
)
from crossworld.envs.core.raster.shapes import (
    box,
    cone,
    cylinder,
    lathe,
    prism,
    quad,
    sphere,
    tube,
)

__all__ = [
    "INSTANCE",
    "Camera",
    "Frame",
    "Light",
    "Mesh",
    "MeshLibrary",
    "Row",
    "Rows",
    "box",
    "cone",
    "cylinder",
    "instances",
    "join",
    "lathe",
    "merge",
    "pack",
    "pose",
    "prism",
    "quad",
    "render",
    "render_batch",
    "sphere",
    "tube",
    "warm_up",
]
