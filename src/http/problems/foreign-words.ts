import { expectationLike } from './expected-shapes.ts'

// Words that people bring from the manuals of other Webhook nodes, from n8n, Make, Zapier, Postman, Camunda and curl. All
// words are compared without regard to case, blanks, dots, dashes and underscores.

type Example = Readonly<Record<string, unknown>>

/** What a member stands for that other tools have and this contract has not, at one place of a request. */
export interface ForeignMember {
  /** Names of the member elsewhere, separated by blanks. */
  readonly words: string
  /** The member of the same object that it is. */
  readonly is?: string
  /** The member that it is where the object has the first one already. */
  readonly isAlso?: string
  /** What to do instead. The message quotes it after "unknown member; ". */
  readonly says?: string
  /** What to write, as members of the same object. `…` stands for what the author knows. */
  readonly example?: Example | ((value: unknown) => Example)
  /** Members that are no longer missing if the advice is followed. */
  readonly covers?: readonly string[]
  /** Whether the object around it takes the members of its value. */
  readonly unwrap?: boolean
}

/** What a word stands for that other tools have where this contract has a list of words. */
export interface ForeignWord {
  readonly words: string
  /** The word of the contract. */
  readonly is?: string
  /** What to do instead. The message quotes it after the list of words. */
  readonly says?: string
}

const anyBody = { body: { structure: 'json', content: { a: '…' } } }
const simpleBody = {
  body: { structure: 'simple', fields: [{ name: 'email', source: 'profile', field: 'email' }] },
}
const formBody = {
  body: {
    structure: 'simple',
    contentType: 'application/x-www-form-urlencoded',
    fields: [{ name: 'email', value: '{{ profile.email }}' }],
  },
}
const filesBody = {
  structure: 'multipart',
  parts: [{ name: 'file', filename: 'photo.png', source: 'event', field: 'photo' }],
}
const fileBody = { structure: 'binary', source: 'event', field: 'photo' }
const typedBody = { body: { structure: 'simple', contentType: 'application/json', fields: [] } }
const bearer = { type: 'bearer', token: '{{ secrets.NAME }}' }
const basic = { type: 'basic', username: '…', password: '{{ secrets.NAME }}' }
const apiKey = { type: 'apiKey', in: 'header', name: 'X-Api-Key', value: '{{ secrets.NAME }}' }
const status = (value: unknown) => expectationLike(value, { type: 'status', value: '2xx' })
const text = { type: 'string', value: '…' }
const condition = { type: 'condition', value: 'response.json.ok == true' }
const captured = { capture: { leadId: '{{ response.json.id }}' } }

const leaveOut = 'leave it out'
const noRedirects = 'redirects are not followed; write the final address into "url"'
const noCertificateSwitch =
  'certificates are always checked; leave it out. The operator of the service adds an authority with EGRESS_CA_FILE'
const noClientCertificates = 'the service has no client certificates; leave it out'
const noProxy = 'calls go to the target without a proxy; leave it out'
const noPages =
  'a node makes one call; the engine repeats the node for each page, with "url" as one placeholder and "hosts"'
const noBatches = 'a node makes one call for each execution; leave it out'
const noCookieJar = 'the service keeps no cookies; send them as a header'
const noOauth = 'the service fetches no tokens: an earlier node fetches one, and this node sends it'
const noSignature =
  'the service signs nothing; the engine computes the signature, and the node sends it as a header'
const wholeReply = 'the reply always has status, headers and body of the response; leave it out'
const milliseconds = 'in milliseconds: 10000 is 10 s'
const pauseInMilliseconds = 'in milliseconds: 500 is half a second'
const firstCounts = 'and counts the first attempt: 3 retries are 4'
const attemptsDecided =
  'the service repeats what can do no harm, after failures and after 408, 425, 429 and 5xx; leave it out'
const pausesDouble = 'pauses double and vary at random; leave it out'
const profile = 'profile'

/** Foreign members by place. A place is the `$id` of a schema, with the form of a union in parentheses. */
export const foreignMembers: Readonly<Record<string, readonly ForeignMember[]>> = {
  Request: [
    {
      words: 'nodeConfig config configuration settings webhook action step task module activity',
      is: 'node',
    },
    { words: 'data context input inputs variables attributes message', is: 'payload' },
    { words: 'secret credentials credential env environment vault', is: 'secrets' },
    { words: 'correlation traceId requestId reference executionId jobId runId', is: 'correlationId' },
    { words: 'idempotency dedupKey deduplicationKey requestKey', is: 'idempotencyKey' },
    { words: 'tenantId customer organization organisation org workspace account accountId', is: 'tenant' },
    { words: 'deadline timeLimit totalTimeout', is: 'deadlineMs', says: milliseconds },
    {
      words: 'debug verbose trace detail brief',
      says: 'the reply shows everything without it',
      example: { diagnostics: 'brief' },
    },
    {
      words: 'test testMode dryRun preview mode',
      says: 'POST /v1/preview shows the request and sends nothing; leave it out',
    },
    { words: 'simulation simulated simulatedResponse mock mockResponse response', is: 'simulate' },
    { words: 'nodeId', says: 'it is "id" of "node"' },
    {
      words: 'contact user person subscriber lead member recipient',
      says: 'it belongs into "payload", as "profile"',
      example: { payload: { [profile]: {} } },
    },
    {
      words: 'form trigger submission eventData',
      says: 'it belongs into "payload", as "event"',
      example: { payload: { event: {} } },
    },
    {
      words: 'callback callbackUrl replyUrl async',
      says: 'the reply to this request has the result; leave it out',
    },
  ],
  Node: [
    { words: 'requestMethod httpMethod httpVerb verb', is: 'method' },
    {
      words: 'uri endpoint href address targetUrl webhookUrl requestUrl link baseUrl serverUrl callbackUrl',
      is: 'url',
    },
    {
      words: 'host hostname path pathname port protocol scheme',
      says: 'the whole address is "url"',
      example: { url: 'https://host/path' },
    },
    {
      words:
        'urlParameters urlParams params queryParameters queryParams queryParametersUi queryParametersJson queryParameterJson jsonQuery queryString querystringParameters qs search searchParams getParameters',
      is: 'query',
    },
    {
      words:
        'header headerParameters headerParametersUi headerParametersJson jsonHeaders httpHeaders requestHeaders customHeaders additionalHeaders headersUi headerList',
      is: 'headers',
    },
    {
      words: 'sendQuery sendHeaders specifyQuery specifyHeaders jsonParameters',
      says: '"query" and "headers" are sent if they are there; leave it out',
    },
    { words: 'sendBody', says: '"body" is sent if it is there; leave it out' },
    {
      words:
        'contentType rawContentType mimeType mediaType bodyContentType payloadType requestContentType dataType',
      says: 'it is "contentType" of "body"',
      example: typedBody,
    },
    {
      words: 'bodyStructure structure specifyBody bodyMode bodyFormat bodyType requestCompose',
      says: 'it is "structure" of "body", and is "simple", "full", "json", "raw", "multipart" or "binary"',
      example: simpleBody,
    },
    {
      words: 'fields bodyFields bodyParameters bodyParametersUi bodyParams attributes selectedFields mapping',
      says: 'they are "fields" of "body"',
      example: simpleBody,
    },
    {
      words: 'form formFields formParameters formParams urlencoded dataUrlencode wwwFormUrlencoded',
      says: 'a form is a "body" with a "contentType"',
      example: formBody,
    },
    {
      words:
        'jsonBody json bodyJson bodyParametersJson bodyParameterJson data requestBody postBody postData rawBody bodyContent content httpBody message graphql soapBody xml',
      says: 'what is sent is "body"',
      example: anyBody,
    },
    {
      words: 'payload',
      says: 'what is sent is "body"; what the workflow knows is "payload" beside "node"',
      example: anyBody,
    },
    {
      words:
        'authentication authorization authorisation authType genericAuthType nodeCredentialType credentials credential',
      is: 'auth',
    },
    {
      words: 'token bearer bearerToken accessToken bearerAuth jwt',
      says: 'it belongs into "auth"',
      example: { auth: bearer },
    },
    {
      words: 'basicAuth basic username user password authUser authPass',
      says: 'it belongs into "auth"',
      example: { auth: basic },
    },
    {
      words: 'apiKey apiToken apiKeyHeader headerAuth queryAuth',
      says: 'it belongs into "auth"',
      example: { auth: apiKey },
    },
    {
      words: 'oauth oauth2 oauth1 oAuth2Api digestAuth ntlm awsAuth',
      says: noOauth,
      example: { auth: bearer },
    },
    { words: 'signature signing signingSecret hmac sign secret webhookSecret', says: noSignature },
    {
      words:
        'timeout requestTimeout responseTimeout readTimeout connectTimeout connectionTimeout maxTime timeLimit timeoutSeconds timeoutSec timeoutInSeconds readTimeoutInSeconds connectionTimeoutInSeconds writeTimeoutInSeconds timeoutMilliseconds timeoutMillis socketTimeout',
      is: 'timeoutMs',
      says: milliseconds,
    },
    {
      words:
        'errorHandling onFailure onFail errorBehavior errorBehaviour errorMode errorPolicy continueOnFail continueOnError ignoreErrors handleErrors failOnError throwOnError stopOnError neverError ignoreResponseCode ifError errorAction',
      says: 'the branch after an error is "onError": "error", "success" or "exit"',
      example: { onError: 'success' },
    },
    {
      words:
        'expectedResponse responseHandling responseMatching responseMatch responseCheck expected expectation expectations successCondition successCriteria assert asserts assertion assertions validateResponse expectedResult',
      says: 'what counts as a success is "expect"',
      example: (value) => ({ expect: status(value) }),
    },
    {
      words:
        'expectedStatus expectedStatuses expectedStatusCode expectedStatusCodes statusCode statusCodes status code httpCode acceptedStatusCodes allowedStatusCodes allowedResponseCodes successCodes successStatus successStatusCodes validStatus validStatusCodes validateStatus okCodes allowFailed',
      says: 'the status that counts as a success is in "expect"',
      example: (value) => ({ expect: status(value) }),
    },
    {
      words:
        'responseContains contains expectedText expectedString responseText responseString expectedBody matchString string',
      says: 'the text that the response must contain is in "expect"',
      example: { expect: text },
    },
    {
      words: 'errorExpression successExpression condition expression errorCondition',
      says: 'a condition on the response is in "expect"',
      example: { expect: condition },
    },
    {
      words:
        'resultVariable resultExpression result output outputMapping captures captured capturing extract extractors responseMapping responseVariable saveResponse storeResponse resultPath resultSelector outputVariables variables tests',
      says: 'values of the response for later nodes are "capture"',
      example: captured,
    },
    {
      words:
        'outputs outcomes branch branchNames nextNode nextNodes next yes no exit success error onSuccess successPath errorPath transitions routes',
      says: 'the engine\'s own names for the outputs are "branches"',
      example: { branches: { success: 'yes', error: 'no' } },
    },
    {
      words:
        'retryOnFail retries maxTries maxRetries maxAttempts retryCount retryAttempts retryLimit attempts tries retryPolicy retryConfig retryStrategy numberOfRetries maxRetryCount',
      says: 'repeating is "retry", and "attempts" counts the first one',
      example: { retry: { attempts: 3 } },
    },
    {
      words:
        'waitBetweenTries retryDelay retryInterval retryBackoff backoff retryWait retryTimeout retryAfter delayBetweenRetries',
      says: 'the pause between attempts is in "retry", in milliseconds',
      example: { retry: { attempts: 3, initialDelayMs: 1000 } },
    },
    {
      words:
        'followRedirect followRedirects followAllRedirects followOriginalHttpMethod redirect redirects maxRedirects allowRedirects location',
      says: noRedirects,
    },
    {
      words:
        'response parseResponse parseJson responseFormat responseType fullResponse returnFullResponse resolveWithFullResponse simple outputPropertyName dataPropertyName splitIntoItems splitOutput alwaysOutputData outputFormat optimizeResponse autoParse includeHeaders responseHeaders logResponse',
      says: wholeReply,
    },
    {
      words:
        'unflatten wrapRequestInArray fileName serializeUrl uppercaseHeaders lowercaseHeaders skipEncoding urlEncode encodeUrl arrayFormat queryParameterArrays ignoreNullValues preserveHeaderCase encode',
      says: 'names are sent as they are written, and values are encoded for their place; leave it out',
    },
    {
      words:
        'verifySsl sslVerify verify verifyTls sslCertificate ssl rejectUnauthorized tlsRejectUnauthorized ignoreSslIssues allowUnauthorizedCerts allowInsecure insecure insecureSkipVerify strictSsl skipTlsVerify skipSslCertificateValidation validateCertificate validateCertificates verifyCertificate checkCertificate selfSigned disableSslValidation ca caCert caCertificate requestSelfSignedCertificate protocolProfileBehavior',
      says: noCertificateSwitch,
    },
    {
      words:
        'cert certificate key pfx passphrase clientCertificate clientCert clientKey mtls useMtls tls provideSslCertificates',
      says: noClientCertificates,
    },
    { words: 'proxy httpProxy httpsProxy proxyUrl proxyHost useProxy agent', says: noProxy },
    { words: 'pagination paginate paging pageSize cursor nextPage', says: noPages },
    {
      words: 'batching batch batchSize batchInterval executeOnce loop forEach concurrency rateLimit throttle',
      says: noBatches,
    },
    {
      words: 'cookie cookies jar cookieJar shareCookies withCredentials',
      says: noCookieJar,
      example: { headers: [{ name: 'Cookie', value: 'session=abc' }] },
    },
    {
      words: 'gzip compress compression compressed decompress requestCompressedContent acceptEncoding',
      says: 'responses are decoded as they come, requests are not compressed; leave it out',
    },
    {
      words: 'userAgent agentName',
      says: 'it is a header',
      example: { headers: [{ name: 'User-Agent', value: 'my-flow/1.0' }] },
    },
    {
      words: 'accept',
      says: 'it is a header',
      example: { headers: [{ name: 'Accept', value: 'application/json' }] },
    },
    {
      words: 'file files attachment attachments upload parts multipart multipartFormData formData',
      says: 'a file is a part of a multipart body',
      example: { body: filesBody },
    },
    {
      words: 'binary binaryData sendBinaryData binaryPropertyName inputDataFieldName',
      says: 'a file alone is a binary body',
      example: { body: fileBody },
    },
    {
      words: 'maxResponseSize maxContentLength maxBodyLength responseLimit',
      says: 'the operator of the service sets MAX_RESPONSE_BYTES; leave it out',
    },
    {
      words: 'delay wait waitFor schedule sleep',
      says: 'the engine waits before it calls the service; leave it out',
    },
    {
      words: 'encoding charset',
      says: 'the charset is part of "contentType" of a raw body',
      example: { body: { structure: 'raw', contentType: 'text/xml; charset=utf-8', content: '…' } },
    },
    { words: 'template engine templating templateEngine templateLanguage', is: 'templates' },
    { words: 'label title displayName nodeName', is: 'name' },
    { words: 'description comment comments note documentation', is: 'notes' },
    { words: 'nodeId uuid ref stepId elementId', is: 'id' },
    {
      words: 'persistentConnection forever',
      says: 'connections are kept; to close this one',
      example: { keepAlive: false },
    },
    {
      words: 'connection connectionName',
      says: 'the service has no named connections: "url" and "auth" say all',
    },
    {
      words: 'cases case switch rules',
      says: 'a node has two outcomes; capture a value, and let the engine choose by it',
      example: captured,
    },
    { words: 'traceparent tracing sendTrace', is: 'propagateTrace' },
    { words: 'isIdempotent safeToRetry', is: 'idempotent' },
    { words: 'allowedHosts allowedDomains', is: 'hosts' },
    {
      words:
        'type typeVersion kind nodeType position disabled enabled active connectorId version events httpVersion http2 preRequestScript webhookId method_type mapper metadata',
      says: 'the service does not need it; leave it out',
    },
    { words: 'contact trigger', says: 'the data of the workflow belongs into "payload" beside "node"' },
    {
      words:
        'parameters parameter options request config configuration settings httpRequest webhook http input',
      says: 'write its members into "node" itself',
      unwrap: true,
    },
  ],
  Part: [{ words: 'mimeType mediaType content_type fileType', is: 'contentType' }],
  Field: [
    {
      words:
        'key header headerName parameter param paramName parameterName queryParam property label title fieldName variable id',
      is: 'name',
    },
    { words: 'val content text data expression template valueTemplate constant fixed static', is: 'value' },
    { words: 'raw json object array literally', is: 'literal' },
    { words: 'attribute attributeName path fieldPath mapsTo sourceField', is: 'field' },
    { words: 'from src origin scope valueFrom', is: 'source' },
    { words: 'type valueType dataType', says: 'a value keeps its own type; leave it out' },
    {
      words: 'enabled disabled active',
      says: 'a field that is there is sent; leave it out, or let a condition decide',
      example: { when: 'profile.score > 50' },
    },
    { words: 'if condition showIf sendIf', is: 'when' },
    {
      words: 'required mandatory',
      says: 'a field that must have a value says so',
      example: { ifEmpty: 'fail' },
    },
    {
      words: 'optional omitEmpty skipEmpty skipIfEmpty ignoreEmpty omitIfEmpty ignoreNull',
      says: 'a field that is left out without a value says so',
      example: { ifEmpty: 'omit' },
    },
    {
      words: 'default defaultValue fallback',
      says: 'a default is part of a template',
      example: { value: '{{ profile.name | default: "…" }}' },
    },
    { words: 'secret hidden masked confidential private isSecret', is: 'sensitive' },
    { words: 'description comment notes note', says: leaveOut },
    { words: 'file fileName contentType', says: 'a file is a part of a body of "structure": "multipart"' },
  ],
  Auth: [
    { words: 'kind scheme method authType mode strategy', is: 'type' },
    {
      words: 'bearer bearerToken httpBearerAuth bearerAuth',
      example: bearer,
      covers: ['type', 'token'],
    },
    {
      words: 'basic basicAuth httpBasicAuth',
      example: basic,
      covers: ['type', 'username', 'password'],
    },
    {
      words: 'apiKeyAuth httpHeaderAuth headerAuth header httpQueryAuth queryAuth',
      example: apiKey,
      covers: ['type', 'in', 'name', 'value'],
    },
    {
      words:
        'oauth2 oauth clientId clientSecret tokenUrl accessTokenUrl authorizationUrl grantType scope scopes',
      says: noOauth,
      example: bearer,
      covers: ['type', 'token'],
    },
    {
      words: 'digest hawk ntlm awsv4 edgegrid',
      says: 'the types are "bearer", "basic" and "apiKey"',
      covers: ['type'],
    },
    { words: 'user login usr', is: 'username' },
    { words: 'pass pwd passwd', is: 'password' },
    { words: 'accessToken jwt', is: 'token' },
    { words: 'addTo location place', is: 'in' },
    {
      words: 'prefix tokenPrefix',
      says: 'another prefix is part of a header',
      example: { type: 'apiKey', in: 'header', name: 'Authorization', value: 'Token {{ secrets.NAME }}' },
    },
    { words: 'sendImmediately', says: 'the credential is always sent; leave it out' },
  ],
  'Auth(bearer)': [
    { words: 'value key secret apiKey credential bearerToken authorization', is: 'token' },
    { words: 'bearer', example: bearer, covers: ['token'] },
    { words: 'header name headerName in', says: 'a token in another header is a key', example: apiKey },
  ],
  'Auth(basic)': [
    { words: 'name key', is: 'username' },
    { words: 'secret value token', is: 'password' },
    { words: 'basic', example: basic, covers: ['username', 'password'] },
  ],
  'Auth(apiKey)': [
    { words: 'header headerName keyName paramName parameterName queryName', is: 'name' },
    { words: 'key', is: 'name', isAlso: 'value' },
    { words: 'token secret keyValue', is: 'value' },
    { words: 'apiKey', example: apiKey, covers: ['in', 'name', 'value'] },
  ],
  Body: [
    { words: 'type mode kind bodyType format specifyBody bodyStructure', is: 'structure' },
    { words: 'mimeType mediaType content_type bodyContentType', is: 'contentType' },
    {
      words: 'json jsonBody data value payload object',
      example: { structure: 'json', content: { a: '…' } },
      covers: ['structure', 'content'],
    },
    {
      words: 'raw rawBody text string template xml html',
      example: { structure: 'raw', contentType: 'text/plain', content: '…' },
      covers: ['structure', 'contentType', 'content'],
    },
    {
      words: 'form urlencoded formUrlencoded formFields',
      example: formBody.body,
      covers: ['structure', 'fields'],
    },
    {
      words: 'formData multipart file files attachments',
      example: filesBody,
      covers: ['structure', 'content', 'fields', 'parts'],
    },
    {
      words: 'binary binaryData',
      example: fileBody,
      covers: ['structure', 'content', 'fields', 'source', 'field'],
    },
    {
      words: 'graphql',
      says: 'GraphQL is JSON',
      example: { structure: 'json', content: { query: '…', variables: {} } },
      covers: ['structure', 'content'],
    },
    { words: 'field parameters params items attributes members bodyParameters keypairs', is: 'fields' },
    { words: 'from sources', is: 'source' },
    { words: 'options', says: leaveOut },
    { words: 'disabled', says: 'leave out "body" to send none' },
    {
      words: 'encoding charset',
      says: 'the charset is part of "contentType" of a raw body',
      example: { structure: 'raw', contentType: 'text/xml; charset=utf-8', content: '…' },
    },
  ],
  'Body(json)': [{ words: 'json jsonBody data value body payload object template raw text', is: 'content' }],
  'Body(raw)': [
    { words: 'raw rawBody data text string value body payload template', is: 'content' },
    {
      words: 'language options',
      says: 'the language is "contentType"',
      example: { contentType: 'application/json' },
      covers: ['contentType'],
    },
  ],
  'Body(simple)': [{ words: 'urlencoded formdata form data keyValue', is: 'fields' }],
  Expectation: [
    { words: 'kind mode check rule matchBy by', is: 'type' },
    {
      words: 'status statusCode statusCodes statuses code codes httpStatus httpCode expectedStatus',
      example: status,
      covers: ['type', 'value'],
    },
    {
      words: 'contains text string body bodyContains includes substring responseContains',
      example: text,
      covers: ['type', 'value'],
    },
    {
      words: 'equals equal exact',
      example: { ...text, match: 'equals' },
      covers: ['type', 'value'],
    },
    {
      words: 'notContains excludes',
      example: { ...text, match: 'notContains' },
      covers: ['type', 'value'],
    },
    {
      words: 'condition expression if liquid when json jsonPath path field pointer',
      example: condition,
      covers: ['type', 'value'],
    },
    {
      words: 'header headers',
      says: 'headers have lower-case names in a condition',
      example: { type: 'condition', value: 'response.headers.x-state == "ok"' },
      covers: ['type', 'value'],
    },
    {
      words: 'regex regexp pattern matches',
      says: 'there are no regular expressions',
      example: text,
      covers: ['type', 'value'],
    },
    {
      words: 'caseSensitive caseInsensitive',
      says: 'upper and lower case differ without it',
      example: { ignoreCase: true },
    },
    { words: 'values expected', is: 'value' },
    { words: 'comparison comparator', is: 'match' },
  ],
  'Expectation(status)': [
    { words: 'status statusCode statusCodes statuses code codes httpStatus expectedStatus', is: 'value' },
    { words: 'min max from to', says: 'a class is written as "2xx"', example: status, covers: ['value'] },
    { words: 'operator match', says: 'a status is one of "value"; leave it out' },
  ],
  'Expectation(string)': [
    { words: 'text string contains body substring content', is: 'value' },
    { words: 'operator mode method', is: 'match' },
  ],
  'Expectation(condition)': [
    { words: 'condition expression if liquid', is: 'value' },
    { words: 'operator match', says: 'the condition itself compares', example: condition },
  ],
  Retry: [
    {
      words:
        'maxAttempts tries maxTries count times max maxRetries retries maxRetryCount limit number attemptCount',
      is: 'attempts',
      says: firstCounts,
    },
    {
      words:
        'delay interval wait waitMs waitBetweenTries backoff backoffMs initialDelay initialInterval minDelay minDelayMs delaySeconds period delayMs',
      is: 'initialDelayMs',
      says: pauseInMilliseconds,
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
        'factor multiplier backoffRate backoffFactor exponential strategy type jitter jitterStrategy behaviour policy delaysMs delays schedule',
      says: pausesDouble,
    },
    {
      words: 'on retryOn retryIf statusCodes statuses errors errorEquals condition when methods conditions',
      says: attemptsDecided,
    },
    { words: 'respectRetryAfter retryAfter honorRetryAfter', is: 'waitForRetryAfter' },
    {
      words: 'enabled active retryOnFail',
      says: 'with "retry" a node repeats, without it not; leave it out',
    },
  ],
  'Node.branches': [
    { words: 'yes ok true default then onSuccess successful succeeded', is: 'success' },
    { words: 'no false failure failed fail else onError err', is: 'error' },
    { words: 'stop end abort terminate', is: 'exit' },
    { words: 'timeout', says: 'a timeout takes the branch "error"; leave it out' },
  ],
  Payload: [
    {
      words: 'profiles contact customer user person subscriber lead member recipient attributes properties',
      is: 'profile',
    },
    { words: 'eventData trigger triggerData webhook', is: 'event' },
    { words: 'workflow process journey campaign scenario', is: 'flow' },
    { words: 'workflowInstance processInstance execution run', is: 'instance' },
    {
      words: 'variables variable captured captures steps nodes results outputs previous context state',
      is: 'vars',
    },
    {
      words: 'form submission order cart message body data json',
      says: 'it belongs into "event"',
      example: { event: { form: '…' } },
    },
    { words: 'secrets secret credentials', says: 'it is "secrets" beside "node"' },
  ],
  Simulation: [
    { words: 'statusCode code httpStatus', is: 'status' },
    { words: 'error errorCode fault failureCode fails reason', is: 'failure' },
    { words: 'text content data payload', is: 'body' },
    {
      words: 'json',
      says: 'it is "body", as text',
      example: { status: 200, body: '{"id":1}' },
      covers: ['status'],
    },
    { words: 'header', is: 'headers' },
    { words: 'response', says: 'write its members into "simulate" itself', unwrap: true },
    { words: 'statusText delay delayMs durationMs timeout', says: leaveOut },
  ],
}

const source: readonly ForeignWord[] = [
  {
    words: 'contact customer user person subscriber lead member recipient profiles attribute attributes',
    is: 'profile',
  },
  { words: 'events trigger form submission payload data body json', is: 'event' },
  { words: 'workflow process journey campaign scenario', is: 'flow' },
  { words: 'execution run workflowInstance processInstance context', is: 'instance' },
  { words: 'var variable variables captured capture steps node nodes previous response results', is: 'vars' },
  { words: 'secret secrets', says: 'a secret is a template: "value": "{{ secrets.NAME }}"' },
  {
    words: 'constant static fixed literal value text',
    says: 'a constant has "value" in place of "source" and "field"',
  },
]

/** Foreign words by place: the place of the object, a dot, the name of the member. */
export const foreignWords: Readonly<Record<string, readonly ForeignWord[]>> = {
  'Node.method': [
    { words: 'create insert', is: 'POST' },
    { words: 'read fetch', is: 'GET' },
    { words: 'update replace', is: 'PUT' },
    { words: 'del remove', is: 'DELETE' },
    { words: 'head options trace connect', says: 'the service sends no other method' },
  ],
  'Node.onError': [
    {
      words: 'no continueErrorOutput continueOnErrorOutput fail failed failure errorOutput errorBranch err',
      is: 'error',
    },
    {
      words:
        'yes continueRegularOutput continue continueOnFail ignore resume next nextNode ok true skip proceed',
      is: 'success',
    },
    {
      words:
        'exitFlow exitTheFlow stop stopWorkflow stopAndError abort terminate end quit rollback commit break none throw',
      is: 'exit',
    },
    { words: 'retry', says: 'repeating is "retry": { "attempts": 3 }' },
  ],
  'Node.templates': [
    { words: 'off false raw disabled no plain text never', is: 'none' },
    { words: 'on true yes enabled handlebars mustache jinja jinja2 nunjucks ejs twig feel', is: 'liquid' },
  ],
  'Field.source': source,
  'Body.source': source.filter(({ is }) => is !== undefined),
  'Field.ifEmpty': [
    { words: 'skip remove drop ignore leaveOut exclude', is: 'omit' },
    { words: 'error stop required abort exit throw', is: 'fail' },
    { words: 'empty null keep include sendEmpty', is: 'send' },
    {
      words: 'default',
      says: 'a default is part of a template: "value": "{{ profile.name | default: \'x\' }}"',
    },
  ],
  'Auth.type': [
    { words: 'bearerToken bearerAuth httpBearerAuth token jwt', is: 'bearer' },
    { words: 'basicAuth httpBasicAuth userPassword password', is: 'basic' },
    {
      words:
        'header headerAuth httpHeaderAuth query queryAuth httpQueryAuth key apiToken custom httpCustomAuth',
      is: 'apiKey',
    },
    {
      words: 'oauth oauth2 oauth1 oauth20 oAuth2Api oauthClientCredentialsFlow clientCredentials',
      says: `${noOauth} with "type": "bearer"`,
    },
    {
      words: 'digest httpDigestAuth ntlm hawk awsv4 awsSigV4 edgegrid hmac',
      says: 'the service has no other type',
    },
    { words: 'none noAuth no', says: 'leave out "auth" for none' },
    {
      words: 'genericCredentialType predefinedCredentialType',
      says: 'write the credential itself: { "type": "bearer", "token": "{{ secrets.NAME }}" }',
    },
  ],
  'Auth.in': [
    { words: 'headers httpHeader', is: 'header' },
    { words: 'url param parameter params queryString queryParams queryParameter urlParameter', is: 'query' },
    { words: 'cookie', says: 'a cookie is a header named "Cookie"' },
    { words: 'body', says: 'a key in the body is a field of "body" with "{{ secrets.NAME }}"' },
  ],
  'Body.structure': [
    {
      words: 'custom fields keypair keyValue selected choose object',
      is: 'simple',
    },
    {
      words: 'form formUrlencoded urlencoded xWwwFormUrlencoded',
      is: 'simple',
      says: 'a form is "simple" with "contentType": "application/x-www-form-urlencoded"',
    },
    { words: 'all complete everything entire', is: 'full' },
    { words: 'jsonBody applicationJson', is: 'json' },
    { words: 'text string plain xml html textPlain textXml applicationXml', is: 'raw' },
    { words: 'multipartFormData formData files', is: 'multipart' },
    { words: 'binaryData file octetStream applicationOctetStream', is: 'binary' },
    { words: 'none empty no', says: 'leave out "body" to send none' },
    { words: 'graphql', says: 'GraphQL is "json" with "query" and "variables"' },
  ],
  'Body.contentType': [
    { words: 'json textJson applicationJsonCharsetUtf8', is: 'application/json' },
    {
      words: 'form formUrlencoded urlencoded xWwwFormUrlencoded wwwFormUrlencoded',
      is: 'application/x-www-form-urlencoded',
    },
    { words: 'multipart multipartFormData formData', says: 'files need "structure": "multipart"' },
    {
      words: 'xml textXml applicationXml text textPlain html textHtml raw',
      says: 'any other type needs "structure": "raw"',
    },
  ],
  'Expectation.type': [
    { words: 'statusCode httpStatus httpStatusCode code responseCode responseStatus', is: 'status' },
    { words: 'text contains body responseBody bodyContains substring responseText bodyString', is: 'string' },
    { words: 'expression liquid json jsonPath if header script feel', is: 'condition' },
    { words: 'regex regexp pattern', says: 'there are no regular expressions' },
  ],
  'Expectation.match': [
    { words: 'includes contain has substring', is: 'contains' },
    { words: 'excludes doesNotContain notIncludes', is: 'notContains' },
    { words: 'equal exact exactly is eq', is: 'equals' },
    {
      words: 'regex regexp pattern startsWith endsWith',
      says: 'a condition can do more: { "type": "condition", "value": "response.body contains \'x\'" }',
    },
  ],
  'Request.diagnostics': [
    { words: 'none short minimal compact false off no summary', is: 'brief' },
    { words: 'all verbose debug true on yes detailed complete', is: 'full' },
  ],
  FailureCode: [
    {
      words: 'timeout timedOut etimedout responseTimeOut readTimeout esockettimedout econnaborted slow',
      is: 'response_timeout',
    },
    { words: 'connectionTimeout undErrConnectTimeout', is: 'connect_timeout' },
    { words: 'econnrefused refused connectionRefused', is: 'connect_refused' },
    {
      words: 'enotfound dns dnsError hostNotFound nxdomain unknownHost wrongUrl nameNotResolved',
      is: 'dns_not_found',
    },
    { words: 'eaiAgain servfail', is: 'dns_failed' },
    { words: 'econnreset socketHangUp connectionReset reset closed undErrSocket', is: 'no_response' },
    { words: 'ehostunreach enetunreach unreachable networkError', is: 'connect_unreachable' },
    {
      words:
        'ssl tls certificate sslError tlsError certificateError selfSigned unableToVerifyLeafSignature depthZeroSelfSignedCert',
      is: 'tls_untrusted',
    },
    { words: 'certExpired certHasExpired certificateExpired expired', is: 'tls_cert_expired' },
    { words: 'errTlsCertAltnameInvalid hostnameMismatch wrongHost', is: 'tls_name_mismatch' },
    { words: 'ssrf blocked privateAddress forbiddenAddress', is: 'address_denied' },
    { words: 'true yes error', says: 'as in "response_timeout", "connect_refused" or "dns_not_found"' },
  ],
}
