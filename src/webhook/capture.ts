import { pointer } from '../contract/config-error.ts'
import type { Warning, WarningCode } from '../contract/warning.ts'
import type { CompiledNode } from './compile.ts'
import { readsMask } from './response/masked-paths.ts'
import { findEnd, findMissing } from './response/missing-value.ts'
import type { ReadableResponse } from './response/readable-response.ts'
import { showName } from './response/show-name.ts'
import type { Scope } from './template/render-context.ts'
import type { RenderProblem, UndefinedVariable } from './template/render-result.ts'
import type { Template } from './template/template.ts'
import { undefinedWarning } from './template/undefined-warning.ts'
import { measureJson, writeJson } from './values/json.ts'
import { memberAt } from './values/lookup.ts'
import { didYouMean } from './values/suggest.ts'
import { quoteName } from './values/text.ts'

/** Values for later nodes. */
export interface Captured {
  readonly values: Readonly<Record<string, unknown>>
  readonly warnings: readonly Warning[]
  /** JSON Pointer to the template that exceeded the render budget; null if none did. */
  readonly exceededAt: string | null
}

/** Takes the values of a node's `capture` from a response. A value that is missing or too large is null. */
export function capture(
  { capture: templates }: CompiledNode,
  response: ReadableResponse,
  scope: Scope,
  maxBytes: number,
): Captured {
  const session = new CaptureSession(response, scope, maxBytes)
  const values = templates.map(([name, template]) => [name, session.take(name, template)] as const)
  const { warnings, exceededAt } = session
  return { values: Object.fromEntries(values), warnings, exceededAt }
}

class CaptureSession {
  readonly warnings: Warning[] = []
  exceededAt: string | null = null
  readonly #response: ReadableResponse
  readonly #scope: Scope
  readonly #maxBytes: number
  #bytesLeft: number

  constructor(response: ReadableResponse, scope: Scope, maxBytes: number) {
    this.#response = response
    this.#scope = scope
    this.#maxBytes = maxBytes
    this.#bytesLeft = maxBytes
  }

  take(name: string, template: Template): unknown {
    if (this.exceededAt !== null) return null
    this.#response.takeSawMask()
    const rendered = template.value(this.#scope)
    const sawMask = this.#response.takeSawMask()
    if (!rendered.ok) return this.#fail(name, rendered.failure)
    const value = rendered.value ?? null
    if (!this.#fits(name, value)) return null
    if (sawMask && readsMask(this.#response, template.responsePaths))
      this.#warn('capture_masked', name, maskedMessage)
    if (value === null && !template.hasDefault && rendered.undefinedVariables.length === 0)
      this.#warn('capture_empty', name, `found nothing: ${this.#describeNull(template)}`)
    this.#tellAll(name, value, rendered.undefinedVariables)
    if (template.staticText === value && leadsToMember(this.#response, value))
      this.#warn(
        'placeholder_not_rendered',
        name,
        `is the text itself. To capture the value, write {{ response.json.${value} }}.`,
      )
    return value
  }

  /** A path may end before its last name. */
  #describeNull({ responsePaths: paths }: Template): string {
    const [path, ...others] = paths ?? []
    const names = path === undefined || others.length > 0 ? null : ['response', ...path]
    return names === null || findEnd(this.#response.variables, names).missing === ''
      ? 'the value is null.'
      : findMissing(this.#response, { name: names.join('.'), path: names, meant: null }).what
  }

  /** Runs outside the render budget, so that the search for names takes no time from the captures that follow. */
  #tellAll(name: string, value: unknown, variables: readonly UndefinedVariable[]): void {
    if (variables.length === 0) return
    const tell = () => {
      for (const variable of variables) this.#tell(name, value, variable)
    }
    const { budget } = this.#scope
    if (budget === undefined) tell()
    else budget.aside(tell)
  }

  /** A template can have a value although a variable is undefined, for example text around the variable. */
  #tell(name: string, value: unknown, variable: UndefinedVariable): void {
    if (!isOfResponse(variable)) {
      this.warnings.push(undefinedWarning(this.#withShownName(variable), pointToCapture(name)))
      return
    }
    const { what, meant, elsewhere } = findMissing(this.#response, variable)
    const near = elsewhere === null ? didYouMean(meant) : ` Did you mean ${elsewhere.path}?`
    if (value === null) this.#warn('capture_empty', name, `found nothing: ${what}${near}`)
    else this.#warn('template_undefined', name, `lacks a value: ${what}${near}`)
  }

  /** The nearest name can come from the target: then it is shown like the rest of the response. */
  #withShownName({ name, meant }: UndefinedVariable): Pick<UndefinedVariable, 'name' | 'meant'> {
    const [root = ''] = name.split('.', 1)
    const isOfRequest = Object.hasOwn(this.#scope.variables, root)
    return { name, meant: isOfRequest || meant === null ? meant : showName(this.#response, meant) }
  }

  #fail(name: string, { detail, exceedsBudget = false }: RenderProblem): null {
    if (exceedsBudget) this.exceededAt = pointToCapture(name)
    this.#warn('capture_failed', name, `could not be captured. ${detail}`)
    return null
  }

  #fits(name: string, value: unknown): boolean {
    const bytes = countJsonBytes(value, this.#bytesLeft)
    if (bytes <= this.#bytesLeft) {
      this.#bytesLeft -= bytes
      return true
    }
    const size = typeof value === 'string' ? `has ${bytes} bytes` : `has more than ${this.#bytesLeft} bytes`
    const limit = `All captured values together may have ${this.#maxBytes} bytes as JSON (MAX_CAPTURED_BYTES).`
    this.#warn('capture_too_large', name, `${size} and does not fit. ${limit}`)
    return false
  }

  #warn(code: WarningCode, name: string, what: string): void {
    this.warnings.push({ code, path: pointToCapture(name), message: `${quoteName(name)} ${what}` })
  }
}

/** Whether a constant is the path to a value of the response, so that its author may have meant the value. */
function leadsToMember({ seenJson }: ReadableResponse, text: unknown): boolean {
  if (typeof text !== 'string' || !namePath.test(text)) return false
  let value: unknown = seenJson
  for (const name of text.split('.')) value = memberAt(value, name)
  return value !== undefined
}

const namePath = /^[A-Za-z_]\w{0,100}(?:\.\w{1,100}){0,10}$/

const maskedMessage =
  'comes from a part of the response in which the target returned a secret of the service. The secret is masked in the value.'

/** The size of a value as JSON. A value that is clearly too large is estimated, so that it is not written. */
function countJsonBytes(value: unknown, left: number): number {
  const length = measureJson(value, left)
  return length > left ? length : Buffer.byteLength(writeJson(value))
}

function pointToCapture(name: string): string {
  return pointer('/node/capture', name)
}

function isOfResponse({ path: [root] }: UndefinedVariable): boolean {
  return root === 'response'
}

/** The captured values without a response: null under every name. */
export function captureNothing({ capture: templates }: CompiledNode): Readonly<Record<string, unknown>> {
  return Object.fromEntries(templates.map(([name]) => [name, null]))
}
