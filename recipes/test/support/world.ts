import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { receiverHost, receiverPort } from '../../../demo/receiver.ts'
import { testFiles } from '../../../test/support/files.ts'
import type { Answer } from '../../../test/support/receiver.ts'
import { authority, dnsServer, receiver } from '../../../test/support/servers.ts'
import { service } from '../../../test/support/service.ts'

/** The folder of the recipes. */
const recipes = join(import.meta.dirname, '../..')

/** The service and a receiver that the recipes know as `receiver.test:8443`, on free ports. */
export async function world(answer: Answer, settings: Readonly<Record<string, string>> = {}) {
  const credentials = await authority.issue({ names: [receiverHost] })
  const target = await receiver(answer, { credentials })
  const dns = await dnsServer({ [receiverHost]: { a: ['127.0.0.1'] } })
  const address = `${receiverHost}:${target.port}`
  const { url, log } = await service({ allow: address, dns: dns.address, settings })
  return {
    /** Of the service. */
    url,
    log,
    received: target.received,
    /** The text of a recipe, with the address of this receiver. */
    here: (text: string) => text.replaceAll(`${receiverHost}:${receiverPort}`, address),
  }
}

/** A copy of a recipe's files, changed by `here`, that is gone when the test ends. */
export async function copyRecipe(name: string, here: (text: string) => string): Promise<string> {
  const { path } = await testFiles()
  await cp(join(recipes, name), path, { recursive: true })
  for (const file of await readdir(path)) {
    const text = await readFile(join(path, file), 'utf8')
    await writeFile(join(path, file), here(text))
  }
  return path
}
