import { createHash, createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { hashContent, signForAws } from '../../src/execution/aws-signature.ts'

const date = '20150830T123600Z'
const keys = { region: 'us-east-1', accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-key' } as const
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** As AWS documents it, over a canonical path and query. */
function expected(service: string, path: string, query: string) {
  const canonical = `GET\n${path}\n${query}\nhost:h.example\nx-amz-date:${date}\n\nhost;x-amz-date\n${hashContent(null)}`
  const scope = `20150830/us-east-1/${service}/aws4_request`
  const hash = createHash('sha256').update(canonical).digest('hex')
  const parts = ['20150830', 'us-east-1', service, 'aws4_request']
  const key = parts.reduce<string | Buffer>(hmac, `AWS4${keys.secretAccessKey}`)
  return hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash}`).toString('hex')
}

it.each([
  ['s3', '/q?a=2&a=1', '/q', 'a=1&a=2'],
  ['s3', '/a%2Fb', '/a%2Fb', ''],
  ['s3', '/a+b//c', '/a%2Bb//c', ''],
  ['execute-api', '/q?=b', '/q', '=b'],
  ['execute-api', '/q?b=2&a=x%20y&a', '/q', 'a=&a=x%20y&b=2'],
])('%s: %s is signed as it is sent', (service, target, path, query) => {
  const headers = [
    ['Host', 'h.example'],
    ['X-Amz-Date', date],
  ] as const
  const { signature } = signForAws({ method: 'GET', target, headers, body: null }, { ...keys, service }, date)

  expect(signature).toBe(expected(service, path, query))
})
