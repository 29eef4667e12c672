import type { Static } from 'typebox'
import { closedObject, oneOfWords } from './builders.ts'
import { Type } from './typebox.ts'

/** The hash functions of the scheme `hmac`. */
const signingAlgorithms = ['sha256', 'sha512'] as const

/** One of these hash functions. */
export type SigningAlgorithm = (typeof signingAlgorithms)[number]

/** How many keys may sign a request. Each of them hashes the body once more. */
const maxSigningSecrets = 5

const reference = Type.String({ minLength: 1, maxLength: 1_024 })

const secret = Type.Unsafe<string | string[]>({
  anyOf: [reference, Type.Array(reference, { minItems: 1, maxItems: maxSigningSecrets })],
  description:
    'a reference to a secret, as in "{{ secrets.partner }}", or a list of them, each of which signs the request while a key is replaced',
  examples: ['{{ secrets.partner }}', ['{{ secrets.partner_new }}', '{{ secrets.partner_old }}']],
})

const signatureTemplate = (description: string, examples: string[]) =>
  Type.String({ minLength: 1, maxLength: 1_024, description, examples })

const StandardWebhooks = closedObject(
  {
    scheme: oneOfWords(['standard-webhooks'], {
      description:
        'The headers `webhook-id`, `webhook-timestamp` and `webhook-signature` (Standard Webhooks).',
    }),
    secret,
  },
  { title: 'Standard Webhooks', description: 'A signature as Standard Webhooks describes it.' },
)

const Hmac = closedObject(
  {
    scheme: oneOfWords(['hmac'], { description: 'A header with an HMAC (RFC 2104).' }),
    algorithm: Type.Optional(
      oneOfWords(signingAlgorithms, { description: 'The hash function.', default: 'sha256' }),
    ),
    over: signatureTemplate(
      'What is signed. It knows `timestamp` (in seconds), `id`, `method`, `path` (with the query) and `body`, and has no filters.',
      ['{{ timestamp }}.{{ body }}'],
    ),
    header: Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'The name of the header that has the signature.',
      examples: ['X-Signature'],
    }),
    value: signatureTemplate(
      'The value of the header. It knows the names of `over`, and the signature as `hex` or `base64`.',
      ['t={{ timestamp }},v1={{ hex }}'],
    ),
    secret,
  },
  { title: 'HMAC', description: 'An HMAC in a header.' },
)

export const Signing = Type.Union([StandardWebhooks, Hmac], {
  $id: 'Signing',
  description:
    'How the request is signed. Each attempt has its own timestamp and signature, over the exact bytes that are sent. The reply always masks the signature.',
  discriminator: { propertyName: 'scheme' },
})

export type Signing = Static<typeof Signing>
