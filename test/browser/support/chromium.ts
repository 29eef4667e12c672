import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const executablePath = '/usr/bin/chromium'

/** A name that leads to 127.0.0.1, as far as the browser knows. */
export const nameOfThisMachine = 'webhook-node.test'

/** Debian's Chromium without a window. Each page that is opened in it knows nothing of the others. */
export async function launchChromium(): Promise<Browser> {
  if (!existsSync(executablePath))
    throw new Error(`There is no Chromium at ${executablePath}: apt-get install chromium`)
  const args = ['--disable-gpu', '--disable-quic', `--host-resolver-rules=MAP ${nameOfThisMachine} 127.0.0.1`]
  return chromium.launch({ executablePath, args })
}
