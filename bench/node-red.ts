import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../testkit/free-port.ts'
import { type Contender, startContender } from './contender.ts'
import type { World } from './world.ts'

/** Installs Node-RED into the directory of the run. Its flow does the work of the bare forwarder. */
export async function installNodeRed({ directory }: World): Promise<Contender> {
  const prefix = join(directory, 'node-red')
  await promisify(execFile)('npm', ['install', '--prefix', prefix, '--no-audit', '--no-fund', 'node-red'])
  const home = join(prefix, 'node_modules', 'node-red')
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'))
  return {
    name: `Node-RED ${version}`,
    async start(world, { nodeOptions = [], example } = {}) {
      const port = await freePort()
      const userDir = join(prefix, `user-${port}`)
      await mkdir(userDir)
      await writeFile(join(userDir, 'settings.js'), `module.exports = ${JSON.stringify(settings(port))}`)
      await writeFile(join(userDir, 'flows.json'), JSON.stringify(flow))
      const args = [...nodeOptions, join(home, 'red.js'), '--userDir', userDir]
      return await startContender(world, { args, env: { NODE_EXTRA_CA_CERTS: world.caFile }, port }, example)
    },
  }
}

/** Only the flow: no editor, and a log of errors only. */
function settings(uiPort: number) {
  return {
    uiHost: '127.0.0.1',
    uiPort,
    httpAdminRoot: false,
    flowFile: 'flows.json',
    logging: { console: { level: 'warn', metrics: false, audit: false } },
    telemetry: { enabled: false, updateNotification: false },
  }
}

const makeRequest = `
const { node: lead, payload, secrets } = msg.payload
msg.url = lead.url
msg.method = lead.method
msg.headers = {
  authorization: 'Bearer ' + secrets.crm_token,
  'content-type': 'application/json',
  'x-flow': payload.flow.name,
}
msg.payload = Object.fromEntries(lead.body.fields.map((field) => [
  field.name,
  'value' in field ? field.value : payload[field.source][field.field],
]))
return msg
`

const flow = [
  { id: 'tab', type: 'tab', label: 'Webhook' },
  { id: 'in', z: 'tab', type: 'http in', url: '/v1/execute', method: 'post', wires: [['make']] },
  { id: 'make', z: 'tab', type: 'function', func: makeRequest, outputs: 1, wires: [['send']] },
  { id: 'send', z: 'tab', type: 'http request', method: 'use', ret: 'txt', persist: true, wires: [['out']] },
  { id: 'out', z: 'tab', type: 'http response', statusCode: '200', wires: [] },
]
