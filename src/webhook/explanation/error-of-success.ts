import { quoteName } from '../values/text.ts'
import { spread } from './credential.ts'
import { describePause } from './describe-pause.ts'
import type { Explanation } from './explained-node.ts'
import { saysRateLimited } from './fault.ts'
import { adviseOnFields } from './field-advice.ts'
import { saysMissing, unknownSomething } from './named-field-words.ts'
import type { Situation } from './situation.ts'

/**
 * Explains an error that stands in the body of a success, as APIs of GraphQL and of procedures have it. Null for an error that is
 * not about what the node sends. The hint follows the words of the target.
 */
export function explainErrorOfSuccess(situation: Situation): Explanation | null {
  const { words, node, missed, status } = situation
  if (saysRateLimited(words)) {
    const wait = missed.pauseMs || missed.resetMs
    const when = wait ? `After ${describePause(wait)}` : 'After a pause'
    return {
      hint: `The target gets too many calls: slow the flow down. ${when} the call can be made by hand or by a rule of the flow: the engine is told "never", because a ${status} counts as done.`,
      path: missed.path,
      blame: 'target',
    }
  }
  if (status === 207) return explainPart(situation)
  if (node.body === null && node.query.length === 0) return null
  const variable = explainVariable(situation)
  if (variable !== null) return variable
  const named = situation.fields.find(({ sent }) => sent !== null)
  if (named?.sent != null) return { hint: adviseOnFields(situation, [named]), path: named.sent.path }
  const field = isOfThing.test(spread(words)) ? (situation.fieldOfValue ?? situation.fieldOfReference) : null
  if (field !== null)
    return {
      hint: `Check the value of ${quoteName(field.name)}.${situation.describeSent(field)}`,
      path: field.path,
    }
  if (situation.statement?.fields.length === 0 && !isOfRequest(spread(words))) return null
  const query = situation.names.find(({ name, path }) => name === 'query' && path.startsWith('/node/body'))
  return query === undefined
    ? { hint: 'That is about the values that the node sends: correct them.', path: situation.pathOfValues }
    : { hint: 'That is about "query" of the body and its variables: correct them.', path: query.path }
}

/** GraphQL names a variable of the query that has no value, or one of another type (its specification, section 6.1.2). */
function explainVariable({ words, names, node }: Situation): Explanation | null {
  const [, name] = /\bVariable ["'`]?\$(\w{1,60})/.exec(words.slice(0, 500)) ?? []
  const body = node.body?.valuesPath
  if (name === undefined || body === undefined) return null
  const sent = names.find((one) => one.name === name && one.path.startsWith(body))
  if (sent !== undefined)
    return { hint: `Check the value of ${quoteName(name)} in "variables".`, path: sent.path }
  const variables = names.find((one) => one.name === 'variables')
  return {
    hint: `"variables" of the body has no ${quoteName(name)}: add it there, under this name without the dollar sign.`,
    path: variables?.path ?? body,
  }
}

/** A condition tells such a response from one in which every part went well. */
function explainPart(situation: Situation): Explanation {
  const named = situation.fields.find(({ sent }) => sent !== null)
  const advice =
    named === undefined ? 'Correct what it refuses in the values.' : adviseOnFields(situation, [named])
  return {
    hint: `It has refused this part of the request and may have carried out the others. ${advice} To accept a 207 without such a part, expect a condition on the body.`,
    path: named?.sent?.path ?? situation.pathOfValues,
  }
}

const isOfThing = /\bnot found\b|\b(?:does not|doesn't) exist\b|\bno such\b|\bunknown\b|\binvalid\b/i

/** Whether words are about what a request has. */
function isOfRequest(words: string): boolean {
  return unknownSomething.test(words) || saysMissing.test(words) || ofRequest.test(words)
}

const ofRequest =
  /\b(?:invalid|malformed|duplicate|already|validation|syntax|parse|must|cannot query|argument|variable)\b/i
