import type { CallbackEntry } from '../contract/callback.ts'
import { type ConfigError, pointer } from '../contract/config-error.ts'
import { ExecuteReply, Reason, ShownRequest, ShownResponse } from '../contract/execution.ts'
import { connectionNamePattern } from '../contract/names.ts'
import type { Node } from '../contract/node.ts'
import { type ParsedText, type ReadValue, readSettingFile } from '../secrets/read-setting-file.ts'
import { type CompiledNode, compileNode } from '../webhook/compile.ts'
import { decodeStandardKey, standardKeyForm } from '../webhook/request/signing-key.ts'
import type { KnownNames } from '../webhook/template/known-names.ts'
import { isObject } from '../webhook/values/json.ts'
import { parseJsonFile } from '../webhook/values/json-file.ts'
import { repeatedMembers } from '../webhook/values/repeated-members.ts'

/** An entry of CALLBACKS_FILE, as the node that it is. */
export interface CompiledCallback {
  readonly node: CompiledNode
  /** Secrets of its own, by the name under which the node refers to them. */
  readonly secrets: Readonly<Record<string, string>>
}

export type CompiledCallbacks = ReadonlyMap<string, CompiledCallback>

/** The setting that defines callbacks. */
export interface CallbackSource {
  /** The path in CALLBACKS_FILE, or null. */
  readonly file: string | null
  /** Finds the schema errors of an entry. `path` is the JSON Pointer of the entry. */
  readonly findSchemaErrors: (entry: unknown, path: string) => Iterable<ConfigError>
}

/** The entries of CALLBACKS_FILE by name. */
export type CallbackEntries = ReadonlyMap<string, CallbackEntry>

const maxFileBytes = 1_048_576
const example =
  '{ "engine": { "url": "https://engine.example/webhook-node", "secret": "{{ secrets.CALLBACK }}" } }'

/** Reads all callbacks, at the start and after a change. No problem shows a value. */
export function readCallbacks({ file, findSchemaErrors }: CallbackSource): ReadValue<CallbackEntries> {
  if (file === null) return { ok: true, value: new Map() }
  return readSettingFile(file, {
    setting: 'CALLBACKS_FILE',
    maxBytes: maxFileBytes,
    parse: (text) => parseCallbacks(text, findSchemaErrors),
  })
}

function parseCallbacks(
  text: string,
  findSchemaErrors: CallbackSource['findSchemaErrors'],
): ParsedText<CallbackEntries> {
  const refuse = (problem: string) => ({ value: new Map(), problems: [problem] })
  const parsed = parseJsonFile(text)
  if (!parsed.ok) return refuse(parsed.detail)
  if (!isObject(parsed.plain))
    return refuse(`must be a JSON object: the name of a callback to an object, as in ${example}`)
  const problems = [...repeatedMembers(text)].map((steps) => `${pointer('', ...steps)} occurs twice`)
  const entries = new Map<string, CallbackEntry>()
  for (const [name, entry] of Object.entries(parsed.plain)) {
    const errors = [...findErrors(name, entry, findSchemaErrors)]
    problems.push(...errors.map(({ path, message }) => `${path} ${message}`))
    if (errors.length === 0) entries.set(name, entry as CallbackEntry)
  }
  return { value: entries, problems }
}

function* findErrors(
  name: string,
  entry: unknown,
  findSchemaErrors: CallbackSource['findSchemaErrors'],
): Generator<ConfigError> {
  const path = pointer('', name)
  if (!callbackName.test(name))
    yield { path, message: 'is not a name of a callback: use 1 to 64 of A-Z a-z 0-9 . _ -' }
  const errors = [...findSchemaErrors(entry, path)]
  yield* errors
  if (errors.length > 0) return
  const { secret } = entry as CallbackEntry
  if (!isReference(secret) && decodeStandardKey(secret) === null)
    yield { path: `${path}/secret`, message: `must be ${standardKeyForm}, or a reference to a secret` }
  yield* findSources(entry as CallbackEntry, path)
  const compiled = compile(entry as CallbackEntry)
  if (compiled.ok) return
  for (const error of compiled.errors) yield { ...error, path: locate(error.path, path) }
}

/** The place in the file of what the node has elsewhere. */
function locate(pathInNode: string, path: string): string {
  const rest = pathInNode.slice('/node'.length)
  return rest.startsWith('/signing') ? `${path}/secret` : `${path}${rest}`
}

const callbackName = new RegExp(`^${connectionNamePattern}$`)

const isReference = (secret: string) => secret.includes('{{')

const ownSecret = 'callback_signing_key'

const membersOf = ({ properties }: { readonly properties: object }) =>
  Object.fromEntries(Object.keys(properties).map((name) => [name, 'anything' as const]))

/** The members of the message, which templates of an entry can use. */
const names: KnownNames = {
  type: 'text',
  executionId: 'text',
  correlationId: 'text',
  token: 'text',
  branch: 'text',
  succeeded: 'anything',
  reason: membersOf(Reason),
  captured: 'anything',
  delivered: 'text',
  // Where the callback has `"include": "full"`.
  result: [
    {
      ...membersOf(ExecuteReply),
      reason: membersOf(Reason),
      request: [membersOf(ShownRequest)],
      response: [membersOf(ShownResponse)],
    },
  ],
}

/** Fields of an entry whose values would come from a payload. */
function* findSources({ headers = [], body }: CallbackEntry, path: string): Generator<ConfigError> {
  const fields = body !== undefined && 'fields' in body ? body.fields : []
  const places = { headers, 'body/fields': fields }
  for (const [place, list] of Object.entries(places))
    for (const [index, field] of list.entries())
      if ('source' in field)
        yield {
          path: `${path}/${place}/${index}/source`,
          message:
            'must be left out: a callback has no payload; write "value": "{{ branch }}" or another of its variables',
        }
}

function compile({ secret, method = 'POST', body = { structure: 'full' }, ...rest }: CallbackEntry) {
  const reference = isReference(secret) ? secret : `{{ secrets.${ownSecret} }}`
  const node: Node = {
    ...rest,
    method,
    body,
    idempotent: true,
    signing: { scheme: 'standard-webhooks', secret: reference },
  }
  return compileNode(node, { maxTimeoutMs: Number.POSITIVE_INFINITY, names })
}

/** Compiles entries that were read without problems. */
export function compileCallbacks(entries: CallbackEntries): CompiledCallbacks {
  return new Map(
    Array.from(entries, ([name, entry]) => {
      const compiled = compile(entry)
      if (!compiled.ok) throw new TypeError('an entry that was read has no errors')
      const secrets: Record<string, string> = isReference(entry.secret) ? {} : { [ownSecret]: entry.secret }
      return [name, { node: compiled.node, secrets }]
    }),
  )
}
