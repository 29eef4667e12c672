import type { Node } from './config.ts'

/**
 * Whether the expectations or captures of a node can depend on the body of a response. What is computed
 * (`response[x]`, `{% assign r = response %}`) cannot be told, and counts as looking at it.
 */
export function looksAtBody({ expect = [], capture = {} }: Pick<Node, 'expect' | 'capture'>): boolean {
  const expectations = Array.isArray(expect) ? expect : [expect]
  return (
    expectations.some(
      ({ type, value }) => type === 'string' || (type === 'condition' && mayReadBody(value)),
    ) || Object.values(capture).some((template) => codesIn(template).some(mayReadBody))
  )
}

/** The placeholders and tags of a template. */
function codesIn(template: string): readonly string[] {
  const [, ...parts] = template.split(/\{[{%]/)
  // The last end counts: others may stand in a text.
  return parts.map((part) => part.slice(0, Math.max(part.lastIndexOf('}}'), part.lastIndexOf('%}'))))
}

/** Whether Liquid may read more of a response than its status and headers. Texts in it count as code, to be sure. */
function mayReadBody(code: string): boolean {
  return otherMember.test(code) || computedRoot.test(code)
}

const otherMember =
  /(?<![\w.-])response(?![\w-])(?!\s?(?:\.\s?(?:status|headers)|\[\s?["'](?:status|headers)["']\s?\])(?![\w-]))/
/** A bracket that stands behind no name, such as `["response"]`. */
const computedRoot = /(?:^|[^\w\]"'?-])\[/
