"""One run of three steps: `python -m tests.faults.once ROOT` says what was acknowledged."""

import sys
from pathlib import Path

from tests.faults.campaign import digest
from tests.faults.three_steps import Telling, begin

begin(Path(sys.argv[1]), Telling(lambda entry: print(digest(entry), flush=True)))
