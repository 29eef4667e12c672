import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Connection } from '../../src/contract/connection.ts'
import { testFiles } from '../support/files.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
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

  it('has every member of a connection', () => {
    const members = [...section(page, 'A connection').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)

    expect(members).toEqual(Object.keys(Connection.properties))
  })
})
