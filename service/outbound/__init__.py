"""The only way out: one HTTP client with a deadline, size caps, hand-followed redirects and an address guard."""

from service.outbound.client import Outbound, Session
from service.outbound.errors import OutboundError, OutboundProblem, UrlRefused
from service.outbound.responses import Response
from service.outbound.room import Place, Room
from service.outbound.urls import check_url

__all__ = ["Outbound", "OutboundError", "OutboundProblem", "Place", "Response", "Room", "Session", "UrlRefused", "check_url"]
