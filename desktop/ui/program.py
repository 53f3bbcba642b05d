"""Start the window: paint first, import what is heavy afterwards."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QTranslator
    from PySide6.QtWidgets import QApplication

    from desktop.app import App
    from desktop.messages import Language
    from desktop.settings import Preferences
    from desktop.ui.frame import Frame


def bare_application(*, scheme: str = "system", practice: bool = False) -> QApplication:
    """Make the Qt application with its colours only: all that the first picture, the window's ground, needs."""
    from PySide6.QtWidgets import QApplication

    from desktop.ui import theme

    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("hoso")
    app.setApplicationDisplayName("Hồ Sơ")
    app.setDesktopFileName("hoso")
    theme.colour_in(app, scheme=scheme, practice=practice, untouched=existing is None)
    return app


def dress(wired: App, chosen: Preferences) -> QApplication:
    """Give the application the whole look that a person chose."""
    return application(scheme=chosen.scheme, zoom=chosen.zoom, practice=wired.practice, lang=wired.lang)


def application(*, scheme: str = "system", zoom: float = 1.0, practice: bool = False, lang: str = "vi") -> QApplication:
    """Make the Qt application with the program's look, words and name."""
    from PySide6.QtCore import QLocale, QTranslator

    from desktop.ui import theme
    from desktop.ui.translation import Translation

    app = bare_application(scheme=scheme, practice=practice)
    QLocale.setDefault(QLocale(QLocale.Language.Vietnamese, QLocale.Country.Vietnam))
    theme.apply(app, scheme=scheme, zoom=zoom, practice=practice, family=theme.load_fonts())
    app.setWindowIcon(theme.icon("hoso"))
    for old in _translators:
        app.removeTranslator(old)
        old.deleteLater()
    _translators.clear()
    # The code is Vietnamese and Qt's own menus and dialogs are English: each language lacks the other's half.
    if lang == "vi":
        _speak(app, QTranslator(app), "qtbase_vi")
    else:
        _speak(app, Translation(app), f"hoso_{lang}")
    return app


def _speak(app: QApplication, translator: QTranslator, name: str) -> None:
    from forms.bundled import RESOURCES

    if translator.load(name, str(RESOURCES / "i18n")):
        app.installTranslator(translator)
        _translators.append(translator)


_translators: list[QTranslator] = []


LOADED = 10_000
"""Milliseconds after which all is loaded that a start loads, or waits for a person."""


def open_window(
    *, home: Path | None, practice: bool, unlock: Callable[[], str | None], lang: Language, given: str = ""
) -> int:
    """Open the window and stay until it is closed; without a word to the contrary on the workspace used last.

    Where this home has a window already, that one comes forward, gets what was `given` to open, and this start ends.
    """
    from desktop.app import App, default_home
    from desktop.settings import load
    from desktop.ui.system.instance import hand_over

    # Nothing of what is loaded until the first page stands will go again: not to be looked through over and over.
    gc.disable()
    place = home if home is not None else default_home()
    if hand_over(place, given):
        return 0
    chosen = load(place)
    return show(App(home=home, practice=practice or chosen.practice, unlock=unlock, lang=lang), given)


def open_window_on(home: Path, *, lang: Language = "vi", unlock: str | None = None, practice: bool = True) -> int:
    """Open the window on a given home."""
    from desktop.app import App

    return show(App(home=home, practice=practice, unlock=lambda: unlock, lang=lang))


def show(wired: object, given: str = "") -> int:
    """Show the window of a wired program; `given` is a file or a link to open in it."""
    from desktop.app import App

    assert isinstance(wired, App)
    # A thread that loads or saves gives way to the window's within a millisecond, not within five.
    sys.setswitchinterval(0.001)
    frame = make_frame(wired)
    frame.show()

    def first() -> bool:
        from desktop.ui.system.ties import Ties

        frame.bell.counted.connect(collect_again)
        QTimer.singleShot(LOADED, collect_again)
        return Ties(frame, given).begin()

    from PySide6.QtCore import QTimer

    # After the first picture: the workspace, the catalogue and all that they import.
    frame.begin_when_painted(first)
    frame.watch()
    from PySide6.QtWidgets import QApplication

    return QApplication.exec()


def collect_again() -> None:
    """Let Python look for cycles again, from now on only in what is made later: looking never takes long then."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def make_frame(wired: object) -> Frame:
    """Make the application and the bare window without showing it; it stands once its ground has been seen."""
    from desktop.app import App
    from desktop.settings import load

    assert isinstance(wired, App)
    chosen = load(wired.home)
    if wired.lang == "vi":
        wired.lang = chosen.lang
    bare_application(scheme=chosen.scheme, practice=wired.practice)
    from desktop.ui.frame import Frame

    return Frame(wired, bare=True)
