import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Makes the service of service tasks with `implementation="${environment.services.webhook}"`. `nodes` has a node for each
 * task, under its id. Address, key and nodes are not variables of the process: those are in its state, readable.
 *
 * The variables `instance` and `payload` name the run and what it knows. `environment.output` gets the reply under the id of
 * the task, and under `vars` what all replies captured. Everything but a reply is an error of the task, and stands under
 * `problem`.
 */
export function createWebhook({ url, key, nodes }) {
  const headers = { 'content-type': 'application/json' }
  if (key !== undefined) headers.authorization = `Bearer ${key}`

  return function webhook({ id, content, environment }, callback) {
    const { output, variables } = environment
    // The same when a recovered process comes here again. A task in a loop has an index, too.
    const name = [variables.instance, id, ...(content.isMultiInstance ? [content.index] : [])].join('-')
    const request = {
      node: nodes[id],
      payload: { ...variables.payload, vars: output.vars ?? {} },
      idempotencyKey: name,
      correlationId: name,
      deadlineMs: 15_000,
      diagnostics: 'brief',
    }
    sendUntilAnswered(`${url}/v1/execute`, headers, JSON.stringify(request)).then(
      (reply) => {
        output[id] = reply
        output.vars = { ...output.vars, ...reply.captured }
        callback(null)
      },
      (error) => {
        output.problem = { code: error.code, detail: error.message, errors: error.errors }
        callback(error)
      },
    )
  }
}

const attempts = 5

async function sendUntilAnswered(url, headers, body) {
  for (let attempt = 1; ; attempt++) {
    const { status, retryAfter, said } = await send(url, headers, body)
    if (status === 200 && typeof said.branch === 'string') return said
    // The service says of each problem whether a repeat is safe: 429, 503, and 409 while the first one is under way.
    if (said.repeat !== 'safe' || attempt === attempts) throw new WebhookError(status, said)
    await sleep(retryAfter * 1_000)
  }
}

async function send(url, headers, body) {
  try {
    // Two seconds more than the service may take.
    const signal = AbortSignal.timeout(17_000)
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
    const retryAfter = Number(response.headers.get('retry-after') ?? 1)
    return { status: response.status, retryAfter, said: await response.json() }
  } catch (error) {
    // The page of a proxy comes here, too: it is no JSON.
    const isUnsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(error.cause?.code)
    return { status: null, retryAfter: 1, said: isUnsent ? { code: 'not_sent', repeat: 'safe' } : {} }
  }
}

/** Boundary events know it by its `code`: that of the problem, `not_sent`, or `no_reply`. */
class WebhookError extends Error {
  constructor(
    status,
    { code = 'no_reply', detail = `No reply of webhook-node, status ${status}.`, errors = [] },
  ) {
    super(detail)
    this.name = 'WebhookError'
    this.code = code
    this.errors = errors
  }
}
