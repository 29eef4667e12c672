/** An XML declaration stands at the very beginning. */
const declarationLength = 256
const declaration = /^\s*<\?xml\s[^>]*?\sencoding\s*=\s*["']([^"'>]+)["']/

/** The encoding that the declaration of an XML text names; null where it names none. */
export function findXmlEncoding(text: string): string | null {
  return declaration.exec(text.slice(0, declarationLength))?.[1] ?? null
}
