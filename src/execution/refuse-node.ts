import type { ConfigError } from '../contract/config-error.ts'
import type { Payload } from '../contract/payload.ts'
import { findMisspeltAttributes } from '../webhook/misspelt-attributes.ts'
import type { RequestedNode } from './node-cache.ts'
import type { Refused } from './results.ts'

/** Refuses a node, and tells what else is known to be wrong with it and its payload. */
export function refuseNode(
  errors: readonly ConfigError[],
  { node, payload = {} }: { readonly node: RequestedNode; readonly payload?: Payload | undefined },
): Refused {
  const refused = new Set(errors.map(({ path }) => path))
  const misspelt = 'config' in node ? findMisspeltAttributes(node.config, payload) : []
  return { kind: 'refused', errors: [...errors, ...misspelt.filter(({ path }) => !refused.has(path))] }
}
