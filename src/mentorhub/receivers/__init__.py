"""The way to programs of others that want to be told: one POST, to a machine of the public's and no other.

A name is looked up once for each delivery, every address that it has is judged, and the connection goes to one of
those that were: whoever answers for the name cannot send us elsewhere between the look and the call.
"""

from mentorhub.receivers.calling import Receivers
from mentorhub.receivers.lookup import Resolve, Unreachable

__all__ = ["Receivers", "Resolve", "Unreachable"]
