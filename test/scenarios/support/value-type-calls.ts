import type { BrokenCall } from './broken-calls.ts'
import { type CallRow, callOf } from './call-row.ts'

const json = (content: unknown) => ({ body: { structure: 'json', content } })
const simple = (field: unknown) => ({
  body: { structure: 'simple', contentType: 'application/json', fields: [field] },
})
const raw = (content: string) => ({ body: { structure: 'raw', contentType: 'application/json', content } })
const says = (message: string) => [400, { message }] as const

const rows: readonly CallRow[] = [
  [
    'a number in quotation marks in a raw body',
    raw('{"age":"{{ profile.age }}"}'),
    [422, { detail: [{ loc: ['body', 'age'], msg: 'Input should be a valid integer' }] }],
    '/node/body/content',
    'The target answers 422: "age: Input should be a valid integer". The node sends "age" as a text, and the target wants a number: leave the quotation marks around it out in "content". The node sends "42", which comes from profile.age.',
  ],
  [
    'a number as the text of an attribute, in JSON',
    json({ age: '{{ profile.age }}' }),
    says('age must be a number'),
    '/node/body/content/age',
    'The target answers 400: "age must be a number". The node sends "age" as a text, and the target wants a number: write "{{ profile.age | plus: 0 }}". The node sends "42", which comes from profile.age.',
  ],
  [
    'a number as the text of an attribute, in a field',
    simple({ name: 'age', source: 'profile', field: 'age' }),
    says('age must be a number'),
    '/node/body/fields/0',
    'The target answers 400: "age must be a number". The node sends "age" as a text, and the target wants a number: write "value": "{{ profile.age | plus: 0 }}". The node sends "42", which comes from profile.age.',
  ],
  [
    'a number with a blank behind its placeholder',
    json({ age: '{{ profile.age }} ' }),
    says('age must be a number'),
    '/node/body/content/age',
    'The target answers 400: "age must be a number". The node sends "age" as a text, and the target wants a number: write "{{ profile.age | plus: 0 }}". The node sends "42", which comes from profile.age.',
  ],
  [
    'a number with a decimal comma and a unit',
    json({ price: '{{ profile.price }}' }),
    [400, { message: 'price: could not be converted to System.Decimal' }],
    '/node/body/content/price',
    'The target answers 400: "price: could not be converted to System.Decimal". The node sends "price" as a text, and the target wants a number: it has "€" and a decimal comma; write "{{ profile.price | remove: \'€\' | strip | replace: \',\', \'.\' | plus: 0 }}". The node sends "12,50 €", which comes from profile.price.',
  ],
  [
    'HubSpot: a date where a number is wanted',
    json({ properties: { birthdate: '{{ profile.birthday }}' } }),
    says(
      'Property values were not valid: [{"isValid":false,"message":"31.12.1990 was not a valid long.","error":"INVALID_LONG","name":"birthdate"}]',
    ),
    '/node/body/content/properties/birthdate',
    'The target answers 400: "INVALID_LONG: birthdate: 31.12.1990 was not a valid long". The node sends "birthdate" as a text, and the target wants a number: the number of a date is most often that of the milliseconds since 1970, or of the seconds. It comes from profile.birthday.',
  ],
  [
    'a telephone number, which is no number',
    json({ phone: '+46700' }),
    says('phone is not a valid number'),
    '/node/body/content/phone',
    'The target answers 400: "phone is not a valid number". Check the value of "phone".',
  ],
  [
    'FastAPI: a word in another case than it is listed',
    json({ country: 'se' }),
    [422, { detail: [{ loc: ['body', 'country'], msg: "Input should be 'SE', 'NO' or 'DK'" }] }],
    '/node/body/content/country',
    'The target answers 422: "country: Input should be \'SE\', \'NO\' or \'DK\'". The node sends "country" in another case than the target lists it: write "SE".',
  ],
  [
    'NestJS: a word in another case than it is listed',
    json({ plan: '{{ profile.plan }}' }),
    says('plan must be one of the following values: free, pro'),
    '/node/body/content/plan',
    'The target answers 400: "plan must be one of the following values: free, pro". The node sends "plan" in another case than the target lists it: write "pro". The node sends "Pro", which comes from profile.plan.',
  ],
  [
    'a word that is not listed',
    json({ country: 'Sweden' }),
    says("country must be one of 'SE', 'NO'"),
    '/node/body/content/country',
    'The target answers 400: "country must be one of \'SE\', \'NO\'". Check the value of "country".',
  ],
  [
    'a truth value as the text of an attribute',
    json({ active: '{{ profile.active }}' }),
    says('active must be a boolean'),
    '/node/body/content/active',
    'The target answers 400: "active must be a boolean". The node sends "active" as a text, and the target wants true or false: write "{{ profile.active == \'true\' }}". The node sends "true", which comes from profile.active.',
  ],
  [
    'a truth value in quotation marks',
    json({ active: 'false' }),
    says('active must be a boolean value'),
    '/node/body/content/active',
    'The target answers 400: "active must be a boolean value". The node sends "active" as a text, and the target wants true or false: leave the quotation marks out in "content".',
  ],
  [
    'another word than true or false',
    json({ active: 'yes' }),
    says('active must be a boolean value'),
    '/node/body/content/active',
    'The target answers 400: "active must be a boolean value". The node sends "active" as a text, and the target wants true or false: send one of these, without quotation marks.',
  ],
  [
    'a number where a text is wanted',
    json({ zip: '{{ profile.zip }}' }),
    says('zip must be a string'),
    '/node/body/content/zip',
    'The target answers 400: "zip must be a string". The node sends "zip" as a number, and the target wants a text: write "{{ profile.zip | append: \'\' }}". The node sends "211", which comes from profile.zip.',
  ],
  [
    'Zod: a constant number where a text is wanted',
    json({ zip: 211 }),
    [400, { issues: [{ path: ['zip'], message: 'Expected string, received number' }] }],
    '/node/body/content/zip',
    'The target answers 400: "Expected string, received number". The node sends "zip" as a number, and the target wants a text: put it between quotation marks in "content".',
  ],
  [
    'Jackson: a variable of Camunda in the place of its value',
    json({ customer: { value: 'x', type: 'String' } }),
    says(
      'Cannot deserialize value of type `java.lang.String` from Object value (through reference chain: a.Order["customer"])',
    ),
    '/node/body/content/customer',
    `The target answers 400: "Cannot deserialize value of type \`java.lang.String\` from Object value (through reference chain: a.Order['customer'])". The node sends "customer" as an object with "value" and its type, as Camunda writes variables, and the target wants the value alone: send it without the object around it.`,
  ],
  [
    'a variable of Camunda in the place of a text',
    json({ plan: { type: 'String', value: 'x' } }),
    says('plan must be a string'),
    '/node/body/content/plan',
    'The target answers 400: "plan must be a string". The node sends "plan" as an object with "value" and its type, as Camunda writes variables, and the target wants the value alone: send it without the object around it.',
  ],
  [
    'a variable of Camunda in the place of a number',
    json({ order: { total: { type: 'Long', value: 5 } } }),
    [422, { detail: [{ loc: ['body', 'order', 'total'], msg: 'Input should be a valid integer' }] }],
    '/node/body/content/order/total',
    'The target answers 422: "total: Input should be a valid integer". The node sends "total" as an object with "value" and its type, as Camunda writes variables, and the target wants the value alone: send it without the object around it.',
  ],
  [
    'a single value where a list is wanted, in JSON',
    json({ tags: 'a' }),
    says('tags must be an array'),
    '/node/body/content/tags',
    'The target answers 400: "tags must be an array". The node sends "tags" as a single value, and the target wants a list: put it between [ and ] in "content".',
  ],
  [
    'a single value where a list is wanted, in a field',
    simple({ name: 'tags', source: 'profile', field: 'tag' }),
    says('tags must be an array'),
    '/node/body/fields/0',
    'The target answers 400: "tags must be an array". The node sends "tags" as a single value, and the target wants a list: write "value": "{{ profile.tag | split: \',\' }}". It comes from profile.tag.',
  ],
]

const profile = {
  age: '42',
  birthday: '31.12.1990',
  active: 'true',
  zip: 211,
  tag: 'a',
  plan: 'Pro',
  price: '12,50 €',
}

/** A target that wants another type of JSON than the node sends. */
export const valueTypeCalls: readonly BrokenCall[] = rows.map((row) => ({
  ...callOf(row),
  payload: { profile },
}))
