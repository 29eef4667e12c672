import type { Node } from '../../contract/node.ts'
import type { Payload } from '../../contract/payload.ts'
import type { Progress } from '../../execution/continuation.ts'
import type { TraceContext } from '../../tracing/trace-context.ts'
import { maxJsonDepth, parseJson } from '../../webhook/values/json.ts'
import type { ExecutionDocuments } from '../store/execution-store.ts'

/** Where a callback goes. */
export interface CallbackAddress {
  /** The name of an entry of CALLBACKS_FILE. */
  readonly to: string
  readonly token: string | null
  /** Whether the callback has the whole reply. */
  readonly isFull: boolean
}

/** What a durable execution and its callback need beside node and payload. */
export interface Rest {
  readonly idempotencyKey: string | null
  readonly correlationId: string | null
  readonly diagnostics: 'full' | 'brief'
  readonly deadlineMs: number | null
  /** In milliseconds since the epoch. */
  readonly notBefore: number | null
  readonly callback: CallbackAddress | null
  /** The trace that every attempt belongs to. */
  readonly trace: TraceContext | null
}

/** What was submitted, read again from the store. */
export interface SubmittedDocuments extends Rest {
  readonly node: Node
  /** The JSON of the node. */
  readonly text: string
  readonly payload: Payload
  readonly secrets: Readonly<Record<string, string>>
  readonly progress: Progress | null
}

export function writeDocument(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}

export function readDocuments(documents: ExecutionDocuments): SubmittedDocuments {
  const text = readText(documents.node)
  return {
    ...readRest(documents.rest),
    node: parseExactly(text) as Node,
    text,
    payload: parseExactly(readText(documents.payload)) as Payload,
    secrets:
      documents.secrets === null ? {} : (JSON.parse(readText(documents.secrets)) as Record<string, string>),
    progress: documents.progress === null ? null : (JSON.parse(readText(documents.progress)) as Progress),
  }
}

export function readRest(rest: Uint8Array): Rest {
  return JSON.parse(readText(rest)) as Rest
}

function readText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}

/** The service wrote the text. */
function parseExactly(text: string): unknown {
  const parsed = parseJson(text, { maxDepth: maxJsonDepth })
  if (!parsed.ok) throw new TypeError('a stored document is JSON')
  return parsed.exact
}
