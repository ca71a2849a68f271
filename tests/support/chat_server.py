"""A chat endpoint on the loopback that makes every mistake we know of."""

import base64
import io
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

KEY = "sk-do-not-show-me-0123456789"


class Reply(NamedTuple):
    """What the server does once."""

    body: str
    status: int = 200
    headers: dict[str, str] = {}
    wait: float = 0.0
    kind: str = "application/json"
    missing: int = 0
    """How many bytes less than promised are sent before the connection is closed."""
    drip: float = 0.0
    """Seconds between bytes."""
    resets: bool = False
    """Whether the connection is reset instead of any answer."""


def says(text, *, model=None, usage=None, **choice):
    message = {"role": "assistant", "content": text}
    choices = [{"index": 0, "finish_reason": "stop", "message": message, **choice}]
    body = {"id": "1", "object": "chat.completion", "choices": choices}
    known = {"model": model, "usage": usage}
    return Reply(json.dumps(body | {k: v for k, v in known.items() if v is not None}))


def counts(prompt, completion):
    total = prompt + completion
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": total}


def fails(status, message="no", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(json.dumps({"error": {"message": message}}), status, headers)


class Server:
    """Answers with a list of replies in turn, the last one for ever, or with a function's."""

    def __init__(self):
        self.replies = [says("[]")]
        self.answer = None
        self.seen = []
        self.keys = []
        self.busy = self.busiest = 0
        self.lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                outer.serve(self)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"

    def serve(self, handler):
        request = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        with self.lock:
            self.busy += 1
            self.busiest = max(self.busiest, self.busy)
            self.seen.append(request)
            self.keys.append(handler.headers["Authorization"])
            next_one = self.replies[0] if len(self.replies) == 1 else self.replies.pop(0)
            reply = self.answer(request) if self.answer else next_one
        time.sleep(reply.wait)
        with self.lock:
            self.busy -= 1
        handler.close_connection = True
        if reply.resets:
            # A connection that does not linger is closed with RST.
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.connection.close()
            return
        with suppress(OSError):  # the client was tired of waiting
            _send(handler, reply)

    def prompts(self):
        return [part["text"] for request in self.seen for part in _parts(request, "text")]

    def images(self):
        return [image for request in self.seen for image in decoded(request)]


def _send(handler, reply):
    body = reply.body.encode()
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Type", reply.kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    body = body[: len(body) - reply.missing]
    for piece in [body[i : i + 1] for i in range(len(body))] if reply.drip else [body]:
        handler.wfile.write(piece)
        time.sleep(reply.drip)


def _parts(request, kind):
    """Return the parts of one kind of the last message."""
    content = request["messages"][-1]["content"]
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    return [part for part in content if part["type"] == kind]


def decoded(request):
    """Return the images of the last message."""
    images = []
    for part in _parts(request, "image_url"):
        start, _, data = part["image_url"]["url"].partition(",")
        assert start == "data:image/png;base64"
        with Image.open(io.BytesIO(base64.b64decode(data, validate=True))) as picture:
            assert (picture.format, picture.mode) == ("PNG", "RGB")
            images.append(np.asarray(picture))
    return images


@contextmanager
def chat_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Serve, with `KEY` as the key and next to no waits between tries."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr("crossworld.wrappers.chat.waits.FIRST", 0.01)
    served = Server()
    thread = threading.Thread(target=served.http.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield served
    finally:
        served.http.shutdown()
        thread.join()
        served.http.server_close()
