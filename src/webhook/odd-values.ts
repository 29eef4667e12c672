import type { Field, Node } from '../contract/node.ts'
import type { Warning } from '../contract/warning.ts'
import { isNamed } from './wire/headers.ts'

/** Values of a node that are valid and would be sent in another form than their author expects. */
export function findOddValues({ body, headers = [] }: Node): readonly Warning[] {
  const warnings: Warning[] = []
  if (body?.structure === 'json' && typeof body.content === 'string' && isJsonText(body.content))
    warnings.push({
      code: 'json_encoded_twice',
      path: '/node/body/content',
      message:
        'The content is a text with JSON in it, and is sent as a JSON string, with quotes around it. Write the JSON itself as "content", or send the text with "structure": "raw".',
    })
  for (const [index, header] of headers.entries())
    if (isNamed(header.name, 'authorization') && isPlainBasic(header))
      warnings.push({
        code: 'basic_not_encoded',
        path: `/node/headers/${index}/value`,
        message:
          'The header has user and password as they are, and no target reads them so: Basic is in Base64. Write "auth": { "type": "basic", "username": "…", "password": "{{ secrets.NAME }}" }, and leave the header out.',
      })
  return warnings
}

/** Whether a text is an object or a list. One placeholder is none. */
function isJsonText(text: string): boolean {
  // FEEL and n8n begin an expression with the sign.
  const inner = text.trim().replace(/^=\s?/, '')
  return /^(?:\{\s{0,99}["}]|\[\s{0,99}["{[\]\d])/.test(inner) && /[}\]]$/.test(inner)
}

/** Whether a value has a colon between user and password. Base64 has none. */
function isPlainBasic(field: Field): boolean {
  const text = 'value' in field ? field.value : 'literal' in field ? field.literal : null
  return (
    typeof text === 'string' &&
    /^\s{0,9}basic\s/i.test(text) &&
    text.replaceAll(/\{\{[^{}]{0,500}\}\}|\{%[^{}]{0,500}%\}/g, '').includes(':')
  )
}
