import type { ReadableResponse } from '../response/readable-response.ts'
import { isHtmlPage } from '../statement/read-statement.ts'
import { headerValue } from '../wire/headers.ts'

/** Whether a 403 is about where the call comes from: a page is that of a firewall or a proxy, and not of an API. */
export function isTurnedAway(response: ReadableResponse, words: string): boolean {
  return isHtmlPage(response) || ofOrigin.test(words) || showsFirewall(response, words)
}

/** Whether nothing but its being a page tells that a 403 is not one of the API: a web server answers so, too. */
export function isPlainPage(response: ReadableResponse, words: string): boolean {
  return isHtmlPage(response) && !ofOrigin.test(words) && !showsFirewall(response, words)
}

const ofOrigin = /\b(?:IPs?|firewall|blocked|captcha|country|region)\b/i

/** Whether words say that a call from this address is not admitted, whatever credential it has. */
export function refusesAddress(words: string): boolean {
  return /\bIPs?\b/i.test(words) && ofList.test(words)
}

const ofList =
  /\b(?:white ?listed|whitelist|allow ?listed|allow ?list|black ?listed|blocked|denied|banned|restricted|(?:not|isn't) (?:allowed|authori[sz]ed|permitted|trusted|in)|forbidden|trusted)\b/i

/** Whether a response is one of a firewall, by the names and words of the well-known ones. */
export function showsFirewall(response: ReadableResponse, words: string): boolean {
  const { headers } = response
  if (ownHeaders.some((name) => headerValue(headers, name) !== undefined)) return true
  if (!isHtmlPage(response)) return ofText.test(words)
  return ofPage.test(words) || ofPage.test(response.text.slice(0, maxPage))
}

const ownHeaders = ['cf-mitigated', 'x-amzn-waf-action', 'x-iinfo', 'x-sucuri-block']

/** Cloudflare answers a client that takes no HTML with the number of its own error alone. */
const ofText = /\b(?:firewall|WAF|captcha|cloudflare)\b|^error code: 1\d{3}$/i

const maxPage = 16_384

const ofPage =
  /\bfirewall\b|\bWAF\b|\bcloudflare\b|\bakamai|edgesuite|\bincapsula\b|\bimperva\b|\bsucuri\b|\bdatadome\b|\bperimeterx\b|\bmod_?security\b|\bcaptcha\b|attention required|just a moment|access denied|access to this page has been denied|(?:request|you have been|IP address|has been) blocked|request could not be satisfied|reference #|support ID is|administrative rules|pardon our interruption|are you a (?:human|robot)/i

/** Whether a page asks a browser to prove that it is none of a robot. Only its title and its headers tell: a page may have the scripts of a firewall. */
export function asksForProof({ headers }: ReadableResponse, title: string): boolean {
  return headerValue(headers, 'cf-mitigated') !== undefined || ofProof.test(title)
}

const ofProof =
  /just a moment|attention required|are you (?:a )?(?:human|robot)|not a robot|\bcaptcha\b|pardon our interruption|checking your browser|security check|(?:request|access) (?:was |has been )?(?:blocked|denied)/i
