import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Clock, failureCodes, failures, findSafetyAfterFailure } from '../../src/contract/failure.ts'
import { maxTotalMs } from '../../src/contract/node.ts'
import { explainFailure } from '../../src/execution/explain-failure.ts'
import type { CompiledNode } from '../../src/webhook/compile.ts'
import { compileConnection } from '../../src/webhook/connection.ts'
import { complaintsAbout } from '../support/hints.ts'
import { attempt, createResponse } from './support/executions.ts'

const clocks = fc.oneof(
  fc.constant(undefined),
  fc
    .record({
      name: fc.constantFrom<Clock['name']>('timeoutMs', 'totalMs', 'deadlineMs'),
      ms: fc.oneof(
        fc.integer({ min: 1, max: 2_000 }),
        fc.integer({ min: 1, max: maxTotalMs }),
        fc.constant(maxTotalMs),
      ),
      left: fc.oneof(fc.constant(1), fc.double({ min: 0.01, max: 1, noNaN: true })),
    })
    .map(({ name, ms, left }): Clock => ({ name, ms, leftMs: Math.ceil(ms * left) })),
)

const limits = fc
  .tuple(fc.integer({ min: 100, max: 60_000 }), fc.integer({ min: 100, max: 60_000 }), fc.boolean())
  .map(([one, other, isHighest]) => ({
    timeoutMs: isHighest ? Math.max(one, other) : Math.min(one, other),
    maxTimeoutMs: Math.max(one, other),
  }))

/** A connection with a retry. */
const compiledConnection = compileConnection('crm', { baseUrl: 'https://api.crm.example', retry: {} })
const connection = compiledConnection.ok ? compiledConnection.connection : null

describe('a failure of a node with a connection', () => {
  const node = { timeoutMs: 1_000, maxTimeoutMs: 10_000, connection }
  const failure = { detail: '', path: null }

  it.each([
    ['the host', { ...failure, code: 'dns_not_found' }, '/node/connection'],
    ['the target', { ...failure, code: 'response_not_http' }, '/node/connection'],
    [
      'the time of its retry',
      { ...failure, code: 'response_timeout', clock: { name: 'totalMs', ms: 200, leftMs: 200 } },
      '/node/connection',
    ],
    ['the time of the node', { ...failure, code: 'response_timeout' }, '/node/timeoutMs'],
    ['the path of the node', { ...failure, code: 'url_invalid', path: '/node/url' }, '/node/url'],
  ] as const)('points at what can be changed: %s', (_what, failed, path) => {
    expect(explainFailure(failed, null, node).path).toBe(path)
    expect(explainFailure(failed, null, { ...node, connection: null }).path).not.toBe('/node/connection')
  })
})

describe('a failure of a node that shows a certificate', () => {
  const own = { path: '/node/tls', secretNames: { certificate: 'crm_cert', key: 'crm_key' } }
  const node = { timeoutMs: 1_000, maxTimeoutMs: 10_000, tls: own as unknown as CompiledNode['tls'] }

  it.each(['no_response', 'tls_aborted'] as const)('leads to the certificate first: %s', (code) => {
    const { hint, path } = explainFailure({ code, detail: '', path: null }, null, node)

    expect(path).toBe('/node/tls/certificate')
    expect(hint).toMatch(/^Check the certificate in `tls` of the node first: /)
    const { blame, repeat } = failures[code]
    expect(complaintsAbout({ message: '', hint: hint ?? '', blame, repeat })).toEqual([])
  })

  it('leads to the operator of the service where a connection has it', () => {
    const ofCrm = compileConnection('crm', {
      baseUrl: 'https://api.crm.example',
      tls: { certificate: '{{ secrets.crm_cert }}', key: '{{ secrets.crm_key }}' },
    })
    const failure = { code: 'tls_client_cert_invalid', detail: '', path: '/node/tls/key' } as const
    const { hint = '', path } = explainFailure(failure, null, {
      ...node,
      connection: ofCrm.ok ? ofCrm.connection : null,
    })

    expect(path).toBe('/node/connection')
    expect(hint).toContain('the connection "crm": the operator of the service sets it')
    expect(complaintsAbout({ message: '', hint, blame: 'service', repeat: 'never' })).toEqual([])
  })
})

it('a time limit that few targets can keep is named behind what the target has to do with it', () => {
  const node = { timeoutMs: 300, maxTimeoutMs: 10_000 }
  const clock = { name: 'timeoutMs', ms: 300, leftMs: 300 } as const
  const failure = { code: 'response_timeout', detail: '', path: null, clock } as const

  expect(explainFailure(failure, null, node).blame).toBeUndefined()
  expect(explainFailure(failure, null, node).hint).toMatch(/ Or raise timeoutMs, to 10000 at most\.$/)
})

const timeouts = failureCodes.filter((code) => code.endsWith('_timeout'))

describe('a failure of the wire', () => {
  it('says only of the limit that ended it that it be raised, and only where it can be', () => {
    const status = fc.option(fc.integer({ min: 200, max: 599 }))
    fc.assert(
      fc.property(fc.constantFrom(...timeouts), clocks, limits, status, (code, clock, node, status) => {
        const response = status === null || code !== 'response_timeout' ? null : createResponse({ status })
        const failure = { code, detail: 'It took too long.', path: null, ...(clock && { clock }) }
        const explained = explainFailure(failure, response, node)
        const { hint = failures[code].hint, path, blame = failures[code].blame } = explained

        const raised = [...hint.matchAll(/\braise (\w+Ms)\b/gi)].map(([, name]) => name)
        const bound = clock ?? { name: 'timeoutMs', ms: node.timeoutMs }
        const canGrow =
          bound.name === 'timeoutMs' ? node.timeoutMs < node.maxTimeoutMs : bound.ms < maxTotalMs
        const isTimed = clock !== undefined || code === 'send_timeout' || code === 'response_timeout'
        expect(raised).toEqual(isTimed && canGrow ? [bound.name] : [])
        if (bound.name !== 'timeoutMs') expect(path).toMatch(new RegExp(`/${bound.name}$`))
        const { repeat = findSafetyAfterFailure(code, code.startsWith('response') ? 'maybe' : 'no') } =
          explained
        // Who has to act is asked first: a limit is raised before anything else, or at the end.
        if (raised.length > 0) expect(/\bOr raise\b/.test(hint)).toBe(blame !== 'node')
        if (blame === 'node') expect(path).toMatch(/Ms$/)
        if (bound.ms < 50 && bound.name !== 'timeoutMs' && failures[code].phase !== 'service')
          expect({ blame, repeat }).toEqual({ blame: 'node', repeat: 'never' })
        expect(complaintsAbout({ message: failure.detail, hint, blame, repeat })).toEqual([])
      }),
    )
  })

  it.each([
    ['dns_not_found', '/node/url'],
    ['connect_refused', '/node/url'],
    ['tls_untrusted', '/node/url'],
    ['response_not_http', '/node/url'],
    ['response_timeout', '/node/timeoutMs'],
    ['no_response', '/node/url'],
    ['response_malformed', '/node/url'],
    ['response_headers_too_large', '/node/url'],
    ['queue_full', null],
  ] as const)('points at the part of the node: %s at %s', (code, path) => {
    const node = { timeoutMs: 100, maxTimeoutMs: 10_000 }

    expect(explainFailure({ code, detail: '', path: null }, null, node).path).toBe(path)
  })

  it.each([
    ['response_timeout', 'response_timeout', '/node/timeoutMs', 'Or raise timeoutMs'],
    ['response_timeout', 'connect_timeout', '/node/url', 'a firewall drops the packets'],
    ['dns_timeout', 'response_timeout', '/node/timeoutMs', 'Let the target reply at once'],
  ] as const)(
    'is that of an earlier attempt which had all of timeoutMs: %s after %s',
    (code, before, path, says) => {
      const earlier = attempt({
        kind: 'failed',
        failure: { code: before, detail: '', path: null, clock: { name: 'timeoutMs', ms: 2_000 } },
        response: null,
      })
      const clock = { name: 'totalMs', ms: 3_000, leftMs: 900 } as const
      const node = { timeoutMs: 2_000, maxTimeoutMs: 10_000 }

      const explained = explainFailure({ code, detail: '', path: null, clock }, null, node, [earlier])
      const alone = explainFailure({ code, detail: '', path: null, clock }, null, node)

      expect(explained).toMatchObject({ code, path, blame: 'target' })
      expect(explained.hint).toContain(says)
      expect(explained.hint).not.toContain('raise totalMs')
      expect(alone).toMatchObject({ path: '/node/retry/totalMs', blame: 'node' })
      expect(alone.hint).toContain('raise totalMs')
    },
  )

  it('keeps a path of its own', () => {
    const failure = { code: 'queue_timeout', detail: '', path: '/deadlineMs' } as const

    expect(explainFailure(failure, null, { timeoutMs: 100, maxTimeoutMs: 100 }).path).toBe('/deadlineMs')
  })
})
