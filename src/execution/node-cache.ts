import { LRUCache } from 'lru-cache'
import type { Node } from '../contract/node.ts'
import { type CompiledNode, type CompiledOrErrors, compileNode, type NodeLimits } from '../webhook/compile.ts'
import { Sightings } from './sightings.ts'

/** The node of a request: compiled before, or as its text says. */
export type RequestedNode = CompiledNode | GivenNode

/** A node that the cache did not have when the request was read. */
export interface GivenNode {
  /** Follows the schema. */
  readonly config: Node
  /** The JSON that the config came as; null where that stands among other members of the request. */
  readonly text: string | null
}

/** The body of a route that takes a node, as its use case gets it. */
export type WithRequestedNode<Body> = Omit<Body, 'node'> & { readonly node: RequestedNode }

/** How much is kept of compiled nodes: about 16 MB at the most. */
export interface NodeCacheBounds {
  readonly entries: number
  /** As `weighNode` weighs. */
  readonly weight: number
}

const defaultBounds: NodeCacheBounds = { entries: 1_000, weight: 8_000_000 }

/**
 * Compiled nodes by the text that they came as: an engine sends the same node thousands of times. A text is kept from its
 * second sight on, since an engine that renders before it calls never sends one twice.
 */
export class NodeCache {
  readonly #limits: NodeLimits
  readonly #nodes: LRUCache<string, CompiledNode>
  readonly #sightings = new Sightings()

  constructor(limits: NodeLimits, { entries, weight }: NodeCacheBounds = defaultBounds) {
    this.#limits = limits
    this.#nodes = new LRUCache({ max: entries, maxSize: weight })
  }

  /** The node that came as this text before. */
  find(text: string): CompiledNode | undefined {
    return this.#nodes.get(text)
  }

  /** What `compileNode` says of a node. Errors are not kept: an author mends them, and sends them no second time. */
  compile(requested: RequestedNode): CompiledOrErrors {
    if (!('config' in requested)) return { ok: true, node: requested }
    const { config, text = null } = requested
    const key = text ?? JSON.stringify(config)
    const known = this.#nodes.get(key)
    if (known !== undefined) return { ok: true, node: known }
    const compiled = compileNode(config, this.#limits)
    if (compiled.ok && this.#sightings.note(key)) this.#keep(key, compiled.node)
    return compiled
  }

  #keep(text: string, node: CompiledNode): void {
    // A part of a longer text would keep all of that in memory.
    this.#nodes.set(Buffer.from(text).toString(), node, { size: weighNode(text, node) })
  }
}

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
