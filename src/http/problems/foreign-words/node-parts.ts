import { authOfPlace } from './auth-like.ts'
import { apiKey, basic, captured, filesBody, formBody, identity, oauth2, signing } from './examples.ts'
import type { ForeignMember } from './foreign-word.ts'
import {
  anErrorCase,
  clientCertificate,
  countedRedirects,
  milliseconds,
  noBatches,
  noCertificateSwitch,
  noCookieJar,
  noPages,
  noProxy,
  noScripts,
  notNeeded,
  wholeReply,
} from './sentences.ts'

/**
 * What the words within a name tell where no table has the name itself, as in `startToCloseTimeout`. The rows hold
 * for any name with such a word; the first of them counts.
 */
export const partsOfNode: readonly ForeignMember[] = [
  { words: 'proxy', says: noProxy },
  {
    words: 'redirect redirects redirection redirections',
    says: countedRedirects,
    example: { followRedirects: 5 },
  },
  {
    words: 'cookie cookies',
    says: noCookieJar,
    example: { headers: [{ name: 'Cookie', value: 'session=abc' }] },
  },
  {
    words: 'retry retries retrying attempt attempts backoff reattempt',
    says: 'repeating is "retry", and "attempts" counts the first one',
    example: { retry: { attempts: 3 } },
    isOptIn: true,
  },
  { words: 'timeout timeouts deadline', is: 'timeoutMs', says: milliseconds },
  { words: 'page paginate pagination paging pages cursor', says: noPages },
  {
    words:
      'batch batches batching chunk throttle throttling concurrent concurrency parallel parallelism loop iterate iterator',
    says: noBatches,
  },
  {
    words: 'verify unverified untrusted insecure selfsigned strictssl unauthorized',
    says: noCertificateSwitch,
  },
  {
    words: 'certificate certificates cert certs mtls pfx keystore pem',
    says: clientCertificate,
    example: identity,
  },
  { words: 'ssl tls', says: noCertificateSwitch },
  {
    words: 'signature signing hmac',
    says: 'the service signs the request',
    example: { signing },
    isOptIn: true,
  },
  {
    words: 'multipart attachment attachments file files upload',
    says: 'a file is a part of a multipart body',
    example: { body: filesBody },
    isOptIn: true,
  },
  { words: 'urlencoded', says: 'a form is a "body" with a "contentType"', example: formBody, isOptIn: true },
  {
    words: 'header headers',
    says: 'headers are "headers"',
    example: { headers: [{ name: '…', value: '…' }] },
    isOptIn: true,
  },
  {
    words: 'query querystring params',
    says: 'parameters of the URL are "query"',
    example: { query: [{ name: '…', value: '…' }] },
    isOptIn: true,
  },
  {
    words: 'login password username user passwd',
    says: 'the credential is "auth"',
    example: { auth: basic },
    isOptIn: true,
  },
  {
    words: 'apikey key',
    says: 'the credential is "auth"',
    example: { auth: apiKey },
    isOptIn: true,
  },
  {
    words: 'oauth oauth2',
    says: 'the credential is "auth"',
    example: { auth: oauth2 },
    isOptIn: true,
  },
  {
    words: 'auth authentication authorization credential credentials token bearer jwt',
    says: 'the credential is "auth"',
    example: (value) => ({ auth: authOfPlace(value) }),
    isOptIn: true,
  },
  {
    words: 'null nulls empty blank blanks undefined',
    says: 'it is "ifEmpty" of a field: "send", "omit" or "fail"',
    example: { query: [{ name: '…', source: 'profile', field: '…', ifEmpty: 'omit' }] },
  },
  { words: 'script scripts callback hook hooks handler transform transformer', says: noScripts },
  {
    words: 'error errors fail fails failure failures fault faults exception exceptions catch',
    says: anErrorCase,
    example: { onError: 'error' },
  },
  {
    words: 'idempotency idempotent',
    says: 'a target that treats a repeated request as one is "idempotent"; the key of a call is "idempotencyKey" beside "node"',
    example: { idempotent: true },
    isOptIn: true,
  },
  {
    words: 'capture extract mapping variable variables',
    says: 'values of the response for later nodes are "capture"',
    example: captured,
  },
  { words: 'response responses result results output outputs reply', says: wholeReply },
  {
    words: 'encode encoding encoded escape escaping serialize serializer serialization',
    says: 'names are sent as they are written, and values are encoded for their place; leave it out',
  },
  {
    words: 'log logs logging debug verbose trace',
    says: '"reason" and "warnings" of every reply say what is wrong; leave it out',
  },
  { words: 'cache caching cached', says: 'the service keeps no responses; leave it out' },
  {
    words: 'url uri endpoint host hostname domain',
    says: 'the whole address is "url"',
    example: { url: 'https://host/path' },
  },
  {
    words: 'body payload content json xml form',
    says: 'what is sent is "body"',
    example: { body: { structure: 'json', content: { a: '…' } } },
    isOptIn: true,
  },
  {
    words: 'ui editor display icon color position version template created updated',
    says: notNeeded,
  },
]
