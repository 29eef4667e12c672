/** Takes what callers must not see. Has the form of a pino method, and nothing secret is handed to it. */
export type DebugLog = (details: Readonly<Record<string, unknown>>, message: string) => void
