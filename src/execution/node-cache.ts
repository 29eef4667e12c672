import { LRUCache } from 'lru-cache'
import type { ConfigError } from '../contract/config-error.ts'
import type { Node } from '../contract/node.ts'
import { type CompiledNode, type CompiledOrErrors, compileNode, type NodeLimits } from '../webhook/compile.ts'
import type { CompiledConnection, FoundConnection } from '../webhook/connection.ts'
import { maxJsonDepth, parseJson } from '../webhook/values/json.ts'
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

/** The connections that nodes may have. */
export interface NodeConnections {
  /** The connection that a node names, for a tenant; or why the node cannot have it. */
  find(name: string | undefined, tenant: string | null): FoundConnection
  /** Why a node cannot have a connection that it was compiled with; null if the tenant may use it. */
  refuse(connection: CompiledConnection, tenant: string | null): ConfigError | null
  /** Whether nothing of the connection has changed since it was compiled. */
  isCurrent(connection: CompiledConnection): boolean
  /** Whether calls of a tenant may lead to a host and port: always, unless every node needs a connection. */
  mayCall(place: Place, tenant: string | null): boolean
}

/** A host and its port. */
interface Place {
  readonly host: string
  readonly port: number
}

export interface NodeCacheOptions extends NodeLimits {
  readonly connections: NodeConnections
}

/** About 16 MB: two bytes per character. */
const defaultBounds: NodeCacheBounds = { entries: 1_000, weight: 8_000_000 }

/**
 * Compiled nodes by their JSON text: an engine sends the same node thousands of times. A text is kept from its second
 * sight on, because an engine that renders before it calls never sends the same text twice.
 */
export class NodeCache {
  readonly #limits: NodeLimits
  readonly #connections: NodeConnections
  readonly #nodes: LRUCache<string, CompiledNode>
  readonly #sightings = new Sightings()
  /** The texts of kept nodes. */
  readonly #texts = new WeakMap<CompiledNode, string>()

  constructor(
    { connections, ...limits }: NodeCacheOptions,
    { entries, weight }: NodeCacheBounds = defaultBounds,
  ) {
    this.#limits = limits
    this.#connections = connections
    this.#nodes = new LRUCache({ max: entries, maxSize: weight })
  }

  /** The compiled node of this text, if it is kept. */
  find(text: string): CompiledNode | undefined {
    return this.#nodes.get(text)
  }

  /**
   * Compiles a node unless it is cached. Errors are not kept, because an author fixes a wrong node. Whether the tenant may
   * use the connection is checked for each call.
   */
  compile(requested: RequestedNode, tenant: string | null = null): CompiledOrErrors {
    if (!('config' in requested)) return this.#admit(requested, tenant)
    const { config, text = null } = requested
    const key = text ?? JSON.stringify(config)
    const known = this.#nodes.get(key)
    if (known !== undefined) return this.#admit(known, tenant)
    const compiled = compileNode(config, this.#limits, this.#connections.find(config.connection, tenant))
    if (compiled.ok && this.#sightings.note(key)) this.#keep(key, compiled.node)
    return compiled
  }

  /** The mistakes of a node, which is not kept. */
  check(config: Node, tenant: string | null): readonly ConfigError[] {
    const compiled = compileNode(config, this.#limits, this.#connections.find(config.connection, tenant))
    return compiled.ok ? [] : compiled.errors
  }

  /** Compiles a node that was accepted before: what limited it then is enough, where the limits have been lowered since. */
  compileAccepted(requested: RequestedNode, tenant: string | null): CompiledOrErrors {
    const compiled = this.compile(requested, tenant)
    if (compiled.ok || !('config' in requested)) return compiled
    const { config } = requested
    const { maxTotalMs } = this.#limits
    const totalMs = config.retry?.totalMs ?? maxTotalMs
    const limits = {
      ...this.#limits,
      maxTimeoutMs: Number.POSITIVE_INFINITY,
      ...(totalMs !== undefined && { maxTotalMs: totalMs }),
    }
    return compileNode(config, limits, this.#connections.find(config.connection, tenant))
  }

  /** Whether a redirect may lead to a host and port. */
  mayCall(place: Place, tenant: string | null): boolean {
    return this.#connections.mayCall(place, tenant)
  }

  /** The JSON of a node as it was requested, without white space: the same for the same node, cached or not. */
  write(requested: RequestedNode): string {
    if ('config' in requested) return JSON.stringify(requested.config)
    const parsed = parseJson(this.#texts.get(requested) ?? '', { maxDepth: maxJsonDepth })
    if (!parsed.ok) throw new TypeError('a cached node has a text')
    return JSON.stringify(parsed.exact)
  }

  /** Drops the nodes whose connection has changed. */
  dropOutdated(): void {
    const isOutdated = ({ connection }: CompiledNode) =>
      connection !== null && !this.#connections.isCurrent(connection)
    const outdated = [...this.#nodes.entries()].filter(([, node]) => isOutdated(node))
    for (const [text] of outdated) this.#nodes.delete(text)
  }

  #admit(node: CompiledNode, tenant: string | null): CompiledOrErrors {
    const { connection } = node
    const error = connection === null ? null : this.#connections.refuse(connection, tenant)
    return error === null ? { ok: true, node } : { ok: false, errors: [error] }
  }

  #keep(text: string, node: CompiledNode): void {
    // A copy: a substring would keep the whole request in memory.
    const copy = Buffer.from(text).toString()
    this.#texts.set(node, copy)
    this.#nodes.set(copy, node, { size: weighNode(text, node) })
  }
}

/**
 * Estimates the memory of a compiled node, in characters of text. A placeholder takes as much as 800, and 20 for each of
 * its own characters; a JSON value as much as 40 in addition to its text: all measured.
 */
export function weighNode(text: string, { codeCharacters, codeParts }: CompiledNode): number {
  return text.length + 800 * codeParts + 20 * codeCharacters + 40 * countSeparators(text)
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
