import type { ExecuteReply } from '../../../src/contract/execution.ts'
import { type LogLine, service } from '../../support/service.ts'
import { timed } from '../../support/timed.ts'
import type { Fault, Journal, Seen, Target } from './fault.ts'
import type { SharedService } from './shared-service.ts'

/** What came of a fault on both sides. */
export interface Played {
  readonly target: Target
  readonly reply: ExecuteReply
  /** By how much the reply came later than a timer of the node's time; negative where it did not use up that. */
  readonly lateMs: number
  readonly seen: Seen
  readonly log: readonly LogLine[]
}

/** What a node waits for at most. One that hangs need not do so for long. */
const patienceMs = { hanging: 300, answering: 8_000 } as const

/** Makes a fault, and a call through the whole service that meets it. */
export async function play(fault: Fault, shared: SharedService): Promise<Played> {
  const target = await fault.make()
  const { execute, log } = target.service === undefined ? shared : await service(target.service)
  const logged = log.length
  const timeoutMs = fault.usesUp === undefined ? patienceMs.answering : patienceMs.hanging
  const node = { method: 'POST', url: target.url, body: { structure: 'full' }, timeoutMs, ...target.node }
  const request = { node, ...(target.secrets && { secrets: target.secrets }) }
  for (let call = 0; call < (target.rehearsals ?? 0); call++) await execute(request)
  await target.interlude?.()
  const before = count(target.journal)

  const { result: reply, lateMs } = await timed(timeoutMs, () => execute(request))

  return { target, reply, lateMs, seen: whatWasSeen(before, count(target.journal)), log: log.slice(logged) }
}

function count({ accepted, requests }: Journal) {
  return { accepted: accepted(), requests: requests() }
}

function whatWasSeen(before: ReturnType<typeof count>, after: ReturnType<typeof count>): Seen {
  const requests = after.requests - before.requests
  if (requests > 1) return 'two requests'
  if (requests === 1) return 'a request'
  return after.accepted > before.accepted ? 'a connection' : 'nothing'
}
