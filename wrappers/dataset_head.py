"""What a data set says of itself: where it lies, what is in it, which environment it was recorded in."""

import json
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec
from gymnasium.error import DependencyNotInstalled

import crossworld
from crossworld.envs.core.errors import CrossworldError
from crossworld.wrappers.wrapper import GIVEN

METADATA = "metadata.json"
LISTS = "info_lists"
"""Entry of the metadata: the infos that are lists of strings, stored with one string a line."""
OURS = "crossworld_version"
"""Entry of the metadata that only data sets written here have."""
COMPARED = ("id", "max_episode_steps", "additional_wrappers")
"""What two specs of one environment have in common, beside the arguments."""
NOT_COMPARED = ("data", "frame_cache", "render_mode")
"""Arguments of an environment that change nothing of what it returns: also where its games lie."""


class DatasetError(CrossworldError, ValueError):
    """A data set that does not exist, or cannot hold what is to be recorded."""


def dataset_folder(dataset_id: str, root: str | os.PathLike[str] | None) -> Path:
    """Return the folder of a data set, whether it is there or not.

    Args:
        dataset_id: see `RecordMinari`.
        root: likewise.

    Raises:
        DatasetError: the name is of another form.
        DependencyNotInstalled: Minari is missing.
    """
    parse = library("minari.dataset.minari_dataset").parse_dataset_id
    try:
        parse(dataset_id)
    except (ValueError, TypeError) as error:  # TypeError: there is no version
        raise DatasetError(
            f"data set {dataset_id!r}: write NAME-vN or NAMESPACE/NAME-vN, such as"
            " 'household/planner-v0', of letters, digits, - and _; a namespace has two or more."
        ) from error
    if root is not None:
        return Path(root) / dataset_id
    folder: Path = library("minari.storage.datasets_root_dir").get_dataset_path(dataset_id)
    return folder


def read_metadata(data: Path) -> dict[str, Any]:
    """Return what `metadata.json` holds.

    Raises:
        DatasetError: it is missing or damaged.
    """
    try:
        head: dict[str, Any] = json.loads((data / METADATA).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"{data.parent} holds no data set that can be read ({error}); give another name or folder."
        ) from error
    return head


def library(name: str) -> Any:
    """Return a module of Minari, or h5py.

    Raises:
        DependencyNotInstalled: it is missing.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise DependencyNotInstalled(
            f'data sets need Minari and h5py ({error}): pip install "crossworld[agents]"'
        ) from error


def header(
    dataset_id: str, spaces: tuple[gym.Space[Any], gym.Space[Any]], spec: EnvSpec | None
) -> dict[str, Any]:
    """Return the metadata of a data set without episodes."""
    serialize = library("minari.serialization").serialize_space
    try:
        observation_space, action_space = map(serialize, spaces)
    except NotImplementedError as error:
        raise DatasetError(
            f"data set {dataset_id!r}: Minari cannot store one of {spaces[0]} and {spaces[1]}; wrap"
            " the environment so that it has other spaces."
        ) from error
    return {
        "dataset_id": dataset_id,
        "minari_version": library("minari").__version__,
        "data_format": "hdf5",
        "jpeg_encoding": False,
        "observation_space": observation_space,
        "action_space": action_space,
        **({} if spec is None else {"env_spec": spec.to_json()}),
        "total_episodes": 0,
        "total_steps": 0,
        "dataset_size": 0.0,
        LISTS: [],
        OURS: crossworld.__version__,
    }


def identity(head: Mapping[str, Any], extra: Iterable[str]) -> dict[str, Any]:
    """Return, name by name, what must be equal for episodes to go together."""
    read = library("minari.serialization").deserialize_space
    spec = json.loads(head.get("env_spec", "{}"))
    arguments = spec.get("kwargs", {}).items()
    return {
        **dict(_leaves("observation", read(head["observation_space"]))),
        **dict(_leaves("action", read(head["action_space"]))),
        **{f"environment's {key}": spec.get(key) for key in COMPARED},
        **{f"environment's {key}=": given for key, given in arguments if key not in NOT_COMPARED},
        **{key: head.get(key) for key in extra},
    }


def _leaves(name: str, space: gym.Space[Any]) -> Iterator[tuple[str, str]]:
    """Name the spaces that a space consists of."""
    if isinstance(space, gym.spaces.Dict):
        for key, subspace in space.items():
            yield from _leaves(f"{name} {key}", subspace)
    else:
        yield name, " ".join(str(space).split())


def with_metadata(head: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata of a data set with more entries.

    Raises:
        DatasetError: they are not JSON-able, or would replace what must be there.
    """
    taken = sorted({*head, "env_spec"} & metadata.keys())
    if taken:
        raise DatasetError(
            f"metadata: {', '.join(taken)} cannot be given; the data set says it itself."
        )
    try:
        plain: dict[str, Any] = json.loads(json.dumps(dict(metadata)))
    except (TypeError, ValueError) as error:
        raise DatasetError(f"metadata {dict(metadata)!r}: not JSON-able ({error}).") from error
    return {**head, **plain}


def storable_spec(
    spec: EnvSpec | None, why: str = "it was not made with gym.make"
) -> EnvSpec | None:
    """Return a spec that the environment can be made from again; else None, with a warning.

    Args:
        spec: of the environment, None if it has none.
        why: it has none.
    """
    if spec is not None:
        why = _flaw(spec)
    if not why:
        return spec
    warnings.warn(
        f"The data set will not know its environment: {why}. Minari's recover_environment() will not"
        " work on it.",
        stacklevel=3,
    )
    return None


def _flaw(spec: EnvSpec) -> str:
    """Return why an environment cannot be made from a spec in JSON, "" if it can."""
    for wrapper in spec.additional_wrappers:
        if wrapper.kwargs is None:
            return f"wrapper {wrapper.name} does not record its arguments (RecordConstructorArgs)"
        if GIVEN in json.dumps(wrapper.kwargs, default=str):
            return f"wrapper {wrapper.name} was given an object; give its model by name"
    try:
        spec.to_json()
    except (TypeError, ValueError) as error:
        return f"its arguments are not JSON-able ({error})"
    return ""
