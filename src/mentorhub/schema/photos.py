"""Photos of users, and of mentors."""

from typing import Annotated, Protocol, cast

import strawberry

from mentorhub.execution import extend
from mentorhub.resolvers import photos
from mentorhub.rules.photos import MOST_BYTES, file_of, nearest
from mentorhub.schema.context import Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.mentors import Mentor
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation
from mentorhub.schema.scalars import URL, Upload
from mentorhub.schema.sessions import ERRORS
from mentorhub.schema.users import User

_DEFAULT_WIDTH = 400
_PHOTO = "Null if there is none."


def _url(
    root: str,
    info: Info,
    width: Annotated[int | None, strawberry.argument(description="In pixels.")] = _DEFAULT_WIDTH,
) -> URL:
    file = file_of(root, nearest(_DEFAULT_WIDTH if width is None else width))
    return URL(f"{info.context.desk.settings.public_url}/media/{file}")


@strawberry.type(description="A picture of somebody.")
class Photo:
    url: URL = strawberry.field(
        resolver=_url,
        description="The image, square, at the width nearest to the one asked: 64, 200 or 400 pixels.",
    )


@extend(User)
class UserPhoto:
    photo: Photo | None = strawberry.field(description=_PHOTO)


@extend(Mentor)
class MentorPhoto:
    photo: Photo | None = strawberry.field(description=_PHOTO)


@strawberry.input(description="A photo of the viewer.")
class UploadPhotoInput:
    file: Upload = strawberry.field(
        description="A JPEG or PNG of at most 5 MiB and 40 megapixels; it is cut square in the middle."
    )


@strawberry.type(description="The user whose photo has changed.")
class UploadPhotoPayload:
    user: User | None = strawberry.field(default=None, description="Null where nothing was done.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="The user whose photo is gone.")
class RemovePhotoPayload:
    user: User | None = strawberry.field(default=None, description="Null where nothing was done.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


class _File(Protocol):
    async def read(self, size: int) -> bytes: ...


@extend(Mutation)
class PhotoMutations:
    @mutation("Makes an image the viewer's photo; sent by the GraphQL multipart request specification.")
    async def upload_photo(
        self,
        info: Info,
        input: Annotated[UploadPhotoInput, strawberry.argument(description="The image.")],
    ) -> UploadPhotoPayload | None:
        content = await cast("_File", input.file).read(MOST_BYTES + 1)
        return UploadPhotoPayload(user=User.of(await photos.upload(info.context.desk, content)))

    @mutation("Takes the viewer's photo away.")
    async def remove_photo(self, info: Info) -> RemovePhotoPayload | None:
        return RemovePhotoPayload(user=User.of(await info.context.do(photos.remove)))
