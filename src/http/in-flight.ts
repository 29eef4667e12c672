import type { FastifyInstance } from 'fastify'
import { Cancellation } from '../egress/cancellation.ts'
import { Crowd } from './crowd.ts'
import { Refusal } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** On routes with a limit. */
    work: Work
  }
}

/** What a request asks for: somebody waits for it, or it is being done, or both. */
class Work {
  /** Cancelled when nothing more may be begun, since the caller has gone or the service stops. */
  readonly cancellation = new Cancellation()
  isAwaited = true
  isBeingDone = false
}

/** What is under way, from the head of a request to the end of its reply; where the caller has gone, of its work. */
export class InFlight {
  readonly #atMost: number
  readonly #underWay = new Crowd<Work>()

  constructor(atMost: number) {
    this.#atMost = atMost
  }

  get count(): number {
    return this.#underWay.size
  }

  /** Limits the routes of an app: one request too many is refused before its body is read. */
  limit(app: FastifyInstance): void {
    app.decorateRequest('work')
    app.addHook('onRequest', (request, { raw }, done) => {
      if (this.count >= this.#atMost) throw tooMany()
      const work = new Work()
      request.work = work
      this.#underWay.add(work)
      raw.once('close', () => {
        work.isAwaited = false
        if (!raw.writableFinished) work.cancellation.cancel()
        this.#leave(work)
      })
      done()
    })
    app.addHook('preHandler', ({ work }, _reply, done) => {
      work.isBeingDone = true
      done()
    })
    app.addHook('onSend', ({ work }, _reply, payload, done) => {
      // There is none where the request was refused before.
      if (work !== undefined) {
        work.isBeingDone = false
        this.#leave(work)
      }
      done(null, payload)
    })
  }

  /** Lets nothing more be begun; what has begun ends. */
  abandon(): void {
    for (const { cancellation } of this.#underWay) cancellation.cancel()
  }

  ended(): Promise<void> {
    return this.#underWay.gone()
  }

  #leave(work: Work): void {
    if (!work.isAwaited && !work.isBeingDone) this.#underWay.remove(work)
  }
}

function tooMany(): Refusal {
  const detail = 'The service has as many executions under way as it takes at once (MAX_IN_FLIGHT).'
  return new Refusal('overloaded', detail, { headers: { 'retry-after': '1' } })
}
