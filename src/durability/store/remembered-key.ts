import type { ContentHash } from './content-hash.ts'
import type { Lane } from './execution-store.ts'
import type { StoreLimits } from './store-limits.ts'

/** The hash by which the key of one client and one tenant is found. */
export function hashKey(
  { hash }: { readonly hash: ContentHash },
  { client, tenant }: Pick<Lane, 'client' | 'tenant'>,
  key: string,
): Buffer {
  return hash.of('key', client, tenant, key)
}

/** Until the execution has ended, and some time from there. */
export function isRemembered(
  { limits }: { readonly limits: StoreLimits },
  now: number,
  { ended_at: endedAt }: { readonly ended_at: number | null },
): boolean {
  return endedAt === null || endedAt + limits.idempotencyMs > now
}
