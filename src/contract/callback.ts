import type { Static } from 'typebox'
import { closedObject, named, oneOfWords } from './builders.ts'
import { Auth, Body, Field, nodeLimits } from './node.ts'
import { Type } from './typebox.ts'

/** An entry of CALLBACKS_FILE. It is no part of the HTTP API. */
export const CallbackEntry = closedObject(
  {
    url: Type.String({
      description: 'an https URL, in which {{ token }} stands for the token of the execution, if need be',
    }),
    secret: Type.String({
      minLength: 1,
      maxLength: 1_024,
      description: 'a key of Standard Webhooks, "whsec_…", or a reference to a secret of the service',
    }),
    method: Type.Optional(oneOfWords(['POST', 'PUT', 'PATCH'], { description: '"POST", "PUT" or "PATCH"' })),
    auth: Type.Optional(named(Auth)),
    headers: Type.Optional(Type.Array(named(Field), { maxItems: nodeLimits.fields })),
    body: Type.Optional(named(Body)),
  },
  { description: 'an object with "url" and "secret", and "method", "auth", "headers" and "body" as needed' },
)

export type CallbackEntry = Static<typeof CallbackEntry>
