import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { ExecutionStatus, Submitted } from '../../../src/contract/durable.ts'
import type { ExecuteReply } from '../../../src/contract/execution.ts'
import { type Service, type ServiceOptions, service } from '../../support/service.ts'

/** The path of a store that is gone when the test ends. */
export async function storeFile(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'webhook-node-store-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return join(directory, 'store.db')
}

/** The service with a store of its own. */
export async function serviceWithStore({ settings = {}, ...options }: ServiceOptions = {}): Promise<Service> {
  return await service({ settings: { STORE_URL: `sqlite:${await storeFile()}`, ...settings }, ...options })
}

/** Submits an execution; anything but 202 fails the test. */
export async function submit({ post }: Pick<Service, 'post'>, body: object): Promise<Submitted> {
  const reply = await post<Submitted>('/v1/executions', body)
  if (reply.status !== 202) throw new Error(`answered ${reply.status}: ${JSON.stringify(reply.body)}`)
  return reply.body
}

/** Waits for the end of an execution. */
export async function untilEnded(
  { request }: Pick<Service, 'request'>,
  executionId: string,
): Promise<ExecutionStatus & { result: ExecuteReply }> {
  const init = { headers: { prefer: 'wait=20' } }
  const { body } = await request<ExecutionStatus>(`/v1/executions/${executionId}`, init)
  if (!body.done || body.result === null) throw new Error(`has not ended: ${JSON.stringify(body)}`)
  return body as ExecutionStatus & { result: ExecuteReply }
}
