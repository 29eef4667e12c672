import type { ConfigError } from '../../../contract/config-error.ts'
import { readMoment } from '../../../durability/read-moment.ts'
import { checkTenant } from '../../clients/access.ts'
import type { Client } from '../../clients/client.ts'

/** A client sees its own executions. Without keys there is one client. */
export function ownedBy(client: Client | null): { readonly client?: string } {
  return client === null ? {} : { client: client.name }
}

/** A client with tenants need not name one: all are its own. */
export function checkNamedTenant(client: Client | null, tenant: string | undefined): void {
  if (tenant !== undefined) checkTenant(client, tenant)
}

/** The times of a filter, and what is wrong with them. */
export function readSpan({
  since,
  until,
}: {
  readonly since: string | undefined
  readonly until?: string | undefined
}) {
  const wrong: ConfigError[] = []
  const read = <Name extends string>(name: Name, text: string | undefined) => {
    if (text === undefined) return {}
    const at = readMoment(text)
    if (at === null) wrong.push({ path: `/filter/${name}`, message: 'must be a date and time that exists' })
    return { [name]: at }
  }
  return { wrong, span: { ...read('since', since), ...read('until', until) } }
}
