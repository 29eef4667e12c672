/** Processor time of this thread in milliseconds: how long pure code takes, however busy the machine is. */
export function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
