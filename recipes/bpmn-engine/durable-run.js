// Runs durable-flow.bpmn: hands the node over to the service, keeps the state of the process in a file, and goes on from the
// file when the service calls back. Between the two nothing of the process is in memory.
//
//   node durable-run.js INSTANCE
//
// CALLBACK_SECRET is the secret of the entry `engine` in CALLBACKS_FILE of the service. TLS_CERT and TLS_KEY are files.
import { EventEmitter, once } from 'node:events'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { Engine } from 'bpmn-engine'
import { readCallback } from '../node/callback.ts'
import { nodes } from './nodes.js'

const { WEBHOOK_NODE_URL: url = 'http://127.0.0.1:3000', WEBHOOK_NODE_KEY: key } = process.env
const { CALLBACK_SECRET = '', PORT = '8444', TLS_CERT = '', TLS_KEY = '' } = process.env
const [instance = 'bpmn-durable-1'] = process.argv.slice(2)

const fileOf = (token) => `state-${encodeURIComponent(token)}.json`
const server = createServer({ cert: readFileSync(TLS_CERT), key: readFileSync(TLS_KEY) }, receiveCallback)
await once(server.listen(Number(PORT)), 'listening')
await start()

async function start() {
  const source = readFileSync(new URL('durable-flow.bpmn', import.meta.url), 'utf8')
  const engine = new Engine({ source, services: { submit } })
  const listener = listen(async () => {
    await engine.stop()
    writeFileSync(fileOf(instance), JSON.stringify(await engine.getState()))
    console.log('waits')
  })
  const payload = { profile: { email: 'ada@example.com', first_name: 'Ada' } }
  await engine.execute({ listener, variables: { instance, payload } })
}

function listen(onReceiveTask) {
  const listener = new EventEmitter()
  // Boundary events wait, too.
  listener.on('activity.wait', (task) => task.type === 'bpmn:ReceiveTask' && onReceiveTask(task))
  listener.on('activity.start', ({ id, type }) => {
    if (type !== 'bpmn:EndEvent') return
    console.log('ends at', id)
    server.close()
  })
  return listener
}

/** The service `submit`: the task ends as soon as webhook-node has accepted its node. */
function submit({ id, environment }, callback) {
  const { instance, payload } = environment.variables
  const headers = { 'content-type': 'application/json' }
  if (key !== undefined) headers.authorization = `Bearer ${key}`
  const body = JSON.stringify({
    node: { ...nodes[id], retry: { attempts: 50, initialDelayMs: 1_000, maxDelayMs: 3_600_000 } },
    payload: { ...payload, vars: environment.output.vars ?? {} },
    idempotencyKey: `${instance}-${id}`,
    correlationId: instance,
    callback: { to: 'engine', token: instance },
  })
  fetch(`${url}/v1/executions`, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) }).then(
    ({ status }) => callback(status === 202 ? null : new Error(`not accepted: ${status}`)),
    callback,
  )
}

async function receiveCallback(request, response) {
  const callback = readCallback(request.headers, await buffer(request), CALLBACK_SECRET)
  if (callback === null) return response.writeHead(401).end()
  const file = fileOf(callback.token)
  if (existsSync(`${file}.done`)) return response.writeHead(204).end() // it comes a second time
  if (!existsSync(file)) return response.writeHead(503).end() // too early: it is sent again in five seconds
  const engine = new Engine().recover(JSON.parse(readFileSync(file, 'utf8')), { services: { submit } })
  renameSync(file, `${file}.done`)
  response.writeHead(204).end()
  // The task waits again, and what it was waiting for is there.
  const listener = listen((task) => {
    const { output } = task.environment
    output.lead = callback
    output.vars = { ...output.vars, ...callback.captured }
    task.signal()
  })
  await engine.resume({ listener })
}
