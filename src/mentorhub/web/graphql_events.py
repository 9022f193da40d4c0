"""GraphQL over server-sent events, in graphql-sse's distinct connections mode: a response an operation."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Any

from graphql import GraphQLError
from starlette.types import Receive, Send

from mentorhub.execution import Prepared, Rejected
from mentorhub.web.answers import Gone, transmit
from mentorhub.web.approach import Approach, Context, Refused
from mentorhub.web.doors import Doors
from mentorhub.web.encoding import cursor_of, encoded_errors, formatted, internal_error, text_of
from mentorhub.web.negotiation import EVENTS
from mentorhub.web.served import Served

log = logging.getLogger(__name__)

_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", EVENTS), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")],
}
_ALIVE = b":\n\n"
# The empty data makes browsers hand the event on at all.
_COMPLETE = b"event: complete\ndata: \n\n"


class EventStreams:
    """Serves operations whose answers are wanted as events, until they end or their reader goes."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._open: dict[_Stream, asyncio.Task[Any] | None] = {}
        self._closing = False

    @property
    def open(self) -> int:
        """How many streams there are."""
        return len(self._open)

    async def serve(
        self,
        receive: Receive,
        send: Send,
        context: Context,
        approach: Approach,
        prepared: Prepared,
        variables: Mapping[str, Any] | None,
        served: Served,
    ) -> None:
        """Raises Refused (429, 503) before anything was sent."""
        if self._closing:
            raise Refused(
                "UNAVAILABLE", "The service is going down.", status=503, headers={"retry-after": "1"}
            )
        self._doors.seats.take(approach.address)
        stream = _Stream(receive, send, self._doors, context, approach, served)
        self._open[stream] = asyncio.current_task()
        try:
            await stream.run(prepared, variables)
        finally:
            del self._open[stream]
            self._doors.seats.leave(approach.address)

    async def reject(self, send: Send, errors: Sequence[Mapping[str, Any]]) -> None:
        """Tells in the stream why there is none: browsers show a page no body of another status."""
        await send(_START)
        await send(_body(_event(encoded_errors(errors)) + _COMPLETE, more=False))

    async def close(self) -> None:
        """Ends all streams without completing them, so that their readers come back elsewhere and go on."""
        self._closing = True
        serving = [task for task in self._open.values() if task is not None]
        for stream in self._open:
            stream.end()
        if serving:
            await asyncio.wait(serving, timeout=self._doors.limits.farewell_seconds)


class _Stream:
    """One response. `_ended` is for others to end it: with an error to tell, or None to say nothing more."""

    def __init__(
        self,
        receive: Receive,
        send: Send,
        doors: Doors,
        context: Context,
        approach: Approach,
        served: Served,
    ) -> None:
        self._receive = receive
        self._send = send
        self._doors = doors
        self._context = context
        self._approach = approach
        self._served = served
        self._ended: asyncio.Future[Refused | None] = asyncio.get_running_loop().create_future()

    def end(self, why: Refused | None = None) -> None:
        if not self._ended.done():
            self._ended.set_result(why)

    async def run(self, prepared: Prepared, variables: Mapping[str, Any] | None) -> None:
        await transmit(self._send, _START)
        watched = self._doors.watch.add(self._context, self.end)
        telling = asyncio.create_task(self._tell(prepared, variables), name="events of an operation")
        leaving = asyncio.create_task(self._until_gone(), name="reader of events")
        try:
            await self._say(_ALIVE)
            while not await self._is_over(telling, leaving):
                await self._say(_ALIVE)
            telling.cancel()
            await asyncio.wait([telling])
            if not leaving.done():
                await self._say(self._last_words(telling), more=False)
        except TimeoutError:
            log.info("A reader of events took nothing in time and was given up")
        except Gone:
            pass
        finally:
            self._doors.watch.remove(watched)
            telling.cancel()
            leaving.cancel()
            await asyncio.wait([telling, leaving])

    async def _is_over(self, *tasks: asyncio.Task[None]) -> bool:
        ends: list[asyncio.Future[Any]] = [*tasks, self._ended]
        done, _ = await asyncio.wait(
            ends,
            timeout=self._doors.limits.keep_alive_seconds,
            return_when=asyncio.FIRST_COMPLETED,
        )
        return bool(done)

    def _last_words(self, telling: asyncio.Task[None]) -> bytes:
        why = self._ended.result() if self._ended.done() else None
        if why is not None:
            return _event(encoded_errors([why.formatted])) + _COMPLETE
        return b"" if telling.cancelled() else _COMPLETE

    async def _say(self, text: bytes, *, more: bool = True) -> None:
        async with asyncio.timeout(self._doors.limits.stall_seconds):
            await transmit(self._send, _body(text, more=more))

    async def _tell(self, prepared: Prepared, variables: Mapping[str, Any] | None) -> None:
        """Waits for its reader without limit: what came in between is the live layer's to bound."""
        try:
            async with aclosing(self._doors.results(prepared, variables, self._context)) as results:
                async for result in results:
                    self._served.errs(result.errors)
                    text = text_of(result, self._context.extensions).encode()
                    event = _event(text, cursor_of(result, self._context))
                    await transmit(self._send, _body(event, more=True))
        except Gone:
            pass
        except Rejected as rejected:
            await self._tell_errors(formatted(rejected.errors))
        except GraphQLError as error:
            await self._tell_errors(formatted([error]))
        except Exception:
            log.exception("An operation failed (request %s)", self._approach.request_id)
            await self._tell_errors([internal_error(self._approach.request_id)])

    async def _tell_errors(self, errors: Sequence[Mapping[str, Any]]) -> None:
        self._served.errs(errors)
        with suppress(Gone):
            await transmit(self._send, _body(_event(encoded_errors(errors)), more=True))

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _body(text: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": text, "more_body": more}


def _event(data: bytes, cursor: str | None = None) -> bytes:
    """JSON has no line breaks of its own, and a cursor none at all."""
    identity = f"id: {cursor}\n".encode() if cursor else b""
    return b"event: next\n" + identity + b"data: " + data + b"\n\n"
