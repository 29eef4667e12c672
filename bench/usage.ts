import { readdirSync, readFileSync } from 'node:fs'

/** What a process has used up so far, and what it holds. From /proc, so on Linux only. */
export interface Usage {
  /** Seconds of CPU, user and system, of all threads. */
  readonly cpuSeconds: number
  /** Resident memory. */
  readonly rssBytes: number
  /** Open files and sockets. */
  readonly descriptors: number
}

/** Of a second; Linux tells user space nothing else. */
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

/** Seconds of CPU of this process and of its children that have ended: a load, wherever it runs. */
export function loadCpuSeconds(): number {
  return readCpuTicks(process.pid).reduce((sum, ticks) => sum + ticks) / ticksPerSecond
}

/** Seconds in which a core did anything for anybody, interrupts and other guests of the machine included. */
export function coreBusySeconds(core: number): number {
  // recheck: linear, the core being a number
  const [, line = ''] = new RegExp(`^cpu${core} +(.+)$`, 'm').exec(readFileSync('/proc/stat', 'utf8')) ?? []
  const [user = 0, nice = 0, system = 0, _idle, _wait, irq = 0, softirq = 0, steal = 0] = line
    .split(' ')
    .map(Number)
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond
}

/** User and system, of the process and then of its children that have ended. */
function readCpuTicks(pid: number): readonly number[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in the second field may hold anything; behind its last bracket comes the third field.
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number)
}
