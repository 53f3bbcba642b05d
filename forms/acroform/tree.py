"""Reading a PDF form: the tree of fields, their kinds, options and places, all bounded.

One walk serves listing and filling, so that what is listed is what is filled. A field is a node with a full name; its
widgets are the places on pages where it is drawn, often the node itself.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from forms.acroform.errors import (
    FormFileBroken,
    FormFileLocked,
    FormFileTooLarge,
    FormIsDynamicXfa,
    FormPassphraseWrong,
)
from forms.acroform.objects import Box, appearances, box_of, is_dictionary, is_true, name_of, readable, text_of, whole

SIZE_LIMIT = 50 * 1024 * 1024
"""Largest file, in bytes."""
PAGES_LIMIT = 2000
FIELDS_LIMIT = 5000
DEPTH_LIMIT = 32
OPTIONS_LIMIT = 5000
WIDGETS_LIMIT = 20_000
NAME_LIMIT = 1000

READ_ONLY, REQUIRED = 1 << 0, 1 << 1
MULTILINE, PASSWORD, FILE_SELECT, COMB = 1 << 12, 1 << 13, 1 << 20, 1 << 24
NO_TOGGLE_TO_OFF, RADIO, PUSH_BUTTON, IN_UNISON = 1 << 14, 1 << 15, 1 << 16, 1 << 25
COMBO, EDIT, MULTI_SELECT = 1 << 17, 1 << 18, 1 << 21
HIDDEN_FLAGS = 1 << 0 | 1 << 1 | 1 << 5
"""Of a widget: invisible, hidden, not viewed."""

BROKEN = (pikepdf.PdfError, RuntimeError, ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError)
"""What pikepdf lets escape from strange files."""


@dataclass(frozen=True)
class Place:
    """Be where a field is drawn."""

    page: int | None
    """From 1; None where no page shows it."""
    box: Box | None
    """x0, y0, x1, y1 in the page's own points, lower left first."""

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {"page": self.page, "box": None if self.box is None else [_short(v) for v in self.box]}


@dataclass(frozen=True)
class FormField:
    """Be one field as a person or a script needs to know it."""

    name: str
    kind: str
    """text, checkbox, radio, choice, signature or button"""
    value: str | bool | tuple[str, ...] | None
    """Of a check box with one state: whether it is on; of a signature: whether there is one; never a password."""
    options: tuple[str, ...] = ()
    """What may be given as value."""
    option_labels: tuple[str, ...] = ()
    """What a reader sees for each option."""
    max_length: int | None = None
    multiline: bool = False
    comb: bool = False
    password: bool = False
    read_only: bool = False
    required: bool = False
    multiple: bool = False
    """A list of which several options may be chosen."""
    editable: bool = False
    """A choice that takes other texts too."""
    tooltip: str | None = None
    places: tuple[Place, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        first = self.places[0].to_json() if self.places else {"page": None, "box": None}
        return {
            "name": self.name,
            "kind": self.kind,
            "value": list(self.value) if isinstance(self.value, tuple) else self.value,
            "options": list(self.options),
            "option_labels": list(self.option_labels),
            "max_length": self.max_length,
            "multiline": self.multiline,
            "comb": self.comb,
            "password": self.password,
            "read_only": self.read_only,
            "required": self.required,
            "multiple": self.multiple,
            "editable": self.editable,
            "tooltip": self.tooltip,
            **first,
            "widgets": [place.to_json() for place in self.places],
        }


def _short(value: float) -> int | str:
    """Write a coordinate without a binary float: whole points as int, others as a decimal string."""
    rounded = round(value, 3)
    return int(rounded) if rounded == int(rounded) else f"{rounded:g}"


@dataclass(frozen=True)
class Widget:
    """Be one place where a field is drawn, with its object."""

    obj: Any = field(repr=False)
    page: int | None
    box: Box | None
    index: int = 0
    """Among the field's kids, which options of buttons are counted by."""

    @property
    def flags(self) -> int:
        """Return the annotation's flags."""
        return whole(self.obj.get("/F"), 0)

    @property
    def states(self) -> tuple[str, ...]:
        """Return the names of its appearances other than /Off, without slash."""
        return tuple(name for name in appearances(self.obj) if name != "Off")


@dataclass
class Node:
    """Be one field while the file is open."""

    name: str
    kind: str
    objects: list[Any] = field(repr=False)
    """The field's dictionaries: one, but for files that name two fields alike."""
    above: tuple[Any, ...] = field(repr=False)
    """Its ancestors, the nearest first."""
    widgets: list[Widget]

    def inherited(self, key: str) -> Any:
        """Return an entry of the field or of what stands above it."""
        for obj in (self.objects[0], *self.above):
            if key in obj:
                return obj.get(key)
        return None

    @property
    def flags(self) -> int:
        """Return the field's flags."""
        return whole(self.inherited("/Ff"), 0)

    @property
    def max_length(self) -> int | None:
        """Return how many characters it takes, where it says so."""
        length = whole(self.inherited("/MaxLen"), -1)
        return length if length >= 0 else None

    @property
    def comb(self) -> bool:
        """Say whether each character has a cell of its own."""
        spoiled = self.flags & (MULTILINE | PASSWORD | FILE_SELECT)
        return self.kind == "text" and bool(self.flags & COMB) and not spoiled and bool(self.max_length)

    @property
    def hidden(self) -> bool:
        """Say whether no reader shows it."""
        return not any(
            w.page is not None and w.box and w.box[2] > w.box[0] and w.box[3] > w.box[1] and not w.flags & HIDDEN_FLAGS
            for w in self.widgets
        )

    def options(self) -> list[tuple[str, str]]:
        """Return what may be chosen: export value and shown text of each."""
        if self.kind == "choice":
            return _choices(self.inherited("/Opt"))
        if self.kind in ("checkbox", "radio"):
            return [(option, option) for option in dict.fromkeys(option for option, _ in self.states())]
        return []

    def states(self) -> list[tuple[str, str]]:
        """Return each option of a button and the name of the appearance that shows it."""
        exported = self.inherited("/Opt")
        texts = list(exported) if isinstance(exported, pikepdf.Array) and len(exported) <= OPTIONS_LIMIT else []
        found: list[tuple[str, str]] = []
        for widget in self.widgets:
            names = widget.states or (_bare_state(self, widget),)
            for name in names:
                text = texts[widget.index] if widget.index < len(texts) else None
                found.append((text_of(text) or readable(name), name))
        return list(dict.fromkeys(found))


def _bare_state(node: Node, widget: Widget) -> str:
    """Name the state of a button without appearances: its own, else by its number."""
    state = name_of(widget.obj.get("/AS"))
    if state not in (None, "Off"):
        return str(state)
    if node.kind == "radio" or len(node.widgets) > 1:
        return str(widget.index)
    value = name_of(node.inherited("/V"))
    return "Yes" if value is None or value == "Off" else value


@dataclass
class OpenForm:
    """Be an open PDF with its fields."""

    pdf: pikepdf.Pdf
    form: Any
    """The AcroForm dictionary, or None."""
    nodes: dict[str, Node]
    signed: bool
    xfa: bool
    calculated: bool
    """Some fields are computed by scripts, which nobody runs here."""
    usage_rights: bool
    """Rights given to one maker's reader, which a change takes away."""


# ---------------------------------------------------------------- opening


def open_form(data: bytes, passphrase: str | None = None) -> OpenForm:
    """Open a PDF and walk its fields; the caller closes `pdf`.

    Raises FormFileBroken, FormFileLocked, FormIsDynamicXfa.
    """
    if len(data) > SIZE_LIMIT:
        raise FormFileTooLarge("TOO_LARGE")
    if b"%PDF-" not in data[:1024]:
        raise FormFileBroken("NOT_PDF")
    try:
        pdf = pikepdf.open(io.BytesIO(data), password=passphrase or "")
    except pikepdf.PasswordError as error:
        raise FormFileLocked if passphrase is None else FormPassphraseWrong from error
    except BROKEN as error:
        raise FormFileBroken("BROKEN") from error
    try:
        return _read(pdf)
    except (FormFileBroken, FormIsDynamicXfa):
        pdf.close()
        raise
    except BROKEN as error:
        pdf.close()
        raise FormFileBroken("BROKEN") from error


def _read(pdf: pikepdf.Pdf) -> OpenForm:
    if len(pdf.pages) > PAGES_LIMIT:
        raise FormFileTooLarge("TOO_MANY_PAGES")
    root = pdf.Root
    form = root.get("/AcroForm")
    form = form if is_dictionary(form) else None
    nodes = _walk(form, _pages(pdf)) if form is not None else {}
    xfa = form is not None and "/XFA" in form
    if xfa and (not nodes or is_true(root.get("/NeedsRendering"))):
        raise FormIsDynamicXfa
    perms: Any = root.get("/Perms")
    rights = perms.get("/UR3") if is_dictionary(perms) else None
    order = form.get("/CO") if form is not None else None
    return OpenForm(
        pdf=pdf,
        form=form,
        nodes=nodes,
        signed=_signed(pdf, rights) or any(_has_signature(node) for node in nodes.values()),
        xfa=xfa,
        calculated=isinstance(order, pikepdf.Array) and len(order) > 0,
        usage_rights=rights is not None,
    )


def _signed(pdf: pikepdf.Pdf, rights: Any) -> bool:
    """Look for a signature wherever it hangs: a file that has one is never written anew."""
    spared = rights.objgen if is_dictionary(rights) and rights.is_indirect else None
    for thing in pdf.objects:
        if is_dictionary(thing) and "/ByteRange" in thing and "/Contents" in thing and thing.objgen != spared:
            return True
    return False


def _has_signature(node: Node) -> bool:
    return node.kind == "signature" and is_dictionary(node.inherited("/V"))


def _pages(pdf: pikepdf.Pdf) -> dict[tuple[int, int], int]:
    """Return on which page each widget stands."""
    found: dict[tuple[int, int], int] = {}
    for number, page in enumerate(pdf.pages, 1):
        annotations = page.obj.get("/Annots")
        if not isinstance(annotations, pikepdf.Array):
            continue
        for annotation in annotations:
            if is_dictionary(annotation) and annotation.is_indirect:
                found.setdefault(annotation.objgen, number)
        if len(found) > 10 * WIDGETS_LIMIT:
            raise FormFileTooLarge("TOO_MANY_FIELDS")
    return found


def _walk(form: Any, pages: dict[tuple[int, int], int]) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    seen: set[tuple[int, int]] = set()
    count = 0
    waiting: list[tuple[Any, str, tuple[Any, ...], int]] = [
        (obj, "", (), index) for index, obj in reversed(list(enumerate(_dictionaries(form.get("/Fields")))))
    ]
    while waiting:
        obj, prefix, above, index = waiting.pop()
        count += 1
        if count + len(waiting) > WIDGETS_LIMIT:
            raise FormFileTooLarge("TOO_MANY_FIELDS")
        if len(above) >= DEPTH_LIMIT:
            raise FormFileTooLarge("TOO_DEEP")
        if obj.is_indirect:
            if obj.objgen in seen:
                raise FormFileBroken("CYCLE")
            seen.add(obj.objgen)
        own = text_of(obj.get("/T"))
        name = prefix if own is None else f"{prefix}.{own}" if prefix else own
        if len(name) > NAME_LIMIT:
            raise FormFileTooLarge("TOO_DEEP")
        kids = _dictionaries(obj.get("/Kids"))
        if any("/T" in kid or "/Kids" in kid for kid in kids):
            waiting += [(kid, name, (obj, *above), number) for number, kid in reversed(list(enumerate(kids)))]
            continue
        for kid in kids:
            if kid.is_indirect:
                if kid.objgen in seen:
                    raise FormFileBroken("CYCLE")
                seen.add(kid.objgen)
        count += len(kids)
        drawn = kids or ([obj] if "/Rect" in obj or obj.get("/Subtype") == "/Widget" else [])
        widgets = [_widget(w, pages, number if kids else index) for number, w in enumerate(drawn)]
        node = Node(name, "", [obj], above, widgets)
        node.kind = _kind(node)
        if not node.kind or not name:
            continue
        twin = nodes.get(name)
        if twin is None:
            nodes[name] = node
        elif twin.kind == node.kind:
            twin.objects.append(obj)
            twin.widgets += widgets
        if len(nodes) > FIELDS_LIMIT:
            raise FormFileTooLarge("TOO_MANY_FIELDS")
    return nodes


def _dictionaries(array: Any) -> list[Any]:
    if not isinstance(array, pikepdf.Array):
        return []
    if len(array) > WIDGETS_LIMIT:
        raise FormFileTooLarge("TOO_MANY_FIELDS")
    return [thing for thing in array if is_dictionary(thing)]


def _widget(obj: Any, pages: dict[tuple[int, int], int], index: int) -> Widget:
    page = pages.get(obj.objgen) if obj.is_indirect else None
    return Widget(obj, page, box_of(obj.get("/Rect")), index)


def _kind(node: Node) -> str:
    kind, flags = node.inherited("/FT"), node.flags
    if not isinstance(kind, pikepdf.Name):
        return ""
    if kind == "/Btn":
        return "button" if flags & PUSH_BUTTON else "radio" if flags & RADIO else "checkbox"
    return {"/Tx": "text", "/Ch": "choice", "/Sig": "signature"}.get(f"/{name_of(kind)}", "")


# ---------------------------------------------------------------- values


def fields_of(form: OpenForm) -> list[FormField]:
    """Describe every field in the form's own order."""
    return [_describe(node) for node in form.nodes.values()]


def _describe(node: Node) -> FormField:
    flags, options = node.flags, node.options()
    text = node.kind == "text"
    password = text and bool(flags & PASSWORD)
    tooltip = text_of(node.inherited("/TU"))
    return FormField(
        name=node.name,
        kind=node.kind,
        value=None if password else value_of(node),
        options=tuple(value for value, _ in options),
        option_labels=tuple(label for _, label in options),
        max_length=node.max_length if text else None,
        multiline=text and bool(flags & MULTILINE),
        comb=node.comb,
        password=password,
        read_only=bool(flags & READ_ONLY),
        required=bool(flags & REQUIRED),
        multiple=node.kind == "choice" and bool(flags & MULTI_SELECT),
        editable=node.kind == "choice" and bool(flags & COMBO and flags & EDIT),
        tooltip=tooltip,
        places=tuple(Place(w.page, w.box) for w in node.widgets),
    )


def value_of(node: Node) -> str | bool | tuple[str, ...] | None:
    """Return a field's value in the terms in which it is filled."""
    value = node.inherited("/V")
    if node.kind == "signature":
        return is_dictionary(value)
    if node.kind == "button":
        return None
    if node.kind in ("checkbox", "radio"):
        return _button_value(node, value)
    if node.kind == "choice" and isinstance(value, pikepdf.Array):
        many = [text_of(part) for part in list(value)[:OPTIONS_LIMIT]]
        return tuple(part for part in many if part is not None)
    text = text_of(value)
    if node.kind == "choice" and node.flags & MULTI_SELECT:
        return () if text is None else (text,)
    return text


def _button_value(node: Node, value: Any) -> str | bool | None:
    states = node.states()
    state = name_of(value)
    if state is None:  # only the appearance says it
        state = next((s for w in node.widgets if (s := name_of(w.obj.get("/AS"))) not in (None, "Off")), None)
    chosen = next((option for option, name in states if name == state), None)
    if node.kind == "checkbox":
        return chosen is not None if len({option for option, _ in states}) == 1 else chosen or False
    return chosen


def _choices(options: Any) -> list[tuple[str, str]]:
    if not isinstance(options, pikepdf.Array):
        return []
    if len(options) > OPTIONS_LIMIT:
        raise FormFileTooLarge("TOO_MANY_FIELDS")
    found = []
    for option in options:
        if isinstance(option, pikepdf.Array):
            if len(option) != 2:
                continue
            pair = text_of(option[0]), text_of(option[1])
        else:
            pair = text_of(option), text_of(option)
        if pair[0] is not None and pair[1] is not None:
            found.append((pair[0], pair[1]))
    return found
