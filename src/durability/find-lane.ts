import type { CompiledNode } from '../webhook/compile.ts'
import type { Lane } from './store/execution-store.ts'

/** The lane of a node's calls. Where only a value names the host, the first of `hosts` stands for it. */
export function findLane({ url }: Pick<CompiledNode, 'url'>, tenant: string | null): Lane {
  if (url.kind === 'fixed') return { tenant, host: url.host, port: url.port }
  const [allowed] = url.allowed
  return { tenant, host: allowed?.text ?? '*', port: allowed?.port ?? 443 }
}
