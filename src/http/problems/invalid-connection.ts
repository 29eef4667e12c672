import { readId } from '../../contract/builders.ts'
import type { ConfigError } from '../../contract/config-error.ts'
import { Connection } from '../../contract/connection.ts'
import { namedSchemas } from '../../contract/schemas.ts'
import { dereference, type JsonSchema } from './json-schema.ts'
import { findSchemaErrors } from './schema-errors.ts'

let schema: JsonSchema | null = null

/** Finds the schema errors of an entry of CONNECTIONS_FILE. `path` is its JSON Pointer. */
export function explainInvalidConnection(entry: unknown, path: string): Iterable<ConfigError> {
  // TypeBox's types do not declare the keywords of JSON Schema that its schemas have.
  const named = () => new Map(namedSchemas.map((one) => [readId(one), one as JsonSchema]))
  schema ??= dereference(Connection as JsonSchema, named())
  return findSchemaErrors(schema, entry, path, 'Connection')
}
