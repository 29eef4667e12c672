import type { ForeignMembers } from './foreign-word.ts'
import { pausesOf } from './retry-like.ts'
import { attemptsDecided, firstCounts, milliseconds, pauseInMilliseconds, pausesDouble } from './sentences.ts'

export const retryMembers: ForeignMembers = {
  Retry: [
    {
      words:
        'maxAttempts tries maxTries count times max maxRetries retries maxRetryCount limit number attemptCount',
      is: 'attempts',
      says: firstCounts,
    },
    {
      words:
        'delay interval wait waitMs waitBetweenTries waitDuration backoffMs initialDelay initialInterval minDelay minDelayMs delaySeconds period delayMs',
      is: 'initialDelayMs',
      says: pauseInMilliseconds,
    },
    {
      words: 'backoff',
      says: pausesDouble,
      byType: { number: { is: 'initialDelayMs', says: pauseInMilliseconds } },
      unless: [
        {
          fits: (value, around) => Object.hasOwn(pausesOf(value, around), 'delaysMs'),
          says: 'pauses of one length are "delaysMs", one for each repetition, without a number of attempts',
          example: pausesOf,
        },
        {
          fits: (value, around) => Object.keys(pausesOf(value, around)).length > 0,
          says: 'pauses double and vary at random',
          example: pausesOf,
        },
      ],
    },
    {
      words: 'maxDelay maxInterval maxBackoff maxWait maxDelaySeconds',
      is: 'maxDelayMs',
      says: pauseInMilliseconds,
    },
    {
      words: 'total totalTimeout timeout maxDuration deadline totalSeconds',
      is: 'totalMs',
      says: milliseconds,
    },
    {
      words:
        'factor multiplier backoffRate backoffFactor exponential strategy type jitter jitterStrategy behaviour policy',
      says: pausesDouble,
    },
    { words: 'delays schedule intervals', is: 'delaysMs', says: pauseInMilliseconds },
    { words: 'retryOn retryIf statusCodes statuses errors errorEquals condition when conditions', is: 'on' },
    { words: 'methods', says: attemptsDecided },
    { words: 'resetHeader rateLimitHeaders rateLimitHeader rateLimitReset', is: 'resetHeaders' },
    { words: 'respectRetryAfter retryAfter honorRetryAfter', is: 'waitForRetryAfter' },
    {
      words: 'enabled active retryOnFail',
      says: 'with "retry" a node repeats, without it not; leave it out',
    },
  ],
}
