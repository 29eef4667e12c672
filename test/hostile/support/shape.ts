import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { attack, expectUnharmed, listCodes, sending } from './attack.ts'
import type { HostileRequest } from './hostile-client.ts'
import type { HostileService } from './hostile-service.ts'
import { type HostileAnswer, type HostileTarget, respond } from './hostile-target.ts'

/** One request that is meant to do harm, or one answer. */
export interface Shape {
  readonly name: string
  /** Made for the URL of a target that gives the answer. */
  readonly request: (url: string) => HostileRequest
  readonly answer?: () => HostileAnswer
  /** How many are sent at once; one by default. */
  readonly times?: number
  /** Codes of problems and reasons of which each reply has one. Without them any is right that does no harm. */
  readonly codes?: readonly string[]
}

/** Codes of a request of which something is too much, wherever that is seen. */
export const tooMuch: readonly string[] = [
  'invalid_request',
  'payload_too_large',
  'template_failed',
  'request_too_large',
  'url_invalid',
  'header_invalid',
  'body_invalid',
  'judging_failed',
]

/** Codes of a call that was made, whatever was made of its answer. */
export const judged: readonly string[] = ['expectation_met', 'expectation_unmet', 'judging_failed']

/** Tries each shape on the service. */
export function describeShapes(
  title: string,
  { service, target }: { readonly service: HostileService; readonly target: HostileTarget },
  shapes: readonly Shape[],
): void {
  describe(title, () => {
    it.each(shapes)('$name', async ({ request, answer, times = 1, codes }) => {
      const url = target.answering(answer?.() ?? respond({}))
      const prepared = request(url)

      const aftermath = await attack(service, sending(...Array.from({ length: times }, () => prepared)))

      expectUnharmed(aftermath)
      if (codes === undefined) return
      const others = listCodes(aftermath).filter((code) => !codes.includes(code ?? ''))
      expect(others, `answered with ${others.join()}`).toEqual([])
    })
  })
}

/** Begins and ends what is no text, where nothing else can be taken for it. */
const mark = randomUUID()
const marked = new RegExp(`"${mark}(.*?)${mark}"`, 'gs')

/** A node that POSTs to a target, and what else it has. */
export const post = (url: string, more: object = {}) => ({ method: 'POST', url, ...more })

/** JSON that stands in an object as it is: numbers that no value of JavaScript has. */
export const raw = (json: string) => ({ toJSON: () => mark + json + mark })

/** The JSON of an object, with all that is `raw` as it stands. */
export function writeShape(value: unknown): string {
  return JSON.stringify(value).replaceAll(marked, (_match, json: string) => JSON.parse(`"${json}"`))
}

export function execute(parts: object): HostileRequest {
  return { path: '/v1/execute', body: writeShape(parts) }
}

export function preview(parts: object): HostileRequest {
  return { path: '/v1/preview', body: writeShape(parts) }
}

/** Makes a number of items. */
export function many<Item>(count: number, make: (index: number) => Item): Item[] {
  return Array.from({ length: count }, (_none, index) => make(index))
}
