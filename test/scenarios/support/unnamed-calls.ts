import type { BrokenCall } from './broken-calls.ts'
import { type CallRow, callOf } from './call-row.ts'

const json = (content: unknown) => ({ body: { structure: 'json', content } })
const discord = [400, { message: 'Cannot send an empty message', code: 50006 }] as const
const missing = [400, { error: 'Required data is missing' }] as const
const misspelt = (answer: string, own: string, meant: string) =>
  `The target answers 400: "${answer}". The node sends "${own}", which is probably a misspelt "${meant}": rename it if so.`
const nothing = (name: string) =>
  `The target does not accept the request: "Required data is missing". Compare names and values of the fields with the documentation of the target. The call was POST {target}/v1/leads, with "${name}" as application/json.`

const rows: readonly CallRow[] = [
  [
    'Discord: a misspelt field',
    json({ contnet: 'hi', username: 'x' }),
    discord,
    '/node/body/content/contnet',
    misspelt('50006: Cannot send an empty message', 'contnet', 'content'),
  ],
  [
    'Discord: a field that it does not read',
    json({ message: 'hi' }),
    discord,
    '/node/body/content/message',
    'The target finds nothing in what it sends on: "50006: Cannot send an empty message", and the node sends "message": it reads that from a field of another name, which its documentation shows.',
  ],
  [
    'Slack: a misspelt field',
    json({ txet: 'hi' }),
    [400, 'no_text'],
    '/node/body/content/txet',
    'The target answers 400: "no_text". The node sends no field "text"; the nearest is "txet". If that is meant, rename it; if not, add "text".',
  ],
  [
    'a misspelt word that is a whole name',
    json({ emial: 'a', first_name: 'x' }),
    missing,
    '/node/body/content/emial',
    misspelt('Required data is missing', 'emial', 'email'),
  ],
  [
    'a misspelt word within a name',
    json({ contact: { frist_name: 'a' } }),
    missing,
    '/node/body/content/contact/frist_name',
    misspelt('Required data is missing', 'frist_name', 'first_name'),
  ],
  ['a plural', json({ names: 'a' }), missing, '/node/body/content', nothing('names')],
  [
    'a word that is near to another one',
    json({ stats: 'a' }),
    missing,
    '/node/body/content',
    nothing('stats'),
  ],
]

/** A target that misses something and does not say which field has it. */
export const unnamedCalls: readonly BrokenCall[] = rows.map(callOf)
