import { mask } from './mask.ts'

const parameter = /([?&;])([\w.~-]{1,60})=([^&;\s"'#]{1,2000})/g

/** Names of parameters whose value lets in who has it. */
const ofCredential =
  /^(?:[\w.~-]{0,40}[-_.])?(?:sig|signature|token|key|apikey|secret|password|passwd|pwd|auth|authorization|credential|jwt|session|sessionid|sid)$/i

const userInfo = /:\/\/[^\s/@:]{1,100}:[^\s/@]{1,200}@/g

/** Masks the credentials that stand in URLs within a text: a password before the host, and parameters that are called like one. */
export function hideUrlCredentials(text: string): string {
  if (!/[?&;@]/.test(text)) return text
  return text
    .replace(userInfo, `://${mask}@`)
    .replace(parameter, (whole, mark: string, name: string) =>
      ofCredential.test(name) ? `${mark}${name}=${mask}` : whole,
    )
}
