/** The part of a node that a status asks to change. */
export type Place =
  | 'url'
  | 'method'
  | 'credential'
  | 'values'
  | 'body'
  | 'contentType'
  | 'accept'
  | 'precondition'
  | 'headers'
  | 'expect'

/** The usual cause of a status, and what helps. */
export interface StatusAdvice {
  /** What the status means: a sentence without its full stop, since the words of the target may follow. */
  readonly meaning: string
  /** What helps, as a sentence. */
  readonly cure: string
  readonly place: Place
  /** What helps a node without a body, where that is something else. */
  readonly withoutBody?: Pick<StatusAdvice, 'cure' | 'place'>
}

/**
 * The advice for a status that the node does not expect. No two statuses share a sentence. `{pause}` stands for the time
 * after which the target asks to be called again, and is left out where the target names none; `{warnings}` for warnings to look at.
 */
const advices: Readonly<Record<number, StatusAdvice>> = {
  303: {
    meaning:
      'The target has taken the request, and shows the result under the address in its Location header',
    cure: 'If that is a success, expect 303.',
    place: 'expect',
  },
  304: {
    meaning: 'The target says that nothing has changed',
    cure: 'Remove conditional headers such as If-None-Match.',
    place: 'precondition',
  },
  400: {
    meaning: 'The target does not accept the request',
    cure: 'Compare names and values of the fields with the documentation of the target.',
    place: 'values',
  },
  402: {
    meaning: 'The target asks for a payment',
    cure: 'Check the plan and the balance of the account that the credential belongs to.',
    place: 'credential',
  },
  404: {
    meaning: 'The target does not have this path, or nothing under it',
    cure: 'Check the URL, the ids in it, and whether it points at the right account or environment.',
    place: 'url',
  },
  406: {
    meaning: 'The target cannot answer in the form that the header Accept asks for',
    cure: 'Set that header to a media type that the target offers.',
    place: 'accept',
  },
  407: {
    meaning: 'A proxy in front of the target asks for a credential of its own',
    cure: 'Use a URL of the target that leads past this proxy.',
    place: 'url',
  },
  408: {
    meaning: 'The target stopped waiting for the request',
    cure: 'Send a smaller body, or send the request again{pause} if the target takes it as one.',
    place: 'body',
    withoutBody: {
      cure: 'The request may be sent again{pause}, if the target takes it as one.',
      place: 'expect',
    },
  },
  409: {
    meaning: 'The request conflicts with data that the target has',
    cure: 'The record may exist already: where that is a normal end, expect 409 as well.',
    place: 'expect',
  },
  410: {
    meaning: 'The target has removed this path for good',
    cure: 'Replace the URL, or remove the node.',
    place: 'url',
  },
  411: {
    meaning: 'The target wants a body with a Content-Length, and got none',
    cure: 'Give the node a body. If it has one, something in front of the target drops the length: tell the operator of the target.',
    place: 'body',
  },
  412: {
    meaning: 'A condition in the headers, such as If-Match, does not hold',
    cure: 'Fetch the current version of the record, and send its ETag.',
    place: 'precondition',
  },
  413: {
    meaning: 'The body is too large for the target',
    cure: 'Send fewer fields.',
    place: 'body',
    withoutBody: { cure: 'The node sends none: shorten its URL and its headers.', place: 'url' },
  },
  414: {
    meaning: 'The URL is too long for the target',
    cure: 'Send long values in the body instead of the query.',
    place: 'url',
  },
  421: {
    meaning: 'The server behind this address does not answer for the host in the URL',
    cure: 'Check the host of the URL.',
    place: 'url',
  },
  422: {
    meaning: 'The target does not accept the values of the request',
    cure: 'Check required fields and formats{warnings}.',
    place: 'values',
  },
  423: {
    meaning: 'The record is locked',
    cure: 'Unlock it at the target.',
    place: 'url',
  },
  424: {
    meaning: 'The target did not do this because something that it depends on had failed',
    cure: 'Correct the request that came before this one.',
    place: 'values',
  },
  425: {
    meaning: 'The target does not want to take the request this early',
    cure: 'Send it again{pause} if the target takes it as one.',
    place: 'expect',
  },
  426: {
    meaning: 'The target wants another protocol than HTTP/1.1',
    cure: 'Use a URL of the target that speaks HTTP/1.1.',
    place: 'url',
  },
  428: {
    meaning: 'The target wants a condition such as If-Match in the headers',
    cure: 'Add that header.',
    place: 'headers',
  },
  429: {
    meaning: 'The target gets too many calls',
    cure: 'Slow the flow down, or ask the operator of the target for a higher limit. This request may be sent again{pause}.',
    place: 'expect',
  },
  431: {
    meaning: 'The headers are too large for the target',
    cure: 'Send fewer or shorter headers.',
    place: 'headers',
  },
  451: {
    meaning: 'The target may not show this for legal reasons',
    cure: 'Use another URL, or remove the call.',
    place: 'url',
  },
  502: {
    meaning: 'A gateway in front of the target got no valid answer from it (502)',
    cure: 'The operator of the target has to look whether the server behind the gateway runs.',
    place: 'expect',
  },
  503: {
    meaning: 'The target is overloaded or down for maintenance (503)',
    cure: 'The same request may be sent again{pause}.',
    place: 'expect',
  },
  504: {
    meaning: 'A gateway in front of the target waited in vain for its answer (504)',
    cure: 'The operator of the target has to look why its server is slow; it may have done the work all the same.',
    place: 'expect',
  },
  505: {
    meaning: 'The target does not speak HTTP/1.1',
    cure: 'The operator of the target has to allow this version.',
    place: 'expect',
  },
  511: {
    meaning:
      'A proxy between the service and the target wants a login before it lets calls through (511): the target itself never answers so',
    cure: 'The operator of the service has to log the service in there, or to have it exempted; until then no call to this host gets through.',
    place: 'expect',
  },
  529: {
    meaning: 'The target is overloaded (529)',
    cure: 'A repetition{pause} does no harm.',
    place: 'expect',
  },
}

/** The advice for a status. Statuses of the credential, the method and the content type have texts of their own. */
export function adviseOn(status: number, hasBody = true): StatusAdvice {
  const advice = advices[status] ?? adviseOnClass(status)
  return hasBody ? advice : { ...advice, ...advice.withoutBody }
}

function adviseOnClass(status: number): StatusAdvice {
  if (status >= 300 && status < 400)
    return {
      meaning: `Redirects are not followed, and the target answers ${status}`,
      cure: `Put the address in the Location header of the ${status} into the URL of the node.`,
      place: 'url',
    }
  if (status >= 500 && status < 600)
    return {
      meaning: `The target failed with status ${status}`,
      cure: `Its operator finds the cause of the ${status} in its log.`,
      place: 'expect',
    }
  if (status >= 400 && status < 500)
    return {
      meaning: `The target refuses the request with status ${status}`,
      cure: `Compare the request with the documentation of the target, and with what it says about ${status}.`,
      place: 'values',
    }
  if (status < 200)
    return {
      meaning: `Status ${status} is an interim one, behind which HTTP has a final one`,
      cure: 'A node never gets it as the status of its response: simulate a final status, such as 200 or 404.',
      place: 'expect',
    }
  return {
    meaning: `The target answers with status ${status}, which HTTP does not have`,
    cure: `Ask the operator of the target what ${status} means.`,
    place: 'expect',
  }
}

/** Whether the network of the service is the cause of a status (RFC 6585, section 6). */
export function isFaultOfService(status: number): boolean {
  return status === 511
}

/** Whether the target is the cause of a status, and not the request. 501 means the method, which the node chooses. */
export function isFaultOfTarget(status: number): boolean {
  return (
    (status >= 500 && status !== 501 && !isFaultOfService(status)) ||
    status === 408 ||
    status === 425 ||
    status === 429
  )
}

/** Whether a status says that the target has done what it was asked for. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}
