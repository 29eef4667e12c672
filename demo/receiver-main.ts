import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createAuthority } from '../testkit/certificates.ts'
import { receiverHost, receiverPort, startReceiver } from './receiver.ts'

// The receiver as a process of its own. It writes the certificate of its authority to `ca.pem` in CA_DIRECTORY, and
// listens only after the file is complete, so that a service that waits for the port finds it.

const directory = process.env.CA_DIRECTORY ?? '.demo'

const authority = await createAuthority('webhook-node demo')
const credentials = await authority.issue({ names: [receiverHost] })
await writeWhole(join(directory, 'ca.pem'), authority.pem)
const receiver = await startReceiver(credentials, { host: '0.0.0.0', port: receiverPort })
console.log(`receiver: https://${receiverHost}:${receiver.port}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => receiver.close())

/** Replaces the file atomically: a reader sees the old text or the new one. */
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  await writeFile(`${path}.new`, text)
  await rename(`${path}.new`, path)
}
