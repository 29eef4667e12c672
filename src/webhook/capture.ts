import type { CompiledNode } from './compile.ts'
import { pointer } from './config-error.ts'
import { containsMask } from './masking/masked-value.ts'
import type { Scope, UndefinedVariable } from './render-context.ts'
import type { ReadableResponse } from './response.ts'
import { undefinedWarning, type Warning } from './warning.ts'

/** Values for later nodes, and what went wrong while they were taken. */
export interface Captured {
  readonly values: Readonly<Record<string, unknown>>
  readonly warnings: readonly Warning[]
}

/** Takes the values of a node's `capture` from a response. A value that is not there is null. */
export function capture(
  { capture: templates }: CompiledNode,
  response: ReadableResponse,
  scope: Scope,
): Captured {
  const warnings: Warning[] = []
  const values = templates.map(([name, template]) => {
    response.takeSawMask()
    const rendered = template.value(scope)
    const sawMask = response.takeSawMask()
    if (rendered.ok) {
      if (sawMask && (!template.isPath || containsMask(rendered.value))) warnings.push(maskedWarning(name))
      for (const variable of rendered.undefinedVariables)
        if (isNotOfResponse(variable)) warnings.push(undefinedWarning(variable, pathOf(name)))
      return [name, rendered.value ?? null] as const
    }
    const message = `"${name}" could not be captured. ${rendered.failure.detail}`
    warnings.push({ code: 'capture_failed', path: pathOf(name), message })
    return [name, null] as const
  })
  return { values: Object.fromEntries(values), warnings }
}

function maskedWarning(name: string): Warning {
  const message = `"${name}" is of a response in which the target sent a secret of the service back. Its value is masked.`
  return { code: 'capture_masked', path: pathOf(name), message }
}

function pathOf(name: string): string {
  return pointer('/node/capture', name)
}

/** What a response lacks is null and no surprise; anything else is a mistake of the author. */
function isNotOfResponse({ name }: UndefinedVariable): boolean {
  return !name.startsWith('response.')
}

/** What is captured where no response came: nothing, under every name. */
export function captureNothing({ capture: templates }: CompiledNode): Readonly<Record<string, unknown>> {
  return Object.fromEntries(templates.map(([name]) => [name, null]))
}
