import { isAbsolute, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The format `.cpuprofile` of V8: `Profiler.Profile` of the DevTools protocol. */
export interface Profile {
  readonly nodes: readonly ProfileNode[]
  /** Ids of the nodes that were running, in order. */
  readonly samples: readonly number[]
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[]
}

interface ProfileNode {
  readonly id: number
  readonly callFrame: CallFrame
  readonly children?: readonly number[]
}

interface CallFrame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}

/** A sampled heap: `HeapProfiler.SamplingHeapProfile` of the DevTools protocol. */
export interface HeapProfile {
  readonly head: HeapNode
}

interface HeapNode {
  readonly id: number
  readonly callFrame: CallFrame
  /** Bytes. */
  readonly selfSize: number
  readonly children: readonly HeapNode[]
}

/** The same as a profile whose times are bytes. */
export function readHeapProfile({ head }: HeapProfile): Profile {
  const all: HeapNode[] = [head]
  for (const { children } of all) all.push(...children)
  return {
    nodes: all.map(({ id, callFrame, children }) => ({
      id,
      callFrame,
      children: children.map(({ id }) => id),
    })),
    samples: all.map(({ id }) => id),
    timeDeltas: all.map(({ selfSize }) => selfSize),
  }
}

type NameFrame = (frame: CallFrame) => string

/** Microseconds by name, the longest first. */
export type Times = readonly (readonly [name: string, microseconds: number])[]

/** Self time per name. */
export function selfTimes(profile: Profile, nameFrame: NameFrame): Times {
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, [nameFrame(callFrame)]]))
  return sumTimes(profile, names)
}

/** Total time per name, including called functions. */
export function totalTimes(profile: Profile, nameFrame: NameFrame): Times {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const names = new Map<number, readonly string[]>()
  function visit(id: number, above: readonly string[]): void {
    const node = nodes.get(id)
    if (node === undefined) return
    const name = nameFrame(node.callFrame)
    const stack = above.includes(name) ? above : [...above, name]
    names.set(id, stack)
    for (const child of node.children ?? []) visit(child, stack)
  }
  const [root] = profile.nodes
  if (root !== undefined) visit(root.id, [])
  return sumTimes(profile, names)
}

function sumTimes({ samples, timeDeltas }: Profile, names: ReadonlyMap<number, readonly string[]>): Times {
  const times = new Map<string, number>()
  for (const [at, id] of samples.entries())
    for (const name of names.get(id) ?? []) times.set(name, (times.get(name) ?? 0) + (timeDeltas[at] ?? 0))
  for (const name of ['(root)', '(idle)']) times.delete(name)
  return [...times].sort(([, one], [, other]) => other - one)
}

/** `encode src/webhook/template/encoders.ts:12` */
export function functionName({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName || '(anonymous)'
  return url === '' ? name : `${name} ${locate(url)}:${lineNumber + 1}`
}

/** The folder of the service, the package or the module of Node that a function belongs to. */
export function partName({ functionName, url }: CallFrame): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'V8 and C++'
  const place = locate(url)
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(place) ?? []
  return name ?? place.split('/').slice(0, 2).join('/')
}

const repository = fileURLToPath(new URL('..', import.meta.url))

function locate(url: string): string {
  if (url.startsWith('file:')) return relative(repository, fileURLToPath(url))
  return isAbsolute(url) ? relative(repository, url) : url // CommonJS has paths
}
