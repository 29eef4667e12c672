import { describe, expect, it } from 'vitest'
import { readStatement } from '../../../src/webhook/statement/read-statement.ts'
import type { HeaderPair } from '../../../src/webhook/wire/outcome.ts'
import { createResponse } from '../support/responses.ts'

const said = (headers: readonly HeaderPair[], body = '', status = 400) =>
  readStatement(createResponse({ status, body, headers }))?.text ?? null

describe('what a target says in headers', () => {
  it.each<[what: string, headers: readonly HeaderPair[], text: string | null]>([
    [
      'gRPC',
      [
        ['grpc-status', '3'],
        ['grpc-message', 'field%20email is bad'],
      ],
      'INVALID_ARGUMENT: field email is bad',
    ],
    ['the status of gRPC alone', [['grpc-status', '5']], 'NOT_FOUND'],
    ['gRPC without an error', [['grpc-status', '0']], null],
    ['words with a stray percent sign', [['X-Error-Message', '100% wrong']], '100% wrong'],
    [
      'AWS',
      [['x-amzn-ErrorType', 'ValidationException:http://internal.amazon.com/coral/']],
      'ValidationException',
    ],
    [
      'S3, which has no body for HEAD',
      [
        ['x-amz-error-code', 'NoSuchKey'],
        ['x-amz-error-message', 'The key does not exist'],
      ],
      'NoSuchKey: The key does not exist',
    ],
    ['Azure', [['x-ms-error-code', 'ContainerNotFound']], 'ContainerNotFound'],
    ['an error in words', [['X-Error', 'email is bad']], 'email is bad'],
    ['a flag', [['X-Error', 'true']], null],
    ['a number', [['X-Error-Code', '17']], null],
  ])('is there where the body is empty: %s', (_what, headers, text) => {
    expect(said(headers)).toBe(text)
  })

  it.each([
    ['email is bad', 'email is bad'],
    ['Bad Request', 'another thing'],
    ['{}', 'another thing'],
  ])('stands behind what the body says: %j', (body, text) => {
    expect(said([['X-Error', 'another thing']], body)).toBe(text)
  })

  it('does not replace the phrase of a status by the name of an error', () => {
    expect(said([['x-amzn-errortype', 'ForbiddenException']], '{"message":"Forbidden"}', 403)).toBe(
      'Forbidden',
    )
  })

  it('is nothing for a success', () => {
    expect(said([['X-Error', 'email is bad']], '', 200)).toBeNull()
  })

  it('is masked', () => {
    const display = (text: string) => text.replaceAll('hidden', '•••')
    const headers: readonly HeaderPair[] = [['X-Error', 'hid%64en is bad']]
    expect(readStatement(createResponse({ status: 400, headers }, { display }))?.text).toBe('••• is bad')
  })
})
