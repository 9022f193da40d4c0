"""How a field's values are had: read from the rows, from a batch, or by a resolver called for each object."""

from collections.abc import Awaitable, Callable
from inspect import Parameter
from keyword import iskeyword
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

import strawberry
from graphql import FieldNode, GraphQLField, GraphQLSchema, default_field_resolver
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from .arguments import Arguments, Conversion
from .batches import BROUGHT, LOAD, SURROUND, one_for_each
from .declarations import READS
from .infos import FieldInfo

type_of_info = strawberry.Info[Any, Any]

if TYPE_CHECKING:
    from .levels import Level
    from .plans import Field


class Way:
    """How the values of one field of a document are had."""

    of_source: Callable[[Any], Any] | None = None
    """What gives a value from nothing but its object, where there is such a thing."""
    may_await = True
    """Whether single values may have to be awaited."""

    def values(self, level: "Level", field: "Field") -> list[Any] | Awaitable[Any]:
        """A value for each object of the level, an exception standing for an error; or all to be awaited."""
        raise NotImplementedError

    def settled(self, level: "Level", values: Any) -> list[Any]:
        """A value for each object of the level, from what has been awaited."""
        raise NotImplementedError


class Attribute(Way):
    """A field that is an attribute of its object, after *prefix* where there is one."""

    def __init__(self, name: str, prefix: str = "") -> None:
        self.name = name
        self.prefix = prefix
        get = attrgetter(name)
        self.of_source: Callable[[Any], Any] = (lambda source: prefix + get(source)) if prefix else get

    def values(self, level: "Level", field: "Field") -> list[Any]:
        try:
            return list(map(self.of_source, level.sources))
        except Exception:  # noqa: BLE001  # whose it was is found out one by one
            return [attempt(self.of_source, source) for source in level.sources]


class Batch(Way):
    """A batch: its function, called once for the level."""

    may_await = False

    def __init__(
        self,
        load: Callable[..., Any],
        field: StrawberryField,
        arguments: Arguments,
        conversion: Conversion,
        *,
        brought: str | None = None,
    ) -> None:
        """*brought* is the attribute under which parents may have the values already."""
        self._load = load
        self._field = field
        self._arguments = arguments
        self._conversion = conversion
        self._brought = attrgetter(brought) if brought else None

    def values(self, level: "Level", field: "Field") -> list[Any] | Awaitable[Any]:
        if self._brought is not None and (known := _all_of(level.sources, self._brought)) is not None:
            return known
        try:
            info = level.run.info(FieldInfo(level, field), self._field)
            given = self._arguments.of(level.run.variable_values)
            arguments = self._conversion.shared(given)
            if arguments is None:
                arguments = self._conversion.of(given, info)
            values = self._load(level.sources, info, **arguments)
        except Exception as error:  # noqa: BLE001  # it is every parent's
            return [error] * len(level.sources)
        return values if isinstance(values, Awaitable) else self.settled(level, values)

    def settled(self, level: "Level", values: Any) -> list[Any]:
        try:
            if isinstance(values, Exception):
                raise values  # noqa: TRY301
            return one_for_each(self._load, level.sources, values)
        except Exception as error:  # noqa: BLE001  # it is every parent's
            return [error] * len(level.sources)


class Function(Way):
    """A Strawberry resolver of which only the signature matters: called without Strawberry in between."""

    def __init__(
        self,
        resolver: StrawberryResolver[Any],
        field: StrawberryField,
        arguments: Arguments,
        conversion: Conversion,
    ) -> None:
        self._call: Callable[..., Any] = cast("Callable[..., Any]", resolver.wrapped_func)
        self._field = field
        self._arguments = arguments
        self._conversion = conversion
        sources = [resolver.self_parameter, resolver.parent_parameter, resolver.root_parameter]
        first = next(iter(resolver.signature.parameters.values()), None)
        self._takes_source = (
            first is not None and first in sources and first.kind is not Parameter.KEYWORD_ONLY
        )
        self._source_names = {
            each.name for each in sources if each and not (self._takes_source and each is first)
        }
        self._info_name = resolver.info_parameter.name if resolver.info_parameter else None
        self._is_simple = self._takes_source and not self._source_names and not self._info_name

        self.of_source = self._call if self._is_simple and not conversion.takes_any else None
        """What is called with nothing but the object, where that is all that it takes."""

    def values(self, level: "Level", field: "Field") -> list[Any]:
        sources = level.sources
        try:
            given = self._arguments.of(level.run.variable_values)
        except Exception as error:  # noqa: BLE001  # it is every object's
            return [error] * len(sources)
        # Input objects and lists are each call's own, as a resolver may change them.
        shared = self._conversion.shared(given)
        if self._is_simple and shared is not None:
            return _attempts(self._call, sources, shared)
        values: list[Any] = []
        for index, source in enumerate(sources):
            try:
                info = self._info(level, field, index)
                keywords = self._conversion.of(given, info) if shared is None else dict(shared)
                for name in self._source_names:
                    keywords[name] = source
                if self._info_name is not None:
                    keywords[self._info_name] = info
                value = self._call(source, **keywords) if self._takes_source else self._call(**keywords)
            except Exception as error:  # noqa: BLE001  # it is this object's
                value = error
            values.append(value)
        return values

    def _info(self, level: "Level", field: "Field", index: int) -> type_of_info | None:
        if self._info_name is None and self._conversion.is_renaming:
            return None
        return level.run.info(FieldInfo(level, field, index), self._field)


class Resolver(Way):
    """Any resolver, as graphql-core calls it: with extensions and permissions, or of introspection."""

    def __init__(self, definition: GraphQLField, arguments: Arguments) -> None:
        self._resolve = definition.resolve or default_field_resolver
        self._arguments = arguments

    def values(self, level: "Level", field: "Field") -> list[Any]:
        try:
            arguments = self._arguments.of(level.run.variable_values)
        except Exception as error:  # noqa: BLE001  # it is every object's
            return [error] * len(level.sources)
        return [
            attempt(self._resolve, source, FieldInfo(level, field, index), **arguments)
            for index, source in enumerate(level.sources)
        ]


def way_of(definition: GraphQLField, node: FieldNode, schema: GraphQLSchema) -> Way:
    arguments = Arguments(definition, node)
    field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    declared_in = schema.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if (
        isinstance(declared_in, strawberry.Schema)
        and isinstance(field, StrawberryField)
        and hasattr(definition.resolve, "_is_default")  # made by Strawberry, and not replaced since
        and type(field).get_result is StrawberryField.get_result
        and not (field.extensions or field.is_subscription or declared_in.exception_handlers)
    ):
        resolver = field.base_resolver
        if resolver is None:
            name = field.python_name
            is_read = (
                declared_in.config.default_resolver is getattr and name.isidentifier() and not iskeyword(name)
            )
            return Attribute(name) if is_read else Resolver(definition, arguments)
        if (reads := field.metadata.get(READS)) and not arguments.are_given:
            return Attribute(*reads)
        conversion = Conversion(field, definition, declared_in, arguments.constant)
        if load := field.metadata.get(LOAD):
            surround = schema.extensions.get(SURROUND)
            if surround:  # whoever stands around the function wants to see it called
                return Batch(surround(load), field, arguments, conversion)
            return Batch(load, field, arguments, conversion, brought=getattr(load, BROUGHT, None))
        if type(resolver) is StrawberryResolver and not isinstance(
            resolver.wrapped_func, staticmethod | classmethod
        ):
            return Function(resolver, field, arguments, conversion)
    return Resolver(definition, arguments)


def _all_of(sources: list[Any], get: Callable[[Any], Any]) -> list[Any] | None:
    """What all of *sources* have; None where one of them has it not."""
    try:
        return list(map(get, sources))
    except AttributeError:
        return None


def _attempts(call: Callable[..., Any], sources: list[Any], shared: dict[str, Any]) -> list[Any]:
    """For each source the value of the call, or the error that it raised."""
    values: list[Any] = []
    add = values.append
    if shared:
        for source in sources:
            try:
                add(call(source, **shared))
            except Exception as error:  # noqa: BLE001  # it becomes a located error
                add(error)
    else:
        # The same, without keywords: half the time.
        for source in sources:
            try:
                add(call(source))
            except Exception as error:  # noqa: BLE001  # likewise
                add(error)
    return values


def attempt(call: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """The value of the call, or the error that it raised in its place."""
    try:
        return call(*arguments, **keywords)
    except Exception as error:  # noqa: BLE001  # it becomes a located error
        return error
