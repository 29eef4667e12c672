import { writeFile } from 'node:fs/promises'
import type { Caller } from '../src/egress/caller.ts'
import { buildApp } from '../src/http/app.ts'
import { createLogger } from '../src/http/log.ts'
import { readSettings } from '../src/settings.ts'

// Writes the document that the service serves at /openapi.json; a test fails when the file is another.

const caller: Caller = {
  call: () => Promise.reject(new Error('nothing is called')),
  mayCall: () => false,
  load: () => ({ connections: 0, waiting: 0 }),
  close: () => Promise.resolve(),
}
const secrets = { find: () => undefined, isStale: () => false, close: () => {} }
const parts = { caller, secrets, clients: null, spanExporter: null, log: createLogger('silent') }
const app = await buildApp({ ...readSettings({}), ...parts })
const { body } = await app.inject('/openapi.json')
await writeFile(new URL('openapi.json', import.meta.url), `${JSON.stringify(JSON.parse(body), null, 2)}\n`)
await app.close()
