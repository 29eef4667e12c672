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

export function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in the second field may hold anything; behind its last bracket comes the third field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    rssBytes: Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1]) * 1_024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  }
}
