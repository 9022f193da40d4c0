"""One socket that speaks graphql-transport-ws: its messages, its operations, and its end.

One task reads; each operation has a task of its own, and none of them outlives the socket. An operation waits
for its reader with each message, so that no more than one of its results ever stands in line.
"""

import asyncio
import logging
from contextlib import aclosing
from typing import Any

from graphql import GraphQLError
from starlette.types import Message as Event
from starlette.types import Receive, Send

from mentorhub.execution import Rejected
from mentorhub.web import socket_messages as messages
from mentorhub.web.answers import Gone, transmit
from mentorhub.web.approach import Approach, Context, Refused
from mentorhub.web.doors import Doors
from mentorhub.web.encoding import formatted, internal_error, text_of
from mentorhub.web.served import Served, status_of
from mentorhub.web.socket_messages import Complete, Init, Message, Ping, Pong, Subscribe

log = logging.getLogger(__name__)

_REASON_BYTES = 123


class _Close(Exception):  # noqa: N818  # not a fault but the way out
    """Ends the conversation with a code and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Conversation:
    def __init__(self, receive: Receive, send: Send, doors: Doors, approach: Approach) -> None:
        self._receive = receive
        self._send = send
        self._doors = doors
        self._limits = doors.limits
        self._approach = approach
        self._context: Context | None = None
        self._initialised = False
        self._watched: object = None
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._asked: set[asyncio.Task[Any]] = set()
        self._life = asyncio.timeout(None)
        self._end: _Close | None = None
        self._over = False
        self._clock = asyncio.get_running_loop().time
        self._opened = self._heard = self._pinged = self._clock()

    @property
    def operations(self) -> int:
        return len(self._operations)

    @property
    def asked(self) -> frozenset[asyncio.Task[Any]]:
        """The queries and mutations under way: whoever asked is owed an answer."""
        return frozenset(self._asked)

    def end(self, code: int, reason: str) -> None:
        """Ends the conversation at once."""
        if self._end is None and not self._over:
            self._end = _Close(code, reason)
            self._life.reschedule(self._clock())

    async def run(self) -> None:
        """Until either side closes; raises nothing but cancellation."""
        end: _Close | None = None
        try:
            async with self._life:
                await self._listen()
        except _Close as close:
            end = close
        except Gone:
            pass
        except Exception as fault:
            end = self._end
            if end is None or not isinstance(fault, TimeoutError):
                log.exception("A socket failed (request %s)", self._approach.request_id)
                end = _Close(1011, "Internal error")
        finally:
            await self._finish(end)

    async def _finish(self, end: _Close | None) -> None:
        self._over = True
        self._doors.watch.remove(self._watched)
        for task in self._tasks:
            task.cancel()
        try:
            if end is not None:
                async with asyncio.timeout(self._limits.stall_seconds):
                    await self._send(
                        {"type": "websocket.close", "code": end.code, "reason": _cut(end.reason)}
                    )
        except (OSError, RuntimeError):
            pass  # the peer was quicker, or takes nothing any more
        finally:
            if self._tasks:
                await asyncio.wait(self._tasks)

    async def _listen(self) -> None:
        while (event := await self._hear())["type"] != "websocket.disconnect":
            await self._heed(self._read(event))

    async def _hear(self) -> Event:
        """The next event, however long that takes, if the peer shows in time that it is there."""
        while True:
            deadline, wake = self._patience()
            if self._clock() >= deadline:
                raise _Close(
                    4408, "Silent too long" if self._context else "Connection initialisation timeout"
                )
            try:
                async with asyncio.timeout_at(wake):
                    event = await self._receive()
            except TimeoutError:
                if self._context and self._clock() < deadline:
                    await self._answer(messages.PING)
                    self._pinged = self._clock()
            else:
                self._heard = self._clock()
                return event

    def _patience(self) -> tuple[float, float]:
        """Until when the peer must be heard of, and when to do something about it."""
        if self._context is None:
            deadline = self._opened + self._limits.init_seconds
            return deadline, deadline
        deadline = self._heard + self._limits.silence_seconds
        return deadline, min(deadline, max(self._heard, self._pinged) + self._limits.ping_seconds)

    def _read(self, event: Event) -> Message:
        text = event.get("text")
        if text is None:
            raise _Close(4400, "Messages are text")
        if len(text) > self._limits.message_bytes or len(text.encode()) > self._limits.message_bytes:
            raise _Close(1009, f"A message has at most {self._limits.message_bytes} bytes")
        try:
            return messages.message_from(text, nesting=self._limits.nesting)
        except Refused as refused:
            raise _Close(4400, refused.message) from None

    async def _heed(self, message: Message) -> None:
        match message:
            case Ping(payload):
                await self._answer(messages.pong(payload))
            case Pong():
                pass
            case Init(authorization):
                await self._initialise(authorization)
            case Subscribe():
                await self._subscribe(message)
            case Complete(operation):
                if task := self._operations.pop(operation, None):
                    task.cancel()

    async def _initialise(self, authorization: str | None) -> None:
        if self._initialised:
            raise _Close(4429, "Too many initialisation requests")
        self._initialised = True
        if authorization is not None:
            self._approach = self._approach._replace(authorization=authorization)
        try:
            self._context = await self._doors.contexts(self._approach)
        except Refused as refused:
            raise _Close(4403 if refused.status in {401, 403} else 1013, refused.message) from None
        self._watched = self._watch(self._context)
        await self._answer(messages.ACKNOWLEDGED)

    def _watch(self, context: Context) -> object:
        return self._doors.watch.add(context, lambda why: self.end(4403, why.message))

    async def _subscribe(self, message: Subscribe) -> None:
        if self._context is None:
            raise _Close(4401, "Unauthorized")
        if message.id in self._operations:
            raise _Close(4409, f"Subscriber for {message.id} already exists")
        if len(self._operations) >= self._limits.subscriptions_per_socket:
            most = self._limits.subscriptions_per_socket
            too_many = Refused(
                "RATE_LIMITED",
                f"A socket has at most {most} operations at a time.",
                status=429,
                extensions={"limit": most, "actual": most + 1},
            )
            await self._answer(messages.error(message.id, [too_many.formatted]))
            return
        task = asyncio.create_task(
            self._operate(message, self._context.fresh()), name="operation of a socket"
        )
        self._operations[message.id] = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _operate(self, message: Subscribe, context: Context) -> None:
        served = Served(self._approach.request_id, "websocket", kind="unread")
        task = asyncio.current_task()
        assert task is not None
        # By itself, since it may have begun with more rights than the socket did.
        watched = self._watch(context)
        try:
            last = await self._tell(message, context, served, task)
            # First, since the client may use the id again as soon as it hears that this operation is over.
            self._operations.pop(message.id, None)
            await self._say(last)
        except Gone:
            pass
        finally:
            self._doors.watch.remove(watched)
            self._asked.discard(task)
            served.ends(context, status=status_of(served.code))
            self._doors.observer(served)

    async def _tell(
        self, message: Subscribe, context: Context, served: Served, task: asyncio.Task[Any]
    ) -> str:
        """Says all results of the operation; gives the message that ends it."""
        parameters, before = message.parameters, messages.next_prefix(message.id)
        try:
            prepared = self._doors.prepare(parameters, context)
            served.reads(prepared)
            if prepared.operation_type != "subscription":
                self._asked.add(task)
            async with aclosing(self._doors.results(prepared, parameters.variables, context)) as results:
                async for result in results:
                    served.errs(result.errors)
                    await self._say(f"{before}{text_of(result, context.extensions)}}}")
        except Gone:
            raise
        except Rejected as rejected:
            served.errs(rejected.errors)
            return messages.error(message.id, formatted(rejected.errors))
        except Refused as refused:
            served.code = refused.code
            return messages.error(message.id, [refused.formatted])
        except GraphQLError as error:
            return messages.error(message.id, formatted([error]))
        except Exception:
            served.code = "INTERNAL"
            log.exception("An operation failed (request %s)", self._approach.request_id)
            return messages.error(message.id, [internal_error(self._approach.request_id)])
        return messages.complete(message.id)

    async def _say(self, text: str) -> None:
        if not self._over:
            await transmit(self._send, {"type": "websocket.send", "text": text})

    async def _answer(self, text: str) -> None:
        """What the reading task says itself: it must read on, so its patience with the peer is bounded."""
        try:
            async with asyncio.timeout(self._limits.stall_seconds):
                await self._say(text)
        except TimeoutError:
            raise _Close(1008, "Nothing is being read") from None


def _cut(reason: str) -> str:
    """As much as a close frame holds, without half a character."""
    return reason.encode()[:_REASON_BYTES].decode("utf-8", "ignore")
