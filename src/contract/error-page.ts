/** The address of the page that explains a code, below a base URL without a slash at its end. `''`: its path. */
export function findErrorPage(code: string, docsBaseUrl: string): string {
  return `${docsBaseUrl}/errors/${code}`
}
