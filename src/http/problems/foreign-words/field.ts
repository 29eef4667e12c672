import { writeMembers } from './example-text.ts'
import { fileOf, isKindOfFile } from './file-like.ts'
import type { ForeignMember, ForeignMembers, ForeignWords } from './foreign-word.ts'
import { isNo } from './on-error.ts'
import { leaveOut } from './sentences.ts'
import { sourceWords } from './source-words.ts'

/** A path such as `profile.email` as the two members that it is. A longer one may be a text. */
function splitPath(value: unknown): Readonly<Record<string, string>> | null {
  const [, source, field] =
    (typeof value === 'string' && /^(profile|event|instance|flow|vars)\.([\w.]{1,60})$/.exec(value)) || []
  return source === undefined || field === undefined ? null : { source, field }
}

const keepsType = 'a value keeps its own type; leave it out'

/** Node-RED has a word of its list, or `other` and a text beside it. */
const choices: readonly ForeignMember[] = (['key', 'value'] as const).flatMap((part) => {
  const is = part === 'key' ? 'name' : 'value'
  return [
    {
      words: `${part}Type`,
      says: keepsType,
      unless: { fits: (_value, around) => around[`${part}Value`] === '', is },
    },
    { words: `${part}Value`, is, unless: { fits: (value) => value === '', says: leaveOut } },
  ] satisfies ForeignMember[]
})

const sentField = { says: 'a field that is there is sent; leave it out' }
const heldField = {
  says: 'a field that is there is sent: leave out the whole field, or let a condition decide',
  example: { when: 'profile.score > 50' },
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
    ...choices,
    {
      words:
        'key k keyName header headerName headerKey parameter param paramName paramKey parameterName queryParam queryName property propertyName label title fieldName variable id',
      is: 'name',
    },
    {
      words:
        'val v headerValue paramValue parameterValue queryValue propertyValue fieldValue content text data expression template valueTemplate constant fixed static',
      is: 'value',
    },
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
      words: 'type dataType',
      says: keepsType,
      unless: { fits: isKindOfFile, says: aFile },
    },
    {
      words: 'enabled isEnabled checked isChecked active isActive selected',
      ...sentField,
      unless: { fits: isNo, ...heldField },
    },
    {
      words: 'disabled isDisabled inactive',
      ...heldField,
      unless: { fits: isNo, ...sentField },
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
