"""What a list asks of the operator for each number on it, as it is on record.

Owns the actions on record and what each asks. Independent of statuses, by which a list is made (`numbers`). One idea:
beside the actions of `numguard.types`, a row on record may ask for two things at once, or for nothing.
"""

from __future__ import annotations

from typing import Final

#: A request that was sent is taken back.
RELEASE: Final = "release"

#: The action on record of a number that one change lists twice: its block is to be lifted, and it is to be re-verified.
RELEASED_TO_VERIFY: Final = "release_and_reverify"

#: The actions that take a request back.
RELEASES: Final = (RELEASE, RELEASED_TO_VERIFY)

#: The actions that request something of an operator.
REQUESTS: Final = ("block", "reverify", RELEASED_TO_VERIFY)

#: Those, and the one that takes a request back.
ASKS: Final = (*REQUESTS, RELEASE)

#: The actions that leave what was requested before as it was: of numbers in lists of handsets, and in the list of an
#: earlier day.
REQUESTS_NOTHING: Final = ("handset", "earlier")
