import type { RetrySafety } from './failure.ts'

export interface ProblemInfo {
  readonly status: number
  readonly title: string
  /** Whether a target may have got the request. */
  readonly delivered: 'no' | 'maybe'
  /** Whether the client may send the same request again, and that may help. */
  readonly retryable: boolean
}

/** Why the service replies with another status than 200. Codes are API: add freely, rename never. */
export const problems = {
  invalid_request: refusal(400, 'The service refused the request, because a part of it is wrong'),
  unauthorized: refusal(401, 'The request has no valid key'),
  forbidden: refusal(403, 'The client is not allowed to make this request'),
  not_found: refusal(404, 'There is nothing under this path'),
  execution_unknown: { ...refusal(404, 'No execution of this client has this id'), delivered: 'maybe' },
  method_not_allowed: refusal(405, 'The route does not support this method'),
  payload_too_large: refusal(413, 'The request body is too large'),
  unsupported_media_type: refusal(415, 'The request body is not JSON'),
  too_many_requests: { ...refusal(429, 'The client or tenant has reached its limit'), retryable: true },
  idempotency_in_progress: {
    ...refusal(409, 'An execution with this idempotencyKey has not ended'),
    delivered: 'maybe',
    retryable: true,
  },
  idempotency_key_reused: {
    ...refusal(422, 'The idempotencyKey belongs to another request'),
    delivered: 'maybe',
  },
  already_ended: { ...refusal(409, 'The execution has ended'), delivered: 'maybe' },
  not_cancellable: { ...refusal(409, 'A client waits for the execution'), delivered: 'maybe' },
  backlog_full: { ...refusal(429, 'Too many executions of the tenant are waiting'), retryable: true },
  secrets_not_storable: refusal(400, 'The service does not store secrets'),
  store_missing: refusal(501, 'The service has no store'),
  store_unavailable: { ...refusal(503, 'The store cannot be reached'), retryable: true },
  overloaded: { ...refusal(503, 'The service cannot take more requests now'), retryable: true },
  internal: { ...refusal(500, 'The service failed with an internal error'), delivered: 'maybe' },
} as const satisfies Record<string, ProblemInfo>

/** The name of a problem. It is part of the API. */
export type ProblemCode = keyof typeof problems

/** All codes of problems, for schemas. */
export const problemCodes = Object.keys(problems) as ProblemCode[]

/** Whether the client may send the same request again, in the words of a reply. */
export function findSafetyAfterProblem(code: ProblemCode): RetrySafety {
  const { retryable, delivered } = problems[code]
  if (retryable) return 'safe'
  return code === 'internal' && delivered === 'maybe' ? 'if_idempotent' : 'never'
}

function refusal(status: number, title: string) {
  return { status, title, delivered: 'no', retryable: false } as const
}
