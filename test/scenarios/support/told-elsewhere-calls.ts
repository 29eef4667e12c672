import type { BrokenCall } from './broken-calls.ts'
import { type CallRow, callOf } from './call-row.ts'

const json = (content: unknown) => ({ body: { structure: 'json', content } })
const condition = (value: string) => ({ expect: { type: 'condition', value } })
const bearer = { auth: { type: 'bearer', token: 'a-wrong-token' } }
const comes = 'It comes from "auth" of the node: give it the permission at the target, or use another one.'

const rows: readonly CallRow[] = [
  [
    'a permission in a header of GitHub',
    { ...bearer, ...json({ title: 'a' }) },
    [
      403,
      { message: 'Resource not accessible by personal access token' },
      { 'x-accepted-github-permissions': 'issues=write' },
    ],
    '/node/auth',
    `The credential lacks the permission: "Resource not accessible by personal access token". It needs the permission "issues=write". ${comes}`,
  ],
  [
    'scopes in headers',
    { ...bearer, ...json({ title: 'a' }) },
    [
      403,
      { message: 'Must have admin rights' },
      { 'x-accepted-oauth-scopes': 'repo', 'x-oauth-scopes': 'user' },
    ],
    '/node/auth',
    `The credential lacks the permission: "Must have admin rights". It needs the scope "repo", and has "user" only. ${comes}`,
  ],
  [
    'a scope that the token has',
    { ...bearer, ...json({ title: 'a' }) },
    [
      403,
      { message: 'Must have admin rights' },
      { 'x-accepted-oauth-scopes': 'repo', 'x-oauth-scopes': 'repo' },
    ],
    '/node/auth',
    `The credential lacks the permission: "Must have admin rights". ${comes}`,
  ],
  [
    'a 404 whose headers name a scope',
    { ...bearer, ...json({ title: 'a' }) },
    [404, { message: 'Not Found' }, { 'x-accepted-oauth-scopes': 'repo', 'x-oauth-scopes': '' }],
    '/node/auth',
    'The target answers 404: "Not Found", and its headers say that the credential lacks a scope. It needs the scope "repo", and has none. It comes from "auth" of the node: give it the scope at the target, or use another one. If it has the scope, check the URL.',
  ],
  [
    'a scope in a 401',
    { ...bearer, ...json({ title: 'a' }) },
    [
      401,
      { message: 'Denied' },
      { 'www-authenticate': 'Bearer error="insufficient_scope", scope="leads.write"' },
    ],
    '/node/auth',
    `The credential lacks the permission: "Denied". It needs the scope "leads.write". ${comes}`,
  ],
  [
    'a conflict that names the record in a member',
    json({ email: 'a' }),
    [409, { message: 'User exists', existing_id: 'u-77' }],
    '/node/expect',
    'The request conflicts with data that the target has: "User exists". The record may exist already: where that is a normal end, expect 409 as well, or update that record.',
  ],
  [
    'a rate for those whom the target does not know',
    { method: 'GET' },
    [429, { message: 'Too many requests. Authenticated requests get a higher limit.' }],
    '/node/retry',
    'The target gets too many calls: "Too many requests. Authenticated requests get a higher limit". Slow the flow down, or ask the operator of the target for a higher limit. This request may be sent again. The node sends no credential, and the target allows more calls with one: set "auth".',
  ],
  [
    'a misspelt name behind a summary with other names',
    json({ email_address: 'a', staus: 'subscribed' }),
    [
      400,
      {
        title: 'Invalid Resource',
        detail: "The resource could not be validated. See the 'errors' array.",
        errors: [{ field: '', message: 'Required fields were not provided: status' }],
      },
    ],
    '/node/body/content/staus',
    'The target answers 400: "The resource could not be validated. See the \'errors\' array; Required fields were not provided: status". The node sends "staus": rename it to "status".',
  ],
  [
    'a value inside an object, by its path',
    json({ email: 'a', billing: { email: 'b' } }),
    [
      400,
      {
        code: 'rest_invalid_param',
        message: 'Invalid parameter(s): billing',
        data: {
          params: { billing: 'Invalid parameter.' },
          details: {
            billing: { code: 'rest_invalid_email', message: 'billing[email] is not a valid email.' },
          },
        },
      },
    ],
    '/node/body/content/billing/email',
    'The target answers 400: "rest_invalid_param: Invalid parameter(s): billing; billing[email] is not a valid email". Check the value of "billing.email".',
  ],
  [
    'a credential in the parameters of a procedure',
    {
      ...json({ jsonrpc: '2.0', params: { args: ['db', 2, 'key'] } }),
      ...condition('response.json.result > 0'),
    },
    [200, { jsonrpc: '2.0', error: { message: 'Server Error', data: { message: 'Access Denied' } } }],
    '/node/body/content/params',
    'The target says: "Server Error; Access Denied". response.json.result is missing; the response has jsonrpc = "2.0", error = an object. The credential of a call by JSON-RPC stands in its "params": check there who calls, the password or key, and the database.',
  ],
  [
    'an object around the fields that the path names',
    { ...json({ subject: 'a' }), path: '/api/v2/tickets.json' },
    [400, { error: { message: 'Invalid parameter: ticket must be an object' } }],
    '/node/body/content',
    'The target answers 400: "Invalid parameter: ticket must be an object". The path of the URL is about a "ticket", and the target reads its fields from an object of that name: put those of the body into one, as in {"ticket": {…}}.',
  ],
  [
    'a list of records that failed, in a 200',
    { ...json({ records: [{ email: 'a' }] }), ...condition('response.json.failed_records.size == 0') },
    [200, { failed_records: [{ index: 0, message: 'Email is invalid' }] }],
    '/node/body/content/records/0/email',
    'The target says: "Email is invalid". response.json.failed_records.size is 1, not 0. Check the value of "email".',
  ],
  [
    'an object that is called a key',
    { ...json({ email: 'a' }), path: '/api/3/contacts' },
    [400, { message: 'The "contact" key is required in the request body.' }],
    '/node/body/content',
    'The target answers 400: "The \'contact\' key is required in the request body". The path of the URL is about a "contact", and the target reads its fields from an object of that name: put those of the body into one, as in {"contact": {…}}.',
  ],
  [
    'a property that is missing from an object',
    json({ text: 'a' }),
    [
      400,
      { error: { message: "Error details: 'Required properties are missing from object: attachments.'" } },
    ],
    '/node/body/content',
    'The target answers 400: "Error details: \'Required properties are missing from object: attachments.\'". The node sends no field "attachments": add it.',
  ],
  [
    'a value of another record',
    json({ email: 'a' }),
    [400, { message: 'Unable to create contact, email is already associated with another Contact' }],
    '/node/body/content/email',
    'The target answers 400: "Unable to create contact, email is already associated with another Contact". Check the value of "email". The target may have the record with this "email" already: update that one instead, or expect 400 as well where that is a normal end.',
  ],
  [
    'a conflict whose pointer leads to an object',
    json({ data: { attributes: { email: 'a' } } }),
    [409, { errors: [{ detail: 'A profile already exists.', source: { pointer: '/data/attributes' } }] }],
    '/node/body/content/data/attributes',
    'The target answers 409: "A profile already exists". Check the value of "attributes". The target may have the record already: update that one instead, or expect 409 as well where that is a normal end.',
  ],
  [
    'a scope that does not match',
    { ...bearer, ...json({ data: [] }) },
    [
      401,
      { code: 'OAUTH_SCOPE_MISMATCH', message: 'invalid oauth scope to access this URL', status: 'error' },
    ],
    '/node/auth',
    `The credential lacks the permission: "OAUTH_SCOPE_MISMATCH: invalid oauth scope to access this URL". ${comes}`,
  ],
  [
    'a name that lacks a letter',
    json({ nam: 'a' }),
    [400, { err: 'Task name invalid', ECODE: 'INPUT_005' }],
    '/node/body/content/nam',
    'The target answers 400: "Task name invalid". The node sends no field "name"; the nearest is "nam". If that is meant, rename it; if not, add "name".',
  ],
  [
    'a condition on a part that is null',
    { ...json({ a: 1 }), ...condition('response.json.user.id > 0') },
    [200, { user: null }],
    '/node/expect',
    'response.json.user is null, so response.json.user.id is null, which is not more than 0.',
  ],
]

/** Broken calls whose targets say in headers, in lists or by paths what others say in a sentence. */
export const toldElsewhereCalls: readonly BrokenCall[] = rows.map(callOf)
