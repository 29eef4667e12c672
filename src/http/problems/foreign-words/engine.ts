import { captured, caseOfFailure, status } from './examples.ts'
import type { ForeignMember } from './foreign-word.ts'
import { anErrorCase, leaveOut, noPages, noScripts, notNeeded, wholeReply } from './sentences.ts'

/** What belongs to the workflow, its editor or another machinery around a call, and not to the call itself. */
export const engineMembers: readonly ForeignMember[] = [
  {
    words:
      'mode tags labels categories category color colour icon y z wires width height size shape zone group groupId parent parentId sortOrder sequence order index revision createdAt updatedAt createdBy updatedBy modifiedAt owner deprecated externalDocs pinData alwaysRun executionOrder end state stateName queryLanguage states startAt inputPath outputPath contextObject taskQueue namespace elementTemplate elementTemplateId elementTemplateVersion modelerTemplate connectorVersion jobType operationName provider providerId platform runtime stage timezone locale language scenario scenarioId zapId flowId workflowId projectId portalId workspaceId appId applicationId clientTable schema sampleJsonResponse sampleResponse externalService apexClass apexAction invocable uses needs runsOn resource invocationType heartbeat heartbeatSeconds heartbeatTimeout signal abortSignal referrer referrerPolicy integrity priority duplex window dispatcher cors csrf adapter bufferSize streaming httpClient protocolVersion fingerprint editFields fieldsToSend inputMethod dataStructure dataStructureId bodyInputMethod isAdvanced advanced showAdvanced interface isActive isEnabled visible readonly locked collapsed selected expanded errorIcon displayOptions sandbox credentialsRequired executionMode runOnceForEachItem runtimeMode useCustomSchema waitForCompletion subscribe throwErrors silentErrors prettyPrint pretty keepBinary allowEmpty checkpoints taskToken activityId moduleId',
    says: notNeeded,
  },
  {
    words: 'summary purpose explanation info about',
    says: 'what people read is "notes"',
    example: { notes: '…' },
  },
  {
    words:
      'catch catchers errorHandler errorHandlers fallback fallbackBranch fallbackPath fallbackValue boundaryEvent boundaryEvents onException exception exceptionHandler exceptionHandling errorWorkflow errorTransition errorRoute faultHandler faultHandling rollback compensation errorCases errorEvent onReject rescue errorExpression errorCondition errorMapping errorMap failureExpression bpmnError raiseErrorOn',
    says: anErrorCase,
    example: errorCase,
  },
  {
    words: 'responses expectedResponses acceptedResponses',
    says: 'what counts as a success is "expect"',
    example: { expect: status(null) },
  },
  {
    words:
      'transformResponse responseTransform responseTransformation responsePath responseDataPath dataPath responseBodyPath resultField resultFields resultMapping jsonPath jmesPath responseParser parser outputSchema responseSchema setVariables setVariable storeAs saveAsVariable writeTo exportAs register keepFields',
    says: 'values of the response for later nodes are "capture"',
    example: captured,
  },
  {
    words:
      'transformRequest beforeRequest afterResponse beforeSend afterSend preRequest postResponse interceptors interceptor hooks hook middleware onRequest onResponse onUploadProgress onDownloadProgress script scripts function func javascript lambda eval customCode codeBlock preprocess postprocess preProcessing postProcessing xform beforeRedirect',
    says: noScripts,
  },
  {
    words: 'cache cacheControl caching cacheTtl ttl cacheKey useCache memoize',
    says: 'the service keeps no responses; leave it out',
  },
  {
    words: 'showResponse includeResponse responseAsString returnResponse fullReply includeStatus statusText',
    says: wholeReply,
  },
  {
    words:
      'cron interval runAt startTime startDate scheduledAt executeAt delayUntil debounce delaySeconds delayMs delayBefore',
    says: 'the engine waits before it calls the service; leave it out',
  },
  {
    words:
      'env environmentVariables envVars globals global constants localVariables dataTable lookupTable staticData',
    says: 'values of the workflow are "vars" of "payload", and secrets "secrets"; both stand beside "node": leave it out here',
  },
  {
    words: 'runIf skipIf when if executeIf precondition filter filters only onlyIf',
    says: 'the engine decides whether it calls a node; a condition for a single field is "when" of the field; leave it out',
  },
  { words: 'offset skip top take nextLink nextPageToken maxPages', says: noPages },
  {
    words: 'maxRedirectSize maxBytes maxSize responseSizeLimit maxFileSize maxResponseBytes maxOutputSize',
    says: 'the operator of the service sets MAX_RESPONSE_BYTES; leave it out',
  },
  {
    words:
      'dns dnsServer dnsServers localAddress sourceIp sourceAddress networkInterface ipVersion ipv4 ipv6 dnsResolver resolver socketPath unixSocket vpc vpcId subnet subnetId gateway connectTo',
    says: 'how the network is reached is a setting of the service; leave it out',
  },
  { words: 'xsrfCookieName xsrfHeaderName csrfToken', says: leaveOut },
]

/** A case for the status that the error of another tool names, else for a failure. */
function errorCase(value: unknown) {
  const text = typeof value === 'string' ? value.slice(0, 300) : ''
  const [, found] = /["'\s=]([45]\d\d)["'\s)]/.exec(text) ?? []
  return {
    cases: [
      found === undefined
        ? caseOfFailure()
        : { branch: 'other', succeeded: false, when: { type: 'status', value: Number(found) } },
    ],
  }
}
