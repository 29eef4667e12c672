import { readdirSync, readFileSync } from 'node:fs'

/** The resources of a process, from /proc: Linux only. */
export interface Usage {
  /** Processor time of all threads, user and system, in seconds. */
  readonly cpuSeconds: number
  /** Resident memory. */
  readonly rssBytes: number
  /** Open files and sockets. */
  readonly descriptors: number
}

/** Linux reports 100 ticks a second to user space on all common architectures. */
const ticksPerSecond = 100

export function readUsage(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const [user = 0, system = 0] = readCpuTicks(pid)
  return {
    cpuSeconds: (user + system) / ticksPerSecond,
    rssBytes: Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1]) * 1_024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  }
}

/** Processor time of this process and of its ended children, in seconds: the load, whichever process runs it. */
export function loadCpuSeconds(): number {
  return readCpuTicks(process.pid).reduce((sum, ticks) => sum + ticks) / ticksPerSecond
}

/** Busy time of a core in seconds, including interrupts and time stolen by other guests. */
export function coreBusySeconds(core: number): number {
  // recheck: linear, the core being a number
  const [, line = ''] = new RegExp(`^cpu${core} +(.+)$`, 'm').exec(readFileSync('/proc/stat', 'utf8')) ?? []
  const [user = 0, nice = 0, system = 0, _idle, _wait, irq = 0, softirq = 0, steal = 0] = line
    .split(' ')
    .map(Number)
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond
}

/** User and system time, of the process and then of its ended children. */
function readCpuTicks(pid: number): readonly number[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in the second field may contain anything. The third field follows its last bracket.
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number)
}
