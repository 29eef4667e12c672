import type { BrokenCall } from './broken-calls.ts'
import { type CallRow, callOf } from './call-row.ts'

const json = (content: unknown) => ({ body: { structure: 'json', content } })
const raw = (content: string) => ({ body: { structure: 'raw', contentType: 'application/json', content } })

const mail = json({
  personalizations: [{ to: [{ email: '{{ profile.email }}' }] }],
  from: { email: 'shop' },
  reply_to: { email: 'help' },
})
const order = json({ owner: { email: 'y' }, customer: { email: 'q' } })
const lines = json({ lines: [{ qty: 1 }, { qty: 0 }] })
const line = '/node/body/content/lines/1/qty'
const rawMail = raw('{"from":{"email":"shop"},"to":{"email":"{{ profile.email }}"}}')
const goError = (path: string, tag: string) =>
  `Key: '${path}' Error:Field validation for '${path.split('.').at(-1)}' failed on the '${tag}' tag`

const rows: readonly CallRow[] = [
  [
    'SendGrid: a field in one of several objects',
    mail,
    [400, { errors: [{ message: 'The from email does not contain a valid address.', field: 'from.email' }] }],
    '/node/body/content/from/email',
    'The target answers 400: "The from email does not contain a valid address". Check the value of "from.email".',
  ],
  [
    'SendGrid: a field in a list within a list',
    mail,
    [400, { errors: [{ message: 'Not valid.', field: 'personalizations.0.to.0.email' }] }],
    '/node/body/content/personalizations/0/to/0/email',
    'The target answers 400: "email: Not valid". Check the value of "personalizations.0.to.0.email". The node sends "ada@example.com", which comes from profile.email.',
  ],
  [
    'a field with the name of two others, which is spelt with its object in a sentence',
    mail,
    [400, { message: 'The reply_to email is not valid.' }],
    '/node/body/content/reply_to/email',
    'The target answers 400: "The reply_to email is not valid". Check the value of "reply_to.email".',
  ],
  [
    'a name that several fields have',
    json({ from: { email: 'a' }, to: { email: 'b' } }),
    [400, { message: 'email is not valid' }],
    '/node/body/content',
    'The target answers 400: "email is not valid". Check the value of "email".',
  ],
  [
    'a missing field of whose name one is empty',
    json({ from: { email: '' }, to: [{ email: 'b' }] }),
    [400, { message: 'email is required' }],
    '/node/body/content/from/email',
    'The target answers 400: "email is required". The value of "from.email" is empty: give it one.',
  ],
  [
    'a name that a field at the root has, and one below it',
    json({ contact: { email: 'b' }, email: 'a' }),
    [400, { message: 'email is not valid' }],
    '/node/body/content/email',
    'The target answers 400: "email is not valid". Check the value of "email".',
  ],
  [
    'Go: a path in another case behind the name of its struct',
    order,
    [400, { error: goError('Order.Customer.Email', 'email') }],
    '/node/body/content/customer/email',
    `The target answers 400: "${goError('Order.Customer.Email', 'email')}". Check the value of "customer.email".`,
  ],
  [
    'Go: an empty field of another object',
    json({ owner: { email: 'y' }, customer: { email: '' } }),
    [400, { error: goError('Order.Customer.Email', 'required') }],
    '/node/body/content/customer/email',
    `The target answers 400: "${goError('Order.Customer.Email', 'required')}". The value of "customer.email" is empty: give it one.`,
  ],
  [
    'Go: a misspelt field, beside one of the name in another object',
    json({ owner: { email: 'y' }, customer: { emial: 'q' } }),
    [400, { error: goError('Order.Customer.Email', 'required') }],
    '/node/body/content/customer/emial',
    `The target answers 400: "${goError('Order.Customer.Email', 'required')}". The node sends "emial": rename it to "Email".`,
  ],
  [
    'Go: a field that an object lacks',
    json({ owner: { email: 'y' }, customer: { name: 'q' } }),
    [400, { error: goError('Order.Customer.Email', 'required') }],
    '/node/body/content/customer',
    `The target answers 400: "${goError('Order.Customer.Email', 'required')}". What lacks is inside "customer": the node sends no "Email" there. Add it there.`,
  ],
  [
    'Go: an entry of a list',
    lines,
    [400, { error: goError('Order.Lines[1].Qty', 'gt') }],
    line,
    `The target answers 400: "${goError('Order.Lines[1].Qty', 'gt')}". Check the value of "lines.1.qty".`,
  ],
  [
    'ASP.NET: a path behind the sign of JSONPath',
    order,
    [400, { errors: { '$.owner.email': ['The JSON value could not be converted to System.Uri.'] } }],
    '/node/body/content/owner/email',
    'The target answers 400: "$.owner.email: The JSON value could not be converted to System.Uri". Check the value of "owner.email".',
  ],
  [
    'ASP.NET: a field that an object of an object lacks',
    json({ order: { customer: { name: 'q' } } }),
    [400, { errors: { 'Order.Customer.Email': ['The Email field is required.'] } }],
    '/node/body/content/order/customer',
    'The target answers 400: "Order.Customer.Email: The Email field is required". What lacks is inside "customer": the node sends no "Email" there. Add it there.',
  ],
  [
    'FastAPI: an entry of a list',
    lines,
    [422, { detail: [{ loc: ['body', 'lines', 1, 'qty'], msg: 'Too small', type: 'greater_than' }] }],
    line,
    'The target answers 422: "qty: Too small". Check the value of "lines.1.qty".',
  ],
  [
    'Zod: an entry of a list',
    lines,
    [400, { issues: [{ path: ['lines', 1, 'qty'], message: 'Too small', code: 'too_small' }] }],
    line,
    'The target answers 400: "too_small: qty: Too small". Check the value of "lines.1.qty".',
  ],
  [
    'Joi: an entry of a list, in a text',
    lines,
    [400, { message: '"lines[1].qty" must be greater than 0' }],
    line,
    'The target answers 400: "\'lines[1].qty\' must be greater than 0". Check the value of "lines.1.qty".',
  ],
  [
    'Django REST framework: an entry of a list, by its place',
    lines,
    [400, { lines: [{}, { qty: ['A value above 0 is needed.'] }] }],
    line,
    'The target answers 400: "qty: A value above 0 is needed". Check the value of "lines.1.qty".',
  ],
  [
    'Rails, Ecto: complaints within the object of a field',
    order,
    [422, { errors: { owner: { email: ['is not valid'] } } }],
    '/node/body/content/owner/email',
    'The target answers 422: "email: is not valid". Check the value of "owner.email".',
  ],
  [
    'JSON:API: a pointer below its own attributes',
    order,
    [422, { errors: [{ detail: 'not valid', source: { pointer: '/data/attributes/owner/email' } }] }],
    '/node/body/content/owner/email',
    'The target answers 422: "not valid". Check the value of "owner.email".',
  ],
  [
    'Laravel: a field of an object that the node does not send',
    json({ email: 'x' }),
    [422, { errors: { 'address.zip': ['The address.zip field is required.'] } }],
    '/node/body/content',
    'The target answers 422: "The address.zip field is required". The node sends no object "address", in which the target looks for "zip": add it, as in "address": {"zip": …}.',
  ],
  [
    'Laravel: a misspelt field of an entry',
    json({ contacts: [{ emial: 'x' }] }),
    [422, { errors: { 'contacts.0.email': ['The contacts.0.email field is required.'] } }],
    '/node/body/content/contacts/0/emial',
    'The target answers 422: "The contacts.0.email field is required". The node sends "emial": rename it to "email".',
  ],
  [
    'Jackson: the chain of references to a field',
    json({ order: { items: [{ sku: 'a' }], sku: 'b' } }),
    [
      400,
      {
        message:
          'Cannot deserialize value (through reference chain: com.acme.OrderDto["order"]->com.acme.Inner["items"]->java.util.ArrayList[0]->com.acme.Item["sku"])',
      },
    ],
    '/node/body/content/order/items/0/sku',
    "The target answers 400: \"Cannot deserialize value (through reference chain: com.acme.OrderDto['order']->com.acme.Inner['items']->java.util.ArrayList[0]->com.acme.Item['sku'])\". Check the value of \"order.items.0.sku\".",
  ],
  [
    'a path in another spelling than the node has',
    json({ shippingAddress: { zipCode: 'x' }, billingAddress: { zipCode: 'y' } }),
    [422, { errors: [{ field: 'billing_address.zip_code', message: 'is not valid' }] }],
    '/node/body/content/billingAddress/zipCode',
    'The target answers 422: "zip_code: is not valid". Check the value of "billingAddress.zipCode".',
  ],
  [
    'Stripe: a field of a form, by its path',
    {
      body: {
        structure: 'simple',
        contentType: 'application/x-www-form-urlencoded',
        fields: [
          { name: 'shipping[zip]', value: 'x' },
          { name: 'billing[zip]', value: 'y' },
        ],
      },
    },
    [400, { error: { param: 'billing[zip]', message: 'is not valid' } }],
    '/node/body/fields/1',
    'The target answers 400: "zip: is not valid". Check the value of "billing[zip]".',
  ],
  [
    'a field of a raw body, which has its own value and no attribute',
    rawMail,
    [400, { errors: [{ field: 'from.email', message: 'is not valid' }] }],
    '/node/body/content',
    'The target answers 400: "email: is not valid". Check the value of "from.email". The node sends "shop".',
  ],
  [
    'a field of a raw body whose value comes from an attribute',
    rawMail,
    [400, { errors: [{ field: 'to.email', message: 'is not valid' }] }],
    '/node/body/content',
    'The target answers 400: "email: is not valid". Check the value of "to.email". The node sends "ada@example.com".',
  ],
  [
    'a field beside another one of its name that went out empty',
    json({ from: { email: '{{ profile.emial }}' }, to: { email: '{{ profile.email }}' } }),
    [400, { errors: [{ field: 'to.email', message: 'is no recipient of yours' }] }],
    '/node/body/content/to/email',
    'The target answers 400: "email: is no recipient of yours". Check the value of "to.email". The node sends "ada@example.com", which comes from profile.email.',
  ],
]

/** A target that names a field by what is around it, and others that have its name. */
export const placedCalls: readonly BrokenCall[] = rows.map((row) => ({
  ...callOf(row),
  payload: { profile: { email: 'ada@example.com' } },
}))
