import { readId } from '../../contract/builders.ts'
import { CallbackEntry } from '../../contract/callback.ts'
import type { ConfigError } from '../../contract/config-error.ts'
import { Connection, LimitLine } from '../../contract/connection.ts'
import { namedSchemas } from '../../contract/schemas.ts'
import { dereference, type JsonSchema } from './json-schema.ts'
import { noPlace, type Place } from './place.ts'
import { findSchemaErrors } from './schema-errors.ts'

/** The schema may refer to named ones. */
function explainWith(schema: unknown, place: Place): (value: unknown, path: string) => Iterable<ConfigError> {
  let dereferenced: JsonSchema | null = null
  return (value, path) => {
    // TypeBox's types do not declare the keywords of JSON Schema that its schemas have.
    const named = () => new Map(namedSchemas.map((one) => [readId(one), one as JsonSchema]))
    dereferenced ??= dereference(schema as JsonSchema, named())
    return findSchemaErrors(dereferenced, value, path, place)
  }
}

/** Finds the schema errors of an entry of CONNECTIONS_FILE. `path` is its JSON Pointer. */
export const explainInvalidConnection = explainWith(Connection, 'Connection')

/** Finds the schema errors of an entry of CALLBACKS_FILE. `path` is its JSON Pointer. */
export const explainInvalidCallback = explainWith(CallbackEntry, 'Connection')

/** Finds the schema errors of a line of LIMITS_FILE. `path` is its JSON Pointer. */
export const explainInvalidLimit = explainWith(LimitLine, noPlace)
