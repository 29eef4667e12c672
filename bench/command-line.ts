import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

/** The command line has an invalid option. The message names the valid ones. */
export class InvalidOptions extends Error {
  /** `script`: the script of package.json that was called. */
  constructor(message: string, script: string) {
    super(`${message} See npm run ${script} -- --help.`)
  }
}

/** The values of the options of a script. Throws `InvalidOptions`. */
export function readCommandLine<const Config extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Config,
  script: string,
) {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1)
    throw new InvalidOptions(line, script)
  }
}
