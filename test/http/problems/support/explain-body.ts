import type { ConfigError } from '../../../../src/contract/config-error.ts'
import { explainInvalidBody, type LaterChecks } from '../../../../src/http/problems/invalid-body.ts'
import { compileNode } from '../../../../src/webhook/compile.ts'

/** The later checks of a service without limits, connections and a store. */
const checks: LaterChecks = {
  checkRequest({ node }) {
    const compiled = compileNode(node, { maxTimeoutMs: 10_000 })
    return compiled.ok ? [] : compiled.errors
  },
  checkSubmission: (request) => checks.checkRequest(request),
}

/** The errors of the body of a route. */
export function explainBody(body: unknown, route = 'ExecuteRequest'): Iterable<ConfigError> {
  return explainInvalidBody({ $ref: route }, body, checks)
}
