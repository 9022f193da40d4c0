"""An invented platform has a past, and nobody is told of it now."""

from mentorhub.resolvers import telling
from mentorhub.seeding.loading import seed
from mentorhub.seeding.platform import Size
from mentorhub.settings import Settings
from tests.api import open_api


async def test_what_was_invented_is_told_to_nobody(house_settings: Settings) -> None:
    await seed(house_settings.database_url, Size(mentors=3, users=10, bookings=20))

    async with open_api(house_settings) as api:
        told = await telling.tell_some(api.house.doors)

    assert told == 0
