import { type BranchName, branchNames } from '../../contract/node.ts'
import { isObject, type JsonObject } from '../../webhook/values/json.ts'
import { listWords } from '../../webhook/values/text.ts'
import { writeMembers } from './foreign-words/example-text.ts'
import { isStatusLike } from './foreign-words/expectation-like.ts'
import { readAttribute } from './foreign-words/list-names.ts'
import { isBranchName } from './foreign-words/on-error.ts'
import { adviseMember, findFailure } from './member-advice.ts'

/** An output of another tool: its name or what it is for, and where it leads. */
type Output = readonly [key: string, target: unknown]

/** Outputs that are read. A node has few. */
const maxOutputs = 30

/**
 * Whether an object gives names to outputs the other way round, as in `{ "yes": "success" }`, or has outputs of its own, as for
 * a status or a failure, which are cases here.
 */
export function isOtherMap(value: unknown): value is JsonObject {
  return isObject(value) && listOutputs(value).some(isOther)
}

function isOther([key, target]: Output): boolean {
  if (isBranch(key)) return false
  return isBranch(target) || readWhen(key) !== null || (nameElsewhere(key) === null && isBranchName(target))
}

/** What to write in place of such an object: the names of the outputs stay as they are. */
export function describeOtherMap(value: JsonObject): string {
  const outputs = listOutputs(value)
  const names = new Map<BranchName, string>()
  const isLeft = outputs.filter((output) => !takeName(names, output))
  const cases = isLeft.flatMap((output) => caseOf(output) ?? [])
  const idle = isLeft.filter((output) => caseOf(output) === null).map(([key]) => showName(key))
  const members = {
    ...(names.size === 0 ? {} : { branches: Object.fromEntries(names) }),
    ...(cases.length === 0 ? {} : { cases }),
  }
  return [
    ...(Object.keys(members).length === 0 ? [] : [`write ${writeMembers(members)}`]),
    ...(idle.length === 0
      ? []
      : [
          `leave out ${listWords(
            idle.map((name) => JSON.stringify(name)),
            'and',
          )}, whose branch has a name already or is the same without it`,
        ]),
  ].join('; ')
}

function listOutputs(value: JsonObject): readonly Output[] {
  return Object.entries(value).slice(0, maxOutputs)
}

function isBranch(word: unknown): word is BranchName {
  return (branchNames as readonly unknown[]).includes(word)
}

/** Whether an output is the name of a branch that has none yet. */
function takeName(names: Map<BranchName, string>, [key, target]: Output): boolean {
  if (!isBranch(key) && readWhen(key) !== null) return false
  const isOtherWay = !isBranch(key) && isBranch(target)
  const branch = isOtherWay ? target : isBranch(key) ? key : nameElsewhere(key)
  if (!isBranch(branch) || names.has(branch)) return false
  names.set(branch, isOtherWay ? showName(key) : showTarget(target))
  return true
}

/** Where an output leads, if that is a plain word: any other text may be a secret. */
function showTarget(target: unknown): string {
  return readAttribute(target) ?? '…'
}

/** A name of the author, if it is one: it may also be a secret in the wrong place. */
function showName(name: string): string {
  return /^[\w .-]{1,40}$/.test(name) ? name : '…'
}

/** What an output is for that is none of the branches. */
function readWhen(key: string): JsonObject | null {
  if (isStatusLike(key)) return { type: 'status', value: /x/i.test(key) ? key : Number(key) }
  const code = findFailure(key.replace(/^(?:on|if)(?=[A-Z_-])/, ''))
  return code === null ? null : { type: 'failure', value: code }
}

/** The branch that a word means in other tools. */
function nameElsewhere(key: string): string | null {
  return adviseMember({ place: 'Node.branches', name: key, around: {}, known: branchNames }).is
}

/** The case that an output is; null if the service takes its branch without one. */
function caseOf([key, target]: Output): JsonObject | null {
  const when = readWhen(key)
  const usual = when?.type === 'status' && key.startsWith('2') ? 'success' : 'error'
  if (when === null ? isBranch(target) : target === usual) return null
  const branch = isBranch(target) ? target : showTarget(target)
  if (when === null) return { branch, when: { type: 'condition', value: '…' } }
  return usual === 'error' && target !== 'success' ? { branch, succeeded: false, when } : { branch, when }
}
