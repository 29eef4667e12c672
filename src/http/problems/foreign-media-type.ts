/** How a request comes to have another media type than JSON, by its beginning. */
const origins: readonly (readonly [start: string, what: string])[] = [
  ['application/x-www-form-urlencoded', 'a form, which is what curl -d sends without --json or -H'],
  ['multipart/', 'multipart: the service takes no files and no form fields'],
  [
    'text/plain',
    'plain text, which is what fetch and some clients send where the type of the body is not set',
  ],
  ['text/json', 'text/json'],
  ['text/xml', 'XML'],
  ['application/xml', 'XML'],
  ['application/yaml', 'YAML'],
  ['application/x-yaml', 'YAML'],
  ['application/x-ndjson', 'several JSON texts: send one request for each'],
  ['application/octet-stream', 'bytes of an unknown kind'],
]

const advice = 'Send the body as JSON, with Content-Type: application/json.'

/** Describes the Content-Type of a body that is not JSON, and what to send. */
export function describeForeignMediaType(contentType = ''): string {
  const [essence = ''] = contentType.trim().toLowerCase().split(/[;,]/, 1)
  if (essence === '') return `The request has no Content-Type. ${advice}`
  const known = origins.find(([start]) => essence.startsWith(start))?.[1]
  if (known !== undefined) return `The Content-Type says that the body is ${known}. ${advice}`
  return /^[\w.+/-]{1,80}$/.test(essence)
    ? `The Content-Type is ${essence}, not application/json. ${advice}`
    : `The Content-Type is not application/json. ${advice}`
}
