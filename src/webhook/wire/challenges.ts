import { headerValues } from './headers.ts'
import type { HeaderPair } from './outcome.ts'

/** A challenge of `WWW-Authenticate` (RFC 9110, section 11.3). */
export interface AuthChallenge {
  /** In lower case. */
  readonly scheme: string
  /** By their names in lower case. Of a name that stands there twice the first counts. */
  readonly parameters: ReadonlyMap<string, string>
}

/** All challenges of a response, in order. What follows no rule is left out. */
export function listChallenges(headers: readonly HeaderPair[]): readonly AuthChallenge[] {
  return headerValues(headers, 'www-authenticate').flatMap(parseChallenges)
}

/** The parameters of a list such as that of `Authentication-Info` (RFC 7615). */
export function parseParameters(text: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  for (const element of splitList(text)) addParameter(parameters, element)
  return parameters
}

/** One field value may have several challenges, and commas part both them and their parameters. */
function parseChallenges(value: string): AuthChallenge[] {
  const challenges: AuthChallenge[] = []
  let parameters: Map<string, string> | null = null
  for (const element of splitList(value)) {
    if (parameterSyntax.test(element)) {
      if (parameters !== null) addParameter(parameters, element)
      continue
    }
    const [, scheme, rest = ''] = beginning.exec(element) ?? []
    if (scheme === undefined) continue
    parameters = new Map()
    challenges.push({ scheme: scheme.toLowerCase(), parameters })
    addParameter(parameters, rest.trim())
  }
  return challenges
}

const token = "[\\w!#$%&'*+.^`|~-]+"
const parameterSyntax = new RegExp(`^(${token})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))$`)
const beginning = new RegExp(`^(${token})(?:[ \\t](.*))?$`)

function addParameter(parameters: Map<string, string>, element: string): void {
  const [, name = '', quoted, plain = ''] = parameterSyntax.exec(element) ?? []
  const key = name.toLowerCase()
  if (key !== '' && !parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? plain)
}

/** The elements between commas, without white space around them. A comma in a quoted string parts nothing. */
function splitList(text: string): readonly string[] {
  const elements: string[] = []
  let start = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (isQuoted && character === '\\') at++
    else if (character === '"') isQuoted = !isQuoted
    else if (character === ',' && !isQuoted) {
      elements.push(text.slice(start, at))
      start = at + 1
    }
  }
  elements.push(text.slice(start))
  return elements.map((element) => element.trim()).filter((element) => element !== '')
}
