import { didYouMean } from './nearest.ts'
import type { UndefinedVariable } from './render-context.ts'
import type { Warning } from './warning.ts'

/** Says that a template refers to something that is not there. */
export function undefinedWarning(
  { name, meant }: Pick<UndefinedVariable, 'name' | 'meant'>,
  path: string,
): Warning {
  const message = `${name} is not defined and was rendered as nothing.${didYouMean(meant)}`
  return { code: 'template_undefined', path, message }
}
