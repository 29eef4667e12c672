import { parentPort, workerData } from 'node:worker_threads'
import { serve, type ToWorker } from './serve.ts'

const port = parentPort
if (port === null) throw new TypeError('worker.ts runs in a thread of its own')

const take = serve(workerData, (message) => port.postMessage(message))
if (take !== null)
  port.on('message', (message: ToWorker) => {
    take(message)
    if (message === 'close') port.close()
  })
