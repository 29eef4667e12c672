import type { Compiler } from './compiler.ts'
import type { Auth } from './config.ts'
import { asText } from './encode.ts'
import { headerNameProblem, headerValueProblem, trimHeader } from './header.ts'
import { mask } from './mask.ts'
import { carriesSecret } from './rendered.ts'
import { RenderFailure, type Rendering, type Shown } from './rendering.ts'
import type { Template } from './template.ts'

/** What authenticates the call, as it is sent and as it may be shown. */
export interface RenderedAuth {
  readonly in: 'header' | 'query'
  readonly name: string
  readonly real: string
  readonly shown: string
  /** Shown user and password of Basic, which tools for people take apart. */
  readonly user: string | null
  readonly path: string
}

/** Auth that is ready to be rendered. Throws `RenderFailure`. */
export interface CompiledAuth {
  /** Whether a credential goes out in the URL. */
  readonly isInUrl: boolean
  render(rendering: Rendering): RenderedAuth
}

const path = '/node/auth'

/** Compiles the credentials of a node. */
export function compileAuth(auth: Auth, compiler: Compiler): CompiledAuth {
  switch (auth.type) {
    case 'bearer':
      return compileBearer(auth, compiler)
    case 'basic':
      return compileBasic(auth, compiler)
    case 'apiKey':
      return compileApiKey(auth, compiler)
  }
}

type AuthOf<Type extends Auth['type']> = Extract<Auth, { type: Type }>

function compileBearer({ token }: AuthOf<'bearer'>, compiler: Compiler): CompiledAuth {
  const template = compileHeaderValue(token, `${path}/token`, compiler)
  return {
    isInUrl: false,
    render(rendering) {
      const { real, shown } = credential(template, `${path}/token`, rendering, { isTrimmed: true })
      return authorization(`Bearer ${real}`, `Bearer ${shown}`, null, rendering)
    },
  }
}

function compileBasic({ username, password }: AuthOf<'basic'>, compiler: Compiler): CompiledAuth {
  const user = compiler.template(username, `${path}/username`)
  const pass = compiler.template(password, `${path}/password`)
  if (user.isConstant && username.includes(':')) compiler.complain(`${path}/username`, colonProblem)
  return {
    isInUrl: false,
    render(rendering) {
      const name = credential(user, `${path}/username`, rendering, { mayBeEmpty: true })
      const word = credential(pass, `${path}/password`, rendering, { mayBeEmpty: true })
      if (name.real.includes(':')) throw invalid(`The user name ${colonProblem}.`, `${path}/username`)
      const digits = Buffer.from(`${name.real}:${word.real}`, 'utf8').toString('base64')
      rendering.hide(digits)
      return authorization(`Basic ${digits}`, `Basic ${mask}`, `${name.shown}:${word.shown}`, rendering)
    },
  }
}

const colonProblem = 'must not contain a colon, which ends the user name of Basic (RFC 7617)'

function compileApiKey({ in: place, name, value }: AuthOf<'apiKey'>, compiler: Compiler): CompiledAuth {
  const isInUrl = place === 'query'
  const template = isInUrl
    ? compiler.template(value, `${path}/value`)
    : compileHeaderValue(value, `${path}/value`, compiler)
  const problem = isInUrl ? null : headerNameProblem(name)
  if (problem !== null) compiler.complain(`${path}/name`, `"${name}" ${problem}`)
  return {
    isInUrl,
    render: (rendering) => ({
      in: place,
      name: name.toWellFormed(),
      user: null,
      path,
      ...credential(template, `${path}/value`, rendering, { isTrimmed: !isInUrl }),
    }),
  }
}

function compileHeaderValue(text: string, at: string, compiler: Compiler): Template {
  const template = compiler.template(text, at)
  const problem = template.isConstant ? headerValueProblem(trimHeader(template.staticText)) : null
  if (problem !== null) compiler.complain(at, problem)
  return template
}

function authorization(real: string, shown: string, user: string | null, rendering: Rendering): RenderedAuth {
  const isMasked = rendering.input.masksCarriers
  return { in: 'header', name: 'Authorization', real, shown: isMasked ? mask : shown, user, path }
}

function credential(
  template: Template,
  at: string,
  rendering: Rendering,
  { mayBeEmpty = false, isTrimmed = false } = {},
): Shown<string> {
  const result = template.text(rendering.scope, asText)
  const whole = rendering.take(result, at)
  const text = isTrimmed ? trimHeader(whole) : whole
  if (text !== whole) rendering.warn('header_trimmed', at, 'White space around the credential was removed.')
  if (text === '' && !mayBeEmpty)
    throw new RenderFailure({
      code: 'value_missing',
      detail: 'The credential is empty.',
      path: at,
      hint: 'Send the secret or attribute that the credential refers to.',
    })
  const isSecret = carriesSecret(result)
  return { real: text, shown: rendering.shown(text, !isSecret, isSecret) }
}

function invalid(detail: string, at: string): RenderFailure {
  return new RenderFailure({ code: 'header_invalid', detail, path: at, hint: 'Choose another user name.' })
}
