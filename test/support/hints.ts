import type { Blame, RetrySafety } from '../../src/contract/failure.ts'

/** What a reply says of a failure, with what it lets an engine do. */
export interface Explanation {
  readonly message: string
  readonly hint: string | null
  readonly blame: Blame | null
  readonly repeat: RetrySafety
}

/** What keeps a reader from acting on an explanation: nothing, if it is a good one. */
export function complaintsAbout({ message, hint, blame, repeat }: Explanation): readonly string[] {
  if (hint === null) return ['there is no hint']
  const foreign = hint.search(/operators? of the service|tell its operator/)
  const own = hint.search(/\b(?:target|URL|certificate|domain)\b/)
  const checks = {
    'it names nothing that one could change or look at': !anchors.test(hint),
    'it asks for another try, which cannot help': repeat === 'never' && asksAgain.test(hint),
    'it does not say that another try may help': repeat !== 'never' && !asksAgain.test(hint),
    'it names nothing of the node': blame === 'node' && !ofNode.test(hint),
    'it leads to the operator of the service first':
      blame === 'target' && (own === -1 || (foreign !== -1 && foreign < own)),
    'it does not name the service': blame === 'service' && !/\bservice\b|\bMAX_/.test(hint),
    'it raises a limit of the request first': blame === 'target' && /^[^.]*\braise \w+Ms\b/.test(hint),
    'it leads to the operator of the target': blame === 'service' && /operator of the target/.test(hint),
    'it says later without a time': /\bwait a (?:while|bit)\b/.test(hint),
    'it says what the message says': sentencesOf(hint).some((sentence) => message.includes(sentence)),
    'it says a sentence twice': new Set(sentencesOf(hint)).size < sentencesOf(hint).length,
    'it is no sentence':
      !/^[A-Z"`].*[.?!]$|^timeoutMs .*\.$/s.test(hint) || / {2}|\w\.\.|undefined|NaN|\[object/.test(hint),
    'it is too long to be read': hint.length > 520,
  }
  return Object.entries(checks).flatMap(([what, isSo]) => (isSo ? [`${what}: ${hint}`] : []))
}

/** The same of a reply, whose hint also has words of the target, and names of the node, between quotation marks. */
export function contradictionsIn({ message, hint: whole, blame, repeat }: Explanation): readonly string[] {
  if (whole === null) return ['there is no hint']
  const hint = whole.replace(/"[^"]*"/g, '""')
  const foreign = hint.indexOf('operator of the service')
  const own = hint.search(/\b(?:target|URL|response)\b/)
  const checks = {
    'it asks for another try, which cannot help': repeat === 'never' && asksAgain.test(hint),
    'it does not say that another try may help':
      repeat === 'safe' && blame === 'target' && !asksAgain.test(hint),
    'it leads to the operator of the service first':
      blame === 'target' && foreign !== -1 && (own === -1 || foreign < own),
    'it does not name the service': blame === 'service' && !/\bservice\b/.test(hint),
    'it leads to the operator of the target': blame === 'service' && /operator of the target/.test(hint),
    'it says later without a time': /\bwait a (?:while|bit)\b/.test(hint),
    'it says what the message says': sentencesOf(hint).some((sentence) => message.includes(sentence)),
    'it does not end': !/[.?!]$/.test(hint),
    'it has an odd text': / {2}|(?<!\.)\.\.(?!\.)|\bNaN\b/.test(hint),
    'it is too long to be read': whole.length > 700,
  }
  return Object.entries(checks).flatMap(([what, isSo]) => (isSo ? [`${what}: ${whole}`] : []))
}

export function sentencesOf(text: string): readonly string[] {
  return text.split(/(?<=[.?!]) (?=[A-Z"])/)
}

/** Parts of the request, the response or the reply, and settings. */
const anchors =
  /\b(?:URL|host|port|headers?|cookies|certificates?|payload|placeholders?|templates?|filters?|fields?|body|timeoutMs|totalMs|deadlineMs|hosts|ifEmpty|secrets?|expect|capture|contentType|idempotent|keepAlive|status|TLS|CNAME|ulimit|auth|tokenUrl)\b|\bnet\.ipv4\.|HTTP\/1\.1|1xx|`\w+`|\b[A-Z]+(?:_[A-Z]+)+\b/

const ofNode =
  /\b(?:URL|hosts?|headers?|payload|placeholders?|templates?|fields?|body|ifEmpty|secrets?|expect|capture|contentType|auth|node|values?)\b/

const asksAgain = /\bagain\b|\brepeat(?:ed)?\b/
