"""ASiC-E containers with XAdES signatures (ETSI EN 319 162-1), judged as a hostile ZIP full of hostile XML.

A signature covers files by their digests, so what counts is that everybody reads the same files under the same names
(`signing.archive`), that each signature covers all of them, and that nothing stands beside them unsigned: the manifest
must name them and no others, with the media types that were signed. Signed files inside are judged like files by
themselves. Files are hashed piece by piece; time and memory are bounded whatever the sizes in headers claim.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lxml import etree

from signing.archive import Archive
from signing.errors import ContainerUnreadable
from signing.validation.judge import Judge, undecided
from signing.validation.markup import DS, has_dtd, parsed
from signing.validation.verdict import FileVerdict, SignatureVerdict, Verdict, worst
from signing.validation.xml import Beside, judged

if TYPE_CHECKING:
    from signing.validation.files import File

MEDIA_TYPE = b"application/vnd.etsi.asic-e+zip"
MIMETYPE = "mimetype"
FOLDER = "META-INF/"
MANIFEST = "META-INF/manifest.xml"
XML_LIMIT = 16 * 1024 * 1024
INNER_LIMIT = 128 * 1024 * 1024
SIGNATURE_LIMIT = 50
_ASIC = "http://uri.etsi.org/02918/v1.2.1#"
_ODF = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
REASONS = {
    "broken": "DOCUMENT_UNREADABLE",
    "ambiguous": "CONTAINER_AMBIGUOUS",
    "name": "CONTAINER_NAME_UNSAFE",
    "encrypted": "ENCRYPTED",
    "size": "FILE_TOO_LARGE",
}


class _TimeUp(Exception):
    """Ends the look at a container whose files take too long."""


def validate(file: File, judge: Judge, inner: Callable[[File, Judge], FileVerdict]) -> FileVerdict:
    """Judge every signature of a container, and every signed file inside."""
    try:
        return _Container(file, judge).verdict(inner)
    except ContainerUnreadable as error:
        verdict = Verdict.UNREADABLE if error.reason == "broken" else Verdict.INDETERMINATE
        return FileVerdict(file.name, "asice", verdict, (), (REASONS[error.reason],))
    except _TimeUp:
        return FileVerdict(file.name, "asice", Verdict.INDETERMINATE, (), ("TIME_LIMIT",))


class _Container:
    def __init__(self, file: File, judge: Judge) -> None:
        self._file = file
        self._judge = judge
        self._archive = Archive(file.data, judging=True)
        names = list(self._archive.entries)
        self._files = [name for name in names if name != MIMETYPE and not _reserved(name)]
        self._special = [name for name in names if _reserved(name)]
        self._reasons: list[str] = []
        self._ended: ContainerUnreadable | _TimeUp | None = None

    def verdict(self, inner: Callable[[File, Judge], FileVerdict]) -> FileVerdict:
        self._reasons += self._mark()
        types = self._manifest()
        held = [name for name in self._special if name.startswith(FOLDER) and _is_signatures(name)]
        if any(name not in held and name != MANIFEST for name in self._special):
            # What else stands there (another manifest, another kind of signature, anything) is covered by nothing.
            self._reasons.append("CONTAINER_FILE_ADDED")
        if not held:
            return self._unsigned()
        beside = Beside(self._digest, frozenset(self._files), types)
        signatures = [one for name in held for one in self._signed(name, beside)]
        if len(signatures) > SIGNATURE_LIMIT:
            return FileVerdict(self._file.name, "asice", Verdict.INDETERMINATE, (), ("TOO_MANY_SIGNATURES",))
        signatures += [one for name in self._files for one in self._inside(name, inner)]
        verdicts = [one.verdict for one in signatures]
        if self._archive.damaged and Verdict.INVALID not in verdicts:
            # A wrong checksum over the right bytes: some programs read the file, others refuse it.
            self._reasons.append("CONTAINER_AMBIGUOUS")
        if self._reasons:
            verdicts.append(Verdict.INDETERMINATE)
        reasons = tuple(dict.fromkeys(self._reasons))
        return FileVerdict(self._file.name, "asice", worst(verdicts), tuple(signatures), reasons)

    def _unsigned(self) -> FileVerdict:
        other = any(name.endswith((".p7s", ".tst")) or "signature" in name.casefold() for name in self._special)
        if other:
            return FileVerdict(self._file.name, "asice", Verdict.INDETERMINATE, (), ("ASICE_NOT_JUDGED",))
        return FileVerdict(self._file.name, "asice", Verdict.UNSIGNED, (), tuple(dict.fromkeys(self._reasons)))

    def _mark(self) -> list[str]:
        """EN 319 162-1, A.1: the media type comes first, so that a file's first bytes tell what it is."""
        first = next(iter(self._archive.entries.values()), None)
        if first is None or first.name != MIMETYPE or not first.stored or first.extra:
            return ["CONTAINER_MEDIA_TYPE_WRONG"]
        if first.size != len(MEDIA_TYPE) or self._archive.read(MIMETYPE, first.size) != MEDIA_TYPE:
            return ["CONTAINER_MEDIA_TYPE_WRONG"]
        return []

    def _manifest(self) -> dict[str, str]:
        """Return {name: media type}, and note where the manifest names other files than there are."""
        wrong = "CONTAINER_MANIFEST_DIFFERS"
        root = self._parsed(MANIFEST) if MANIFEST in self._archive.entries else None
        if root is None or root.tag != f"{{{_ODF}}}manifest":
            self._reasons.append(wrong)
            return {}
        types: dict[str, str] = {}
        for one in root.iter(etree.Element):
            if one is root:
                continue
            name = one.get(f"{{{_ODF}}}full-path")
            if one.tag != f"{{{_ODF}}}file-entry" or one.getparent() is not root or name is None or name in types:
                self._reasons.append(wrong)
                continue
            types[name] = one.get(f"{{{_ODF}}}media-type", "")
        whole = types.pop("/", None)
        if whole != MEDIA_TYPE.decode("ascii") or set(types) != set(self._files):
            self._reasons.append(wrong)
        return types

    def _signed(self, name: str, beside: Beside) -> list[SignatureVerdict]:
        """Judge what stands in one file of signatures."""
        root = self._parsed(name)
        if root is None:
            return [undecided(name, "DTD_NOT_ACCEPTED" if self._dtd(name) else "SIGNATURE_NOT_READABLE")]
        children = [one for one in root if isinstance(one.tag, str)]
        signatures = [one for one in children if one.tag == f"{{{DS}}}Signature"]
        if root.tag != f"{{{_ASIC}}}XAdESSignatures" or not signatures:
            return [undecided(name, "SIGNATURE_KIND_NOT_ACCEPTED")]
        if len(signatures) > SIGNATURE_LIMIT:
            return [undecided(name, "TOO_MANY_SIGNATURES")]
        if len(children) != len(signatures) or len(list(root.iter(f"{{{DS}}}Signature"))) != len(signatures):
            # Something beside or inside the signatures that is none of them: a countersignature, or a decoy.
            self._reasons.append("NOT_ALL_SIGNED")
        found = []
        for number, one in enumerate(signatures, 1):
            where = name if len(signatures) == 1 else f"{name}: {one.get('Id') or number}"
            found.append(judged(root, one, where, self._judge, beside))
            if self._ended is not None:
                # The container itself ended it, not something in this signature.
                raise self._ended
            self._hurry()
        return found

    def _parsed(self, name: str) -> etree._Element | None:
        root = parsed(self._archive.read(name, XML_LIMIT))
        return None if root is None or has_dtd(root) else root

    def _dtd(self, name: str) -> bool:
        root = parsed(self._archive.read(name, XML_LIMIT))
        return root is not None and has_dtd(root)

    def _digest(self, name: str, algorithm: str) -> bytes:
        try:
            self._hurry()
            return self._archive.digest(name, algorithm)
        except (ContainerUnreadable, _TimeUp) as error:
            self._ended = error
            raise

    def _inside(self, name: str, inner: Callable[[File, Judge], FileVerdict]) -> list[SignatureVerdict]:
        """Judge a signed file inside as if it stood alone."""
        from signing.validation.files import File, kind_of

        self._hurry()
        if name in self._archive.damaged:
            return []  # what is there is not what was signed, and that has been said
        head = b""
        for piece in self._archive.pieces(name):
            head = piece
            break
        kind = kind_of(head[: 64 * 1024])
        if kind not in ("pdf", "xml") and not name.casefold().endswith((".pdf", ".xml", ".jws")):
            return []
        if self._archive.entries[name].size > INNER_LIMIT:
            return [undecided(name, "FILE_TOO_LARGE")]
        data = self._archive.read(name, INNER_LIMIT)
        if kind_of(data) not in ("pdf", "xml", "jws"):
            return []
        verdict = inner(File(name, data, io.BytesIO(data), self._file.deadline), self._judge)
        signatures = [replace(one, name=f"{name}: {one.name}") for one in verdict.signatures]
        if verdict.verdict is Verdict.INDETERMINATE and not signatures:
            signatures = [undecided(name, verdict.reasons[0] if verdict.reasons else "CANNOT_BE_VALIDATED")]
        return signatures

    def _hurry(self) -> None:
        if time.monotonic() > self._file.deadline - 1:
            raise _TimeUp


def _reserved(name: str) -> bool:
    """Tell whether a name lies in the container's own folder, or in what some systems take for it."""
    return name.casefold().startswith(FOLDER.casefold())


def _is_signatures(name: str) -> bool:
    """EN 319 162-1, 4.4.3.2: META-INF/*signatures*.xml."""
    rest = name.removeprefix(FOLDER)
    return "signatures" in rest and rest.endswith(".xml") and "/" not in rest
