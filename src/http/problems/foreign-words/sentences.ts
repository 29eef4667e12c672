// What several rows say.

export const leaveOut = 'leave it out'
export const countedRedirects = '"followRedirects" counts the redirects to follow, from 0 to 5'
export const noCertificateSwitch =
  'certificates are always checked; leave it out. The operator of the service adds an authority with EGRESS_CA_FILE'
export const clientCertificate = 'a client certificate is "tls", with references to secrets that have PEM'
export const noFetchedFiles =
  'the service fetches no files: the bytes come with the payload, as base64 text or as a data: URL'
export const noProxy = 'the operator of the service sets EGRESS_PROXY; leave it out'
export const noPages =
  'a node makes one call; the engine repeats the node for each page, with "url" as one placeholder and "hosts"'
export const noBatches = 'a node makes one call for each execution; leave it out'
export const noCookieJar = 'the service keeps no cookies; send them as a header'
export const wholeReply = 'the reply always has status, headers and body of the response; leave it out'
export const milliseconds = 'in milliseconds: 10000 is 10 s'
export const pauseInMilliseconds = 'in milliseconds: 500 is half a second'
export const firstCounts = 'and counts the first attempt: 3 retries are 4'
export const attemptsDecided =
  'the service repeats what can do no harm, after failures and after 408, 425, 429 and 5xx; leave it out'
export const pausesDouble = 'pauses double and vary at random; leave it out'
export const notNeeded = 'the service does not need it; leave it out'
export const offWithoutIt = 'it is off without it; leave it out'
export const noScripts =
  'no scripts run here: values are templates, and what counts as a success is "expect"; leave it out'
export const anErrorCase =
  'an error takes the branch of "onError", and a status or failure with a branch of its own is a case'
