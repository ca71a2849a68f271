"""Writing packs (`pack.py`), and the way back to a folder.

The bytes of a pack depend on its games alone (and on the versions of zlib and lzma).
"""

import json
import lzma
import os
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from crossworld.envs.core.errors import DataError
from crossworld.envs.household import pieces
from crossworld.envs.household.files import (
    GAME_FILE,
    SIZE_LIMIT,
    TRAJECTORY_FILE,
    StoredGame,
    parse_game,
    parse_json,
)
from crossworld.envs.household.pack import (
    CODES_LIMIT,
    FILTERS,
    FORMAT,
    HEADER,
    INDEX_LIMIT,
    MAGIC,
    PART_LIMIT,
    PIECES_LIMIT,
    RATIO,
    Pack,
    PackedGame,
    check_names,
    is_pack,
    place_of,
)

KEPT = ("pddl_params", "scene", "task_id", "task_type")
"""What packs keep of `traj_data.json` besides the human sentences: poses, room and parameters."""

_GROUP = 128  # documents in a bundle, at most; about 40 official games play in one room
_REFERENCE = 32_000  # bytes; zlib looks back 32 kB
_SHARED = 2**15


@dataclass(frozen=True, slots=True)
class _Draft:
    """A document that is to be packed: its sort key and its pieces, as numbers in `Packer`."""

    group: tuple[str, str]
    codes: "array[int]"


@dataclass(frozen=True, slots=True)
class _Row:
    """A game that is to be packed; drafts by their number."""

    split: str
    task_id: str
    digest: str
    solvable: bool
    game: int
    notes: int | None


class Packer:
    """Collects games, then writes them as one pack."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._drafts: list[_Draft] = []
        self._rows: list[_Row] = []
        self._places: dict[str, Path] = {}

    def add(self, game: StoredGame) -> None:
        """Take a game in.

        Raises:
            DataError: one of its files is damaged, or its name cannot be used or is another
                game's; the game is not in the pack then.
        """
        try:
            check_names(game.split, game.task_id)
        except ValueError as error:
            raise DataError(
                f"{str(game.path)!r}: {error}; packs cannot hold this. Rename the folder."
            ) from error
        place = place_of(game.split, game.task_id)
        if place in self._places:
            raise DataError(
                f"{game.path}: has the same name, {place!r}, as {self._places[place]}. Rename or"
                " remove one of the two."
            )
        content = game.read()
        fields, digest = parse_json(content, game.game_file)
        parse_game(fields, game.game_file)
        notes = game.annotations()
        kept = None if notes is None else _kept(notes)
        if kept is not None and len(kept) > SIZE_LIMIT:
            raise DataError(
                f"{game.trajectory_file}: {len(kept):,} bytes to keep, more than the limit of"
                f" {SIZE_LIMIT:,}. Shorten its sentences."
            )
        self._places[place] = game.path
        room = _room(game.task_id)
        self._rows.append(
            _Row(
                split=game.split,
                task_id=game.task_id,
                digest=digest,
                solvable=game.is_solvable(),
                game=self._draft(("game", room), content),
                notes=None if kept is None else self._draft(("notes", room), kept),
            )
        )

    def write(self, target: Path) -> Pack:
        """Write the pack, read every game back from it, and only then give it its name.

        Raises:
            DataError: the target exists and is no pack, or there is nothing to pack.
        """
        file_there = check_target(target)
        if not self._rows:
            raise DataError(f"{target}: no games to pack.")
        content = self._content()
        written = file_there.with_name(f".{file_there.name}.{os.getpid()}")
        try:
            with written.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            for game in Pack(written).games:
                game.read()
                game.annotations()
            os.replace(written, file_there)
        except BaseException:
            written.unlink(missing_ok=True)
            raise
        return Pack(target)

    def _draft(self, group: tuple[str, str], document: bytes) -> int:
        numbers = self._numbers
        codes = (numbers.setdefault(piece, len(numbers)) for piece in pieces.cut(document))
        self._drafts.append(_Draft(group, array("I", codes)))
        return len(self._drafts) - 1

    def _content(self) -> bytes:
        """Return the bytes of the pack."""
        known = list(self._numbers)
        groups = list(self._groups())
        shared = self._shared(groups, known)
        parts = [_squeezed(b"\0".join(known[code] for code in shared))]
        places: dict[int, tuple[int, int]] = {}
        documents: list[tuple[bytes, int]] = []
        bundles = [part for group in groups for part in self._fitting(group, shared, known)]
        first = 1 + 2 * len(bundles)
        for number, bundle in enumerate(bundles):
            own = self._own(bundle, shared)
            local = {code: i for i, code in enumerate((*shared, *own))}
            streams = [
                pieces.encode(local[code] for code in self._drafts[draft].codes) for draft in bundle
            ]
            reference = _reference(streams)
            parts += [_squeezed(b"\0".join(known[code] for code in own)), _squeezed(reference)]
            for draft, stream in zip(bundle, streams, strict=True):
                places[draft] = (number, first + len(documents))
                documents.append((_deflated(stream, reference), len(stream)))
        return _assembled([*parts, *documents], self._table(places))

    def _table(self, places: dict[int, tuple[int, int]]) -> list[list[Any]]:
        rows = sorted(self._rows, key=lambda row: (row.split, row.task_id.split("/")))
        return [
            [
                row.split,
                row.task_id,
                row.digest,
                int(row.solvable),
                places[row.game],
                None if row.notes is None else places[row.notes],
            ]
            for row in rows
        ]

    def _groups(self) -> Iterator[list[int]]:
        """Divide the drafts into groups of one kind and room, of bounded size."""
        drafts = self._drafts
        names = sorted({draft.group for draft in drafts})
        members: dict[tuple[str, str], list[int]] = {name: [] for name in names}
        for number, draft in enumerate(drafts):
            members[draft.group].append(number)
        for found in members.values():
            for start in range(0, len(found), _GROUP):
                yield found[start : start + _GROUP]

    def _shared(self, groups: Sequence[Sequence[int]], known: Sequence[bytes]) -> dict[int, None]:
        """Return the pieces that more than one group uses, in order; used as an ordered set."""
        uses = Counter(
            code
            for group in groups
            for code in {code for draft in group for code in self._drafts[draft].codes}
        )
        often = sorted((code for code, n in uses.items() if n > 1), key=lambda c: (-uses[c], c))
        chosen, room = [], PART_LIMIT // 2
        for code in often[:_SHARED]:
            room -= len(known[code]) + 1
            if room > 0:
                chosen.append(code)
        return dict.fromkeys(sorted(chosen))

    def _own(self, bundle: Sequence[int], shared: dict[int, None]) -> dict[int, None]:
        codes = dict.fromkeys(code for draft in bundle for code in self._drafts[draft].codes)
        return {code: None for code in codes if code not in shared}

    def _fitting(
        self, group: list[int], shared: dict[int, None], known: Sequence[bytes]
    ) -> Iterator[list[int]]:
        """Halve a group until its pieces fit into one bundle; one document always fits."""
        own = self._own(group, shared)
        fits = len(own) + len(shared) <= PIECES_LIMIT
        if fits and sum(len(known[code]) + 1 for code in own) <= PART_LIMIT:
            yield group
        else:
            middle = len(group) // 2
            yield from self._fitting(group[:middle], shared, known)
            yield from self._fitting(group[middle:], shared, known)


def check_target(target: Path) -> Path:
    """Return the file to write, which is elsewhere if `target` is a link.

    Raises:
        DataError: there is something else of that name, or no folder to write it in.
    """
    file = Path(os.path.realpath(target))
    try:
        if not file.parent.is_dir():
            raise DataError(f"{target}: there is no folder {file.parent}. Make it first.")
        if file.exists() and not is_pack(file):
            raise DataError(
                f"{target}: exists and is not a pack, so it is not replaced. Choose another name."
            )
    except OSError as error:
        raise DataError(f"{target}: cannot be read ({error.strerror}).") from error
    return file


def unpack(games: Iterable[PackedGame], folder: Path) -> None:
    """Write packed games as a tree of folders.

    Game files are the original ones byte for byte; `traj_data.json` holds what the pack kept.

    Raises:
        DataError: the folder exists and is not empty, or cannot be written, or the pack is damaged.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise DataError(f"{folder}: exists and is not an empty folder. Choose another name.")
        for game in games:  # their names were checked when the pack was opened
            content, notes = game.read(), game.annotation_bytes()
            place = folder / game.place
            place.mkdir(parents=True, exist_ok=True)  # a game can be inside another's folder
            with (place / GAME_FILE).open("xb") as file:
                file.write(content)
            if notes is not None:
                (place / TRAJECTORY_FILE).write_bytes(notes)
    except OSError as error:
        raise DataError(
            f"{error.filename or folder}: cannot be written ({error.strerror})."
        ) from error


def _room(task_id: str) -> str:
    """Return the room's number as official task ids end with it, else "".

    Games of one room share most of their text. This only decides how small a pack gets.
    """
    number = task_id.partition("/")[0].rpartition("-")[2]
    return number.zfill(6) if number.isdigit() else ""


def _kept(notes: dict[str, Any]) -> bytes:
    """Return the part of a trajectory that packs keep, as JSON in the official layout."""
    kept = {key: notes[key] for key in KEPT if key in notes}
    try:
        said = [{"task_desc": a["task_desc"]} for a in notes["turk_annotations"]["anns"]]
    except (KeyError, TypeError):
        pass  # no human instructions; asking for them says so, as with the file itself
    else:
        kept["turk_annotations"] = {"anns": said}
    return json.dumps(kept).encode("ascii")


def _reference(streams: Sequence[bytes]) -> bytes:
    """Return the first streams, as many as zlib can look back on."""
    reference = b""
    for stream in streams:
        if reference and len(reference) + len(stream) > _REFERENCE:
            break
        reference += stream
    return reference[-_REFERENCE:]


def _squeezed(content: bytes) -> tuple[bytes, int]:
    packed = lzma.compress(content, format=lzma.FORMAT_RAW, filters=FILTERS)
    return _padded(packed, len(content)), len(content)


def _padded(packed: bytes, size: int) -> bytes:
    """Lengthen data that would unpack to more than `pack.proportionate` allows."""
    return packed if size <= CODES_LIMIT else packed.ljust(-(-size // RATIO), b"\0")


def _deflated(content: bytes, reference: bytes = b"") -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zdict=reference)
    return stream.compress(content) + stream.flush()


def _assembled(parts: Sequence[tuple[bytes, int]], games: list[list[Any]]) -> bytes:
    """Return header, index and parts."""
    index = {
        "lengths": [len(data) for data, _ in parts],
        "crcs": [zlib.crc32(data) for data, _ in parts],
        "sizes": [size for _, size in parts],
        "games": games,
    }
    plain = json.dumps(index, separators=(",", ":")).encode("ascii")
    if len(plain) > INDEX_LIMIT:
        raise DataError(f"{len(games):,} games are too many for one pack; divide them.")
    packed = _padded(_deflated(plain), len(plain))
    body = b"".join(data for data, _ in parts)
    length = HEADER.size + len(packed) + len(body)
    fields = (MAGIC, FORMAT, length, len(packed), len(plain), sha256(packed).digest())
    head = HEADER.pack(*fields, 0)[:-4]
    return head + zlib.crc32(head).to_bytes(4, "little") + packed + body
