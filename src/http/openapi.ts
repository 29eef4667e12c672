import swagger, { type FastifyDynamicSwaggerOptions, type SwaggerTransformObject } from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import manifest from '../../package.json' with { type: 'json' }
import { executeExamples, previewExamples } from './examples.ts'
import { completeDocument } from './openapi-document.ts'

/** The version of this service. */
export const { version } = manifest

const description = `The Webhook node of a workflow engine, as a service: it takes the configuration of a node and what the workflow
knows, sends the request, and tells which branch to follow.

**The HTTP status says whether the service did its job; the branch says what the target did.** Every error is
\`application/problem+json\` (RFC 9457) and lists all that is wrong with the request. A route that does not exist is
\`404\` with the code \`not_found\`, a method that it does not have \`405\` with \`method_not_allowed\`.`

/** Describes all routes that are registered after it, and serves the document at `GET /openapi.json`. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, options)
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}

const options: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: { title: 'webhook-node', version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/', description: 'This service' }],
    tags: [
      { name: 'webhook', description: 'Execute and preview nodes.' },
      { name: 'statistics', description: 'What has passed through the nodes.' },
      { name: 'health', description: 'For whoever watches the process. No key needed.' },
    ],
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'One of the keys in the setting API_KEYS.' },
      },
    },
  },
  refResolver: { buildLocalReference: ({ $id }, _base, _fragment, index) => String($id ?? `def-${index}`) },
  transformObject: (input) => {
    if (!('openapiObject' in input)) return input.swaggerObject
    const examples = { executeNode: executeExamples, previewNode: previewExamples }
    // What is added are schemas and examples, which leaves the document one.
    return completeDocument(input.openapiObject, examples) as ReturnType<SwaggerTransformObject>
  },
}
