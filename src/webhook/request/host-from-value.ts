import { sources } from '../../contract/payload.ts'
import { findSourceElsewhere } from '../template/known-names.ts'

/** A placeholder in the host of a URL, with the texts before and behind it. */
const oneValue =
  /^([\w.-]{0,100})\{\{-?\s{0,5}([A-Za-z_][\w-]{0,40}(?:\.\w{1,40}){1,5})\s{0,5}-?\}\}((?:[\w.-]{0,100})(?::\d{1,5})?)$/

const onlyBehind = 'placeholders are allowed after the host only, behind the first "/", "?" or "#"'

/** What to do with a URL whose host has a placeholder: a node for each host, or one placeholder that is the whole URL. */
export function describeHostFromValue(authority: string, rest: string): string {
  if (/\{\{-?\s{0,5}secrets\b/.test(authority))
    return `${onlyBehind}; write the host itself: no secret can be a host`
  const [, before = '', written, behind = ''] = oneValue.exec(authority) ?? []
  const path = written === undefined ? undefined : nameSource(written)
  if (path !== undefined && behind === '' && /\.[a-z]{2,}$/i.test(before))
    return `${onlyBehind}; write "/" before it`
  const tail = /^[\w./-]{0,100}$/.test(rest) ? rest : '/path'
  const url =
    path === undefined
      ? '{{ vars.nextPage }}'
      : `{{ ${path}${added('prepend', `https://${before}`)}${added('append', behind + tail)} }}`
  const members = `"url": ${JSON.stringify(url)}, "hosts": ${JSON.stringify([nameHosts(behind)])}`
  return `${onlyBehind}; write one node for each host, or the whole URL as one placeholder, with the hosts that it may lead to: ${members}`
}

/** A path whose first name is a part of the payload; undefined if that is not known. */
function nameSource(path: string): string | undefined {
  const [root = '', ...names] = path.split('.')
  const source = sources.find((each) => each === root) ?? findSourceElsewhere(root)
  return source === null ? undefined : [source, ...names].join('.')
}

function added(filter: string, text: string): string {
  return text === '' ? '' : ` | ${filter}: '${text}'`
}

/** The hosts that end with a text: all names below its own, with its port. */
function nameHosts(behind: string): string {
  const [suffix = '', port] = behind.split(':')
  const hosts = /^(?:\.[\w-]+){2,}$/.test(suffix) ? `*${suffix}` : 'api.example.com'
  return port === undefined ? hosts : `${hosts}:${port}`
}
