"""What the modules of a start need of `typing`, which takes a twentieth of a whole check to load.

Type checkers take these for those of `typing`. What else they need of it is imported where TYPE_CHECKING says.
"""

__all__ = ["TYPE_CHECKING", "Protocol"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:

    class Protocol:
        """What a class only describes for type checkers."""

        __slots__ = ()
