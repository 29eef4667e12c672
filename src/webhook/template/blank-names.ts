import { sources } from '../../contract/payload.ts'
import { withoutTexts } from '../values/without-texts.ts'
import { mostArguments } from './filters/filter-arguments.ts'
import { findSourceElsewhere } from './known-names.ts'

/** A placeholder whose names are written as people read them, in Liquid. */
export interface NamesInBrackets {
  /** The expression without its braces. */
  readonly expression: string
  /** The same without the texts of its filters, which may be credentials. */
  readonly shown: string
  /** Whether the part of the payload is only likely. */
  readonly isGuess: boolean
}

/** Longer expressions are not read. */
const maxCharacters = 200

/** A path, then a default as Marketo writes it, then filters. */
// recheck: at most 200 characters
const token = /^\s*([A-Za-z_]\w*)\.([^|:=()[\]{}"'`,]+?)\s*(?::\s*default\s*=([^|{}"']*))?(\|[^{}]*)?$/

/**
 * Reads names with blanks, and a default behind a colon, as in the tokens of Marketo: `lead.Email Address:default=none` is
 * `profile["Email Address"] | default: "none"`, and `First Name` most likely one of the profile. Null for any other text.
 */
export function putNamesInBrackets(text: string): NamesInBrackets | null {
  if (isNameAlone(text)) {
    const expression = `profile[${JSON.stringify(text.trim())}]`
    return { expression, shown: expression, isGuess: true }
  }
  const [, root = '', path = '', value, filters = ''] =
    (text.length <= maxCharacters && token.exec(text)) || []
  const names = path.split('.').map((name) => name.trim())
  if (root === '' || !names.every(isName)) return null
  if (value === undefined && names.every(isPlain)) return null
  const own = sources.find((source) => source === root) ?? findSourceElsewhere(root)
  const steps = names.map((name) => (isPlain(name) ? `.${name}` : `[${JSON.stringify(name)}]`))
  const start = [
    `${own ?? 'profile'}${steps.join('')}`,
    ...(value === undefined ? [] : [`default: ${JSON.stringify(value.trim())}`]),
  ].join(' | ')
  const behind = filters === '' ? '' : ` | ${filters.slice(1).trim()}`
  return { expression: start + behind, shown: start + withoutTexts(behind), isGuess: own === null }
}

/** Words with blanks between them, of which none is an operator and the last one is no filter without its bar. */
function isName(name: string): boolean {
  const isWritten = /^[\p{L}_][\p{L}\p{N}_-]*(?: [\p{L}\p{N}_-]+)*$/u.test(name)
  return isWritten && !operators.test(name) && !mostArguments.has(name.slice(name.lastIndexOf(' ') + 1))
}

/** A name with blanks and nothing else, as in `First Name`. */
function isNameAlone(text: string): boolean {
  const name = text.trim()
  return text.length <= maxCharacters && name.includes(' ') && isName(name) && !tagsElsewhere.test(name)
}

/** Words that begin a tag, here or elsewhere. */
const tagsElsewhere =
  /^(?:if|unless|for|foreach|each|else|elseif|elsif|end|endif|endfor|case|when|assign|set|let|var|const|with|not|include|render|import|block|return|new|await|typeof) /i

const operators = / (?:and|or|contains|not|is|in|if|else|eq|ne|gt|lt|as|then|-+)(?: |$)/i

function isPlain(name: string): boolean {
  return /^\w+$/.test(name)
}
