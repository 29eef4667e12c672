import { isObject, type JsonObject } from '../../../webhook/values/json.ts'
import { bodyLike } from './body-like.ts'
import { fileBody, filesBody, formOf } from './examples.ts'
import { fileOf } from './file-like.ts'
import type { ForeignMembers, ForeignWords } from './foreign-word.ts'
import { listNames, listNamesWithin } from './list-names.ts'
import { leaveOut, noFetchedFiles } from './sentences.ts'

export const bodyMembers: ForeignMembers = {
  Body: [
    { words: 'type mode kind bodyType format specifyBody bodyStructure', is: 'structure' },
    { words: 'mimeType mediaType content_type bodyContentType', is: 'contentType' },
    {
      words: 'json jsonBody data value payload object',
      example: (value) => jsonOf(value),
      covers: ['structure', 'content'],
    },
    {
      words: 'raw rawBody text string template xml html',
      example: { structure: 'raw', contentType: 'text/plain', content: '…' },
      covers: ['structure', 'contentType', 'content'],
    },
    {
      words: 'form urlencoded formUrlencoded formFields',
      example: (value) => formOf(value),
      covers: ['structure', 'fields'],
    },
    {
      words: 'formData multipart file files attachments',
      example: filesBody,
      covers: ['structure', 'content', 'fields', 'parts'],
    },
    {
      words: 'binary binaryData',
      example: fileBody,
      covers: ['structure', 'content', 'fields', 'source', 'field'],
    },
    {
      words: 'graphql',
      says: 'GraphQL is JSON',
      example: { structure: 'json', content: { query: '…', variables: {} } },
      covers: ['structure', 'content'],
    },
    { words: 'field parameters params items attributes members bodyParameters keypairs', is: 'fields' },
    { words: 'from sources', is: 'source' },
    {
      words: 'url uri href fileUrl link',
      says: noFetchedFiles,
      example: fileBody,
      covers: ['structure', 'source', 'field'],
    },
    { words: 'options', says: leaveOut },
    { words: 'disabled', says: 'leave out "body" to send none' },
    {
      words: 'encoding charset',
      says: 'the charset is part of "contentType" of a raw body',
      example: { structure: 'raw', contentType: 'text/xml; charset=utf-8', content: '…' },
    },
  ],
  'Body(full)': [
    {
      words: 'exclude excluded except omit without include included only pick',
      says: 'the whole payload or one part of it is sent: write single fields in "structure": "simple"',
      example: { structure: 'simple', fields: [{ name: 'email', source: 'profile', field: 'email' }] },
    },
  ],
  'Body(binary)': [
    { words: 'inputDataFieldName binaryPropertyName binaryProperty fieldName', is: 'field' },
    {
      words: 'data value base64 bytes file body binary payload',
      says: 'the bytes come with the payload',
      example: { source: 'event', field: 'photo' },
      covers: ['source', 'field'],
    },
  ],
  'Body(json)': [{ words: 'json jsonBody data value body payload object template raw text', is: 'content' }],
  'Body(raw)': [
    { words: 'raw rawBody data text string value body payload template', is: 'content' },
    {
      words: 'language options',
      says: 'the language is "contentType"',
      example: { contentType: 'application/json' },
      covers: ['contentType'],
    },
  ],
  'Body(multipart)': [
    { words: 'fields formData data form content', is: 'parts' },
    {
      words: 'files file attachments attachment',
      says: 'a file is one of "parts"',
      example: (value, around) => ({ parts: [...firstPart(around), ...filesOf(value)] }),
      covers: ['parts'],
    },
  ],
  'Body(simple)': [{ words: 'urlencoded formdata form data keyValue', is: 'fields' }],
}

/** Files with the names of an object or of the parts of a list. */
function filesOf(value: unknown): readonly JsonObject[] {
  if (Array.isArray(value)) return value.slice(0, maxFiles).map((part) => fileOf(part))
  if (!isObject(value)) return [fileOf(null)]
  const isPart = ['name', 'key', 'source', 'field', 'src'].some((name) => Object.hasOwn(value, name))
  return isPart ? [fileOf(value)] : listNames(value).map((name) => fileOf({ name, value: value[name] }, name))
}

const maxFiles = 2

/** A part that a body has beside its files. */
function firstPart({ parts, fields }: JsonObject): readonly JsonObject[] {
  const [first] = Array.isArray(parts) ? parts : Array.isArray(fields) ? fields : []
  const [name = '…'] = listNamesWithin([first])
  return isObject(first) ? [{ name, value: '…' }] : []
}

/** JSON with the names of a value. */
function jsonOf(value: unknown): JsonObject {
  const body = bodyLike(value)
  return body.structure === 'json' ? body : { structure: 'json', content: { a: '…' } }
}

const wholePayload = 'leave "source" out for the whole payload'

export const bodyWords: ForeignWords = {
  'Body(full).source': [
    { words: 'payload all any everything whole complete full both body data', says: wholePayload },
  ],
  'Body.structure': [
    {
      words: 'custom fields keypair keyValue selected choose object',
      is: 'simple',
    },
    {
      words: 'form formUrlencoded urlencoded xWwwFormUrlencoded',
      is: 'simple',
      says: 'a form is "simple" with "contentType": "application/x-www-form-urlencoded"',
    },
    { words: 'all complete everything entire', is: 'full' },
    { words: 'jsonBody applicationJson', is: 'json' },
    { words: 'text string plain xml html textPlain textXml applicationXml', is: 'raw' },
    { words: 'multipartFormData formData files', is: 'multipart' },
    { words: 'binaryData file octetStream applicationOctetStream', is: 'binary' },
    { words: 'none empty no', says: 'leave out "body" to send none' },
  ],
  'Body.contentType': [
    { words: 'json textJson applicationJsonCharsetUtf8', is: 'application/json' },
    {
      words: 'form formUrlencoded urlencoded xWwwFormUrlencoded wwwFormUrlencoded',
      is: 'application/x-www-form-urlencoded',
    },
    { words: 'multipart multipartFormData formData', says: 'files need "structure": "multipart"' },
    {
      words: 'xml textXml applicationXml text textPlain html textHtml raw',
      says: 'any other type needs "structure": "raw"',
    },
  ],
}
