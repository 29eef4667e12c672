import type { Warning } from '../../contract/warning.ts'
import { didYouMean } from '../values/suggest.ts'
import type { UndefinedVariable } from './render-result.ts'

/** The warning about an undefined variable. */
export function undefinedWarning(
  { name, meant }: Pick<UndefinedVariable, 'name' | 'meant'>,
  path: string,
): Warning {
  const message = `${name} is not defined and was rendered as nothing.${didYouMean(meant)}`
  return { code: 'template_undefined', path, message }
}

/** Ends a sentence about an empty value: with the variable that is not defined, if there is one. */
export function describeCause(variable: Pick<UndefinedVariable, 'name' | 'meant'> | undefined): string {
  return variable === undefined ? '.' : `: ${variable.name} has no value.${didYouMean(variable.meant)}`
}
