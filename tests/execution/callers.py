"""Fields with resolvers: of every signature, with arguments of every kind, at once and later."""

# mypy: disable-error-code="attr-defined, no-any-return, union-attr, misc, redundant-expr"
# Types stand for the things of chaos.py here.

from typing import Annotated, Any, Union

import strawberry

from tests.execution.chaos import Colour
from tests.execution.contexts import type_of_info
from tests.execution.parts import Part


@strawberry.input
class Inner:
    number: int = 3
    tags: list[str] | None = None


@strawberry.input
class Filter:
    colour: Colour | None = strawberry.UNSET
    inner: Inner | None = None
    inners: list[Inner] = strawberry.field(default_factory=list)


def told(**arguments: Any) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in arguments.items())


@strawberry.type
class Calls:
    @strawberry.field
    def text_self(self) -> str | None:
        return self.value("text_self")

    @strawberry.field
    def text_strict(self) -> str:
        return self.value("text_strict")

    @strawberry.field
    def number_root(root: Any, info: type_of_info) -> int | None:  # noqa: N805
        return root.value("number_root")

    @strawberry.field
    def number_parent(parent: strawberry.Parent[Any]) -> int | None:  # noqa: N805
        return parent.value("number_parent")

    @strawberry.field
    @staticmethod
    def text_static() -> str:
        return "static"

    @strawberry.field
    @classmethod
    def text_class(cls, number: int = 1) -> str:
        return f"{cls.__name__} {number}"

    @strawberry.field
    def where(self, info: type_of_info) -> str:
        return told(
            path=info.path.as_list(),
            field=info.field_name,
            python=info.python_name,
            variables=sorted(info.variable_values),
            selected=[field.name for field in info.selected_fields],
            returns=str(info._raw_info.return_type),
            parent=str(info._raw_info.parent_type),
            operation=info.operation.operation.value,
        )

    @strawberry.field
    def leaves(
        self,
        number: int,
        text: str | None = "a",
        colour: Colour = Colour.RED,
        ident: strawberry.ID | None = strawberry.UNSET,
        from_: Annotated[float, strawberry.argument(name="from")] = 0.5,
    ) -> str:
        return told(number=number, text=text, colour=colour, ident=ident, from_=from_)

    @strawberry.field
    def inputs(
        self,
        info: type_of_info,
        filter: Filter | None = None,
        filters: list[Filter] | None = None,
        numbers: list[int] = [1],  # noqa: B006
    ) -> str:
        numbers.append(len(numbers))  # its own list, whatever happens to it
        if filter:
            filter.inners.append(Inner(number=len(filter.inners)))
        return told(filter=filter, filters=filters, numbers=numbers)

    @strawberry.field
    def thing(self) -> Union["Calls", None]:
        return self.value("thing")

    @strawberry.field
    def manything(self) -> list["Calls"] | None:
        return self.value("manything")


@strawberry.type
class Waits(Part):
    @strawberry.field
    async def text_async(self) -> str | None:
        return await self.waited("text_async")

    @strawberry.field
    async def text_strict(self, info: type_of_info, number: int = 2) -> str:
        return await self.waited("text_strict")

    @strawberry.field
    async def manything_async(self) -> list["Waits"] | None:
        return await self.waited("manything_async")

    @strawberry.field
    async def thing_async(self) -> Union["Waits", None]:
        return await self.waited("thing_async")
