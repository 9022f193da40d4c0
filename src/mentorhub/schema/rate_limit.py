"""What operations cost, and what is left: the viewer's own rate limit."""

from datetime import datetime, timedelta

import strawberry

from mentorhub.execution import extend
from mentorhub.rates import Charge
from mentorhub.resolvers import charging
from mentorhub.schema.context import Info
from mentorhub.schema.root import Query


@strawberry.type(
    description=(
        "How much may be asked for. Each signed-in user, each access token, and each address of those who are signed "
        "out has a bucket of points that fills again by itself. An operation takes its estimate before it is executed: "
        "one point for every ten fields that it could answer, where a list counts as often as its page size; "
        "afterwards it gets back what it did not use. While too few are left, operations answer RATE_LIMITED with "
        "extensions.retryAfterSeconds. Every answer tells what it came to in extensions.cost, over HTTP also in the "
        "headers RateLimit and RateLimit-Policy. A subscription pays once, when it begins."
    )
)
class RateLimit:
    charge: strawberry.Private[Charge]
    now: strawberry.Private[datetime]

    @strawberry.field(description="The points of a full bucket.")
    def limit(self) -> int:
        return self.charge.allowance.points

    @strawberry.field(
        description="The estimate of this operation, in points. What it came to is in extensions.cost."
    )
    def cost(self) -> int:
        return self.charge.cost

    @strawberry.field(description="The points that are left after this operation's estimate was taken.")
    def remaining(self) -> int:
        return self.charge.remaining

    @strawberry.field(description="The points that come back each second.")
    def restore_per_second(self) -> int:
        return self.charge.allowance.restored

    @strawberry.field(description="When the bucket will be full again, if nothing more is taken.")
    def reset_at(self) -> datetime:
        return self.now + timedelta(seconds=self.charge.reset)


@extend(Query)
class RateLimitQueries:
    @strawberry.field(description="What this operation cost and what is left.")
    def rate_limit(self, info: Info) -> RateLimit:
        desk = info.context.desk
        return RateLimit(charge=info.context.charge or charging.untouched(desk), now=desk.now)
