"""PAdES above B-B: proof of the time (B-T), validation data inside the file (B-LT), and their archive (B-LTA).

`Proofs` is what the files of one batch share: whom the user trusts, the time-stamp server, and every revocation answer
that was fetched once. `sign` and `extend` write the levels of ETSI EN 319 142-1; what they return has been judged again
from its own bytes, without a network, and was of the level asked for.
"""

from __future__ import annotations

from signing.levels.document import Extended, extend, sign
from signing.levels.proofs import Proofs
from signing.validation.verdict import Level

__all__ = ["Extended", "Level", "Proofs", "extend", "sign"]
