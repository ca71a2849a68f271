"""`play --web`: a game in the browser, served to this machine only.

A page of another site can make a browser send requests here. So every request must name this
machine as its host (a foreign name that resolves to it is refused), and all but the page itself
must carry a header with a secret that only the page's own address holds.
"""

import json
import secrets
import sys
import threading
import webbrowser
from base64 import b64encode
from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import gymnasium as gym
import numpy as np
from gymnasium.error import Error as GymnasiumError
from PIL import Image
from rich.console import Console

from crossworld.commands.game import Game, make_env
from crossworld.envs.core.errors import CrossworldError
from crossworld.envs.core.panel import inset

HOST = "127.0.0.1"
TOKEN_HEADER = "X-Crossworld-Token"
IMAGE_SIZE = 448
MOST_BYTES = 64 * 1024
"""Of a request's body."""
MOST_TURNS = 200
"""That the page shows; all of a long game would be sent with every step."""

PAGE = files("crossworld.commands").joinpath("play.html")
POLICY = (
    "default-src 'none'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'"
)


def play_in_browser(
    env_id: str,
    *,
    split: str | None,
    task: str | None,
    seed: int | None,
    data: Path | None,
    port: int,
    opened: bool,
) -> None:
    """Serve one game until Ctrl-C; port 0 takes a free one, `opened` opens the page as well."""
    console = Console(highlight=False, soft_wrap=True)
    with (
        make_env(env_id, split=split, data=data, image_size=IMAGE_SIZE) as env,
        GameServer(env, port, seed=seed, task_id=task) as server,
    ):
        console.print(f"{server.url}\nCtrl-C ends it.", markup=False)
        if opened:
            # In a thread: a browser of the terminal returns only when it is left.
            threading.Thread(target=webbrowser.open, args=(server.url,), daemon=True).start()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            console.print()


class GameServer(ThreadingHTTPServer):
    """Serves one game on the loopback interface.

    Args:
        env: what is played.
        port: 0 takes a free one.
        seed, task_id: of the first game, as in `Game.begin`.

    Attributes:
        url: address of the page, secret included.

    Raises:
        CrossworldError: the port is taken, or there is no such task.
    """

    daemon_threads = True

    def __init__(
        self, env: gym.Env[Any, Any], port: int, *, seed: int | None, task_id: str | None
    ) -> None:
        self._env = env
        self._game = Game(env)
        self._game.begin(seed, task_id)
        self._lock = threading.Lock()
        self.token = secrets.token_urlsafe(24)
        try:
            super().__init__((HOST, port), _Handler)
        except (OSError, OverflowError) as error:
            raise CrossworldError(
                f"port {port} cannot be used ({error}); choose another --port, or 0 for a free one."
            ) from error
        self.hosts = {f"{name}:{self.server_port}" for name in (HOST, "localhost")}
        self.url = f"http://{HOST}:{self.server_port}/?token={self.token}"

    def state(self) -> dict[str, Any]:
        """Return all that the page shows, JSON-able."""
        with self._lock:
            return self._state()

    def act(self, command: str) -> dict[str, Any]:
        """Say a command to the world, and return the state after it."""
        with self._lock:
            self._game.act(command)
            return self._state()

    def reset(self, seed: int | None, task_id: str | None) -> dict[str, Any]:
        """Begin a game, and return its state."""
        with self._lock:
            self._game.begin(seed, task_id)
            return self._state()

    def _state(self) -> dict[str, Any]:
        game, info = self._game, self._game.info
        playing = game.outcome == "playing"
        return {
            "env": "" if self._env.spec is None else self._env.spec.id,
            "mission": game.mission,
            "task_id": info["task_id"],
            "step": game.steps,
            "limit": game.limit,
            "goal_conditions": float(info["goal_conditions"]),
            "outcome": game.outcome,
            "turns": [asdict(turn) for turn in game.turns[-MOST_TURNS:]],
            "commands": list(info["admissible_commands"]) if playing else [],
            "hint": info["expert_action"] if playing else "",
            "frame": self._frame(),
        }

    def _frame(self) -> str | None:
        """Return what is seen as the address of a PNG, None if the world shows nothing."""
        image = self._game.observation.get("image")
        if image is None and self._env.render_mode == "rgb_array":
            image = self._env.render()
        if not isinstance(image, np.ndarray):
            return None
        side = self._game.observation.get("image_side")
        if side is not None:
            image = inset(image, side)
        png = BytesIO()
        Image.fromarray(image).save(png, "PNG")
        return f"data:image/png;base64,{b64encode(png.getvalue()).decode()}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up; the terminal is for the address and real errors."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: GameServer
    server_version = "crossworld"
    sys_version = ""
    timeout = 30  # for a client that says nothing

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/":
            token = parse_qs(query).get("token", [""])[0]
            self._answer(lambda: self._page(), token)
        else:
            self._answer(lambda: self._json(self._read(path)), self._sent_token())

    def do_POST(self) -> None:
        self._answer(lambda: self._json(self._written()), self._sent_token())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the terminal is for the address."""

    def _answer(self, answer: Callable[[], None], token: str) -> None:
        try:
            if self.headers.get("Host") not in self.server.hosts:
                raise _Refused(HTTPStatus.MISDIRECTED_REQUEST, "wrong host")
            if not secrets.compare_digest(token.encode(), self.server.token.encode()):
                raise _Refused(HTTPStatus.FORBIDDEN, "open the address that the terminal shows")
            answer()
        except _Refused as refusal:
            self._json({"error": str(refusal)}, refusal.status)
        except (CrossworldError, GymnasiumError, ValueError) as error:
            self._json({"error": str(error)}, HTTPStatus.CONFLICT)

    def _sent_token(self) -> str:
        return str(self.headers.get(TOKEN_HEADER, ""))

    def _read(self, path: str) -> dict[str, Any]:
        if path != "/state":
            raise _Refused(HTTPStatus.NOT_FOUND, f"there is no {path}")
        return self.server.state()

    def _written(self) -> dict[str, Any]:
        if self.path == "/act":
            command = self._fields(command=str).get("command")
            if command is None:
                raise _Refused(HTTPStatus.BAD_REQUEST, "command: missing")
            return self.server.act(command)
        if self.path == "/reset":
            wanted = self._fields(seed=int, task_id=str)
            return self.server.reset(wanted.get("seed"), wanted.get("task_id"))
        raise _Refused(HTTPStatus.NOT_FOUND, f"there is no {self.path}")

    def _fields(self, **kinds: type) -> dict[str, Any]:
        """Return what the body says of these fields; one that is null is left out."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            raise _Refused(HTTPStatus.LENGTH_REQUIRED, "Content-Length: missing")
        if len(length) > 9 or int(length) > MOST_BYTES:
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {MOST_BYTES} bytes")
        try:
            body = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError) as error:
            raise _Refused(HTTPStatus.BAD_REQUEST, f"not valid JSON: {error}") from error
        if not isinstance(body, dict):
            raise _Refused(HTTPStatus.BAD_REQUEST, f"a JSON object is needed, not {body!r}")
        given = {name: value for name, value in body.items() if value is not None}
        for name, value in given.items():
            if type(value) is not kinds.get(name):
                known = ", ".join(f"{name} ({kind.__name__})" for name, kind in kinds.items())
                raise _Refused(HTTPStatus.BAD_REQUEST, f"{name}: {value!r}; there is {known}")
        return given

    def _page(self) -> None:
        nonce = secrets.token_urlsafe(16)
        page = PAGE.read_text(encoding="utf-8").replace("{{nonce}}", nonce)
        policy = POLICY.format(nonce=nonce)
        headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
        self._send(HTTPStatus.OK, "text/html; charset=utf-8", page.encode(), headers)

    def _json(self, content: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send(status, "application/json", json.dumps(content).encode(), {})

    def _send(self, status: HTTPStatus, kind: str, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        common = {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        for name, value in (common | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
