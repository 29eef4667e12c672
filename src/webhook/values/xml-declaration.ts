/** An XML declaration must be at the very beginning, and is never longer than this in practice. */
const declarationLength = 256
const declaration = /^\s*<\?xml\s[^>]*?\sencoding\s*=\s*["']([^"'>]+)["']/

/** The encoding in the XML declaration of a text; null if there is none. */
export function findXmlEncoding(text: string): string | null {
  return declaration.exec(text.slice(0, declarationLength))?.[1] ?? null
}
