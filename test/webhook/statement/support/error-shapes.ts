import type { Statement } from '../../../../src/webhook/statement/statement.ts'

/** An error as an API writes it, with the shape of its public documentation and invented values. */
export interface ErrorShape {
  readonly api: string
  readonly body: unknown
  readonly statement: Statement
}

export const errorShapes: readonly ErrorShape[] = [
  {
    api: 'Stripe',
    body: {
      error: {
        code: 'parameter_missing',
        doc_url: 'https://stripe.com/docs',
        message: 'Missing required param: currency.',
        param: 'currency',
        type: 'invalid_request_error',
      },
    },
    statement: { text: 'parameter_missing: Missing required param: currency', fields: ['currency'] },
  },
  {
    api: 'HubSpot, a property',
    body: {
      status: 'error',
      message:
        'Property values were not valid: [{"isValid":false,"message":"Email address x is invalid","error":"INVALID_EMAIL","name":"email"}]',
      correlationId: 'a-b',
      category: 'VALIDATION_ERROR',
    },
    statement: { text: 'INVALID_EMAIL: Email address x is invalid', fields: ['email'] },
  },
  {
    api: 'HubSpot, a conflict',
    body: {
      status: 'error',
      message: 'Contact already exists. Existing ID: 51',
      correlationId: 'a',
      category: 'CONFLICT',
    },
    statement: { text: 'Contact already exists. Existing ID: 51', fields: [] },
  },
  {
    api: 'Salesforce, a field',
    body: [
      {
        message: 'Required fields are missing: [LastName]',
        errorCode: 'REQUIRED_FIELD_MISSING',
        fields: ['LastName'],
      },
    ],
    statement: {
      text: 'REQUIRED_FIELD_MISSING: Required fields are missing: [LastName]',
      fields: ['LastName'],
    },
  },
  {
    api: 'Salesforce, a session',
    body: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
    statement: { text: 'INVALID_SESSION_ID: Session expired or invalid', fields: [] },
  },
  {
    api: 'Shopify, by field',
    body: { errors: { email: ['is invalid'], title: ["can't be blank"] } },
    statement: { text: "email: is invalid; title: can't be blank", fields: ['email', 'title'] },
  },
  {
    api: 'Shopify, a text',
    body: { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' },
    statement: {
      text: '[API] Invalid API key or access token (unrecognized login or wrong password)',
      fields: [],
    },
  },
  {
    api: 'Rails, the whole record',
    body: { errors: { base: ['Something is wrong'] } },
    statement: { text: 'Something is wrong', fields: [] },
  },
  {
    api: 'Google, google.rpc.BadRequest',
    body: {
      error: {
        code: 400,
        message: 'Invalid JSON payload received. Unknown name "emial": Cannot find field.',
        status: 'INVALID_ARGUMENT',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: [
              {
                field: 'emial',
                description: 'Invalid JSON payload received. Unknown name "emial": Cannot find field.',
              },
            ],
          },
        ],
      },
    },
    statement: {
      text: 'INVALID_ARGUMENT: Invalid JSON payload received. Unknown name "emial": Cannot find field',
      fields: ['emial'],
    },
  },
  {
    api: 'Google, the older form',
    body: {
      error: {
        errors: [
          {
            domain: 'global',
            reason: 'required',
            message: 'Login Required',
            locationType: 'header',
            location: 'Authorization',
          },
        ],
        code: 401,
        message: 'Login Required',
      },
    },
    statement: { text: 'Login Required', fields: [] },
  },
  {
    api: 'Microsoft Graph',
    body: {
      error: {
        code: 'InvalidAuthenticationToken',
        message: 'Access token is empty.',
        innerError: { date: '2026-01-01', 'request-id': 'x', 'client-request-id': 'y' },
      },
    },
    statement: { text: 'InvalidAuthenticationToken: Access token is empty', fields: [] },
  },
  {
    api: 'Twilio, with a detail',
    body: {
      code: 20003,
      detail: 'Your AccountSid or AuthToken was incorrect.',
      message: 'Authentication Error - No credentials provided',
      more_info: 'https://www.twilio.com/docs/errors/20003',
      status: 401,
    },
    statement: { text: '20003: Your AccountSid or AuthToken was incorrect', fields: [] },
  },
  {
    api: 'Twilio',
    body: {
      code: 21211,
      message: "The 'To' number is not a valid phone number.",
      more_info: 'https://…',
      status: 400,
    },
    statement: { text: "21211: The 'To' number is not a valid phone number", fields: [] },
  },
  {
    api: 'GitHub, a validation',
    body: {
      message: 'Validation Failed',
      errors: [{ resource: 'Issue', field: 'title', code: 'missing_field' }],
      documentation_url: 'https://docs.github.com',
    },
    statement: { text: 'Validation Failed; title: missing_field', fields: ['title'] },
  },
  {
    api: 'GitHub, a credential',
    body: { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest', status: '401' },
    statement: { text: 'Bad credentials', fields: [] },
  },
  {
    api: 'Mailchimp',
    body: {
      type: 'https://mailchimp.com/developer/marketing/docs/errors/',
      title: 'Invalid Resource',
      status: 400,
      detail:
        "The resource submitted could not be validated. For field-specific details, see the 'errors' array.",
      instance: 'x',
      errors: [{ field: 'email_address', message: 'This value should not be blank.' }],
    },
    statement: {
      text: "The resource submitted could not be validated. For field-specific details, see the 'errors' array; email_address: This value should not be blank",
      fields: ['email_address'],
    },
  },
  {
    api: 'SendGrid',
    body: {
      errors: [
        { message: 'The from address does not match a verified Sender Identity.', field: 'from', help: null },
      ],
    },
    statement: { text: 'The from address does not match a verified Sender Identity', fields: ['from'] },
  },
  {
    api: 'Slack',
    body: { ok: false, error: 'invalid_auth' },
    statement: { text: 'invalid_auth', fields: [] },
  },
  {
    api: 'Zendesk',
    body: {
      error: 'RecordInvalid',
      description: 'Record validation errors',
      details: { email: [{ description: 'Email: ada is not properly formatted', error: 'InvalidFormat' }] },
    },
    statement: {
      text: 'RecordInvalid: Record validation errors; Email: ada is not properly formatted',
      fields: ['email'],
    },
  },
  {
    api: 'Laravel',
    body: {
      message: 'The email field is required. (and 1 more error)',
      errors: { email: ['The email field is required.'], name: ['The name field is required.'] },
    },
    statement: {
      text: 'The email field is required. (and 1 more error); The name field is required',
      fields: ['email', 'name'],
    },
  },
  {
    api: 'Spring Boot, without a message',
    body: { timestamp: '2026', status: 404, error: 'Not Found', message: '', path: '/api/x' },
    statement: { text: 'Not Found', fields: [] },
  },
  {
    api: 'Spring Boot, a validation',
    body: {
      timestamp: '2026',
      status: 400,
      error: 'Bad Request',
      message: "Validation failed for object='lead'. Error count: 1",
      errors: [
        {
          codes: ['NotBlank.lead.email'],
          defaultMessage: 'must not be blank',
          objectName: 'lead',
          field: 'email',
          rejectedValue: '',
          bindingFailure: false,
          code: 'NotBlank',
        },
      ],
      path: '/leads',
    },
    statement: {
      text: "Validation failed for object='lead'. Error count: 1; NotBlank: email: must not be blank",
      fields: ['email'],
    },
  },
  {
    api: 'FastAPI, a validation',
    body: { detail: [{ type: 'missing', loc: ['body', 'email'], msg: 'Field required', input: {} }] },
    statement: { text: 'email: Field required', fields: ['email'], paths: ['body/email'] },
  },
  {
    api: 'FastAPI, a text',
    body: { detail: 'Not authenticated' },
    statement: { text: 'Not authenticated', fields: [] },
  },
  {
    api: 'JSON:API',
    body: {
      errors: [
        {
          status: '422',
          source: { pointer: '/data/attributes/firstName' },
          title: 'Invalid Attribute',
          detail: 'First name must contain at least two characters.',
        },
      ],
    },
    statement: {
      text: 'First name must contain at least two characters',
      fields: ['firstName'],
      paths: ['/data/attributes/firstName'],
    },
  },
  {
    api: 'OData 2',
    body: { error: { code: '-1', message: { lang: 'en-US', value: 'Property Company is invalid' } } },
    statement: { text: 'Property Company is invalid', fields: [] },
  },
  {
    api: 'SAP',
    body: {
      error: {
        code: '005056A509B11EE1',
        message: { lang: 'en', value: 'Resource not found for segment X' },
        innererror: { transactionid: 'x', errordetails: [] },
      },
    },
    statement: { text: 'Resource not found for segment X', fields: [] },
  },
  {
    api: 'Atlassian, by field',
    body: { errorMessages: [], errors: { summary: 'You must specify a summary of the issue.' } },
    statement: { text: 'You must specify a summary of the issue', fields: ['summary'] },
  },
  {
    api: 'Atlassian, a list',
    body: { errorMessages: ['Issue does not exist or you do not have permission to see it.'], errors: {} },
    statement: { text: 'Issue does not exist or you do not have permission to see it', fields: [] },
  },
  {
    api: 'GraphQL, a query',
    body: {
      errors: [
        {
          message: 'Cannot query field "emial" on type "User".',
          locations: [{ line: 1, column: 2 }],
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        },
      ],
    },
    statement: { text: 'GRAPHQL_VALIDATION_FAILED: Cannot query field "emial" on type "User"', fields: [] },
  },
  {
    api: 'GraphQL, with data',
    body: {
      data: { user: { name: 'Ada' } },
      errors: [{ message: 'Not authorised', path: ['user', 'secret'] }],
    },
    statement: { text: 'Not authorised', fields: [] },
  },
  {
    api: 'OAuth 2',
    body: { error: 'invalid_grant', error_description: 'The refresh token has expired.' },
    statement: { text: 'invalid_grant: The refresh token has expired', fields: [] },
  },
  {
    api: 'RFC 9457',
    body: {
      type: 'about:blank',
      title: 'Unprocessable Content',
      status: 422,
      detail: 'The plan "gold" does not exist.',
    },
    statement: { text: 'The plan "gold" does not exist', fields: [] },
  },
  {
    api: 'RFC 7807 with invalid-params',
    body: {
      type: 'https://example.net/validation-error',
      title: "Your request parameters didn't validate.",
      'invalid-params': [{ name: 'age', reason: 'must be a positive integer' }],
    },
    statement: {
      text: "Your request parameters didn't validate; age: must be a positive integer",
      fields: ['age'],
    },
  },
  {
    api: 'ASP.NET',
    body: {
      type: 'https://tools.ietf.org/html/rfc9110#section-15.5.1',
      title: 'One or more validation errors occurred.',
      status: 400,
      errors: { Email: ['The Email field is required.'] },
      traceId: '00-x',
    },
    statement: {
      text: 'One or more validation errors occurred; The Email field is required',
      fields: ['Email'],
    },
  },
  {
    api: 'Django REST framework, by field',
    body: { email: ['This field is required.'], age: ['A valid integer is required.'] },
    statement: {
      text: 'email: This field is required; age: A valid integer is required',
      fields: ['email', 'age'],
    },
  },
  {
    api: 'Django REST framework, the whole',
    body: { non_field_errors: ['Passwords do not match.'] },
    statement: { text: 'Passwords do not match', fields: [] },
  },
  {
    api: 'NestJS',
    body: {
      statusCode: 400,
      message: ['email must be an email', 'name should not be empty'],
      error: 'Bad Request',
    },
    statement: { text: 'email must be an email; name should not be empty', fields: [] },
  },
  {
    api: 'Fastify',
    body: {
      statusCode: 400,
      code: 'FST_ERR_VALIDATION',
      error: 'Bad Request',
      message: "body must have required property 'email'",
    },
    statement: { text: "FST_ERR_VALIDATION: body must have required property 'email'", fields: [] },
  },
  {
    api: 'hapi',
    body: {
      statusCode: 400,
      error: 'Bad Request',
      message: '"email" is required',
      validation: { source: 'payload', keys: ['email'] },
    },
    statement: { text: '"email" is required', fields: ['email'] },
  },
  {
    api: 'Zod',
    body: {
      success: false,
      error: {
        issues: [
          {
            code: 'invalid_type',
            expected: 'string',
            received: 'undefined',
            path: ['email'],
            message: 'Required',
          },
        ],
        name: 'ZodError',
      },
    },
    statement: { text: 'invalid_type: email: Required', fields: ['email'] },
  },
  {
    api: 'express-validator',
    body: { errors: [{ type: 'field', msg: 'Invalid value', path: 'email', location: 'body' }] },
    statement: { text: 'email: Invalid value', fields: ['email'] },
  },
  {
    api: 'Telegram',
    body: { ok: false, error_code: 400, description: 'Bad Request: chat not found' },
    statement: { text: 'Bad Request: chat not found', fields: [] },
  },
  {
    api: 'Discord',
    body: {
      code: 50035,
      errors: { content: { _errors: [{ code: 'BASE_TYPE_REQUIRED', message: 'This field is required' }] } },
      message: 'Invalid Form Body',
    },
    statement: { text: '50035: Invalid Form Body; content: This field is required', fields: ['content'] },
  },
  {
    api: 'Facebook',
    body: {
      error: { message: 'Invalid OAuth access token.', type: 'OAuthException', code: 190, fbtrace_id: 'x' },
    },
    statement: { text: 'OAuthException: Invalid OAuth access token', fields: [] },
  },
  {
    api: 'AWS JSON',
    body: { __type: 'com.amazon.coral.validate#ValidationException', message: '1 validation error detected' },
    statement: {
      text: 'com.amazon.coral.validate#ValidationException: 1 validation error detected',
      fields: [],
    },
  },
  {
    api: 'Kubernetes',
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'pods "x" not found',
      reason: 'NotFound',
      details: { name: 'x', kind: 'pods' },
      code: 404,
    },
    statement: { text: 'pods "x" not found', fields: [] },
  },
  {
    api: 'Elasticsearch',
    body: {
      error: {
        root_cause: [{ type: 'index_not_found_exception', reason: 'no such index [leads]' }],
        type: 'index_not_found_exception',
        reason: 'no such index [leads]',
      },
      status: 404,
    },
    statement: { text: 'index_not_found_exception: no such index [leads]', fields: [] },
  },
  {
    api: 'CouchDB',
    body: { error: 'not_found', reason: 'missing' },
    statement: { text: 'not_found: missing', fields: [] },
  },
  {
    api: 'Square',
    body: {
      errors: [
        {
          category: 'INVALID_REQUEST_ERROR',
          code: 'VALUE_EMPTY',
          detail: 'Field must not be blank',
          field: 'idempotency_key',
        },
      ],
    },
    statement: { text: 'VALUE_EMPTY: idempotency_key: Field must not be blank', fields: ['idempotency_key'] },
  },
  {
    api: 'PayPal',
    body: {
      name: 'INVALID_REQUEST',
      message: 'Request is not well-formed.',
      debug_id: '1',
      details: [
        {
          field: '/purchase_units/0/amount',
          value: '',
          location: 'body',
          issue: 'MISSING_REQUIRED_PARAMETER',
          description: 'A required field is missing.',
        },
      ],
      links: [],
    },
    statement: {
      text: 'Request is not well-formed; amount: A required field is missing',
      fields: ['amount'],
      paths: ['/purchase_units/0/amount'],
    },
  },
  {
    api: 'Adyen',
    body: {
      status: 422,
      errorCode: '130',
      message: "Required field 'reference' is not provided.",
      errorType: 'validation',
      pspReference: 'x',
    },
    statement: { text: "Required field 'reference' is not provided", fields: [] },
  },
  {
    api: 'Airtable, an object',
    body: {
      error: { type: 'INVALID_REQUEST_UNKNOWN', message: 'Invalid request: parameter validation failed.' },
    },
    statement: { text: 'INVALID_REQUEST_UNKNOWN: Invalid request: parameter validation failed', fields: [] },
  },
  { api: 'Airtable, a text', body: { error: 'NOT_FOUND' }, statement: { text: 'NOT_FOUND', fields: [] } },
  {
    api: 'Notion',
    body: {
      object: 'error',
      status: 400,
      code: 'validation_error',
      message: 'body failed validation: body.parent should be defined.',
    },
    statement: {
      text: 'validation_error: body failed validation: body.parent should be defined',
      fields: [],
    },
  },
  {
    api: 'Dropbox',
    body: { error_summary: 'path/not_found/..', error: { '.tag': 'path', path: { '.tag': 'not_found' } } },
    statement: { text: 'path/not_found/.', fields: [] },
  },
  {
    api: 'Intercom',
    body: {
      type: 'error.list',
      request_id: 'x',
      errors: [{ code: 'token_unauthorized', message: 'Access Token Invalid' }],
    },
    statement: { text: 'token_unauthorized: Access Token Invalid', fields: [] },
  },
  {
    api: 'Marketo',
    body: { requestId: 'x', success: false, errors: [{ code: '601', message: 'Access token invalid' }] },
    statement: { text: '601: Access token invalid', fields: [] },
  },
  {
    api: 'Zoho',
    body: {
      data: [
        {
          code: 'MANDATORY_NOT_FOUND',
          details: { api_name: 'Last_Name' },
          message: 'required field not found',
          status: 'error',
        },
      ],
    },
    statement: { text: 'MANDATORY_NOT_FOUND: required field not found', fields: ['Last_Name'] },
  },
  {
    api: 'Cloudflare',
    body: {
      success: false,
      errors: [{ code: 1003, message: 'Invalid or missing zone id.' }],
      messages: [],
      result: null,
    },
    statement: { text: '1003: Invalid or missing zone id', fields: [] },
  },
  {
    api: 'ServiceNow',
    body: {
      error: {
        message: 'Insufficient rights',
        detail: 'Field(s) present in the query do not have permission',
      },
      status: 'failure',
    },
    statement: { text: 'Field(s) present in the query do not have permission', fields: [] },
  },
  {
    api: 'OpenAI',
    body: {
      error: {
        message: 'Incorrect API key provided: sk-x.',
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_api_key',
      },
    },
    statement: { text: 'invalid_api_key: Incorrect API key provided: sk-x', fields: [] },
  },
  {
    api: 'Klaviyo',
    body: {
      errors: [
        {
          id: 'x',
          status: 400,
          code: 'invalid',
          title: 'Invalid input.',
          detail: "'email' must be a valid email address.",
          source: { pointer: '/data/attributes/profile/data/attributes/email' },
          links: {},
          meta: {},
        },
      ],
    },
    statement: {
      text: "invalid: 'email' must be a valid email address",
      fields: ['email'],
      paths: ['/data/attributes/profile/data/attributes/email'],
    },
  },
  {
    api: 'Pipedrive',
    body: { success: false, error: 'Deal title must be given', errorCode: 400, error_info: 'Please check' },
    statement: { text: 'Deal title must be given', fields: [] },
  },
  {
    api: 'Rails',
    body: { status: 422, error: 'Unprocessable Entity', exception: '#<ActiveRecord::RecordInvalid>' },
    statement: { text: 'Unprocessable Entity', fields: [] },
  },
  {
    api: 'LoopBack',
    body: {
      error: {
        statusCode: 422,
        name: 'ValidationError',
        message: 'x is not valid',
        details: { codes: { email: ['presence'] } },
      },
    },
    statement: { text: 'x is not valid', fields: [] },
  },
]
