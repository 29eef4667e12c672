import { executeExamples } from '../openapi/examples.ts'
import type { ExecuteReply, ExecuteRequest } from '../src/contract/execution.ts'
import { receiverHost, receiverPort } from './receiver.ts'

/** An example of `POST /v1/execute`, and its expected result. */
export interface DemoExample {
  readonly title: string
  readonly request: ExecuteRequest
  readonly expected: Pick<ExecuteReply, 'branch'> & Pick<ExecuteReply['reason'], 'code'>
}

const expectations = {
  lead: { branch: 'yes', code: 'expectation_met' },
  subscription: { branch: 'yes', code: 'expectation_met' },
  conditional_field: { branch: 'success', code: 'expectation_met' },
  unexpected_status: { branch: 'no', code: 'expectation_unmet' },
  timeout: { branch: 'exit', code: 'response_timeout' },
  denied_address: { branch: 'error', code: 'address_denied' },
} satisfies Record<keyof typeof executeExamples, DemoExample['expected']>

/** The examples of the API's documentation, in its order, with the receiver on `port`. */
export function demoExamples(port: number): readonly DemoExample[] {
  return Object.entries(executeExamples).map(([name, { summary, value }]) => ({
    title: summary,
    request: callingPort(port, value),
    expected: expectations[name as keyof typeof executeExamples], // Object.entries loses the type of the names
  }))
}

/** The same request with another port of the receiver, which appears only in texts. */
function callingPort(port: number, request: ExecuteRequest): ExecuteRequest {
  const json = JSON.stringify(request)
  return JSON.parse(json.replaceAll(`${receiverHost}:${receiverPort}`, `${receiverHost}:${port}`))
}

/** Whether the reply is what the example shows. */
export function isAsExpected({ expected }: DemoExample, reply: ExecuteReply): boolean {
  return reply.branch === expected.branch && reply.reason.code === expected.code
}
