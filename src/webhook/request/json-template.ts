import { pointer } from '../../contract/config-error.ts'
import type { Compiler } from '../template/compiler.ts'
import { carriesStored } from '../template/render-result.ts'
import type { TextPlace } from '../template/secret-shape.ts'
import { LongNumber } from '../values/long-number.ts'
import type { Rendering, Shown } from './render-session.ts'

/** A value, how it may be shown, and whether a secret of the service is part of it. */
interface RenderedJson extends Shown<unknown> {
  readonly carriesStored: boolean
}

/** JSON whose strings are templates. Throws `RenderFailure`. */
export interface JsonTemplate {
  /** Whether it is what the author wrote, whatever the payload is. */
  readonly isLiteral: boolean
  render(rendering: Rendering): RenderedJson
}

/** What is made of JSON of the author. */
type JsonPlace = Extract<TextPlace, 'jsonBody' | 'formBody'>

/** Compiles JSON of the author, which is sent as such or as a form. Names are sent as they stand. */
export function compileJson(
  content: unknown,
  path: string,
  place: JsonPlace,
  compiler: Compiler,
): JsonTemplate {
  if (typeof content === 'string') return compileString(content, path, place, compiler)
  if (Array.isArray(content)) {
    const items = content.map((item, index) => compileJson(item, pointer(path, index), place, compiler))
    if (items.every(({ isLiteral }) => isLiteral)) return new Literal(content)
    return { isLiteral: false, render: (rendering) => list(items.map((item) => item.render(rendering))) }
  }
  if (typeof content !== 'object' || content === null || content instanceof LongNumber)
    return new Literal(content)
  const members = Object.entries(content).map(
    ([name, member]) => [name, compileMember(name, member, pointer(path, name), place, compiler)] as const,
  )
  if (members.every(([, { isLiteral }]) => isLiteral)) return new Literal(content)
  return {
    isLiteral: false,
    render: (rendering) => object(members.map(([name, member]) => [name, member.render(rendering)])),
  }
}

function compileMember(
  name: string,
  member: unknown,
  path: string,
  place: JsonPlace,
  compiler: Compiler,
): JsonTemplate {
  compiler.plain(name, path, 'Names are sent as they stand; a raw body is a template as a whole.')
  return compileJson(member, path, place, compiler)
}

/** What the author wrote is rendered as itself. It is most of a large node, so it is kept small. */
class Literal implements JsonTemplate, RenderedJson {
  readonly isLiteral = true
  readonly carriesStored = false
  readonly real: unknown

  constructor(content: unknown) {
    this.real = content
  }

  get shown(): unknown {
    return this.real
  }

  render(): RenderedJson {
    return this
  }
}

function compileString(text: string, path: string, place: TextPlace, compiler: Compiler): JsonTemplate {
  const template = compiler.template(text, path, place)
  if (template.isConstant && template.staticText === text) return new Literal(text)
  return {
    isLiteral: false,
    render(rendering) {
      const result = template.value(rendering.scope)
      const real = rendering.take(result, path) ?? null
      return { real, shown: rendering.shown(real, false, result), carriesStored: carriesStored(result) }
    },
  }
}

function list(items: readonly RenderedJson[]): RenderedJson {
  return {
    real: items.map(({ real }) => real),
    shown: items.map(({ shown }) => shown),
    carriesStored: items.some((item) => item.carriesStored),
  }
}

function object(members: readonly (readonly [string, RenderedJson])[]): RenderedJson {
  return {
    carriesStored: members.some(([, member]) => member.carriesStored),
    real: Object.fromEntries(members.map(([name, { real }]) => [name, real])),
    shown: Object.fromEntries(members.map(([name, { shown }]) => [name, shown])),
  }
}
