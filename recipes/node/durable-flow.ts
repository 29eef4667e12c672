// A flow that waits for no target: it hands the node over, and goes on when the service calls back.
//
//   node durable-flow.ts INSTANCE
//
// CALLBACK_SECRET is the secret of the entry `engine` in CALLBACKS_FILE of the service. TLS_CERT and TLS_KEY are files.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { readCallback } from './callback.ts'

const { WEBHOOK_NODE_URL = 'http://127.0.0.1:3000', WEBHOOK_NODE_KEY, CALLBACK_SECRET = '' } = process.env
const { PORT = '8444', TLS_CERT = '', TLS_KEY = '' } = process.env
const [instance = 'node-durable-1'] = process.argv.slice(2)

// An engine keeps this in its database, so that it can go on after a restart.
const waiting = new Map([[instance, 'lead']])

const server = createServer(
  { cert: readFileSync(TLS_CERT), key: readFileSync(TLS_KEY) },
  async (request, response) => {
    const callback = readCallback(request.headers, await buffer(request), CALLBACK_SECRET)
    if (callback === null) return response.writeHead(401).end()
    // The same callback may come twice. Any 2xx ends it, so the second one is welcome, too.
    const activity = waiting.get(callback.token)
    waiting.delete(callback.token)
    response.writeHead(204).end()
    if (activity === undefined) return
    console.log(`${callback.token} goes on behind ${activity}:`, callback.branch, callback.captured)
    server.close()
  },
)
server.listen(Number(PORT))

const submitted = await fetch(`${WEBHOOK_NODE_URL}/v1/executions`, {
  method: 'POST',
  headers: {
    'Content-Type': 'application/json',
    ...(WEBHOOK_NODE_KEY === undefined ? {} : { Authorization: `Bearer ${WEBHOOK_NODE_KEY}` }),
  },
  body: JSON.stringify({
    node: {
      method: 'POST',
      url: 'https://receiver.test:8443/v1/leads',
      retry: { attempts: 50, initialDelayMs: 1_000, maxDelayMs: 3_600_000 },
      branches: { success: 'yes', error: 'no' },
      capture: { leadId: '{{ response.json.id }}' },
    },
    idempotencyKey: `${instance}-lead`,
    callback: { to: 'engine', token: instance },
  }),
  signal: AbortSignal.timeout(10_000),
})
if (submitted.status === 202) {
  console.log(`${instance} waits`)
} else {
  console.log(`${instance} does not wait:`, submitted.status, await submitted.text())
  server.close()
}
