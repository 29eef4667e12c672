import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecutionStatus, SubmitRequest, Submitted } from '../src/contract/durable.ts'
import { presentReply, row } from './present.ts'
import { receiverHost } from './receiver.ts'
import type { World } from './world.ts'

export const durableTitle = 'A call that survives: its target is down, and the service is killed'

/** The branch that the call takes in the end. */
export const durableBranch = 'success'

/** Time for the call, the death of the service and its new start. */
const limitMs = 20_000

/** Submits a call to a target that is down, kills the service, starts both, and waits for call and callback. */
export async function runDurableExample(world: World): Promise<boolean> {
  const { lateTarget } = world
  const request: SubmitRequest = {
    node: {
      id: 'crm-lead',
      method: 'POST',
      url: `https://${receiverHost}:${lateTarget.port}/v1/leads`,
      body: { structure: 'simple', fields: [{ name: 'email', source: 'profile', field: 'email' }] },
      retry: { attempts: 50, initialDelayMs: 200, maxDelayMs: 500 },
      capture: { leadId: '{{ response.json.id }}' },
    },
    payload: { profile: { email: 'ada@example.com' } },
    idempotencyKey: `demo-${Date.now()}`,
    callback: { to: 'engine', token: 'instance-4711' },
  }
  const { executionId } = await submit(world.service.url, request)
  console.log(row('accepted', `${executionId}, while its target is down`))
  await until(world, executionId, ({ attempts }) => attempts > 0)
  await world.killService()
  console.log(row('killed', 'the service, with kill -9'))
  await lateTarget.start()
  await world.startService()
  console.log(row('started', 'the target, and the service again'))
  const { result, callback } = await until(
    world,
    executionId,
    ({ done, callback: told }) => done && told?.state === 'delivered',
  )
  if (result === null) return false
  console.log(presentReply(result))
  console.log(row('callback', `${callback?.state}, signed, to the address that the operator named "engine"`))
  return result.branch === durableBranch
}

async function submit(url: string, request: SubmitRequest): Promise<Submitted> {
  const response = await fetch(`${url}/v1/executions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  if (response.status !== 202)
    throw new Error(`The service answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Submitted
}

async function until(
  { service }: World,
  executionId: string,
  isReached: (status: ExecutionStatus) => boolean,
): Promise<ExecutionStatus> {
  const deadline = performance.now() + limitMs
  for (;;) {
    const response = await fetch(`${service.url}/v1/executions/${executionId}`)
    const status = (await response.json()) as ExecutionStatus
    if (isReached(status)) return status
    if (performance.now() > deadline)
      throw new Error(`The execution does not get on: ${JSON.stringify(status)}`)
    await sleep(50)
  }
}
