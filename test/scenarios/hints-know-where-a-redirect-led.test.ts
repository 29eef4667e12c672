import { describe, expect, it } from 'vitest'
import { createAuthority } from '../../testkit/certificates.ts'
import { digestGuard } from '../support/digest-guard.ts'
import { type Answer, inTurn, json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const to =
  (status: number, location: string): Answer =>
  (_request, response) =>
    void response.writeHead(status, { location }).end()

const get = { method: 'GET', followRedirects: 2 } as const
const post = { method: 'POST', body: { structure: 'json', content: {} }, followRedirects: 2 } as const

describe('after a redirect to the same origin', () => {
  it.each([
    { auth: { type: 'apiKey', in: 'query', name: 'key', value: 'k3y-of-an-api' } },
    { query: [{ name: 'api_key', value: 'k3y-of-an-api' }] },
  ])('parameters stay behind, and the hint does not say that one was sent: %j', async (part) => {
    const target = await receiver(inTurn(to(308, '/n'), json(401, { error: 'no API key provided' })))
    const { execute } = await service()

    const { reason } = await execute({ node: { ...get, url: target.url, ...part } })

    expect(target.received[1]?.target).toBe('/n')
    expect(reason.hint).toContain('led had no credential')
    expect(reason).toMatchObject({ path: '/node/followRedirects' })
  })
})

describe('a redirect that is not followed, behind one that was,', () => {
  it('is relative to the last request', async () => {
    const target = await receiver(inTurn(to(302, '/a/b'), to(302, 'c')))
    const { execute } = await service()

    const { reason } = await execute({ node: { ...get, followRedirects: 1, url: target.url } })

    expect(reason.hint).toContain('relative to the address of the last request')
  })

  it('is named as a loop where it leads to itself', async () => {
    const target = await receiver(to(302, '/start'))
    const { execute } = await service()

    const { reason } = await execute({ node: { ...get, url: `${target.url}/start` } })

    expect(reason.hint).toContain('leads back to itself')
    expect(reason.hint).not.toContain('Put this path')
  })
})

describe('after a redirect to another origin', () => {
  async function redirected(answer: Answer, node: object, secrets: Record<string, string> = {}) {
    const other = await receiver(answer)
    const target = await receiver(to(302, other.url))
    const { execute } = await service()
    return (await execute({ node: { ...get, url: target.url, ...node }, secrets })).reason
  }

  it.each([
    {
      auth: {
        type: 'awsSigV4',
        region: 'eu-central-1',
        service: 's3',
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey: 'x-secret',
      },
      answer: json(403, { message: 'The request signature we calculated does not match' }),
    },
    {
      auth: { type: 'apiKey', in: 'header', name: 'X-Key', value: 'k3y-of-an-api' },
      answer: digestGuard(json(200, {})).answer,
    },
  ])('no credential of the node is blamed: $auth.type', async ({ auth, answer }) => {
    const { hint, path } = await redirected(answer, { auth })

    expect(hint).toContain('led had no credential')
    expect(hint).not.toMatch(/secretAccessKey|Set the type/)
    expect(path).toBe('/node/followRedirects')
  })

  it('an authority of the node does not count, and nothing was sent', async () => {
    const own = await createAuthority()
    const other = await receiver(json(200, {}), { credentials: await (await createAuthority()).issue() })
    const target = await receiver(to(302, other.url), { credentials: await own.issue() })
    const { execute } = await service()

    const { reason } = await execute({
      node: { ...get, url: target.url, tls: { ca: '{{ secrets.ca }}' } },
      secrets: { ca: own.pem },
    })

    expect(reason.hint).toContain('no credential, authority or certificate of the node counts')
    expect(reason.hint).not.toMatch(/went there|Put the authority|none of them/)
  })
})

describe('after a followed 303', () => {
  it.each([429, 503, 504])('a %i asks for no other sending of the call', async (status) => {
    const target = await receiver(
      inTurn(
        to(303, '/result'),
        (_request, response) => void response.writeHead(status, { 'retry-after': '1' }).end('{}'),
      ),
    )
    const { execute } = await service()

    const reply = await execute({ node: { ...post, url: target.url } })

    expect(reply).toMatchObject({ delivered: 'yes', repeat: 'never', retryAfterMs: null })
    expect(reply.reason.hint).toContain('do not send the call again')
    expect(reply.reason.hint).not.toMatch(/may be sent again/)
  })

  it('nor does a failure', async () => {
    const target = await receiver(
      inTurn(to(303, '/result'), (_request, _response, { socket }) => void socket.destroy()),
    )
    const { execute } = await service()

    const reply = await execute({ node: { ...post, url: target.url } })

    expect(reply).toMatchObject({ delivered: 'yes', repeat: 'never', retryAfterMs: null })
    expect(reply.reason.hint).toContain('do not send the call again')
  })
})
