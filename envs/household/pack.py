"""A pack: a whole tree of games in one file, which can be given wherever a folder can.

Layout: a header, the index, and the parts, one behind the other:

    header   magic, format, length of the file, lengths and sha256 of the index, crc32 of the header
    index    zlib'd JSON: length, crc32 and unpacked size of every part; the games
    part 0   pieces that several rooms share, lzma
    parts    1 + 2b: pieces of bundle b, lzma; 2 + 2b: its reference, lzma
    parts    one for each document: its piece numbers, zlib with the reference as dictionary

A document (a game file, byte for byte, or what is kept of its annotations) is a sequence of piece
numbers (`pieces.py`). A bundle holds what the documents of one room share, is unpacked when the first
of them is read, and is kept. Every part has a checksum, and a game's text is compared with the sha256
of the file it came from. Nothing unpacks to more than `proportionate` says; parts that would are padded
with zeros. `packing.py` writes packs.
"""

import hashlib
import json
import lzma
import os
import struct
import sys
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from threading import Lock
from typing import Any

from crossworld.envs.core.errors import DataError
from crossworld.envs.household import pieces
from crossworld.envs.household.files import (
    GAME_FILE,
    ONLY_SPLIT,
    SIZE_LIMIT,
    TRAJECTORY_FILE,
    StoredGame,
    parse_json,
)

MAGIC = b"\x89CWPACK\n"
FORMAT = 1
HEADER = struct.Struct("<8sIQII32sI")
"""Magic, format, length of the file, length of the index, its unpacked size and sha256, crc32."""

INDEX_LIMIT = 10 * 2**20
"""Bytes unpacked; official games need about 235 each, 0.9 MB for all of them."""
PART_LIMIT = 2 * SIZE_LIMIT
"""Bytes unpacked; a pack that claims more is refused before anything is allocated."""
CODES_LIMIT = 2 * pieces.CUT_LIMIT
"""Bytes of one document's piece numbers."""
RATIO = 64
"""How many times its length a part may unpack to; pieces of official games reach 12."""
PIECES_LIMIT = 2**16
"""Pieces that a bundle can use, shared ones included: their numbers have two bytes."""

FILTERS: list[dict[str, int]] = [
    {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 2**20}
]
KEPT_LIMIT = 256 * 10**6
"""Bytes of the bundles that one process keeps unpacked; the official ones fit many times."""
NAME_LIMIT = 255
"""Bytes in the name of a folder; file systems have this limit."""


@dataclass(frozen=True, slots=True)
class Part:
    """Where a part is, its checksum, and its unpacked size."""

    start: int
    length: int
    crc: int
    size: int


@dataclass(frozen=True, slots=True)
class Document:
    """Numbers of a document's bundle and of its part."""

    bundle: int
    part: int


@dataclass(frozen=True, slots=True)
class PackedGame(StoredGame):
    """One game in a pack."""

    pack: "Pack"
    task_id: str
    split: str
    digest: str
    solvable: bool
    game: Document
    notes: Document | None

    @property
    def path(self) -> Path:
        """The pack's path and the game's place in it."""
        return self.pack.path / self.place

    @property
    def place(self) -> str:
        """Where the game was, and is when unpacked, below the folder of all games."""
        return place_of(self.split, self.task_id)

    def read(self) -> bytes:
        """Return the bytes of the file that was packed; see `files.StoredGame`."""
        content = self.pack.document(self.game, self.game_file)
        if hashlib.sha256(content).hexdigest() != self.digest:
            raise _damaged(self.game_file, "not the file that was packed (sha256)")
        return content

    def annotations(self) -> dict[str, Any] | None:
        """Return what was kept of `traj_data.json`; see `files.StoredGame`."""
        content = self.annotation_bytes()
        return None if content is None else parse_json(content, self.trajectory_file)[0]

    def annotation_bytes(self) -> bytes | None:
        """Return what was kept of `traj_data.json` as text, None where the game has none.

        Raises:
            DataError: the pack is damaged.
        """
        if self.notes is None:
            return None
        return self.pack.document(self.notes, self.trajectory_file)

    def is_solvable(self) -> bool:
        """Return the file's `solvable` mark."""
        return self.solvable

    def sha256(self) -> str:
        """Return the hash of the file that was packed."""
        return self.digest


class Pack:
    """An open pack. Pickled as its path: whoever unpickles it opens the same file again.

    The file is opened anew whenever something is read, so processes and threads can share a pack.

    Attributes:
        path: the file.
        digest: the index's sha256; by its checksums it stands for the whole content.
        games: all games, sorted by split and task id.

    Raises:
        DataError: the file is missing, not a pack, of another format, truncated or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        try:
            with path.open("rb") as file:
                self._head = file.read(HEADER.size)
                length = os.fstat(file.fileno()).st_size
                index_length, size, self.digest = self._header(self._head, length)
                packed = file.read(index_length)
        except OSError as error:
            raise DataError(f"{path}: cannot be read ({error.strerror}).") from error
        if hashlib.sha256(packed).digest() != self.digest:
            raise _damaged(path, "its index does not match its checksum")
        try:
            index = json.loads(_inflate(packed, size))
            self._parts = tuple(_parts(index, HEADER.size + index_length, length))
            self.games = tuple(self._games(index))
            self._check()
        except (
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            RecursionError,
            zlib.error,
        ) as error:
            raise _damaged(path, f"its index is not one of a pack ({error})") from error

    def document(self, document: Document, name: Path) -> bytes:
        """Return a document's bytes; `name` is for messages.

        Raises:
            DataError: the pack is damaged, or was changed since it was opened.
        """
        try:
            bundle = _bundles.get(self, document.bundle)
            part = self._parts[document.part]
            codes = _inflate(self._read(part), part.size, bundle.reference)
            return pieces.decode(codes, bundle.pieces, SIZE_LIMIT)
        except (ValueError, IndexError, EOFError, zlib.error, lzma.LZMAError) as error:
            raise _damaged(name, str(error)) from error
        except OSError as error:
            raise DataError(f"{name}: cannot be read ({error.strerror}).") from error

    def unpacked(self, number: int) -> bytes:
        """Return an lzma part's content; errors are those of `lzma`, of the system, or ValueError."""
        part = self._parts[number]
        content = lzma.LZMADecompressor(format=lzma.FORMAT_RAW, filters=FILTERS).decompress(
            self._read(part), part.size + 1
        )
        if len(content) != part.size:
            raise ValueError("a part has another size than the index says")
        return content

    def _read(self, part: Part) -> bytes:
        with self.path.open("rb") as file:
            head = file.read(HEADER.size)
            file.seek(part.start)
            data = file.read(part.length)
        if head != self._head:
            raise DataError(
                f"{self.path}: was changed since it was opened. Make the environment anew."
            )
        if zlib.crc32(data) != part.crc:
            raise ValueError("a checksum does not match")
        return data

    def _header(self, head: bytes, length: int) -> tuple[int, int, bytes]:
        """Check the header; return the index's length, unpacked size and sha256."""
        if not head.startswith(MAGIC[: len(head)]) or not head:
            raise DataError(
                f"{self.path}: neither a folder nor a pack of games. Give a folder, or a file that"
                " 'crossworld data pack' wrote."
            )
        if len(head) < HEADER.size:
            raise _damaged(self.path, f"truncated to {length:,} bytes")
        _, version, expected, index_length, size, digest, crc = HEADER.unpack(head)
        if zlib.crc32(head[:-4]) != crc:
            raise _damaged(self.path, "its header does not match its checksum")
        if version != FORMAT:
            raise DataError(
                f"{self.path}: a pack of format {version}; this version of crossworld reads format"
                f" {FORMAT}. Make it again with 'crossworld data pack'."
            )
        if length != expected:
            raise _damaged(self.path, f"{length:,} bytes long instead of {expected:,}; truncated?")
        if size > min(INDEX_LIMIT, proportionate(index_length)) or index_length > length:
            raise _damaged(self.path, f"its index claims {max(size, index_length):,} bytes")
        return index_length, size, digest

    def _games(self, index: dict[str, Any]) -> Iterator[PackedGame]:
        for split, task_id, digest, solvable, game, notes in index["games"]:
            check_names(split, task_id)
            yield PackedGame(
                pack=self,
                task_id=task_id,
                split=split,
                digest=str(digest),
                solvable=bool(solvable),
                game=self._place(game),
                notes=None if notes is None else self._place(notes),
            )

    def _place(self, place: Sequence[int]) -> Document:
        bundle, part = map(_whole, place)
        if bundle < 0 or not 2 + 2 * bundle < part < len(self._parts):
            raise ValueError(f"a document in part {part}")
        if self._parts[part].size > CODES_LIMIT:
            raise ValueError(f"a document of {self._parts[part].size:,} bytes")
        return Document(bundle, part)

    def _check(self) -> None:
        """Refuse games with one place, and parts that are of no use."""
        places = {game.place for game in self.games}
        if len(places) < len(self.games):
            raise ValueError("two games have the same name")
        documents = [d for game in self.games for d in (game.game, game.notes) if d is not None]
        first = 3 + 2 * max((document.bundle for document in documents), default=-1)
        if sorted(d.part for d in documents) != list(range(first, len(self._parts))):
            raise ValueError(f"{len(self._parts):,} parts for {len(documents):,} documents")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pack) and (self.path, self.digest) == (other.path, other.digest)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __reduce__(self) -> tuple[Any, ...]:
        return _reopen, (self.path, self.digest)


def is_pack(path: Path) -> bool:
    """Return whether there is a file that begins as packs do, whatever its name."""
    if not path.is_file():  # reading a named pipe would wait
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def place_of(split: str, task_id: str) -> str:
    """Return where a game is below the folder of all games."""
    shallow = split == ONLY_SPLIT and task_id.count("/") < 2
    return task_id if shallow else f"{split}/{task_id}"


def check_names(split: str, task_id: str) -> None:
    """Refuse names that unpacking could not make folders of, or not safely.

    Raises:
        ValueError: one is empty, too long, reserved, or has characters that cannot be shown.
    """
    for name in (split, *task_id.split("/")):
        if (
            not name.isprintable()  # nor are lone surrogates
            or name in ("", ".", "..", GAME_FILE, TRAJECTORY_FILE)
            or "/" in name
            or "\\" in name
            or len(name.encode()) > NAME_LIMIT
        ):
            raise ValueError(f"a game is called {task_id!r} in split {split!r}")


def proportionate(length: int) -> int:
    """Return how many bytes `length` bytes may unpack to."""
    return max(CODES_LIMIT, RATIO * length)


def _reopen(path: Path, digest: bytes) -> Pack:
    pack = Pack(path)
    if pack.digest != digest:
        raise DataError(
            f"{path}: another pack than the one that was in use; it was replaced meanwhile. Make"
            " the environment anew."
        )
    return pack


@dataclass(frozen=True, slots=True)
class _Bundle:
    """A bundle's pieces, behind those that all bundles share; its reference; its bytes in memory."""

    pieces: list[bytes]
    reference: bytes
    weight: int


class _Bundles:
    """The bundles that were used last, of all packs, within `KEPT_LIMIT` bytes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Pack, int], _Bundle] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def get(self, pack: Pack, number: int) -> _Bundle:
        """Return a bundle; errors as for `Pack.unpacked`."""
        key = pack, number
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        own, reference = _pieces(pack.unpacked(1 + 2 * number)), pack.unpacked(2 + 2 * number)
        known = _shared(pack) + own
        weight = sum(map(sys.getsizeof, (known, reference, *own)))
        bundle = _Bundle(known, reference, weight)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = bundle
                self._weight += weight
            while self._weight > KEPT_LIMIT:
                self._weight -= self._kept.popitem(last=False)[1].weight
        return bundle

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()
            self._weight = 0


_bundles = _Bundles()


@lru_cache(maxsize=4)
def _shared(pack: Pack) -> list[bytes]:
    return _pieces(pack.unpacked(0))


def _pieces(table: bytes) -> list[bytes]:
    """Divide a part that holds pieces; files of games, being JSON, hold no NUL."""
    if table.count(b"\0") >= PIECES_LIMIT:
        raise ValueError(f"more than {PIECES_LIMIT:,} pieces in a bundle")
    return table.split(b"\0") if table else []


def _parts(index: dict[str, Any], start: int, end: int) -> Iterator[Part]:
    lengths, crcs, sizes = ([*map(_whole, index[key])] for key in ("lengths", "crcs", "sizes"))
    starts = list(accumulate(lengths, initial=start))
    if starts.pop() != end or min(lengths) < 0:
        raise ValueError("its parts do not fill the file")
    for number, (size, crc) in enumerate(zip(sizes, crcs, strict=True)):
        if not 0 <= size <= min(PART_LIMIT, proportionate(lengths[number])):
            raise ValueError(f"part {number} claims {size:,} bytes")
        yield Part(starts[number], lengths[number], crc, size)


def _whole(number: object) -> int:
    if type(number) is not int:
        raise TypeError(f"{number!r} is not a whole number")
    return number


def _inflate(data: bytes, size: int, reference: bytes = b"") -> bytes:
    """Unpack raw deflate data of a known size."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS, zdict=reference)
    content = stream.decompress(data, size + 1)
    if len(content) != size:
        raise ValueError("a part has another size than the index says")
    return content


def _damaged(name: Path, what: str) -> DataError:
    return DataError(
        f"{name}: {what}. The pack is damaged; make it again with 'crossworld data pack', or get it"
        " again."
    )
