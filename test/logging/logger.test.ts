import { describe, expect, it } from 'vitest'
import { inTurn, json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const phaseNames = ['queueMs', 'dnsMs', 'connectMs', 'tlsMs', 'firstByteMs', 'downloadMs']

describe('the log', () => {
  it('has one line for an execution, with the documented fields and no others', async () => {
    const target = await receiver(json(201, { answer: 'secret-answer' }))
    const { execute, log } = await service({ settings: { LOG_LEVEL: 'info' } })

    const reply = await execute({
      node: {
        id: 'crm-lead',
        method: 'POST',
        url: `${target.url}/secret-path?q=secret-query`,
        headers: [{ name: 'X-A', value: 'secret-header' }],
        body: { structure: 'full' },
        branches: { success: 'yes' },
      },
      payload: { profile: { email: 'secret-body' } },
      correlationId: 'instance-4711',
      tenant: 'acme',
    })

    expect(log).toEqual([
      expect.objectContaining({ msg: expect.stringContaining('listening on') }),
      {
        level: 'info',
        time: expect.any(String),
        requestId: expect.any(String),
        msg: 'node executed',
        executionId: reply.executionId,
        correlationId: 'instance-4711',
        nodeId: 'crm-lead',
        tenant: 'acme',
        keyName: null,
        traceId: null,
        connection: null,
        host: 'localhost',
        method: 'POST',
        status: 201,
        branch: 'success',
        code: 'expectation_met',
        secrets: [],
        attempts: 1,
        delivered: 'yes',
        durationMs: expect.any(Number),
        phases: reply.attempts[0]?.timings,
      },
    ])
    expect(JSON.stringify(log)).not.toContain('secret-')
  })

  it('has all of the fields though nothing was sent', async () => {
    const { execute, log } = await service()

    const reply = await execute({ node: { method: 'GET', url: 'https://hooks.example/{{ profile.id }}' } })

    expect(log.at(-1)).toEqual({
      level: 'info',
      time: expect.any(String),
      requestId: expect.any(String),
      msg: 'node executed',
      executionId: reply.executionId,
      correlationId: null,
      nodeId: null,
      tenant: null,
      keyName: null,
      traceId: null,
      connection: null,
      host: 'hooks.example',
      method: 'GET',
      status: null,
      branch: 'error',
      code: 'value_missing',
      secrets: [],
      attempts: 0,
      delivered: 'no',
      durationMs: expect.any(Number),
      phases: Object.fromEntries(phaseNames.map((name) => [name, null])),
    })
  })

  it('has the phases of all attempts together', async () => {
    const target = await receiver(inTurn(json(503, {}), json(200, {})))
    const { execute, log } = await service()

    const { attempts } = await execute({
      node: { method: 'GET', url: target.url, retry: { attempts: 2, initialDelayMs: 1 } },
    })

    const waits = attempts.map(({ timings }) => timings.firstByteMs ?? 0)
    expect(waits).toHaveLength(2)
    expect(log.at(-1)).toMatchObject({
      attempts: 2,
      phases: {
        connectMs: attempts[0]?.timings.connectMs,
        firstByteMs: expect.closeTo(
          waits.reduce((sum, wait) => sum + wait, 0),
          5,
        ),
      },
    })
  })
})
