"""The rasteriser against a brute-force ray caster, and against what pictures must obey."""

import hashlib
import math
import multiprocessing
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossworld.envs.core.raster import (
    INSTANCE,
    Camera,
    Frame,
    Light,
    Mesh,
    MeshLibrary,
    box,
    cone,
    cylinder,
    instances,
    lathe,
    merge,
    pose,
    prism,
    quad,
    render,
    render_batch,
    sphere,
    tube,
)

SIZE = 24
SLOW = settings(max_examples=40, deadline=None)
ORIGIN = Camera.facing((0, 0, 0))
MESHES = [box(0.5), cylinder(0.3, 0.6), cone(0.3, 0.5), sphere(0.3), tube(0.3, 0.1)]
KINDS = MeshLibrary(MESHES)


def placed(*parts):
    """Return a scene of (mesh number, transform[, label[, tint]])."""
    rows = instances(len(parts))
    for row, (mesh, transform, *rest) in zip(rows, parts, strict=True):
        row["mesh"], row["transform"] = mesh, transform
        if rest:
            row["label"] = rest[0]
        if rest[1:]:
            row["tint"] = rest[1]
    return rows


def one_each(*parts):
    """Return a library and a scene of (mesh, transform[, label[, tint]])."""
    library = MeshLibrary([mesh for mesh, *_ in parts])
    return library, placed(*((i, *rest) for i, (_, *rest) in enumerate(parts)))


def ray_cast(library: MeshLibrary, scene, camera: Camera, size: int):
    """Return segmentation, depth, and which pixels are within a hair of an edge.

    Moeller and Trumbore 1997, "Fast, Minimum Storage Ray/Triangle Intersection", front faces
    only; all pixels and triangles at once.
    """
    slope = math.tan(math.radians(camera.fov) / 2)
    steps = (np.arange(size) + 0.5) / size * 2 - 1
    right, up = np.meshgrid(steps * slope, -steps * slope)
    rays = np.stack([right, up, np.ones_like(up)], -1).reshape(-1, 3) @ camera.axes
    depth = np.full(len(rays), camera.far)
    second = np.full(len(rays), camera.far)
    label = np.zeros(len(rays), np.int32)
    unsure = np.zeros(len(rays), bool)
    packed = library.packed()
    for row in scene:
        v0, v1, f0, f1 = packed.spans[row["mesh"]]
        points = packed.vertices[v0:v1] @ row["transform"][:3] + row["transform"][3]
        for t in range(f0, f1):
            a, b, c = points[packed.faces[t]]
            e1, e2, s = b - a, c - a, camera.position - a
            p = np.cross(rays, e2)
            det = p @ e1
            # A unit of the image is as long as its ray; det of a ray along the face is 0.
            flat = np.abs(det) < 1e-9
            det = np.where(flat, 1, det)
            u, v = (p @ s) / det, (rays @ np.cross(s, e1)) / det
            z = np.full(len(rays), e2 @ np.cross(s, e1)) / det
            # Barycentric coordinates per pixel, so that the tolerance is in pixels.
            hair = sum(
                (np.abs(w) < 4e-3 * rate(w, size)) & others(w, u, v, size)
                for w in (u, v, 1 - u - v)
            ).astype(bool)
            close = (z > camera.near * 0.98) & (z < camera.far * 1.02) & ~flat
            unsure |= hair & close & (det > 0)
            unsure |= close & (np.abs(z / camera.near - 1) < 1e-3) & (det > 0)
            hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (det > 0) & ~flat
            hit &= (z >= camera.near) & (z < camera.far)
            closer = hit & (z < depth)
            second = np.where(closer, depth, np.where(hit, np.minimum(second, z), second))
            depth = np.where(closer, z, depth)
            label = np.where(closer, row["label"], label)
    # Two faces at one depth: either may be seen.
    unsure |= (label != 0) & (np.abs(second - depth) < 1e-5 * depth)
    shape = (size, size)
    return label.reshape(shape), depth.reshape(shape), unsure.reshape(shape)


def rate(w, size: int):
    """Return how fast a quantity changes from pixel to pixel, at each pixel."""
    rows = w.reshape(size, size)
    down, across = np.gradient(rows)
    return np.hypot(down, across).ravel() + 1e-9


def others(w, u, v, size: int):
    """Return where a point on an edge lies on the edge itself, not on its continuation."""
    slack = 0.01 * (1 + rate(u, size) + rate(v, size))
    return (u > -slack) & (v > -slack) & (u + v < 1 + slack)


def check_against_rays(library: MeshLibrary, scene, camera: Camera, size: int = SIZE) -> None:
    frame = render(library, scene, camera, size)
    label, depth, unsure = ray_cast(library, scene, camera, size)
    sure = ~unsure
    np.testing.assert_array_equal(frame.segmentation[sure], label[sure])
    np.testing.assert_allclose(frame.depth[sure], depth[sure], rtol=1e-4)
    assert sure.mean() > 0.5


def same(one: Frame, other: Frame) -> bool:
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


def room(count: int = 20, seed: int = 0, kinds: int = 5, stretch: float = 1):
    """Return a scene of `KINDS`; `stretch` is the greatest factor along an axis."""
    random = np.random.default_rng(seed)
    return placed(
        *(
            (
                i % kinds,
                pose(
                    random.uniform((-3, -1, -3), (3, 1, 3)),
                    *random.uniform(0, 360, 3),
                    scale=random.uniform(1 / stretch, stretch, 3) if stretch > 1 else 1,
                ),
                i + 1,
                random.uniform(0.3, 1, 3),
            )
            for i in range(count)
        )
    )


# --- Against rays ---------------------------------------------------------------------------

COORDINATE = st.floats(-3, 3, width=32)
POINT = st.tuples(COORDINATE, COORDINATE, COORDINATE)
ANGLE = st.floats(-180, 180)


@SLOW
@given(st.lists(st.tuples(POINT, POINT, POINT), min_size=1, max_size=5))
def test_triangles_are_seen_where_rays_meet_them(triangles) -> None:
    """Many of them cross the near plane, or lie behind the camera."""
    faces = np.array([[0, 1, 2], [2, 1, 0]])
    world = one_each(
        *((Mesh(np.array(t), faces, np.ones(3)), pose(), i + 1) for i, t in enumerate(triangles))
    )
    frame = render(*world, ORIGIN, SIZE)
    label, depth, unsure = ray_cast(*world, ORIGIN, SIZE)
    np.testing.assert_array_equal(frame.segmentation[~unsure], label[~unsure])
    np.testing.assert_allclose(frame.depth[~unsure], depth[~unsure], rtol=1e-3)


@SLOW
@given(st.integers(0, 10_000), ANGLE, st.floats(-80, 80), st.floats(20, 120))
def test_boxes_are_seen_where_rays_meet_them(seed, yaw, pitch, fov) -> None:
    camera = Camera.facing((0, 0, 0), yaw, pitch, fov=fov, near=0.2, far=6)
    check_against_rays(KINDS, room(8, seed, kinds=1), camera)


@pytest.mark.parametrize("seed", range(3))
def test_all_shapes_are_seen_where_rays_meet_them(seed) -> None:
    check_against_rays(KINDS, room(12, seed), Camera.facing((0, 0, -3), 10 * seed, 5), 32)


@SLOW
@given(st.integers(0, 10_000), ANGLE, st.floats(-80, 80), st.floats(20, 120), st.booleans())
def test_stretched_boxes_are_seen_where_rays_meet_them(seed, yaw, pitch, fov, left) -> None:
    """Each instance is turned about all axes after another scale along each."""
    camera = Camera.facing((0, 0, 0), yaw, pitch, fov=fov, near=0.2, far=6)
    if not left:
        camera = Camera(camera.position, camera.axes * [[-1], [1], [1]], fov, 0.2, 6)
    check_against_rays(KINDS, room(8, seed, kinds=1, stretch=4), camera)


@pytest.mark.parametrize("seed", range(3))
def test_all_stretched_shapes_are_seen_where_rays_meet_them(seed) -> None:
    camera = Camera.facing((0, 0, -3), 10 * seed, 5)
    check_against_rays(KINDS, room(12, seed, stretch=2), camera, 32)


def test_many_instances_of_one_mesh() -> None:
    """A wall of 900 boxes, and the same wall as one mesh."""
    spots = [(x / 2 - 7.25, y / 2 - 7.25, 9) for x in range(30) for y in range(30)]
    many = placed(*((0, pose(spot, 10, scale=(0.5, 0.8, 0.4)), 1) for spot in spots))
    whole = merge([MESHES[0].moved(pose(spot, 10, scale=(0.5, 0.8, 0.4))) for spot in spots])
    one, other = (
        render(*world, ORIGIN, 64) for world in ((KINDS, many), one_each((whole, pose(), 1)))
    )
    # Corners of the merged mesh were rounded to float32.
    assert (one.segmentation != other.segmentation).mean() < 0.01
    assert 0.2 < one.segmentation.mean() < 0.9
    many["label"] = np.arange(900) + 1
    assert len(np.unique(render(KINDS, many, ORIGIN, 256).segmentation)) == 901


@SLOW
@given(POINT, POINT)
def test_right_handed_worlds_are_seen_where_rays_meet_them(position, target) -> None:
    if np.hypot(*(np.subtract(position, target)[:2])) < 0.1:
        return
    camera = Camera.look_at(position, target, (0, 0, 1), left_handed=False)
    check_against_rays(KINDS, room(6, 1, kinds=1), camera)


@SLOW
@given(st.integers(2, 9), ANGLE, ANGLE, st.floats(-0.4, 0.4), st.integers(5, 40))
def test_a_tessellated_quad_has_no_holes_and_no_double_hits(n, yaw, roll, shift, size) -> None:
    """Equal depth shows the first triangle: double hits would appear if drawn in reverse."""
    grid = np.linspace(-3, 3, n)
    x, y = np.meshgrid(grid, grid)
    inner = (np.abs(x) < 3) & (np.abs(y) < 3)
    random = np.random.default_rng(n)
    x = x + np.where(inner, random.uniform(-1, 1, x.shape) / n, 0)
    y = y + np.where(inner, random.uniform(-1, 1, x.shape) / n, 0)
    vertices = np.stack([x, y, np.zeros_like(x)], -1).reshape(-1, 3)
    faces = [
        t
        for i in range(n - 1)
        for j in range(n - 1)
        for k in [i * n + j]
        for t in ((k, k + n, k + n + 1), (k, k + n + 1, k + 1))
    ]
    library = MeshLibrary([Mesh(vertices, np.array([face]), np.ones(3)) for face in faces])
    where = pose((shift, 0, 1), roll=roll)
    scene = placed(*((i, where, i + 1) for i in range(len(faces))))
    camera = Camera.facing((0, 0, 0), yaw / 18, fov=60)
    frame = render(library, scene, camera, size)
    assert (frame.segmentation > 0).all()
    backwards = render(library, scene[::-1], camera, size)
    np.testing.assert_array_equal(frame.segmentation, backwards.segmentation)


@pytest.mark.parametrize("first", range(3))
@pytest.mark.parametrize("turn", range(4))
def test_pixel_centres_on_shared_edges_belong_to_one_triangle(first, turn) -> None:
    """All edges of a grid pass exactly through pixel centres; each triangle is drawn alone."""
    size, n = 16, 9
    lines = np.array([-3, *(np.arange(1, size - 1, 2) + 0.5) / (size / 2) - 1, 3])
    assert len(lines) == n
    x, y = np.meshgrid(lines, lines)
    vertices = np.stack([x, y, np.ones_like(x)], -1).reshape(-1, 3)
    faces = [
        np.roll(face, first)
        for i in range(n - 1)
        for j in range(n - 1)
        for k in [i * n + j]
        for face in ((k, k + n, k + n + 1), (k, k + n + 1, k + 1))
    ]
    spin = pose(roll=90 * turn).round()
    library = MeshLibrary([Mesh(vertices, np.array([face]), np.ones(3)) for face in faces])
    scenes = [placed((i, spin, 1)) for i in range(len(faces))]
    hits = render_batch(library, scenes, [ORIGIN] * len(scenes), size).segmentation.sum(axis=0)
    np.testing.assert_array_equal(hits, 1)


# --- Near plane, culling, order -------------------------------------------------------------


def test_a_room_is_closed_around_its_camera() -> None:
    walls = one_each((box((6, 3, 6)).flipped(), pose(), 7))
    for yaw in range(0, 360, 17):
        for near in (0.01, 0.5):
            frame = render(*walls, Camera.facing((1, 0.2, 0.3), yaw, yaw / 9, near=near), 33)
            assert (frame.segmentation == 7).all()
            assert frame.depth.max() < 6


def test_nothing_is_seen_from_inside_of_a_solid_box() -> None:
    frame = render(*one_each((box(2), pose(), 1)), ORIGIN, SIZE)
    assert not frame.segmentation.any()
    assert (frame.depth == np.float32(ORIGIN.far)).all()


def test_the_near_plane_cuts_where_it_is() -> None:
    """A floor 1 m below is seen from depth 2 on: up to half-way down the lower half."""
    library, floor = one_each((quad(20, 20), pose((0, -1, 0), pitch=-90), 1))
    assert not render(library, floor, ORIGIN, 40).segmentation.any()
    floor[0]["transform"] = pose((0, -1, 0), pitch=90)
    near, whole = (
        render(library, floor, Camera.facing((0, 0, 0), near=near), 40).segmentation
        for near in (2, 0.01)
    )
    assert not near[30:].any() and near[22:30].any(axis=1).all()
    assert whole[30:].all()


def test_a_huge_floor_has_no_gaps() -> None:
    """Its triangles reach far behind and beside the camera: all are clipped, neighbours alike."""
    library = MeshLibrary([quad(500, 500)])
    tiles = placed(
        *(
            (0, pose((500 * i + 7, -0.06, 500 * j + 3), pitch=90, yaw=0), 3 * i + j + 5)
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
        )
    )
    for yaw in range(0, 360, 7):
        camera = Camera.facing((250.1, 0, 250.2), yaw, 60, fov=50)
        one, other = (render(library, rows, camera, 33) for rows in (tiles, tiles[::-1]))
        assert one.segmentation.all()
        np.testing.assert_array_equal(one.segmentation, other.segmentation)


def test_of_equal_faces_the_first_is_seen() -> None:
    tilted = pose((0, 0, 1), 37, 21)
    world = one_each(*((quad(3, 3), tilted, label) for label in (4, 9, 2)))
    assert set(np.unique(render(*world, ORIGIN, 40).segmentation)) <= {0, 4}


def test_far_things_are_not_drawn() -> None:
    world = one_each((quad(2, 2), pose((0, 0, 3)), 1))
    assert render(*world, Camera.facing((0, 0, 0), far=3.1), 8).segmentation.any()
    assert not render(*world, Camera.facing((0, 0, 0), far=2.9), 8).segmentation.any()


def test_one_sided_and_two_sided_quads() -> None:
    for double, seen in ((False, False), (True, True)):
        world = one_each((quad(1, 1, double_sided=double), pose((0, 0, 1), 180), 1))
        assert render(*world, ORIGIN, 8).segmentation.any() == seen


@SLOW
@given(st.permutations(range(12)), st.integers(0, 100))
def test_the_order_of_instances_does_not_matter(order, seed) -> None:
    scene, camera = room(12, seed), Camera.facing((0, 0, -4))
    assert same(render(KINDS, scene, camera, 32), render(KINDS, scene[order], camera, 32))


def test_headings_and_the_sides_of_the_image() -> None:
    spots = [(0, 0, 2), (2, 0, 0), (0, 0, -2), (-2, 0, 0), (1, 0, 2), (0, 1, 2)]
    library = MeshLibrary([box(0.4)])
    scene = placed(*((0, pose(spot), i + 1) for i, spot in enumerate(spots)))
    for quarter in range(4):
        frame = render(library, scene, Camera.facing((0, 0, 0), 90 * quarter), 21)
        assert frame.segmentation[10, 10] == quarter + 1
        np.testing.assert_allclose(frame.depth[10, 10], 1.8, rtol=1e-6)
    frame = render(library, scene, ORIGIN, 21)
    assert (frame.segmentation[:, 12:] == 5).any() and (frame.segmentation[:9] == 6).any()
    assert not (frame.segmentation[:, :10] == 5).any() and not (frame.segmentation[12:] == 6).any()
    below = placed((0, pose((0, -2, 0)), 1))
    down = Camera.facing((0, 0, 0), 30, 90)
    assert render(library, below, down, 21).segmentation[10, 10] == 1


def test_depth_is_along_the_axis() -> None:
    frame = render(*one_each((quad(20, 20), pose((0, 0, 3)), 1)), ORIGIN, 16)
    np.testing.assert_allclose(frame.depth, 3, rtol=1e-6)


# --- Colours --------------------------------------------------------------------------------


def test_shading_darkens_with_the_angle_to_the_light() -> None:
    levels = []
    wall = one_each((quad(4, 4), pose((0, 0, 1)), 1))
    for angle in range(0, 181, 10):
        way = (math.sin(math.radians(angle)), 0.0, math.cos(math.radians(angle)))
        image = render(*wall, ORIGIN, 3, Light(way, 0.2, 0.6)).image
        assert (image == image[0, 0]).all()
        levels.append(int(image[0, 0, 0]))
    assert levels == sorted(levels, reverse=True)
    assert levels[0] == 204 and levels[-1] == levels[9] == 51


def test_colours_tints_and_backgrounds() -> None:
    world = one_each((quad(1, 1, (1, 0.5, 0)), pose((0, 0, 1)), 3, (0.5, 1, 1)))
    image = render(*world, ORIGIN, 9, Light(ambient=1, diffuse=0), (0, 0, 1)).image
    assert image[4, 4].tolist() == [128, 128, 0] and image[0, 0].tolist() == [0, 0, 255]


@pytest.mark.parametrize("scale", [(1, 1, 1), (3, 0.5, 1), (0.2, 1, 3)])
def test_shading_is_that_of_the_stretched_surface(scale) -> None:
    """A mesh whose vertices were transformed beforehand looks the same where it is placed."""
    for turn in range(0, 360, 50):
        where = pose((0, 0, 3), turn, turn / 2, turn / 3, scale)
        world = one_each((sphere(0.8, 12), where, 1), (sphere(0.8, 12).moved(where), pose(), 1))
        one, other = (render(world[0], world[1][[i]], ORIGIN, 64) for i in (0, 1))
        both = (one.segmentation == 1) & (other.segmentation == 1)
        assert both.mean() > 0.01
        difference = np.abs(one.image[both].astype(int) - other.image[both])
        # Rounding of vertices to float32 moves some edges to the next pixel.
        assert (difference > 1).any(axis=1).mean() < 0.02
        assert len(np.unique(one.image[both][:, 0])) > 2


def test_a_frame_depends_on_nothing_but_its_rows() -> None:
    scene, camera = room(6), Camera.facing((0, 0, -4))
    before = render(KINDS, scene, camera, 32)
    kept = scene.copy()
    scene[2]["transform"] = pose((0, 0, -1), 30)
    scene[3]["tint"] = (0.1, 0.2, 0.3)
    scene[4]["label"] = 99
    after = render(KINDS, scene, camera, 32)
    assert not same(before, after)
    assert same(after, render(MeshLibrary(MESHES), scene.copy(), camera, 32))
    assert same(before, render(KINDS, kept, camera, 32))


def test_a_library_grows() -> None:
    library = MeshLibrary()
    assert len(library) == 0
    assert not render(library, instances(0), ORIGIN, 8).segmentation.any()
    assert library.add(box((1, 2, 3))) == 0
    np.testing.assert_array_equal(library.bounds(0), [(-0.5, -1, -1.5), (0.5, 1, 1.5)])
    one = placed((0, pose((0, 0, 3)), 5))
    before = render(library, one, ORIGIN, 16)
    for mesh in MESHES:
        assert library.add(mesh) == len(library) - 1
    assert same(before, render(library, one, ORIGIN, 16))
    moved = render(library, placed((4, pose((0, 0, 2)), 6)), ORIGIN, 16)
    assert same(moved, render(KINDS, placed((3, pose((0, 0, 2)), 6)), ORIGIN, 16))


def test_meshes_may_be_empty() -> None:
    nothing = Mesh(np.zeros((0, 3)), np.zeros((0, 3)), np.ones(3))
    world = one_each((nothing, pose((0, 0, 2)), 1), (box(1), pose((0, 0, 2)), 2))
    assert set(np.unique(render(*world, ORIGIN, 8).segmentation)) == {0, 2}
    assert not world[0].bounds(0).any()


# --- Batches, freshness, determinism --------------------------------------------------------


def test_a_batch_equals_its_frames() -> None:
    shared = room(9, 1)
    scenes = [room(5), instances(0), shared, instances(0), shared, room(14, 2), room(1), shared[:0]]
    cameras = [Camera.facing((0, 0, -4), 5 * i, fov=50 + 10 * i, far=20 + i) for i in range(8)]
    look = Light((1, -1, 0), 0.2, 0.7), (0.5, 0, 0.1)
    batch = render_batch(KINDS, scenes, cameras, 20, *look)
    assert batch.image.shape == (8, 20, 20, 3)
    for i, (scene, camera) in enumerate(zip(scenes, cameras, strict=True)):
        alone = render(KINDS, scene, camera, 20, *look)
        assert same(Frame(*(part[i] for part in batch)), alone)
        assert alone.segmentation.any() == (len(scene) > 0)
    assert render_batch(KINDS, [], [], 20).depth.shape == (0, 20, 20)
    empty = render_batch(MeshLibrary(), [instances(0)] * 2, cameras[:2], 20, background=(0, 0, 1))
    assert (empty.image == (0, 0, 255)).all() and (empty.depth[1] == 21).all()


def test_scenes_may_be_views_and_read_only() -> None:
    rows = np.zeros((20, 2), INSTANCE)
    rows[:, 1] = room(20)
    rows.flags.writeable = False
    camera = Camera.facing((0, 0, -4))
    assert same(render(KINDS, rows[:, 1], camera, 16), render(KINDS, room(20), camera, 16))
    other = pickle.loads(pickle.dumps(rows[:, 1]))
    assert same(render(KINDS, other, camera, 16), render(KINDS, room(20), camera, 16))


def test_frames_are_fresh_and_typed() -> None:
    scene = room(5)
    one, other = (render(KINDS, scene, Camera.facing((0, 0, -4)), 16) for _ in range(2))
    kept = [part.copy() for part in other]
    for part in one:
        part[:] = 0
    assert all(np.array_equal(a, b) for a, b in zip(kept, other, strict=True))
    assert [(p.shape, p.dtype) for p in other] == [
        ((16, 16, 3), np.uint8),
        ((16, 16), np.float32),
        ((16, 16), np.int32),
    ]


def test_threads_share_a_library() -> None:
    camera, rooms = Camera.facing((0, 0, -4)), [room(20, seed) for seed in range(8)]
    fresh = MeshLibrary(MESHES)
    with ThreadPoolExecutor(4) as pool:
        frames = list(pool.map(lambda scene: render(fresh, scene, camera, 32), rooms * 4))
    for frame, scene in zip(frames, rooms * 4, strict=True):
        assert same(frame, render(KINDS, scene, camera, 32))


def digest(library: MeshLibrary = KINDS) -> str:
    """Return a hash of a frame; in other processes too."""
    frame = render(library, room(30, stretch=2), Camera.facing((0, 0.5, -2), 10, 5), 48)
    return hashlib.sha256(b"".join(part.tobytes() for part in frame)).hexdigest()


def _send_digest(pipe, library) -> None:
    pipe.send(digest(library))


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_other_processes_get_the_same_bytes() -> None:
    here = digest()
    assert digest(pickle.loads(pickle.dumps(KINDS))) == here
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(False)
    process = context.Process(target=_send_digest, args=(sender, KINDS))
    process.start()
    assert receiver.poll(60) and receiver.recv() == here
    process.join()
    code = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('raster_test', {__file__!r})\n"
        "module = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(module)\n"
        "print(module.digest())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == here


def test_the_import_is_cheap() -> None:
    code = "import sys, crossworld.envs.core.raster; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- Meshes ---------------------------------------------------------------------------------

L_SHAPE = [(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)]
BOWL = [(0.0, 0.0), (0.3, 0.2), (0.28, 0.2), (0.0, 0.03)]
CLOSED = {
    "box": (box((1, 2, 3)), 6.0),
    "cylinder": (cylinder(0.5, 2, 64), math.pi / 2),
    "cone": (cone(0.5, 3, 64), math.pi / 4),
    "cut cone": (cone(1, 1, 64, top=0.5), math.pi * 1.75 / 3),
    "sphere": (sphere(1, 48), math.pi * 4 / 3),
    "prism": (prism(L_SHAPE, 2), 6.0),
    "prism from a clockwise polygon": (prism(L_SHAPE[::-1], 2), 6.0),
    "ring": (tube(1, 0.25, 360, 48, 24), math.pi**2 / 8),
    "handle": (tube(1, 0.25, 180, 24, 24), math.pi**2 / 16),
    "bowl": (lathe(BOWL, 12), None),
    "merged": (merge([box(1), box(1).moved(pose((3, 0, 0), 40, 20, 10, (1, 2, 3)))]), 7.0),
}


@pytest.mark.parametrize("name", CLOSED)
def test_meshes_are_closed_and_wound_outwards(name) -> None:
    mesh, volume = CLOSED[name]
    assert mesh.volume() > 0
    if volume is not None:
        assert mesh.volume() == pytest.approx(volume, rel=0.03)
    edges = [(int(t[i]), int(t[i - 2])) for t in mesh.triangles for i in range(3)]
    assert len(set(edges)) == len(edges)
    assert {(b, a) for a, b in edges} == set(edges)
    assert mesh.flipped().volume() == pytest.approx(-mesh.volume())
    assert mesh.colours.shape == mesh.triangles.shape


def test_poses_turn_as_cameras_do() -> None:
    nose = Mesh(np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]]), np.array([[0, 1, 2]]), np.ones(3))
    for yaw, pitch in ((0, 0), (90, 0), (30, 20)):
        forward, right, up = nose.moved(pose(yaw=yaw, pitch=pitch)).vertices
        axes = Camera.facing((0, 0, 0), yaw, pitch).axes
        np.testing.assert_allclose([right, up, forward], axes, atol=1e-6)
    forward = Camera.facing((0, 0, 0), 90).axes[2]
    np.testing.assert_allclose(forward, (1, 0, 0), atol=1e-12)
    assert Camera.facing((0, 0, 0), 0, 30).axes[2][1] == pytest.approx(-0.5)
    aimed = Camera.look_at((1, 2, 3), (1 + math.sin(1), 2, 3 + math.cos(1)))
    np.testing.assert_allclose(
        aimed.axes, Camera.facing((0, 0, 0), math.degrees(1)).axes, atol=1e-9
    )


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Mesh(np.zeros((3, 3)), np.array([[0, 1, 3]]), np.ones(3)),
        lambda: Mesh(np.full((3, 3), np.nan), np.array([[0, 1, 2]]), np.ones(3)),
        lambda: box(1, (2, 0, 0)),
        lambda: pose(scale=(-1, 1, 1)),
        lambda: prism([(0, 0), (1, 1), (1, 0), (0, 1)], 1),
        lambda: cylinder(1, 1, 2),
        lambda: tube(1, 0.1, 400),
        lambda: merge([]),
        lambda: Camera.facing((0, 0, math.nan)),
        lambda: Camera.facing((0, 0, 0), fov=180),
        lambda: Camera.facing((0, 0, 0), near=0),
        lambda: Camera.look_at((0, 0, 0), (0, 1, 0)),
        lambda: Light((0, 0, 0)),
        lambda: Light((0, math.nan, 0)),
        lambda: Light(ambient=2),
        lambda: KINDS.bounds(5),
        lambda: render(KINDS, instances(0), ORIGIN, 0),
        lambda: render(KINDS, instances(0), ORIGIN, 8, background=(0, 0, 2)),
        lambda: render(KINDS, np.zeros(3), ORIGIN, 8),
        lambda: render(KINDS, instances(4).reshape(2, 2), ORIGIN, 8),
        lambda: render_batch(KINDS, [instances(0)], [], 8),
    ],
)
def test_mistakes_are_refused(wrong) -> None:
    with pytest.raises(ValueError):
        wrong()


@pytest.mark.parametrize(
    "field, value",
    [
        ("mesh", 5),
        ("mesh", -1),
        ("mesh", 2**31 - 1),
        ("tint", (0.5, 0.5, 1.01)),
        ("tint", (math.nan, 0, 0)),
        ("tint", (0, -0.1, 0)),
        ("transform", np.full((4, 3), math.nan)),
        ("transform", [(1, 0, 0), (0, 1, 0), (0, 0, math.inf), (0, 0, 0)]),
        ("transform", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 2e9, 0)]),
        ("transform", [(-1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0)]),
        ("transform", [(1, 0, 0), (0, 1, 0), (1, 0, 0), (0, 0, 0)]),
        ("transform", np.zeros((4, 3))),
    ],
)
def test_bad_rows_are_refused_by_place(field, value) -> None:
    scene = room(7)
    scene[3][field] = value
    scenes = [room(2), instances(0), scene, room(5)]
    with pytest.raises(ValueError, match=f"row 3 of scene 2: .*{field}"):
        render_batch(KINDS, scenes, [ORIGIN] * 4, 8)


def test_astronomic_meshes_do_no_harm() -> None:
    """Edges so long that cuts are inexact."""
    random = np.random.default_rng(0)
    for size in (1e3, 1e8, 1e20, 3e38):
        corners = random.uniform(-1, 1, (60, 3)) * random.choice([1, size], (60, 1))
        mesh = Mesh(corners, random.integers(0, 60, (200, 3)), np.ones(3))
        for scale in (1e-6, 1, 1e6):
            for yaw in range(0, 360, 45):
                rows = placed((0, pose((0.1, 0, 0), scale=scale), 1))
                frame = render(MeshLibrary([mesh]), rows, Camera.facing((0, 0, 0), yaw), 32)
                assert np.isfinite(frame.depth).all()


# --- Against another renderer ---------------------------------------------------------------


def test_silhouettes_equal_tiny_renderer() -> None:
    bullet = pytest.importorskip("pybullet", reason="pybullet is not installed")
    # It cuts corners to whole pixels; that outline of a pixel or so counts less in large images.
    size, eye, target = 640, (0.1, -2.0, 1.4), (0, 0, 0.2)
    boxes = [((-0.5, 0, 0.2), (0.3, 0.4, 0.4)), ((0.4, 0.3, 0.3), (0.5, 0.3, 0.6))]
    boxes.append(((0.2, -0.5, 0.1), (0.2, 0.2, 0.2)))
    client = bullet.connect(bullet.DIRECT)
    try:
        bodies = []
        for position, extent in boxes:
            shape = bullet.createVisualShape(
                bullet.GEOM_BOX, halfExtents=[e / 2 for e in extent], physicsClientId=client
            )
            bodies.append(
                bullet.createMultiBody(0, -1, shape, basePosition=position, physicsClientId=client)
            )
        *_, segmentation = bullet.getCameraImage(
            size,
            size,
            bullet.computeViewMatrix(eye, target, (0, 0, 1)),
            bullet.computeProjectionMatrixFOV(50, 1, 0.05, 20),
            renderer=bullet.ER_TINY_RENDERER,
            physicsClientId=client,
        )
    finally:
        bullet.disconnect(client)
    theirs = np.asarray(segmentation).reshape(size, size)
    world = one_each(*((box(s), pose(p), i + 1) for i, (p, s) in enumerate(boxes)))
    camera = Camera.look_at(eye, target, (0, 0, 1), left_handed=False, fov=50)
    ours = render(*world, camera, size).segmentation
    for i, body in enumerate(bodies):
        one, other = ours == i + 1, theirs == body
        assert (one & other).sum() / (one | other).sum() > 0.97


def test_samples_are_means_of_finer_frames() -> None:
    library, rows, camera = MeshLibrary([sphere(0.7, 8, (0.9, 0.5, 0.2))]), instances(2), ORIGIN
    rows["transform"][:, 3] = [(-0.5, 0, 3), (0.6, 0.2, 4)]
    rows["label"] = 1, 2
    fine = render(library, rows, camera, 60)
    coarse = render(library, rows, camera, 20, samples=3)
    blocks = fine.image.reshape(20, 3, 20, 3, 3).astype(int).sum(axis=(1, 3))
    assert np.array_equal(coarse.image, (blocks + 4) // 9)
    assert np.array_equal(coarse.depth, fine.depth[::3, ::3])
    assert np.array_equal(coarse.segmentation, fine.segmentation[::3, ::3])
    with pytest.raises(ValueError, match="samples"):
        render(library, rows, camera, 20, samples=0)
