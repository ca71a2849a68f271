"""Every example runs as it is printed, only shorter."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
SHORTER: dict[str, tuple[str, ...]] = {
    "caption_the_table.py": ("--pairs", "60", "--minutes", "0.1", "--episodes", "2"),
    "grasp_with_ppo.py": ("--steps", "2048", "--episodes", "3"),
    "household_cleanrl_style.py": ("--total_timesteps", "2048"),
    "household_with_maskable_ppo.py": ("--steps", "1024"),
    "household_with_tianshou.py": ("--epochs", "2"),
    "household_with_torchrl.py": ("--steps", "1024"),
    "play_with_a_language_model.py": ("--episodes", "2"),
    "record_demonstrations.py": ("--episodes", "3"),
}
"""Example to arguments that make it short."""

NEEDS = {
    "caption_the_table.py": "open_clip",
    "grasp_with_ppo.py": "stable_baselines3",
    "household_cleanrl_style.py": "torch",
    "household_with_maskable_ppo.py": "sb3_contrib",
    "household_with_tianshou.py": "tianshou",
    "household_with_torchrl.py": "torchrl",
    "play_with_a_language_model.py": "crossworld",
    "record_demonstrations.py": "minari",
}


def test_all_are_run() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(SHORTER) == set(NEEDS)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SHORTER))
def test_runs(name: str, tmp_path: Path) -> None:
    pytest.importorskip(NEEDS[name])
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *SHORTER[name]],
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip()
