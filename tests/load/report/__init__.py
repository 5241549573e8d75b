"""How long the ledger takes to be verified, and a year of it to be counted. Importing this starts the servers."""

import django

from tests import stack

assert stack.ENVIRONMENT
django.setup()
