"""What the tests of filing and tracking share: a judge that nods, a submission."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import time
import uuid
from functools import partial
from typing import Any

from desktop.portal.contract import Submission, SubmissionFile
from desktop.sandbox.submissions import Judged, Verdict


class Nod:
    """A judge that takes everything, or gives the verdict it was told to."""

    def __init__(self, verdict: Verdict | None = None, seconds: float = 0.0) -> None:
        self.verdict = verdict or Verdict(procedure_name="Khai thuế giá trị gia tăng", level=4)
        self.seconds = seconds

    def judge(self, submission: Judged) -> Verdict:
        assert all(path.is_file() for path in submission.files.values())
        time.sleep(self.seconds)
        return self.verdict

    def close(self) -> None:
        pass


def submission(
    *contents: bytes, key: str | None = None, client: str = "0101243150", dossier: str = "D1", **more: Any
) -> Submission:
    key = key or uuid.uuid4().hex
    files = [
        SubmissionFile(hashlib.sha256(data).hexdigest(), len(data), f"tệp {n}.pdf", partial(io.BytesIO, data))
        for n, data in enumerate(contents)
    ]
    payload = {
        "format": 1,
        "dossier": dossier,
        "revision": 1,
        "key": key,
        "procedure": "1.007014",
        "case": None,
        "period": "2026-10",
        "client": {"tax_code": client, "personal_id": None, "name": "Công ty Ánh Dương"},
        "role": "self",
        "delivery": "online",
        "created": "2026-11-21T10:00:00+07:00",
        "components": [
            {
                "component": "to-khai",
                "files": [
                    {
                        "name": one.name,
                        "sha256": one.sha256,
                        "size": one.size,
                        "media_type": "application/pdf",
                        "kind": "attachment",
                    }
                    for one in files
                ],
            }
        ],
    } | more
    head = {"alg": "RS256", "typ": "hoso-manifest+jws"}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (head, payload)]
    return Submission(key, ".".join([*parts, "c2ln"]), tuple(files))
