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
of the file it came from. `packing.py` writes packs.
"""

import hashlib
import json
import lzma
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path, PurePosixPath
from typing import Any

from crossworld.envs.core.errors import DataError
from crossworld.envs.household import pieces
from crossworld.envs.household.files import ONLY_SPLIT, SIZE_LIMIT, StoredGame, parse_json

MAGIC = b"\x89CWPACK\n"
FORMAT = 1
HEADER = struct.Struct("<8sIQII32sI")
"""Magic, format, length of the file, length of the index, its unpacked size and sha256, crc32."""

INDEX_LIMIT = 32 * 2**20
PART_LIMIT = 2 * SIZE_LIMIT
"""Bytes unpacked; a pack that claims more is refused before anything is allocated."""
PIECES_LIMIT = 2**16
"""Pieces that a bundle can use, shared ones included: their numbers have two bytes."""

FILTERS: list[dict[str, int]] = [
    {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 2**20}
]
BUNDLES = 256
"""Bundles that one process keeps unpacked; the official games have about 220."""


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
        shallow = self.split == ONLY_SPLIT and self.task_id.count("/") < 2
        return self.task_id if shallow else f"{self.split}/{self.task_id}"

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
        self.path = path
        try:
            with path.open("rb") as file:
                head = file.read(HEADER.size)
                length = os.fstat(file.fileno()).st_size
                index_length, size, self.digest = self._header(head, length)
                packed = file.read(index_length)
        except OSError as error:
            raise DataError(f"{path}: cannot be read ({error.strerror}).") from error
        if hashlib.sha256(packed).digest() != self.digest:
            raise _damaged(path, "its index does not match its checksum")
        try:
            index = json.loads(_inflate(packed, size))
            self._parts = tuple(_parts(index, HEADER.size + index_length, length))
            self.games = tuple(self._games(index))
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
            known, reference = _bundle(self, document.bundle)
            part = self._parts[document.part]
            codes = _inflate(self._read(part), part.size, reference)
            return pieces.decode(codes, known, SIZE_LIMIT)
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
            file.seek(part.start)
            data = file.read(part.length)
        if zlib.crc32(data) != part.crc:
            raise ValueError(
                "a checksum does not match, or the file was changed after it was opened"
            )
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
        if size > INDEX_LIMIT or index_length > length:
            raise _damaged(self.path, f"its index claims {max(size, index_length):,} bytes")
        return index_length, size, digest

    def _games(self, index: dict[str, Any]) -> Iterator[PackedGame]:
        for split, task_id, digest, solvable, game, notes in index["games"]:
            for name in (split, *task_id.split("/")):
                # Unpacking makes folders of these names.
                if name in ("", ".", "..") or PurePosixPath(name).name != name or "\\" in name:
                    raise ValueError(f"a game is called {task_id!r}")
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
        return Document(bundle, part)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pack) and (self.path, self.digest) == (other.path, other.digest)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __reduce__(self) -> tuple[Any, ...]:
        return _reopen, (self.path, self.digest)


def is_pack(path: Path) -> bool:
    """Return whether a file begins as packs do, whatever its name."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _reopen(path: Path, digest: bytes) -> Pack:
    pack = Pack(path)
    if pack.digest != digest:
        raise DataError(
            f"{path}: another pack than the one that was in use; it was replaced meanwhile. Make"
            " the environment anew."
        )
    return pack


@lru_cache(maxsize=BUNDLES)
def _bundle(pack: Pack, number: int) -> tuple[list[bytes], bytes]:
    """Return a bundle's pieces, behind those that all bundles share, and its reference."""
    known = _shared(pack) + _pieces(pack.unpacked(1 + 2 * number))
    return known, pack.unpacked(2 + 2 * number)


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
        if not 0 <= size <= PART_LIMIT:
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
