import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Answer, inTurn, json, never, type ReceivedRequest } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { headersNamed } from './support/received-headers.ts'
import { runCommand } from './support/run-command.ts'

const secrets = {
  id: 'AKIDEXAMPLE',
  key: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  token: 'a-session/token+1==',
}
const auth = {
  type: 'awsSigV4',
  region: 'eu-central-1',
  service: 'execute-api',
  accessKeyId: '{{ secrets.id }}',
  secretAccessKey: '{{ secrets.key }}',
}
const value = (request: ReceivedRequest | undefined, name: string) =>
  request === undefined ? undefined : headersNamed(request, name)[0]?.[1]

const percentEncoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

/** As AWS documents it: for S3 each segment is encoded once, for any other service twice. */
function canonicalPath(path: string, named: string): string {
  const encode = (segment: string) => percentEncoded(named === 's3' ? decodeURIComponent(segment) : segment)
  return path.split('/').map(encode).join('/')
}

function canonicalQuery(query: string): string {
  const pairs = query.split('&').map((pair) => (pair === '' || pair.includes('=') ? pair : `${pair}=`))
  return pairs.sort().join('&')
}

/** Computes the signature from what arrived. */
function expectedSignature(request: ReceivedRequest, named = auth.service): string {
  const hash = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
  const header = value(request, 'Authorization') ?? ''
  const [, names = ''] = /SignedHeaders=([^,]+)/.exec(header) ?? []
  const pairs = new Map<string, string>()
  for (let at = 0; at < request.rawHeaders.length; at += 2)
    pairs.set((request.rawHeaders[at] ?? '').toLowerCase(), request.rawHeaders[at + 1] ?? '')
  const [path = '', query = ''] = request.target.split('?')
  const lines = names.split(';').map((name) => `${name}:${pairs.get(name)?.trim().replace(/ +/g, ' ')}\n`)
  const canonical = [
    request.method,
    canonicalPath(path, named),
    canonicalQuery(query),
    lines.join(''),
    names,
    hash(request.body),
  ]
  const date = pairs.get('x-amz-date') ?? ''
  const scope = [date.slice(0, 8), auth.region, named, 'aws4_request']
  const text = ['AWS4-HMAC-SHA256', date, scope.join('/'), hash(canonical.join('\n'))].join('\n')
  const mac = (key: string | Buffer, part: string) => createHmac('sha256', key).update(part).digest()
  return mac(scope.reduce<string | Buffer>(mac, `AWS4${secrets.key}`) as Buffer, text).toString('hex')
}

async function world(answer: Answer = json(200, {})) {
  const target = await receiver(answer)
  const running = await service()
  const run = (node: object = {}) =>
    running.execute({
      node: {
        method: 'POST',
        url: `${target.url}/leads?b=2&a=1`,
        auth,
        headers: [{ name: 'X-Own', value: 'a   b' }],
        body: { structure: 'json', content: { name: 'Zoë' } },
        ...node,
      },
      secrets,
    })
  return { target, run, ...running }
}

describe('a request to AWS', () => {
  it('is signed over what arrives', async () => {
    const { target, run } = await world()

    const reply = await run()

    const [arrived] = target.received
    expect(reply).toMatchObject({ succeeded: true, warnings: [] })
    expect(value(arrived, 'Authorization')).toContain(`Signature=${arrived && expectedSignature(arrived)}`)
    expect(value(arrived, 'Authorization')).toContain('content-type;host;')
    expect(value(arrived, 'X-Amz-Content-Sha256')).toBe(
      createHash('sha256').update('{"name":"Zoë"}').digest('hex'),
    )
    const shown = Object.fromEntries(reply.request?.headers ?? [])
    expect(shown).toMatchObject({
      Authorization: '•••',
      'X-Amz-Content-Sha256': '•••',
      'X-Amz-Date': value(arrived, 'X-Amz-Date'),
    })
  })

  it('has a date of its own in each attempt, the signature of the node, and the session token', async () => {
    const { target, run } = await world(inTurn(json(503, {}), json(200, {})))
    const signing = {
      scheme: 'hmac',
      over: '{{ body }}',
      header: 'X-Sign',
      value: '{{ hex }}',
      secret: '{{ secrets.key }}',
    }

    const reply = await run({
      auth: { ...auth, sessionToken: '{{ secrets.token }}' },
      retry: { attempts: 2, delaysMs: undefined, initialDelayMs: 1_100, maxDelayMs: 1_200 },
      signing,
    })

    expect(reply.succeeded).toBe(true)
    for (const arrived of target.received) {
      expect(value(arrived, 'Authorization')).toMatch(/x-amz-security-token;x-own;x-sign/)
      expect(value(arrived, 'Authorization')).toContain(expectedSignature(arrived))
      expect(value(arrived, 'X-Amz-Security-Token')).toBe(secrets.token)
    }
  })

  it('shows neither keys nor signature, also where the target repeats them', async () => {
    const { target, run } = await world((request, response, incoming) =>
      json(403, { all: request.rawHeaders.join(' '), key: secrets.key })(request, response, incoming),
    )

    const reply = await run({ auth: { ...auth, sessionToken: '{{ secrets.token }}' } })

    const signature = /Signature=(\w+)/.exec(value(target.received[0], 'Authorization') ?? '')?.[1] ?? '-'
    for (const hidden of [signature, secrets.key, secrets.token])
      expect(JSON.stringify(reply)).not.toContain(hidden)
  })

  it('gives nothing of it to another origin, and signs anew for its own', async () => {
    const other = await receiver(json(200, {}))
    const { target, run } = await world((request, response) => {
      response.writeHead(307, { location: request.target === '/b' ? `${other.url}/` : '/b' }).end()
    })

    await run({ method: 'PUT', followRedirects: 2 })

    expect(
      target.received.map((one) => value(one, 'Authorization')?.includes(expectedSignature(one))),
    ).toEqual([true, true])
    expect(other.received[0]?.rawHeaders.join(' ')).not.toMatch(/amz|Authorization/i)
  })

  it('is a curl command that signs itself', async () => {
    const { preview, target } = await world(never)

    const { request, curl } = await preview({
      node: { method: 'GET', url: `${target.url}/`, auth: { ...auth, sessionToken: '{{ secrets.token }}' } },
    })

    expect(Object.fromEntries(request.headers ?? [])).toMatchObject({ Authorization: '•••' })
    expect(curl).toContain('--aws-sigv4 \'aws:amz:eu-central-1:execute-api\' \\\n  --user "$id"\':\'"$key"')
    expect(curl).toContain('--header \'X-Amz-Security-Token: \'"$token"')
    expect(curl).not.toMatch(/Authorization|X-Amz-Date/)
    expect(target.received).toEqual([])
  })

  it.each<[named: string, path: string, isExact: boolean, body?: string]>([
    ['s3', '/a', true],
    ['s3', '/a%20b/c?a=1&b=2', true, '{"name":"Zoë"}'],
    ['s3', '/a?uploads', false],
    ['s3', '/a+b', false],
    ['s3', '/secret', false, 'a {{ secrets.key }}'],
    ['execute-api', '/prod/leads', true, '{"name":"Zoë"}'],
    ['execute-api', '/prod?a=1&b=2', true],
    ['execute-api', '/prod?b=1&a=2', false],
    ['execute-api', '/a%20b', false],
    ['execute-api', '/secret', true, 'a {{ secrets.key }}'],
  ])(
    'is a curl command that AWS takes, or that says why not: %s %s',
    async (named, path, isExact, content) => {
      const { preview, target } = await world()
      const body = { structure: 'raw', contentType: 'text/plain', content }

      const { curl, warnings } = await preview({
        node: {
          method: 'POST',
          url: `${target.url}${path}`,
          auth: { ...auth, service: named },
          headers: [{ name: 'X-Own', value: 'a b' }],
          ...(content === undefined ? {} : { body }),
        },
      })

      const [{ code, message } = {}] = warnings
      expect(code).toBe('curl_not_exact')
      expect(message?.includes('AWS refuses') || message?.includes('S3 demands')).toBe(!isExact)
      await runCommand(curl ?? '', secrets)
      const [arrived] = target.received
      if (arrived === undefined) throw new TypeError('nothing arrived')
      const sent = value(arrived, 'Authorization') ?? ''
      const hasHash = named !== 's3' || value(arrived, 'X-Amz-Content-Sha256') !== undefined
      if (isExact) expect([sent.includes(expectedSignature(arrived, named)), hasHash]).toEqual([true, true])
    },
  )

  it.each([
    { change: { region: 'eu central' }, path: '/node/auth/region' },
    { change: { service: 'a/b' }, path: '/node/auth/service' },
  ])('is refused with $change', async ({ change, path }) => {
    const { post } = await service()

    const refused = await post('/v1/execute', {
      node: { method: 'GET', url: 'https://x.example/', auth: { ...auth, ...change } },
    })

    expect(refused).toMatchObject({ status: 400, body: { errors: [{ path }] } })
  })

  it('has its own headers once', async () => {
    const { run, target } = await world()

    const reply = await run({ headers: [{ name: 'X-Amz-Date', value: '20150830T123600Z' }] })

    expect(reply.reason).toMatchObject({ code: 'header_invalid' })
    expect(target.received).toEqual([])
  })

  it.each([
    {
      status: 403,
      words:
        '<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match</Message></Error>',
      hint: /region, service and secretAccessKey/,
    },
    {
      status: 403,
      words:
        '{"__type":"InvalidSignatureException","message":"Signature expired: 20150830T123600Z is now earlier than"}',
      hint: /clock of the service/,
    },
    { status: 403, words: '<Error><Code>RequestTimeTooSkewed</Code></Error>', hint: /clock of the service/ },
    {
      status: 400,
      words:
        '{"__type":"ExpiredTokenException","message":"The security token included in the request is expired"}',
      hint: /sessionToken/,
    },
    {
      status: 403,
      words: '{"message":"Credential should be scoped to a valid region."}',
      hint: /another region or service/,
    },
    { status: 400, words: '{"__type":"UnrecognizedClientException"}', hint: /accessKeyId/ },
    {
      status: 403,
      words:
        '{"message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method."}',
      hint: /region, service and secretAccessKey/,
    },
    {
      status: 403,
      name: 'InvalidSignatureException:http://internal.amazon.com/coral/',
      words: '{"message":"Forbidden"}',
      hint: /region, service and secretAccessKey/,
    },
    {
      status: 400,
      words:
        '<Error><Code>InvalidToken</Code><Message>The provided token is malformed or otherwise invalid.</Message></Error>',
      hint: /does not accept sessionToken/,
    },
    {
      status: 400,
      words:
        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region 'eu-central-1' is wrong; expecting 'us-east-1'</Message></Error>",
      hint: /another region or service/,
    },
  ])('that is refused gets a hint: $words', async ({ status, name, words, hint }) => {
    const { run } = await world((_request, response) => {
      response
        .writeHead(status, {
          'content-type': words.startsWith('<') ? 'application/xml' : 'application/json',
          ...(name === undefined ? {} : { 'x-amzn-errortype': name }),
        })
        .end(words)
    })

    const { reason } = await run()

    expect(reason).toMatchObject({ path: '/node/auth', hint: expect.stringMatching(hint) })
  })
})
