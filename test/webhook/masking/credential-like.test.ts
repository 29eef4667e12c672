import { describe, expect, it } from 'vitest'
import { hideCredentialLike } from '../../../src/webhook/masking/credential-like.ts'

describe('what looks like a credential', () => {
  it.each([
    [
      'a key of a well-known service',
      '"profile.sk_live_9f8e7d6c" is not known',
      '"profile.•••" is not known',
    ],
    ['a random word', 'no filter "q7Zk29XbT4mLw83PvR1s"', 'no filter "•••"'],
    ['the user of a URL', 'is "https://u:hunter2@a.example/"', 'is "https://•••@a.example/"'],
    ['a user without a scheme', '"u:hunter2@a.example" is no host', '"•••@a.example" is no host'],
    ['a token behind its scheme', '{{ Bearer abcdefg1 }}', '{{ Bearer ••• }}'],
    ['what is behind the name of a header', '/node/X-Api-Key: hunter2', '/node/X-Api-Key:•••'],
    ['a parameter of that name', 'of "/a?api_key=hunter2&b=1"', 'of "/a?api_key=•••&b=1"'],
  ])('is masked: %s', (_what, text, shown) => {
    expect(hideCredentialLike(text)).toBe(shown)
  })

  it.each([
    'write "auth": { "type": "bearer", "token": "{{ secrets.NAME }}" }',
    'the value "Token {{ secrets.NAME }}" of "Authorization"',
    'useACreatedIdInLaterNodes and contact_v2_address1_line2_id3',
    '/node/headers/0/name of "https://host/path?key={{ secrets.NAME }}"',
    'id 3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    '{"type":"hmac","value":"t={{ timestamp }},v1={{ hex }}"}',
  ])('is nothing of %s', (text) => {
    expect(hideCredentialLike(text)).toBe(text)
  })
})
