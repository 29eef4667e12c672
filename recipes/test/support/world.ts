import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { receiverHost, receiverPort } from '../../../demo/receiver.ts'
import { testFiles } from '../../../test/support/files.ts'
import type { Answer } from '../../../test/support/receiver.ts'
import { authority, dnsServer, receiver } from '../../../test/support/servers.ts'
import { service } from '../../../test/support/service.ts'

const folder = join(import.meta.dirname, '../..')

/** The name under which the service calls an engine back, and the key that signs it. */
const engineHost = 'engine.test'
export const callbackSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

interface WorldOptions {
  readonly settings?: Readonly<Record<string, string>>
  /** The port of an engine that is called back. Then the service has a store. */
  readonly enginePort?: number
}

/** The service and a receiver that the recipes know as `receiver.test:8443`, on free ports. */
export async function world(answer: Answer, { settings, enginePort }: WorldOptions = {}) {
  const credentials = await authority.issue({ names: [receiverHost] })
  const target = await receiver(answer, { credentials })
  const loopback = { a: ['127.0.0.1'] }
  const dns = await dnsServer({ [receiverHost]: loopback, [engineHost]: loopback })
  const address = `${receiverHost}:${target.port}`
  const { url, log } = await service({
    allow: `${address},${engineHost}:${enginePort ?? 1}`,
    dns: dns.address,
    settings: { ...settings, ...(enginePort === undefined ? {} : await durableSettings(enginePort)) },
  })
  return {
    /** Of the service. */
    url,
    log,
    received: target.received,
    /** The text of a recipe, with the address of this receiver. */
    here: (text: string) => text.replaceAll(`${receiverHost}:${receiverPort}`, address),
  }
}

async function durableSettings(enginePort: number): Promise<Record<string, string>> {
  const url = `https://${engineHost}:${enginePort}/resume`
  const callbacks = { engine: { url, secret: callbackSecret } }
  const { path } = await testFiles({ 'callbacks.json': JSON.stringify(callbacks) })
  return { STORE_URL: `sqlite:${join(path, 'store.db')}`, CALLBACKS_FILE: join(path, 'callbacks.json') }
}

/** Files with the certificate of an engine. */
export async function engineCredentials(): Promise<{ readonly cert: string; readonly key: string }> {
  const { cert, key } = await authority.issue({ names: [engineHost] })
  const { path } = await testFiles({ 'cert.pem': String(cert), 'key.pem': String(key) })
  return { cert: join(path, 'cert.pem'), key: join(path, 'key.pem') }
}

/** A copy of a recipe's files, changed by `here`, that is gone when the test ends. */
export async function copyRecipe(name: string, here: (text: string) => string): Promise<string> {
  const { path } = await testFiles()
  await cp(join(folder, name), path, { recursive: true })
  for (const file of await readdir(path)) {
    const text = await readFile(join(path, file), 'utf8')
    await writeFile(
      join(path, file),
      here(text)
        .replaceAll("'../../", `'${join(folder, '..')}/`)
        .replaceAll("'../node/", `'${folder}/node/`),
    )
  }
  return path
}
