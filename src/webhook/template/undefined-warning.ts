import type { Source } from '../../contract/payload.ts'
import type { Warning } from '../../contract/warning.ts'
import { didYouMean } from '../values/suggest.ts'
import { quoteName } from '../values/text.ts'
import type { UndefinedVariable } from './render-result.ts'

/** The warning about an undefined variable. */
export function undefinedWarning(
  variable: Pick<UndefinedVariable, 'name' | 'meant' | 'lacks'>,
  path: string,
): Warning {
  const message = `${variable.name} is not defined and was rendered as nothing.${describeMeant(variable)}`
  return { code: 'template_undefined', path, message }
}

/** Ends a sentence about an empty value: with the variable that is not defined, if there is one. */
export function describeCause(
  variable: Pick<UndefinedVariable, 'name' | 'meant' | 'lacks'> | undefined,
): string {
  return variable === undefined ? '.' : `: ${variable.name} has no value.${describeMeant(variable)}`
}

function describeMeant({ meant, lacks }: Pick<UndefinedVariable, 'meant' | 'lacks'>): string {
  if (lacks === undefined) return didYouMean(meant)
  return ` The payload has no ${quoteName(lacks)}.${meant === null ? ` ${curesOfSource[lacks]}` : didYouMean(meant)}`
}

const ofPayload = 'The engine has to send it in "payload".'

/** What to do about a whole source that is missing. */
export const curesOfSource: Readonly<Record<Source, string>> = {
  profile: ofPayload,
  event:
    'Only a flow that an event has started has one: start it so, take the value from another source, or say with a default or "ifEmpty" what an empty one means.',
  instance: ofPayload,
  flow: ofPayload,
  vars: 'It has what earlier nodes have captured, and the engine has to send it in "payload".',
}
