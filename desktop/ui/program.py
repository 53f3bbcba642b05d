"""Start the window: paint first, import what is heavy afterwards."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from desktop.messages import Language
    from desktop.ui.frame import Frame


def application(*, scheme: str = "system", zoom: float = 1.0, practice: bool = False, lang: str = "vi") -> QApplication:
    """Make the Qt application with the program's look, words and name."""
    from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
    from PySide6.QtWidgets import QApplication

    from desktop.ui import theme
    from forms.bundled import RESOURCES

    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("hoso")
    app.setApplicationDisplayName("Hồ Sơ")
    app.setDesktopFileName("hoso")
    QLocale.setDefault(QLocale(QLocale.Language.Vietnamese, QLocale.Country.Vietnam))
    theme.apply(app, scheme=scheme, zoom=zoom, practice=practice, family=theme.load_fonts())
    app.setWindowIcon(theme.icon("hoso"))
    for folder, name in (
        (str(RESOURCES / "i18n"), f"hoso_{lang}"),
        (str(RESOURCES / "i18n"), f"qtbase_{lang}"),
        (QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath), f"qtbase_{lang}"),
    ):
        translator = QTranslator(app)
        if translator.load(name, folder):
            app.installTranslator(translator)
    return app


def open_window(*, home: Path | None, practice: bool, unlock: Callable[[], str | None], lang: Language) -> int:
    """Open the window and stay until it is closed."""
    from desktop.app import App

    return show(App(home=home, practice=practice, unlock=unlock, lang=lang))


def open_window_on(home: Path, *, lang: Language = "vi", unlock: str | None = None, practice: bool = True) -> int:
    """Open the window on a given home."""
    from desktop.app import App

    return show(App(home=home, practice=practice, unlock=lambda: unlock, lang=lang))


def show(wired: object) -> int:
    """Show the window of a wired program."""
    from PySide6.QtCore import QTimer

    from desktop.app import App

    assert isinstance(wired, App)
    app = application(practice=wired.practice, lang=wired.lang)
    frame = make_frame(wired)
    frame.show()
    # After the first picture: the workspace, the catalogue and all that they import.
    QTimer.singleShot(0, frame.begin)
    return app.exec()


def make_frame(wired: object) -> Frame:
    """Make the window without showing it."""
    from desktop.app import App
    from desktop.ui.frame import Frame

    assert isinstance(wired, App)
    return Frame(wired)
