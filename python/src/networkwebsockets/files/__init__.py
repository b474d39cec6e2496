"""Files between peers, by the protocol of docs/files.md of the project."""

from .incoming import Incoming
from .outgoing import Outgoing
from .share import Files

__all__ = ["Files", "Incoming", "Outgoing"]
