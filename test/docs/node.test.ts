import { createPrivateKey } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { type Node, Tls } from '../../src/contract/node.ts'
import { digestGuard, digestUser } from '../support/digest-guard.ts'
import { readMultipart } from '../support/read-multipart.ts'
import { type Answer, inTurn, json } from '../support/receiver.ts'
import { authority, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { curlBody, serviceOfTheDemo, steady } from './support/demo.ts'
import { codeBlocks, rowsUnder, section } from './support/markdown.ts'
import { read } from './support/pages.ts'

const page = read('docs/node.md')

/** The node of a section. */
function nodeOf(heading: string): Node {
  return JSON.parse(codeBlocks(section(page, heading), 'json')[0] ?? '')
}

it('docs/node.md shows the whole reply to the curl of the README', async () => {
  const { execute } = await serviceOfTheDemo()

  const reply = await execute(curlBody())

  const [printed = ''] = codeBlocks(section(page, 'The reply'), 'json')
  expect(steady(reply)).toBe(steady(printed))
})

it('docs/node.md shows how files are sent, and what the reply shows of them', async () => {
  const page = section(read('docs/node.md'), 'Files')
  const [form = {}, alone = {}] = codeBlocks(page, 'json').map((block) => JSON.parse(block))
  const [shown = ''] = codeBlocks(page, 'text')
  const payload = JSON.parse(/With the payload `(.+)`/.exec(page)?.[1] ?? '')
  const target = await receiver(json(200, {}))
  const { execute } = await service()
  const send = (node: { readonly url: string }) =>
    execute({ node: { ...node, url: node.url.replace(/https:\/\/[^/]+/, target.url) }, payload })

  const reply = await send(form)
  const replyOfFile = await send(alone)

  const [multipart, binary] = target.received
  const png = Buffer.from('89504e470d0a1a0a', 'hex')
  const type = multipart?.rawHeaders.find((value) => value.startsWith('multipart/form-data'))
  expect(reply).toMatchObject({ branch: 'success', warnings: [] })
  expect(reply.request?.body).toBe(shown.replaceAll('\n', '\r\n'))
  expect(await readMultipart(type ?? '', multipart?.body ?? png)).toEqual([
    { name: 'lead', filename: null, type: null, content: Buffer.from('ada@example.com') },
    { name: 'note', filename: null, type: null, content: Buffer.from('from Nurture') },
    { name: 'photo', filename: 'photo.png', type: 'image/png', content: png },
  ])
  expect(replyOfFile).toMatchObject({ branch: 'success', warnings: [] })
  expect([binary?.method, binary?.target, binary?.body]).toEqual(['PUT', '/photos/7', png])
})

it('docs/node.md shows a node with OAuth 2.0 that works', async () => {
  const { auth, ...node } = nodeOf('OAuth 2.0')
  const login = await receiver(json(200, { access_token: 'a-token', token_type: 'Bearer', expires_in: 60 }))
  const expired = json(200, { success: false, errors: [{ code: '602' }] })
  const target = await receiver(inTurn(json(200, {}), expired))
  const { execute } = await service()
  const request = {
    node: { ...node, url: target.url, auth: { ...auth, tokenUrl: `${login.url}/oauth/token` } },
    secrets: { crm_id: 'flow', crm_secret: 's3cr3t' },
  }

  const accepted = await execute(request)
  const refused = await execute(request)

  expect(String(login.received[0]?.body)).toBe(
    'grant_type=client_credentials&scope=leads.write&audience=https%3A%2F%2Fapi.crm.example&resource=leads',
  )
  expect(target.received[0]?.rawHeaders).toContain('Bearer a-token')
  expect([accepted.branch, refused.branch]).toEqual(['success', 'error'])
  expect(refused.reason.path).toBe('/node/auth/refusedWhen')
})

it('docs/node.md shows a node with Digest that works', async () => {
  const guard = digestGuard(json(200, {}), { username: 'flow' })
  const target = await receiver(guard.answer)
  const { execute } = await service()

  const reply = await execute({
    node: { ...nodeOf('Digest'), url: target.url },
    secrets: { crm_password: digestUser.password },
  })

  expect(reply.branch).toBe('success')
  expect(guard.verdicts).toEqual(['asked', '00000001'])
})

it('docs/node.md shows a node with AWS Signature V4 that works', async () => {
  const target = await receiver(json(200, {}))
  const { execute } = await service()

  const reply = await execute({
    node: { ...nodeOf('AWS Signature V4'), url: target.url },
    secrets: { aws_key_id: 'AKIDEXAMPLE', aws_secret_key: 's3cr3t-key', aws_session_token: 't0ken' },
  })

  expect(reply).toMatchObject({ branch: 'success', warnings: [] })
  expect(target.received[0]?.rawHeaders.join(' ')).toMatch(
    /AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/execute-api\/aws4_request,/,
  )
})

it('docs/node.md shows a client certificate in every form that a node can have', async () => {
  const { tls, ...node } = nodeOf('Client certificates')
  const sender = await authority.issue({ purpose: 'client', commonName: 'flow' })
  const target = await receiver(
    (_request, response, { socket }) =>
      response.end(socket instanceof TLSSocket ? socket.getPeerCertificate().subject.CN : ''),
    { requestCert: true, ca: authority.pem },
  )
  const partner_passphrase = 'open sesame'
  const form = {
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: partner_passphrase,
  } as const
  const secrets = {
    partner_cert: sender.cert,
    partner_key: createPrivateKey(sender.key).export(form).toString(),
    partner_passphrase,
    partner_ca: authority.pem,
  }
  const { execute } = await service()

  const reply = await execute({ node: { ...node, url: target.url, tls }, secrets })

  expect(reply).toMatchObject({ branch: 'success', response: { body: 'flow' }, warnings: [] })
  const members = rowsUnder(section(page, 'Client certificates'), 'member').map(([name]) => name)
  expect(members).toEqual(Object.keys(Tls.properties).map((name) => `\`${name}\``))
  expect(Object.keys(tls ?? {})).toEqual(Object.keys(Tls.properties))
})

describe('the example of docs/node.md', () => {
  it('with redirects follows each status after the methods of the table', async () => {
    const page = section(read('docs/node.md'), 'Redirects')
    const { url: _url, ...node } = nodeOf('Redirects')
    const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
    const { execute } = await service()
    const isFollowed = async (status: number, method: string, idempotent: boolean) => {
      const redirect: Answer = (_request, response) => response.writeHead(status, { location: '/b' }).end()
      const target = await receiver(inTurn(redirect, json(200, {})))
      const { body, ...bodiless } = node
      const sent = method === 'GET' ? bodiless : node
      const { succeeded } = await execute({ node: { ...sent, method, idempotent, url: target.url } })
      return succeeded
    }

    const rows = rowsUnder(page, 'status')

    expect(rows).toHaveLength(3)
    for (const [statuses = '', after = ''] of rows)
      for (const status of statuses.split(', '))
        for (const method of methods) {
          const named = after.includes(method) || after === 'any method'
          const withIdempotent = named || after.includes('"idempotent": true')
          const followed = [
            await isFollowed(Number(status), method, false),
            await isFollowed(Number(status), method, true),
          ]
          expect([status, method, followed]).toEqual([status, method, [named, withIdempotent]])
        }
  })

  const unquoted = (cell = '') => cell.slice(1, -1)

  it.each(rowsUnder(section(page, 'More than two outcomes'), 'what came'))(
    'with cases takes for %s the branch %s',
    async (came, branch, succeeded, code) => {
      const { preview } = await service()

      const { simulated, warnings } = await preview({
        node: nodeOf('More than two outcomes'),
        simulate: JSON.parse(unquoted(came)),
      })

      expect(warnings).toEqual([])
      expect(simulated).toMatchObject({
        branch: unquoted(branch),
        succeeded: JSON.parse(unquoted(succeeded)),
        reason: { code: unquoted(code) },
      })
    },
  )

  const resetAt: Answer = (_request, response) => {
    response.writeHead(429, { 'X-RateLimit-Reset': String(Math.floor(Date.now() / 1000)) }).end()
  }

  it('with a retry rule tries again what the rule names, and nothing else', async () => {
    const target = await receiver(inTurn(resetAt, json(404, {}), json(200, {})))
    const { execute } = await service()
    const { retry, ...node } = nodeOf('Retries')
    const soon = { ...retry, delaysMs: retry?.delaysMs?.map((delay) => delay / 1_000) }

    const reply = await execute({ node: { ...node, retry: soon, url: target.url } })

    expect(retry?.delaysMs).toHaveLength(3)
    expect(reply).toMatchObject({
      succeeded: false,
      warnings: [],
      attempts: [{ status: 429 }, { status: 404 }],
    })
  })
})
