import type { JsonObject } from '../../../webhook/values/json.ts'
import { basic, bearer, filesBody, formBody } from './examples.ts'

/** Whether a text is a command of curl, wget or HTTPie. */
export function isCurlCommand(text: string): boolean {
  return /^\s{0,20}(?:\$\s)?(?:curl(?:\.exe)?|wget|https?)\s/.test(text.slice(0, maxStart))
}

/** The node for a curl command: its method, the names of its headers and the kind of its body, and no value of it. */
export function nodeOfCurl(command: string): JsonObject {
  const text = command.slice(0, maxCharacters)
  const [, verb] = /\s(?:-X\s?|--request[\s=])["']?(GET|POST|PUT|PATCH|DELETE)\b/.exec(text) ?? []
  const [, , data = ''] = /\s(?:-d|--data(?:-\w{1,10})?|--json)[\s=]?(["']?)\s{0,9}([[{<])?/.exec(text) ?? []
  const hasData = /\s(?:-d|--data|--json)/.test(text)
  const isForm = /\s(?:-F|--form)\b/.test(text)
  const names = Array.from(
    text.matchAll(/\s(?:-H\s?|--header[\s=])["']?([A-Za-z][\w-]{0,39}):/g).take(maxHeaders),
    ([, name = '']) => name,
  )
  const own = names.filter((name) => !/^(?:authorization|content-type)$/i.test(name))
  const body = isForm
    ? filesBody
    : /[[{]/.test(data)
      ? { structure: 'json', content: { a: '…' } }
      : formBody.body
  return {
    method: verb ?? (hasData || isForm ? 'POST' : 'GET'),
    url: 'https://host/path',
    ...(names.some((name) => /^authorization$/i.test(name)) ? { auth: bearer } : {}),
    ...(/\s(?:-u|--user)\b/.test(text) ? { auth: basic } : {}),
    ...(own.length === 0 ? {} : { headers: own.map((name) => ({ name, value: '…' })) }),
    ...((hasData || isForm) && !/\s(?:-G|--get)\b/.test(text) ? { body } : {}),
  }
}

const maxStart = 40
const maxCharacters = 2_000
const maxHeaders = 5
