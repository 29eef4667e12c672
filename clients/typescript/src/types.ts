import type { components } from './openapi.ts'

type Schemas = components['schemas']

/** A field of a query, of headers or of a body. Each of its three forms excludes the members of the others. */
export type Field = OneForm<Schemas['Field']>

/** Each form of a union, without the members that only other forms have. */
type OneForm<Form, All = Form> = Form extends unknown
  ? Form & { readonly [Name in Exclude<All extends unknown ? keyof All : never, keyof Form>]?: never }
  : never

type Body<Form = Schemas['Body']> = Form extends { fields: unknown }
  ? Omit<Form, 'fields'> & { fields: Field[] }
  : Form

/** What to send, and what to make of the response. */
export type Node = Omit<Schemas['Node'], 'query' | 'headers' | 'body'> & {
  query?: Field[]
  headers?: Field[]
  body?: Body
}

/** The body of `POST /v1/execute`: a node, a payload, and options of the call. */
export type ExecuteRequest = Omit<Schemas['ExecuteRequest'], 'node'> & { node: Node }

/** The reply with status 200: the branch to follow, and why. */
export type ExecuteReply = Schemas['ExecuteReply']

/** Why the service refused or failed a request (RFC 9457). */
export type Problem = Schemas['Problem']

/** The name of a problem. Later versions of the service may have more. */
export type ProblemCode = Problem['code']

/** Whether a target may have got the request. */
export type Delivered = Problem['delivered']

/** Whether the same request may be sent again, later: `if_idempotent` where the target takes both as one. */
export type Repeat = ExecuteReply['repeat']

/** What the client needs of `fetch`. That of each runtime, and that of the package undici, have it. */
export type Fetch = (
  url: string,
  init: {
    readonly method: 'POST'
    readonly headers: Record<string, string>
    readonly body: string
    readonly redirect: 'manual'
    readonly signal: AbortSignal
  },
) => Promise<FetchedResponse>

/** What the client needs of a response. */
export interface FetchedResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: { getReader(): FetchedReader } | null
}

/** What the client needs of the reader of a body. */
export interface FetchedReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
  cancel(): Promise<void>
}

/** How the service is reached. */
export interface ClientOptions {
  /** The address of the service, such as `http://webhook-node:3000`. A path in front of `/v1` is kept. */
  readonly baseUrl: string | URL
  /** A key of the service. Without a key, no `Authorization` is sent. */
  readonly apiKey?: string | undefined
  /** Stands in for the global `fetch`, for example that of the package undici with a proxy or with limits of its own. */
  readonly fetch?: Fetch | undefined
  /** How often a request is sent at most, the first time included. By default 3. */
  readonly attempts?: number | undefined
  /** The upper bound of the first pause, in milliseconds; it doubles with each attempt. By default 500. */
  readonly initialDelayMs?: number | undefined
  /**
   * The upper bound of every pause, in milliseconds. A request is not repeated where the service asks for a longer one:
   * the result has it as `retryAfterMs`. By default 10,000.
   */
  readonly maxDelayMs?: number | undefined
}

/** Options of one execution. */
export interface ExecuteOptions {
  /** Ends the execution: the result has the kind `aborted`. */
  readonly signal?: AbortSignal | undefined
  /**
   * How long one attempt may take, in milliseconds. By default two seconds longer than the service may take:
   * `deadlineMs`, else `node.retry.totalMs`, else `node.timeoutMs`.
   */
  readonly timeoutMs?: number | undefined
}

/** The service executed the node. Follow `reply.branch`. */
export interface BranchResult {
  readonly kind: 'branch'
  readonly reply: ExecuteReply
  /** How many requests were sent. */
  readonly attempts: number
}

/** What all results without a branch have. */
export interface Failed {
  /** `maybe` if any of the requests may have reached the target. */
  readonly delivered: Delivered
  /** Whether the same execution may be sent again, over all requests that were sent. */
  readonly repeat: Repeat
  /** The pause that the service asked for, in milliseconds, or null. */
  readonly retryAfterMs: number | null
  /** How many requests were sent. */
  readonly attempts: number
}

/** The service refused the request, or failed: `problem` says why. */
export interface RefusedResult extends Failed {
  readonly kind: 'refused'
  readonly code: ProblemCode
  readonly problem: Problem
}

/**
 * Why there is no answer of the service. `not_sent`: no connection came about. `connection_lost`: it ended before the
 * answer did. `timed_out`: the answer was not there in time. `foreign_answer`: what answered is not the service, but for
 * example a proxy.
 */
export type UnansweredCode = 'not_sent' | 'connection_lost' | 'timed_out' | 'foreign_answer'

/** No answer of the service came. */
export interface UnansweredResult extends Failed {
  readonly kind: 'unanswered'
  readonly code: UnansweredCode
  /** The status of what came, or null. */
  readonly status: number | null
}

/** The signal of the caller ended the execution. The service may carry on with what has begun. */
export interface AbortedResult extends Failed {
  readonly kind: 'aborted'
  readonly code: 'aborted'
}

/** How an execution ended. */
export type ExecuteResult = BranchResult | RefusedResult | UnansweredResult | AbortedResult

/** A client of one service. */
export interface Client {
  /**
   * Executes a node. Repeats the request only where this cannot make the target do something twice. All ends are
   * results: only a mistake in the program rejects, such as a body that is no JSON.
   */
  execute(request: ExecuteRequest, options?: ExecuteOptions): Promise<ExecuteResult>
}
