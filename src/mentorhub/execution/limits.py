"""What one operation may ask for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds, and what is assumed where a document does not say.

    Of the whole document: `characters`, `tokens` (comments included), `operations`, `directives`, and
    `comparisons`, the work that validation may put into fields of the same name. Of the operation to be
    executed: `depth` in fields from the root, `aliases`, `root_fields`, `mutations`, and `cost`, an estimate of
    the fields to be answered (costs.py). What is below `__schema` and `__type` counts apart.

    A list without a page size is assumed to hold `assumed_list` items, a page without one `assumed_page`; no page
    counts for more than `largest_page`, as resolvers refuse those; lists of an introspection are as long as those of
    the schema. `errors` is how many faults of one request are
    told. `documents` and `kept_tokens` bound what is kept for the next time.
    """

    characters: int = 100_000
    tokens: int = 2_000
    operations: int = 20
    directives: int = 100
    comparisons: int = 20_000

    depth: int = 14
    aliases: int = 60
    root_fields: int = 30
    mutations: int = 10
    cost: int = 50_000

    introspection: bool = True
    introspection_depth: int = 20
    introspection_cost: int = 100_000

    assumed_list: int = 10
    assumed_page: int = 20
    largest_page: int = 500

    errors: int = 20
    documents: int = 512
    kept_tokens: int = 200_000
