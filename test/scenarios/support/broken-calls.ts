/** A call that a new user gets wrong, and the reason that the reply has to give. */
export interface BrokenCall {
  readonly what: string
  /** What the node has beside its method and URL. */
  readonly node: Readonly<Record<string, unknown>>
  readonly payload?: Readonly<Record<string, unknown>>
  readonly secrets?: Readonly<Record<string, string>>
  readonly answer: {
    readonly status: number
    readonly headers?: Readonly<Record<string, string>>
    /** JSON unless it is a text. */
    readonly body?: unknown
  }
  readonly hint: string
  readonly path: string
}

const profile = { email: 'ada@example.com', first_name: 'Ada', plan: 'gold' }
const simple = (...fields: readonly object[]) => ({ body: { structure: 'simple', fields } })
const of = (name: string, field: string) => ({ name, source: 'profile', field })
const condition = (value: string) => ({ expect: { type: 'condition', value } })
const text = (value: string, rest = {}) => ({ expect: { type: 'string', value, ...rest } })
const html = { 'content-type': 'text/html; charset=utf-8' }
const bearer = { auth: { type: 'bearer', token: 'a-wrong-token' } }
const basic = { auth: { type: 'basic', username: 'ada', password: 'a-wrong-word' } }

export const brokenCalls: readonly BrokenCall[] = [
  {
    what: 'a misspelt attribute that the target misses',
    node: simple(of('email', 'emial')),
    payload: { profile },
    answer: { status: 422, body: { errors: { email: ["can't be blank"] } } },
    hint: 'The profile has no attribute "emial". Did you mean "email"? The target answers 422: "email: can\'t be blank".',
    path: '/node/body/fields/0',
  },
  {
    what: 'a source that the payload lacks',
    node: simple({ name: 'form', source: 'event', field: 'form' }),
    payload: { profile },
    answer: { status: 400, body: { message: 'Bad request' } },
    hint: 'The payload has no event, so event.form is empty. The target answers 400: "Bad request".',
    path: '/node/body/fields/0',
  },
  {
    what: 'a misspelt variable in the URL',
    node: { path: '/people?email={{ profile.emial }}' },
    payload: { profile },
    answer: { status: 404, body: { message: 'No such person' } },
    hint: 'profile.emial is not defined and was rendered as nothing. Did you mean "profile.email"? The target answers 404: "No such person".',
    path: '/node/url',
  },
  {
    what: 'a misspelt variable in a token',
    node: { auth: { type: 'bearer', token: 'k-{{ profile.tokn }}' } },
    payload: { profile: { token: 'abc' } },
    answer: { status: 401, body: { error: 'invalid_token' } },
    hint: 'profile.tokn is not defined and was rendered as nothing. Did you mean "profile.token"? The target answers 401: "invalid_token".',
    path: '/node/auth/token',
  },
  {
    what: 'JSON that is labelled as a form',
    node: {
      ...simple(of('email', 'email')),
      headers: [{ name: 'Content-Type', value: 'application/x-www-form-urlencoded' }],
    },
    payload: { profile },
    answer: { status: 400, body: { error: 'invalid_request', error_description: 'email is missing' } },
    hint: 'The header says application/x-www-form-urlencoded, but the body is written as JSON. A header of the node changes the label, not the body. The target answers 400: "invalid_request: email is missing".',
    path: '/node/headers/0',
  },
  {
    what: 'a field under another name',
    node: simple(of('email', 'email'), of('plan', 'plan')),
    payload: { profile },
    answer: {
      status: 400,
      body: {
        title: 'Invalid Resource',
        status: 400,
        detail: 'See the errors.',
        errors: [{ field: 'email_address', message: 'This value should not be blank.' }],
      },
    },
    hint: 'The target answers 400: "See the errors; email_address: This value should not be blank". The node sends "email": rename it to "email_address".',
    path: '/node/body/fields/0',
  },
  {
    what: 'a value that the target refuses',
    node: simple(of('email', 'email'), of('plan', 'plan')),
    payload: { profile },
    answer: {
      status: 422,
      body: { type: 'about:blank', title: 'Unprocessable', detail: 'The plan must be one of free, pro.' },
    },
    hint: 'The target answers 422: "The plan must be one of free, pro". Check the value of "plan".',
    path: '/node/body/fields/1',
  },
  {
    what: 'a field that is not there',
    node: simple(of('plan', 'plan')),
    payload: { profile },
    answer: {
      status: 400,
      body: [
        {
          message: 'Required fields are missing: [LastName]',
          errorCode: 'REQUIRED_FIELD_MISSING',
          fields: ['LastName'],
        },
      ],
    },
    hint: 'The target answers 400: "REQUIRED_FIELD_MISSING: Required fields are missing: [LastName]". The node sends no field "LastName": add it.',
    path: '/node/body/fields',
  },
  {
    what: 'a nested name that the target does not know',
    node: { body: { structure: 'json', content: { contact: { emial: '{{ profile.email }}' } } } },
    payload: { profile },
    answer: {
      status: 400,
      body: {
        error: {
          code: 400,
          status: 'INVALID_ARGUMENT',
          message: 'Invalid JSON payload received. Unknown name "emial" at \'contact\': Cannot find field.',
        },
      },
    },
    hint: 'The target answers 400: "INVALID_ARGUMENT: Invalid JSON payload received. Unknown name \'emial\' at \'contact\': Cannot find field". Check the name of "emial".',
    path: '/node/body/content/contact/emial',
  },
  {
    what: 'a wrong token',
    node: bearer,
    answer: {
      status: 401,
      headers: {
        'www-authenticate':
          'Bearer realm="crm", error="invalid_token", error_description="The access token expired"',
      },
      body: {},
    },
    hint: 'The target does not accept the credential: "The access token expired". It comes from "auth" of the node: check the token or secret there.',
    path: '/node/auth',
  },
  {
    what: 'a key in a parameter',
    node: {
      query: [
        { name: 'v', value: '1' },
        { name: 'api_key', value: 'a-wrong-key' },
      ],
    },
    answer: { status: 403, body: { errors: '[API] Invalid API key or access token' } },
    hint: 'The target does not accept the credential: "[API] Invalid API key or access token". It comes from the parameter "api_key" of the node: check the token or secret there.',
    path: '/node/query/1',
  },
  {
    what: 'no credential',
    node: {},
    answer: { status: 401, headers: { 'www-authenticate': 'Basic realm="crm"' }, body: 'Unauthorized' },
    hint: 'The node sends no credential, and the target answers 401: "Unauthorized". The target asks for Basic. Set "auth", or the header that the target expects.',
    path: '/node/auth',
  },
  {
    what: 'another scheme',
    node: basic,
    answer: { status: 401, headers: { 'www-authenticate': 'Digest realm="crm", nonce="abc"' } },
    hint: 'The target asks for Digest, and "auth" of the node sends Basic. The node cannot send that: ask the operator of the target for a token or an API key.',
    path: '/node/auth',
  },
  {
    what: 'Bearer where Basic is asked for',
    node: bearer,
    answer: { status: 401, headers: { 'www-authenticate': 'Basic realm="crm"' } },
    hint: 'The target asks for Basic, and "auth" of the node sends Bearer. Set the type of "auth" to "basic".',
    path: '/node/auth',
  },
  {
    what: 'a token that begins with its scheme',
    node: { auth: { type: 'bearer', token: 'Bearer a-right-token' } },
    answer: { status: 401, body: { message: 'Bad credentials' } },
    hint: 'The header Authorization names its scheme twice: leave the word out of the token in "auth" of the node.',
    path: '/node/auth',
  },
  {
    what: 'a credential without the permission',
    node: { headers: [{ name: 'X-Api-Key', value: 'a-key' }] },
    answer: {
      status: 403,
      body: { category: 'MISSING_SCOPES', message: 'This app lacks the scope crm.objects.contacts.write.' },
    },
    hint: 'The credential lacks the permission: "This app lacks the scope crm.objects.contacts.write". It comes from the header "X-Api-Key" of the node: give it the permission at the target, or use another one.',
    path: '/node/headers/0',
  },
  {
    what: 'an address that has moved',
    node: {},
    answer: { status: 301, headers: { location: 'https://api.crm.example/v2/leads' } },
    hint: 'Redirects are not followed: the target answers 301 with the Location "https://api.crm.example/v2/leads". Put this address into the URL of the node.',
    path: '/node/url',
  },
  {
    what: 'a redirect to a login page',
    node: {},
    answer: { status: 302, headers: { location: 'https://crm.example/login?next=%2Fleads' } },
    hint: 'The target redirects (302) to a login page, "https://crm.example/login?next=%2Fleads": the node sends no credential. Set "auth", or use the URL of the API, if this one is that of a web interface.',
    path: '/node/auth',
  },
  {
    what: 'a wrong path',
    node: {},
    answer: {
      status: 404,
      headers: html,
      body: '<!DOCTYPE html><html><head><title>Error</title></head><body><pre>Cannot POST /v1/lead</pre></body></html>',
    },
    hint: 'The target does not have this path, or nothing under it: "Cannot POST /v1/lead". Check the URL, the ids in it, and whether it points at the right account or environment.',
    path: '/node/url',
  },
  {
    what: 'a wrong method',
    node: { method: 'PUT' },
    answer: { status: 405, headers: { allow: 'GET, POST' } },
    hint: 'The node sends PUT, and the target allows GET, POST (405). Change the method, or the path of the URL.',
    path: '/node/method',
  },
  {
    what: 'a method that the target does not know',
    node: { method: 'PATCH' },
    answer: { status: 501, body: '' },
    hint: 'The target does not know the method PATCH at all. Use another method.',
    path: '/node/method',
  },
  {
    what: 'a record that exists',
    node: simple(of('email', 'email')),
    payload: { profile },
    answer: {
      status: 409,
      body: { status: 'error', message: 'Contact already exists. Existing ID: 51', category: 'CONFLICT' },
    },
    hint: 'The request conflicts with data that the target has: "Contact already exists. Existing ID: 51". The record may exist already: where that is a normal end, expect 409 as well.',
    path: '/node/expect',
  },
  {
    what: 'an address that is gone',
    node: {},
    answer: { status: 410, body: 'This version of the API was shut down on 1 March.' },
    hint: 'The target has removed this path for good: "This version of the API was shut down on 1 March". Replace the URL, or remove the node.',
    path: '/node/url',
  },
  {
    what: 'a body that is too large',
    node: simple(of('email', 'email')),
    payload: { profile },
    answer: {
      status: 413,
      headers: html,
      body: '<html>\r\n<head><title>413 Request Entity Too Large</title></head>',
    },
    hint: 'The body is too large for the target: "413 Request Entity Too Large". Send fewer fields.',
    path: '/node/body',
  },
  {
    what: 'another content type',
    node: simple(of('email', 'email')),
    payload: { profile },
    answer: { status: 415, body: { message: 'Unsupported Media Type' } },
    hint: 'The target expects another content type than application/json: "Unsupported Media Type". Change contentType of the body.',
    path: '/node/body/contentType',
  },
  {
    what: 'too many calls',
    node: {},
    answer: { status: 429, headers: { 'retry-after': '30' }, body: { error: 'rate_limited' } },
    hint: 'The target gets too many calls: "rate_limited". Slow the flow down, or ask the operator of the target for a higher limit. This request may be sent again in 30 s.',
    path: '/node/expect',
  },
  {
    what: 'a target in maintenance',
    node: {},
    answer: {
      status: 503,
      headers: { ...html, 'retry-after': '3600' },
      body: '<html><head><title>Scheduled maintenance</title></head></html>',
    },
    hint: 'The target is overloaded or down for maintenance (503): "Scheduled maintenance". The same request may be sent again in 60 min.',
    path: '/node/expect',
  },
  {
    what: 'a fault of SOAP',
    node: {},
    answer: {
      status: 500,
      headers: { 'content-type': 'text/xml' },
      body: '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>Customer 4711 is unknown</faultstring></s:Fault></s:Body></s:Envelope>',
    },
    hint: 'The target failed with status 500: "Customer 4711 is unknown". Its operator finds the cause of the 500 in its log.',
    path: '/node/expect',
  },
  {
    what: 'a success of another kind',
    node: { expect: { type: 'status', value: 200 } },
    answer: { status: 201, body: { id: 7 } },
    hint: 'Expected 200 but got 201: both are success codes; use 2xx or list both.',
    path: '/node/expect',
  },
  {
    what: 'a success that reports an error',
    node: condition('response.json.ok == true'),
    answer: { status: 200, body: { ok: false, error: 'channel_not_found' } },
    hint: 'The target says: "channel_not_found". response.json.ok is false, not true.',
    path: '/node/expect',
  },
  {
    what: 'errors of GraphQL',
    node: condition('response.json.data.createLead.id'),
    answer: {
      status: 200,
      body: { data: null, errors: [{ message: 'Not authorised to create leads', path: ['createLead'] }] },
    },
    hint: 'The target says: "Not authorised to create leads". response.json.data.createLead.id is null.',
    path: '/node/expect',
  },
  {
    what: 'a member under another name',
    node: condition('response.json.state == "done"'),
    answer: { status: 200, body: { status: 'ok' } },
    hint: 'response.json.state is missing; the response has status = "ok".',
    path: '/node/expect',
  },
  {
    what: 'a text in another case',
    node: condition('response.status == 200 and response.json.state == "done"'),
    answer: { status: 200, body: { state: 'Done' } },
    hint: 'response.json.state is "Done", which differs in case from "done".',
    path: '/node/expect',
  },
  {
    what: 'a number that comes as a text',
    node: condition('response.json.count == 10'),
    answer: { status: 200, body: { count: '10' } },
    hint: 'response.json.count is the text "10", and the condition compares it with the number 10: write "10".',
    path: '/node/expect',
  },
  {
    what: 'a number that is compared with a text',
    node: condition('response.json.count == "10"'),
    answer: { status: 200, body: { count: 10 } },
    hint: 'response.json.count is the number 10, and the condition compares it with the text "10": write 10.',
    path: '/node/expect',
  },
  {
    what: 'a number that is too small',
    node: condition('response.json.items.size > 2 or response.json.total > 2'),
    answer: { status: 200, body: { items: [1], total: 1 } },
    hint: 'response.json.items.size is 1, which is not more than 2. response.json.total is 1, which is not more than 2.',
    path: '/node/expect',
  },
  {
    what: 'a page in place of JSON',
    node: { ...condition('response.json.id'), ...bearer },
    answer: {
      status: 200,
      headers: html,
      body: '<!doctype html><html><head><title>Acme CRM</title></head><body><div id="root"></div></body></html>',
    },
    hint: 'The target sent an HTML page, "Acme CRM", where JSON was asked for. The URL is probably that of a web interface: use the one of the API.',
    path: '/node/url',
  },
  {
    what: 'a login page in place of JSON',
    node: condition('response.json.id'),
    answer: {
      status: 200,
      headers: html,
      body: '<html><title>Sign in</title><form><input type="password"></form></html>',
    },
    hint: 'The target sent an HTML page, "Sign in", where JSON was asked for. It asks for a login: the node sends no credential. Set "auth", or use the URL of the API, if this one is that of a web interface.',
    path: '/node/auth',
  },
  {
    what: 'no body at all',
    node: condition('response.json.id'),
    answer: { status: 204 },
    hint: 'A response with status 204 never has a body: expect the status alone.',
    path: '/node/expect',
  },
  {
    what: 'a text that is not there',
    node: text('subscribed'),
    answer: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'Ada is\nunknown' },
    hint: 'The target sent a body that begins with "Ada is unknown". It would not match without regard to case either.',
    path: '/node/expect',
  },
  {
    what: 'a text in capitals',
    node: text('subscribed'),
    answer: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'SUBSCRIBED' },
    hint: 'The target sent a body that begins with "SUBSCRIBED". It would match with "ignoreCase": true.',
    path: '/node/expect',
  },
  {
    what: 'a misspelt attribute that finds nothing',
    node: { method: 'GET', query: [of('email', 'emial')], ...condition('response.json.total > 0') },
    payload: { profile },
    answer: { status: 200, body: { total: 0 } },
    hint: 'The profile has no attribute "emial". Did you mean "email"? response.json.total is 0, which is not more than 0.',
    path: '/node/query/0',
  },
]
