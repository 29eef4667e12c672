import type { Warning } from '../../contract/warning.ts'
import { undefinedWarning } from '../template/undefined-warning.ts'
import type { Verdict } from './expectation.ts'

/** The rule that the warnings about masked values explain. */
export const maskRule =
  'Values of secrets of the service are masked before expectations and captures look at a response.'

/** The warnings of a verdict. */
export function collectWarnings({ sawMask, path, undefinedVariables = [] }: Verdict): Warning[] {
  // A condition often asks whether the response has a value: an undefined one is then no mistake.
  const missing = undefinedVariables.filter(({ name }) => !name.startsWith('response.'))
  return [
    ...(sawMask ? [maskedWarning(path)] : []),
    ...missing.map((variable) => undefinedWarning(variable, `${path}/value`)),
  ]
}

/** The same, and that a condition could not be evaluated where nothing else in the reply says so. */
export function collectAllWarnings(verdict: Verdict): Warning[] {
  const { brokenBy = null, path } = verdict
  if (brokenBy === null) return collectWarnings(verdict)
  const message = `The condition could not be evaluated, and counts as false. ${brokenBy}`
  return [...collectWarnings(verdict), { code: 'condition_failed', path: `${path}/value`, message }]
}

function maskedWarning(path: string): Warning {
  return {
    code: 'expectation_masked',
    path,
    message: `The target returned a secret of the service. ${maskRule}`,
  }
}
