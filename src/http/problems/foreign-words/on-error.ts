import { readShownName } from './list-names.ts'

export const branchAfterError = 'the branch after an error is "onError": "error", "success" or "exit"'

/** Words for a branch in other tools, without what differs in spelling. */
const branches: ReadonlyMap<string, string> = new Map(
  Object.entries({
    error:
      'error no false continueerroroutput continueonerroroutput fail failed failure erroroutput errorbranch err',
    success:
      'success yes continueregularoutput continue continueonfail ignore resume next nextnode ok true skip proceed',
    exit: 'exit exitflow exittheflow stop stopworkflow stopanderror abort terminate end quit rollback commit break none throw',
  }).flatMap(([branch, words]) => words.split(' ').map((word) => [word, branch] as const)),
)

/** The branch that a value means, or the one that it means without a known word. */
export function branchLike(value: unknown, otherwise: string): string {
  const word =
    typeof value === 'string'
      ? value
          .slice(0, 40)
          .toLowerCase()
          .replaceAll(/[^a-z]/g, '')
      : ''
  return branches.get(word) ?? otherwise
}

export function isNo(value: unknown): boolean {
  return (
    value === false || value === 0 || (typeof value === 'string' && /^(?:false|no|off|0|never)$/i.test(value))
  )
}

/** Whether a text may stand for the name of a branch in an example. */
export function isBranchName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 20 && readShownName(value) !== null
}
