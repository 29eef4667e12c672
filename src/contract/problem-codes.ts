interface ProblemInfo {
  readonly status: number
  readonly title: string
  /** Whether a target may have got a request all the same. */
  readonly delivered: 'no' | 'maybe'
  /** Whether sending the same again is safe and may help. */
  readonly retryable: boolean
}

/** Every way the service itself can fail a caller. Codes are API: add freely, rename never. */
export const problems = {
  invalid_request: refusal(400, 'The request cannot be understood'),
  unauthorized: refusal(401, 'The request carries no valid key'),
  forbidden: refusal(403, 'The client may not do this'),
  not_found: refusal(404, 'There is nothing at this address'),
  method_not_allowed: refusal(405, 'This address has other methods'),
  payload_too_large: refusal(413, 'The request body is too large'),
  unsupported_media_type: refusal(415, 'The request body is not JSON'),
  too_many_requests: { ...refusal(429, 'The client or tenant has its share already'), retryable: true },
  overloaded: { ...refusal(503, 'The service takes no more work'), retryable: true },
  internal: { ...refusal(500, 'The service made a mistake'), delivered: 'maybe' },
} as const satisfies Record<string, ProblemInfo>

/** The name of a problem, as callers see it. */
export type ProblemCode = keyof typeof problems

/** All codes, for schemas. */
export const problemCodes = Object.keys(problems) as ProblemCode[]

function refusal(status: number, title: string) {
  return { status, title, delivered: 'no', retryable: false } as const
}
