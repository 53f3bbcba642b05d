"""Results: fetched, kept byte for byte, trusted by the authorities that the portal's verified catalogue names."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

from desktop.portal.contract import Follower, Progress
from desktop.portal.errors import PortalAnsweredGarbage
from desktop.store import Workspace
from desktop.store.records import Dossier, Result
from desktop.store.timing import Clock

if TYPE_CHECKING:
    from signing.trust import Trust

RESULT_LIMIT = 128 * 1024 * 1024
"""Bytes of one result."""


def fetch_results(
    ws: Workspace, portal: Follower, dossier: str, clock: Clock, *, progress: Progress | None = None
) -> list[Result]:
    """Fetch the results that are announced, and keep each byte for byte under its hash.

    Returns all results whose bytes are here; the caller validates them (`result_trust`) and notes the
    verdict with `ws.results.fetched`.  Bytes that are not those announced raise PortalAnsweredGarbage.
    """
    ours = ws.dossiers.get(dossier)
    if ours.code is None:
        return []
    here = []
    for result in ws.results.list(ours.id):
        if not (result.sha256 and ws.files.has(result.sha256)):
            result = _fetch_result(ws, portal, ours, result, progress)
        here.append(result)
    return here


def _fetch_result(ws: Workspace, portal: Follower, ours: Dossier, result: Result, progress: Progress | None) -> Result:
    # In memory, not in a file: what a result says must not lie on the disk in the clear.
    target = io.BytesIO()
    limit = min(result.size, RESULT_LIMIT) if result.sha256 else RESULT_LIMIT
    portal.fetch_result(ours.code or "", result.result, target, limit=limit, progress=progress)
    data = target.getvalue()
    sha256 = hashlib.sha256(data).hexdigest()
    if result.sha256 and sha256 != result.sha256:
        raise PortalAnsweredGarbage(portal.host, f"results[{result.result}].sha256")
    with ws.transaction():
        ws.files.put(data, result.name, result.media_type)
        if not result.sha256:
            ws.results.announce(
                ours.id,
                result.result,
                name=result.name,
                media_type=result.media_type,
                size=len(data),
                sha256=sha256,
                issued=result.issued,
            )
    return next(one for one in ws.results.list(ours.id) if one.result == result.result)


def result_trust(portal: Follower) -> Trust:
    """Return whom to trust for results: the authorities that the portal's verified catalogue names, and nobody else."""
    from signing.errors import SigningError
    from signing.trust import Trust

    anchors, lists = portal.result_authorities()
    try:
        return Trust.of(anchors, crls=lists)
    except SigningError:
        return Trust.of(anchors)
