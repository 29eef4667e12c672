/** A Node process seen through its inspector. */
export interface Inspector extends Disposable {
  /** Runs a method of the DevTools protocol. */
  run<Result>(method: string, params?: object): Promise<Result>
}

/** Connects to a process that was started with `--inspect=127.0.0.1:<port>`. */
export async function inspect(port: number): Promise<Inspector> {
  const targets = await fetch(`http://127.0.0.1:${port}/json/list`)
  const [{ webSocketDebuggerUrl }] = (await targets.json()) as [{ webSocketDebuggerUrl: string }]
  const socket = new WebSocket(webSocketDebuggerUrl)
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))

  const waiting = new Map<number, (message: { result: never }) => void>()
  let sent = 0
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(data)
    waiting.get(message.id)?.(message)
    waiting.delete(message.id)
  })

  return {
    run(method, params = {}) {
      const id = ++sent
      socket.send(JSON.stringify({ id, method, params }))
      return new Promise((resolve) => waiting.set(id, ({ result }) => resolve(result)))
    },
    [Symbol.dispose]: () => socket.close(),
  }
}
