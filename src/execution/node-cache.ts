import { LRUCache } from 'lru-cache'
import type { Node } from '../contract/node.ts'
import { type CompiledNode, type CompiledOrErrors, compileNode, type NodeLimits } from '../webhook/compile.ts'
import { Sightings } from './sightings.ts'

/** The node of a request: from the cache, or still to compile. */
export type RequestedNode = CompiledNode | GivenNode

/** A node that was not in the cache when the request was read. */
export interface GivenNode {
  /** Already checked against the schema. */
  readonly config: Node
  /** The JSON text of the config. Null if the request does not begin with the node. */
  readonly text: string | null
}

/** The body of a route with a node, as its use case receives it. */
export type WithRequestedNode<Body> = Omit<Body, 'node'> & { readonly node: RequestedNode }

export interface NodeCacheBounds {
  readonly entries: number
  /** Sum of `weighNode` over all nodes. */
  readonly weight: number
}

/** About 16 MB: two bytes per character. */
const defaultBounds: NodeCacheBounds = { entries: 1_000, weight: 8_000_000 }

/**
 * Compiled nodes by their JSON text: an engine sends the same node thousands of times. A text is kept from its second
 * sight on, because an engine that renders before it calls never sends the same text twice.
 */
export class NodeCache {
  readonly #limits: NodeLimits
  readonly #nodes: LRUCache<string, CompiledNode>
  readonly #sightings = new Sightings()

  constructor(limits: NodeLimits, { entries, weight }: NodeCacheBounds = defaultBounds) {
    this.#limits = limits
    this.#nodes = new LRUCache({ max: entries, maxSize: weight })
  }

  /** The compiled node of this text, if it is kept. */
  find(text: string): CompiledNode | undefined {
    return this.#nodes.get(text)
  }

  /** Compiles a node unless it is cached. Errors are not kept, because an author fixes a wrong node. */
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
    // A copy: a substring would keep the whole request in memory.
    this.#nodes.set(Buffer.from(text).toString(), node, { size: weighNode(text, node) })
  }
}

/**
 * Estimates the memory of a compiled node, in characters of text. A character of Liquid takes as much as 50, a JSON
 * value as much as 40 in addition to its text: both measured.
 */
export function weighNode(text: string, { codeCharacters }: CompiledNode): number {
  return text.length + 50 * codeCharacters + 40 * countSeparators(text)
}

/** Counts commas and opening brackets and braces: about one per JSON value. */
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
