import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { executeExamples } from '../../../openapi/examples.ts'
import type { ConfigError } from '../../../src/contract/config-error.ts'
import { problems } from '../../../src/contract/problem-codes.ts'
import type { Problem } from '../../../src/contract/schemas.ts'
import { anyFailure } from '../../../src/http/problems/foreign-words/request.ts'
import { foreignMembers } from '../../../src/http/problems/foreign-words/tables.ts'
import { createProblem, Refusal } from '../../../src/http/problems/problem.ts'
import { cpuMs } from '../../support/cpu-time.ts'
import { service } from '../../support/service.ts'
import { explainBody } from './support/explain-body.ts'

const node = { method: 'POST', url: 'https://receiver.test/' }

/** The errors that a problem lists. */
function refuse(body: unknown, route = 'ExecuteRequest'): readonly ConfigError[] {
  return new Refusal('invalid_request', '', { errors: explainBody(body, route) }).errors
}

const list = 'must be an array of {"name", "value"}'
const words = {
  structure: 'must be "simple", "full", "json", "raw", "multipart" or "binary"',
  auth: 'must be an object whose "type" is "bearer", "basic", "apiKey", "oauth2", "digest" or "awsSigV4"',
  authType: 'must be "bearer", "basic", "apiKey", "oauth2", "digest" or "awsSigV4"',
  expect: 'must be an expectation, or a list of them of which all must hold',
  expectType: 'must be "status", "string" or "condition"',
  onError: 'must be "success", "error" or "exit"',
  body: 'must be an object whose "structure" is "simple", "full", "json", "raw", "multipart" or "binary"',
  when: 'must be an object whose "type" is "status", "string", "condition" or "failure"',
  source: 'must be "profile", "event", "instance", "flow" or "vars"',
}
const bearer = '"type": "bearer", "token": "{{ secrets.NAME }}"'

const time = 'must be an integer of at least 100'

type Row = readonly [part: object, ...errors: (readonly [path: string, message: string])[]]

const tlsCodes =
  'tls_untrusted, tls_cert_expired, tls_cert_not_yet_valid, tls_name_mismatch, tls_cert_invalid, tls_protocol, tls_not_tls, tls_client_cert_invalid, tls_client_cert_required, tls_aborted or tls_timeout'
const failures = 'must be a failure code such as "response_timeout"'
const branch = 'unknown member; the branch after an error is "onError": "error", "success" or "exit"'
const empty =
  'unknown member; it is "ifEmpty" of a field: "send", "omit" or "fail"; write "query": [{ "name": "…", "source": "profile", "field": "…", "ifEmpty": "omit" }]'
const behindConnection = [
  '/url',
  'must not name a host, because the connection does; write what follows the base URL of the connection, such as "/leads"',
] as const
const aCase = (when: unknown) => ({ cases: [{ branch: 'a', when }] })
const statusNoFailure =
  'an answer with a status is no failure: a case for it has { "type": "status", "value": 429 }, a simulation { "status": 429 }'
const noDefault =
  'there is no default case: without a case that holds the branch is "success", or that of "onError"; leave out this case'
const haveToken =
  'must be "bearer" for a token that you have: write "type": "bearer"; with "oauth2" the service fetches one itself, from "tokenUrl" with "clientId" and "clientSecret"'

/** What a person meant is told, whatever the words. */
const meant: readonly Row[] = [
  [
    { body: 'simple' },
    [
      '/body',
      `${words.body}, not a string; write "body": { "structure": "simple", "fields": [{ "name": "email", "source": "profile", "field": "email" }] }`,
    ],
  ],
  [{ body: 'full' }, ['/body', `${words.body}, not a string; write "body": { "structure": "full" }`]],
  [
    { body: 'binary' },
    [
      '/body',
      `${words.body}, not a string; write "body": { "structure": "binary", "source": "event", "field": "photo" }`,
    ],
  ],
  [{ onFailure: 'exit' }, ['/onFailure', `${branch}; write "onError": "exit"`]],
  [{ ifError: 'no' }, ['/ifError', `${branch}; write "onError": "error"`]],
  [{ errorPolicy: 'continue' }, ['/errorPolicy', `${branch}; write "onError": "success"`]],
  [{ continueOnFail: false }, ['/continueOnFail', `${branch}; write "onError": "error"`]],
  [{ stopOnError: true }, ['/stopOnError', `${branch}; write "onError": "exit"`]],
  [{ failOnError: false }, ['/failOnError', `${branch}; write "onError": "success"`]],
  [
    { secret: { CRM: 's3cr3t' } },
    ['/secret', 'unknown member; secrets stand beside "node", at the top; write "secrets": { "CRM": "…" }'],
  ],
  [
    { auth: { type: 'apiKey', header: 'X-Key', key: 's3cr3t' } },
    ['/auth/in', 'missing; must be "header" or "query"'],
    ['/auth/header', 'unknown member; it is called "name" here'],
    ['/auth/key', 'unknown member; it is called "value" here'],
  ],
  [
    { auth: { type: 'apiKey', name: 'X-Key', value: 's3cr3t', header: true } },
    ['/auth/header', 'unknown member; the place of the key is "in"; write "in": "header"'],
  ],
  [
    { storeResponse: false },
    [
      '/storeResponse',
      'unknown member; nothing of the response is kept unless "capture" names it; leave it out',
    ],
  ],
  [
    { retryOnFail: false },
    ['/retryOnFail', 'unknown member; nothing is repeated unless "retry" says so; leave it out'],
  ],
  [
    { retryAllErrors: true },
    [
      '/retryAllErrors',
      'unknown member; "retry" repeats after failures and statuses for which that can help, and its "on" lists others; write "retry": { "attempts": 3 }',
    ],
  ],
  [
    { signing: 'sha256' },
    [
      '/signing',
      'must be an object whose "scheme" is "standard-webhooks" or "hmac", not a string; write "signing": { "scheme": "hmac", "over": "{{ timestamp }}.{{ body }}", "header": "X-Signature", "value": "t={{ timestamp }},v1={{ hex }}", "secret": "{{ secrets.NAME }}" }',
    ],
  ],
  [
    { protocolProfileBehavior: {} },
    [
      '/protocolProfileBehavior',
      'unknown member; it has settings of Postman that are not needed here; leave it out',
    ],
  ],
  [
    { tls: true },
    [
      '/tls',
      'must be an object, not a boolean; write "tls": { "certificate": "{{ secrets.CERTIFICATE }}", "key": "{{ secrets.KEY }}" }',
    ],
  ],
  [
    { namedCredential: 'crm' },
    ['/namedCredential', 'unknown member; it is called "connection" here'],
    behindConnection,
  ],
  [{ payload: { profile: {} } }, ['/payload', 'unknown member; it belongs beside "node", at the top']],
  [
    { includeAllProperties: true },
    [
      '/includeAllProperties',
      'unknown member; all of the payload is a "full" body; write "body": { "structure": "full" }',
    ],
  ],
  [{ node: { method: 'GET' } }, ['/node', 'unknown member; write its members into "node" itself']],
  [
    { body: '={"a": profile.email}' },
    ['/body', `${words.body}, not a string; write "body": { "structure": "json", "content": { "a": "…" } }`],
  ],
  [{ ignoreNullValues: true }, ['/ignoreNullValues', empty]],
  [{ ignoreNull: true }, ['/ignoreNull', empty]],
  [{ omitNulls: true }, ['/omitNulls', empty]],
  [{ diagnostics: 'brief' }, ['/diagnostics', 'unknown member; it belongs beside "node", at the top']],
  [aCase({ type: 'failure', value: 'any' }), ['/cases/0/when/value', `${failures}; ${anyFailure}`]],
  [aCase({ type: 'failure', value: '*' }), ['/cases/0/when/value', `${failures}; ${anyFailure}`]],
  [aCase({ type: 'failure', value: '5xx' }), ['/cases/0/when/value', `${failures}; ${statusNoFailure}`]],
  [
    aCase({ type: 'failure', value: 'tls problem' }),
    ['/cases/0/when/value', `${failures}; codes are ${tlsCodes}`],
  ],
  [
    aCase({ type: 'timeout' }),
    [
      '/cases/0/when/type',
      'must be "status", "string", "condition" or "failure"; write { "type": "failure", "value": "response_timeout" }',
    ],
  ],
  [aCase('default'), ['/cases/0/when', `${words.when}, not a string; ${noDefault}`]],
  [
    aCase([{ type: 'status', value: 409 }]),
    ['/cases/0/when', `${words.when}, not an array; write what is in the list without [ and ]`],
  ],
  [
    { expect: { type: 'failure', value: 'connect_refused' } },
    [
      '/expect/type',
      `${words.expectType}; a failure is no response to expect: a branch for it is "cases": [{ "branch": "later", "succeeded": false, "when": { "type": "failure", "value": "response_timeout" } }]`,
    ],
  ],
  [
    { expect: { not: { type: 'status', value: 200 } } },
    [
      '/expect/not',
      'unknown member; what must not be is a condition; write "type": "condition", "value": "response.status != 409"',
    ],
  ],
  [
    { onError: 'leave', branches: { exit: 'leave' } },
    [
      '/onError',
      'must be "success", "error" or "exit"; with these "branches" that name is "exit": write "onError": "exit"',
    ],
  ],
  [
    { url: 'https://receiver.test/x', baseURL: 'https://receiver.test' },
    [
      '/baseURL',
      'unknown member; the whole address is "url"; put this before it: "url": "https://host/path"',
    ],
  ],
  [
    { auth: [{ type: 'bearer', token: 's3cr3t' }] },
    [
      '/auth',
      `${words.auth}, not an array; write the object itself, without [ and ]: write "auth": { ${bearer} }`,
    ],
  ],
  [{ auth: { type: 'oauth', token: 's3cr3t' } }, ['/auth/type', haveToken]],
  [
    { auth: { type: 'oauth2', accessToken: 's3cr3t' } },
    ['/auth/type', haveToken],
    ['/auth/accessToken', 'unknown member; it is called "token" here'],
  ],
  [
    { credentials: { id: '1', name: 'CRM' } },
    [
      '/credentials',
      `unknown member; the service keeps no credentials of the engine: "auth" is the credential itself; write "auth": { ${bearer} }`,
    ],
  ],
  [
    { body: { structure: 'full', source: 'payload' } },
    ['/body/source', `${words.source}; leave "source" out for the whole payload`],
  ],
  [
    { body: { structure: 'binary', data: 's3cr3t' } },
    [
      '/body/data',
      'unknown member; the bytes come with the payload; write "source": "event", "field": "photo"',
    ],
  ],
  [
    { body: { structure: 'simple', fields: [{ name: 'a', path: 'profile.email' }] } },
    [
      '/body/fields/0/path',
      'unknown member; a path is two members; write "source": "profile", "field": "email"',
    ],
  ],
  [
    { successBranch: 'a' },
    [
      '/successBranch',
      'unknown member; the engine\'s own names for the outputs are "branches"; write "branches": { "success": "yes", "error": "no" }',
    ],
  ],
  [
    { event: [{ listen: 'test' }] },
    [
      '/event',
      'unknown member; no scripts run here: what counts as a success is "expect"; write "expect": { "type": "status", "value": "2xx" }',
    ],
  ],
  [
    { 'X-Key: abc': 1 },
    ['/X-Key: abc', 'unknown member; it is a header; write "headers": [{ "name": "X-Key", "value": "…" }]'],
  ],
  [
    { frobnicate: 1, brobdingnag: 2 },
    [
      '/frobnicate',
      'unknown member; there is nothing of this name or meaning here; leave it out; the members here are for what is sent "method", "url", "query", "headers", "body"; for whom and as whom "connection", "hosts", "auth", "tls", "signing"; for what becomes of the response "expect", "capture", "onError", "cases", "branches", "followRedirects"; for time and repeating "timeoutMs", "retry", "idempotent", "keepAlive"; for the node itself "id", "name", "notes", "templates", "propagateTrace"',
    ],
    ['/brobdingnag', 'unknown member; there is nothing of this name or meaning here; leave it out'],
  ],
]

const rows: readonly Row[] = [
  // The manuals.
  [
    { urlParameters: { page: 1 } },
    [
      '/urlParameters',
      `unknown member; it is called "query" here, and ${list}, not an object; write "query": [{ "name": "page", "value": "…" }]`,
    ],
  ],
  [{ params: [{ name: 'a', value: 1 }] }, ['/params', 'unknown member; it is called "query" here']],
  [
    { contentType: 'application/json' },
    [
      '/contentType',
      'unknown member; it is "contentType" of "body"; write "body": { "structure": "simple", "contentType": "application/json", "fields": [] }',
    ],
  ],
  [
    { bodyStructure: 'full' },
    [
      '/bodyStructure',
      'unknown member; it is "structure" of "body", and is "simple", "full", "json", "raw", "multipart" or "binary"; write "body": { "structure": "full" }',
    ],
  ],
  [
    { errorHandling: 'exit' },
    [
      '/errorHandling',
      'unknown member; the branch after an error is "onError": "error", "success" or "exit"; write "onError": "exit"',
    ],
  ],
  [
    { expectedResponse: 201 },
    [
      '/expectedResponse',
      'unknown member; what counts as a success is "expect"; write "expect": { "type": "status", "value": 201 }',
    ],
  ],
  // Lists and fields.
  [
    { headers: { 'X-A': 's3cr3t', 'X-B': 's3cr3t', 'X-C': 's3cr3t' } },
    [
      '/headers',
      `${list}, not an object; write "headers": [{ "name": "X-A", "value": "…" }, { "name": "X-B", "value": "…" }]`,
    ],
  ],
  [
    { headers: { parameters: [{ name: 'a', value: 's3cr3t' }] } },
    ['/headers', `${list}, not an object; write the array of "parameters" itself`],
  ],
  [{ query: [{ key: 'a', value: 's3cr3t' }] }, ['/query/0/key', 'unknown member; it is called "name" here']],
  [
    { query: [{ key: 'a', from: 'profile', attribute: 'email' }] },
    ['/query/0/key', 'unknown member; it is called "name" here'],
    ['/query/0/from', 'unknown member; it is called "source" here'],
    ['/query/0/attribute', 'unknown member; it is called "field" here'],
  ],
  [
    { headers: [{ 'X-A': 's3cr3t' }] },
    [
      '/headers/0',
      'must be an object with a name and exactly one of: "source" with "field", "value", or "literal"; write { "name": "X-A", "value": "…" }',
    ],
  ],
  [
    { query: [{ name: 'a', source: 'contact', field: 'b' }] },
    ['/query/0/source', `${words.source}; did you mean "profile"?`],
  ],
  [
    { query: [{ name: 'a', source: 'profile.email' }] },
    ['/query/0/source', `${words.source}; write "source": "profile", "field": "email"`],
  ],
  [
    { query: [{ name: 'a', value: { b: 's3cr3t' } }] },
    [
      '/query/0/value',
      'must be a string, a number, a boolean or null, not an object; write "literal" in place of "value": it takes any JSON',
    ],
  ],
  // Bodies.
  [
    { body: { a: 's3cr3t' } },
    [
      '/body/structure',
      `missing; ${words.structure}; write "body": { "structure": "json", "content": { "a": "…" } }`,
    ],
  ],
  [
    { body: '{"a":"s3cr3t"}' },
    [
      '/body',
      'must be an object whose "structure" is "simple", "full", "json", "raw", "multipart" or "binary", not a string; write "body": { "structure": "json", "content": { "a": "…" } }',
    ],
  ],
  [
    { body: 's3cr3t' },
    [
      '/body',
      'must be an object whose "structure" is "simple", "full", "json", "raw", "multipart" or "binary", not a string; write "body": { "structure": "raw", "contentType": "text/plain", "content": "…" }',
    ],
  ],
  [
    { body: { mode: 'raw', raw: 's3cr3t', options: { raw: { language: 'json' } } } },
    ['/body/mode', 'unknown member; it is called "structure" here'],
    ['/body/raw', 'unknown member; it is called "content" here'],
    [
      '/body/options',
      'unknown member; the language is "contentType"; write "contentType": "application/json"',
    ],
  ],
  [
    { body: { structure: 'full', fields: [] } },
    ['/body/fields', 'unknown member; only "structure": "simple" has "fields"; leave it out, or write that'],
  ],
  [
    { body: null },
    [
      '/body',
      'must be an object whose "structure" is "simple", "full", "json", "raw", "multipart" or "binary", not null; leave it out instead',
    ],
  ],
  [
    { url: { raw: 'https://a.test/s3cr3t', host: ['a'] } },
    [
      '/url',
      'must be a string such as "https://host/path", not an object; write the whole address, and its parameters in "query"',
    ],
  ],
  // Words.
  [
    { method: 'post' },
    ['/method', 'must be "GET", "POST", "PUT", "PATCH" or "DELETE"; did you mean "POST"?'],
  ],
  [{ onError: 'no' }, ['/onError', `${words.onError}; did you mean "error"?`]],
  [{ onError: 'yes' }, ['/onError', `${words.onError}; did you mean "success"?`]],
  [{ onError: 'Exit' }, ['/onError', `${words.onError}; did you mean "exit"?`]],
  [{ onError: 'continueErrorOutput' }, ['/onError', `${words.onError}; did you mean "error"?`]],
  // Expectations.
  [
    { expect: '200' },
    ['/expect', `${words.expect}, not a string; write "expect": { "type": "status", "value": "200" }`],
  ],
  [
    { expect: 200 },
    ['/expect', `${words.expect}, not a number; write "expect": { "type": "status", "value": 200 }`],
  ],
  [
    { expect: [200, '2xx'] },
    ['/expect', `${words.expect}; write "expect": { "type": "status", "value": [200, "2xx"] }`],
  ],
  [{ expect: { status: 200 } }, ['/expect/status', 'unknown member; write "type": "status", "value": 200']],
  [
    { expect: { type: 'Status code', value: 200 } },
    ['/expect/type', `${words.expectType}; did you mean "status"?`],
  ],
  [
    { expect: { type: 'statusCode', value: 200 } },
    ['/expect/type', `${words.expectType}; did you mean "status"?`],
  ],
  [
    { expect: { type: 'text', contains: 's3cr3t' } },
    ['/expect/type', `${words.expectType}; did you mean "string"?`],
    ['/expect/contains', 'unknown member; it is called "value" here'],
  ],
  // Times and attempts.
  [
    { timeoutMs: '10000' },
    [
      '/timeoutMs',
      'must be an integer of at least 100, not a string; write the number of milliseconds without quotes: 10000',
    ],
  ],
  [
    { timeout: 10 },
    [
      '/timeout',
      'unknown member; it is called "timeoutMs" here, and must be an integer of at least 100, not the number 10; it is in milliseconds: 10 s are 10000',
    ],
  ],
  [
    { timeout: 10_000 },
    ['/timeout', 'unknown member; it is called "timeoutMs" here, in milliseconds: 10000 is 10 s'],
  ],
  [
    { timeout_ms: 5, on_error: 'stop' },
    [
      '/timeout_ms',
      'unknown member; it is called "timeoutMs" here, and must be an integer of at least 100, not the number 5; it is in milliseconds: 5 s are 5000',
    ],
    ['/on_error', `unknown member; it is called "onError" here, and ${words.onError}; did you mean "exit"?`],
  ],
  [
    { query: { a: ['1', '2'] } },
    ['/query', `${list}, not an object; write "query": [{ "name": "a", "literal": ["…"] }]`],
  ],
  [{ retry: 3 }, ['/retry', 'must be an object, not a number; write "retry": { "attempts": 3 }']],
  [{ retry: true }, ['/retry', 'must be an object, not a boolean; write "retry": { "attempts": 3 }']],
  [{ retry: false }, ['/retry', 'must be an object, not a boolean; leave it out']],
  [
    { retry: { maxRetries: 3 } },
    [
      '/retry/maxRetries',
      'unknown member; it is called "attempts" here, and counts the first attempt: 3 retries are 4',
    ],
  ],
  // Credentials.
  [{ auth: 'Bearer s3cr3t' }, ['/auth', `${words.auth}, not a string; write "auth": { ${bearer} }`]],
  [{ auth: { bearer: 's3cr3t' } }, ['/auth/bearer', `unknown member; write ${bearer}`]],
  [
    { auth: { type: 'bearer', bearer: [{ key: 'token', value: 's3cr3t' }] } },
    ['/auth/bearer', `unknown member; write ${bearer}`],
  ],
  [
    { auth: { type: 'Bearer', token: 's3cr3t' } },
    ['/auth/type', `${words.authType}; did you mean "bearer"?`],
  ],
  [
    { auth: { type: 'header', name: 'X', value: 's3cr3t' } },
    ['/auth/type', `${words.authType}; did you mean "apiKey"?`],
    ['/auth/in', 'missing; must be "header" or "query"'],
  ],
  [
    { auth: { type: 'basicAuth', user: 'a', pass: 's3cr3t' } },
    ['/auth/type', `${words.authType}; did you mean "basic"?`],
    ['/auth/user', 'unknown member; it is called "username" here'],
    ['/auth/pass', 'unknown member; it is called "password" here'],
  ],
  [
    { auth: { token: 's3cr3t' } },
    ['/auth/type', `missing; ${words.authType}; with these members it is "bearer"`],
  ],
  // What the service does not have.
  [
    { verifySsl: false, proxy: 's3cr3t', followRedirect: true },
    [
      '/verifySsl',
      'unknown member; certificates are always checked; leave it out. The operator of the service adds an authority with EGRESS_CA_FILE',
    ],
    ['/proxy', 'unknown member; the operator of the service sets EGRESS_PROXY; leave it out'],
    [
      '/followRedirect',
      'unknown member; "followRedirects" counts the redirects to follow, from 0 to 5; write "followRedirects": 5',
    ],
  ],
  ...(
    [
      [{ maxRedirects: 3 }, 3],
      [{ maxRedirects: 20 }, 5],
      [{ redirect: 'follow' }, 5],
      [{ redirect: 'manual' }, 0],
      [{ '-L': true }, 5],
      [{ followAllRedirects: false }, 0],
    ] as const
  ).map(
    ([member, count]): Row => [
      member,
      [
        `/${Object.keys(member)[0]}`,
        `unknown member; "followRedirects" counts the redirects to follow, from 0 to 5; write "followRedirects": ${count}`,
      ],
    ],
  ),
  [
    { followRedirects: true },
    ['/followRedirects', 'must be an integer from 0 to 5, not a boolean; write "followRedirects": 5'],
  ],
  // Members of the contract elsewhere.
  [
    { idempotencyKey: 's3cr3t', profile: {}, ifEmpty: 'omit' },
    ['/idempotencyKey', 'unknown member; it belongs beside "node", at the top'],
    [
      '/profile',
      'unknown member; it belongs into "payload", beside "node"; write "payload": { "profile": {} }',
    ],
    ['/ifEmpty', 'unknown member; it belongs into a field of "query", "headers" or "body"'],
  ],
  // Certificates, times and attempts of other tools.
  ...['ignoreSSL', 'rejectUnauthorized', 'verify', 'insecure', 'sslVerification', '-k', '--insecure'].map(
    (name): Row => [
      { [name]: true },
      [
        `/${name}`,
        'unknown member; certificates are always checked; leave it out. The operator of the service adds an authority with EGRESS_CA_FILE',
      ],
    ],
  ),
  [
    { connectionTimeoutInSeconds: 20, readTimeoutInSeconds: '20' },
    [
      '/connectionTimeoutInSeconds',
      'unknown member; it is called "timeoutMs" here, which covers connecting and the answer together, and must be an integer of at least 100, not the number 20; it is in milliseconds: 20 s are 20000; write at most 10000, unless the operator of the service has raised MAX_TIMEOUT_MS',
    ],
    [
      '/readTimeoutInSeconds',
      'unknown member; it is the same as "connectionTimeoutInSeconds"; leave one of the two out',
    ],
  ],
  [
    { timeoutMs: '10s' },
    ['/timeoutMs', `${time}, not a string; write the number of milliseconds without quotes: 10000`],
  ],
  [
    { timeoutMs: 'PT2M' },
    [
      '/timeoutMs',
      `${time}, not a string; write the number of milliseconds without quotes: at most 10000, unless the operator of the service has raised MAX_TIMEOUT_MS`,
    ],
  ],
  [
    { timeoutMs: '250' },
    ['/timeoutMs', `${time}, not a string; write the number of milliseconds without quotes: 250`],
  ],
  [
    { timeoutMs: 's3cr3t' },
    ['/timeoutMs', `${time}, not a string; write the number without quotes and unit`],
  ],
  [
    { timeoutMs: 0 },
    ['/timeoutMs', `${time}, not the number 0; there is always a limit: leave it out for 10000`],
  ],
  [
    { timeout: { connect: 1, read: 5 } },
    [
      '/timeout',
      `unknown member; it is called "timeoutMs" here, and ${time}, not an object; one limit covers connecting, sending and the answer: write a number such as 10000`,
    ],
  ],
  [
    { retry: { backoff: 'exp' } },
    ['/retry/backoff', 'unknown member; pauses double and vary at random; leave it out'],
  ],
  [
    { retry: { backoff: 1000 } },
    [
      '/retry/backoff',
      'unknown member; it is called "initialDelayMs" here, in milliseconds: 500 is half a second',
    ],
  ],
  [
    { retry: { attempts: 0 } },
    [
      '/retry/attempts',
      'must be an integer from 1 to 10, not the number 0; leave out "retry" for one attempt',
    ],
  ],
  // Members whose type decides, headers in one text, options of curl.
  [{ parameters: [{ name: 'a', value: 1 }] }, ['/parameters', 'unknown member; it is called "query" here']],
  [
    { '--request': 'PUT' },
    [
      '/--request',
      'unknown member; it is called "method" here, which is there already; leave one of the two out',
    ],
  ],
  [
    { '-H': 'X-A: s3cr3t' },
    [
      '/-H',
      `unknown member; it is called "headers" here, and ${list}, not a string; write "headers": [{ "name": "X-A", "value": "…" }]`,
    ],
  ],
  [
    { headers: 'c2VjcmV0=' },
    ['/headers', `${list}, not a string; write "headers": [{ "name": "…", "value": "…" }]`],
  ],
  [
    { headers: ['X-A: s3cr3t'] },
    [
      '/headers/0',
      'must be an object with a name and exactly one of: "source" with "field", "value", or "literal", not a string; write { "name": "X-A", "value": "…" }',
    ],
  ],
  [
    { query: 'a=s3cr3t&b=2' },
    [
      '/query',
      `${list}, not a string; write "query": [{ "name": "a", "value": "…" }, { "name": "b", "value": "…" }]`,
    ],
  ],
  [
    { 'X-Api-Key': 's3cr3t' },
    [
      '/X-Api-Key',
      'unknown member; it is a header; write "headers": [{ "name": "X-Api-Key", "value": "…" }]',
    ],
  ],
  // Misspelt words, of the contract and of other tools.
  [
    { hedaers: { A: 's3cr3t' } },
    [
      '/hedaers',
      `unknown member; probably "headers", and ${list}, not an object; write "headers": [{ "name": "A", "value": "…" }]`,
    ],
  ],
  [
    { urlParamters: { a: 1 } },
    [
      '/urlParamters',
      `unknown member; it is called "query" here, and ${list}, not an object; write "query": [{ "name": "a", "value": "…" }]`,
    ],
  ],
  [
    { bodyStrucutre: 'full' },
    [
      '/bodyStrucutre',
      'unknown member; it is "structure" of "body", and is "simple", "full", "json", "raw", "multipart" or "binary"; write "body": { "structure": "full" }',
    ],
  ],
  // Statuses.
  ...[
    ['200-299', '"2xx"'],
    ['200 - 399', '["2xx", "3xx"]'],
    [{ min: 200, max: 299 }, '"2xx"'],
    [
      { from: 200, to: 204 },
      '"expect": { "type": "condition", "value": "response.status >= 200 and response.status <= 204" }',
    ],
    ['200,201', '[200, 201]'],
    ['200 or 2xx', '[200, "2xx"]'],
    ['2**', '"2xx"'],
    ['20x', '"2xx"'],
    [2, '"2xx"'],
    ['>=200', '"expect": { "type": "condition", "value": "response.status >= 200" }'],
    ['!500', '"expect": { "type": "condition", "value": "response.status != 500" }'],
    ['^2\\d\\d$', '"2xx"'],
    ['200 OK', '200'],
    ['success', '"2xx"'],
    ['{{ 200 }}', 'the status itself: it is no template'],
  ].map(
    ([value, instead]): Row => [
      { expect: { type: 'status', value } },
      [
        '/expect/value',
        `must be a status such as 200 or "200", a class such as "2xx", or a list of these${typeof value === 'object' ? ', not an object' : ''}; write ${instead}`,
      ],
    ],
  ),
  [
    { expect: '200-299' },
    ['/expect', `${words.expect}, not a string; write "expect": { "type": "status", "value": "2xx" }`],
  ],
  [
    { responseHandling: { type: 'status', code: 204 } },
    [
      '/responseHandling',
      'unknown member; what counts as a success is "expect"; write "expect": { "type": "status", "value": 204 }',
    ],
  ],
  [
    { expect: { all: [] } },
    [
      '/expect/all',
      'unknown member; "expect" takes a list, of which all must hold; write it in [ and ] without this member',
    ],
  ],
  [
    { query: [{ id: 'pair_1', name: 'a', value: 1 }] },
    [
      '/query/0/id',
      'unknown member; it is called "name" here, which is there already; leave one of the two out',
    ],
  ],
  // Bodies, credentials and methods by what they hold.
  [{ body: '' }, ['/body', `${words.body}, not a string; leave it out instead`]],
  [
    { body: '<a>s3cr3t</a>' },
    [
      '/body',
      `${words.body}, not a string; write "body": { "structure": "raw", "contentType": "application/xml", "content": "…" }`,
    ],
  ],
  [
    { body: 'a=s3cr3t' },
    [
      '/body',
      `${words.body}, not a string; write "body": { "structure": "simple", "contentType": "application/x-www-form-urlencoded", "fields": [{ "name": "a", "value": "…" }] }`,
    ],
  ],
  [{ auth: 'none' }, ['/auth', `${words.auth}, not a string; leave it out for none`]],
  // A time that was meant is shown as far as a node takes it.
  [
    { timeout: 40 },
    [
      '/timeout',
      'unknown member; it is called "timeoutMs" here, and must be an integer of at least 100, not the number 40; it is in milliseconds: 40 s are 40000; write at most 10000, unless the operator of the service has raised MAX_TIMEOUT_MS',
    ],
  ],
  [
    { retry: { attempts: 3, initialDelayMs: '20m' } },
    [
      '/retry/initialDelayMs',
      'must be an integer from 0 to 600000, not a string; write the number of milliseconds without quotes: at most 600000',
    ],
  ],
  // A condition is no text of the body.
  ...[
    ['response.status == 200', 'response.status == 200'],
    ['=response.status = 404', 'response.status == 404'],
    ['{{ response.status }} >= 500', 'response.status >= 500'],
    ['$statusCode != 204', 'response.status != 204'],
    ['statusCode === 200 || statusCode === 201', 'response.status == 200 or response.status == 201'],
    ['response.json.token == "s3cr3t"', 'response.json.ok == true'],
    ['$.ok == true', 'response.json.ok == true'],
  ].map(
    ([expect, value]): Row => [
      { expect },
      [
        '/expect',
        `${words.expect}, not a string; write "expect": { "type": "condition", "value": "${value}" }`,
      ],
    ],
  ),
  ...['done', 'Your data is safe', 'status: in progress', '<b>a = b</b>', '{"token":"s3cr3t"}'].map(
    (expect): Row => [
      { expect },
      ['/expect', `${words.expect}, not a string; write "expect": { "type": "string", "value": "…" }`],
    ],
  ),
  [
    { expect: 'OK' },
    [
      '/expect',
      `${words.expect}, not a string; write "expect": { "type": "status", "value": "2xx" } for any such status, or { "type": "string", "value": "…" } for a text in the body`,
    ],
  ],
  [
    { cases: [{ output: 'x', if: 'response.status == 404' }] },
    ['/cases/0/output', 'unknown member; it is called "branch" here'],
    [
      '/cases/0/if',
      'unknown member; it is called "when" here, and must be an object whose "type" is "status", "string", "condition" or "failure", not a string; write { "type": "condition", "value": "response.status == 404" }',
    ],
  ],
  [
    { cases: [{ status: 404, branch: 'nf' }] },
    [
      '/cases/0/status',
      'unknown member; it belongs into "when"; write "when": { "type": "status", "value": 404 }',
    ],
  ],
  [
    { cases: [{ branch: 'x', when: { failure: 's3cr3t' } }] },
    [
      '/cases/0/when/failure',
      'unknown member; a failure is a type; write "type": "failure", "value": "response_timeout"',
    ],
  ],
  [
    { tests: 'pm.response.to.have.status(200)' },
    [
      '/tests',
      'unknown member; what counts as a success is "expect"; write "expect": { "type": "status", "value": 200 }',
    ],
  ],
  [
    { responseHandling: { type: 'text', value: 'ok' } },
    [
      '/responseHandling',
      'unknown member; what counts as a success is "expect"; write "expect": { "type": "string", "value": "…" }',
    ],
  ],
  // Two members for an attribute.
  [
    { query: [{ parameter: 'a', profileAttribute: 's3cr3t' }] },
    ['/query/0/parameter', 'unknown member; it is called "name" here'],
    [
      '/query/0/profileAttribute',
      'unknown member; an attribute of the profile is two members; write "source": "profile", "field": "…"',
    ],
  ],
  // A body is told once, with the names that are known.
  [
    { specifyBody: 'json', jsonBody: { first: 's3cr3t' } },
    [
      '/specifyBody',
      'unknown member; it is "structure" of "body", and is "simple", "full", "json", "raw", "multipart" or "binary", as shown for "jsonBody"',
    ],
    [
      '/jsonBody',
      'unknown member; what is sent is "body"; write "body": { "structure": "json", "content": { "first": "…" } }',
    ],
  ],
  [
    { '-d': 'a=s3cr3t' },
    [
      '/-d',
      'unknown member; what is sent is "body"; write "body": { "structure": "simple", "contentType": "application/x-www-form-urlencoded", "fields": [{ "name": "a", "value": "…" }] }',
    ],
  ],
  [
    { body: { structure: 'binary', url: 'https://s3cr3t' } },
    [
      '/body/url',
      'unknown member; the service fetches no files: the bytes come with the payload, as base64 text or as a data: URL; write "structure": "binary", "source": "event", "field": "photo"',
    ],
  ],
  [
    { body: { structure: 'multipart', parts: [{ name: 'f', file: 'x', source: 'event', field: 'p' }] } },
    ['/body/parts/0/file', 'unknown member; it is called "filename" here'],
  ],
  [
    { genericAuthType: 'httpQueryAuth' },
    [
      '/genericAuthType',
      `unknown member; the kind of the credential is "type" of "auth"; write "auth": { "type": "apiKey", "in": "query", "name": "X-Api-Key", "value": "{{ secrets.NAME }}" }`,
    ],
  ],
  [
    { body: { structure: 'multipart', fields: [{ name: 'a', value: 's3cr3t' }] } },
    ['/body/fields', 'unknown member; it is called "parts" here'],
  ],
  [
    { URL: 's3cr3t' },
    ['/URL', 'unknown member; it is called "url" here, which is there already; leave one of the two out'],
  ],
  // The words of a switch.
  [
    { Exit: true },
    [
      '/Exit',
      'unknown member; the branch after an error is "onError": "error", "success" or "exit"; write "onError": "exit"',
    ],
  ],
  [
    { auth: ['a', 's3cr3t'] },
    [
      '/auth',
      `${words.auth}, not an array; write "auth": { "type": "basic", "username": "…", "password": "{{ secrets.NAME }}" }`,
    ],
  ],
  [
    { method: '{{ profile.method }}' },
    [
      '/method',
      'must be "GET", "POST", "PUT", "PATCH" or "DELETE"; the method is no template: draw a node for each',
    ],
  ],
  [
    { capture: [{ name: 'a' }] },
    [
      '/capture',
      'must be an object of name and template, not an array; write "capture": { "leadId": "{{ response.json.id }}" }',
    ],
  ],
  // Words of engines, editors and other machinery, words within names, and what is off.
  [
    { contentType: 'application/json', body: { structure: 'full' } },
    [
      '/contentType',
      'unknown member; it is "contentType" of "body"; write "body": { "structure": "full", "contentType": "application/json" }',
    ],
  ],
  [
    { contentType: 'application/x-www-form-urlencoded', body: { structure: 'simple', fields: [] } },
    [
      '/contentType',
      'unknown member; it is "contentType" of "body"; write "body": { "structure": "simple", "contentType": "application/x-www-form-urlencoded", "fields": [] }',
    ],
  ],
  [
    { contentType: 'raw', body: '={{ JSON.stringify($json) }}' },
    ['/contentType', 'unknown member; it is "contentType" of "body"'],
    [
      '/body',
      'must be an object whose "structure" is "simple", "full", "json", "raw", "multipart" or "binary", not a string; write "body": { "structure": "full" }',
    ],
  ],
  [
    { payload_type: 'form' },
    [
      '/payload_type',
      'unknown member; it is "contentType" of "body"; write "body": { "structure": "simple", "contentType": "application/x-www-form-urlencoded", "fields": [{ "name": "email", "source": "profile", "field": "email" }] }',
    ],
  ],
  [
    { bodyType: 'multipart_form_data' },
    [
      '/bodyType',
      'unknown member; it is "structure" of "body", and is "simple", "full", "json", "raw", "multipart" or "binary"; write "body": { "structure": "multipart", "parts": [{ "name": "file", "filename": "photo.png", "source": "event", "field": "photo" }] }',
    ],
  ],
  [
    { wrap_request_in_array: 'no' },
    ['/wrap_request_in_array', 'unknown member; it is off without it; leave it out'],
  ],
  [{ useMtls: false }, ['/useMtls', 'unknown member; it is off without it; leave it out']],
  [{ sendBinaryData: 'no' }, ['/sendBinaryData', 'unknown member; it is off without it; leave it out']],
  [
    { queries: { a: 's3cr3t' } },
    [
      '/queries',
      'unknown member; it is called "query" here, and must be an array of {"name", "value"}, not an object; write "query": [{ "name": "a", "value": "…" }]',
    ],
  ],
  [
    { pathParameters: { id: 's3cr3t' } },
    [
      '/pathParameters',
      'unknown member; a value in the path is a placeholder of "url"; write "url": "https://host/path/{{ profile.id }}"',
    ],
  ],
  [
    { errorExpression: 'if error.code = "404" then bpmnError("s3cr3t") else null' },
    [
      '/errorExpression',
      'unknown member; an error takes the branch of "onError", and a status or failure with a branch of its own is a case; write "cases": [{ "branch": "other", "succeeded": false, "when": { "type": "status", "value": 404 } }]',
    ],
  ],
  [
    { Catch: [{ ErrorEquals: ['States.ALL'] }] },
    [
      '/Catch',
      'unknown member; an error takes the branch of "onError", and a status or failure with a branch of its own is a case; write "cases": [{ "branch": "later", "succeeded": false, "when": { "type": "failure", "value": "response_timeout" } }]',
    ],
  ],
  [
    { errorHandler: 's3cr3t' },
    [
      '/errorHandler',
      'unknown member; an error takes the branch of "onError", and a status or failure with a branch of its own is a case; write "cases": [{ "branch": "later", "succeeded": false, "when": { "type": "failure", "value": "response_timeout" } }]',
    ],
  ],
  [
    { responses: { '200': {} } },
    [
      '/responses',
      'unknown member; what counts as a success is "expect"; write "expect": { "type": "status", "value": "2xx" }',
    ],
  ],
  [
    { script: 's3cr3t' },
    [
      '/script',
      'unknown member; no scripts run here: values are templates, and what counts as a success is "expect"; leave it out',
    ],
  ],
  [
    { env: { A: 's3cr3t' } },
    [
      '/env',
      'unknown member; values of the workflow are "vars" of "payload", and secrets "secrets"; both stand beside "node": leave it out here',
    ],
  ],
  [{ summary: 's3cr3t' }, ['/summary', 'unknown member; what people read is "notes"; write "notes": "…"']],
  [{ cacheTtl: 5 }, ['/cacheTtl', 'unknown member; the service keeps no responses; leave it out']],
  [
    { interval: 5 },
    ['/interval', 'unknown member; the engine waits before it calls the service; leave it out'],
  ],
  [{ operationId: 's3cr3t' }, ['/operationId', 'unknown member; it is called "id" here']],
  [
    { credentials: 'include' },
    [
      '/credentials',
      'unknown member; the service keeps no cookies; send them as a header; write "headers": [{ "name": "Cookie", "value": "session=abc" }]',
    ],
  ],
  [
    { credentials: { httpHeaderAuth: { id: 's3cr3t', name: 's3cr3t' } } },
    [
      '/credentials',
      'unknown member; the service keeps no credentials of the engine: "auth" is the credential itself; write "auth": { "type": "apiKey", "in": "header", "name": "X-Api-Key", "value": "{{ secrets.NAME }}" }',
    ],
  ],
  [
    { authType: 'signature' },
    [
      '/authType',
      'unknown member; it is called "auth" here, and must be an object whose "type" is "bearer", "basic", "apiKey", "oauth2", "digest" or "awsSigV4", not a string; a signature is "signing" of the node: write "signing": { "scheme": "hmac", "over": "{{ timestamp }}.{{ body }}", "header": "X-Signature", "value": "t={{ timestamp }},v1={{ hex }}", "secret": "{{ secrets.NAME }}" }',
    ],
  ],
  [
    { genericAuthType: 'oAuth2Api' },
    [
      '/genericAuthType',
      'unknown member; the kind of the credential is "type" of "auth"; write "auth": { "type": "oauth2", "tokenUrl": "https://login.example/token", "clientId": "…", "clientSecret": "{{ secrets.NAME }}" }',
    ],
  ],
  [
    { auth: { type: 'API_KEY', location: 'REQUEST_HEADER', name: 'X-Key', secretName: 's3cr3t' } },
    [
      '/auth/type',
      'must be "bearer", "basic", "apiKey", "oauth2", "digest" or "awsSigV4"; did you mean "apiKey"?',
    ],
    [
      '/auth/location',
      'unknown member; it is called "in" here, and must be "header" or "query"; did you mean "header"?',
    ],
    ['/auth/secretName', 'unknown member; it is called "value" here, as "{{ secrets.NAME }}"'],
  ],
  [
    { auth: { type: 'noAuth' } },
    [
      '/auth/type',
      'must be "bearer", "basic", "apiKey", "oauth2", "digest" or "awsSigV4"; leave out "auth" for none',
    ],
  ],
  [
    { maxRetries: 3 },
    [
      '/maxRetries',
      'unknown member; repeating is "retry", and "attempts" counts the first one; write "retry": { "attempts": 4 }',
    ],
  ],
  [
    { maxTries: '4' },
    [
      '/maxTries',
      'unknown member; repeating is "retry", and "attempts" counts the first one; write "retry": { "attempts": 4 }',
    ],
  ],
  [
    { retryPolicy: { type: 'exponential', count: 4 } },
    [
      '/retryPolicy',
      'unknown member; repeating is "retry", and "attempts" counts the first one; write "retry": { "attempts": 5 }',
    ],
  ],
  [
    { retryPolicy: { maximumAttempts: 5 } },
    [
      '/retryPolicy',
      'unknown member; repeating is "retry", and "attempts" counts the first one; write "retry": { "attempts": 5 }',
    ],
  ],
  [
    { startToCloseTimeout: '10s' },
    [
      '/startToCloseTimeout',
      'unknown member; it is called "timeoutMs" here, and must be an integer of at least 100, not a string; write the number of milliseconds without quotes: 10000',
    ],
  ],
  [
    { myOwnTimeoutValue: 10 },
    [
      '/myOwnTimeoutValue',
      'unknown member; it is called "timeoutMs" here, and must be an integer of at least 100, not the number 10; it is in milliseconds: 10 s are 10000',
    ],
  ],
  [
    { limit: { timeout: 'PT1M' } },
    ['/limit', 'unknown member; write its members into "node" itself'],
    [
      '/limit/timeout',
      'unknown member; it is called "timeoutMs" here, and must be an integer of at least 100, not a string; write the number of milliseconds without quotes: at most 10000, unless the operator of the service has raised MAX_TIMEOUT_MS',
    ],
  ],
  [
    { timeoutMs: '10.000' },
    [
      '/timeoutMs',
      'must be an integer of at least 100, not a string; write the number of milliseconds without quotes: 10000',
    ],
  ],
  [
    { timeoutMs: '1,5 s' },
    [
      '/timeoutMs',
      'must be an integer of at least 100, not a string; write the number of milliseconds without quotes: 1500',
    ],
  ],
  [
    { timeoutMs: '' },
    ['/timeoutMs', 'must be an integer of at least 100, not a string; leave it out instead'],
  ],
  [{ tls: '' }, ['/tls', 'must be an object, not a string; leave it out instead']],
  [
    { clientCertAlias: 's3cr3t' },
    [
      '/clientCertAlias',
      'unknown member; a client certificate is "tls", with references to secrets that have PEM; write "tls": { "certificate": "{{ secrets.crm_cert }}", "key": "{{ secrets.crm_key }}" }',
    ],
  ],
  [
    { customHeaderMap: {} },
    [
      '/customHeaderMap',
      'unknown member; it is called "headers" here, and must be an array of {"name", "value"}, not an object; write "headers": [{ "name": "…", "value": "…" }]',
    ],
  ],
  [
    { extraQueryArgs: 1 },
    [
      '/extraQueryArgs',
      'unknown member; parameters of the URL are "query"; write "query": [{ "name": "…", "value": "…" }]',
    ],
  ],
  [
    { allowUntrustedHosts: true },
    [
      '/allowUntrustedHosts',
      'unknown member; certificates are always checked; leave it out. The operator of the service adds an authority with EGRESS_CA_FILE',
    ],
  ],
  [
    { loginPassword: 's3cr3t' },
    [
      '/loginPassword',
      'unknown member; the credential is "auth"; write "auth": { "type": "basic", "username": "…", "password": "{{ secrets.NAME }}" }',
    ],
  ],
  [
    { onErrorGoTo: 's3cr3t' },
    [
      '/onErrorGoTo',
      'unknown member; an error takes the branch of "onError", and a status or failure with a branch of its own is a case; write "onError": "error"',
    ],
  ],
  [
    { responseVariableName: 's3cr3t' },
    [
      '/responseVariableName',
      'unknown member; values of the response for later nodes are "capture"; write "capture": { "leadId": "{{ response.json.id }}" }',
    ],
  ],
  [
    { outputFormatting: 1 },
    [
      '/outputFormatting',
      'unknown member; the reply always has status, headers and body of the response; leave it out',
    ],
  ],
  [
    { logRequests: true },
    [
      '/logRequests',
      'unknown member; "reason" and "warnings" of every reply say what is wrong; leave it out',
    ],
  ],
  [
    { pageTokenPath: 's3cr3t' },
    [
      '/pageTokenPath',
      'unknown member; a node makes one call; the engine repeats the node for each page, with "url" as one placeholder and "hosts"',
    ],
  ],
  [{ editorPosition: {} }, ['/editorPosition', 'unknown member; the service does not need it; leave it out']],
  [{ sendAttachments: 'no' }, ['/sendAttachments', 'unknown member; it is off without it; leave it out']],
  [
    { inputs: [{ source: 's3cr3t', target: 'url' }] },
    [
      '/inputs',
      'unknown member; write each of them as a member of "node" itself, such as "url" or "body", without this list',
    ],
  ],
  [
    { x: 120, y: 4 },
    ['/x', 'unknown member; the service does not need it; leave it out'],
    ['/y', 'unknown member; the service does not need it; leave it out'],
  ],
  [
    { followRedirects: false },
    ['/followRedirects', 'must be an integer from 0 to 5, not a boolean; write "followRedirects": 0'],
  ],
  [
    { jwtUser: 's3cr3t' },
    [
      '/jwtUser',
      'unknown member; the credential is "auth"; write "auth": { "type": "basic", "username": "…", "password": "{{ secrets.NAME }}" }',
    ],
  ],
  [
    { oauthProfile: 's3cr3t' },
    [
      '/oauthProfile',
      'unknown member; the credential is "auth"; write "auth": { "type": "oauth2", "tokenUrl": "https://login.example/token", "clientId": "…", "clientSecret": "{{ secrets.NAME }}" }',
    ],
  ],
  [
    { myJwt: 's3cr3t' },
    [
      '/myJwt',
      'unknown member; the credential is "auth"; write "auth": { "type": "bearer", "token": "{{ secrets.NAME }}" }',
    ],
  ],
  [
    { serviceApiKeyRef: 's3cr3t' },
    [
      '/serviceApiKeyRef',
      'unknown member; the credential is "auth"; write "auth": { "type": "apiKey", "in": "header", "name": "X-Api-Key", "value": "{{ secrets.NAME }}" }',
    ],
  ],
  [
    { http_conn_id: 's3cr3t' },
    ['/http_conn_id', 'unknown member; it is called "connection" here'],
    behindConnection,
  ],
  [
    { includeFields: ['s3cr3t'] },
    [
      '/includeFields',
      'unknown member; they are "fields" of "body"; write "body": { "structure": "simple", "fields": [{ "name": "email", "source": "profile", "field": "email" }] }',
    ],
  ],
  [
    { auth: { username: 'a', password: 's3cr3t' } },
    [
      '/auth/type',
      'missing; must be "bearer", "basic", "apiKey", "oauth2", "digest" or "awsSigV4"; write "auth": { "type": "basic", "username": "…", "password": "{{ secrets.NAME }}" }',
    ],
  ],
  [
    { query: [{ name: 'a', source: 'profile', field: 'b', ifEmpty: 'none' }] },
    [
      '/query/0/ifEmpty',
      'must be "send", "omit" or "fail"; "omit" leaves the field out, "send" sends it empty',
    ],
  ],
]

describe('a refused node', () => {
  it.each([...rows, ...meant].map(([part, ...errors]) => ({ part, errors })))(
    'says what to write: $part',
    ({ part, errors }) => {
      const found = refuse({ node: { ...node, ...part } })

      expect(found).toEqual(errors.map(([path, message]) => ({ path: `/node${path}`, message })))
      expect(JSON.stringify(found)).not.toContain('s3cr3t')
    },
  )
})

describe('what a refusal shows', () => {
  it('is accepted where it is to be written', () => {
    const shown = rows.flatMap(([, ...errors]) =>
      errors.flatMap(
        ([, message]) =>
          /; write ("(?:query|headers|body|auth|expect|retry|capture|onError)": .*?)(?: for any such status.*)?$/.exec(
            message,
          )?.[1] ?? [],
      ),
    )

    expect(shown.length).toBeGreaterThan(30)
    for (const members of new Set(shown))
      expect(refuse({ node: { ...node, ...JSON.parse(`{${members}}`) } }), members).toEqual([])
  })
})

describe('a refused request', () => {
  it('is told which node a curl command is', () => {
    const command =
      "curl -X PUT https://a.test/s3cr3t -H 'X-Key: s3cr3t' -H 'Authorization: Bearer s3cr3t' -F a=s3cr3t"

    expect(refuse({ node: command })).toEqual([
      {
        path: '/node',
        message:
          'must be an object, not a string; write "node": { "method": "PUT", "url": "https://host/path", "auth": { "type": "bearer", "token": "{{ secrets.NAME }}" }, "headers": [{ "name": "X-Key", "value": "…" }], "body": { "structure": "multipart", "parts": [{ "name": "file", "filename": "photo.png", "source": "event", "field": "photo" }] } }',
      },
    ])
  })

  it.each<[what: string, body: object, ...errors: [path: string, message: string][]]>([
    [
      'members of the node at the top',
      { method: 'get', url: 'http://a.test/', headers: { A: 's3cr3t' }, profile: {} },
      ['/node', 'missing; put "method", "url", "headers" into it: "node": { … }'],
      [
        '/profile',
        'unknown member; it belongs into "payload", beside "node"; write "payload": { "profile": {} }',
      ],
      ['/method', 'must be "GET", "POST", "PUT", "PATCH" or "DELETE"; did you mean "GET"?'],
      ['/headers', `${list}, not an object; write "headers": [{ "name": "A", "value": "…" }]`],
      ['/url', 'must start with https://, because the service does not send plain http'],
    ],
    [
      'a part of the payload at the top',
      { node, profile: {} },
      [
        '/profile',
        'unknown member; it belongs into "payload", beside "node"; write "payload": { "profile": {} }',
      ],
    ],
    [
      'parts that a payload does not have',
      { node, payload: { form: {}, contact: {}, email: 's3cr3t' } },
      ['/payload/form', 'unknown member; it belongs into "event"; write "event": { "type": "…" }'],
      ['/payload/contact', 'unknown member; it is called "profile" here'],
      [
        '/payload/email',
        'unknown member; it belongs into one of "profile", "event", "instance", "flow", "vars"; write "profile": { "email": "…" }',
      ],
    ],
    [
      'secrets as a list',
      { node, secrets: [{ name: 'a', value: 's3cr3t' }] },
      ['/secrets', 'must be an object of name and value, not an array; write "secrets": { "NAME": "…" }'],
    ],
    [
      'the node of n8n',
      {
        node: {
          parameters: {
            requestMethod: 'POST',
            url: 'https://a.test/',
            sendQuery: true,
            options: { timeout: 10_000 },
          },
          typeVersion: 4.2,
        },
      },
      ['/node/parameters', 'unknown member; write its members into "node" itself'],
      ['/node/parameters/requestMethod', 'unknown member; it is called "method" here'],
      [
        '/node/parameters/sendQuery',
        'unknown member; "query" and "headers" are sent if they are there; leave it out',
      ],
      ['/node/parameters/options', 'unknown member; write its members into "node" itself'],
      [
        '/node/parameters/options/timeout',
        'unknown member; it is called "timeoutMs" here, in milliseconds: 10000 is 10 s',
      ],
      ['/node/typeVersion', 'unknown member; the service does not need it; leave it out'],
    ],
  ])('says what to write: %s', (_what, body, ...errors) => {
    const found = refuse(body)

    expect(found.map(({ path, message }) => [path, message])).toEqual(errors)
    expect(JSON.stringify(found)).not.toContain('s3cr3t')
  })

  it.each([
    [{ failure: 'conect_refused' }, '/failure', `${failures}; did you mean "connect_refused"?`],
    [{ failure: 'ETIMEDOUT' }, '/failure', `${failures}; did you mean "response_timeout"?`],
    [{ statusCode: 201 }, '/statusCode', 'unknown member; it is called "status" here'],
  ])('proposes what to simulate: %j', (simulate, path, message) => {
    expect(refuse({ node, simulate }, 'PreviewRequest')).toEqual([{ path: `/simulate${path}`, message }])
  })

  it('has a title that says so, and says that a repeat does not help', async () => {
    const { post } = await service()

    const { body } = await post<Problem>('/v1/execute', { node: { ...node, urlParameters: {} } })

    expect(body).toMatchObject({ title: expect.stringMatching(/^The service refused/), repeat: 'never' })
  })
})

describe('a durable execution that is refused', () => {
  const moment = 'must be a date and time with its zone, such as "2026-11-21T21:54:09Z"'
  const item = '"items": [{ "payload": { "profile": { "email": "…" } } }]'

  it.each<[members: object, path: string, message: string]>([
    [{ notBefore: '01.12.2026 10:00' }, '/notBefore', moment],
    [
      { delay: '10m' },
      '/delay',
      'unknown member; when it begins is "notBefore", a date and time with its zone; write "notBefore": "2026-11-21T21:54:09Z"',
    ],
    [
      { expiresIn: 3600 },
      '/expiresIn',
      'unknown member; when it ends at the latest is "expiresAt", a date and time with its zone; write "expiresAt": "2026-11-21T21:54:09Z"',
    ],
    [
      { callback: 'https://s3cr3t.test/' },
      '/callback',
      'must be an object, not a string; write "callback": { "to": "engine" }, the name of an entry of CALLBACKS_FILE',
    ],
    [
      { callbackUrl: 'https://s3cr3t.test/' },
      '/callbackUrl',
      'unknown member; the result goes to a name of CALLBACKS_FILE, which the operator of the service sets; write "callback": { "to": "engine" }',
    ],
    [
      { callback: { url: 's3cr3t' } },
      '/callback/url',
      'unknown member; it is called "to" here, the name of an entry of CALLBACKS_FILE',
    ],
    [
      { payloads: [{}] },
      '/payloads',
      `unknown member; many executions of one node are "items"; write ${item}`,
    ],
    [{ items: {} }, '/items', `must be an array, not an object; write ${item}`],
    [
      { items: [{ profile: { name: 's3cr3t' } }] },
      '/items/0/profile',
      'unknown member; it belongs into "payload" of the item; write "payload": { "profile": { "name": "…" } }',
    ],
    [
      { items: [{ email: 's3cr3t' }] },
      '/items/0/email',
      'unknown member; it belongs into "payload"; write "payload": { "profile": { "email": "…" } }',
    ],
    [
      { priority: 5 },
      '/priority',
      'unknown member; executions are taken by time, in turn between hosts and tenants; leave it out',
    ],
    [{ color: 'red' }, '/color', 'unknown member; the service does not need it; leave it out'],
    [
      { variables: {} },
      '/variables',
      'unknown member; it belongs into "payload", as "vars"; write "payload": { "vars": { "leadId": "…" } }',
    ],
    [
      { secrets: { crm: { token: 's3cr3t' } } },
      '/secrets/crm',
      'must be a string of at least 4 characters, not an object; write one name for each value, as in "crm_token": "…"',
    ],
  ])('says what to write: %j', (members, path, message) => {
    expect(refuse({ node, ...members }, 'SubmitRequest')).toEqual([{ path, message }])
    expect(message).not.toContain('s3cr3t')
  })

  it.each<[request: object, path: string, message: string]>([
    [
      { executionId: 's3cr3t' },
      '/executionId',
      'unknown member; it is "ids" of "filter"; write "filter": { "ids": ["…"] }',
    ],
    [
      { code: 's3cr3t' },
      '/code',
      'unknown member; it is "code" of "filter"; write "filter": { "code": "connect_refused" }',
    ],
    [{ all: true }, '/all', 'unknown member; an empty "filter" is all of them; write "filter": {}'],
    [{ filter: {}, rate: 20 }, '/rate', 'unknown member; it is called "perSecond" here'],
    [{ filter: { error: 's3cr3t' } }, '/filter/error', 'unknown member; it is called "code" here'],
    [
      { filter: { status: 's3cr3t' } },
      '/filter/status',
      'unknown member; what has ended without success is redriven; leave it out, or choose by "code"',
    ],
    [{ filter: { since: 'yesterday' } }, '/filter/since', moment],
    [{ filter: { limit: 5 } }, '/filter/limit', 'unknown member; it belongs beside "filter"'],
    [{}, '/filter', 'missing; must be an object; write "filter": { "code": "connect_refused" }'],
  ])('or redriven says what to write: %j', (request, path, message) => {
    expect(refuse(request, 'RedriveRequest')).toEqual([{ path, message }])
  })
})

describe('a problem', () => {
  it.each(Object.keys(problems))('says whether a repeat helps: %s', (code) => {
    const problem = createProblem(new Refusal(code as keyof typeof problems, ''), 'id', '')

    expect(problem.repeat === 'safe').toBe(problem.retryable)
    expect(problem.repeat === 'if_idempotent').toBe(code === 'internal')
    // What may have been delivered there is another request's: this one is answered with its reply.
    const isOfAnother = code === 'idempotency_in_progress'
    if (problem.delivered === 'maybe' && !isOfAnother) expect(problem.repeat).not.toBe('safe')
  })
})

const secret = 's3cr3t-s3cr3t'
const foreignNames = Object.values(foreignMembers).flatMap((list) =>
  list.flatMap((row) => row.words.split(' ')),
)
const names = fc.oneof(
  fc.constantFrom(...foreignNames, 'value', 'type', 'structure', '__proto__', 'toString', 'a/b~c', ''),
  fc.constantFrom(...foreignNames).map((name) => name.slice(0, 3) + name.slice(4)),
  fc.constantFrom('-k', '-H', 'X-Ab', 'hedaers'),
  fc.string().filter((name) => name !== 'undefined'),
)
const values = fc.oneof(
  fc.constantFrom<unknown>(secret, `profile.${secret}`, 200, 10, -1, 1.5, true, null, [], {}, [200, secret]),
  fc.dictionary(names, fc.constantFrom<unknown>(secret, 1, null, [{ key: secret }], { value: secret })),
  fc.array(fc.dictionary(names, fc.constant(secret), { maxKeys: 3 }), { maxLength: 3 }),
)

/** The message for a condition quotes it: its author wrote it, and may refer to secrets by name only. */
function quotesCondition(path: string): boolean {
  return path.endsWith('/when') || /^\/node\/expect(?:\/\d+)?\/value$/.test(path)
}

describe('any request that is refused', () => {
  const examples = Object.values(executeExamples).map(({ value }) => value)
  const changes = fc.array(fc.tuple(fc.infiniteStream(fc.nat()), names, fc.option(values)), {
    minLength: 1,
    maxLength: 4,
  })

  it('has errors with paths that lead somewhere, and none of its values', () => {
    fc.assert(
      fc.property(fc.constantFrom(...examples), changes, (example, mutations) => {
        const body = mutations.reduce<unknown>(
          (value, [steps, name, replacement]) => change(value, steps, name, replacement),
          example,
        )
        const errors = refuse(body)
        const text = JSON.stringify(errors)

        expect(errors.length).toBeLessThanOrEqual(101)
        expect(text.length).toBeLessThan(200_000)
        expect(JSON.stringify(errors.filter(({ path }) => !quotesCondition(path)))).not.toContain(secret)
        expect(new Set(errors.map(({ path, message }) => `${path} ${message}`)).size).toBe(errors.length)
        for (const { path, message } of errors) {
          expect(message, path).toMatch(/^\S.*\S$/s)
          // A name in quotes is one of the body.
          expect(message.replaceAll('"undefined"', ''), path).not.toMatch(/undefined|\[object|\bat \S+:\d+/)
          expect(leadsSomewhere(body, path), `${path} ${message} ${JSON.stringify(body)}`).toBe(true)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('is told whatever a value is, even an object that has no text', () => {
    const bare = { toString: 1, valueOf: 1 }
    const places: readonly ((members: object) => object)[] = [
      (members) => members,
      (members) => ({ node: { ...node, ...members } }),
      (members) => ({ node: { ...node, expect: members } }),
      (members) => ({ node: { ...node, body: members, retry: members, headers: [members] } }),
    ]
    for (const name of new Set(foreignNames))
      for (const value of [bare, [bare]])
        for (const place of places) expect(refuse(place({ [name]: value })).length).toBeGreaterThan(0)
  })

  it.each<[what: string, members: object]>([
    ['a row without a value', { jsonBody: [{ key: secret }] }],
    ['rows of a body', { data: [{ name: secret, value: secret }] }],
    ['a header under other words', { headers: [{ field: secret, val: secret }] }],
    ['a key with its place', { auth_settings: { location: 'header', key: secret } }],
    ['a key in letters alone', { auth_settings: { location: 'header', key: 'abcdefghijkl' } }],
    ['a branch', { onTimeout: secret }],
    ['a header that is expected', { expect: { header: secret, equals: 'a' } }],
    ['a header under its name', { expect: { type: 'header', name: secret, value: secret } }],
    ['the name of a secret', { auth_settings: { location: 'query', secret_name: secret } }],
  ])('shows no value in the place of a name: %s', (_what, members) => {
    const text = JSON.stringify(refuse({ node: { ...node, ...members } }))
    expect(text).toContain('write')
    expect(text).not.toMatch(/s3cr3t|abcdefghijkl/)
  })

  it.each<[what: string, body: (members: object) => object]>([
    ['beside the node', (members) => ({ node, ...members })],
    ['in place of the node', (members) => members],
    ['in the node', (members) => ({ node: { ...node, ...members } })],
    ['in a wrapper of the node', (members) => ({ node: { ...node, options: { options: members } } })],
    ['in a body', (members) => ({ node: { ...node, body: members } })],
    ['in auth', (members) => ({ node: { ...node, auth: members } })],
    ['in headers', (members) => ({ node: { ...node, headers: members } })],
    ['in every field', (members) => ({ node: { ...node, headers: Array(10).fill(members) } })],
    ['in the payload', (members) => ({ node, payload: members })],
  ])('is explained soon, however many members it has: %s', (_what, body) => {
    const size = (count: number) => {
      const members = Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`timeout${index}`, index]),
      )
      const errors = refuse(body(members))
      return JSON.stringify(errors).length
    }

    const began = cpuMs()
    expect(size(100_000)).toBeLessThan(100_000)
    expect(cpuMs() - began).toBeLessThan(2_000)
  })
})

/** The value with a member replaced, added, renamed or (null) removed, on a random way down. */
function change(value: unknown, steps: Iterator<number>, name: string, replacement: unknown): unknown {
  const step = steps.next().value ?? 0
  if (typeof value !== 'object' || value === null) return replacement ?? value
  const entries = Object.entries(value)
  const index = step % Math.max(1, entries.length)
  const [own = '', member] = entries[index] ?? []
  if (step % 3 !== 0 && entries.length > 0) {
    const inner = change(member, steps, name, replacement)
    return Array.isArray(value) ? value.with(index, inner) : { ...value, [own]: inner }
  }
  if (Array.isArray(value)) return [...value, replacement]
  const others = step % 2 === 0 ? entries : entries.toSpliced(index, 1)
  return Object.fromEntries(replacement === null ? others : [...others, [name, replacement]])
}

/** Whether a pointer leads to a value, or to the missing member of an object. */
function leadsSomewhere(body: unknown, path: string): boolean {
  const steps = path.split('/').slice(1)
  let value = body
  for (const [index, step] of steps.entries()) {
    if (typeof value !== 'object' || value === null) return false
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (!Object.hasOwn(value, name)) return index === steps.length - 1 || isBelowMissingNode(path, body)
    value = (value as Readonly<Record<string, unknown>>)[name]
  }
  return true
}

/** Members of a node that is missing are missing, too. */
function isBelowMissingNode(path: string, body: unknown): boolean {
  return typeof body === 'object' && body !== null && !('node' in body) && /^\/node\/[a-zA-Z]+$/.test(path)
}

describe('a request within another object', () => {
  it.each(['input', 'body', 'data', 'request', 'json', 'x y'])('is told once: %s', (name) => {
    const request = { node: { method: 'GET', url: 'https://a.example/' }, payload: {} }

    expect([...explainBody({ [name]: request })]).toEqual([
      { path: '/node', message: `missing; the request stands within "${name}": send what is in it alone` },
    ])
  })
})
