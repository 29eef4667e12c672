import { styleText } from 'node:util'
import type { ExecuteReply } from '../src/contract/execution.ts'

// styleText uses colours only in a terminal, and not if NO_COLOR is set.

const labelWidth = 11
const proseWidth = 96
const bodyLimit = 120

/** Formats a reply for people: request, response, branch and reason. */
export function presentReply(reply: ExecuteReply): string {
  return [
    ...requestRows(reply),
    ...responseRows(reply),
    row('branch', styleText(['bold', reply.succeeded ? 'green' : 'yellow'], reply.branch)),
    ...reasonRows(reply.reason),
    ...Object.entries(reply.captured).map(([name, value]) =>
      row('captured', `${name} = ${JSON.stringify(value)}`),
    ),
    ...reply.warnings.map(({ code, message }) => prose('warning', `${code}: ${message}`)),
    row('time', duration(reply)),
  ].join('\n')
}

/** A label and a text on one line, so that the text can be copied. */
export function row(label: string, text: string): string {
  return `  ${styleText('dim', label.padEnd(labelWidth))}${text}`
}

/** A label and a text, wrapped. */
function prose(label: string, text: string): string {
  return row(label, wrap(text).join(`\n${' '.repeat(labelWidth + 2)}`))
}

function requestRows({ request, delivered }: ExecuteReply): string[] {
  if (request === null) return []
  const { method, url, headers = [], body } = request
  const lines = [
    `${method} ${url}`,
    ...headers.filter(isTelling).map(([name, value]) => `${name}: ${value}`),
    ...(body ? [shorten(body)] : []),
  ]
  return lines.map((line, index) => row(index > 0 ? '' : delivered === 'no' ? 'not sent' : 'sent', line))
}

/** Headers that the service adds to every request. */
const usualHeaders = new Set([
  'host',
  'accept',
  'accept-encoding',
  'user-agent',
  'content-length',
  'connection',
])

function isTelling([name]: readonly [string, string]): boolean {
  return !usualHeaders.has(name.toLowerCase())
}

function responseRows({ response }: ExecuteReply): string[] {
  return response === null ? [] : [row('answer', `${response.status} ${shorten(response.body ?? '')}`)]
}

function reasonRows({ code, message, hint }: ExecuteReply['reason']): string[] {
  return [
    prose('reason', `${message} ${styleText('dim', `(${code})`)}`),
    ...(hint ? [prose('hint', hint)] : []),
  ]
}

function duration({ durationMs, attempts }: ExecuteReply): string {
  const phases = Object.entries(attempts.at(-1)?.timings ?? {}).flatMap(([name, ms]) =>
    ms === null ? [] : [`${phaseNames[name] ?? name} ${milliseconds(ms)}`],
  )
  const total = `${milliseconds(durationMs)} ms`
  return phases.length === 0 ? total : `${total} ${styleText('dim', `(${phases.join(', ')})`)}`
}

const phaseNames: Readonly<Record<string, string>> = {
  queueMs: 'waiting',
  dnsMs: 'DNS',
  connectMs: 'connect',
  tlsMs: 'TLS',
  firstByteMs: 'first byte',
  downloadMs: 'download',
}

function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0)
}

function shorten(body: string): string {
  const line = body.trim().replaceAll(/\s+/g, ' ')
  return line.length <= bodyLimit ? line : `${line.slice(0, bodyLimit - 1)}…`
}

/** Wraps between words. A word longer than a line is not broken. */
function wrap(text: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > proseWidth) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
