"""`play --web`: the server on the loopback interface, and the page in a real browser."""

import http.client
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import gymnasium as gym
import numpy as np
import pytest
from typer.testing import CliRunner

from crossworld.cli import app
from crossworld.commands.game import make_env
from crossworld.commands.web import MOST_BYTES, TOKEN_HEADER, GameServer

HOUSEHOLD = "crossworld/Household-v0"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Seen(gym.ObservationWrapper):
    """Adds an image, whatever the world shows itself."""

    def observation(self, observation):
        return {**observation, "image": np.full((8, 8, 3), 200, np.uint8)}


class Rendered(gym.Wrapper):
    """A world that draws, but shows no image in its observation."""

    render_mode = "rgb_array"

    def reset(self, **kwargs):
        observation, info = super().reset(**kwargs)
        return {key: observation[key] for key in ("text", "mission")}, info

    def render(self):
        return np.zeros((4, 6, 3), np.uint8)


@contextmanager
def serving(wrap=lambda env: env, seed=5, task_id=None):
    with (
        make_env(HOUSEHOLD, split=None, data=None) as env,
        GameServer(wrap(env), 0, seed=seed, task_id=task_id) as server,
    ):
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def server():
    with serving() as running:
        yield running


def call(server, path, content=None, **headers):
    """Status, headers and decoded body of a request; `content` makes it a POST."""
    body = content if isinstance(content, bytes | None) else json.dumps(content).encode()
    headers = {TOKEN_HEADER: server.token, **headers}
    request = Request(f"http://127.0.0.1:{server.server_port}{path}", body, headers)
    try:
        with urlopen(request, timeout=20) as answer:
            status, told, text = answer.status, answer.headers, answer.read().decode()
    except HTTPError as error:
        with error:
            status, told, text = error.code, error.headers, error.read().decode()
    is_json = told["Content-Type"] == "application/json"
    return status, told, json.loads(text) if is_json else text


def state(server):
    return call(server, "/state")[2]


# the game


def test_the_state_is_all_that_a_player_needs(server):
    shown = state(server)
    with make_env(HOUSEHOLD, split=None, data=None) as env:
        observation, info = env.reset(seed=5)
    assert shown["env"] == HOUSEHOLD
    assert shown["mission"] == observation["mission"]
    assert shown["turns"] == [{"command": "", "text": observation["text"], "feedback": ""}]
    assert shown["commands"] == info["admissible_commands"]
    assert shown["hint"] == info["expert_action"]
    assert shown["task_id"] == info["task_id"]
    assert (shown["step"], shown["limit"], shown["outcome"]) == (0, 50, "playing")
    assert shown["goal_conditions"] == 0.0


def test_a_game_is_played_to_its_end(server):
    shown = state(server)
    while shown["outcome"] == "playing":
        command = shown["hint"]
        status, _, shown = call(server, "/act", {"command": command})
        assert status == 200
        assert shown["turns"][-1]["command"] == command
    assert shown["outcome"] == "solved"
    assert shown["goal_conditions"] == 1.0
    assert shown["commands"] == []
    assert state(server) == shown
    status, _, said = call(server, "/act", {"command": "look"})
    assert status == 409
    assert "over" in said["error"]


def test_what_is_not_possible_is_explained(server):
    _, _, shown = call(server, "/act", {"command": "fly away"})
    assert shown["turns"][-1]["text"] == "Nothing happens."
    assert shown["turns"][-1]["feedback"]
    assert shown["step"] == 1


def test_new_games(server):
    first = state(server)
    call(server, "/act", {"command": "look"})
    again = call(server, "/reset", {"task_id": first["task_id"]})[2]
    assert again == first
    drawn = call(server, "/reset", {})[2]
    assert drawn["task_id"] != first["task_id"]
    assert call(server, "/reset", {"seed": 5, "task_id": None})[2] == first
    assert call(server, "/reset", {"task_id": "train/1"})[2]["task_id"] == "train/1"


def test_a_task_that_does_not_exist_leaves_the_game_as_it_was(server):
    for _ in range(3):
        call(server, "/act", {"command": "look"})
    before = state(server)
    status, _, said = call(server, "/reset", {"task_id": "nowhere"})
    assert status == 409
    assert "ids look like" in said["error"]
    assert state(server) == before
    for _ in range(47):
        shown = call(server, "/act", {"command": "look"})[2]
    assert (shown["step"], shown["outcome"]) == (50, "out of steps")


@pytest.mark.parametrize("wrap", [Seen, Rendered])
def test_the_frame_is_a_png(wrap):
    with serving(wrap) as server:
        assert state(server)["frame"].startswith("data:image/png;base64,iVBORw0KGgo")


# who may ask


@pytest.mark.parametrize("token", ["", "wrong", "\xe4"])
@pytest.mark.parametrize(
    ("path", "content"), [("/state", None), ("/act", {"command": "look"}), ("/reset", {})]
)
def test_nothing_without_the_token(server, token, path, content):
    before = state(server)
    status, _, said = call(server, path, content, **{TOKEN_HEADER: token})
    assert status == 403
    assert [*said] == ["error"]
    assert state(server) == before
    assert call(server, f"/?token={'wrong' if token else ''}")[0] == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "evil.example:{port}", ""])
def test_no_other_host(server, host):
    host = host.format(port=server.server_port)
    for path in ("/state", f"/?token={server.token}"):
        assert call(server, path, Host=host)[0] == 421
    assert call(server, "/act", {"command": "look"}, Host=host)[0] == 421
    assert state(server)["step"] == 0


def test_localhost_is_this_machine(server):
    assert call(server, "/state", Host=f"localhost:{server.server_port}")[0] == 200


def test_no_other_page_may_read_frame_or_feed_it(server):
    status, headers, page = call(server, f"/?token={server.token}")
    assert status == 200
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    (nonce,) = set(re.findall(r'nonce="([^"]+)"', page))
    assert policy.count(f"'nonce-{nonce}'") == 2
    assert nonce not in call(server, f"/?token={server.token}")[2]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in headers
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert server.token not in page
    with socket.create_connection(("127.0.0.1", server.server_port)) as plain:
        assert plain.getpeername()[0] == "127.0.0.1"
    assert server.server_address[0] == "127.0.0.1"


# what is refused


@pytest.mark.parametrize(
    ("path", "content", "status", "message"),
    [
        ("/act", b"{", 400, "not valid JSON"),
        ("/act", b"\xff", 400, "not valid JSON"),
        ("/act", b"[" * 30000, 400, "not valid JSON"),
        ("/act", [], 400, "object is needed"),
        ("/act", {}, 400, "command: missing"),
        ("/act", {"command": 3}, 400, "command: 3"),
        ("/act", {"command": "look", "x": 1}, 400, "x: 1"),
        ("/act", b" " * (MOST_BYTES + 1), 413, "more than"),
        ("/reset", {"seed": True}, 400, "seed: True"),
        ("/reset", {"seed": 1.5}, 400, "seed: 1.5"),
        ("/reset", {"seed": -1}, 409, "-1"),
        ("/reset", {"task_id": ["train/1"]}, 400, "task_id"),
        ("/undo", {}, 404, "no /undo"),
        ("/states", None, 404, "no /states"),
        ("/../setup.cfg", None, 404, "there is no"),
    ],
)
def test_bad_requests_are_named_and_change_nothing(server, path, content, status, message):
    before = state(server)
    got, _, said = call(server, path, content)
    assert got == status
    assert message in said["error"]
    assert state(server) == before


def test_a_body_of_unknown_length_is_refused(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    connection.putrequest("POST", "/act")
    connection.putheader(TOKEN_HEADER, server.token)
    connection.endheaders()
    assert connection.getresponse().status == 411
    connection.close()


def test_any_text_is_a_command(server):
    status, _, shown = call(server, "/act", {"command": "\x00 <b>\u00fc\ud800" * 50})
    assert status == 200
    assert shown["step"] == 1


def test_closing_frees_the_port():
    with serving() as server:
        port = server.server_port
    with pytest.raises(OSError, match="refused"), socket.create_connection(("127.0.0.1", port)):
        pass


# the command


def test_a_taken_port_is_one_message():
    with serving() as server:
        arguments = ["play", "--web", "--no-browser", "--port", str(server.server_port)]
        result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert f"port {server.server_port} cannot be used" in result.output
    result = CliRunner().invoke(app, ["play", "--web", "--no-browser", "--task", "none"])
    assert result.exit_code == 2
    assert "ids look like" in result.output


def test_the_command_serves_until_it_is_interrupted():
    arguments = ["play", "--web", "--no-browser", "--task", "train/1"]
    command = [sys.executable, "-m", "crossworld", *arguments]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Of a job that a shell runs in the background, it is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        url = process.stdout.readline().decode().strip()
        assert process.stdout.readline() == b"Ctrl-C ends it.\n"
        with urlopen(url, timeout=20) as page:
            assert b"<title>crossworld</title>" in page.read()
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=20)
    assert process.returncode == 0
    assert error == b""


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
def test_the_page_in_a_browser(tmp_path):
    with serving(Seen) as server:
        shown = call(server, "/act", {"command": state(server)["hint"]})[2]
        switches = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000"]
        command = [CHROMIUM, *switches, f"--user-data-dir={tmp_path}", "--dump-dom", server.url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    page = done.stdout
    assert shown["mission"] in page
    assert "Step 1 of 50" in page
    assert shown["turns"][-1]["text"] in page
    assert f"&gt; {shown['turns'][-1]['command']}" in page
    for command in shown["commands"]:
        assert f'title="{command}"' in page
    assert '<h3>go to</h3><div><button type="button" title="go to' in page
    assert shown["frame"] in page
    assert 'role="alert" hidden' in page
