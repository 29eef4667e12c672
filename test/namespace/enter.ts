import { assertNothingLeaves, ip } from './support/network.ts'

/** Runs before the suite, in the namespace that `npm run test:egress` makes, whose only device is down. */
export default function enterNamespace(): void {
  assertNothingLeaves()
  ip('link', 'set', 'lo', 'up')
}
