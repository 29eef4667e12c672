import type { NamedValue } from '../request/compiled-body.ts'
import { isOtherSpelling } from './name-likeness.ts'
import type { NamedField } from './named-field.ts'

/** What a validator of XML Schema says of an element: the one that it has found, and those that it wants there. */
interface SchemaComplaint {
  readonly found: string | null
  readonly wanted: readonly string[]
}

const maxText = 2_000
const maxWanted = 5

/** Xerces (Java) and .NET, of an element in the wrong place and of one that is not complete. */
const complaints: readonly RegExp[] = [
  /\bInvalid content was found starting with element '(?<found>[^']{1,200})'\. One of '(?<wanted>[^']{1,500})' is expected/,
  /\bThe content of element '[^']{1,200}' is not complete\. One of '(?<wanted>[^']{1,500})' is expected/,
  /\bThe element '[^']{1,200}'(?: in namespace '[^']{0,200}')? has invalid child element '(?<found>[^']{1,200})'(?: in namespace '[^']{0,200}')?\. List of possible elements expected: '(?<wanted>[^']{1,500})'/,
  /\bThe element '[^']{1,200}'(?: in namespace '[^']{0,200}')? has incomplete content\. List of possible elements expected: '(?<wanted>[^']{1,500})'/,
  /\bElement '(?<found>[^']{1,200})': This element is not expected\. Expected is (?:one of )?\( (?<wanted>[^()]{1,500}) \)/,
  /\bElement '[^']{1,200}': Missing child element\(s\)\. Expected is (?:one of )?\( (?<wanted>[^()]{1,500}) \)/,
]

type Groups = { readonly found?: string; readonly wanted?: string }

function readComplaint(text: string): SchemaComplaint | null {
  for (const pattern of complaints) {
    const groups: Groups | undefined = pattern.exec(text.slice(0, maxText))?.groups
    if (groups === undefined) continue
    const wanted = (groups.wanted ?? '').split(/[,\s]+/).map(localName)
    const found = groups.found === undefined ? null : localName(groups.found)
    return { found, wanted: wanted.filter((name) => name !== '').slice(0, maxWanted) }
  }
  return null
}

/** The name of an element without its namespace: `{"urn:crm":email}` and `{urn:crm}email` are `email`. */
function localName(name: string): string {
  return name.split(/[^\w.-]/).findLast((part) => part !== '') ?? ''
}

/**
 * Finds the element that a validator of XML Schema complains about: one that is misspelt, or else one that is missing before
 * another one. Null for other words.
 */
export function findElement(text: string, names: readonly NamedValue[]): NamedField | null {
  const complaint = /\belement\b/i.test(text) ? readComplaint(text) : null
  if (complaint === null) return null
  const { found, wanted } = complaint
  const sent = found === null ? undefined : names.find(({ name }) => name === found)
  const meant = sent === undefined ? undefined : wanted.find((name) => isOtherSpelling(name, sent.name))
  if (sent !== undefined && meant !== undefined) return { said: meant, sent, isSame: false, isSpelling: true }
  const [missing] = wanted
  return missing === undefined || wanted.length > 1 ? null : { said: missing, sent: null, isSame: false }
}
