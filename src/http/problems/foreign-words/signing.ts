import type { ForeignMembers, ForeignWords } from './foreign-word.ts'

export const signingMembers: ForeignMembers = {
  Signing: [
    { words: 'type kind method mode format', is: 'scheme' },
    { words: 'secrets key keys signingKey signingSecret webhookSecret token', is: 'secret' },
  ],
  'Signing(hmac)': [
    { words: 'hash hashAlgorithm alg algo digest hashFunction', is: 'algorithm' },
    { words: 'name headerName signatureHeader', is: 'header' },
    { words: 'payload content message data body signedPayload canonical template', is: 'over' },
    { words: 'signature headerValue', is: 'value' },
    { words: 'encoding', says: 'the value of the header says it: "value": "{{ hex }}" or "{{ base64 }}"' },
    { words: 'prefix', says: 'it is a part of "value", as in "sha256={{ hex }}"' },
    {
      words: 'timestampHeader idHeader',
      says: 'the header has the timestamp and the id: "value": "t={{ timestamp }},v1={{ hex }}"',
    },
  ],
}

export const signingWords: ForeignWords = {
  'Signing.scheme': [
    { words: 'standard svix standardWebhook', is: 'standard-webhooks' },
    { words: 'hmacSha256 hmacSha512 sha256 sha512 stripe github shopify slack', is: 'hmac' },
    { words: 'rsa ed25519 jws jwt asymmetric', says: 'the service has no other scheme' },
  ],
  'Signing.algorithm': [
    { words: 'hmacSha256', is: 'sha256' },
    { words: 'hmacSha512', is: 'sha512' },
    { words: 'sha1 md5 sha384 rsa ed25519', says: 'the service has no other algorithm' },
  ],
}
