import { isObject, type JsonObject } from '../../../webhook/values/json.ts'
import { authOfEntry, authOfWord } from './auth-like.ts'
import { bodyOfWord } from './body-like.ts'
import { readDuration } from './duration-like.ts'
import { engineMembers } from './engine.ts'
import {
  apiKey,
  asSecrets,
  awsSigV4,
  basic,
  bearer,
  captured,
  caseOfFailure,
  condition,
  digest,
  exampleBody,
  expected,
  fileBody,
  filesBody,
  formOf,
  identity,
  oauth2,
  simpleBody,
  status,
  text,
  typedBody,
} from './examples.ts'
import type { ForeignMembers, ForeignWords } from './foreign-word.ts'
import { fieldsNamed } from './list-names.ts'
import { branchAfterError, branchLike, isBranchName, isNo } from './on-error.ts'
import { isPayload, isPayloadLike } from './payload-like.ts'
import { countRedirects } from './redirects.ts'
import { isNoRetry, retryOf } from './retry-like.ts'
import {
  clientCertificate,
  countedRedirects,
  milliseconds,
  noBatches,
  noCertificateSwitch,
  noCookieJar,
  noPages,
  noProxy,
  notNeeded,
  wholeReply,
} from './sentences.ts'
import { signingLike } from './signing-like.ts'

const besideNode = 'it belongs beside "node", at the top'

export const nodeMembers: ForeignMembers = {
  Node: [
    ...engineMembers,
    {
      words: 'idempotencyKey',
      says: besideNode,
      unless: {
        fits: (value) => typeof value === 'string' && /\{[{%]/.test(value.slice(0, 300)),
        says: `${besideNode}, where it is no template: the engine fills it in before it sends the request, as in "order-4711"; leave this one out if there is one already`,
      },
    },
    {
      words: 'requestMethod httpMethod httpVerb verb x',
      is: 'method',
      byType: { number: { says: notNeeded } },
    },
    {
      words:
        'uri endpoint href address targetUrl webhookUrl requestUrl link callbackUrl calloutUrl apiUrl apiEndpoint endpointUrl serviceUrl hookUrl postUrl destination destinationUrl notificationUrl resourceUrl requestUri httpUrl fullUrl',
      is: 'url',
    },
    {
      words: 'baseUrl baseUri serverUrl rootUrl urlPrefix',
      is: 'url',
      twice: 'the whole address is "url"; put this before it: "url": "https://host/path"',
    },
    {
      words:
        'host hostname path pathname port protocol scheme servers server domain subdomain resourcePath urlPath',
      says: 'the whole address is "url"',
      example: { url: 'https://host/path' },
    },
    {
      words: 'pathParameters pathParams routeParams pathVariables urlPathParams',
      says: 'a value in the path is a placeholder of "url"',
      example: { url: 'https://host/path/{{ profile.id }}' },
    },
    {
      words:
        'urlParameters parametersFromProfileAndEvent parametersFromProfile parametersFromEvent urlParams urlQuery params queryParameters queryParams queryParametersUi queryParametersJson queryParameterJson jsonQuery queryString querystringParameters qs search searchParams getParameters queries queryItems queryArgs urlSearchParams additionalQueryParameters requestParams requestQuery',
      is: 'query',
    },
    {
      words:
        'h header headerParameters headerParametersUi headerParametersJson jsonHeaders httpHeaders requestHeaders customHeaders additionalHeaders headersUi headerList defaultHeaders extraHeaders requestHeader headersToSend',
      is: 'headers',
    },
    {
      words: 'sendQuery sendHeaders specifyQuery specifyHeaders jsonParameters',
      says: '"query" and "headers" are sent if they are there; leave it out',
    },
    {
      words:
        'evaluateAllStatesAsErrors handleAllStatesAsErrors errorOnStatus throwOnStatus raiseForStatus senderr',
      says: 'every status outside of 2xx takes the branch of "onError" without it; leave it out',
    },
    {
      words: 'exit',
      says: 'the branch after an error is "onError": "error", "success" or "exit"',
      example: { onError: 'exit' },
      byType: {
        string: {
          says: 'the engine\'s own names for the outputs are "branches"',
          example: { branches: { exit: '…' } },
        },
      },
    },
    {
      words: 'parameterName profileAttribute eventAttribute attribute parameterValue',
      says: 'it belongs into a field of "query", "headers" or "body"',
      example: { query: [{ name: '…', source: 'profile', field: '…' }] },
    },
    {
      words:
        'emptyAttribute emptyAttributes emptyValue emptyValues sendEmpty skipEmpty omitEmpty sendNull sendNulls removeMissingValuesFrom removeMissingValues skipMissing skipUndefined includeNulls keepNulls sendNullValues includeEmpty',
      says: 'it is "ifEmpty" of a field: "send", "omit" or "fail"',
      example: { query: [{ name: '…', source: 'profile', field: '…', ifEmpty: 'omit' }] },
    },
    {
      words: 'waitsTenSeconds wait10Seconds waitTenSeconds waits',
      says: 'the longest wait for the response is "timeoutMs", by default 10000',
      example: { timeoutMs: 10_000 },
    },
    {
      words: 'testBeforeGoingLive testMode dryRun preview testTheErrorHandlingWithAWrongUrl simulateError',
      says: 'POST /v1/preview takes the same request and sends nothing, and its "simulate" tries out a response or a failure; leave it out',
    },
    {
      words: 'troubleshooting debug verbose logLevel log logs logging',
      says: '"reason" and "warnings" of every reply say what is wrong; leave it out',
    },
    {
      words: 'duplicateTheNode duplicate copy copyOf',
      says: 'the config comes with every call, and the service keeps none; leave it out',
    },
    {
      words: 'sendBody disableBodyPruning hasBody allowGetBody allowBody includeBody',
      says: '"body" is sent if it is there; leave it out',
    },
    {
      words:
        'contentType rawContentType contentTypeRaw mimeType mediaType bodyContentType payloadType requestContentType dataType sendAsJson requestFormat',
      says: 'it is "contentType" of "body"',
      example: typedBody,
      unless: {
        fits: (_value, { body }) => body !== undefined && !isObject(body),
        says: 'it is "contentType" of "body"',
      },
      isOnlyKind: true,
    },
    {
      words: 'bodyStructure structure specifyBody bodyMode bodyFormat bodyType requestCompose',
      says: 'it is "structure" of "body", and is "simple", "full", "json", "raw", "multipart" or "binary"',
      example: (value) => ({ body: bodyOfWord(value) ?? simpleBody.body }),
      isOnlyKind: true,
    },
    {
      words:
        'fields bodyFields bodyParameters bodyParametersUi bodyParams attributes selectedFields mapping includeFields fieldsToInclude selectedProperties',
      says: 'they are "fields" of "body"',
      example: (value) => ({ body: { structure: 'simple', fields: fieldsNamed(value) } }),
    },
    {
      words: 'form formFields formParameters formParams urlencoded dataUrlencode wwwFormUrlencoded',
      says: 'a form is a "body" with a "contentType"',
      example: (value) => ({ body: formOf(value) }),
    },
    {
      words:
        'jsonBody json bodyJson dataRaw dataBinary dataAscii bodyParametersJson bodyParameterJson data requestBody postBody postData rawBody bodyContent content httpBody message graphql soapBody xml bodyTemplate customizeRequestBody customBody',
      says: 'what is sent is "body"',
      example: exampleBody,
    },
    {
      words:
        'includeAll includeAllFields includeAllProperties includeAllInputFields sendAll sendAllFields sendAllProperties',
      isOptIn: true,
      says: 'all of the payload is a "full" body',
      example: { body: { structure: 'full' } },
    },
    {
      words: 'payload',
      unless: [
        { fits: isPayload, says: 'it belongs beside "node", at the top' },
        {
          fits: isPayloadLike,
          says: 'it belongs beside "node", at the top, with small letters: "payload" with "profile", "event", "instance", "flow" and "vars"',
        },
      ],
      says: 'what is sent is "body"; what the workflow knows is "payload" beside "node"',
      example: exampleBody,
    },
    {
      words:
        'authentication authenticationType authorization authorisation authType security securityScheme authMethod authenticationMethod authConfig authorizer',
      is: 'auth',
      unless: {
        fits: isKindElsewhere,
        says: 'it is called "auth" here, and is the credential itself',
        example: (_value, around) => ({ auth: authOfWord(kindElsewhere(around)) ?? bearer }),
      },
    },
    {
      words: 'genericAuthType nodeCredentialType',
      says: 'the kind of the credential is "type" of "auth"',
      example: (value, around) => {
        const auth = authOfWord(value) ?? bearer
        return isKindElsewhere(around.authentication, around) ? { type: auth.type } : { auth }
      },
    },
    {
      words: 'credentials credential',
      is: 'auth',
      unless: [
        {
          fits: (value) => value === 'include' || value === 'omit' || value === 'same-origin',
          says: noCookieJar,
          example: { headers: [{ name: 'Cookie', value: 'session=abc' }] },
        },
        {
          fits: isEntryOfEngine,
          says: 'the service keeps no credentials of the engine: "auth" is the credential itself',
          example: (value) => ({ auth: authOfEntry(value) }),
        },
      ],
    },
    {
      words: 'token oauth2Bearer bearer bearerToken accessToken bearerAuth jwt',
      says: 'it belongs into "auth"',
      example: { auth: bearer },
    },
    {
      words: 'u basicAuth basic username user password authUser authPass',
      says: 'it belongs into "auth"',
      example: { auth: basic },
    },
    {
      words: 'apiKey apiToken apiKeyHeader headerAuth queryAuth',
      says: 'it belongs into "auth"',
      example: { auth: apiKey },
    },
    {
      words: 'oauth oauth2 oAuth2Api clientCredentials',
      says: 'it belongs into "auth"',
      example: { auth: oauth2 },
    },
    {
      words: 'awsAuth awsSigV4 aws accessKeyId secretAccessKey',
      says: 'it belongs into "auth"',
      example: { auth: awsSigV4 },
    },
    {
      words: 'digestAuth digest httpDigestAuth',
      says: 'it belongs into "auth"',
      example: { auth: digest },
    },
    { words: 'oauth1 ntlm', says: 'the service has no such credentials; leave it out' },
    {
      words:
        'authenticateRequests requestSignature signature signingSecret signingKey hmac hmacSecret hmacKey sign signRequest signatureSecret signSecret webhookSecret sharedSecret secretKey standardWebhooks',
      says: 'the service signs the request',
      example: (value) => ({ signing: signingLike(value) }),
    },
    {
      words: 'secret',
      says: 'the service signs the request',
      example: (value) => ({ signing: signingLike(value) }),
      byType: {
        object: { says: 'secrets stand beside "node", at the top', example: asSecrets },
        array: { says: 'secrets stand beside "node", at the top', example: asSecrets },
      },
    },
    {
      words:
        'timeout requestTimeout responseTimeout maxTime timeLimit timeoutSeconds timeoutSec timeoutInSeconds timeoutMilliseconds timeoutMillis startToCloseTimeout scheduleToCloseTimeout executionTimeout callTimeout overallTimeout',
      is: 'timeoutMs',
      says: milliseconds,
    },
    {
      words:
        'connectTimeout connectionTimeout readTimeout connectionTimeoutInSeconds readTimeoutInSeconds writeTimeoutInSeconds connectTimeoutMs readTimeoutMs socketTimeout',
      is: 'timeoutMs',
      of: 'which covers connecting and the answer together',
      says: milliseconds,
    },
    {
      words:
        'onErrorBehavior errorHandling onFailure onFail errorBehavior errorBehaviour errorMode errorPolicy ifError errorAction onErrorAction failureAction handleErrors',
      says: branchAfterError,
      example: (value) => ({ onError: branchLike(value, value === true ? 'error' : 'success') }),
    },
    {
      words:
        'continueOnFail continueOnError ignoreErrors ignoreFailures neverError ignoreResponseCode skipThrowForStatus',
      says: branchAfterError,
      example: (value) => ({ onError: branchLike(value, isNo(value) ? 'error' : 'success') }),
    },
    {
      words: 'failOnError throwOnError failOnStatus',
      says: branchAfterError,
      example: (value) => ({ onError: isNo(value) ? 'success' : branchLike(value, 'error') }),
    },
    {
      words: 'stopOnError exitOnError abortOnError stopOnFail',
      says: branchAfterError,
      example: (value) => ({ onError: isNo(value) ? 'error' : branchLike(value, 'exit') }),
    },
    {
      words: 'onTimeout ifTimeout timeoutBranch timeoutPath',
      says: 'a branch for a timeout is a case',
      example: (value) => ({
        cases: [caseOfFailure(isBranchName(value) ? value : undefined)],
      }),
    },
    {
      words: 'async asynchronous fireAndForget noWait waitForResponse background',
      says: 'the service waits for the response and replies with the branch; the engine calls it without waiting, if it likes; leave it out',
    },
    {
      words:
        'sensitive mask masked masking hide redact redacted sensitiveFields secretFields hiddenFields secureOutput secureInput',
      isOptIn: true,
      says: 'it is "sensitive" of each field of "query", "headers" or "body" that is to be masked',
      example: { query: [{ name: '…', value: '…', sensitive: true }] },
    },
    {
      words: 'wrapRequestInArray wrapInArray sendAsArray asArray',
      isOptIn: true,
      says: 'the body itself is the array',
      example: { body: { structure: 'json', content: [{ email: '{{ profile.email }}' }] } },
    },
    {
      words:
        'ignoreNullValues ignoreNull ignoreNulls ignoreEmpty skipNull skipNulls omitNull omitNulls removeNulls removeEmpty dropEmpty ignoreEmptyValues stripNulls',
      says: 'it is "ifEmpty" of a field: "send", "omit" or "fail"',
      example: { query: [{ name: '…', source: 'profile', field: '…', ifEmpty: 'omit' }] },
    },
    {
      words: 'credentialId credentialName credentialRef credentialsId credentialsName connectorName',
      says: 'the service keeps no credentials of the engine: "auth" is the credential itself',
      example: { auth: bearer },
    },
    {
      words: 'event',
      says: 'it belongs into "payload", beside "node"',
      byType: {
        array: {
          says: 'no scripts run here: what counts as a success is "expect"',
          example: { expect: status(null) },
        },
        object: { says: 'it belongs into "payload", beside "node"; write "payload": { "event": {} }' },
      },
    },
    {
      words:
        'expectedResponse responseHandling responseMatching responseMatch responseCheck expected expectation expectations successCondition successCriteria assert asserts assertion assertions validateResponse expectedResult test tests testScript postResponseScript',
      says: 'what counts as a success is "expect"',
      example: (value) => ({ expect: expected(value) }),
    },
    {
      words:
        'responseCode expectedStatus expectedStatuses expectedStatusCode expectedStatusCodes statusCode statusCodes status code httpCode acceptedStatusCodes allowedStatusCodes allowedResponseCodes successCodes successStatus successStatusCodes validStatus validStatusCodes validateStatus okCodes allowFailed responseHandlingByStatusCode',
      says: 'the status that counts as a success is in "expect"',
      example: (value) => ({ expect: status(value) }),
    },
    {
      words:
        'responseContains contains expectedText expectedString responseText responseString expectedBody matchString string text responseHandlingByText',
      says: 'the text that the response must contain is in "expect"',
      example: { expect: text },
    },
    {
      words: 'successExpression condition conditions expression successIf passIf',
      says: 'a condition on the response is in "expect"',
      example: { expect: condition },
    },
    {
      words:
        'resultVariable resultExpression result saveResponseTo storeResponseAs saveTo saveAs assignTo storeIn output outputMapping captures captured capturing extract extractors responseMapping responseVariable saveResponse storeResponse resultPath resultSelector outputVariables variables ioMapping inputOutputMapping useACreatedIdInLaterNodes',
      says: 'values of the response for later nodes are "capture"',
      example: captured,
      unless: {
        fits: (value) => value === false || value === null,
        says: 'nothing of the response is kept unless "capture" names it; leave it out',
      },
    },
    {
      words:
        'outputs outcomes branch branchNames nextNode nextNodes next yes no success error outputsSuccessAndError onSuccess successPath errorPath successBranch errorBranch failureBranch failurePath faultConnector faultPath exitBranch exitPath transitions routes',
      says: 'the engine\'s own names for the outputs are "branches"',
      example: { branches: { success: 'yes', error: 'no' } },
    },
    {
      words: 'retries maxRetries retryCount retryLimit numberOfRetries maxRetryCount retryTimes',
      says: 'repeating is "retry", and "attempts" counts the first one',
      example: (value) => ({ retry: retryOf(value, 1) }),
      unless: {
        fits: isNoRetry,
        says: 'nothing is repeated unless "retry" says so; leave it out',
      },
    },
    {
      words:
        'retryOnFail maxTries maxAttempts retryAttempts attempts tries retryPolicy retryConfig retryStrategy retryOptions retrySettings',
      says: 'repeating is "retry", and "attempts" counts the first one',
      example: (value) => ({ retry: retryOf(value, 0) }),
      unless: {
        fits: isNoRetry,
        says: 'nothing is repeated unless "retry" says so; leave it out',
      },
    },
    {
      words: 'retryAllErrors retryConnrefused retryOnConnectionError retryOnTimeout',
      says: '"retry" repeats after failures and statuses for which that can help, and its "on" lists others',
      example: { retry: { attempts: 3 } },
    },
    {
      words:
        'waitBetweenTries retryDelay retryInterval retryBackoff backoff retryWait retryTimeout retryAfter delayBetweenRetries',
      says: 'the pause between attempts is in "retry", in milliseconds',
      example: (value, { maxTries, maxRetries, retries, retryCount }) => {
        const tries =
          maxTries === undefined ? retryOf(maxRetries ?? retries ?? retryCount ?? 2, 1) : retryOf(maxTries, 0)
        return { retry: { ...tries, initialDelayMs: readDuration(value) ?? 1_000 } }
      },
    },
    {
      words:
        'followRedirect followAllRedirects settingFollowRedirects redirect redirects maxRedirects maxRedirs maxRedirections redirectLimit redirectCount allowRedirects followLocation location followHttpRedirects redirectMode',
      says: countedRedirects,
      example: countRedirects,
    },
    {
      words: 'followOriginalHttpMethod removeRefererHeader strictRedirects',
      says: 'a redirect changes the method only for 303, which becomes GET; leave it out',
    },
    {
      words:
        'respondWith asJson response parseResponse parseJson responseFormat responseType fullResponse returnFullResponse resolveWithFullResponse simple outputPropertyName dataPropertyName splitIntoItems splitOutput alwaysOutputData outputFormat optimizeResponse autoParse ret includeHeaders responseHeaders logResponse',
      says: wholeReply,
    },
    {
      words:
        'unflatten fileName serializeUrl uppercaseHeaders lowercaseHeaders skipEncoding urlEncode encodeUrl settingEncodeUrl useQuerystring arrayFormat queryParameterArrays preserveHeaderCase encode',
      says: 'names are sent as they are written, and values are encoded for their place; leave it out',
    },
    {
      words: 'paytoqs',
      says: 'what the URL has behind "?" is "query", and what is sent is "body"; leave it out',
      unless: [
        {
          fits: (value) => value === true || value === 'query',
          says: 'what of the payload the URL has behind "?" is "query"',
          example: { query: [{ name: 'email', source: 'profile', field: 'email' }] },
        },
        {
          fits: (value) => value === 'body',
          says: 'what of the payload is sent is "body"',
          example: { body: { structure: 'full' } },
        },
      ],
    },
    {
      words:
        'ignoreSsl ignoreSslErrors ignoreCertificateErrors sslVerification disableSslVerification enableSslVerification verifyPeer verifyHost trustAll trustAllCerts acceptSelfSigned allowSelfSigned allowSelfSignedCertificate skipVerify noVerify noVerifySsl noCheckCertificate tlsVerify validateSsl certificateValidation agentOptions httpsAgent verifySsl sslVerify verify verifyTls sslCertificate ssl rejectUnauthorized tlsRejectUnauthorized ignoreSslIssues allowUnauthorizedCerts allowInsecure insecure insecureSkipVerify strictSsl skipTlsVerify skipSslCertificateValidation validateCertificate validateCertificates verifyCertificate checkCertificate selfSigned disableSslValidation requestSelfSignedCertificate',
      says: noCertificateSwitch,
    },
    {
      words: 'ca caCert caCertificate caCertificates caBundle rootCa trustedCa truststore',
      says: 'the authorities of the target are "ca" of "tls", a reference to a secret that has PEM',
      example: { tls: { ca: '{{ secrets.crm_ca }}' } },
    },
    {
      words: 'minVersion tlsVersion minTlsVersion sslVersion',
      says: 'the oldest version of TLS is in "tls"',
      example: { tls: { minVersion: 'TLSv1.3' } },
    },
    {
      words:
        'cert certificate key pfx p12 pkcs12 keystore passphrase clientCertificate clientCertificates clientCert clientKey privateKey mtls useMtls provideSslCertificates sslCertificates tlsOptions tlsConfig',
      isOptIn: true,
      says: clientCertificate,
      example: identity,
    },
    { words: 'proxy httpProxy httpsProxy proxyUrl proxyHost useProxy agent', says: noProxy },
    { words: 'pagination paginate paging pageSize cursor nextPage', says: noPages },
    {
      words: 'batching batch batchSize batchInterval executeOnce loop forEach concurrency rateLimit throttle',
      says: noBatches,
    },
    {
      words: 'cookie cookies jar cookieJar shareCookies withCredentials',
      isOptIn: true,
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
      words:
        'file files attachment attachments upload parts multipart multipartFormData formData multipartFormDataFields multipartFields',
      isOptIn: true,
      says: 'a file is a part of a multipart body',
      example: { body: filesBody },
    },
    {
      words: 'binary binaryData sendBinaryData binaryPropertyName inputDataFieldName',
      isOptIn: true,
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
    { words: 'nodeId uuid ref stepId elementId operationId taskId actionId blockId componentId', is: 'id' },
    {
      words: 'protocolProfileBehavior',
      says: 'it has settings of Postman that are not needed here; leave it out',
    },
    {
      words: 'persistentConnection forever persist',
      says: 'connections are kept without it, and "keepAlive": false closes this one; leave it out',
    },
    {
      words:
        'connectionName connectionId httpConnId connId connectionRef namedConnection namedCredential namedCredentials',
      is: 'connection',
    },
    { words: 'case switch rules', is: 'cases' },
    { words: 'traceparent tracing sendTrace', is: 'propagateTrace' },
    { words: 'isIdempotent safeToRetry', is: 'idempotent' },
    { words: 'allowedHosts allowedDomains', is: 'hosts' },
    {
      words:
        'type typeVersion kind nodeType position disabled enabled active connectorId version events httpVersion http2 preRequestScript webhookId runAfter operationOptions insecureHttpParser time pool lookup family silent include get fail failWithBody showError resolve method_type mapper metadata',
      says: 'the service does not need it; leave it out',
    },
    { words: 'contact trigger', says: 'the data of the workflow belongs into "payload" beside "node"' },
    {
      words:
        'options config configuration settings httpRequest webhook http input task with args arguments props taskHeaders requestConfig requestOptions axiosConfig fetchOptions requestInit limit limits',
      says: 'write its members into "node" itself',
      unwrap: true,
    },
    {
      words: 'inputs inputParameters',
      says: 'write its members into "node" itself',
      unwrap: true,
      byType: {
        array: {
          says: 'write each of them as a member of "node" itself, such as "url" or "body", without this list',
        },
      },
    },
    {
      words: 'parameters parameter',
      says: 'write its members into "node" itself',
      unwrap: true,
      byType: { array: { is: 'query' } },
    },
    {
      words: 'request node nodeConfig',
      says: 'write its members into "node" itself',
      unwrap: true,
      byType: { string: { is: 'method' } },
    },
  ],
  'Node.branches': [
    { words: 'yes ok true default then onSuccess successful succeeded', is: 'success' },
    { words: 'no false failure failed fail else onError err', is: 'error' },
    { words: 'stop end abort terminate', is: 'exit' },
  ],
}

export const nodeWords: ForeignWords = {
  'Node.method': [
    { words: 'create insert', is: 'POST' },
    { words: 'read fetch', is: 'GET' },
    { words: 'update replace', is: 'PUT' },
    { words: 'del remove', is: 'DELETE' },
    {
      words: 'head',
      says: 'the service sends no other method; write "GET", whose reply has the same headers',
    },
    { words: 'options trace connect', says: 'the service sends no other method' },
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
}

/** Whether another member of n8n has the kind of the credential, and this one says only that. */
function isKindElsewhere(value: unknown, around: JsonObject): boolean {
  return (
    typeof value === 'string' &&
    /^(?:generic|predefined)CredentialType$/.test(value) &&
    kindElsewhere(around) !== undefined
  )
}

function kindElsewhere({ genericAuthType, nodeCredentialType }: JsonObject): unknown {
  return genericAuthType ?? nodeCredentialType
}

/** Whether credentials are a reference to those that the engine keeps: an id and a name, or kinds with these. */
function isEntryOfEngine(value: unknown): boolean {
  if (!isObject(value) || 'type' in value || 'value' in value) return false
  const [inner] = Object.values(value)
  return [value, inner].some((each) => isObject(each) && ('id' in each || 'name' in each))
}
