import { readPointer } from '../../contract/config-error.ts'
import type { NamedValue } from '../request/compiled-body.ts'
import { areNear, isOtherSpelling, splitWords, withoutMarks } from './name-likeness.ts'

/** Words with which a path begins before the first name of a body. */
const roots =
  /^(?:body|request|payload|json|params|input|root|data|attributes|dto|model|command|form|object|record|entity|resource|variables)$/i

/** Whether a part of a path stands for the whole body. */
export function isRoot(part: string): boolean {
  return roots.test(part)
}

/** The name of a class, as validators write it before the names of its fields: `CreateOrder`, `orderDto`. */
const ofClass = /^[A-Z]|(?:Dto|DTO|Request|Input|Command|Model|Form|Body|Params|Payload)$/

/** The names and indexes of a path: `billing[email]`, `to.0.email`, `$.items[0].sku`, `/contact/email`. */
export function splitPath(path: string): readonly string[] {
  return path.split(/[./[\]()'":;,]+/).filter((part) => part !== '' && part !== '$' && part !== '#')
}

/** A name that the node sends, with what leads to it. */
interface Located {
  readonly sent: NamedValue
  readonly parts: readonly string[]
}

/**
 * Finds the fields of a body by the paths that a target gives them. It may write each name in another case or with other marks, and leave
 * out an index; before the first name it may have words of its own, such as the name of a class.
 */
export class FieldPaths {
  readonly #located: readonly Located[]

  constructor(names: readonly NamedValue[]) {
    this.#located = names.flatMap((sent) => {
      const parts = locate(sent)
      return parts === null ? [] : [{ sent, parts }]
    })
  }

  /**
   * The field at the end of a path, or the one beside it with nearly the same name; null if the path leads to none, or to several.
   * `isTold`: whether it is no word of a sentence.
   */
  find(path: string, isTold: boolean): NamedValue | null {
    const said = splitPath(path)
    const isAlone = isTold && isPath.test(path)
    for (const parts of listEnds(said)) {
      const isEnough = countNames(parts) > 1 || isAlone
      const found = isEnough ? (this.#at(parts) ?? this.#beside(parts)) : undefined
      if (found !== undefined) return found
    }
    return this.#below(said)
  }

  #at(parts: readonly string[]): NamedValue | undefined {
    return this.#located.find((one) => leadsTo(parts, one.parts))?.sent
  }

  /** A field with nearly the name of the one at the end of a path, within the same object. */
  #beside(parts: readonly string[]): NamedValue | undefined {
    const name = parts.at(-1) ?? ''
    if (countNames(parts) < 2 || isIndex(name)) return undefined
    const around = parts.slice(0, -1)
    const [only, ...others] = this.#located.filter(
      (one) => isNear(name, one.sent.name) && leadsTo(around, one.parts.slice(0, -1)),
    )
    return others.length > 0 ? undefined : only?.sent
  }

  /** The one field that ends as the path does: a target may leave out what is around a record. */
  #below(said: readonly string[]): NamedValue | null {
    const [first, ...others] =
      countNames(said) < 2
        ? []
        : this.#located.filter(({ parts }) => leadsTo(said, parts.slice(parts.length - said.length)))
    return first === undefined || others.length > 0 ? null : first.sent
  }
}

const isPath = /[./[]/

/** What leads to a field of the body: names of JSON, or those within the name of a form. Null for any other. */
function locate({ name, path, within }: NamedValue): readonly string[] | null {
  const pointer = within ?? /^\/node\/body\/content(\/.+)$/.exec(path)?.[1]
  if (pointer !== undefined) return readPointer(pointer)
  return path.startsWith('/node/body/fields/') ? splitPath(name) : null
}

/** The whole path, and what is left without words for the body and the name of one class before it. */
export function listEnds(said: readonly string[]): readonly (readonly string[])[] {
  const ends: (readonly string[])[] = []
  let classes = 0
  for (const [from, part] of said.entries()) {
    ends.push(said.slice(from))
    if (!isRoot(part) && (!ofClass.test(part) || classes++ > 0)) break
  }
  return ends
}

/** Whether a name is another one with a slip, so that the two are hardly different fields. */
function isNear(one: string, other: string): boolean {
  return isOtherSpelling(one, other) || areNear(splitWords(one), splitWords(other))
}

function countNames(parts: readonly string[]): number {
  return parts.filter((part) => !isIndex(part)).length
}

/** Whether a path leads to a place, which has every index. */
function leadsTo(said: readonly string[], parts: readonly string[]): boolean {
  let at = 0
  for (const part of parts) {
    if (at < said.length && isSamePart(said[at] ?? '', part)) at++
    else if (!isIndex(part) || isIndex(said[at] ?? '')) return false
  }
  return at === said.length && said.length > 0
}

function isSamePart(one: string, other: string): boolean {
  return one === other || withoutMarks(one) === withoutMarks(other)
}

/** Whether a part of a path is the place in a list. */
export function isIndex(part: string): boolean {
  return /^\d+$/.test(part)
}
