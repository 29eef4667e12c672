import type { ForeignMember, ForeignMembers } from './foreign-word.ts'

const rates: readonly ForeignMember[] = [
  {
    words:
      'rate rps qps tps limit requests requestsPerSecond maxPerSecond ratePerSecond callsPerSecond reqPerSecond perSec second max maxRate rateLimit maxRequests',
    is: 'perSecond',
    says: 'in calls that may begin each second',
  },
  {
    words: 'perMinute requestsPerMinute rpm perHour interval period window per unit timeWindow duration',
    says: 'a rate is in calls for each second; 60 a minute are 1',
    example: { perSecond: 1 },
  },
  { words: 'bucket bucketSize burstSize capacity maxBurst peak', is: 'burst' },
  {
    words:
      'concurrency maxConcurrent maxConcurrency concurrentRequests parallel parallelism maxParallel maxInFlight inFlight connections maxConnections',
    is: 'concurrent',
  },
]

/** A line of LIMITS_FILE, and `limits` of a connection. */
export const limitMembers: ForeignMembers = {
  'Connection.limits': rates,
  Limit: [
    ...rates,
    { words: 'hosts hostname domain domains target targets url baseUrl name pattern match', is: 'host' },
    {
      words: 'tenant tenants perTenant client clients shared global',
      says: 'a limit holds for each tenant; "scope": "all" is one for all of them together',
    },
  ],
}
