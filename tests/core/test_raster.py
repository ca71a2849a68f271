"""The rasteriser against a brute-force ray caster, and against what pictures must obey."""

import hashlib
import math
import multiprocessing
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossworld.envs.core.raster import (
    Camera,
    Frame,
    Instance,
    Light,
    Mesh,
    Scene,
    box,
    cone,
    cylinder,
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


def ray_cast(scene: Scene, camera: Camera, size: int):
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
    for i, (v0, _, f0, f1) in enumerate(scene.spans):
        if not scene.visible[i]:
            continue
        for t in range(f0, f1):
            a, b, c = scene.points[v0 + scene.faces[t]]
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
            label = np.where(closer, scene.labels[t], label)
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


def check_against_rays(scene: Scene, camera: Camera, size: int = SIZE) -> None:
    frame = render(scene, camera, size)
    label, depth, unsure = ray_cast(scene, camera, size)
    sure = ~unsure
    np.testing.assert_array_equal(frame.segmentation[sure], label[sure])
    np.testing.assert_allclose(frame.depth[sure], depth[sure], rtol=1e-4)
    assert sure.mean() > 0.5


def same(one: Frame, other: Frame) -> bool:
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


def room(count: int = 20, seed: int = 0, shapes: bool = True) -> list[Instance]:
    random = np.random.default_rng(seed)
    kinds = [box(0.5), cylinder(0.3, 0.6), cone(0.3, 0.5), sphere(0.3), tube(0.3, 0.1)]
    return [
        Instance(
            kinds[i % 5 if shapes else 0],
            pose(random.uniform((-3, -1, -3), (3, 1, 3)), *random.uniform(0, 360, 3)),
            i + 1,
            tuple(random.uniform(0.3, 1, 3)),
        )
        for i in range(count)
    ]


# --- Against rays ---------------------------------------------------------------------------

COORDINATE = st.floats(-3, 3, width=32)
POINT = st.tuples(COORDINATE, COORDINATE, COORDINATE)
ANGLE = st.floats(-180, 180)


@SLOW
@given(st.lists(st.tuples(POINT, POINT, POINT), min_size=1, max_size=5))
def test_triangles_are_seen_where_rays_meet_them(triangles) -> None:
    """Many of them cross the near plane, or lie behind the camera."""
    scene = Scene(
        [
            Instance(Mesh(np.array(t), np.array([[0, 1, 2], [2, 1, 0]]), np.ones(3)), pose(), i + 1)
            for i, t in enumerate(triangles)
        ]
    )
    frame = render(scene, ORIGIN, SIZE)
    label, depth, unsure = ray_cast(scene, ORIGIN, SIZE)
    np.testing.assert_array_equal(frame.segmentation[~unsure], label[~unsure])
    np.testing.assert_allclose(frame.depth[~unsure], depth[~unsure], rtol=1e-3)


@SLOW
@given(st.integers(0, 10_000), ANGLE, st.floats(-80, 80), st.floats(20, 120))
def test_boxes_are_seen_where_rays_meet_them(seed, yaw, pitch, fov) -> None:
    camera = Camera.facing((0, 0, 0), yaw, pitch, fov=fov, near=0.2, far=6)
    check_against_rays(Scene(room(8, seed, shapes=False)), camera)


@pytest.mark.parametrize("seed", range(3))
def test_all_shapes_are_seen_where_rays_meet_them(seed) -> None:
    check_against_rays(Scene(room(12, seed)), Camera.facing((0, 0, -3), 10 * seed, 5), 32)


@SLOW
@given(POINT, POINT)
def test_right_handed_worlds_are_seen_where_rays_meet_them(position, target) -> None:
    if np.hypot(*(np.subtract(position, target)[:2])) < 0.1:
        return
    camera = Camera.look_at(position, target, (0, 0, 1), left_handed=False)
    check_against_rays(Scene(room(6, 1, shapes=False)), camera)


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
    parts = [
        Instance(Mesh(vertices, np.array([f]), np.ones(3)), pose((shift, 0, 1), roll=roll), i + 1)
        for i, f in enumerate(faces)
    ]
    camera = Camera.facing((0, 0, 0), yaw / 18, fov=60)
    frame = render(Scene(parts), camera, size)
    assert (frame.segmentation > 0).all()
    backwards = render(Scene(parts[::-1]), camera, size)
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
    scenes = [
        Scene([Instance(Mesh(vertices, np.array([face]), np.ones(3)), spin, 1)]) for face in faces
    ]
    hits = render_batch(scenes, [ORIGIN] * len(scenes), size).segmentation.sum(axis=0)
    np.testing.assert_array_equal(hits, 1)


# --- Near plane, culling, order -------------------------------------------------------------


def test_a_room_is_closed_around_its_camera() -> None:
    walls = Scene([Instance(box((6, 3, 6)).flipped(), pose(), 7)])
    for yaw in range(0, 360, 17):
        for near in (0.01, 0.5):
            frame = render(walls, Camera.facing((1, 0.2, 0.3), yaw, yaw / 9, near=near), 33)
            assert (frame.segmentation == 7).all()
            assert frame.depth.max() < 6


def test_nothing_is_seen_from_inside_of_a_solid_box() -> None:
    frame = render(Scene([Instance(box(2), pose(), 1)]), ORIGIN, SIZE)
    assert not frame.segmentation.any()
    assert (frame.depth == np.float32(ORIGIN.far)).all()


def test_the_near_plane_cuts_where_it_is() -> None:
    """A floor 1 m below is seen from depth 2 on: up to half-way down the lower half."""
    floor = Scene([Instance(quad(20, 20), pose((0, -1, 0), pitch=-90), 1)])
    assert not render(floor, ORIGIN, 40).segmentation.any()
    floor.place(0, pose((0, -1, 0), pitch=90))
    near, whole = (
        render(floor, Camera.facing((0, 0, 0), near=near), 40).segmentation for near in (2, 0.01)
    )
    assert not near[30:].any() and near[22:30].any(axis=1).all()
    assert whole[30:].all()


def test_a_huge_floor_has_no_gaps() -> None:
    """Its triangles reach far behind and beside the camera: all are clipped, neighbours alike."""
    tile = quad(500, 500)
    tiles = [
        Instance(tile, pose((500 * i + 7, -0.06, 500 * j + 3), pitch=90, yaw=0), 3 * i + j + 5)
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
    ]
    for yaw in range(0, 360, 7):
        camera = Camera.facing((250.1, 0, 250.2), yaw, 60, fov=50)
        one, other = (render(Scene(t), camera, 33) for t in (tiles, tiles[::-1]))
        assert one.segmentation.all()
        np.testing.assert_array_equal(one.segmentation, other.segmentation)


def test_of_equal_faces_the_first_is_seen() -> None:
    tilted = pose((0, 0, 1), 37, 21)
    parts = [Instance(quad(3, 3), tilted, label) for label in (4, 9, 2)]
    assert set(np.unique(render(Scene(parts), ORIGIN, 40).segmentation)) <= {0, 4}


def test_far_things_are_not_drawn() -> None:
    scene = Scene([Instance(quad(2, 2), pose((0, 0, 3)), 1)])
    assert render(scene, Camera.facing((0, 0, 0), far=3.1), 8).segmentation.any()
    assert not render(scene, Camera.facing((0, 0, 0), far=2.9), 8).segmentation.any()


def test_one_sided_and_two_sided_quads() -> None:
    for double, seen in ((False, False), (True, True)):
        scene = Scene([Instance(quad(1, 1, double_sided=double), pose((0, 0, 1), 180), 1)])
        assert render(scene, ORIGIN, 8).segmentation.any() == seen


@SLOW
@given(st.randoms(use_true_random=False), st.integers(0, 100))
def test_the_order_of_instances_does_not_matter(random, seed) -> None:
    parts = room(12, seed)
    shuffled = list(parts)
    random.shuffle(shuffled)
    camera = Camera.facing((0, 0, -4))
    assert same(render(Scene(parts), camera, 32), render(Scene(shuffled), camera, 32))


def test_headings_and_the_sides_of_the_image() -> None:
    scene = Scene(
        [
            Instance(box(0.4), pose(p), i + 1)
            for i, p in enumerate(
                [(0, 0, 2), (2, 0, 0), (0, 0, -2), (-2, 0, 0), (1, 0, 2), (0, 1, 2)]
            )
        ]
    )
    for quarter in range(4):
        frame = render(scene, Camera.facing((0, 0, 0), 90 * quarter), 21)
        assert frame.segmentation[10, 10] == quarter + 1
        np.testing.assert_allclose(frame.depth[10, 10], 1.8, rtol=1e-6)
    frame = render(scene, ORIGIN, 21)
    assert (frame.segmentation[:, 12:] == 5).any() and (frame.segmentation[:9] == 6).any()
    assert not (frame.segmentation[:, :10] == 5).any() and not (frame.segmentation[12:] == 6).any()
    below = Scene([Instance(box(0.4), pose((0, -2, 0)), 1)])
    assert render(below, Camera.facing((0, 0, 0), 30, 90), 21).segmentation[10, 10] == 1


def test_depth_is_along_the_axis() -> None:
    frame = render(Scene([Instance(quad(20, 20), pose((0, 0, 3)), 1)]), ORIGIN, 16)
    np.testing.assert_allclose(frame.depth, 3, rtol=1e-6)


# --- Colours --------------------------------------------------------------------------------


def test_shading_darkens_with_the_angle_to_the_light() -> None:
    levels = []
    for angle in range(0, 181, 10):
        way = (math.sin(math.radians(angle)), 0.0, math.cos(math.radians(angle)))
        scene = Scene([Instance(quad(4, 4), pose((0, 0, 1)), 1)], Light(way, 0.2, 0.6))
        image = render(scene, ORIGIN, 3).image
        assert (image == image[0, 0]).all()
        levels.append(int(image[0, 0, 0]))
    assert levels == sorted(levels, reverse=True)
    assert levels[0] == 204 and levels[-1] == levels[9] == 51


def test_colours_tints_and_backgrounds() -> None:
    mesh = quad(1, 1, (1, 0.5, 0))
    light = Light(ambient=1, diffuse=0)
    scene = Scene([Instance(mesh, pose((0, 0, 1)), 3, (0.5, 1, 1))], light, (0, 0, 1))
    image = render(scene, ORIGIN, 9).image
    assert image[4, 4].tolist() == [128, 128, 0] and image[0, 0].tolist() == [0, 0, 255]


def test_changes_equal_a_new_scene() -> None:
    parts = room(6)
    scene = Scene(parts)
    camera = Camera.facing((0, 0, -4))
    before = render(scene, camera, 32)
    scene.place(2, pose((0, 0, -1), 30))
    scene.recolour(3, (0.1, 0.2, 0.3))
    scene.relabel(4, 99)
    scene.show(5, False)
    new = list(parts)
    new[2] = Instance(parts[2].mesh, pose((0, 0, -1), 30), 3, parts[2].tint)
    new[3] = Instance(parts[3].mesh, parts[3].transform, 4, (0.1, 0.2, 0.3))
    new[4] = Instance(parts[4].mesh, parts[4].transform, 99, parts[4].tint)
    new[5] = Instance(parts[5].mesh, parts[5].transform, 6, parts[5].tint, False)
    after = render(scene, camera, 32)
    assert same(after, render(Scene(new), camera, 32))
    assert not same(before, after)
    assert same(before, render(Scene(parts), camera, 32))


# --- Batches, freshness, determinism --------------------------------------------------------


def test_a_batch_equals_its_frames() -> None:
    shared = Scene(room(9, 1), background=(0.5, 0, 0))
    scenes = [Scene(room(5)), shared, Scene([]), shared, Scene(room(14, 2))]
    cameras = [Camera.facing((0, 0, -4), 5 * i, fov=50 + 10 * i, far=20 + i) for i in range(5)]
    batch = render_batch(scenes, cameras, 20)
    assert batch.image.shape == (5, 20, 20, 3)
    for i, (scene, camera) in enumerate(zip(scenes, cameras, strict=True)):
        assert same(Frame(*(part[i] for part in batch)), render(scene, camera, 20))
    assert render_batch([], [], 20).depth.shape == (0, 20, 20)


def test_frames_are_fresh_and_typed() -> None:
    scene = Scene(room(5))
    one, other = (render(scene, Camera.facing((0, 0, -4)), 16) for _ in range(2))
    kept = [part.copy() for part in other]
    for part in one:
        part[:] = 0
    assert all(np.array_equal(a, b) for a, b in zip(kept, other, strict=True))
    assert [(p.shape, p.dtype) for p in other] == [
        ((16, 16, 3), np.uint8),
        ((16, 16), np.float32),
        ((16, 16), np.int32),
    ]


def digest(scene: Scene | None = None) -> str:
    """Return a hash of a frame; in other processes too."""
    frame = render(scene or Scene(room(30)), Camera.facing((0, 0.5, -2), 10, 5), 48)
    return hashlib.sha256(b"".join(part.tobytes() for part in frame)).hexdigest()


def _send_digest(pipe, scene) -> None:
    pipe.send(digest(scene))


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_other_processes_get_the_same_bytes() -> None:
    here = digest()
    assert digest(pickle.loads(pickle.dumps(Scene(room(30))))) == here
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(False)
    process = context.Process(target=_send_digest, args=(sender, Scene(room(30))))
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
        lambda: Scene([], Light((0, 0, 0))),
        lambda: render(Scene([]), ORIGIN, 0),
        lambda: render_batch([Scene([])], [], 8),
    ],
)
def test_mistakes_are_refused(wrong) -> None:
    with pytest.raises(ValueError):
        wrong()


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
    scene = Scene([Instance(box(s), pose(p), i + 1) for i, (p, s) in enumerate(boxes)])
    camera = Camera.look_at(eye, target, (0, 0, 1), left_handed=False, fov=50)
    ours = render(scene, camera, size).segmentation
    for i, body in enumerate(bodies):
        one, other = ours == i + 1, theirs == body
        assert (one & other).sum() / (one | other).sum() > 0.97
