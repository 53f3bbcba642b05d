"""Files in chunks: whole, seekable, checked, and never half there."""

from __future__ import annotations

import hashlib
import io
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from desktop.errors import FileDamaged, FileNotFound, FileTooLarge
from desktop.store import Workspace, schema
from desktop.store.files import CHUNK
from tests.desktop.store_kit import Time, fresh_home, open_in


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    with open_in(fresh_home(tmp_path)[0]) as workspace:
        yield workspace


class Dribble(io.RawIOBase):
    """A stream that gives a little at a time, as a socket does."""

    def __init__(self, data: bytes, fail_at: int | None = None) -> None:
        self._inner, self._fail_at = io.BytesIO(data), fail_at

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self._fail_at is not None and self._inner.tell() >= self._fail_at:
            raise ConnectionResetError
        return self._inner.read(min(size, 70_001) if size >= 0 else 70_001)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17])
def test_in_and_out_again(ws: Workspace, size: int) -> None:
    data = random.Random(size).randbytes(size)
    sha256 = ws.files.put(Dribble(data), "a.bin", "application/octet-stream")  # type: ignore[arg-type]  # reads as one
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert ws.files.read(sha256) == data
    assert ws.files.size(sha256) == size
    assert ws.files.put(data, "b.bin", "x/y") == sha256
    assert ws.counts()["files"] == 1


def test_reader_seeks_like_a_file(ws: Workspace) -> None:
    chance = random.Random(7)
    data = chance.randbytes(2 * CHUNK + 12_345)
    mine, real = ws.files.open(ws.files.put(data, "a", "x/y")), io.BytesIO(data)
    for _ in range(300):
        whence = chance.choice([io.SEEK_SET, io.SEEK_CUR, io.SEEK_END])
        offset = chance.randrange(0, len(data) + 1000)
        if whence != io.SEEK_SET:
            offset = -chance.randrange(0, (real.tell() if whence == io.SEEK_CUR else len(data)) + 1)
        assert mine.seek(offset, whence) == real.seek(offset, whence)
        size = chance.choice([0, 1, 100, CHUNK, -1])
        assert mine.read(size) == real.read(size)
        assert mine.tell() == real.tell()
    mine.seek(CHUNK - 5)
    raw: Any = mine  # a raw reader, declared as the readers of binary files are
    buffered = io.BufferedReader(raw)
    assert buffered.read(10) == data[CHUNK - 5 : CHUNK + 5]


def test_a_cut_off_stream_is_no_file(ws: Workspace) -> None:
    data = bytes(3 * CHUNK)
    with pytest.raises(ConnectionResetError):
        ws.files.put(Dribble(data, fail_at=2 * CHUNK + 5), "a", "x/y")  # type: ignore[arg-type]  # reads as one
    assert ws.counts()["files"] == 0
    with pytest.raises(FileTooLarge):
        ws.files.put(io.BytesIO(data), "a", "x/y", limit=2 * CHUNK)
    assert ws.counts()["files"] == 0
    with pytest.raises(FileNotFound):
        ws.files.open("0" * 64)


def test_sweep_takes_only_what_is_old_and_unnamed(tmp_path: Path) -> None:
    clock = Time()
    with open_in(fresh_home(tmp_path)[0], clock) as ws:
        ws.files.put(b"nobody's", "a", "x/y")
        with ws._database.write() as connection:
            connection.execute(schema.files.insert().values(size=0, media_type="x/y", name="cut off", created=clock()))
        assert ws.files.sweep() == 0
        clock.pass_by(90_000)
        ws.files.put(b"fresh", "a", "x/y")
        assert ws.files.sweep() == 2
        assert ws.counts()["files"] == 1


def test_changed_bytes_are_noticed(ws: Workspace) -> None:
    sha256 = ws.files.put(bytes(2 * CHUNK), "a", "x/y")
    assert ws.check().ok
    with ws._database.write() as connection:
        connection.execute(update(schema.chunks).where(schema.chunks.c.number == 1).values(data=b"\x01" * CHUNK))
    with pytest.raises(FileDamaged):
        ws.files.read(sha256)
    assert [finding.code for finding in ws.check().findings] == ["FILE_HASH"]
    with ws._database.write() as connection:
        connection.execute(text("DELETE FROM chunks WHERE number = 0"))
    assert {finding.code for finding in ws.check().findings} == {"FILE_CHUNKS", "FILE_HASH"}
    with pytest.raises(FileDamaged):
        ws.files.open(sha256).read()


def test_many_threads_write_at_once(ws: Workspace) -> None:
    problems: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(5):
                data = f"{number} {turn}".encode() * 200_000
                assert ws.files.read(ws.files.put(io.BytesIO(data), "a", "x/y")) == data
                ws.clients.add(f"{number}-{turn}", f"Khách {number} {turn}")
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert ws.counts()["files"] == ws.counts()["clients"] == 20
