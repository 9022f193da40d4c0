// PostGraphile in its Amber preset: tables and functions as they are, the viewer as a setting of the database.
//
//     node postgraphile.mjs PORT DATABASE_URL

import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import pg from 'pg'
import { grafserv } from 'postgraphile/grafserv/node'
import { postgraphile } from 'postgraphile'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { makePgService } from 'postgraphile/adaptors/pg'
import { functions, statements } from './statements.mjs'

const [port, url] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: url, max: 10, options: '-c jit=off -c timezone=UTC' })
await pool.query(functions)

async function viewerOf(bearer) {
  const token = createHash('sha256').update(bearer.slice(7)).digest('hex')
  const { rows } = await pool.query({ name: 'session', text: statements.session, values: [token, new Date()] })
  return rows[0]
}

const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ pool, schemas: ['public'] })],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false, websockets: false },
  grafast: {
    explain: false,
    async context(request) {
      const bearer = request.node?.req.headers.authorization
      const viewer = bearer ? await viewerOf(bearer) : null
      return viewer ? { pgSettings: { 'viewer.id': viewer.id } } : {}
    },
  },
}

const server = createServer()
server.on('error', (error) => { throw error })
const serv = postgraphile(preset).createServ(grafserv)
await serv.addTo(server)
server.listen(Number(port), '127.0.0.1')
