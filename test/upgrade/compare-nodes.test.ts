import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listen } from '../../testkit/listen.ts'
import { service } from '../support/service.ts'

const key = 'only-for-this-test'
const node = (members: object) => ({
  id: 'crm',
  method: 'POST',
  url: 'https://crm.example/leads',
  ...members,
})

/** What an earlier version said of a node. */
interface Earlier {
  readonly status?: number
  readonly body: object
}

/** The command with two services: one that says what an earlier version said, and the real one. */
async function compare(lines: readonly string[], earlier: (request: string) => Earlier) {
  const { url: after } = await service({ settings: { API_KEYS: `engine:${key}` } })
  const server = createServer(async (request, reply) => {
    const { status = 200, body } = earlier(await text(request))
    reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  const { port, close } = await listen(server)
  onTestFinished(close)
  const directory = await mkdtemp(join(tmpdir(), 'webhook-node-test-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const file = join(directory, 'nodes.jsonl')
  await writeFile(file, lines.join('\n'))
  return await run(['--before', `http://127.0.0.1:${port}`, '--after', after, file])
}

async function run(args: readonly string[]) {
  const env = { ...process.env, WEBHOOK_NODE_KEY: key }
  return await new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, ['upgrade/compare-nodes.ts', ...args], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    )
  })
}

/** The preview of the real service, so that nothing differs but what a test changes. */
async function previewing(change: (preview: Awaited<ReturnType<typeof previewBody>>) => object) {
  const { preview } = await service()
  const previews = new Map<string, object>()
  return {
    async learn(line: string) {
      const parsed = JSON.parse(line)
      const body = 'node' in parsed ? parsed : { node: parsed }
      previews.set(JSON.stringify(body.node), change(await previewBody(preview, body)))
    },
    earlier: (request: string): Earlier => ({
      body: previews.get(JSON.stringify(JSON.parse(request).node)) ?? {},
    }),
  }
}

function previewBody(preview: Awaited<ReturnType<typeof service>>['preview'], body: object) {
  return preview({ simulate: { status: 200 }, ...body })
}

describe('the comparison of stored nodes between two versions', () => {
  it('says nothing about a node that has not changed', async () => {
    const lines = [JSON.stringify(node({})), '', JSON.stringify({ node: node({ id: 'other' }), payload: {} })]
    const before = await previewing((preview) => preview)
    for (const line of lines) if (line !== '') await before.learn(line)

    const { code, out } = await compare(lines, before.earlier)

    expect(out).toBe('2 nodes: 2 × is as before\n')
    expect(code).toBe(0)
  })

  it('names a node that is refused now, its line, and what to change', async () => {
    const line = JSON.stringify(node({ expect: { type: 'condition', value: 'response.status ==' } }))

    const { code, out } = await compare([line], () => ({
      body: { request: null, warnings: [], simulated: null },
    }))

    expect(out).toMatch(/^line 1, node "crm": is refused now\n {2}\/node\/expect\/value: /)
    expect(out).toContain('1 node: 1 × is refused now')
    expect(code).toBe(1)
  })

  it('shows what is sent now beside what was sent before, from where they part', async () => {
    const line = JSON.stringify(
      node({ body: { structure: 'json', content: { long: 'x'.repeat(200), a: 1 } } }),
    )
    const before = await previewing(({ request, ...rest }) => ({
      ...rest,
      request: { ...request, body: request?.body?.replace('"a":1', '"a":2') },
    }))
    await before.learn(line)

    const { code, out } = await compare([line], before.earlier)

    expect(out).toContain('line 1, node "crm": sends something else\n')
    expect(out).toMatch(/body before: …x+","a":2}\n {2}body now: {4}…x+","a":1}\n/)
    expect(code).toBe(1)
  })

  it('shows a branch that is another now', async () => {
    const line = JSON.stringify(node({}))
    const before = await previewing(({ simulated, ...rest }) => ({
      ...rest,
      simulated: { ...simulated, branch: 'error' },
    }))
    await before.learn(line)

    const { out } = await compare([line], before.earlier)

    expect(out).toContain('decides otherwise\n  branch before: error\n  branch now:    success\n')
  })

  it('shows a warning that was not there before', async () => {
    const line = JSON.stringify(node({ query: [{ name: 'q', source: 'profile', field: 'q' }] }))
    const before = await previewing((preview) => ({ ...preview, warnings: [] }))
    await before.learn(line)

    const { out } = await compare([line], before.earlier)

    expect(out).toMatch(/is warned of\n {2}warning source_missing at \/node\/query\/0/)
  })

  it('distinguishes a node that was refused before from one that is refused now', async () => {
    const line = JSON.stringify(node({ method: 'BREW' }))
    const problem = { detail: 'No.', errors: [{ path: '/node/method', message: 'no' }] }

    const { code, out } = await compare([line], () => ({ status: 400, body: problem }))

    expect(out).toMatch(/^line 1, node "crm": is refused as before\n {2}\/node\/method: /)
    expect(code).toBe(0)
  })

  it('names a node that is not sent any more, and why', async () => {
    const line = JSON.stringify(
      node({
        query: [{ name: 'q', literal: [], ifEmpty: 'fail' }],
        capture: { id: '{{ response.json.id }}' },
      }),
    )
    const before = await previewing((preview) => ({
      ...preview,
      curl: 'curl',
      simulated: { branch: 'success', succeeded: true, reason: { code: 'expectation_met' }, captured: {} },
    }))
    await before.learn(line)

    const { code, out } = await compare([line], before.earlier)

    expect(out).toMatch(/is not sent any more\n {2}value_missing at \/node\/query\/0: /)
    expect(out).not.toContain('capture')
    expect(code).toBe(1)
  })

  it('takes the body of an execution for what it renders', async () => {
    const line = JSON.stringify({
      node: node({}),
      deadlineMs: 1_000,
      idempotencyKey: 'a',
      diagnostics: 'brief',
    })
    const before = await previewing((preview) => preview)
    await before.learn(JSON.stringify(node({})))

    const { out } = await compare([line], before.earlier)

    expect(out).toBe('1 node: 1 × is as before\n')
  })

  it('sends every digit of a line on', async () => {
    const line =
      '{"id":"n","method":"POST","url":"https://crm.example/","body":{"structure":"json","content":[12345678901234567890]}}'
    let asked = ''

    await compare([line], (request) => {
      asked = request
      return { body: { request: null, warnings: [], simulated: null } }
    })

    expect(asked).toContain('[12345678901234567890]')
  })

  it.each<[what: string, lines: readonly string[], message: string]>([
    ['a line that is no JSON', ['{'], 'Line 1 is not a JSON object.'],
    ['a line that is no object', [JSON.stringify(node({})), '[]'], 'Line 2 is not a JSON object.'],
    ['a line without a node', ['{"nodes":[]}'], 'Line 1 has neither a node nor a member "node".'],
    ['a tenant that is none', [JSON.stringify({ node: node({}), tenant: ' ' })], '/tenant'],
    ['no node at all', [''], 'has no node.'],
  ])('exits with 2 and says what is wrong: %s', async (_what, lines, message) => {
    const before = await previewing((preview) => preview)
    await before.learn(JSON.stringify(node({})))

    const { code, err } = await compare(lines, before.earlier)

    expect(err).toContain(message)
    expect(code).toBe(2)
  })

  it('exits with 2 where a service does not answer, or answers as another one', async () => {
    const { code, err } = await compare([JSON.stringify(node({}))], () => ({ status: 404, body: {} }))

    expect(err).toMatch(/^Line 1: http:\/\/127\.0\.0\.1:\d+ answered with status 404/)
    expect(code).toBe(2)
    expect(await run(['--before', 'http://127.0.0.1:1'])).toMatchObject({
      code: 2,
      err: /npm run compare-nodes/,
    })
  })
})
