"""What every command shares: where the workspace is, how to answer, how to ask for a secret."""

from __future__ import annotations

import dataclasses
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar

from desktop.errors import DesktopError, FileTooLarge
from desktop.messages import Language, message
from desktop.replacing import writing

if TYPE_CHECKING:
    from desktop.app import App

SECRET_LIMIT = 64 * 1024
_SCAN_LIMIT = 64 << 20
"""Bytes of a scan that are read at most; the product's own limit, which is lower, is said by the refusal."""


class Negative(Exception):
    """End with exit code 1 after the answer has been given: a negative verdict is not an error."""


class Partly(Exception):
    """End with exit code 3: a batch was partly done."""


@dataclass(eq=False)
class WrongUse(DesktopError):
    """The command was called wrongly (exit code 2)."""

    code: ClassVar[str] = "WRONG_USE"
    what: str


@dataclass(eq=False)
class FileExists(DesktopError):
    """The output is there already and --force was not given."""

    code: ClassVar[str] = "FILE_EXISTS"
    path: str


@dataclass(eq=False)
class FileUnreadable(DesktopError):
    """A file named on the command line cannot be read."""

    code: ClassVar[str] = "FILE_NOT_READ"
    path: str
    reason: str


@dataclass(eq=False)
class FileUnwritable(DesktopError):
    """An output cannot be written: no right, no room, no such folder."""

    code: ClassVar[str] = "FILE_UNWRITABLE"
    path: str
    reason: str


@dataclass(eq=False)
class SecretNeeded(DesktopError):
    """A secret is needed and there is no terminal to ask for it."""

    code: ClassVar[str] = "SECRET_NEEDED"
    stops_batch: ClassVar[bool] = True
    option: str


@dataclass(eq=False)
class JsonUnusable(DesktopError):
    """A data file named on the command line is no JSON that can be used; `reason` says in words why, and where."""

    code: ClassVar[str] = "JSON_UNUSABLE"
    path: str
    reason: str
    line: int | None = None
    column: int | None = None


_JSON_REASONS = {
    "SIZE": ("nội dung quá lớn", "it is too large"),
    "ENCODING": ("không phải văn bản mã UTF-8", "it is not UTF-8 text"),
    "SYNTAX": ("sai cú pháp ở dòng {line}, cột {column}", "wrong syntax at line {line}, column {column}"),
    "DEPTH": ("lồng nhau quá nhiều tầng", "it is nested too deeply"),
    "NUMBER": ("có một số quá dài, quá lớn hoặc không phải là số", "it holds a number that is too long or none at all"),
    "DUPLICATE": ("một tên trường được ghi hai lần", "a name stands twice in one object"),
}
_REASONS = {
    "ENOENT": ("không có tệp hoặc thư mục này", "there is no such file or folder"),
    "EACCES": ("không có quyền", "permission denied"),
    "EACCES or open": (
        "không có quyền, hoặc tệp đang mở trong chương trình khác",
        "permission denied, or open in another program",
    ),
    "EPERM": ("không có quyền", "permission denied"),
    "EROFS": ("ổ đĩa chỉ cho đọc", "the disk is read-only"),
    "ENOSPC": ("ổ đĩa đã đầy", "the disk is full"),
    "EDQUOT": ("đã hết hạn mức đĩa", "the disk quota is used up"),
    "EISDIR": ("đây là một thư mục", "this is a folder"),
    "ENOTDIR": ("đường dẫn đi qua một tệp", "the path goes through a file"),
    "ENAMETOOLONG": ("tên tệp quá dài", "the file name is too long"),
}


def os_reason(error: OSError, lang: Language) -> str:
    """Say in words why the operating system refused."""
    import errno

    name = errno.errorcode.get(error.errno or 0, "")
    if name == "EACCES" and os.name == "nt":
        # Windows tells the two apart by a number that depends on how the other program opened it.
        name = "EACCES or open"
    vi, en = _REASONS.get(name, (f"hệ thống trả lời {name or error.errno}", f"the system says {name or error.errno}"))
    return vi if lang == "vi" else en


def plain(thing: object) -> Any:
    """Turn values into what JSON knows: decimals to strings, times to ISO, dataclasses to objects."""
    if hasattr(thing, "to_json"):
        return plain(thing.to_json())
    if isinstance(thing, Enum):
        return plain(thing.value)
    if thing is None or isinstance(thing, (str, int, bool)):
        return thing
    if isinstance(thing, Decimal):
        return str(thing)
    if isinstance(thing, (datetime, date)):
        return thing.isoformat()
    if isinstance(thing, Path):
        return str(thing)
    if isinstance(thing, Mapping):
        return {str(key): plain(value) for key, value in thing.items()}
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return {f.name: plain(getattr(thing, f.name)) for f in dataclasses.fields(thing)}
    if isinstance(thing, (list, tuple, set, frozenset)):
        return [plain(item) for item in thing]
    if isinstance(thing, bytes):
        return f"{len(thing)} bytes"
    return str(thing)


@dataclass
class Session:
    """The choices made by the options that every command takes, and the one way to answer."""

    home: Path | None = None
    json: bool = False
    lang: Language = "vi"
    unlock_file: str | None = None
    practice: bool = False
    accept_unconfirmed: bool = False
    answered: bool = False
    open_window: Callable[[Path, str], int] | None = None
    """Opens the window on a practice home with its passphrase; given from above: no command knows the window."""
    _secret_from_stdin: bool = field(default=False, repr=False)

    @cached_property
    def app(self) -> App:
        """Return the wired program; opens nothing yet."""
        from desktop.app import App

        ask = self.ask if sys.stdin is not None and sys.stdin.isatty() else None
        return App(home=self.home, practice=self.practice, unlock=self.unlock, lang=self.lang, say=self.note, ask=ask)

    # --- answering -------------------------------------------------------------------------------------

    def words(self, vi: str, en: str) -> str:
        """Choose the language of the session."""
        return vi if self.lang == "vi" else en

    def answer(self, document: object, *lines: str) -> None:
        """Give the answer: the one JSON document, or lines for a person."""
        if self.json:
            self.answered = True
            print(json.dumps(plain(document), ensure_ascii=False, indent=2))
        else:
            for line in lines:
                print(line)
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """Say something beside the answer, on standard error."""
        print(text, file=sys.stderr, flush=True)

    def fail(self, error: BaseException) -> None:
        """Tell an expected failure: what happened, what to do; never a trace."""
        told = message(error, lang=self.lang)
        facts = plain(getattr(error, "facts", {}))
        if self.json and not self.answered:
            body = {"code": told.code, "message": told.sentence, "remedy": told.remedy, **facts}
            body.update(code=told.code, message=told.sentence, remedy=told.remedy)
            self.answer({"error": body})
        else:
            print(told.text, file=sys.stderr)

    @contextmanager
    def about(self, path: Path) -> Iterator[None]:
        """Let an expected failure name the file that it is about, where it could not know it itself."""
        try:
            yield
        except Exception as error:
            if hasattr(error, "code") and hasattr(error, "facts") and "path" not in error.facts:
                error.add_note(str(path))
            raise

    # --- files -----------------------------------------------------------------------------------------

    def read(self, path: Path, limit: int = 256 << 20) -> bytes:
        """Read a whole file of at most `limit` bytes."""
        try:
            with open(path, "rb") as file:
                data = file.read(limit + 1)
        except OSError as error:
            raise FileUnreadable(str(path), os_reason(error, self.lang)) from error
        if len(data) > limit:
            raise FileTooLarge(str(path), limit)
        return data

    def beside(self, data: Path) -> Callable[[str], bytes]:
        """Return what reads the files that data names by their paths: in the folder of the data, or below it."""
        folder = Path.cwd() if str(data) == "-" else data.resolve().parent

        def read(name: str) -> bytes:
            path = (folder / name.replace("\\", "/")).resolve()
            if not path.is_relative_to(folder):
                from desktop.filing.errors import FieldFileOutside

                raise FieldFileOutside(name[:200])
            return self.read(path, _SCAN_LIMIT)

        return read

    def check_readable(self, path: Path) -> None:
        """Refuse a file that cannot be read, before any work is done."""
        try:
            with open(path, "rb"):
                pass
        except OSError as error:
            raise FileUnreadable(str(path), os_reason(error, self.lang)) from error

    def read_json(self, path: Path, limit: int = 16 << 20) -> Any:
        """Read a JSON document; numbers with a point stay exact."""
        from forms.errors import NotJson
        from forms.strict_json import loads

        data = self.read(path, limit) if str(path) != "-" else sys.stdin.buffer.read(limit)
        try:
            return loads(data)
        except NotJson as error:
            vi, en = _JSON_REASONS[error.reason]
            place = {"line": error.line, "column": error.column}
            raise JsonUnusable(str(path), self.words(vi, en).format_map(place), error.line, error.column) from error

    def check_free(self, path: Path, force: bool) -> None:
        """Refuse to overwrite what is there unless told to, before any work is done."""
        if path.exists() and not force:
            raise FileExists(str(path))

    def write(self, path: Path, data: bytes, *, force: bool = False) -> None:
        """Write a file whole or not at all: beside it first, synced, then renamed."""
        with self.writing(path, force=force) as file:
            file.write(data)

    @contextmanager
    def writing(self, path: Path, *, force: bool = False) -> Iterator[IO[bytes]]:
        """Open an output that appears under its name only once it is complete."""
        self.check_free(path, force)
        try:
            with writing(path) as file:
                yield file
        except OSError as error:
            raise FileUnwritable(str(path), os_reason(error, self.lang)) from error

    # --- secrets ---------------------------------------------------------------------------------------

    def secret(self, file: str | None, *, option: str, prompt_vi: str, prompt_en: str) -> str:
        """Get a secret from a file, from standard input (`-`, once), or by asking on a terminal.

        Raises SecretNeeded where there is nowhere to ask.
        """
        if file == "-":
            if self._secret_from_stdin:
                raise WrongUse(self.words("chỉ một bí mật được lấy từ đầu vào chuẩn", "one secret from standard input"))
            self._secret_from_stdin = True
            data = sys.stdin.buffer.read(SECRET_LIMIT)
        elif file is not None:
            data = self.read(Path(file), SECRET_LIMIT)
        else:
            if not sys.stdin.isatty():
                raise SecretNeeded(option)
            return getpass.getpass(self.words(prompt_vi, prompt_en) + ": ")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise FileUnreadable(file, self.words("không phải văn bản UTF-8", "not UTF-8 text")) from error
        return text.removesuffix("\n").removesuffix("\r")

    def unlock(self) -> str | None:
        """Return the workspace's passphrase from --unlock-file, or None to try the keyring."""
        if self.unlock_file is None:
            return None
        return self.secret(self.unlock_file, option="--unlock-file", prompt_vi="", prompt_en="")

    def ask(self, prompt_vi: str, prompt_en: str) -> str:
        """Ask for a secret on the terminal."""
        return self.secret(None, option="--unlock-file", prompt_vi=prompt_vi, prompt_en=prompt_en)


current = Session()
"""The session of this run; set by `desktop.cli.program.run` before any command is called."""
