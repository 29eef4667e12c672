import type { CompiledNode } from './compile.ts'
import { type Decision, decideByOnError } from './decide.ts'
import { blameFor, memberPath } from './request/member-path.ts'
import { minAttemptMs } from './retry.ts'

/** Why a request whose token was refused was not sent once more. `again`: it was, and the next token was refused, too. */
export type RefusalEnd = 'not_repeatable' | 'no_time' | 'same_token' | 'again'

const hints: Readonly<Record<RefusalEnd, string>> = {
  not_repeatable:
    'The token was refused; the next call uses a new one. This call was not sent again, because that could write twice: only GET, PUT, DELETE and a node with "idempotent": true are.',
  no_time: `The token was refused; the next call uses a new one. With less than ${minAttemptMs} ms left this call was not sent again.`,
  same_token: 'The token was refused, and the token endpoint gave the same one again.',
  again: 'The token was refused, and so was a new one.',
}

/** Decides on a response that refuses the token. It is a success for no expectation; a case that names it decides. */
export function decideOnRefusedToken(node: CompiledNode, decision: Decision, end: RefusalEnd): Decision {
  const { reason } = decision
  if (reason.code === 'case_met') return decision
  const hint = hints[end]
  if (!decision.succeeded)
    return {
      ...decision,
      reason: { ...reason, hint: reason.hint === null ? hint : `${hint} ${reason.hint}` },
    }
  const path = findPath(node)
  const refused = {
    code: 'expectation_unmet',
    message: 'The response says that the target refused the token.',
    hint,
    blame: blameFor(path, 'node'),
    path,
    expected: 'a response that does not refuse the token',
    actual: reason.actual ?? 'a refusal of the token',
  } as const
  return decideByOnError(node, refused, decision.warnings)
}

function findPath({ auth }: CompiledNode): string | null {
  if (auth === null) return null
  return auth.refusedWhen === undefined ? auth.origin.path : memberPath(auth.origin.path, 'refusedWhen')
}
