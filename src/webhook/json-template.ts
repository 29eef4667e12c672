import type { Compiler } from './compiler.ts'
import { pointer } from './config-error.ts'
import { LongNumber } from './long-number.ts'
import { carriesSecret } from './rendered.ts'
import type { Rendering, Shown } from './rendering.ts'

/** JSON whose strings are templates. Throws `RenderFailure`. */
export interface JsonTemplate {
  render(rendering: Rendering): Shown<unknown>
}

/** Compiles JSON of the author. Names are sent as they stand. */
export function compileJson(content: unknown, path: string, compiler: Compiler): JsonTemplate {
  if (typeof content === 'string') return compileString(content, path, compiler)
  if (Array.isArray(content)) {
    const items = content.map((item, index) => compileJson(item, pointer(path, index), compiler))
    return { render: (rendering) => list(items.map((item) => item.render(rendering))) }
  }
  if (typeof content !== 'object' || content === null || content instanceof LongNumber)
    return { render: () => ({ real: content, shown: content }) }
  const members = Object.entries(content).map(
    ([name, member]) => [name, compileJson(member, pointer(path, name), compiler)] as const,
  )
  return { render: (rendering) => object(members.map(([name, member]) => [name, member.render(rendering)])) }
}

function compileString(text: string, path: string, compiler: Compiler): JsonTemplate {
  const template = compiler.template(text, path)
  return {
    render(rendering) {
      const result = template.value(rendering.scope)
      const real = rendering.take(result, path) ?? null
      return { real, shown: rendering.shown(real, false, carriesSecret(result)) }
    },
  }
}

function list(items: readonly Shown<unknown>[]): Shown<unknown> {
  return { real: items.map(({ real }) => real), shown: items.map(({ shown }) => shown) }
}

function object(members: readonly (readonly [string, Shown<unknown>])[]): Shown<unknown> {
  return {
    real: Object.fromEntries(members.map(([name, { real }]) => [name, real])),
    shown: Object.fromEntries(members.map(([name, { shown }]) => [name, shown])),
  }
}
