import type { Failure } from '../../contract/failure.ts'
import { defaults, type Tls } from '../../contract/node.ts'
import type { Compiler } from '../template/compiler.ts'
import { asText } from '../template/encoders.ts'
import { mustBeSilent, type RenderResult } from '../template/render-result.ts'
import { readReference } from '../template/tag-rules.ts'
import type { Template } from '../template/template.ts'
import type { TlsMember, TlsSettings, TlsVersion } from '../wire/tls-settings.ts'
import { memberPath } from './member-path.ts'
import type { RenderSession } from './render-session.ts'

/** What a node says about TLS, compiled. Rendering throws `RenderFailure`. */
export interface CompiledTls {
  /** JSON Pointer to it. */
  readonly path: string
  /** The names of the secrets by member, for a curl command. */
  readonly secretNames: Readonly<Partial<Record<TlsMember, string>>>
  readonly minVersion: TlsVersion
  render(session: RenderSession): TlsSettings
}

/** Compiles what a node, or a connection, says about TLS. Null if it says nothing. */
export function compileTls(tls: Tls, compiler: Compiler, path = '/node/tls'): CompiledTls | null {
  if (Object.keys(tls).length === 0) return null
  const at = (member: TlsMember) => memberPath(path, member)
  complainAboutHalf(tls, at, compiler)
  const compile = (member: TlsMember) => compileReference(member, tls, at(member), compiler)
  const certificate = compile('certificate')
  const key = compile('key')
  const passphrase = compile('passphrase')
  const ca = compile('ca')
  const minVersion = tls.minVersion ?? defaults.minVersion
  const names = { certificate, key, passphrase, ca }
  return {
    path,
    secretNames: Object.fromEntries(
      Object.entries(names).flatMap(([member, reference]) =>
        reference === null ? [] : [[member, reference.name]],
      ),
    ),
    minVersion,
    render(session) {
      const opened = use(key, session)
      const opening = use(passphrase, session)
      if (opening !== null && mustBeSilent(opening.secrets) && !isStored(opened))
        session.fail({ ...foreignKey, path: at('passphrase') }, false)
      return {
        certificate: use(certificate, session)?.value ?? null,
        key: opened?.value ?? null,
        passphrase: opening?.value ?? null,
        ca: use(ca, session)?.value ?? null,
        minVersion,
      }
    },
  }
}

function complainAboutHalf(
  { certificate, key, passphrase }: Tls,
  at: (member: TlsMember) => string,
  compiler: Compiler,
): void {
  if (certificate !== undefined && key === undefined)
    compiler.complain(at('key'), 'must be given: a certificate is of no use without its private key')
  if (certificate === undefined && key !== undefined)
    compiler.complain(at('certificate'), 'must be given: a key is of no use without its certificate')
  if (passphrase !== undefined && key === undefined)
    compiler.complain(at('passphrase'), 'must be left out: there is no "key" that it could open')
}

/** A reference to a secret. */
interface Reference {
  readonly name: string
  readonly path: string
  readonly template: Template
}

/** It is a reference even if `templates` is `none`: the text of a key belongs into no node. */
function compileReference(member: TlsMember, tls: Tls, path: string, compiler: Compiler): Reference | null {
  const text = tls[member]
  if (text === undefined) return null
  const name = readReference(text)
  if (name !== null) return { name, path, template: compiler.reference(text, path, 'tls') }
  compiler.complain(
    path,
    `must be a reference to a secret and nothing else, such as {{ secrets.crm_${member} }}: the value itself is in "secrets" of the request, or the operator of the service stores it`,
  )
  return null
}

type Used = Extract<RenderResult<string>, { readonly ok: true }>

function use(reference: Reference | null, session: RenderSession): Used | null {
  if (reference === null) return null
  const result = reference.template.text(session.scope, asText)
  session.take(result, reference.path)
  return result.ok ? result : null
}

function isStored(used: Used | null): boolean {
  return used?.secrets.some((secret) => secret.isStored) ?? false
}

/** Else a client could try guesses of the passphrase on a key that it has encrypted itself. */
const foreignKey: Omit<Failure, 'path'> = {
  code: 'secret_not_allowed',
  detail: 'A stored passphrase opens only a stored key.',
  hint: 'Send key and passphrase with the request, or let the operator of the service store both.',
}
