const pattern =
  /^(?:.*[-_.])?(?:api[-_.]?key|apikey|key|token|access[-_.]?token|secret|client[-_.]?secret|password|passwd|pwd|passphrase|passcode|pin|otp|totp|sig|signature|auth|authorization|cookie)$/i

/** Whether the name of a header or parameter suggests that its value is a credential. */
export function isCredentialName(name: string): boolean {
  return pattern.test(name) && name.toLowerCase() !== 'idempotency-key'
}
