"""Tests start some hundred processes of ours. None shall have to compile anew what it runs, nor
pytest what it rewrites, whatever this machine's settings are.
"""

import os
import sys

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
