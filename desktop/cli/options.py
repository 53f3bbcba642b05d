"""The options that every command takes, wherever they stand among the words."""

from __future__ import annotations

from pathlib import Path

from desktop.cli.session import Session, WrongUse

FLAGS = {"--json": "json", "--practice": "practice", "--accept-unconfirmed": "accept_unconfirmed"}
VALUES = {"--home": "home", "--lang": "lang", "--unlock-file": "unlock_file"}


def shared_options(words: list[str]) -> tuple[Session, list[str]]:
    """Take the options that every command has out of the words, wherever they stand.

    What follows `--` is left alone. Raises WrongUse.
    """
    session = Session()
    rest: list[str] = []
    queue = list(words)
    while queue:
        word = queue.pop(0)
        name, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *queue]
            break
        if word in FLAGS:
            setattr(session, FLAGS[word], True)
        elif name in VALUES:
            if not equals:
                if not queue:
                    raise WrongUse(f"{name}: thiếu giá trị / a value is missing")
                value = queue.pop(0)
            if name == "--lang" and value not in ("vi", "en"):
                raise WrongUse("--lang: vi | en")
            setattr(session, VALUES[name], Path(value) if name == "--home" else value)
        else:
            rest.append(word)
    return session, rest


def language_of(words: list[str]) -> Session:
    """Guess language and form of the answer for a command line that cannot be read."""
    session = Session(json="--json" in words)
    if "--lang=en" in words or ("--lang" in words and "en" in words[words.index("--lang") + 1 :][:1]):
        session.lang = "en"
    return session
