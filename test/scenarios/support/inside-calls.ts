import type { BrokenCall } from './broken-calls.ts'
import { type CallRow, callOf } from './call-row.ts'

const json = (content: unknown) => ({ body: { structure: 'json', content } })
const notion = (value: unknown, name = 'Email') =>
  json({ parent: { database_id: 'd' }, properties: { [name]: value } })
const undefinedAt = (...paths: readonly string[]) => ({
  object: 'error',
  status: 400,
  code: 'validation_error',
  message: `body failed validation. Fix one:\n${paths.map((path) => `body.properties.${path} should be defined, instead was \`undefined\`.`).join('\n')}`,
})
const kinds = [
  ...['title', 'rich_text', 'number', 'url', 'select', 'multi_select', 'people', 'email'],
  ...['phone_number', 'date', 'checkbox', 'relation', 'files'],
]

const rows: readonly CallRow[] = [
  [
    'a member that lacks inside a text of nearly its name',
    notion('ada'),
    [400, undefinedAt('Email.title', 'Email.email')],
    '/node/body/content/properties/Email',
    'The target answers 400: "validation_error: body failed validation. Fix one: body.properties.Email.title should be defined, instead was `undefined`. body.properties.Email.email should be defined, instead was `undefined`". What lacks is inside "Email": the node sends a text, and the target looks there for "email" or "title". Send an object, as in "Email": {"email": …}.',
  ],
  [
    'one of thirteen members that lacks inside an object',
    notion({ value: 'ada' }),
    [400, undefinedAt(...kinds.map((kind) => `Email.${kind}`))],
    '/node/body/content/properties/Email',
    'The target answers 400: "validation_error: body failed validation. Fix one: body.properties.Email.title should be defined, instead was `undefined`. body.properties.Email.rich_text should be defined, instead was `undefined`. b"…. What lacks is inside "Email": the node sends no "email", "title", "rich_text", "number" or others there. Add one of them, as in "Email": {"email": …}.',
  ],
  [
    'one of several members, none of them with the name of what is around them',
    notion('x', 'Status'),
    [400, undefinedAt('Status.title', 'Status.select')],
    '/node/body/content/properties/Status',
    'The target answers 400: "validation_error: body failed validation. Fix one: body.properties.Status.title should be defined, instead was `undefined`. body.properties.Status.select should be defined, instead was `undefined`". What lacks is inside "Status": the node sends a text, and the target looks there for "title" or "select". Send an object, such as {"title": …} or {"select": …}.',
  ],
  [
    'a path with brackets',
    json({ contact: { phone: '1' } }),
    [422, { message: 'contact[email] is required' }],
    '/node/body/content/contact',
    'The target answers 422: "contact[email] is required". What lacks is inside "contact": the node sends no "email" there. Add it there.',
  ],
  [
    'a pointer, beside a field of the same name elsewhere',
    json({ email: 'a', contact: { phone: '1' } }),
    [422, { errors: [{ source: { pointer: '/contact/email' }, detail: 'is required' }] }],
    '/node/body/content/contact',
    'The target answers 422: "is required". What lacks is inside "contact": the node sends no "email" there. Add it there.',
  ],
  [
    'a path through a list',
    json({ items: [{ sku: 'a' }] }),
    [422, { errors: { 'items.0.quantity': ['The items.0.quantity field is required.'] } }],
    '/node/body/content/items',
    'The target answers 422: "The items.0.quantity field is required". What lacks is inside "items": the node sends no "quantity" there. Add it there.',
  ],
  [
    'a place and the property that it must have',
    json({ contact: { phone: '1' } }),
    [400, { message: "body/contact must have required property 'email'" }],
    '/node/body/content/contact',
    'The target answers 400: "body/contact must have required property \'email\'". What lacks is inside "contact": the node sends no "email" there. Add it there.',
  ],
  [
    'a member under another spelling inside an object',
    json({ contact: { mail: '1' } }),
    [422, { message: 'contact.email is required' }],
    '/node/body/content/contact/mail',
    'The target answers 422: "contact.email is required". The node sends "mail": rename it to "email".',
  ],
]

/** Broken calls whose targets name a member by the path to it. */
export const insideCalls: readonly BrokenCall[] = rows.map(callOf)
