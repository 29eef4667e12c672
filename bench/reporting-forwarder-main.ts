import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import client from '@prometheus-io/client'
import Fastify from 'fastify'
import pino from 'pino'
import { request } from 'undici'
import type { ExecuteReply } from '../src/contract/execution.ts'
import validators from '../src/http/body/validators.cjs'
import { key } from './contender.ts'
import type { Lead } from './examples.ts'

const recorded = JSON.parse(await readFile(new URL('../openapi/replies.json', import.meta.url), 'utf8'))
const usual: ExecuteReply = recorded.executeNode.expectation_met.value
const [usualAttempt] = usual.attempts as [ExecuteReply['attempts'][number]]

const app = Fastify()
const log = pino(
  { base: null, formatters: { level: (level) => ({ level }) } },
  pino.destination({ sync: false, minLength: 8_192 }),
)
const executions = new client.Counter({
  name: 'executions',
  help: 'Executions.',
  labelNames: ['branch', 'code'],
})
const durations = new client.Histogram({ name: 'durations', help: 'Durations.', labelNames: ['phase'] })

app.addHook('onRequest', async ({ headers }, reply) => {
  if (headers.authorization !== `Bearer ${key}`) return reply.code(401).send()
})

app.addHook('preHandler', async ({ body }, reply) => {
  if (!validators.ExecuteRequest?.(body)) return reply.code(400).send()
})

app.post<{ Body: Lead }>('/v1/execute', async ({ id, body: { node, payload, secrets } }) => {
  const startedAt = new Date()
  const startMs = performance.now()
  const members = node.body.fields.map((field) => [
    field.name,
    'value' in field ? field.value : payload[field.source][field.field],
  ])
  const sent = JSON.stringify(Object.fromEntries(members))
  const headers = {
    authorization: `Bearer ${secrets.crm_token}`,
    'content-type': 'application/json',
    'x-flow': payload.flow.name,
    ...(secrets.api_key !== undefined && { 'x-api-key': secrets.api_key }),
  }
  const response = await request(new URL(node.url), { method: node.method, headers, body: sent })
  const text = await response.body.text()
  const durationMs = performance.now() - startMs
  const attempt = { ...usualAttempt, startedAt: startedAt.toISOString(), durationMs }
  const reply: ExecuteReply = {
    ...usual,
    executionId: randomUUID(),
    nodeId: node.id,
    captured: { leadId: JSON.parse(text).id },
    request: {
      ...usual.request,
      url: node.url,
      headers: Object.entries(headers),
      body: sent,
      bodyBytes: sent.length,
    },
    response: {
      ...usual.response,
      status: response.statusCode,
      headers: Object.entries(response.headers),
      body: text,
      bodyBytes: text.length,
    },
    attempts: [attempt],
    durationMs,
  } as ExecuteReply
  log.info(
    {
      requestId: id,
      executionId: reply.executionId,
      nodeId: node.id,
      status: response.statusCode,
      branch: reply.branch,
      code: reply.reason.code,
      durationMs,
      phases: attempt.timings,
    },
    'node executed',
  )
  executions.inc({ branch: 'success', code: reply.reason.code })
  for (const [phase, ms] of Object.entries(attempt.timings)) durations.observe({ phase }, Number(ms) / 1_000)
  return reply
})

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
