"""The install: what is packed, and what `import crossworld` costs."""

import configparser
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = (
    "ai2thor",
    "alfworld",
    "minerl",
    "open_clip",
    "ray",
    "minari",
    "openai",
    "sb3_contrib",
    "stable_baselines3",
    "tensordict",
    "textworld",
    "tianshou",
    "torch",
    "torchrl",
    "torchvision",
    "transformers",
)
OF_A_LIBRARY = {
    "crossworld.wrappers.adapters.vec_env": "stable_baselines3",
    "crossworld.agents.ppo.policy": "sb3_contrib",
    "crossworld.agents.ppo.slots": "stable_baselines3",
}
"""Modules whose classes derive from a heavy library's, and are imported by what needs them only."""
NEEDED_LATER = ("jinja2", "matplotlib", "prompt_toolkit", "rich", "typer")


def options() -> configparser.SectionProxy:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    return config["options"]


def package_dirs() -> dict[str, Path]:
    """Where the top-level packages lie: `crossworld.envs` -> `envs` and so on."""
    lines = options()["package_dir"].strip().splitlines()
    pairs = (line.split("=") for line in lines)
    return {package.strip(): ROOT / folder.strip() for package, folder in pairs}


def shipped_files() -> dict[str, Path]:
    """Every file under the package folders, by its path inside the wheel."""
    return {
        f"{package.replace('.', '/')}/{path.relative_to(folder).as_posix()}": path
        for package, folder in package_dirs().items()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def run_python(code: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter; cwd is on its path, as at a prompt."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env=env, capture_output=True, text=True
    )


def test_package_list_equals_folders():
    folders = {name.rpartition("/")[0] for name in shipped_files() if name.endswith(".py")}
    listed = options()["packages"].split()
    assert sorted(listed) == sorted(folder.replace("/", ".") for folder in folders)


def test_every_package_has_an_init():
    files = shipped_files()
    for package in options()["packages"].split():
        assert f"{package.replace('.', '/')}/__init__.py" in files


@pytest.mark.slow
def test_wheel_holds_every_file(tmp_path):
    pytest.importorskip("build")
    # A copy, because setuptools also packs what older builds left in build/.
    tree = tmp_path / "tree"
    for folder in package_dirs().values():
        shutil.copytree(
            folder,
            tree / folder.relative_to(ROOT),
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    for name in ("pyproject.toml", "setup.cfg", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", tmp_path / "dist"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    # Built by way of the source archive, so this covers both.
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == set(shipped_files())


def test_import_is_cheap_and_needs_no_data(tmp_path):
    code = f"import sys, crossworld\nprint(*sorted(set({HEAVY + NEEDED_LATER}) & set(sys.modules)))"
    done = run_python(code, cwd=tmp_path, HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_every_module_imports_without_the_heavy_libraries(tmp_path):
    code = (
        "import importlib, pkgutil, sys\n"
        f"sys.modules.update(dict.fromkeys({HEAVY}))  # None: importing one raises\n"
        "import crossworld\n"
        "for module in pkgutil.walk_packages(crossworld.__path__, 'crossworld.'):\n"
        f"    if module.name not in {tuple(OF_A_LIBRARY)}:\n"
        "        importlib.import_module(module.name)\n"
        "    print(module.name)"
    )
    done = run_python(code, cwd=tmp_path, HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert set(options()["packages"].split()) <= {"crossworld", *done.stdout.split()}


@pytest.mark.parametrize("folder", ["envs", "wrappers", "agents", "benchmarks"])
def test_folder_names_are_not_import_names(folder):
    done = run_python(f"import {folder}", cwd=ROOT)
    assert done.returncode != 0
    assert f"import 'crossworld.{folder}' instead" in done.stderr
