import type { Warning, WarningCode } from '../../contract/warning.ts'
import { saysMissing } from './named-field-words.ts'
import { readMentions } from './said-names.ts'

/** Warnings of rendering that a value did not go out as the author meant it. */
const ofValues: ReadonlySet<WarningCode> = new Set([
  ...(['value_empty', 'source_missing', 'template_undefined', 'placeholder_not_rendered'] as const),
])

/** Warnings that the body is not what its label says. */
const ofBody: ReadonlySet<WarningCode> = new Set(['content_type_mismatch', 'xml_encoding_mismatch'])

/** What is known of a response that a warning may have led to. */
export interface Suspicion {
  readonly status: number
  /** Whether the response is a page of HTML. */
  readonly isPage: boolean
  /** What the target says; null if it says nothing that may be quoted. */
  readonly words: string | null
  /** The fields that the target names. */
  readonly fields: readonly string[]
  /** JSON Pointer to the credential of the node. */
  readonly credentialPath: string | null
  /** The name of a field of the node, by its JSON Pointer. */
  nameAt(path: string): string | null
}

/** The warnings that may have led to a response. */
export interface Suspects {
  /** Those whose own field the target complains about: they are the cause. */
  readonly named: readonly Warning[]
  /** The one that is the most likely cause where the target names no field; null if there is none. */
  readonly likely: Warning | null
}

/**
 * Finds the warnings of rendering that may have led to a response. A value that went out empty explains that the target
 * refuses the values (400, 422), finds nothing (404, if the value is a part of the URL) or refuses the credential (401, 403,
 * if the value is that). A conflict (409) and a failure (5xx) it explains only if the target names the field. It does not
 * explain a target that is busy. `leftOut`: what is known of the fields that the request has not.
 */
export function findSuspects(
  warnings: readonly Warning[],
  leftOut: readonly Warning[],
  suspicion: Suspicion,
): Suspects {
  const omitted = leftOut.filter((warning) => isPlausible(warning, suspicion))
  const ofSent = warnings.filter((warning) => isPlausible(warning, suspicion))
  const suspects = [...omitted, ...ofSent]
  return { named: findNamed(suspects, suspicion), likely: findLikely(suspects, ofSent, suspicion.status) }
}

function findLikely(
  suspects: readonly Warning[],
  ofSent: readonly Warning[],
  status: number,
): Warning | null {
  if (status === 409) return null
  if (status >= 500) return ofSent.find(isOfBody) ?? null
  // A field may be left out on purpose.
  return suspects.find(isMistake) ?? ofSent[0] ?? null
}

/** Whether a target that fails complains about a body that a warning says to be labelled wrongly: without it, it would have answered 400. */
export function isUnreadBody(status: number, words: string, warnings: readonly Warning[]): boolean {
  return status >= 500 && warnings.some(isOfBody) && saysUnread(words)
}

/** Words of a target that could not read a body, or misses what stands in it. */
function saysUnread(words: string): boolean {
  return ofReader.test(words) || saysMissing.test(words)
}

const ofReader =
  /\b(?:multipart|boundary|content[- ]?type|media type|charset|encoding|malformed|unexpected (?:token|end|character)|undefined|body|form[- ]?data)\b|\bpars(?:e|er|ing)\b|\b(?:JSON|XML)\b/i

/** Whether a warning says that the body is not what its label says, so that the target may have read no field of it. */
export function isOfBody({ code }: Warning): boolean {
  return ofBody.has(code)
}

/** Whether a warning says that a value did not go out as the author meant it. */
export function isOfValue({ code }: Warning): boolean {
  return ofValues.has(code)
}

/** Whether a warning is about a mistake for certain. An attribute may be empty on purpose. */
export function isMistake({ code, isMissing = false }: Warning): boolean {
  return code !== 'value_empty' || isMissing
}

function isPlausible(warning: Warning, { status, credentialPath, isPage, words }: Suspicion): boolean {
  const { code, path } = warning
  if (path === null) return false
  if (ofBody.has(code))
    return status === 400 || status === 415 || status === 422 || isUnreadBody(status, words ?? '', [warning])
  if (code === 'fragment_dropped') return status === 404 || status === 405
  if (!ofValues.has(code)) return false
  const isOfCredential = credentialPath !== null && isWithin(path, credentialPath)
  if (status === 401 || status === 403) return isOfCredential
  // A parameter may be empty on purpose, and most targets answer that in another way.
  if (status === 404 || status === 410) {
    // A web server that has no such path does not look at the values.
    if (isPage) return false
    if (isWithin(path, '/node/url')) return true
    const isOfThing = words !== null && isWithin(path, '/node/body')
    return (isOfThing || isWithin(path, '/node/query')) && isMistake(warning)
  }
  return (
    status === 400 || status === 409 || status === 422 || status >= 500 || (status >= 200 && status < 300)
  )
}

function isWithin(path: string, whole: string): boolean {
  return path === whole || path.startsWith(`${whole}/`)
}

/** The warnings whose fields the target complains about. */
function findNamed(suspects: readonly Warning[], { words, fields, nameAt }: Suspicion): readonly Warning[] {
  if (words === null || suspects.length === 0) return []
  const isMentioned = readMentions(words, fields)
  return suspects.filter(({ path }) => {
    const name = path === null ? null : nameAt(path)
    return name !== null && isMentioned(name)
  })
}
