import { writeMembers } from './example-text.ts'
import { fileOf, isKindOfFile } from './file-like.ts'
import type { ForeignMembers, ForeignWords } from './foreign-word.ts'
import { leaveOut } from './sentences.ts'
import { sourceWords } from './source-words.ts'

/** A path such as `profile.email` as the two members that it is. A longer one may be a text. */
function splitPath(value: unknown): Readonly<Record<string, string>> | null {
  const [, source, field] =
    (typeof value === 'string' && /^(profile|event|instance|flow|vars)\.([\w.]{1,60})$/.exec(value)) || []
  return source === undefined || field === undefined ? null : { source, field }
}

const aFile = `a file is a part of a body of "structure": "multipart", as in ${writeMembers({ parts: [fileOf(null)] })}`

export const fieldMembers: ForeignMembers = {
  Part: [
    { words: 'mimeType mediaType content_type fileType', is: 'contentType' },
    { words: 'fileName originalName', is: 'filename' },
    { words: 'file', is: 'filename' },
    { words: 'src', is: 'source' },
    {
      words: 'type kind parameterType valueType fieldType',
      says: 'a part with a "filename" is a file, any other is a text; leave it out',
    },
  ],
  Field: [
    {
      words:
        'key header headerName parameter param paramName parameterName queryParam property label title fieldName variable id',
      is: 'name',
    },
    { words: 'val content text data expression template valueTemplate constant fixed static', is: 'value' },
    { words: 'raw json object array literally', is: 'literal' },
    {
      words: 'attribute attributeName path fieldPath mapsTo sourceField',
      is: 'field',
      unless: {
        fits: (value, { source }) => source === undefined && splitPath(value) !== null,
        says: 'a path is two members',
        example: (value) => splitPath(value) ?? {},
        covers: ['source', 'field'],
      },
    },
    { words: 'from src origin scope valueFrom', is: 'source' },
    {
      words: 'type valueType dataType',
      says: 'a value keeps its own type; leave it out',
      unless: { fits: isKindOfFile, says: aFile },
    },
    {
      words: 'enabled disabled active',
      says: 'a field that is there is sent; leave it out, or let a condition decide',
      example: { when: 'profile.score > 50' },
    },
    {
      words: 'profileAttribute profileField profileProperty contactAttribute contactField personAttribute',
      says: 'an attribute of the profile is two members',
      example: { source: 'profile', field: '…' },
      covers: ['source', 'field'],
    },
    {
      words: 'eventAttribute eventField eventProperty formField triggerField',
      says: 'an attribute of the event is two members',
      example: { source: 'event', field: '…' },
      covers: ['source', 'field'],
    },
    { words: 'emptyAttribute ifMissing whenEmpty onEmpty', is: 'ifEmpty' },
    { words: 'if condition showIf sendIf', is: 'when' },
    {
      words: 'required mandatory',
      says: 'a field that must have a value says so',
      example: { ifEmpty: 'fail' },
    },
    {
      words: 'optional omitEmpty skipEmpty skipIfEmpty ignoreEmpty omitIfEmpty ignoreNull',
      says: 'a field that is left out without a value says so',
      example: { ifEmpty: 'omit' },
    },
    {
      words: 'default defaultValue fallback',
      says: 'a default is part of a template',
      example: { value: '{{ profile.name | default: "…" }}' },
    },
    { words: 'secret hidden masked confidential private isSecret', is: 'sensitive' },
    { words: 'description comment notes note', says: leaveOut },
    { words: 'file fileName contentType', says: aFile },
  ],
}

export const fieldWords: ForeignWords = {
  'Field.source': sourceWords,
  'Body.source': sourceWords.filter(({ is }) => is !== undefined && is !== 'event'),
  'Field.ifEmpty': [
    { words: 'skip remove drop ignore leaveOut exclude', is: 'omit' },
    { words: 'error stop required abort exit throw', is: 'fail' },
    { words: 'empty null keep include sendEmpty', is: 'send' },
    { words: 'none no nothing', says: '"omit" leaves the field out, "send" sends it empty' },
    {
      words: 'default',
      says: 'a default is part of a template: "value": "{{ profile.name | default: \'x\' }}"',
    },
  ],
}
