"""`hoso`: the window, or a command."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from types import TracebackType


def _said_in_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Write a bug's trace to a log and say so; set before any import of ours can fail."""
    if issubclass(kind, KeyboardInterrupt):
        os._exit(130)
    from desktop.errors import write_log

    log = write_log(kind, trace)
    print(
        f"Chương trình gặp một lỗi của chính nó; dữ liệu đã lưu vẫn còn nguyên. Nhật ký: {log}\n"
        f"A fault in the program; what was saved is intact. Log: {log}",
        file=sys.stderr,
    )
    sys.stderr.flush()
    sys.stdout.flush()
    os._exit(70)


def _on_practice(home: Path, passphrase: str) -> int:
    """Open the window on a practice workspace that a command has made."""
    from desktop.ui.program import open_window_on

    return open_window_on(home, unlock=passphrase)


def _open_given(words: list[str]) -> int:
    """Open one file or link, as the desktop asks on a double click.

    The word is somebody else's: it stands alone, or nothing is opened. An address that breaks out of its quotes on
    the way here would else become an option of ours.
    """
    if len(words) > 1:
        print(
            "Không mở: liên kết hoặc tệp kèm theo những từ thừa.\nNot opened: more came with the link or file.",
            file=sys.stderr,
        )
        return 2
    given = words[0] if words else ""
    if given and given[:5].lower() != "hoso:":
        given = os.path.abspath(given)
    from desktop.ui.program import open_window

    return open_window(home=None, practice=False, unlock=lambda: None, lang="vi", given=given)


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    # A frozen program has no `python -m`: what runs as a process of its own is a hidden verb.
    if words[:1] == ["--worker"]:
        from desktop.workers import serve

        return serve()
    if words[:1] == ["--token-module"]:
        from signing.token.child import serve as serve_token

        return serve_token()
    if words[:1] == ["--practice-bench"]:
        from desktop.sandbox import bench

        return bench.serve()
    if "HOSO_TRACEBACK" not in os.environ:
        sys.excepthook = _said_in_words
    if words[:1] == ["--open"]:
        return _open_given(words[1:])
    if not words:
        # As from the desktop's menu: the window's first picture waits for no other import.
        from desktop.ui.program import open_window

        return open_window(home=None, practice=False, unlock=lambda: None, lang="vi")
    from desktop.cli.options import shared_options
    from desktop.cli.session import WrongUse

    with contextlib.suppress(WrongUse):
        session, rest = shared_options(words)
        if not rest and not session.json:
            # Not through the command line's own machinery: the window's first picture must not wait for it.
            from desktop.ui.program import open_window

            return open_window(home=session.home, practice=session.practice, unlock=session.unlock, lang=session.lang)
    from desktop.cli.program import run

    return run(words, open_window=_on_practice)


if __name__ == "__main__":
    sys.exit(main())
