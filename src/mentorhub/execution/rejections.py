"""Why an operation is not executed at all: its errors stand alone, without data."""

from collections.abc import Iterable
from enum import StrEnum

from graphql import GraphQLError


class Code(StrEnum):
    """The codes that the engine itself gives, in `extensions.code`."""

    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    QUERY_TOO_COMPLEX = "QUERY_TOO_COMPLEX"
    TIMEOUT = "TIMEOUT"


class Rejected(Exception):  # noqa: N818  # said of the request, like the refusals of the rules
    """The request cannot be executed: what is wrong with its document, its variables or its source stream."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors

    @classmethod
    def because(cls, code: Code, errors: Iterable[GraphQLError]) -> "Rejected":
        return cls([coded(error, code) for error in errors])


def coded(error: GraphQLError, code: Code) -> GraphQLError:
    error.extensions = {**(error.extensions or {}), "code": code.value}
    return error
