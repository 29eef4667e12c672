import type { Node } from '../contract/node.ts'
import { type CompiledNode, type CompiledOrErrors, compileNode, type NodeLimits } from '../webhook/compile.ts'
import { type Bounds, Recent } from './lru-cache.ts'

/** How much is kept of compiled nodes: about 16 MB at the most. */
export const nodeBounds: Bounds = { entries: 1_000, weight: 8_000_000 }

/**
 * What a compiled node takes of memory, in characters of text: one of Liquid takes as much as 50, a value of JSON as much as
 * 40 beside its own.
 */
export function weighNode(text: string, { codeCharacters }: CompiledNode): number {
  return text.length + 50 * codeCharacters + 40 * countSeparators(text)
}

/** Every value but the first of a list or an object has one before it, and every list and object begins with one. */
function countSeparators(text: string): number {
  let count = 0
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit === comma || unit === openingBracket || unit === openingBrace) count += 1
  }
  return count
}

const comma = 0x2c
const openingBracket = 0x5b
const openingBrace = 0x7b

/** Compiles nodes and keeps those that were used last: an engine sends the same node thousands of times. */
export class CompiledNodes {
  readonly #limits: NodeLimits
  /** By the JSON of the config. */
  readonly #recent: Recent<CompiledOrErrors>
  /** As long as somebody keeps the node. */
  readonly #shared = new WeakMap<Node, CompiledOrErrors>()

  constructor(limits: NodeLimits, bounds = nodeBounds) {
    this.#limits = limits
    this.#recent = new Recent(bounds)
  }

  /** What `compileNode` says of a node. One that is frozen is shared by many calls, and looked at only once. */
  compile(node: Node): CompiledOrErrors {
    if (!Object.isFrozen(node)) return this.#compile(node)
    const shared = this.#shared.get(node)
    if (shared !== undefined) return shared
    const compiled = this.#compile(node)
    this.#shared.set(node, compiled)
    return compiled
  }

  #compile(node: Node): CompiledOrErrors {
    const content = JSON.stringify(node)
    const kept = this.#recent.get(content)
    if (kept !== undefined) return kept
    const compiled = compileNode(node, this.#limits)
    // An author mends what is wrong, and sends it no second time.
    if (compiled.ok) this.#recent.set(content, compiled, weighNode(content, compiled.node))
    return compiled
  }
}
