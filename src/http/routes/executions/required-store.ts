import type { FastifyInstance } from 'fastify'
import type { Executions } from '../../../durability/dispatch/executions.ts'
import { storeMissing } from '../../problems/key-refusal.ts'

export interface StoreOption {
  /** Null without a store. */
  readonly executions: Executions | null
}

/** Without a store, answers 501 in place of every reply of these routes, whatever the request says. */
export function requireStore(app: FastifyInstance, { executions }: StoreOption): () => Executions {
  if (executions === null)
    app.addHook('onRequest', () => {
      throw storeMissing()
    })
  return () => {
    if (executions === null) throw new TypeError('without a store every request is refused')
    return executions
  }
}
