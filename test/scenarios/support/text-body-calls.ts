import type { BrokenCall } from './broken-calls.ts'
import { type CallRow, callOf } from './call-row.ts'

const raw = (contentType: string, content: string) => ({ body: { structure: 'raw', contentType, content } })
const xml = (content: string) => raw('application/xml', content)
const json = (content: unknown) => ({ body: { structure: 'json', content } })
const refused = { errors: [{ field: 'email', message: 'is invalid' }] }
const markup = { 'content-type': 'application/xml' }
const error = (text: string) => `<error><message>${text}</message></error>`
const shown = 'Check the value of "email". The node sends "yesterday", which comes from profile.signup.'

const rows: readonly CallRow[] = [
  [
    'a value in raw JSON',
    raw('application/json', '{"email": "{{ profile.signup }}", "plan": "gold"}'),
    [422, refused],
    '/node/body/content',
    `The target answers 422: "email: is invalid". ${shown}`,
  ],
  [
    'a value in a raw form',
    raw('application/x-www-form-urlencoded', 'plan=gold&email={{ profile.signup }}'),
    [422, refused],
    '/node/body/content',
    `The target answers 422: "email: is invalid". ${shown}`,
  ],
  [
    'a value in XML',
    xml('<lead><email>{{ profile.signup }}</email></lead>'),
    [422, refused],
    '/node/body/content',
    `The target answers 422: "email: is invalid". ${shown}`,
  ],
  [
    'a constant in raw JSON',
    raw('application/json', '{"email": "ada", "plan": "gold"}'),
    [422, refused],
    '/node/body/content',
    'The target answers 422: "email: is invalid". Check the value of "email". The node sends "ada".',
  ],
  [
    'a value of the payload',
    { body: { structure: 'full', source: 'event' } },
    [422, refused],
    '/node/body/source',
    'The target answers 422: "email: is invalid". Check the value of "email". The node sends "ada at example", which comes from event.email.',
  ],
  [
    'two values at once',
    json({ email: '{{ profile.signup }}', plan: '{{ profile.plan }}' }),
    [422, { errors: { email: ['is invalid'], plan: ['is not sold'] } }],
    '/node/body/content/email',
    'The target answers 422: "email: is invalid; plan: is not sold". Check the values of "email" and "plan". The node sends "yesterday" as "email" (from profile.signup) and "gold" as "plan" (from profile.plan).',
  ],
  [
    'a misspelt element',
    xml('<lead><emial>{{ profile.signup }}</emial></lead>'),
    [
      400,
      error(
        "cvc-complex-type.2.4.a: Invalid content was found starting with element 'emial'. One of '{email}' is expected.",
      ),
      markup,
    ],
    '/node/body/content',
    'The target answers 400: "cvc-complex-type.2.4.a: Invalid content was found starting with element \'emial\'. One of \'{email}\' is expected". The node sends "emial": rename it to "email".',
  ],
  [
    'a missing element',
    xml('<lead><plan>gold</plan></lead>'),
    [
      400,
      error("The element 'lead' has incomplete content. List of possible elements expected: 'email'."),
      markup,
    ],
    '/node/body/content',
    'The target answers 400: "The element \'lead\' has incomplete content. List of possible elements expected: \'email\'". The node sends no field "email": add it.',
  ],
  [
    'an element that is required',
    xml('<lead><plan>gold</plan></lead>'),
    [400, error('Element email is required'), markup],
    '/node/body/content',
    'The target answers 400: "Element email is required". The node sends no field "email": add it.',
  ],
  [
    'an element in another case',
    xml('<lead><Email>{{ profile.signup }}</Email></lead>'),
    [400, error("Missing required element 'email'"), markup],
    '/node/body/content',
    'The target answers 400: "Missing required element \'email\'". The node sends "Email": rename it to "email".',
  ],
  [
    'a record that the target may want in an object',
    json({ email: '{{ profile.signup }}', plan: 'gold' }),
    [422, { detail: [{ type: 'missing', loc: ['body', 'contact'], msg: 'Field required', input: null }] }],
    '/node/body/content',
    'The target answers 422: "contact: Field required". The node sends no field "contact". If the target reads the fields from an object of that name, put them into one, as in {"contact": {"email": …, "plan": …}}; if not, add it.',
  ],
  [
    'a field by its German name',
    json({ email: '{{ profile.signup }}', plan: 'gold' }),
    [422, { message: 'Die E-Mail-Adresse ist ungültig' }],
    '/node/body/content/email',
    `The target answers 422: "Die E-Mail-Adresse ist ungültig". ${shown}`,
  ],
  [
    'a German name of a field that the node may send twice',
    json({ email: '{{ profile.signup }}', mail: '{{ profile.signup }}' }),
    [422, { message: 'Die E-Mail-Adresse ist ungültig' }],
    '/node/body/content',
    'The target does not accept the values of the request: "Die E-Mail-Adresse ist ungültig". Check required fields and formats. The call was POST {target}/v1/leads, with "email" and "mail" as application/json.',
  ],
]

/** Calls whose body is a text, and fields that a target calls by other words than the node. */
export const textBodyCalls: readonly BrokenCall[] = rows.map((row) => ({
  ...callOf(row),
  payload: { profile: { signup: 'yesterday', plan: 'gold' }, event: { email: 'ada at example' } },
}))
