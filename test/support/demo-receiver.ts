import { onTestFinished } from 'vitest'
import { receiverHost, receiverPort, startReceiver } from '../../demo/receiver.ts'
import { authority, dnsServer } from './servers.ts'
import { service } from './service.ts'

/** The service, with the demo's receiver on a port of this test under its name. */
export async function serviceWithDemoReceiver(settings: Readonly<Record<string, string>> = {}) {
  const credentials = await authority.issue({ names: [receiverHost] })
  const receiver = await startReceiver(credentials, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => receiver.close())
  const dns = await dnsServer({ [receiverHost]: { a: ['127.0.0.1'] } })
  const allow = `${receiverHost}:${receiver.port}`
  const running = await service({ allow, dns: dns.address, settings })
  const here = (body: unknown) =>
    JSON.parse(
      JSON.stringify(body).replace(`${receiverHost}:${receiverPort}`, `${receiverHost}:${receiver.port}`),
    )
  return {
    ...running,
    receiverPort: receiver.port,
    execute: (body: unknown) => running.execute(here(body)),
  }
}
