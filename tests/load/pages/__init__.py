"""What pages cost when the hub is full, against the same pages when it is nearly empty.

Importing this starts servers of its own and sets Django up: whatever stands here needs both.
"""

import django

from tests import stack

__all__ = ["stack"]

django.setup()
