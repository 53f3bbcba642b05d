"""The command line as a whole: options from anywhere, one translator from errors to sentences and exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

from desktop.cli import session as _session
from desktop.cli.options import language_of, shared_options
from desktop.cli.session import Negative, Partly, Session, WrongUse
from desktop.errors import DesktopError

USAGE: Any = typer.BadParameter.__mro__[1]
"""The root of every usage error; its own module is private to the library."""
WRONG_USE_CODES = frozenset({"PERIOD_NEEDED", "PERIOD_MISSING"})
"""Expected failures that only say that the command was called wrongly."""
NOUNS = (
    "catalogue", "template", "form", "pdf", "key", "trust", "client", "dossier", "evidence", "outbox", "portal",
    "workspace", "batch", "link", "loose", "helping",
)  # fmt: skip


ROOT = ("link", "loose", "helping")
"""The modules whose commands stand alone, without a noun before them."""


def program(parts: tuple[str, ...] = NOUNS) -> typer.Typer:
    """Put the commands of these modules together."""
    root = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Hồ Sơ: lập, ký số và nộp hồ sơ dịch vụ công trực tuyến. Không có lệnh: mở cửa sổ chương trình.",
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    for part in parts:
        module = import_module(f"desktop.cli.{part}")
        if part in ROOT:
            module.add(root)
        else:
            root.add_typer(module.commands, name=part)
    return root


@cache
def _command(first: str) -> Any:
    """Return what understands a line that begins with this word.

    Reading the options of a hundred commands takes half a second: of a noun, only its own are read.
    """
    if first.startswith("-"):
        return typer.main.get_command(program())
    return typer.main.get_command(program((first,) if first in NOUNS and first not in ROOT else ROOT))


def _usage_words(error: Any, session: Session) -> str:
    kind = type(error).__name__
    if kind == "NoSuchOption":
        return session.words(f"không có tùy chọn {error.option_name}", f"there is no option {error.option_name}")
    if kind == "MissingParameter":
        hint = error.param_hint or (error.param.get_error_hint() if error.param else "?")
        hint = " / ".join(hint) if isinstance(hint, (list, tuple)) else str(hint)
        return session.words(f"thiếu {hint}", f"{hint} is missing")
    if kind == "BadParameter":
        hint = error.param_hint or (error.param.get_error_hint() if error.param else "?")
        hint = " / ".join(hint) if isinstance(hint, (list, tuple)) else str(hint)
        return session.words(f"giá trị không hợp lệ ở {hint}", f"{hint}: {error.message}")
    if kind == "BadOptionUsage":
        return session.words(
            f"tùy chọn {error.option_name} dùng chưa đúng", f"option {error.option_name}: {error.message}"
        )
    text = str(error.message)
    if "No such command" in text or "no such command" in text:
        name = text.split("'")[1] if "'" in text else "?"
        return session.words(f"không có lệnh {name}", f"there is no command {name}")
    if "unexpected extra argument" in text:
        extra = text[text.find("(") + 1 : text.rfind(")")]
        return session.words(f"thừa tham số: {extra}", f"unexpected argument: {extra}")
    return text


def run(words: list[str], *, open_window: Callable[[Path, str], int] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 expected failure, 2 wrong use, 3 partly, 70 bug."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another encoding must not turn a finished job into a crash.
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    session = language_of(words)
    try:
        session, rest = shared_options(words)
        session.open_window = open_window
        _session.current = session
        if not rest:
            raise WrongUse(session.words("thiếu lệnh", "a command is missing"))
        result = _command(rest[0]).main(args=rest, prog_name="hoso", standalone_mode=False)
        return int(result) if isinstance(result, int) and not isinstance(result, bool) else 0
    except typer.Exit as end:
        return int(end.exit_code)
    except USAGE as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.message, file=sys.stderr)
            return 2
        session.fail(WrongUse(_usage_words(error, session)))
        return 2
    except WrongUse as error:
        session.fail(error)
        return 2
    except Negative:
        return 1
    except Partly:
        return 3
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except Exception as error:
        if not _expected(error):
            raise
        if getattr(error, "code", "") == "CANCELLED":
            return 130
        session.fail(error)
        return 2 if getattr(error, "code", "") in WRONG_USE_CODES else 1
    finally:
        app = session.__dict__.get("app")
        if app is not None:
            app.close()


def _expected(error: Exception) -> bool:
    """Tell an expected failure, which has a code of ours, from a bug."""
    from forms.errors import FormsError
    from signing.errors import SigningError

    return isinstance(error, (DesktopError, FormsError, SigningError))
