import type { Warning } from '../../contract/warning.ts'
import { memberPath } from '../request/member-path.ts'
import { quoteName } from '../values/text.ts'
import type { SentRequest } from './explained-node.ts'

/** A field that the node has and the request has not: why, and the part of the node to change. */
export interface OmittedField extends Warning {
  readonly name: string
  readonly path: string
}

/** Fields that are explained at most. */
const maxExplained = 200

/** Finds out why fields are left out. */
export function explainLeftOut({ leftOut }: Pick<SentRequest, 'leftOut'>): readonly OmittedField[] {
  return leftOut.slice(0, maxExplained).map(({ name, describe }) => {
    const { path, cause, isMistake } = describe()
    const message = `The node leaves out ${quoteName(name)} ${cause}`
    return { name, code: 'value_empty', path, message, isMissing: isMistake }
  })
}

/** The warnings of rendering about what was sent: the condition of a field that is left out has no part in that. */
export function warningsOfSent({ warnings, leftOut }: SentRequest): readonly Warning[] {
  if (warnings.length === 0 || leftOut.length === 0) return warnings
  const conditions = new Set(leftOut.map(({ path }) => memberPath(path, 'when')))
  return warnings.filter(({ path }) => path === null || !conditions.has(path))
}
