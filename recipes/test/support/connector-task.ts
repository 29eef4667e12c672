import { createRequire } from 'node:module'
import { join } from 'node:path'
import { makeTemplate } from '../../camunda-8/template.ts'

/** A property of a template as far as the tests read it. */
interface Property {
  readonly id?: string
  readonly value?: string | number | boolean
  readonly feel?: 'static' | 'optional' | 'required'
  readonly binding: {
    readonly type: string
    readonly name?: string
    readonly key?: string
    readonly source?: string
  }
}

type Variables = Record<string, unknown>

/** How a task ended, and the timeout that the connector was given. */
export interface Ended {
  readonly kind: 'completed' | 'bpmnError' | 'jobError'
  readonly readTimeoutInSeconds: unknown
  readonly [name: string]: unknown
}

const fromRecipes = createRequire(join(import.meta.dirname, '../../package.json'))
const { evaluate } = fromRecipes('feelin')

/**
 * Does with the template what modeler, engine and REST connector of Camunda 8 do: inputs, request, result, error and
 * outputs. The expressions are evaluated by feelin, which is FEEL by other authors.
 */
export async function connectorTask(values: object, known: Variables): Promise<Ended> {
  const { properties } = makeTemplate() as { readonly properties: readonly Property[] }
  const local: Variables = {}
  for (const property of properties.filter(({ binding }) => binding.type === 'zeebe:input')) {
    const written = writeValue(property, values)
    if (written !== undefined)
      assign(local, property.binding.name ?? '', read(written, { ...known, ...local }))
  }
  const { readTimeoutInSeconds } = local
  const { response, error } = await send(local)
  const scope = { response, error, job: { retries: 5 }, ...functions }
  const header = (name: string) =>
    String(
      properties.find(({ binding }) => binding.type === 'zeebe:taskHeader' && binding.key === name)?.value,
    )

  const failed = read(header('errorExpression'), scope) as Ended | null
  if (failed !== null) return { ...failed, readTimeoutInSeconds }
  const result = read(header('resultExpression'), scope) as Variables
  const outputs = properties.filter(({ binding }) => binding.type === 'zeebe:output')
  const variables = outputs.map(({ value, binding }) => [
    value,
    read(binding.source ?? '', { vars: null, ...known, ...result }),
  ])
  return { kind: 'completed', variables: Object.fromEntries(variables), readTimeoutInSeconds }
}

/** What the modeler writes into the process, or nothing for an optional property that is left empty. */
function writeValue({ id, value, feel }: Property, values: object): string | undefined {
  const chosen = id !== undefined && id in values ? Reflect.get(values, id) : value
  if (chosen === undefined) return undefined
  return feel === 'static' && typeof chosen !== 'string' ? `=${chosen}` : String(chosen)
}

/** A text, or the value of an expression. */
function read(written: string, scope: Variables): unknown {
  if (!written.startsWith('=')) return written
  return evaluate(written.slice(1), scope).value
}

/** `authentication.token` is a member of `authentication`. */
function assign(local: Variables, path: string, value: unknown): void {
  const names = path.split('.')
  const last = names.pop() ?? ''
  let at = local
  for (const name of names) {
    at[name] ??= {}
    at = at[name] as Variables
  }
  at[last] = value
}

const functions = {
  bpmnError: (code: string, message: string, variables: unknown) => ({
    kind: 'bpmnError',
    code,
    message,
    variables,
  }),
  jobError: (message: string, _variables: unknown, retries: number, timeout?: object) => ({
    kind: 'jobError',
    message,
    retries,
    timeout: String(timeout ?? 'PT0S'),
  }),
}

/** As the REST connector: a status of 400 or more is an error with the response. */
async function send({ url, authentication, method, body }: Variables) {
  const { token } = authentication as { readonly token: string }
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  try {
    const request = { method: String(method), headers, body: JSON.stringify(body) }
    const came = await fetch(String(url), request)
    const response = { status: came.status, body: await came.json() }
    if (came.ok) return { response, error: null }
    return {
      response: null,
      error: { code: String(came.status), message: came.statusText, variables: { response } },
    }
  } catch (error) {
    return { response: null, error: { code: null, message: String(error) } }
  }
}
