import type { BrokenCall } from './broken-calls.ts'

const profile = { email: 'ada@example.com', first_name: 'Ada', plan: 'gold', age: 36 }
const simple = (...fields: readonly object[]) => ({ body: { structure: 'simple', fields } })
const of = (name: string, field: string) => ({ name, source: 'profile', field })
const condition = (value: string) => ({ expect: { type: 'condition', value } })
const text = (value: string, rest = {}) => ({ expect: { type: 'string', value, ...rest } })
const html = { 'content-type': 'text/html; charset=utf-8' }
const bearer = { auth: { type: 'bearer', token: 'a-wrong-token' } }

type Play = readonly [
  what: string,
  node: BrokenCall['node'],
  payload: NonNullable<BrokenCall['payload']>,
  status: number,
  body: unknown,
  headers?: Readonly<Record<string, string>>,
]

function row(
  [what, node, payload, status, body, headers = {}]: Play,
  hint: string,
  path: string,
): BrokenCall {
  return { what, node, payload, answer: { status, headers, body }, hint, path }
}

/** Calls whose answer is easily misread: the words of the target say more than its status, or something else. */
export const misreadCalls: readonly BrokenCall[] = [
  row(
    [
      'a field whose "when" is false',
      simple({ ...of('email', 'email'), when: 'profile.plan == "free"' }, of('plan', 'plan')),
      { profile },
      422,
      { errors: { email: ['is required'] } },
    ],
    'The node leaves out "email" because its "when" is not true. The target answers 422: "email: is required".',
    '/node/body/fields/0/when',
  ),
  row(
    [
      'a field whose "when" is misspelt',
      simple({ ...of('email', 'email'), when: 'profile.plna == "gold"' }),
      { profile },
      422,
      { message: 'The email field is required.' },
    ],
    'The node leaves out "email" because its "when" is not true: profile.plna has no value. Did you mean "profile.plan"? The target answers 422: "The email field is required".',
    '/node/body/fields/0/when',
  ),
  row(
    [
      'a field whose "when" is misspelt, and a target that says nothing',
      simple({ ...of('email', 'email'), when: 'profile.plna == "gold"' }),
      { profile },
      400,
      '',
    ],
    'The node leaves out "email" because its "when" is not true: profile.plna has no value. Did you mean "profile.plan"? The target answers 400.',
    '/node/body/fields/0/when',
  ),
  row(
    [
      'a misspelt attribute that is left out',
      simple({ ...of('email', 'emial'), ifEmpty: 'omit' }),
      { profile },
      422,
      { errors: { email: ['is required'] } },
    ],
    'The node leaves out "email" because of its "ifEmpty". The profile has no attribute "emial". Did you mean "email"? The target answers 422: "email: is required".',
    '/node/body/fields/0/field',
  ),
  row(
    [
      'a misspelt attribute that is left out, and a target that says nothing',
      simple({ ...of('email', 'emial'), ifEmpty: 'omit' }),
      { profile },
      400,
      '',
    ],
    'The node leaves out "email" because of its "ifEmpty". The profile has no attribute "emial". Did you mean "email"? The target answers 400.',
    '/node/body/fields/0/field',
  ),
  row(
    [
      'an empty value that is left out',
      simple({ name: 'email', value: '{{ profile.second | default: "" }}', ifEmpty: 'omit' }),
      { profile },
      422,
      { errors: { email: ['is required'] } },
    ],
    'The node leaves out "email" because of its "ifEmpty". The value of "email" is empty. The target answers 422: "email: is required".',
    '/node/body/fields/0',
  ),
  row(
    [
      'a success that misses a field that is left out',
      {
        ...simple({ ...of('email', 'email'), when: 'profile.plan == "free"' }),
        ...condition('response.json.ok == true'),
      },
      { profile },
      200,
      { ok: false, error: 'no_email', message: 'email is required' },
    ],
    'The node leaves out "email" because its "when" is not true. The target says: "no_email: email is required". response.json.ok is false, not true.',
    '/node/body/fields/0/when',
  ),
  row(
    [
      'a header with the credential that is left out',
      { headers: [{ name: 'X-Api-Key', value: 'k-12345678', when: 'profile.plan == "free"' }] },
      { profile },
      401,
      { message: 'No API key' },
    ],
    'The node leaves out "X-Api-Key" because its "when" is not true. The target answers 401: "No API key".',
    '/node/headers/0/when',
  ),
  row(
    [
      'a field that is sent by another one of the same name',
      simple(
        { ...of('email', 'email'), when: 'profile.plan == "free"' },
        { ...of('email', 'email'), when: 'profile.plan == "gold"' },
      ),
      { profile },
      422,
      { errors: { email: ['is required'] } },
    ],
    'The target misses "email": "email: is required", and the node sends it at the top of the JSON, so the target looks for it elsewhere. See in the example of its documentation which object is around "email", as in {"data": {…}}, and write the body in the same way, with "structure": "json" and "content".',
    '/node/body/fields',
  ),
  row(
    [
      '403 of a rate limit with a pause',
      bearer,
      {},
      403,
      { message: 'You have exceeded a secondary rate limit.' },
      { 'retry-after': '60' },
    ],
    'The target gets too many calls, and answers 403: "You have exceeded a secondary rate limit". Slow the flow down. After 60 s the call can be made anew, by hand or by a rule of the flow: "repeat" is never, because a 403 does not promise that the target did nothing.',
    '/node/retry',
  ),
  row(
    [
      '403 of a rate limit by its code',
      bearer,
      {},
      403,
      { error: { message: 'Rate Limit Exceeded', errors: [{ reason: 'userRateLimitExceeded' }] } },
    ],
    'The target gets too many calls, and answers 403: "Rate Limit Exceeded; userRateLimitExceeded". Slow the flow down. Once the limit is reset the call can be made anew, by hand or by a rule of the flow: "repeat" is never, because a 403 does not promise that the target did nothing.',
    '/node/retry',
  ),
  row(
    [
      '403 with no calls left',
      {},
      {},
      403,
      { message: 'Forbidden' },
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '90' },
    ],
    'The target gets too many calls, and answers 403: "Forbidden". Slow the flow down. After 90 s the call can be made anew, by hand or by a rule of the flow: "repeat" is never, because a 403 does not promise that the target did nothing.',
    '/node/retry',
  ),
  row(
    [
      '429 of a plan',
      bearer,
      {},
      429,
      {
        error: {
          message: 'You exceeded your current quota, please check your plan and billing details.',
          code: 'insufficient_quota',
        },
      },
    ],
    'The account at the target has used up what its plan allows, or its plan has ended: "insufficient_quota: You exceeded your current quota, please check your plan and billing details". Check its plan and billing: before that the same request is refused each time.',
    '/node/auth',
  ),
  row(
    [
      '429 of a rate',
      bearer,
      {},
      429,
      { error: { message: 'Rate limit reached for requests' } },
      { 'retry-after': '20' },
    ],
    'The target gets too many calls: "Rate limit reached for requests". Slow the flow down, or ask the operator of the target for a higher limit. This request may be sent again in 20 s.',
    '/node/retry',
  ),
  row(
    [
      '401 that asks for a scheme of its own',
      bearer,
      {},
      401,
      '',
      { 'www-authenticate': 'ApiKey realm="x"' },
    ],
    'The target asks for ApiKey, and "auth" of the node sends Bearer. A header does that: {"name": "Authorization", "value": "ApiKey {{ secrets.token }}"}. Write it in place of "auth" of the node.',
    '/node/auth',
  ),
  row(
    [
      '401 that asks for Token, of a node without a credential',
      {},
      {},
      401,
      { detail: 'Authentication credentials were not provided.' },
      { 'www-authenticate': 'Token' },
    ],
    'The node sends no credential, and the target answers 401: "Authentication credentials were not provided". The target asks for Token. A header does that: {"name": "Authorization", "value": "Token {{ secrets.token }}"}.',
    '/node/headers',
  ),
  row(
    ['401 that asks for Digest', bearer, {}, 401, '', { 'www-authenticate': 'Digest realm="x", nonce="n"' }],
    'The target asks for Digest, and "auth" of the node sends Bearer. Set the type of "auth" to "digest".',
    '/node/auth',
  ),
  row(
    [
      '403 of Cloudflare to a call without a credential',
      {},
      {},
      403,
      '<html><title>Access denied | api.example.com used Cloudflare to restrict access</title>',
      html,
    ],
    'Something in front of the target, such as a firewall, turns the call away: "Access denied | api.example.com used Cloudflare to restrict access". Ask the operator of the target to admit the service. The node sends no credential: if it is admitted and the target wants one, set "auth".',
    '/node/url',
  ),
  row(
    [
      '403 of Akamai to a call without a credential',
      {},
      {},
      403,
      "<HTML><TITLE>Access Denied</TITLE><H1>Access Denied</H1>You don't have permission to access this server.<P>Reference #18.2d351ab8</P>",
      html,
    ],
    'Something in front of the target, such as a firewall, turns the call away: "Access Denied". Ask the operator of the target to admit the service. The node sends no credential: if it is admitted and the target wants one, set "auth".',
    '/node/url',
  ),
  row(
    [
      '403 of a web server to a call without a credential',
      {},
      {},
      403,
      '<html><title>403 Forbidden</title><h1>403 Forbidden</h1><center>nginx</center>',
      html,
    ],
    'The node sends no credential, and the target answers 403: "403 Forbidden". If the target wants one, set "auth" or the header that it expects. The call was POST {target}/v1/leads.',
    '/node/auth',
  ),
  row(
    [
      '403 of Django against forged requests',
      simple(of('email', 'email')),
      { profile },
      403,
      '<html><title>403 Forbidden</title><h1>Forbidden <span>(403)</span></h1><p>CSRF verification failed. Request aborted.</p>',
      html,
    ],
    'The target wants a token of its own pages against forged requests (CSRF): "CSRF verification failed. Request aborted". The URL is probably that of a web interface: use the one of the API, or send that token as its documentation says.',
    '/node/url',
  ),
  row(
    ['419 of Laravel', bearer, {}, 419, '<html><title>Page Expired</title>', html],
    'The target wants a token of its own pages against forged requests (CSRF): "Page Expired". The URL is probably that of a web interface: use the one of the API, or send that token as its documentation says.',
    '/node/url',
  ),
  row(
    [
      'userErrors of a mutation',
      {
        ...simple({ name: 'query', value: 'mutation' }),
        ...condition('response.json.data.customerCreate.customer.id'),
      },
      {},
      200,
      {
        data: {
          customerCreate: {
            customer: null,
            userErrors: [{ field: ['email'], message: 'Email has already been taken' }],
          },
        },
      },
    ],
    'The target says: "Email has already been taken". response.json.data.customerCreate.customer.id is null. That is about "query" of the body and its variables: correct them.',
    '/node/body/fields/0',
  ),
  row(
    [
      'an action that SOAP does not know',
      { body: { structure: 'raw', contentType: 'text/xml', content: '<a/>' } },
      {},
      500,
      '<s:Envelope><s:Body><s:Fault><faultcode>a:ActionNotSupported</faultcode><faultstring>ContractFilter mismatch at the EndpointDispatcher.</faultstring></s:Fault></s:Body></s:Envelope>',
      { 'content-type': 'text/xml' },
    ],
    'The target knows no operation for the action of the SOAP message: "ContractFilter mismatch at the EndpointDispatcher". The node sends no header "SOAPAction": add it, with the action that the WSDL of the target names.',
    '/node/headers',
  ),
  row(
    [
      'a header SOAPAction that the target does not know',
      {
        headers: [{ name: 'SOAPAction', value: 'urn:x' }],
        body: { structure: 'raw', contentType: 'text/xml', content: '<a/>' },
      },
      {},
      500,
      '<s:Envelope><s:Body><s:Fault><faultcode>soap:Client</faultcode><faultstring>Server did not recognize the value of HTTP Header SOAPAction: urn:x.</faultstring></s:Fault></s:Body></s:Envelope>',
      { 'content-type': 'text/xml' },
    ],
    'The target knows no operation for the action of the SOAP message: "Server did not recognize the value of HTTP Header SOAPAction: urn:x". Correct the header "SOAPAction": the WSDL of the target names the action of each operation.',
    '/node/headers/0',
  ),
  row(
    [
      'an action of SOAP 1.2',
      { body: { structure: 'raw', contentType: 'application/soap+xml', content: '<a/>' } },
      {},
      500,
      '<s:Envelope><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text>The action is not supported</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>',
      { 'content-type': 'application/soap+xml' },
    ],
    'The target knows no operation for the action of the SOAP message: "The action is not supported". Write the action that the WSDL names into contentType of the body: application/soap+xml; action="…".',
    '/node/body/contentType',
  ),
  row(
    [
      '402 of a card',
      { ...bearer, ...simple(of('email', 'email')) },
      { profile },
      402,
      { error: { code: 'card_declined', message: 'Your card has insufficient funds.', type: 'card_error' } },
    ],
    'The payment of the customer failed: "card_declined: Your card has insufficient funds". Use another card or means of payment in the values that the node sends: the credential is not the cause.',
    '/node/body/fields',
  ),
  row(
    [
      '403 of a signature',
      bearer,
      {},
      403,
      '<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match</Message></Error>',
      { 'content-type': 'application/xml' },
    ],
    'The target does not accept the credential: "SignatureDoesNotMatch: The request signature we calculated does not match". It comes from "auth" of the node: check the token or secret there.',
    '/node/auth',
  ),
  row(
    ['403 of a gateway of AWS', bearer, {}, 403, { message: 'Missing Authentication Token' }],
    'The target answers 403: "Missing Authentication Token". A gateway of AWS says so of a path or a method that it does not have, and of a call without a signature. Check the URL and the method first; the credential comes from "auth" of the node.',
    '/node/url',
  ),
  row(
    [
      '403 of an API that is not enabled',
      bearer,
      {},
      403,
      {
        error: {
          message: 'Google Sheets API has not been used in project 1234 before or it is disabled.',
          status: 'PERMISSION_DENIED',
        },
      },
    ],
    'The API is not enabled for the account of the credential: "PERMISSION_DENIED: Google Sheets API has not been used in project 1234 before or it is disabled". Enable it at the target: the credential, which comes from "auth" of the node, can stay.',
    '/node/auth',
  ),
  row(
    [
      '401 to a key under another name',
      { auth: { type: 'apiKey', in: 'header', name: 'X-Key', value: 'a-wrong-key' } },
      {},
      401,
      { message: 'No API key found in request. Send it in header X-API-Key.' },
    ],
    'The target does not accept the credential: "No API key found in request. Send it in header X-API-Key". The target takes it in the header "X-API-Key", and "auth" of the node does not send that. Set "auth" to {"type": "apiKey", "in": "header", "name": "X-API-Key", "value": "{{ secrets.NAME }}"}.',
    '/node/auth/name',
  ),
  row(
    ['401 that finds no token', bearer, {}, 401, { message: 'Missing access token' }],
    'The target finds no credential: "Missing access token". "auth" of the node sends one, so the target looks for it elsewhere: change the name of its header or parameter, or its scheme, to what the target expects.',
    '/node/auth',
  ),
  row(
    [
      '401 with a better body than header',
      bearer,
      {},
      401,
      {
        error: {
          code: 'InvalidAuthenticationToken',
          message: 'Lifetime validation failed, the token is expired.',
        },
      },
      { 'www-authenticate': 'Bearer error="invalid_token"' },
    ],
    'The target does not accept the credential: "InvalidAuthenticationToken: Lifetime validation failed, the token is expired". It comes from "auth" of the node: get a new one at the target, and put it there.',
    '/node/auth',
  ),
  row(
    ['304 to a node without a condition', {}, {}, 304, ''],
    'The target says that nothing has changed (304), although the node sends no conditional header: a cache in front of the target is probably wrong. If this is a normal end, expect 304 as well.',
    '/node/expect',
  ),
  row(
    ['411 to a body', simple(of('email', 'email')), { profile }, 411, ''],
    'The target finds no Content-Length, and the node sends a body with one: something in front of the target drops it. Tell the operator of the target, or use a URL that leads past that.',
    '/node/url',
  ),
  row(
    ['a pause with a 404', bearer, {}, 404, { message: 'busy' }, { 'retry-after': '30' }],
    'The target does not have this path, or nothing under it: "busy". Check the URL, the ids in it, and whether it points at the right account or environment. The call was POST {target}/v1/leads. The target asks for a pause of 30 s.',
    '/node/url',
  ),
  row(
    ['404 of an API to a call without a credential', {}, {}, 404, { message: 'Not Found' }],
    'The target does not have this path, or nothing under it: "Not Found". Check the URL, the ids in it, and whether it points at the right account or environment. The node sends no credential, and some targets answer so to a call without one. The call was POST {target}/v1/leads.',
    '/node/url',
  ),
  row(
    [
      'a success that refuses the credential',
      { ...bearer, ...condition('response.json.ok') },
      {},
      200,
      { ok: false, error: 'invalid_auth' },
    ],
    'The target says: "invalid_auth". response.json.ok is false. Check the credential, which comes from "auth" of the node.',
    '/node/auth',
  ),
  row(
    [
      'errors of GraphQL where none are expected',
      { ...bearer, ...condition('not response.json.errors') },
      {},
      200,
      { errors: [{ message: 'No', extensions: { code: 'UNAUTHENTICATED' } }] },
    ],
    'The target says: "UNAUTHENTICATED: No". response.json.errors is a list of 1, and the condition excludes it. Check the credential, which comes from "auth" of the node.',
    '/node/auth',
  ),
  row(
    ['JSON with other white space than the expected text', text('"id": 7'), {}, 200, { state: 'x', id: 7 }],
    'The target sent a body that begins with "{\'state\':\'x\',\'id\':7}". It would match but for white space: look for the value with a condition, { "type": "condition", "value": "response.json.id == 7" }.',
    '/node/expect',
  ),
  row(
    ['a text with a line break behind it', condition('response.body == "OK"'), {}, 200, 'OK\n'],
    'response.body is "OK" with other white space at its end than the condition has.',
    '/node/expect',
  ),
  row(
    ['a part in another case', condition('response.body contains "done"'), {}, 200, 'Done'],
    'response.body is "Done", which contains "done" in another case: write it in that case, or compare with the filter downcase.',
    '/node/expect',
  ),
  row(
    [
      'a value that is none of two',
      condition('response.json.state == "new" or response.json.state == "done"'),
      {},
      200,
      { state: 'failed' },
    ],
    'response.json.state is "failed", not "new" or "done".',
    '/node/expect',
  ),
  row(
    [
      'a login page where a text is expected',
      text('subscribed'),
      {},
      200,
      '<html><title>Log in</title>',
      html,
    ],
    'The target sent an HTML page, "Log in", that asks for a login: the node sends no credential. Set "auth", or use the URL of the API, if this one is that of a web interface.',
    '/node/auth',
  ),
  row(
    ['a success of a third kind', { expect: { type: 'status', value: [200, 201] } }, {}, 202, ''],
    'All of them are success codes: to accept 202, use 2xx or list it as well.',
    '/node/expect',
  ),
  row(
    [
      'a title of the status over a paragraph that tells more',
      bearer,
      {},
      404,
      '<html><title>404 Not Found</title><h1>Not Found</h1><p>The requested URL was not found on this server.</p>',
      html,
    ],
    'The target does not have this path, or nothing under it: "The requested URL was not found on this server". Check the URL, the ids in it, and whether it points at the right account or environment. The call was POST {target}/v1/leads.',
    '/node/url',
  ),
  row(
    [
      '500 with a misspelt attribute',
      simple(of('email', 'emial')),
      { profile },
      500,
      { message: 'Internal Server Error' },
    ],
    'The profile has no attribute "emial". Did you mean "email"? The target fails with status 500: "Internal Server Error", and that probably led to it. Correct it first; if the 500 stays, its operator finds the cause in its log.',
    '/node/body/fields/0',
  ),
  row(
    ['405 with methods that no node sends', {}, {}, 405, '', { allow: 'OPTIONS, PROPFIND' }],
    'The target allows OPTIONS, PROPFIND here (405), and a node cannot send that: check the path of the URL.',
    '/node/url',
  ),
  row(
    [
      'a header that the target misses',
      bearer,
      {},
      400,
      {
        code: 'missing_version',
        message:
          'Notion-Version header failed validation: Notion-Version header should be defined, instead was `undefined`.',
      },
    ],
    'The target answers 400: "missing_version: Notion-Version header failed validation: Notion-Version header should be defined, instead was `undefined`". The node sends no header "Notion-Version": add it to "headers".',
    '/node/headers',
  ),
  row(
    [
      'a header that the target requires',
      simple(of('email', 'email')),
      { profile },
      400,
      { message: 'Missing required header: X-Account-Id' },
    ],
    'The target answers 400: "Missing required header: X-Account-Id". The node sends no header "X-Account-Id": add it to "headers".',
    '/node/headers',
  ),
  row(
    [
      'a parameter of Spring',
      simple(of('email', 'email')),
      { profile },
      400,
      { message: "Required request parameter 'source' for method parameter type String is not present" },
    ],
    'The target answers 400: "Required request parameter \'source\' for method parameter type String is not present". The node sends no parameter "source": add it to "query".',
    '/node/query',
  ),
  row(
    [
      'a form that is read as JSON',
      {
        body: {
          structure: 'simple',
          contentType: 'application/x-www-form-urlencoded',
          fields: [of('email', 'email')],
        },
      },
      { profile },
      400,
      { error: 'Unexpected token e in JSON at position 0' },
    ],
    'The target reads the body as JSON: "Unexpected token e in JSON at position 0", and the node sends application/x-www-form-urlencoded. Set contentType of the body to application/json.',
    '/node/body/contentType',
  ),
  row(
    [
      'a grant that was used',
      {
        body: {
          structure: 'simple',
          contentType: 'application/x-www-form-urlencoded',
          fields: [
            { name: 'grant_type', value: 'refresh_token' },
            { name: 'refresh_token', value: 'r-123456789' },
          ],
        },
      },
      {},
      400,
      { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
    ],
    'The target does not accept the grant: "invalid_grant: Token has been expired or revoked". A code or refresh token that was used, was revoked or has expired stays refused: put a new one into the fields, or into the secret that they refer to.',
    '/node/body/fields/1',
  ),
  row(
    [
      'a record that exists, with 400',
      simple(of('email_address', 'email')),
      { profile },
      400,
      {
        title: 'Member Exists',
        detail: 'ada@example.com is already a list member. Use PUT to insert or update list members.',
      },
    ],
    'The target has this record already: "ada@example.com is already a list member. Use PUT to insert or update list members". Use the method and the URL that it has for changing one.',
    '/node/method',
  ),
  row(
    [
      'a value of another type',
      simple(of('age', 'first_name')),
      { profile },
      400,
      { age: ['A valid integer is required.'] },
    ],
    'The target answers 400: "age: A valid integer is required". The node sends "age" as a text, and the target wants a number: correct its value. The node sends "Ada", which comes from profile.first_name.',
    '/node/body/fields/0',
  ),
  row(
    ['422 without a word and without an empty value', simple(of('email', 'email')), { profile }, 422, ''],
    'The target does not accept the values of the request. Check required fields and formats. The call was POST {target}/v1/leads, with "email" as application/json. The node sends "ada@example.com", which comes from profile.email.',
    '/node/body/fields',
  ),
  row(
    [
      '422 without a word and with an empty value',
      simple({ name: 'email', value: '' }),
      { profile },
      422,
      { message: 'Invalid' },
    ],
    'The value of "email" is empty. The target answers 422: "Invalid".',
    '/node/body/fields/0',
  ),
  row(
    ['403 of an API in the words of a firewall', bearer, {}, 403, { message: 'Access denied' }],
    'The credential lacks the permission: "Access denied". It comes from "auth" of the node: give it the permission at the target, or use another one. The call was POST {target}/v1/leads, with the scheme Bearer in the header Authorization.',
    '/node/auth',
  ),
  row(
    ['403 of a limit of records', bearer, {}, 403, { message: 'Contact limit exceeded' }],
    'The credential lacks the permission: "Contact limit exceeded". It comes from "auth" of the node: give it the permission at the target, or use another one.',
    '/node/auth',
  ),
]
