// Runs flow.bpmn until it ends, or until a person has to look at it. Then its state is kept in a file, and the same command
// goes on.
//
//   node run.js INSTANCE
import { EventEmitter } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Engine } from 'bpmn-engine'
import { nodes } from './nodes.js'
import { createWebhook } from './webhook.js'

const { WEBHOOK_NODE_URL: url = 'http://127.0.0.1:3000', WEBHOOK_NODE_KEY: key } = process.env
const [instance = 'bpmn-1'] = process.argv.slice(2)
const stateFile = `${instance}.json`

const source = readFileSync(new URL('flow.bpmn', import.meta.url), 'utf8')
const services = { webhook: createWebhook({ url, key, nodes }) }
const listener = new EventEmitter()
// A terminate event has no `activity.end`.
listener.on('activity.start', ({ id, type }) => type === 'bpmn:EndEvent' && console.log('ends at', id))

if (existsSync(stateFile)) {
  const engine = new Engine().recover(JSON.parse(readFileSync(stateFile, 'utf8')), { services })
  rmSync(stateFile)
  const execution = await engine.resume({ listener })
  keepWhereItWaits(engine)
  for (const { id, type } of execution.getPostponed()) if (type === 'bpmn:UserTask') execution.signal({ id })
} else {
  const engine = new Engine({ source, services })
  keepWhereItWaits(engine)
  const payload = { profile: { email: 'ada@example.com', first_name: 'Ada' } }
  await engine.execute({ listener, variables: { instance, payload } })
}

function keepWhereItWaits(engine) {
  listener.on('activity.wait', async ({ type, environment }) => {
    if (type !== 'bpmn:UserTask') return
    const { code, detail, errors } = environment.output.problem
    console.log('waits for a person:', code, detail, JSON.stringify(errors))
    await engine.stop()
    writeFileSync(stateFile, JSON.stringify(await engine.getState()))
  })
}
