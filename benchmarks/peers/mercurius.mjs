// Mercurius with JIT: the same schema as far as it is asked, a loader for each relation, named prepared statements.
//
//     node mercurius.mjs PORT DATABASE_URL

import { createHash, randomBytes, randomInt } from 'node:crypto'
import Fastify from 'fastify'
import mercurius from 'mercurius'
import pg from 'pg'
import { statements } from './statements.mjs'

const [port, url] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: url, max: 10, options: '-c jit=off -c timezone=UTC' })

// Named: parsed and planned once a connection.
const rows = async (name, ...values) => (await pool.query({ name, text: statements[name], values })).rows

const keyOf = (id) => id.slice(id.indexOf('_') + 1)
const iso = (instant) => instant.toISOString()

// UUIDv7, as all keys are.
function newKey() {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(Date.now(), 0, 6)
  bytes[6] = (bytes[6] & 0x0f) | 0x70
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

const schema = `
  type PageInfo { hasNextPage: Boolean! }
  type Rating { average: Float, count: Int! }
  type Expertise { id: ID!, name: String! }
  type Slot { id: ID!, startsAt: String!, endsAt: String! }
  type User { id: ID!, name: String! }
  type Mentor {
    id: ID!, name: String!, jobTitle: String, company: String, yearsOfExperience: Int!, rating: Rating!
    expertise: [Expertise!]!, slots(first: Int = 50): [Slot!]!
  }
  type MentorConnection { nodes: [Mentor!]!, pageInfo: PageInfo! }
  type Feedback { rating: Int!, comment: String! }
  type Booking {
    id: ID!, status: String!, startsAt: String!, endsAt: String!, topic: String!
    mentor: Mentor!, mentee: User!, feedback: Feedback
  }
  type BookingConnection { nodes: [Booking!]!, pageInfo: PageInfo! }
  type Activity { id: ID!, kind: String!, occurredAt: String!, actor: User }
  type ActivityConnection { nodes: [Activity!]!, pageInfo: PageInfo! }
  type Dashboard {
    totalMentors: Int!, approvedMentors: Int!, pendingMentors: Int!, totalUsers: Int!, totalBookings: Int!
    pendingBookings: Int!, openIncidents: Int!, openTickets: Int!, averageRating: Float
  }
  type Viewer { bookings(first: Int = 20): BookingConnection! }
  type Admin { dashboard: Dashboard!, activity(first: Int = 10): ActivityConnection! }
  type UserError { code: String! }
  type BookingPayload { booking: Booking, userErrors: [UserError!]! }
  input RequestBookingInput { slotId: ID!, topic: String! }
  type Query { mentors(first: Int = 20): MentorConnection!, mentor(id: ID!): Mentor, viewer: Viewer, admin: Admin }
  type Mutation { requestBooking(input: RequestBookingInput!): BookingPayload }
`

async function viewerOf({ reply }) {
  const bearer = reply.request.headers.authorization ?? ''
  const [viewer] = await rows('session', createHash('sha256').update(bearer.slice(7)).digest('hex'), new Date())
  if (!viewer) throw new mercurius.ErrorWithProps('Sign in first.', { code: 'UNAUTHENTICATED' })
  return viewer
}

function page(found, first, shape) {
  return { nodes: found.slice(0, first).map(shape), pageInfo: { hasNextPage: found.length > first } }
}

const mentor = (row) => ({
  key: row.id,
  id: `mentor_${row.id}`,
  name: row.name,
  jobTitle: row.job_title,
  company: row.company,
  yearsOfExperience: row.years_of_experience,
  rating: { average: row.rating_count ? row.rating_average : null, count: row.rating_count },
})
const booking = (row) => ({
  key: row.id,
  mentorKey: row.mentor_id,
  menteeKey: row.mentee_id,
  id: `booking_${row.id}`,
  status: row.status,
  startsAt: iso(row.starts_at),
  endsAt: iso(row.ends_at),
  topic: row.topic,
})
const user = (row) => ({ id: `user_${row.id}`, name: row.name })

// The rows of each key, in the order of the keys.
function each(keys, found, column, shape) {
  const by = new Map(keys.map((key) => [key, []]))
  for (const row of found) by.get(row[column])?.push(shape(row))
  return keys.map((key) => by.get(key))
}
const distinct = (keys) => [...new Set(keys)]
const one = (keys, found, column, shape) => each(keys, found, column, shape).map((all) => all[0] ?? null)

const loaders = {
  Mentor: {
    async expertise(asked) {
      const keys = asked.map(({ obj }) => obj.key)
      return each(keys, await rows('expertise', distinct(keys)), 'mentor_id', (row) => ({
        id: `expertise_${row.id}`,
        name: row.name,
      }))
    },
    async slots(asked) {
      const keys = asked.map(({ obj }) => obj.key)
      return each(keys, await rows('slots', distinct(keys), new Date()), 'mentor_id', (row) => ({
        id: `slot_${row.id}`,
        startsAt: iso(row.starts_at),
        endsAt: iso(row.ends_at),
      }))
    },
  },
  Booking: {
    async mentor(asked) {
      const keys = asked.map(({ obj }) => obj.mentorKey)
      return one(keys, await rows('mentorsByKeys', distinct(keys)), 'id', mentor)
    },
    async mentee(asked) {
      const keys = asked.map(({ obj }) => obj.menteeKey)
      return one(keys, await rows('usersByKeys', distinct(keys)), 'id', user)
    },
    async feedback(asked) {
      const keys = asked.map(({ obj }) => obj.key)
      return one(keys, await rows('feedback', keys), 'booking_id', (row) => row)
    },
  },
  Activity: {
    async actor(asked) {
      const keys = asked.map(({ obj }) => obj.actorKey)
      return one(keys, await rows('usersByKeys', distinct(keys.filter(Boolean))), 'id', user)
    },
  },
}

const resolvers = {
  Query: {
    async mentors(_, { first }) {
      return page(await rows('mentors'), first, mentor)
    },
    async mentor(_, { id }) {
      const [found] = await rows('mentor', keyOf(id))
      return found ? mentor(found) : null
    },
    viewer: async (_, __, context) => ({ viewer: await viewerOf(context) }),
    async admin(_, __, context) {
      if ((await viewerOf(context)).role === 'MEMBER') throw new Error('For administrators.')
      return {}
    },
  },
  Viewer: {
    async bookings({ viewer }, { first }) {
      const found = viewer.mentor_id
        ? await rows('bookingsOfBoth', new Date(), viewer.id, viewer.mentor_id)
        : await rows('bookingsOfMentee', new Date(), viewer.id)
      return page(found, first, booking)
    },
  },
  Admin: {
    async dashboard() {
      const [figures, [{ overdue }]] = await Promise.all([rows('figures'), rows('overdue', new Date())])
      const kept = Object.fromEntries(figures.map(({ name, value }) => [name, Number(value)]))
      const of = (name) => kept[name] ?? 0
      return {
        totalMentors: of('mentors_approved') + of('mentors_pending'),
        approvedMentors: of('mentors_approved'),
        pendingMentors: of('mentors_pending'),
        totalUsers: of('users'),
        totalBookings: of('bookings'),
        pendingBookings: of('bookings_pending') - Number(overdue),
        openIncidents: of('incidents_open'),
        openTickets: of('tickets_open'),
        averageRating: of('rating_count') ? of('rating_sum') / of('rating_count') : null,
      }
    },
    async activity(_, { first }) {
      return page(await rows('activity'), first, (row) => ({
        id: `activity_${row.id}`,
        kind: row.kind,
        occurredAt: iso(row.occurred_at),
        actorKey: row.actor_id,
      }))
    },
  },
  Mutation: {
    async requestBooking(_, { input }, context) {
      const viewer = await viewerOf(context)
      const key = newKey()
      const [made] = await rows(
        'request', key, keyOf(input.slotId), viewer.id, new Date(), input.topic.trim(), newKey(), randomInt(16),
      )
      if (!made) return { booking: null, userErrors: [{ code: 'SLOT_UNAVAILABLE' }] }
      const shown = { id: `booking_${key}`, status: 'PENDING', startsAt: iso(made.starts_at) }
      return { booking: shown, userErrors: [] }
    },
  },
}

const app = Fastify()
app.register(mercurius, {
  schema,
  resolvers,
  loaders,
  jit: 1,
  path: '/graphql',
})
await app.listen({ port: Number(port), host: '127.0.0.1' })
