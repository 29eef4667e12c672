import { parentPort } from 'node:worker_threads'
import { judge, type RegExpParts } from './judge.ts'

parentPort?.on('message', async (regExp: RegExpParts) => parentPort?.postMessage(await judge(regExp)))
