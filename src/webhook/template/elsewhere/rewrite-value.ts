import { LiquidWriter } from './liquid-writer.ts'
import { NotRewritten } from './not-rewritten.ts'
import { parseCondition, parseValue } from './parser.ts'

/** An expression of another tool in Liquid, with the expressions in it that must be valid. */
export interface RewrittenValue {
  readonly written: string
  readonly values: readonly string[]
  readonly conditions: readonly string[]
}

/** Longer expressions are not rewritten. */
const maxCharacters = 500
/** Nor are those that become longer. */
const maxWritten = 500

/**
 * A value of JavaScript, n8n, Make, FEEL, Jinja or Go templates in the words of Liquid: `profile.email.split("@")[1]` becomes
 * `{% assign found = profile.email | split: "@" %}{{ found[1] }}`. Null where no filters do the same. Texts that may be
 * credentials become an ellipsis. `hasResponse`: whether unknown names are parts of the response.
 */
export function rewriteValue(text: string, hasResponse: boolean): RewrittenValue | null {
  // Salesforce begins every reference with the two signs.
  if (text.length > maxCharacters || text.trim().startsWith('!$')) return null
  return orNull(() => {
    const writer = new LiquidWriter()
    const written = writer.template(parseValue(text, hasResponse))
    const { values, conditions } = writer
    // A name alone may be meant otherwise.
    const isPath =
      /^\{\{ [\w.[\]"…]* \}\}$/.test(written) &&
      /^[$!\d]/.test(text.trim()) &&
      !/\.(?!first|last|all|item)\w{1,30}\(/.test(text)
    return isPath || written === '' || written.length > maxWritten ? null : { written, values, conditions }
  })
}

/** A condition in the words of Liquid; null where it cannot be written as one expression. */
export function rewriteToCondition(text: string, hasResponse: boolean): string | null {
  if (text.length > maxCharacters) return null
  return orNull(() => new LiquidWriter().loneCondition(parseCondition(text, hasResponse)))
}

function orNull<T>(write: () => T): T | null {
  try {
    return write()
  } catch (error) {
    if (error instanceof NotRewritten) return null
    throw error
  }
}
