import type { Failure } from '../../contract/failure.ts'
import { defaults, type Tls } from '../../contract/node.ts'
import type { Compiler } from '../template/compiler.ts'
import { asText } from '../template/encoders.ts'
import { mustBeSilent, type RenderResult } from '../template/render-result.ts'
import { readReference } from '../template/tag-rules.ts'
import type { Template } from '../template/template.ts'
import type { TlsMember, TlsSettings, TlsVersion } from '../wire/tls-settings.ts'
import type { RenderSession } from './render-session.ts'

/** What a node says about TLS, compiled. Rendering throws `RenderFailure`. */
export interface CompiledTls {
  /** The names of the secrets by member, for a curl command. */
  readonly secretNames: Readonly<Partial<Record<TlsMember, string>>>
  readonly minVersion: TlsVersion
  render(session: RenderSession): TlsSettings
}

const path = '/node/tls'

/** Compiles what a node says about TLS. Null if it says nothing. */
export function compileTls(tls: Tls, compiler: Compiler): CompiledTls | null {
  if (Object.keys(tls).length === 0) return null
  complainAboutHalf(tls, compiler)
  const certificate = compileReference('certificate', tls, compiler)
  const key = compileReference('key', tls, compiler)
  const passphrase = compileReference('passphrase', tls, compiler)
  const ca = compileReference('ca', tls, compiler)
  const minVersion = tls.minVersion ?? defaults.minVersion
  const names = { certificate, key, passphrase, ca }
  return {
    secretNames: Object.fromEntries(
      Object.entries(names).flatMap(([member, reference]) =>
        reference === null ? [] : [[member, reference.name]],
      ),
    ),
    minVersion,
    render(session) {
      const opened = use('key', key, session)
      const opening = use('passphrase', passphrase, session)
      if (opening !== null && mustBeSilent(opening.secrets) && !isStored(opened))
        session.fail(foreignKey, false)
      return {
        certificate: use('certificate', certificate, session)?.value ?? null,
        key: opened?.value ?? null,
        passphrase: opening?.value ?? null,
        ca: use('ca', ca, session)?.value ?? null,
        minVersion,
      }
    },
  }
}

function complainAboutHalf({ certificate, key, passphrase }: Tls, compiler: Compiler): void {
  if (certificate !== undefined && key === undefined)
    compiler.complain(`${path}/key`, 'must be given: a certificate is of no use without its private key')
  if (certificate === undefined && key !== undefined)
    compiler.complain(`${path}/certificate`, 'must be given: a key is of no use without its certificate')
  if (passphrase !== undefined && key === undefined)
    compiler.complain(`${path}/passphrase`, 'must be left out: there is no "key" that it could open')
}

/** A reference to a secret. */
interface Reference {
  readonly name: string
  readonly template: Template
}

/** It is a reference even if `templates` is `none`: the text of a key belongs into no node. */
function compileReference(member: TlsMember, tls: Tls, compiler: Compiler): Reference | null {
  const text = tls[member]
  if (text === undefined) return null
  const name = readReference(text)
  if (name !== null) return { name, template: compiler.reference(text, `${path}/${member}`, 'tls') }
  compiler.complain(
    `${path}/${member}`,
    `must be a reference to a secret and nothing else, such as {{ secrets.crm_${member} }}: the value itself is in "secrets" of the request, or the operator of the service stores it`,
  )
  return null
}

type Used = Extract<RenderResult<string>, { readonly ok: true }>

function use(member: TlsMember, reference: Reference | null, session: RenderSession): Used | null {
  if (reference === null) return null
  const result = reference.template.text(session.scope, asText)
  session.take(result, `${path}/${member}`)
  return result.ok ? result : null
}

function isStored(used: Used | null): boolean {
  return used?.secrets.some((secret) => secret.isStored) ?? false
}

/** Else a client could try guesses of the passphrase on a key that it has encrypted itself. */
const foreignKey: Failure = {
  code: 'secret_not_allowed',
  detail: 'A stored passphrase opens only a stored key.',
  path: `${path}/passphrase`,
  hint: 'Send key and passphrase with the request, or let the operator of the service store both.',
}
