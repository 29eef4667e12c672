import { readId } from '../../contract/builders.ts'
import { CallbackEntry } from '../../contract/callback.ts'
import type { ConfigError } from '../../contract/config-error.ts'
import { Connection, LimitLine } from '../../contract/connection.ts'
import { namedSchemas } from '../../contract/schemas.ts'
import { isObject } from '../../webhook/values/json.ts'
import { dereference, type JsonSchema } from './json-schema.ts'
import type { Place } from './place.ts'
import { findSchemaErrors } from './schema-errors.ts'

/** The schema may refer to named ones. */
function explainWith(
  schema: unknown,
  place: Place,
  address?: string,
): (value: unknown, path: string) => Iterable<ConfigError> {
  let dereferenced: JsonSchema | null = null
  return (value, path) => {
    if (address !== undefined && isWrapper(value, address)) return [{ path, message: unwrap }]
    // TypeBox's types do not declare the keywords of JSON Schema that its schemas have.
    const named = () => new Map(namedSchemas.map((one) => [readId(one), one as JsonSchema]))
    dereferenced ??= dereference(schema as JsonSchema, named())
    return findSchemaErrors(dereferenced, value, path, place)
  }
}

const unwrap = 'is around the entries: write what is in it at the top of the file'

/** Whether a value has entries in place of being one. `address` is a member that each entry has. */
function isWrapper(value: unknown, address: string): boolean {
  if (!isObject(value)) return false
  const entries = Object.values(value)
  return entries.length > 0 && entries.every((entry) => isObject(entry) && Object.hasOwn(entry, address))
}

/** Finds the schema errors of an entry of CONNECTIONS_FILE. `path` is its JSON Pointer. */
export const explainInvalidConnection = explainWith(Connection, 'Connection', 'baseUrl')

/** Finds the schema errors of an entry of CALLBACKS_FILE. `path` is its JSON Pointer. */
export const explainInvalidCallback = explainWith(CallbackEntry, 'Callback', 'url')

/** Finds the schema errors of a line of LIMITS_FILE. `path` is its JSON Pointer. */
export const explainInvalidLimit = explainWith(LimitLine, 'Limit')
