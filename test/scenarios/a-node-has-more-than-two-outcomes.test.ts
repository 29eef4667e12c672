import { describe, expect, it } from 'vitest'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import type { NodeStatistics } from '../../src/contract/statistics.ts'
import { hangUp, inTurn, json, never } from '../support/receiver.ts'
import { scrape } from '../support/scrape.ts'
import { receiver } from '../support/servers.ts'
import { type Service, service } from '../support/service.ts'

const exists = { branch: 'exists', when: { type: 'status', value: 409 } }
const vip = { branch: 'vip', when: { type: 'condition', value: "response.json.tier == 'gold'" } }
const later = {
  branch: 'later',
  succeeded: false,
  when: { type: 'failure', value: ['response_timeout', 'connect_refused'] },
}
const cases = [exists, vip, later]
/** The URL of a target that has gone. */
async function goneUrl(): Promise<string> {
  const target = await receiver(never)
  await target.close()
  return target.url
}

const quickly = { attempts: 3, initialDelayMs: 1, maxDelayMs: 1 }

describe('a response that is a case', () => {
  it.each([
    ['by its status', json(409, { error: 'exists' }), 'exists', 0, 'status 409', 'status 409'],
    ['by a condition', json(200, { tier: 'gold' }), 'vip', 1, vip.when.value, 'true'],
  ])('takes its branch %s', async (_how, answer, branch, index, expected, actual) => {
    const target = await receiver(answer)
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: target.url, cases } })

    expect(reply).toMatchObject({ branch, succeeded: true, delivered: 'yes', repeat: 'never', warnings: [] })
    expect(reply.reason).toEqual({
      code: 'case_met',
      message: `The case "${branch}" holds, which is for ${expected}.`,
      hint: null,
      blame: null,
      path: `/node/cases/${index}`,
      docs: '/errors/case_met',
      expected,
      actual,
    })
  })

  it.each([
    ['the expectation decides', json(201, { tier: 'basic' }), 'yes', true, 'expectation_met'],
    ['onError decides', json(404, {}), 'no', false, 'expectation_unmet'],
  ])('is none where no case holds: %s', async (_which, answer, branch, succeeded, code) => {
    const target = await receiver(answer)
    const { execute } = await service()
    const branches = { success: 'yes', error: 'no' }

    const reply = await execute({ node: { method: 'POST', url: target.url, cases, branches } })

    expect(reply).toMatchObject({ branch, succeeded, reason: { code } })
  })

  it.each([
    ['a number as a text', 'condition', 'response.json.code == 12', 'response.json.code is the text "12"'],
    ['a truth value', 'condition', 'response.json.ok == "true"', 'response.json.ok is the truth value true'],
    [
      'another case',
      'condition',
      'response.json.tier == "Gold"',
      'response.json.tier is "gold", which differs',
    ],
    ['a text in another case', 'string', 'Gold', 'It would match with "ignoreCase": true.'],
  ])('is named where it nearly holds: %s', async (_what, type, value, why) => {
    const execute = async (status: number) => {
      const target = await receiver(json(status, { code: '12', ok: true, tier: 'gold' }))
      const node = {
        method: 'POST',
        url: target.url,
        cases: [exists, { branch: 'a', when: { type, value } }],
      }
      return (await (await service()).execute({ node })).reason
    }

    const [met, unmet] = [await execute(200), await execute(422)]

    expect(met).toMatchObject({ code: 'expectation_met', blame: null, path: '/node/cases/1/when' })
    expect(unmet).toMatchObject({ code: 'expectation_unmet', blame: 'node', path: '/node/cases/1/when' })
    for (const { hint } of [met, unmet]) {
      expect(hint).toMatch(/^No case holds, but one nearly does\. /)
      expect(hint).toContain(why)
    }
  })

  it('is not named where it holds of other responses', async () => {
    const target = await receiver(json(200, { tier: 'silver' }))
    const { execute } = await service()

    const { reason } = await execute({ node: { method: 'POST', url: target.url, cases } })

    expect(reason).toMatchObject({ code: 'expectation_met', hint: null, path: null })
  })

  it('has the output of the engine where its branch is one of the three', async () => {
    const target = await receiver(json(410, {}))
    const { execute } = await service()
    const leave = { branch: 'exit', succeeded: false, when: { type: 'status', value: 410 } }
    const node = { method: 'POST', url: target.url, cases: [leave], branches: { exit: 'leave' } }

    const reply = await execute({ node })

    expect(reply).toMatchObject({ branch: 'leave', succeeded: false, reason: { code: 'case_met' } })
  })

  it.each(['__proto__', 'constructor', 'toString', 'case', '•••', 'ja "oui" \\ 是'])(
    'may have any name as its branch: %s',
    async (branch) => {
      const target = await receiver(json(409, {}))
      const { execute, request } = await service()
      const node = { id: 'n', method: 'POST', url: target.url, cases: [{ ...exists, branch }] }

      const reply = await execute({ node })

      expect(reply).toMatchObject({ branch, succeeded: true })
      const { body } = await request<NodeStatistics>('/v1/nodes/n/stats')
      expect(Object.entries(body.cases)).toEqual([[branch, 1]])
    },
  )

  it('ends the attempts at once, whether or not it is a success', async () => {
    const target = await receiver(json(503, {}))
    const { execute } = await service()
    const busy = { branch: 'busy', succeeded: false, when: { type: 'status', value: 503 } }

    const reply = await execute({
      node: { method: 'GET', url: target.url, retry: quickly, cases: [busy] },
    })

    expect(reply).toMatchObject({ branch: 'busy', succeeded: false, repeat: 'safe' })
    expect(target.received).toHaveLength(1)
  })

  it('still has its values captured', async () => {
    const target = await receiver(json(409, { id: 'L-7' }))
    const { execute } = await service()
    const capture = { id: '{{ response.json.id }}' }

    const reply = await execute({ node: { method: 'POST', url: target.url, cases, capture } })

    expect(reply).toMatchObject({ branch: 'exists', captured: { id: 'L-7' } })
  })

  it('is waited for to the end of its body where a case looks at it', async () => {
    const target = await receiver((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"tier":"gold"')
    })
    const { execute } = await service()
    const node = { method: 'POST', url: target.url, timeoutMs: 300 }

    const byBody = await execute({ node: { ...node, cases: [vip] } })
    const byStatus = await execute({ node: { ...node, cases: [exists] } })

    expect(byBody.reason.code).toBe('response_timeout')
    expect(byStatus.reason.code).toBe('expectation_met')
  })

  it('tells first that an earlier request may have caused it', async () => {
    const target = await receiver(inTurn(hangUp, json(409, {})))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'PUT', url: target.url, retry: quickly, cases: [{ ...exists, succeeded: false }] },
    })

    expect(reply).toMatchObject({ branch: 'exists', repeat: 'never' })
    expect(reply.reason.hint).toMatch(/^The first request may have done it/)
  })
})

describe('a failure that is a case', () => {
  const unreachable = async (node: object, { execute }: Service): Promise<ExecuteReply> =>
    execute({
      node: { method: 'POST', url: await goneUrl(), cases, ...node },
    })

  it('takes its branch, and keeps its code and who has to act', async () => {
    const reply = await unreachable({}, await service())

    expect(reply).toMatchObject({
      branch: 'later',
      succeeded: false,
      delivered: 'no',
      repeat: 'safe',
      reason: {
        code: 'case_met',
        failure: 'connect_refused',
        blame: 'target',
        path: '/node/cases/2',
        expected: 'response_timeout, connect_refused',
        actual: 'connect_refused',
      },
    })
    expect(reply.reason.message).toMatch(
      /^The case "later" holds, which is for response_timeout, connect_refused: /,
    )
    expect(reply.reason.hint).not.toBeNull()
  })

  it('is looked at only when no further attempt may follow', async () => {
    const reply = await unreachable({ retry: quickly }, await service())

    expect(reply.branch).toBe('later')
    expect(reply.attempts).toHaveLength(3)
  })

  it('is none where a later attempt gets a response', async () => {
    const target = await receiver(inTurn(hangUp, json(200, { tier: 'basic' })))
    const { execute } = await service()
    const gone = { branch: 'gone', when: { type: 'failure', value: 'no_response' } }

    const reply = await execute({ node: { method: 'GET', url: target.url, retry: quickly, cases: [gone] } })

    expect(reply).toMatchObject({ branch: 'success', reason: { code: 'expectation_met' } })
    expect(reply.attempts).toHaveLength(2)
  })

  it('counts as a success unless it says otherwise, and is then never repeated', async () => {
    const target = await receiver(never)
    const { execute } = await service()
    const cases = [{ branch: 'assumed', when: { type: 'failure', value: 'response_timeout' } }]

    const reply = await execute({ node: { method: 'POST', url: target.url, timeoutMs: 200, cases } })

    expect(reply).toMatchObject({ branch: 'assumed', succeeded: true, delivered: 'maybe', repeat: 'never' })
  })

  it('may be that of a request that cannot be made', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const cases = [{ branch: 'incomplete', when: { type: 'failure', value: 'value_missing' } }]
    const query = [{ name: 'email', source: 'profile', field: 'email', ifEmpty: 'fail' }]

    const reply = await execute({ node: { method: 'GET', url: target.url, query, cases } })

    expect(reply).toMatchObject({
      branch: 'incomplete',
      reason: { code: 'case_met', failure: 'value_missing', blame: 'node' },
      delivered: 'no',
    })
    expect(target.received).toHaveLength(0)
  })
})

describe('the operator', () => {
  it('finds a case in statistics and log, and a failure under its own code', async () => {
    const target = await receiver(json(409, {}))
    const running = await service()
    const node = { id: 'crm', method: 'POST', cases }
    const closed = await goneUrl()

    await running.execute({ node: { ...node, url: target.url } })
    await running.execute({ node: { ...node, url: closed } })

    const { body } = await running.request<NodeStatistics>('/v1/nodes/crm/stats')
    expect(body).toMatchObject({
      passedThrough: 2,
      succeeded: 1,
      failed: 1,
      branches: { success: 0, error: 0, exit: 0 },
      cases: { exists: 1, later: 1 },
      otherCases: 0,
      codes: { case_met: 1, connect_refused: 1 },
      lastFailures: [{ code: 'connect_refused' }],
    })
    const lines = running.log.filter(({ msg }) => msg === 'node executed')
    expect(lines).toMatchObject([
      { branch: 'exists', code: 'case_met' },
      { branch: 'later', code: 'connect_refused' },
    ])
    const metrics = await scrape(running.url)
    const total = 'webhook_node_executions_total'
    expect(metrics.get(`${total}{branch="case",code="case_met",blame="none"}`)).toBe(1)
    expect(metrics.get(`${total}{branch="case",code="connect_refused",blame="target"}`)).toBe(1)
  })
})

describe('a preview', () => {
  it.each([
    [{ status: 409 }, 'exists', 'case_met'],
    [{ status: 200, body: '{"tier":"gold"}' }, 'vip', 'case_met'],
    [{ failure: 'response_timeout' }, 'later', 'case_met'],
    [{ failure: 'no_response' }, 'no', 'no_response'],
    [{ status: 201 }, 'yes', 'expectation_met'],
  ])('names the branch of the case for %j', async (simulate, branch, code) => {
    const { preview } = await service()
    const branches = { success: 'yes', error: 'no' }

    const { simulated } = await preview({
      node: { method: 'POST', url: 'https://target.example/', cases, branches },
      simulate,
    })

    expect(simulated).toMatchObject({ branch, reason: { code } })
  })

  it('warns of a case that never holds', async () => {
    const { preview } = await service()
    const cases = [{ branch: 'any', when: { type: 'status', value: '4xx' } }, exists]

    const { warnings } = await preview({ node: { method: 'POST', url: 'https://target.example/', cases } })

    expect(warnings).toMatchObject([{ code: 'case_never_holds', path: '/node/cases/1' }])
  })
})

describe('a case that is not well formed', () => {
  const when = { type: 'status', value: 409 }
  it.each<[sent: object, path: string, words: RegExp]>([
    [{ when }, '/node/cases/0/branch', /missing/],
    [{ branch: 'a' }, '/node/cases/0/when', /missing/],
    [{ branch: '', when }, '/node/cases/0/branch', /empty/],
    [{ branch: 'b'.repeat(129), when }, '/node/cases/0/branch', /at most 128/],
    [{ branch: '{{ profile.x }}', when }, '/node/cases/0/branch', /placeholder/],
    [{ branch: 'a', when, succeded: false }, '/node/cases/0/succeded', /did you mean "succeeded"/],
    [{ branch: 'a', if: when }, '/node/cases/0/if', /"when"/],
    [{ branch: 'a', when: 409 }, '/node/cases/0/when', /write \{ "type": "status", "value": 409 \}/],
    [
      { branch: 'a', when: { type: 'failure', value: 'timeout' } },
      '/node/cases/0/when/value',
      /"response_timeout"/,
    ],
    [
      { branch: 'a', when: { type: 'failure', value: ['conect_refused'] } },
      '/node/cases/0/when/value/0',
      /"connect_refused"/,
    ],
    [{ branch: 'a', when: { type: 'failure', value: [] } }, '/node/cases/0/when/value', /at least 1/],
    [{ branch: 'a', when: { type: 'error', value: 'shutdown' } }, '/node/cases/0/when/type', /"failure"/],
    [
      { branch: 'a', when: { type: 'condition', value: 'response.statusCode == 1' } },
      '/node/cases/0/when/value',
      /status/,
    ],
    [{ branch: 'a', when: { type: 'status', status: 409 } }, '/node/cases/0/when/status', /"value"/],
  ])('is refused with its place and a hint: %j', async (sent, path, words) => {
    const { post } = await service()

    const { status, body } = await post<{ errors: { path: string; message: string }[] }>('/v1/preview', {
      node: { method: 'POST', url: 'https://target.example/', cases: [sent] },
    })

    expect(status).toBe(400)
    expect(body.errors.find((error) => error.path === path)?.message).toMatch(words)
  })

  it('is refused as one of more than a hundred', async () => {
    const { post } = await service()
    const node = { method: 'POST', url: 'https://target.example/', cases: Array(101).fill(exists) }

    const { status, body } = await post('/v1/preview', { node })

    expect(status).toBe(400)
    expect(body).toMatchObject({ errors: [{ path: '/node/cases' }] })
  })
})
