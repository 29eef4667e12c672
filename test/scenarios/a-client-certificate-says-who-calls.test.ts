import { execFile } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import type { ServerOptions } from 'node:https'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contract/schemas.ts'
import { createAuthority } from '../../testkit/certificates.ts'
import { daysFromNow } from '../support/days.ts'
import { testFiles } from '../support/files.ts'
import { type Answer, json } from '../support/receiver.ts'
import { scrape } from '../support/scrape.ts'
import { authority, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const [ada, bob] = [
  await authority.issue({ purpose: 'client', commonName: 'ada' }),
  await authority.issue({ purpose: 'client', commonName: 'bob' }),
]
const passphrase = 'c4n4ry open sesame'
const encryptedKey = createPrivateKey(ada.key)
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
  .toString()

const identity = { certificate: '{{ secrets.crm_cert }}', key: '{{ secrets.crm_key }}' }
const secretsOf = ({ cert, key }: { readonly cert: string; readonly key: string }) => ({
  crm_cert: cert,
  crm_key: key,
})

const whoami: Answer = (request, response, incoming) => {
  const { socket } = incoming
  const name = socket instanceof TLSSocket ? socket.getPeerCertificate().subject?.CN : undefined
  json(200, { name: name ?? null, method: request.method })(request, response, incoming)
}

function target(options: ServerOptions = { requestCert: true, ca: authority.pem, rejectUnauthorized: true }) {
  return receiver(whoami, options)
}

const asking = { requestCert: true, ca: authority.pem, rejectUnauthorized: false } as const
const captured = { name: '{{ response.json.name }}' }

describe('a node with a client certificate', () => {
  it('calls as the one that the secrets of the request say', async () => {
    const { url } = await target()
    const { execute } = await service()
    const node = { method: 'GET', url, tls: identity, capture: captured }
    for (const [name, own] of [
      ['ada', ada],
      ['bob', bob],
      ['ada', ada],
    ] as const)
      expect(await execute({ node, secrets: secretsOf(own) })).toMatchObject({
        branch: 'success',
        captured: { name },
        warnings: [],
      })
  })

  it('calls as the one whose files the operator has mounted, if their binding allows it', async () => {
    const { url } = await target()
    const files = await testFiles({
      'mounted/crm_cert': `${ada.cert}\n`,
      'mounted/crm_key': `${encryptedKey}\r\n`,
      'mounted/crm_passphrase': `${passphrase}\n`,
      'mounted/key.pem': ada.key,
      'secrets.json': JSON.stringify({
        elsewhere: { file: 'key.pem', in: ['tls'], hosts: ['other.example'] },
        in_headers: { value: ada.key, in: ['headers'] },
      }),
    })
    const settings = {
      SECRETS_DIR: join(files.path, 'mounted'),
      SECRETS_FILE: join(files.path, 'secrets.json'),
    }
    const { execute } = await service({ settings })
    const call = (tls: object, secrets = {}) =>
      execute({ node: { method: 'GET', url, tls, capture: captured }, secrets })

    const own = { ...identity, passphrase: '{{ secrets.crm_passphrase }}' }
    expect(await call(own)).toMatchObject({ branch: 'success', captured: { name: 'ada' } })
    for (const key of ['elsewhere', 'in_headers'])
      expect(await call({ ...identity, key: `{{ secrets.${key} }}` })).toMatchObject({
        reason: { code: 'secret_not_allowed', path: '/node/tls/key' },
        attempts: [],
      })
    expect(await call({ ...own, key: '{{ secrets.guess }}' }, { guess: encryptedKey })).toMatchObject({
      reason: { code: 'secret_not_allowed', path: '/node/tls/passphrase' },
    })
    expect(await call({ ...own, key: '{{ secrets.nothing }}' })).toMatchObject({
      reason: { code: 'secret_missing', path: '/node/tls/key' },
    })
  })

  it('sends nothing with one that cannot be used', async () => {
    const { url, received } = await target(asking)
    const { execute, log } = await service()
    const node = { method: 'POST', url, tls: identity, retry: { attempts: 3 }, idempotent: true }
    expect(await execute({ node, secrets: secretsOf({ cert: ada.cert, key: bob.key }) })).toMatchObject({
      branch: 'error',
      reason: {
        code: 'tls_client_cert_invalid',
        blame: 'node',
        path: '/node/tls/certificate',
        message: expect.stringContaining('does not belong to the key'),
      },
      delivered: 'no',
      repeat: 'never',
      attempts: [{ failure: 'tls_client_cert_invalid', delivered: 'no' }],
      request: { method: 'POST' },
    })
    expect(received).toEqual([])
    expect(JSON.stringify(log)).not.toContain('MII')
  })

  it('is told of its end fourteen days before', async () => {
    const { url } = await target()
    const { execute } = await service()
    const ending = async (days: number) => {
      const own = await authority.issue({ purpose: 'client', notAfter: daysFromNow(days) })
      const { warnings } = await execute({
        node: { method: 'GET', url, tls: identity },
        secrets: secretsOf(own),
      })
      return warnings
    }
    expect(await ending(15)).toEqual([])
    expect(await ending(13.5)).toEqual([
      {
        code: 'client_cert_expires',
        path: '/node/tls/certificate',
        message: expect.stringContaining('expires in 13 days'),
      },
    ])
    expect(await ending(0.1)).toMatchObject([{ message: expect.stringContaining('in less than a day') }])
  })

  it('may not call what the policy denies, and says no more than that', async () => {
    const { execute } = await service({ allow: '' })
    const files = { certificate: '{{ secrets.any }}', key: '{{ secrets.other }}' }
    expect(await execute({ node: { method: 'GET', url: 'https://127.0.0.1/', tls: files } })).toMatchObject({
      reason: { code: 'address_denied' },
    })
  })

  it('hears from its metrics when the stored ones end', async () => {
    const notAfter = new Date(Math.floor(daysFromNow(9).getTime() / 1_000) * 1_000)
    const own = await authority.issue({ notAfter })
    const files = await testFiles({
      'secrets.json': JSON.stringify({
        crm_cert: own.cert,
        crm_key: own.key,
        not_for_tls: { value: own.cert, in: ['body'] },
      }),
    })
    const { url } = await service({ settings: { SECRETS_FILE: join(files.path, 'secrets.json') } })
    const ends = [...(await scrape(url))].filter(([name]) => name.includes('certificate_end'))
    expect(ends).toEqual([
      ['webhook_node_certificate_end_timestamp_seconds{secret="crm_cert"}', notAfter.getTime() / 1_000],
    ])
  })
})

describe('a node without one', () => {
  it.each([
    [
      400,
      'No required SSL certificate was sent',
      /Set `certificate`/,
      '/node/url',
      /no client certificate came/,
    ],
    [400, 'The SSL certificate error', /Set `certificate`/, '/node/tls/certificate', /does not accept/],
    [495, '', /has none in its `tls`/, '/node/tls/certificate', /does not accept/],
    [496, '', /Set `certificate`/, '/node/url', /no client certificate came/],
  ])('learns from %d "%s" where to set it, and one that has it what is wrong', async (...row) => {
    const [status, title, without, path, withOne] = row
    const { url } = await receiver((_request, response) => {
      response
        .writeHead(status, { 'content-type': 'text/html' })
        .end(`<html>\r\n<head><title>${status} ${title}</title></head>`)
    })
    const { execute } = await service()
    const { reason } = await execute({ node: { method: 'GET', url } })
    expect(reason).toMatchObject({ path: '/node/tls', hint: expect.stringMatching(without) })
    const again = await execute({ node: { method: 'GET', url, tls: identity }, secrets: secretsOf(ada) })
    expect(again.reason).toMatchObject({ path, hint: expect.stringMatching(withOne) })
  })
})

describe('the authorities of a node', () => {
  it('are the only ones that it trusts', async () => {
    const own = await createAuthority('Its own')
    const [theirs, ours] = [
      await receiver(whoami, { credentials: await own.issue() }),
      await receiver(whoami),
    ]
    const { execute } = await service()
    const call = (url: string) =>
      execute({
        node: { method: 'GET', url, tls: { ca: '{{ secrets.crm_ca }}' } },
        secrets: { crm_ca: own.pem },
      })
    expect(await call(theirs.url)).toMatchObject({ branch: 'success' })
    expect(await call(ours.url)).toMatchObject({
      reason: { code: 'tls_untrusted', path: '/node/tls/ca', hint: expect.stringContaining('trusts only') },
    })
  })
})

describe('the authorities of a node, and a redirect to another origin', () => {
  it('have no part in it: the authorities of the service count there', async () => {
    const own = await createAuthority('Its own')
    const to =
      (url: string): Answer =>
      (_request, response) =>
        void response.writeHead(302, { location: `${url}/` }).end()
    const ofNode = await receiver(whoami, { credentials: await own.issue() })
    const ofService = await receiver(whoami)
    const { execute } = await service()
    const call = (url: string) =>
      execute({
        node: { method: 'GET', url, followRedirects: 1, tls: { ca: '{{ secrets.crm_ca }}' } },
        secrets: { crm_ca: own.pem },
      })
    const credentials = await own.issue()

    const refused = await call((await receiver(to(ofNode.url), { credentials })).url)
    const taken = await call((await receiver(to(ofService.url), { credentials })).url)

    expect(refused).toMatchObject({
      delivered: 'yes',
      reason: { code: 'tls_untrusted', blame: 'target', path: '/node/followRedirects' },
      attempts: [{ status: 302 }, { purpose: 'redirect', failure: 'tls_untrusted' }],
    })
    expect(refused.reason.hint).toContain('no credential, authority or certificate of the node counts')
    expect(refused.reason.hint).not.toContain('into the secret')
    expect(ofNode.received).toEqual([])
    expect(taken).toMatchObject({ succeeded: true })
  })
})

describe('a mistake in the node', () => {
  it.each([
    ['key', { certificate: '{{ secrets.a }}' }],
    ['certificate', { key: '{{ secrets.a }}' }],
    ['passphrase', { passphrase: '{{ secrets.a }}' }],
    ['key', { ...identity, key: ada.key }],
    ['certificate', { ...identity, certificate: 'x{{ secrets.a }}' }],
    ['certificate', { ...identity, certificate: '{{ secrets.a }}\n' }],
    ['certificate', { ...identity, certificate: '{{ secrets.a }}{{ secrets.b }}' }],
    ['ca', { ca: '{{ profile.ca }}' }],
    ['ca', { ca: '{{ secrets.a | upcase }}' }],
    ['ca', { ca: '{% if true %}{{ secrets.a }}{% endif %}' }],
    ['minVersion', { minVersion: 'TLSv1.1' }],
    ['rejectUnauthorized', { rejectUnauthorized: false }],
  ])('is a 400 at %s', async (member, tls) => {
    const { post } = await service()
    for (const templates of ['liquid', 'none']) {
      const node = { method: 'GET', url: 'https://localhost/', tls, templates }
      const { status, body } = await post<Problem>('/v1/execute', { node })
      expect(status).toBe(400)
      expect(body.errors.map(({ path }) => path)).toEqual([`/node/tls/${member}`])
      expect(JSON.stringify(body)).not.toContain('MII')
    }
  })

  it('is none where an engine has rendered the rest', async () => {
    const { url } = await target()
    const { execute } = await service()
    const node = { method: 'GET', url, tls: identity, templates: 'none', capture: captured }
    expect(await execute({ node, secrets: secretsOf(ada) })).toMatchObject({ captured: { name: 'ada' } })
  })
})

it('the curl command of a preview shows the certificate, too', async () => {
  const own = await createAuthority('Its own')
  const { url, received } = await receiver(whoami, {
    credentials: await own.issue(),
    requestCert: true,
    ca: authority.pem,
  })
  const node = {
    method: 'POST',
    url,
    body: { structure: 'json', content: { a: '{{ secrets.note }}' } },
    tls: {
      ...identity,
      passphrase: '{{ secrets.crm_passphrase }}',
      ca: '{{ secrets.HOME }}',
      minVersion: 'TLSv1.3',
    },
  }
  const { preview } = await service()

  const { curl, warnings } = await preview({ node })

  expect(warnings).toEqual([])
  const variables = {
    crm_cert: ada.cert.trim(),
    crm_key: encryptedKey,
    crm_passphrase: passphrase,
    secret_HOME: own.pem,
    note: 'it',
  }
  const env = { PATH: process.env.PATH, ...variables }
  const { stdout } = await promisify(execFile)('bash', ['--noprofile', '--norc', '-c', curl ?? ''], { env })
  expect(JSON.parse(stdout)).toEqual({ name: 'ada', method: 'POST' })
  expect(received).toHaveLength(1)
  const usual = promisify(execFile)('bash', ['-c', curl ?? ''], {
    env: { ...env, secret_HOME: authority.pem },
  })
  await expect(usual).rejects.toMatchObject({ code: 60 }) // curl does not trust the target
})

it('key, passphrase and certificate are shown nowhere, even where the target returns them', async () => {
  const body = encryptedKey.split('\n')[3] ?? ''
  const all = [encryptedKey, passphrase, ada.cert, ada.key]
  const { url } = await receiver((_request, response) => response.end(JSON.stringify(all)), asking)
  const files = await testFiles({
    'mounted/crm_cert': ada.cert,
    'mounted/crm_key': encryptedKey,
    'mounted/crm_passphrase': passphrase,
  })
  const running = await service({
    settings: { LOG_LEVEL: 'trace', SECRETS_DIR: join(files.path, 'mounted') },
  })
  const stored = { ...identity, passphrase: '{{ secrets.crm_passphrase }}' }
  const expect4xx = { type: 'string', value: 'never' }
  const replies = [
    await running.execute({ node: { method: 'GET', url, tls: stored, expect: expect4xx } }),
    await running.execute({
      node: {
        method: 'GET',
        url,
        tls: { ...stored, key: '{{ secrets.own }}', passphrase: '{{ secrets.pass }}' },
        expect: expect4xx,
      },
      secrets: { own: encryptedKey, pass: passphrase },
    }),
    await running.execute({
      node: { method: 'GET', url, tls: { ...stored, passphrase: '{{ secrets.pass }}' } },
      secrets: { pass: `${passphrase} wrong` },
    }),
    await running.preview({ node: { method: 'GET', url, tls: stored } }),
  ]
  expect(replies[2]).toMatchObject({ reason: { code: 'tls_client_cert_invalid' } })
  const metrics = await (await fetch(`${running.url}/metrics`)).text()
  await running.drain()
  const shown = [JSON.stringify(replies), JSON.stringify(running.log), metrics].join('\n')
  expect(body.length).toBeGreaterThan(40)
  for (const part of [body, passphrase, 'c4n4ry', ada.cert.split('\n')[2] ?? '', encryptedKey.slice(0, 60)])
    expect(shown).not.toContain(part)
})
