const prefix = 'whsec_'
const minBytes = 24
const maxBytes = 64

/** The form of a key of Standard Webhooks, as the end of a sentence. */
export const standardKeyForm = `${prefix} and behind it the base64, with its padding, of ${minBytes} to ${maxBytes} bytes`

/**
 * Decodes a key of Standard Webhooks. Null if it has another form. The prefix is required: without it a key in hex would pass for
 * base64, and sign with other bytes than its owner means.
 */
export function decodeStandardKey(secret: string): Buffer | null {
  if (!secret.startsWith(prefix)) return null
  const digits = secret.slice(prefix.length)
  const key = Buffer.from(digits, 'base64')
  if (key.length < minBytes || key.length > maxBytes) return null
  return key.toString('base64') === digits ? key : null
}
