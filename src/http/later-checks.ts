import type { ConfigError } from '../contract/config-error.ts'
import type { Executions } from '../durability/dispatch/executions.ts'
import type { NodeCache } from '../execution/node-cache.ts'
import type { RenderQuota } from '../execution/render-quota.ts'
import { mayCallFor } from './clients/access.ts'
import type { Client } from './clients/client.ts'
import type { LaterChecks } from './problems/invalid-body.ts'

export interface LaterChecksOptions {
  readonly nodes: Pick<NodeCache, 'check'>
  readonly quota: RenderQuota
  /** Null without a store. */
  readonly executions: () => Pick<Executions, 'check'> | null
}

/**
 * Checks what a body was meant to be that does not follow its schema. Nothing is checked for a tenant that the client does not have,
 * since the mistakes tell of its connections, nor while the client has used more than its share of processor time.
 */
export function createLaterChecks({ nodes, quota, executions }: LaterChecksOptions) {
  return (client: Client | null): LaterChecks => {
    const check = (tenant: string | undefined, find: () => readonly ConfigError[]) => {
      const share = { client: client?.name ?? null, tenant: tenant ?? null }
      return mayCallFor(client, tenant) && !quota.owes(share) ? quota.charge(share, find) : []
    }
    return {
      checkRequest: ({ node, tenant }) => check(tenant, () => nodes.check(node, tenant ?? null)),
      checkSubmission: (request) => check(request.tenant, () => executions()?.check(request) ?? []),
    }
  }
}
