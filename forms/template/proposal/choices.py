"""Boxes to tick: which words belong to which box, and whether one of them is chosen or any."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from forms.template.proposal.draft import Line, Part, ProposedField, Slot, Tick
from forms.template.proposal.english import english
from forms.template.proposal.guessing import key_of
from forms.template.proposal.labels import Day, item_of, label_of
from forms.template.proposal.naming import MAX_OPTIONS, TooManyFields
from forms.template.proposal.paper import Align, Box, Gap, Piece, Words

if TYPE_CHECKING:
    from forms.template.proposal.structure import Structure

_ONE_OF: Final = re.compile(r"một trong|chọn một|chọn 1\b|đánh dấu (?:vào )?một|chỉ chọn|chọn 01", re.IGNORECASE)
_MANY: Final = re.compile(r"có thể chọn nhiều|một hoặc nhiều|chọn các|những nội dung|các nội dung", re.IGNORECASE)
_EITHER: Final = ({"nam", "nu"}, {"co", "khong"}, {"vang", "khong"}, {"co", "chua"})


def read(pieces: Sequence[Piece], align: Align, form: Structure) -> Line:
    """Return the line of a paragraph with boxes; what they and its gaps stand for are new fields."""
    boxes = [at for at, piece in enumerate(pieces) if isinstance(piece, Box)]
    first = boxes[0]
    gaps = [at for at, piece in enumerate(pieces[:first]) if isinstance(piece, Gap)]
    begin = gaps[-1] + 1 if gaps else 0
    parts: list[Part] = list(form.line(pieces[:begin]).parts) if begin else []
    lead = "".join(p.text if isinstance(p, Words) else " " for p in pieces[begin:first])
    code, lead = item_of(lead) if not begin else ("", lead)
    head, _, tail = lead.rpartition(":")
    between = [_words(pieces[a + 1 : b]) for a, b in zip(boxes, [*boxes[1:], len(pieces)], strict=True)]
    behind = bool(tail.strip(" (")) and not between[-1].strip(" .,;()")
    if behind:
        labels = [tail, *between[:-1]]
        asked = head
    else:
        labels = between
        asked = lead
    labels = [" ".join(label.split()).strip(" .,;:()-–") for label in labels]
    asked = label_of(asked)
    said = "".join(p.text if isinstance(p, Words) else "□" if isinstance(p, Box) else " " for p in pieces).strip()
    made = _fields(pieces, boxes, labels, asked, code, said, form)
    number, last = -1, ""
    for at, piece in enumerate(pieces[begin:], begin):
        if isinstance(piece, Box):
            number += 1
            parts.append(made[number])
            last = labels[number] if not behind else ""
        elif isinstance(piece, Gap):
            room = at + 1 < len(pieces)
            field = form.names.field(
                label_of(last) or asked or "Nội dung",
                said=said,
                room=piece.size,
                day=isinstance(piece, Day),
                hint=piece.hint,
            )
            _other(field, made[number], last)
            parts.append(
                Slot(
                    field.key,
                    "long"
                    if isinstance(piece, Day) and piece.spoken
                    else "strokes"
                    if isinstance(piece, Day)
                    else "line",
                    0 if not room else min(piece.size, 40),
                )
            )
        else:
            parts.append(piece)
    return Line(tuple(parts), align)


def _other(field: ProposedField, tick: Tick, label: str) -> None:
    """Show the gap behind “Khác” only where that is what was chosen."""
    if field.kind == "text" and tick.value is not None and label.lower().startswith("khác"):
        field.facts["visible"] = f'{tick.key} == "{tick.value}"'
        field.certainty = "sure"


def _words(pieces: Sequence[Piece]) -> str:
    """Return the words before the first gap, which are a box's label."""
    text = ""
    for piece in pieces:
        if isinstance(piece, Gap):
            break
        text += piece.text if isinstance(piece, Words) else " "
    return text


def _fields(
    pieces: Sequence[Piece], boxes: Sequence[int], labels: Sequence[str], asked: str, code: str, said: str,
    form: Structure,
) -> list[Tick]:  # fmt: skip
    hinted = _hinted(pieces, boxes, labels, asked, code, said, form)
    if hinted is not None:
        return hinted
    names = form.names
    intro = label_of(item_of(form.intro)[1])
    if len(boxes) >= 2:
        keys = {key_of(label) for label in labels}
        if any(keys == pair for pair in _EITHER) or (
            (asked or _ONE_OF.search(form.intro)) and not _MANY.search(asked + form.intro)
        ):
            made = names.choice(asked or intro or " / ".join(labels), labels, said=said, code=code)
            return [Tick(made.key, str(option["value"])) for option in made.facts["options"]]
        if asked:
            made_many = [names.check(label or asked, said=said, code=code) for label in labels]
        else:
            made_many = [names.check(label or intro, said=said, code=code) for label in labels]
        return [Tick(one.key) for one in made_many]
    label = labels[0] or asked or intro
    if form.intro and _ONE_OF.search(form.intro) and not asked:
        return [_one_of(form, intro, label, said)]
    if asked and labels[0] and asked != labels[0]:
        label = f"{asked}: {labels[0]}"
    return [Tick(names.check(label, said=said, code=code).key)]


def _one_of(form: Structure, intro: str, label: str, said: str) -> Tick:
    """Make a box on a line of its own one more option of the choice that the line above the boxes speaks of."""
    if form.one_of is None or form.one_of[0] != form.intro:
        made = form.names.choice(intro, [label], said=form.intro, one_of=True)
        form.one_of = (form.intro, made)
        return Tick(made.key, str(made.facts["options"][0]["value"]))
    made = form.one_of[1]
    if len(made.facts["options"]) >= MAX_OPTIONS:
        raise TooManyFields
    taken = {str(option["value"]) for option in made.facts["options"]}
    value = key_of(label, 30) or "khac"
    number = 2
    while value in taken:
        value = f"{key_of(label, 27) or 'khac'}_{number}"
        number += 1
    made.facts["options"].append(
        {"value": value, "label": {"vi": label[:200] or value, "en": english(label) or label[:200] or value}}
    )
    return Tick(made.key, value)


def _hinted(
    pieces: Sequence[Piece], boxes: Sequence[int], labels: Sequence[str], asked: str, code: str, said: str,
    form: Structure,
) -> list[Tick] | None:  # fmt: skip
    """Believe a file with real fields which boxes are one field."""
    hints = [piece.hint for piece in pieces if isinstance(piece, Box)]
    if not any(hints):
        return None
    out: list[Tick] = []
    groups: dict[str, ProposedField] = {}
    for number, (at, hint) in enumerate(zip(boxes, hints, strict=True)):
        box = pieces[at]
        assert isinstance(box, Box)
        if hint is None or hint.kind != "choice":
            label = (hint.label if hint else "") or labels[number] or asked or (hint.name if hint else "")
            out.append(Tick(form.names.check(label, said=said, code=code, hint=hint).key))
            continue
        if hint.name not in groups:
            known = form.groups.get(hint.name)
            if known is None:
                mine = [labels[n] for n, other in enumerate(hints) if other is not None and other.name == hint.name]
                options = mine if len(mine) >= len(hint.options) else [words or value for value, words in hint.options]
                known = form.names.choice(
                    hint.label or asked or hint.name, options or [labels[number]], said=said, code=code
                )
                form.groups[hint.name] = known
            groups[hint.name] = known
        field = groups[hint.name]
        order = [value for value, _ in hint.options]
        place = order.index(box.option) if box.option in order else 0
        options = field.facts["options"]
        out.append(Tick(field.key, str(options[min(place, len(options) - 1)]["value"])))
    return out
