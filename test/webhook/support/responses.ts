import {
  noMaskers,
  ReadableResponse,
  type ResponseMaskers,
} from '../../../src/webhook/response/readable-response.ts'
import { noSecrets, type Scope } from '../../../src/webhook/template/render-context.ts'
import type { BodyEnding, HeaderPair } from '../../../src/webhook/wire/outcome.ts'

export interface ResponseSketch {
  readonly status?: number
  readonly headers?: readonly HeaderPair[]
  readonly body?: string | Buffer
  readonly ending?: BodyEnding
}

/** A response as it is read after a call. */
export function createResponse(
  { status = 200, headers = [], body = '', ending = 'complete' }: ResponseSketch,
  maskers: Partial<ResponseMaskers> = {},
): ReadableResponse {
  return new ReadableResponse(
    { status, headers, body: Buffer.from(body), ending },
    { ...noMaskers, ...maskers },
  )
}

/** What templates and conditions see of a response. */
export function createScope(response: ReadableResponse, variables: Scope['variables'] = {}): Scope {
  return { variables: { ...variables, response: response.variables }, secrets: noSecrets }
}
