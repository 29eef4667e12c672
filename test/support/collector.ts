import { createServer, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { listen } from '../../testkit/listen.ts'

/** A span as a collector sees it, with its attributes by name. */
export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly traceState?: string
  readonly name: string
  /** 2: server, 3: client. */
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly status: { readonly code?: number; readonly message?: string }
  readonly attributes: Readonly<Record<string, unknown>>
  /** Of the service that it comes from. */
  readonly resource: Readonly<Record<string, unknown>>
}

/** What was delivered at once. */
interface Delivery {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A real receiver of OTLP over HTTP, gone when the test ends. */
export interface Collector {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string
  readonly deliveries: readonly Delivery[]
  spans(): readonly CollectedSpan[]
}

/** Answers every delivery with a status; without one it does not answer. */
export async function collector({ status = 200 }: { status?: number | null } = {}): Promise<Collector> {
  const deliveries: Delivery[] = []
  const server = createServer(async (request, response) => {
    const { url: path = '', headers } = request
    deliveries.push({ path, headers, body: await text(request) })
    if (status !== null) response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  })
  const { port, close } = await listen(server)
  onTestFinished(close)
  return { url: `http://127.0.0.1:${port}`, deliveries, spans: () => deliveries.flatMap(spansIn) }
}

interface OtlpAttribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

type OtlpSpan = Omit<CollectedSpan, 'attributes' | 'resource'> & {
  readonly attributes: readonly OtlpAttribute[]
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] }
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[]
  }[]
}

function spansIn({ body }: Delivery): readonly CollectedSpan[] {
  const { resourceSpans } = JSON.parse(body) as OtlpRequest
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        attributes: byName(span.attributes),
        resource: byName(resource.attributes),
      })),
    ),
  )
}

/** A value is an object with one member, which is named by its type. */
function byName(attributes: readonly OtlpAttribute[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
