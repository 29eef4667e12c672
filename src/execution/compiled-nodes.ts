import { type CompiledOrErrors, compileNode, type NodeLimits } from '../webhook/compile.ts'
import type { Node } from '../webhook/config.ts'

/** How much is kept. Characters are those of the configs; what is compiled from them is a multiple of that. */
export interface CompiledNodesBounds {
  readonly nodes: number
  readonly characters: number
}

const generous: CompiledNodesBounds = { nodes: 1_000, characters: 2_000_000 }

/** Compiles nodes and keeps those that were used last: an engine sends the same node thousands of times. */
export class CompiledNodes {
  readonly #limits: NodeLimits
  readonly #bounds: CompiledNodesBounds
  /** By their content; the one that was used last stands last. */
  readonly #kept = new Map<string, CompiledOrErrors>()
  #characters = 0

  constructor(limits: NodeLimits, bounds: CompiledNodesBounds = generous) {
    this.#limits = limits
    this.#bounds = bounds
  }

  /** What `compileNode` says of a node. */
  compile(node: Node): CompiledOrErrors {
    const content = JSON.stringify(node)
    const compiled = this.#take(content) ?? compileNode(node, this.#limits)
    // An author mends what is wrong, and sends it no second time.
    if (compiled.ok) this.#keep(content, compiled)
    return compiled
  }

  #take(content: string): CompiledOrErrors | undefined {
    const compiled = this.#kept.get(content)
    if (compiled !== undefined) this.#drop(content)
    return compiled
  }

  #keep(content: string, compiled: CompiledOrErrors): void {
    this.#kept.set(content, compiled)
    this.#characters += content.length
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#bounds.nodes && this.#characters <= this.#bounds.characters) return
      this.#drop(oldest)
    }
  }

  #drop(content: string): void {
    this.#kept.delete(content)
    this.#characters -= content.length
  }
}
