"""What keeps the launcher from going on."""


class Fault(Exception):
    """`str(fault)` is the sentence to show: what is wrong, and what to do."""
