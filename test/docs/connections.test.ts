import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { Connection } from '../../src/contract/connection.ts'
import { verifyStandard } from '../scenarios/support/verify-signature.ts'
import { testFiles } from '../support/files.ts'
import { json } from '../support/receiver.ts'
import { authority, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { codeBlocks, section } from './support/markdown.ts'
import { read } from './support/pages.ts'

const page = read('docs/connections.md')

describe('docs/connections.md', () => {
  it('has an example that does what it says', async () => {
    const target = await receiver(json(200, {}))
    const [file = '', request = ''] = codeBlocks(section(page, 'An example'), 'json')
    const here = file.replace('https://api.crm.example', target.url)
    const files = await testFiles({
      'connections.json': here,
      'secrets.json': '{"crm_token":"s3cr3t-token"}',
    })
    const { execute } = await service({
      settings: {
        CONNECTIONS_FILE: join(files.path, 'connections.json'),
        SECRETS_FILE: join(files.path, 'secrets.json'),
      },
    })

    const reply = await execute(JSON.parse(request))

    const [received] = target.received
    expect(reply).toMatchObject({ connection: 'crm', succeeded: true })
    const [, method, path] = /`(\w+) https:\/\/api\.crm\.example(\S+)`/.exec(page) ?? []
    expect(received).toMatchObject({ method, target: path })
    expect(received?.rawHeaders).toEqual(
      expect.arrayContaining(['Authorization', 'Bearer s3cr3t-token', 'X-Api-Version', '3']),
    )
    expect(received?.body.toString()).toBe('{"id":"L-9","score":97}')
  })

  it('has an example of a certificate and a signature that does what it says', async () => {
    const ada = await authority.issue({ purpose: 'client', commonName: 'ada' })
    const asking = { requestCert: true, ca: authority.pem, rejectUnauthorized: true } as const
    const names: unknown[] = []
    const target = await receiver((request, response, incoming) => {
      const { socket } = incoming
      if (socket instanceof TLSSocket)
        names.push([socket.getPeerCertificate().subject?.CN, socket.getProtocol()])
      json(200, {})(request, response, incoming)
    }, asking)
    const [file = ''] = codeBlocks(section(page, 'Certificates and signatures'), 'json')
    const [current, previous] = ['new', 'old'].map(
      (name) => `whsec_${Buffer.from(`${name}-key-of-the-bank-0123`).toString('base64')}`,
    )
    const files = await testFiles({
      'connections.json': file.replace('https://api.bank.example', target.url),
      'secrets.json': JSON.stringify({
        bank_cert: ada.cert,
        bank_key: ada.key,
        bank_ca: authority.pem,
        bank_new: current,
        bank_old: previous,
      }),
    })
    const { execute } = await service({
      settings: {
        CONNECTIONS_FILE: join(files.path, 'connections.json'),
        SECRETS_FILE: join(files.path, 'secrets.json'),
      },
    })

    const node = { method: 'POST', connection: 'bank', url: '/payments' }
    expect(await execute({ node })).toMatchObject({ connection: 'bank', succeeded: true, warnings: [] })

    expect(names).toEqual([['ada', 'TLSv1.3']])
    expect(target.received[0]?.target).toBe('/v2/payments')
    for (const secret of [current, previous]) verifyStandard(target.received[0], secret ?? '')
  })

  it('has every member of a connection', () => {
    const members = [...section(page, 'A connection').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)

    expect(members).toEqual(Object.keys(Connection.properties))
  })
})
