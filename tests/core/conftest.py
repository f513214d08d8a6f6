"""The handlers of the tests can be imported, here and in children."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
