"""The command line: `crossworld`, or `python -m crossworld`.

Only names and options are declared here; what a command does is imported when it runs, so that
`crossworld --help` answers at once.
"""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from crossworld.envs.core.errors import CrossworldError


class _Commands(TyperGroup):
    """Commands whose expected errors are one clear message and exit code 2, no traceback."""

    def invoke(self, ctx: Any) -> Any:
        from gymnasium.error import Error as GymnasiumError

        try:
            return super().invoke(ctx)
        except (CrossworldError, GymnasiumError, OSError) as error:
            from rich.console import Console

            console = Console(stderr=True, soft_wrap=True)
            console.print("Error: ", style="bold red", end="")
            console.print(str(error), markup=False, highlight=False)
            raise typer.Exit(2) from error


class _OnRay(TyperCommand):
    """A command whose option --ray may stand without a value, which Typer does not know."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give a bare --ray the empty address."""
        following = [*args[1:], "-"]
        given = [
            f"{arg}=" if arg == "--ray" and after.startswith("-") else arg
            for arg, after in zip(args, following, strict=True)
        ]
        return super().parse_args(ctx, given)


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Environments that show the same state as an image and as text.",
)
data_app = typer.Typer(no_args_is_help=True, help="Games: look at, check, pack; episodes: record.")
app.add_typer(data_app, name="data")
train_app = typer.Typer(no_args_is_help=True, help="Train small models on what environments show.")
app.add_typer(train_app, name="train")

Env = Annotated[str, typer.Option("--env", help="Environment id; see 'crossworld list'.")]
Out = Annotated[Path | None, typer.Option(help="Folder for the results.")]
Data = Annotated[
    Path | None,
    typer.Option(help="Folder or pack of games. Default: $ALFWORLD_DATA."),
]
Folder = Annotated[Path | None, typer.Argument(help="As --data of the other commands.")]
Fresh = Annotated[
    bool, typer.Option("--fresh", help="Discard a run that is in the folder, and begin anew.")
]

Workers = Annotated[
    int | None,
    typer.Option(min=0, help="Processes. Default: one per CPU; 0 = play in this one."),
]
Ray = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="[ADDRESS]",
        help="Play on a Ray cluster; without address, on one begun here.",
    ),
]

DEFAULT_ENV = "crossworld/Household-v0"


@app.command("list")
def list_() -> None:
    """Show environments, agents and suites."""
    from crossworld.commands.listing import show

    show()


@app.command()
def play(
    env: Annotated[
        str, typer.Argument(metavar="ENV", help="Environment id; see 'crossworld list'.")
    ] = DEFAULT_ENV,
    named: Annotated[
        str | None, typer.Option("--env", help="The same, as the other commands take it.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Default: the environment's own.")] = None,
    task: Annotated[str | None, typer.Option(help="Task id. Default: drawn with the seed.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the draw.")] = None,
    data: Data = None,
    web: Annotated[bool, typer.Option("--web", help="In the browser, with pictures.")] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="With --web. Default: a free one.")
    ] = 0,
    browser: Annotated[
        bool,
        typer.Option("--browser/--no-browser", help="With --web: open the page, or only serve it."),
    ] = True,
) -> None:
    """Play a game yourself, in the terminal or in the browser."""
    env = named or env
    if web:
        from crossworld.commands.web import play_in_browser

        play_in_browser(
            env, split=split, task=task, seed=seed, data=data, port=port, opened=browser
        )
    else:
        from crossworld.commands.play import play as play_game

        play_game(env, split=split, task=task, seed=seed, data=data)


@app.command(cls=_OnRay)
def run(
    agent: Annotated[str, typer.Option(help="Name of an agent, or module:Class of your own.")],
    env: Env = DEFAULT_ENV,
    arg: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Argument of the agent; as often as needed."),
    ] = None,
    protocol: Annotated[
        str | None, typer.Option(help="Such as k-trial/50. Default: pass@1/(the environment's).")
    ] = None,
    trials: Annotated[int | None, typer.Option(min=1, help="With k-trial or adapt.")] = None,
    split: Annotated[str | None, typer.Option(help="Default: the environment's own.")] = None,
    episodes: Annotated[
        int,
        typer.Option(min=0, help="0 = every task of the split once; 100 if made on demand."),
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of agent and environment.")] = 0,
    out: Out = None,
    data: Data = None,
    fresh: Fresh = False,
    workers: Workers = None,
    ray: Ray = None,
) -> None:
    """Let one agent play, and report how it did. A run that was stopped goes on where it stopped."""
    from crossworld.commands.bench import Place, run_agent

    run_agent(
        agent,
        env,
        Place(out, data, fresh, workers, ray),
        arguments=arg or [],
        protocol=protocol,
        trials=trials,
        split=split,
        episodes=episodes,
        seed=seed,
    )


@app.command(cls=_OnRay)
def bench(
    suite: Annotated[str, typer.Argument(help="Name of a suite, or a .toml file of your own.")],
    episodes: Annotated[
        int | None, typer.Option(min=1, help="Per agent. Default: the suite's.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Default: the suite's.")] = None,
    out: Out = None,
    data: Data = None,
    fresh: Fresh = False,
    workers: Workers = None,
    ray: Ray = None,
) -> None:
    """Run a benchmark, and report. One that was stopped goes on where it stopped."""
    from crossworld.commands.bench import Place, run_suite

    run_suite(suite, Place(out, data, fresh, workers, ray), episodes=episodes, split=split)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="Folder that 'bench' or 'run' wrote.")],
    other: Annotated[
        Path | None, typer.Argument(help="A second one, to compare it with.", show_default=False)
    ] = None,
) -> None:
    """Make results.json and report.html of a run again, or compare two runs."""
    if other is None:
        from crossworld.commands.bench import show_report

        show_report(folder)
    else:
        from crossworld.commands.bench import show_comparison

        show_comparison(folder, other)


@app.command()
def speed(
    part: Annotated[
        str | None, typer.Argument(help="household, tabletop, wrappers or runner. Default: all.")
    ] = None,
) -> None:
    """Measure steps per second, side by side with peers, and what wrappers and runner cost."""
    from crossworld.benchmarks.speed import main

    main(part)


@data_app.command()
def verify(folder: Folder = None) -> None:
    """Check every game to the end; exit code 1 if any has a problem."""
    from crossworld.commands.data import verify as verify_data

    verify_data(folder)


@data_app.command()
def info(folder: Folder = None) -> None:
    """Show splits, task types, rooms, hash and text version."""
    from crossworld.commands.data import info as show_info

    show_info(folder)


@data_app.command()
def generate(
    out: Annotated[Path, typer.Option(help="Folder to write into; games that are there stay.")],
    split: Annotated[str, typer.Option(help="train, valid_seen or valid_unseen.")] = "train",
    count: Annotated[int, typer.Option(min=1, help="How many games.")] = 100,
    start: Annotated[int, typer.Option(min=0, help="Number of the first one.")] = 0,
) -> None:
    """Write generated games in ALFWorld's layout, which the real alfworld plays, too."""
    from crossworld.commands.data import generate as generate_data

    generate_data(out, split=split, count=count, start=start)


@data_app.command()
def pack(
    out: Annotated[Path, typer.Option(help="File to write, such as games.cwpack.")],
    folder: Folder = None,
) -> None:
    """Put all games into one small file that can be given wherever a folder can."""
    from crossworld.commands.data import pack as pack_data

    pack_data(folder, out)


@data_app.command()
def unpack(
    file: Annotated[Path, typer.Argument(help="File that 'data pack' wrote.")],
    out: Annotated[Path, typer.Option(help="Folder to write; new or empty.")],
) -> None:
    """Write a pack's games as a folder, the game files byte for byte."""
    from crossworld.commands.data import unpack as unpack_data

    unpack_data(file, out)


@data_app.command()
def record(
    dataset: Annotated[str, typer.Argument(help="Name, such as household/planner-v0.")],
    agent: Annotated[
        str, typer.Option(help="Name of an agent, or module:Class of your own.")
    ] = "planner",
    env: Env = DEFAULT_ENV,
    episodes: Annotated[int, typer.Option(min=1, help="How many it shall hold.")] = 100,
    split: Annotated[str | None, typer.Option(help="Default: the environment's own.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of agent and environment.")] = 0,
    root: Annotated[
        Path | None, typer.Option(help="Folder of data sets. Default: Minari's own.")
    ] = None,
    data: Data = None,
    image_size: Annotated[
        int | None, typer.Option(min=1, help="Pixels. Default: the environment's own.")
    ] = None,
    action_mode: Annotated[str | None, typer.Option(help="Default: the environment's own.")] = None,
) -> None:
    """Record episodes as a Minari data set. One that was stopped goes on where it stopped."""
    from crossworld.commands.record import record as record_episodes

    record_episodes(
        env,
        dataset,
        agent=agent,
        episodes=episodes,
        split=split,
        seed=seed,
        out_root=root,
        data=data,
        image_size=image_size,
        action_mode=action_mode,
    )


@train_app.command()
def clip(
    out: Annotated[Path, typer.Option(help="Folder for the model.")],
    env: Env = DEFAULT_ENV,
    pairs: Annotated[int, typer.Option(min=20, help="Images to train on.")] = 30_000,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long at most, on two cores.")] = 20.0,
    pattern: Annotated[
        str | None,
        typer.Option(help="Regular expression of the statements. Default: what is seen."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything.")] = 0,
    fresh: Fresh = False,
) -> None:
    """Train a small CLIP that captions an environment. One that was stopped goes on."""
    from crossworld.commands.train import train_clip

    train_clip(env, out, pairs=pairs, minutes=minutes, pattern=pattern, seed=seed, fresh=fresh)


@train_app.command("text-lm")
def text_lm(
    out: Annotated[Path, typer.Option(help="Folder for the model.")],
    env: Env = DEFAULT_ENV,
    minutes: Annotated[
        float, typer.Option(min=0.1, help="How much is learned, on two cores.")
    ] = 45.0,
    start: Annotated[
        Path | None, typer.Option(help="Model to begin with. Default: random weights.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything.")] = 0,
    data: Data = None,
    fresh: Fresh = False,
) -> None:
    """Train a small language model that plays a household from text. One that was stopped goes on."""
    from crossworld.commands.train_text_lm import train_text_lm

    train_text_lm(out, minutes=minutes, env=env, seed=seed, start=start, data=data, fresh=fresh)


@train_app.command()
def ppo(
    out: Annotated[Path, typer.Option(help="Folder for the policy.")],
    algorithm: Annotated[str, typer.Option(help="ppo or maskable-ppo.")] = "maskable-ppo",
    env: Env = DEFAULT_ENV,
    minutes: Annotated[
        float, typer.Option(min=0.1, help="How much is played, on two cores.")
    ] = 6.0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything.")] = 0,
    fresh: Fresh = False,
) -> None:
    """Train a policy that scores commands, with Stable-Baselines3. One that was stopped goes on."""
    from crossworld.commands.train_ppo import train_ppo

    train_ppo(out, algorithm=algorithm, env=env, minutes=minutes, seed=seed, fresh=fresh)
