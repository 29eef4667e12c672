import { describe, expect, it } from 'vitest'
import type { Method } from '../../src/contract/method.ts'
import { hashContent, signForAws } from '../../src/execution/aws-signature.ts'

interface Vector {
  readonly name: string
  readonly method?: Method
  readonly target?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string
  readonly signed?: string
  readonly signature: string
}

describe("AWS's test suite for Signature Version 4", () => {
  const keys = {
    region: 'us-east-1',
    service: 'service',
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  }
  const date = '20150830T123600Z'
  const token =
    'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=='

  it.each<Vector>([
    { name: 'get-vanilla', signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31' },
    {
      name: 'get-vanilla-query-order-key-case',
      target: '/?Param2=value2&Param1=value1',
      signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    },
    {
      name: 'get-unreserved',
      target: '/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
      signature: '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
    },
    {
      name: 'get-header-key-duplicate',
      headers: [
        ['My-Header1', 'value2'],
        ['My-Header1', 'value2'],
        ['My-Header1', 'value1'],
      ],
      signed: 'host;my-header1;x-amz-date',
      signature: 'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
    },
    {
      name: 'get-header-value-trim',
      headers: [
        ['My-Header1', ' value1'],
        ['My-Header2', ' "a   b   c"'],
      ],
      signed: 'host;my-header1;my-header2;x-amz-date',
      signature: 'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
    },
    {
      name: 'post-vanilla',
      method: 'POST',
      signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    },
    {
      name: 'post-x-www-form-urlencoded',
      method: 'POST',
      headers: [['Content-Type', 'application/x-www-form-urlencoded']],
      body: 'Param1=value1',
      signed: 'content-type;host;x-amz-date',
      signature: 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    },
    {
      name: 'post-sts-header-before',
      method: 'POST',
      headers: [['X-Amz-Security-Token', token]],
      signed: 'host;x-amz-date;x-amz-security-token',
      signature: '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
    },
  ])(
    '$name',
    ({ method = 'GET', target = '/', headers = [], body, signed = 'host;x-amz-date', signature }) => {
      const own = [
        ['Host', 'example.amazonaws.com'],
        ['X-Amz-Date', date],
      ] as const
      const request = {
        method,
        target,
        headers: [...own, ...headers],
        body: body === undefined ? null : Buffer.from(body),
      }

      expect(signForAws(request, keys, date)).toEqual({
        signature,
        authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${signed}, Signature=${signature}`,
      })
    },
  )
})

describe('the examples of the API reference of Amazon S3 (sig-v4-header-based-auth)', () => {
  const keys = {
    region: 'us-east-1',
    service: 's3',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  }
  const date = '20130524T000000Z'

  it.each<Vector>([
    {
      name: 'PUT object',
      method: 'PUT',
      target: '/test%24file.text',
      headers: [
        ['date', 'Fri, 24 May 2013 00:00:00 GMT'],
        ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
      ],
      body: 'Welcome to Amazon S3.',
      signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    },
    {
      name: 'GET bucket lifecycle',
      target: '/?lifecycle',
      signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    },
    {
      name: 'list objects',
      target: '/?max-keys=2&prefix=J',
      signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    },
  ])('$name', ({ method = 'GET', target = '/', headers = [], body, signature }) => {
    const bytes = body === undefined ? null : Buffer.from(body)
    const own = [
      ['host', 'examplebucket.s3.amazonaws.com'],
      ['X-Amz-Content-Sha256', hashContent(bytes)],
      ['X-Amz-Date', date],
    ] as const

    expect(
      signForAws({ method, target, headers: [...own, ...headers], body: bytes }, keys, date).signature,
    ).toBe(signature)
  })

  it.each(['/%zz', '/a%2', '/%ff', '/?a=%zz', '/[|]"?__proto__=1&=&&'])(
    '%s, which nobody can decode, is signed as well',
    (target) => {
      const { signature } = signForAws(
        { method: 'GET', target, headers: [['host', 'a']], body: null },
        keys,
        date,
      )

      expect(signature).toMatch(/^[0-9a-f]{64}$/)
    },
  )
})
