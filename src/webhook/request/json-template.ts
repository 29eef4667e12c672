import { pointer } from '../../contract/config-error.ts'
import type { Compiler } from '../template/compiler.ts'
import { carriesStored } from '../template/render-result.ts'
import type { TextPlace } from '../template/secret-shape.ts'
import { LongNumber } from '../values/long-number.ts'
import type { Displayable, RenderSession } from './render-session.ts'

/** Rendered JSON. */
interface RenderedJson extends Displayable<unknown> {
  readonly carriesStored: boolean
}

/** JSON whose strings are templates. Rendering throws `RenderFailure`. */
export interface JsonTemplate {
  /** Whether the value is constant. */
  readonly isLiteral: boolean
  render(session: RenderSession): RenderedJson
}

/** The format in which the JSON of the author is sent. */
type JsonPlace = Extract<TextPlace, 'jsonBody' | 'formBody'>

/** Compiles JSON of the author. Its strings are templates, its names are not. */
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
    return { isLiteral: false, render: (session) => list(items.map((item) => item.render(session))) }
  }
  if (typeof content !== 'object' || content === null || content instanceof LongNumber)
    return new Literal(content)
  const members = Object.entries(content).map(
    ([name, member]) => [name, compileMember(name, member, pointer(path, name), place, compiler)] as const,
  )
  if (members.every(([, { isLiteral }]) => isLiteral)) return new Literal(content)
  return {
    isLiteral: false,
    render: (session) => object(members.map(([name, member]) => [name, member.render(session)])),
  }
}

function compileMember(
  name: string,
  member: unknown,
  path: string,
  place: JsonPlace,
  compiler: Compiler,
): JsonTemplate {
  compiler.plain(name, path, 'Names are sent unchanged. To use a template in a name, use a raw body.')
  return compileJson(member, path, place, compiler)
}

/** Constant JSON. A large node consists mostly of it, so an instance has one member only. */
class Literal implements JsonTemplate, RenderedJson {
  readonly isLiteral = true
  readonly carriesStored = false
  readonly wire: unknown

  constructor(content: unknown) {
    this.wire = content
  }

  get display(): unknown {
    return this.wire
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
    render(session) {
      const result = template.value(session.scope)
      const wire = session.take(result, path) ?? null
      return { wire, display: session.display(wire, false, result), carriesStored: carriesStored(result) }
    },
  }
}

function list(items: readonly RenderedJson[]): RenderedJson {
  return {
    wire: items.map(({ wire }) => wire),
    display: items.map(({ display }) => display),
    carriesStored: items.some((item) => item.carriesStored),
  }
}

function object(members: readonly (readonly [string, RenderedJson])[]): RenderedJson {
  return {
    carriesStored: members.some(([, member]) => member.carriesStored),
    wire: Object.fromEntries(members.map(([name, { wire }]) => [name, wire])),
    display: Object.fromEntries(members.map(([name, { display }]) => [name, display])),
  }
}
