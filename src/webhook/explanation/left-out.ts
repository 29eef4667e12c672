import type { Warning } from '../../contract/warning.ts'
import { memberPath } from '../request/member-path.ts'
import type { LeftOut } from '../request/render-session.ts'
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
export function explainLeftOut({
  leftOut,
  warnings,
}: Pick<SentRequest, 'leftOut' | 'warnings'>): readonly OmittedField[] {
  return leftOut.slice(0, maxExplained).map((field) => explainOne(field, warnings))
}

function explainOne({ name, describe }: LeftOut, warnings: readonly Warning[]): OmittedField {
  const { member, path, cause, isMistake } = describe()
  const undefinedName = member === 'when' ? warnings.find((warning) => warning.path === path) : undefined
  const more = undefinedName === undefined ? '' : ` ${undefinedName.message}`
  const message = `The node leaves out ${quoteName(name)} ${cause}${more}`
  return { name, code: 'value_empty', path, message, isMissing: isMistake || undefinedName !== undefined }
}

/** The warnings of rendering about what was sent: the condition of a field that is left out has no part in that. */
export function warningsOfSent({ warnings, leftOut }: SentRequest): readonly Warning[] {
  if (warnings.length === 0 || leftOut.length === 0) return warnings
  const conditions = new Set(leftOut.map(({ path }) => memberPath(path, 'when')))
  return warnings.filter(({ path }) => path === null || !conditions.has(path))
}
