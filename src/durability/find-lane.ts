import type { CompiledNode } from '../webhook/compile.ts'
import type { Lane } from './store/execution-store.ts'

/** The lane of a node's calls. Where only a value names the host, the first of `hosts` stands for it. */
export function findLane(
  { url }: Pick<CompiledNode, 'url'>,
  { client, tenant }: Pick<Lane, 'client' | 'tenant'>,
): Lane {
  if (url.kind === 'fixed') return { client, tenant, host: url.host, port: url.port }
  const [allowed] = url.allowed
  return { client, tenant, host: allowed?.text ?? '*', port: allowed?.port ?? 443 }
}
