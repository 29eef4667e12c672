import type { BrokenCall } from './broken-calls.ts'
import { type CallRow, callOf } from './call-row.ts'

const bearer = { type: 'bearer', token: '{{ secrets.crm_token }}' }
const basic = { type: 'basic', username: 'admin', password: '{{ secrets.crm_token }}' }

const rows: readonly CallRow[] = [
  [
    'HubSpot: a property that it does not have',
    {
      path: '/crm/v3/objects/contacts',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          properties: {
            email: '{{ profile.email }}',
            firstnme: '{{ profile.first_name }}',
          },
        },
      },
    },
    [
      400,
      {
        status: 'error',
        message:
          'Property values were not valid: [{"isValid":false,"message":"Property \\"firstnme\\" does not exist","error":"PROPERTY_DOESNT_EXIST","name":"firstnme"}]',
        category: 'VALIDATION_ERROR',
      },
    ],
    '/node/body/content/properties/firstnme',
    'The target answers 400: "PROPERTY_DOESNT_EXIST: Property \'firstnme\' does not exist". Check the name of "firstnme".',
  ],
  [
    'HubSpot: a scope',
    {
      path: '/crm/v3/objects/contacts',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          properties: {
            email: '{{ profile.email }}',
          },
        },
      },
    },
    [
      403,
      {
        status: 'error',
        message:
          "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
        errors: [
          {
            message: 'One or more of the following scopes are required.',
            context: {
              requiredGranularScopes: ['crm.objects.contacts.write'],
            },
          },
        ],
        category: 'MISSING_SCOPES',
      },
    ],
    '/node/auth',
    'The credential lacks the permission: "This app hasn\'t been granted all required scopes to make this call. One or more of the following scopes are required: crm.objects.contacts.write". It comes from "auth" of the node: give it the permission at the target, or use another one.',
  ],
  [
    'Stripe: JSON in place of a form',
    {
      path: '/v1/customers',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'email',
            source: 'profile',
            field: 'email',
          },
        ],
      },
    },
    [
      400,
      {
        error: {
          message:
            'Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any questions, we can help at https://support.stripe.com/.',
          type: 'invalid_request_error',
        },
      },
    ],
    '/node/body/contentType',
    'The target wants application/x-www-form-urlencoded: "invalid_request_error: Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any questions, we can help at https://support.stripe.com/", and the node sends application/json. Set contentType of the body to application/x-www-form-urlencoded.',
  ],
  [
    'Stripe: an id of live mode with a key of test mode',
    {
      path: '/v1/customers/cus_Nff1',
      method: 'GET',
      auth: bearer,
    },
    [
      404,
      {
        error: {
          code: 'resource_missing',
          message:
            "No such customer: 'cus_Nff1'; a similar object exists in live mode, but a test mode key was used to make this request.",
          param: 'id',
          type: 'invalid_request_error',
        },
      },
    ],
    '/node/auth',
    'The key and what the request refers to belong to different modes of the target: "resource_missing: id: No such customer: \'cus_Nff1\'; a similar object exists in live mode, but a test mode key was used to make this request". Use a key of live mode, or an id of the mode of this key. It comes from "auth" of the node.',
  ],
  [
    'Shopify: a bearer token',
    {
      path: '/admin/api/2026-01/customers.json',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          customer: {
            email: '{{ profile.email }}',
          },
        },
      },
    },
    [
      401,
      {
        errors: '[API] Invalid API key or access token (unrecognized login or wrong password)',
      },
    ],
    '/node/auth',
    'The target does not accept the credential: "[API] Invalid API key or access token (unrecognized login or wrong password)". These are words of Shopify, which takes it in the header "X-Shopify-Access-Token", and "auth" of the node does not send that. Set "auth" to {"type": "apiKey", "in": "header", "name": "X-Shopify-Access-Token", "value": "{{ secrets.NAME }}"}.',
  ],
  [
    'Google: a name within an object',
    {
      path: '/v1/people:createContact',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          person: {
            emailAdress: '{{ profile.email }}',
          },
        },
      },
    },
    [
      400,
      {
        error: {
          code: 400,
          message:
            'Invalid JSON payload received. Unknown name "emailAdress" at \'person\': Cannot find field.',
          status: 'INVALID_ARGUMENT',
          details: [
            {
              '@type': 'type.googleapis.com/google.rpc.BadRequest',
              fieldViolations: [
                {
                  field: 'person',
                  description:
                    'Invalid JSON payload received. Unknown name "emailAdress" at \'person\': Cannot find field.',
                },
              ],
            },
          ],
        },
      },
    ],
    '/node/body/content/person/emailAdress',
    'The target answers 400: "INVALID_ARGUMENT: Invalid JSON payload received. Unknown name \'emailAdress\' at \'person\': Cannot find field". Check the name of "emailAdress".',
  ],
  [
    'Dataverse: a segment',
    {
      path: '/api/data/v9.2/lead',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'email',
            source: 'profile',
            field: 'email',
          },
        ],
      },
    },
    [
      404,
      {
        error: {
          code: '0x80060888',
          message: "Resource not found for the segment 'lead'.",
        },
      },
    ],
    '/node/url',
    'The target does not know "lead", which stands in the path of the URL: "0x80060888: Resource not found for the segment \'lead\'". Correct it there, or check whether it belongs to this account or environment.',
  ],
  [
    'Twilio: JSON in place of a form',
    {
      path: '/2010-04-01/Accounts/AC1/Messages.json',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'To',
            source: 'profile',
            field: 'phone',
          },
        ],
      },
    },
    [
      400,
      {
        code: 21604,
        message: "A 'To' phone number is required.",
        more_info: 'https://www.twilio.com/docs/errors/21604',
        status: 400,
      },
    ],
    '/node/body/contentType',
    'The target misses "To": "21604: A \'To\' phone number is required", and the node sends it, as application/json. Most likely the target reads another content type: if its documentation shows no other place for "To", set contentType of the body to application/x-www-form-urlencoded.',
  ],
  [
    'Slack: a short text labelled as a page',
    {
      path: '/services/T0/B0/xyz',
      body: {
        structure: 'json',
        content: {
          message: 'hi',
        },
      },
    },
    [400, 'no_text', { 'content-type': 'text/html' }],
    '/node/body/content',
    'The target answers 400: "no_text". The node sends no field "text": add it.',
  ],
  [
    'a text in other case with a line break',
    {
      path: '/v1/leads',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'email',
            source: 'profile',
            field: 'email',
          },
        ],
      },
      expect: {
        type: 'string',
        value: 'OK',
        match: 'equals',
      },
    },
    [200, 'ok\n', { 'content-type': 'text/plain' }],
    '/node/expect',
    'The target sent a body that begins with "ok". It has the text in other upper and lower case, and other white space at its end, such as a line break: use "match": "contains" with "ignoreCase": true.',
  ],
  [
    'Xero: an empty name',
    {
      path: '/v1/leads',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          Contacts: [
            {
              Name: '',
            },
          ],
        },
      },
    },
    [
      400,
      {
        ErrorNumber: 10,
        Type: 'ValidationException',
        Message: 'A validation exception occurred',
        Elements: [
          {
            ValidationErrors: [
              {
                Message: 'The Contact Name must be specified',
              },
            ],
          },
        ],
      },
    ],
    '/node/body/content/Contacts/0/Name',
    'The target answers 400: "A validation exception occurred; The Contact Name must be specified". The value of "Name" is empty: give it one.',
  ],
  [
    'a page without a title',
    {
      path: '/v1/leads',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'email',
            source: 'profile',
            field: 'email',
          },
        ],
      },
    },
    [
      422,
      '<html><head><title></title></head><body><div class="box"><span>The campaign is closed since May</span></div></body></html>',
      { 'content-type': 'text/html; charset=utf-8' },
    ],
    '/node/body/fields',
    'The target does not accept the values of the request: "The campaign is closed since May". Check required fields and formats. The call was POST {target}/v1/leads, with "email" as application/json. The node sends "ada@example.com", which comes from profile.email.',
  ],
  [
    'a misspelt attribute of the URL behind a default',
    {
      path: '/members/{{ profile.contactId | default: "none" }}',
      method: 'GET',
      auth: bearer,
    },
    [
      404,
      {
        message: 'member none not found',
      },
    ],
    '/node/url',
    'The payload has no "profile.contactId", so the URL has the default of that placeholder: write {{ profile.contact_id }} if that is meant. The target answers 404: "member none not found".',
  ],
  [
    'Mailchimp: wrong data center key',
    {
      path: '/3.0/lists',
      method: 'GET',
      auth: basic,
    },
    [
      403,
      {
        type: 'https://mailchimp.com/developer/marketing/docs/errors/',
        title: 'Wrong Datacenter',
        status: 403,
        detail: "The API key provided is linked to datacenter 'us5'",
        instance: '1a',
      },
    ],
    '/node/url',
    'The key belongs to another host of the target: "The API key provided is linked to datacenter \'us5\'". Put that one into the URL, as the documentation of the target shows it; the credential, which comes from "auth" of the node, can stay.',
  ],
  [
    'SendGrid: from not verified',
    {
      path: '/v3/mail/send',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          personalizations: [
            {
              to: [
                {
                  email: '{{ profile.email }}',
                },
              ],
            },
          ],
          from: {
            email: 'noreply@acme.example',
          },
          subject: 'Hi',
          content: [
            {
              type: 'text/plain',
              value: 'x',
            },
          ],
        },
      },
    },
    [
      403,
      {
        errors: [
          {
            message:
              'The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved. Visit https://sendgrid.com/docs/for-developers/sending-email/sender-identity/ to see the Sender Identity requirements',
            field: 'from',
            help: null,
          },
        ],
      },
    ],
    '/node/body/content/from',
    'The target refuses the value of "from": "The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved". Change it, or have it allowed at the target for the account of the credential, which comes from "auth" of the node.',
  ],
  [
    'Pipedrive v2: email as text',
    {
      path: '/api/v2/persons',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          name: 'Ada',
          emails: '{{ profile.email }}',
        },
      },
    },
    [
      400,
      {
        success: false,
        error: 'Validation failed: emails: Expected array, received string',
        code: 'ERR_SCHEMA_VALIDATION_FAILED',
      },
    ],
    '/node/body/content/emails',
    'The target answers 400: "ERR_SCHEMA_VALIDATION_FAILED: Validation failed: emails: Expected array, received string". The node sends "emails" as a single value, and the target wants a list: put it between [ and ] in "content". The node sends "ada@example.com", which comes from profile.email.',
  ],
  [
    'Intercom: version header',
    {
      path: '/contacts',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'email',
            source: 'profile',
            field: 'email',
          },
        ],
      },
      headers: [
        {
          name: 'Intercom-Version',
          value: '2',
        },
      ],
    },
    [
      400,
      {
        type: 'error.list',
        request_id: '0001',
        errors: [
          {
            code: 'intercom_version_invalid',
            message: 'The requested version could not be found',
          },
        ],
      },
    ],
    '/node/headers/0',
    'The target answers 400: "intercom_version_invalid: The requested version could not be found". Check the value of "Intercom-Version".',
  ],
  [
    'Zendesk: ticket wrapper missing',
    {
      path: '/api/v2/tickets.json',
      auth: basic,
      body: {
        structure: 'json',
        content: {
          subject: 'x',
          comment: {
            body: 'y',
          },
        },
      },
    },
    [
      400,
      {
        error: {
          title: 'Invalid attribute',
          message:
            'You passed an invalid value for the ticket attribute. Invalid parameter: ticket must be present',
        },
      },
    ],
    '/node/body/content',
    'The target answers 400: "You passed an invalid value for the ticket attribute. Invalid parameter: ticket must be present". The path of the URL is about a "ticket", and the target reads its fields from an object of that name: put those of the body into one, as in {"ticket": {…}}.',
  ],
  [
    'Jira: description not ADF',
    {
      path: '/rest/api/3/issue',
      auth: basic,
      body: {
        structure: 'json',
        content: {
          fields: {
            summary: 'x',
            description: 'text',
            issuetype: {
              name: 'Task',
            },
            project: {
              key: 'ABC',
            },
          },
        },
      },
    },
    [
      400,
      {
        errorMessages: [],
        errors: {
          description: 'Operation value must be an Atlassian Document (see the Atlassian Document Format)',
        },
      },
    ],
    '/node/body/content/fields/description',
    'The target answers 400: "description: Operation value must be an Atlassian Document (see the Atlassian Document Format)". Check the value of "description".',
  ],
  [
    'ServiceNow: table misspelt',
    {
      path: '/api/now/table/incidnt',
      auth: basic,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'short_description',
            value: 'x',
          },
        ],
      },
    },
    [
      400,
      {
        error: {
          message: 'Invalid table incidnt',
          detail: null,
        },
        status: 'failure',
      },
    ],
    '/node/url',
    'The target does not know "incidnt", which stands in the path of the URL: "Invalid table incidnt". Correct it there, or check whether it belongs to this account or environment.',
  ],
  [
    'ServiceNow: not authenticated',
    {
      path: '/api/now/table/incident',
      auth: basic,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'short_description',
            value: 'x',
          },
        ],
      },
    },
    [
      401,
      {
        error: {
          message: 'User Not Authenticated',
          detail: 'Required to provide Auth information',
        },
        status: 'failure',
      },
      { 'www-authenticate': 'BASIC realm="Service-now"' },
    ],
    '/node/auth',
    'The target does not accept the credential: "Required to provide Auth information". It comes from "auth" of the node: check the token or secret there.',
  ],
  [
    'Notion: property not exists',
    {
      path: '/v1/pages',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          parent: {
            database_id: 'd1',
          },
          properties: {
            Emial: {
              email: '{{ profile.email }}',
            },
          },
        },
      },
    },
    [
      400,
      {
        object: 'error',
        status: 400,
        code: 'validation_error',
        message: 'Emial is not a property that exists.',
        request_id: 'r',
      },
    ],
    '/node/body/content/properties/Emial',
    'The target answers 400: "validation_error: Emial is not a property that exists". Check the name of "Emial".',
  ],
  [
    'Airtable: table not found',
    {
      path: '/v0/appX/Lead',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          fields: {
            Email: '{{ profile.email }}',
          },
        },
      },
    },
    [
      403,
      {
        error: {
          type: 'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND',
          message:
            'Invalid permissions, or the requested model was not found. Check that both your user and your token have the required permissions, and that the model names and/or ids are correct.',
        },
      },
    ],
    '/node/auth',
    'The credential lacks the permission: "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND: Invalid permissions, or the requested model was not found. Check that both your user and your token have the required permissions, and that the model names and/"…. It comes from "auth" of the node: give it the permission at the target, or use another one. If it has the permission, a name or an id in the URL is wrong.',
  ],
  [
    'Airtable: select option',
    {
      path: '/v0/appX/Leads',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          fields: {
            Source: '{{ profile.source }}',
          },
        },
      },
    },
    [
      422,
      {
        error: {
          type: 'INVALID_MULTIPLE_CHOICE_OPTIONS',
          message: 'Insufficient permissions to create new select option ""demo""',
        },
      },
    ],
    '/node/body/content/fields/Source',
    'The target answers 422: "INVALID_MULTIPLE_CHOICE_OPTIONS: Insufficient permissions to create new select option \'\'demo\'\'". These words have the value of "Source": check it. It comes from profile.source.',
  ],
  [
    'Anthropic: max_tokens missing',
    {
      path: '/v1/messages',
      body: {
        structure: 'json',
        content: {
          model: 'claude-x',
          messages: [
            {
              role: 'user',
              content: 'hi',
            },
          ],
        },
      },
      headers: [
        {
          name: 'x-api-key',
          value: '{{ secrets.crm_token }}',
        },
        {
          name: 'anthropic-version',
          value: '2023-06-01',
        },
      ],
    },
    [
      400,
      {
        type: 'error',
        error: {
          type: 'invalid_request_error',
          message: 'max_tokens: Field required',
        },
        request_id: 'req_1',
      },
    ],
    '/node/body/content',
    'The target answers 400: "invalid_request_error: max_tokens: Field required". The node sends no field "max_tokens": add it.',
  ],
  [
    'Anthropic: bearer in place of x-api-key',
    {
      path: '/v1/messages',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          model: 'claude-x',
          max_tokens: 5,
          messages: [
            {
              role: 'user',
              content: 'hi',
            },
          ],
        },
      },
      headers: [
        {
          name: 'anthropic-version',
          value: '2023-06-01',
        },
      ],
    },
    [
      401,
      {
        type: 'error',
        error: {
          type: 'authentication_error',
          message: 'x-api-key header is required',
        },
        request_id: 'req_1',
      },
    ],
    '/node/auth',
    'The target does not accept the credential: "authentication_error: x-api-key header is required". The target takes it in the header "x-api-key", and "auth" of the node does not send that. Set "auth" to {"type": "apiKey", "in": "header", "name": "x-api-key", "value": "{{ secrets.NAME }}"}.',
  ],
  [
    'Spring: JSON parse error, number as text',
    {
      path: '/api/leads',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'score',
            value: 'many',
          },
        ],
      },
    },
    [
      400,
      {
        timestamp: '2026-11-30T13:00:00.000+00:00',
        status: 400,
        error: 'Bad Request',
        message:
          'JSON parse error: Cannot deserialize value of type `int` from String "many": not a valid `int` value',
        path: '/api/leads',
      },
    ],
    '/node/body/fields/0',
    'The target answers 400: "JSON parse error: Cannot deserialize value of type `int` from String \'many\': not a valid `int` value". The node sends "score" as a text, and the target wants a number: correct its value.',
  ],
  [
    'Rails: param missing',
    {
      path: '/leads.json',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'email',
            source: 'profile',
            field: 'email',
          },
        ],
      },
    },
    [
      400,
      {
        status: 400,
        error: 'Bad Request',
        exception: '#<ActionController::ParameterMissing: param is missing or the value is empty: lead>',
      },
    ],
    '/node/body/fields',
    'The target answers 400: "param is missing or the value is empty: lead". The path of the URL is about a "lead", and the target reads its fields from an object of that name: put those of the body into one, as in {"lead": {…}}.',
  ],
  [
    'GitLab: scope',
    {
      path: '/api/v4/projects/12/issues',
      auth: {
        type: 'apiKey',
        in: 'header',
        name: 'PRIVATE-TOKEN',
        value: '{{ secrets.crm_token }}',
      },
      body: {
        structure: 'json',
        content: {
          title: 'x',
        },
      },
    },
    [
      403,
      {
        error: 'insufficient_scope',
        error_description: 'The request requires higher privileges than provided by the access token.',
        scope: 'api',
      },
    ],
    '/node/auth',
    'The credential lacks the permission: "insufficient_scope: The request requires higher privileges than provided by the access token: api". It comes from "auth" of the node: give it the permission at the target, or use another one.',
  ],
  [
    'Zoho CRM: invalid data type',
    {
      path: '/crm/v6/Leads',
      body: {
        structure: 'json',
        content: {
          data: [
            {
              Last_Name: 'L',
              Annual_Revenue: 'lots',
            },
          ],
        },
      },
      headers: [
        {
          name: 'Authorization',
          value: 'Zoho-oauthtoken {{ secrets.crm_token }}',
        },
      ],
    },
    [
      400,
      {
        data: [
          {
            code: 'INVALID_DATA',
            details: {
              expected_data_type: 'double',
              api_name: 'Annual_Revenue',
              json_path: '$.data[0].Annual_Revenue',
            },
            message: 'invalid data',
            status: 'error',
          },
        ],
      },
    ],
    '/node/body/content/data/0/Annual_Revenue',
    'The target answers 400: "INVALID_DATA: invalid data: expected double". The node sends "Annual_Revenue" as a text, and the target wants a number: correct its value.',
  ],
  [
    'Zoho CRM: module name',
    {
      path: '/crm/v6/Lead',
      body: {
        structure: 'json',
        content: {
          data: [
            {
              Last_Name: 'L',
            },
          ],
        },
      },
      headers: [
        {
          name: 'Authorization',
          value: 'Zoho-oauthtoken {{ secrets.crm_token }}',
        },
      ],
    },
    [
      400,
      {
        code: 'INVALID_MODULE',
        details: {},
        message: 'the module name given seems to be invalid',
        status: 'error',
      },
    ],
    '/node/url',
    'The target does not know what the path of the URL names: "INVALID_MODULE: the module name given seems to be invalid". Correct it there.',
  ],
  [
    'Dynamics: unknown property',
    {
      path: '/api/data/v9.2/leads',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'firstname',
            source: 'profile',
            field: 'first_name',
          },
          {
            name: 'emailadress1',
            source: 'profile',
            field: 'email',
          },
        ],
      },
    },
    [
      400,
      {
        error: {
          code: '0x80048d19',
          message:
            "Error identified in Payload provided by the user for Entity :'leads', For more information on this error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : Microsoft.OData.ODataException: The property 'emailadress1' does not exist on type 'Microsoft.Dynamics.CRM.lead'. Make sure to only use property names that are defined by the type.",
        },
      },
    ],
    '/node/body/fields/1',
    'The target answers 400: "Microsoft.OData.ODataException: The property \'emailadress1\' does not exist on type \'Microsoft.Dynamics.CRM.lead\'. Make sure to only use property names that are defined by the type". Check the name of "emailadress1".',
  ],
  [
    'Dynamics: option set as text',
    {
      path: '/api/data/v9.2/leads',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'leadsourcecode',
            value: 'Web',
          },
        ],
      },
    },
    [
      400,
      {
        error: {
          code: '0x80048d19',
          message:
            "Error identified in Payload provided by the user for Entity :'leads', For more information on this error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : Microsoft.OData.ODataException: Cannot convert the literal 'Web' to the expected type 'Edm.Int32'.",
        },
      },
    ],
    '/node/body/fields/0',
    'The target answers 400: "Microsoft.OData.ODataException: Cannot convert the literal \'Web\' to the expected type \'Edm.Int32\'". The node sends "leadsourcecode" as a text, and the target wants a number: correct its value.',
  ],
  [
    'SAP OData: property invalid',
    {
      path: '/sap/opu/odata/sap/API_BUSINESS_PARTNER/A_BusinessPartner',
      auth: basic,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'FirstNam',
            value: 'Ada',
          },
        ],
      },
    },
    [
      400,
      {
        error: {
          code: '005056A509B11EE1B9A8FEC11C21578E',
          message: {
            lang: 'en',
            value: "Property 'FirstNam' is invalid",
          },
          innererror: {},
        },
      },
    ],
    '/node/body/fields/0',
    'The target answers 400: "Property \'FirstNam\' is invalid". Check name and value of "FirstNam".',
  ],
  [
    'SAP: CSRF',
    {
      path: '/sap/opu/odata/sap/API_BUSINESS_PARTNER/A_BusinessPartner',
      auth: basic,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'FirstName',
            value: 'Ada',
          },
        ],
      },
    },
    [
      403,
      'CSRF token validation failed',
      { 'content-type': 'text/plain; charset=utf-8', 'x-csrf-token': 'Required' },
    ],
    '/node/headers',
    'The target wants a token that it gives itself (CSRF): "CSRF token validation failed". Fetch it in a node before this one, with GET and the header X-CSRF-Token: Fetch; then send here the header X-CSRF-Token with that token, and the header Cookie with the cookies that came with it.',
  ],
  [
    'AWS API Gateway: forbidden',
    {
      path: '/prod/leads',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'email',
            source: 'profile',
            field: 'email',
          },
        ],
      },
    },
    [
      403,
      {
        message: 'Forbidden',
      },
      { 'x-amzn-errortype': 'ForbiddenException' },
    ],
    '/node/auth',
    'The target answers 403: "Forbidden". A gateway of AWS says so of a call without its key: set "auth" to {"type": "apiKey", "in": "header", "name": "x-api-key", "value": "{{ secrets.NAME }}"}. If the target takes no such key, check the path and the stage in the URL.',
  ],
  [
    'Azure APIM: subscription key',
    {
      path: '/crm/leads',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'email',
            source: 'profile',
            field: 'email',
          },
        ],
      },
    },
    [
      401,
      {
        statusCode: 401,
        message:
          'Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.',
      },
      {
        'www-authenticate':
          'AzureApiManagementKey realm="https://acme.azure-api.net/crm",name="Ocp-Apim-Subscription-Key",type="header"',
      },
    ],
    '/node/auth',
    'The target does not accept the credential: "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API". The target takes it in the header "Ocp-Apim-Subscription-Key", and "auth" of the node does not send that. Set "auth" to {"type": "apiKey", "in": "header", "name": "Ocp-Apim-Subscription-Key", "value": "{{ secrets.NAME }}"}.',
  ],
  [
    'Azure: api-version missing',
    {
      path: '/providers/Microsoft.CRM/leads',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'email',
            source: 'profile',
            field: 'email',
          },
        ],
      },
    },
    [
      400,
      {
        error: {
          code: 'MissingApiVersionParameter',
          message: 'The api-version query parameter (?api-version=) is required for all requests.',
        },
      },
    ],
    '/node/query',
    'The target answers 400: "MissingApiVersionParameter: The api-version query parameter (?api-version=) is required for all requests". The node sends no parameter "api-version": add it to "query".',
  ],
  [
    'Graph: sendMail body shape',
    {
      path: '/v1.0/me/sendMail',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          subject: 'x',
          toRecipients: [],
        },
      },
    },
    [
      400,
      {
        error: {
          code: 'ErrorInvalidRequest',
          message: "The parameter 'Message' is required.",
        },
      },
    ],
    '/node/body/content',
    'The target answers 400: "ErrorInvalidRequest: The parameter \'Message\' is required". The node sends no field "Message". If the target reads the fields from an object of that name, put them into one, as in {"Message": {"subject": …, "toRecipients": …}}; if not, add it.',
  ],
  [
    'FastAPI: form sent, JSON wanted',
    {
      path: '/leads',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/x-www-form-urlencoded',
        fields: [
          {
            name: 'email',
            source: 'profile',
            field: 'email',
          },
        ],
      },
    },
    [
      422,
      {
        detail: [
          {
            type: 'model_attributes_type',
            loc: ['body'],
            msg: 'Input should be a valid dictionary or object to extract fields from',
            input: 'email=ada%40example.com',
          },
        ],
      },
    ],
    '/node/body/contentType',
    'The target reads the body as JSON: "body: Input should be a valid dictionary or object to extract fields from", and the node sends application/x-www-form-urlencoded. Set contentType of the body to application/json.',
  ],
  [
    'Express body-parser: JSON broken by template',
    {
      path: '/leads',
      auth: bearer,
      body: {
        structure: 'raw',
        contentType: 'text/plain',
        content: '{"email":"x"}',
      },
    },
    [
      400,
      '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n<body>\n<pre>TypeError: Cannot destructure property &#39;email&#39; of &#39;req.body&#39; as it is undefined.<br> &nbsp; &nbsp;at /app/index.js:7:11</pre>\n</body>\n</html>\n',
      { 'content-type': 'text/html; charset=utf-8' },
    ],
    '/node/body/contentType',
    "The target reads the body as JSON: \"TypeError: Cannot destructure property 'email' of 'req.body' as it is undefined\", and the node sends text/plain. Set contentType of the body to application/json.",
  ],
  [
    'NestJS',
    {
      path: '/leads',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'plan',
            value: 'Gold',
          },
          {
            name: 'email',
            source: 'profile',
            field: 'email',
          },
        ],
      },
    },
    [
      400,
      {
        message: ['property plan should not exist', 'name must be a string'],
        error: 'Bad Request',
        statusCode: 400,
      },
    ],
    '/node/body/fields/0',
    'The target answers 400: "property plan should not exist; name must be a string". Check the name of "plan".',
  ],
  [
    'ASP.NET: JSON value could not be converted',
    {
      path: '/api/leads',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'score',
            value: '97',
          },
        ],
      },
    },
    [
      400,
      {
        type: 'https://tools.ietf.org/html/rfc9110#section-15.5.1',
        title: 'One or more validation errors occurred.',
        status: 400,
        errors: {
          lead: ['The lead field is required.'],
          '$.score': [
            'The JSON value could not be converted to System.Int32. Path: $.score | LineNumber: 0 | BytePositionInLine: 13.',
          ],
        },
        traceId: '00-1',
      },
    ],
    '/node/body/fields/0',
    'The target answers 400: "One or more validation errors occurred; The JSON value could not be converted to System.Int32. Path: $.score | LineNumber: 0 | BytePositionInLine: 13". The node sends "score" as a text, and the target wants a number: write it as "literal", without quotation marks.',
  ],
  [
    'Salesforce: duplicate',
    {
      path: '/services/data/v60.0/sobjects/Lead',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'LastName',
            value: 'x',
          },
        ],
      },
    },
    [
      400,
      [
        {
          message: 'Use one of these records?',
          errorCode: 'DUPLICATES_DETECTED',
          fields: [],
        },
      ],
    ],
    '/node/method',
    'The target has this record already: "DUPLICATES_DETECTED: Use one of these records?". Use the method and the URL that it has for changing one.',
  ],
  [
    'Klaviyo: bearer in place of Klaviyo-API-Key',
    {
      path: '/api/profiles',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          data: {
            type: 'profile',
            attributes: {
              email: '{{ profile.email }}',
            },
          },
        },
      },
    },
    [
      401,
      {
        errors: [
          {
            id: '1',
            status: 401,
            code: 'not_authenticated',
            title: 'Authentication credentials were not provided.',
            detail: 'Missing or invalid authorization scheme. Please use Klaviyo-API-Key.',
            source: {
              pointer: '/data/',
            },
          },
        ],
      },
    ],
    '/node/auth',
    'The target does not accept the credential: "not_authenticated: Missing or invalid authorization scheme. Please use Klaviyo-API-Key". It wants the scheme "Klaviyo-API-Key" in the header Authorization, and "auth" of the node sends another one. Set a header in its place: {"name": "Authorization", "value": "Klaviyo-API-Key {{ secrets.NAME }}"}.',
  ],
  [
    'Klaviyo: revision header missing',
    {
      path: '/api/profiles',
      body: {
        structure: 'json',
        content: {
          data: {
            type: 'profile',
            attributes: {
              email: '{{ profile.email }}',
            },
          },
        },
      },
      headers: [
        {
          name: 'Authorization',
          value: 'Klaviyo-API-Key {{ secrets.crm_token }}',
        },
      ],
    },
    [
      400,
      {
        errors: [
          {
            id: '1',
            status: 400,
            code: 'invalid',
            title: 'Invalid input.',
            detail: 'Client must provide a revision header',
            source: {
              pointer: '/data/',
            },
          },
        ],
      },
    ],
    '/node/headers',
    'The target answers 400: "invalid: Client must provide a revision header". The node sends no header "revision": add it to "headers".',
  ],
  [
    'Klaviyo: phone invalid',
    {
      path: '/api/profiles',
      body: {
        structure: 'json',
        content: {
          data: {
            type: 'profile',
            attributes: {
              email: '{{ profile.email }}',
              phone_number: '{{ profile.phone }}',
            },
          },
        },
      },
      headers: [
        {
          name: 'Authorization',
          value: 'Klaviyo-API-Key {{ secrets.crm_token }}',
        },
      ],
    },
    [
      400,
      {
        errors: [
          {
            id: '1',
            status: 400,
            code: 'invalid',
            title: 'Invalid input.',
            detail: 'Invalid phone number format (Example of a valid format: +12345678901)',
            source: {
              pointer: '/data/attributes/phone_number',
            },
            links: {},
            meta: {},
          },
        ],
      },
    ],
    '/node/body/content/data/attributes/phone_number',
    'The target answers 400: "Invalid phone number format (Example of a valid format: +12345678901)". Check the value of "phone_number". The node sends "070123", which comes from profile.phone.',
  ],
  [
    'Brevo: bearer in place of api-key',
    {
      path: '/v3/contacts',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'email',
            source: 'profile',
            field: 'email',
          },
        ],
      },
    },
    [
      401,
      {
        message: 'Key not found',
        code: 'unauthorized',
      },
    ],
    '/node/auth',
    'The target does not accept the credential: "unauthorized: Key not found". These are words of Brevo, which takes it in the header "api-key", and "auth" of the node does not send that. Set "auth" to {"type": "apiKey", "in": "header", "name": "api-key", "value": "{{ secrets.NAME }}"}.',
  ],
  [
    'ActiveCampaign: contact wrapper',
    {
      path: '/api/3/contacts',
      auth: {
        type: 'apiKey',
        in: 'header',
        name: 'Api-Token',
        value: '{{ secrets.crm_token }}',
      },
      body: {
        structure: 'json',
        content: {
          email: '{{ profile.email }}',
        },
      },
    },
    [
      422,
      {
        errors: [
          {
            title: 'The contact email is required.',
            detail: '',
            code: 'email_required',
            source: {
              pointer: '/data/attributes/email',
            },
          },
        ],
      },
    ],
    '/node/body/content',
    'The target misses "email": "email_required: The contact email is required", and the node sends it at the top of the body. The path of the URL is about a "contact": put the fields of the body into an object of that name, as in {"contact": {…}}.',
  ],
  [
    'Trello: idList',
    {
      path: '/1/cards?key=abc&token=def',
      body: {
        structure: 'json',
        content: {
          name: 'x',
          listId: '5',
        },
      },
    },
    [400, 'invalid value for idList', { 'content-type': 'text/plain; charset=utf-8' }],
    '/node/body/content/listId',
    'The target answers 400: "invalid value for idList". The node sends "listId", and the target knows "idList": rename it.',
  ],
  [
    'Asana: workspace',
    {
      path: '/api/1.0/tasks',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          name: 'x',
        },
      },
    },
    [
      400,
      {
        errors: [
          {
            message: 'data: Missing input',
            help: 'For more information on API status codes and how to handle them, read the docs on errors: https://developers.asana.com/docs/errors',
          },
        ],
      },
    ],
    '/node/body/content',
    'The target answers 400: "data: Missing input". The target reads the fields from an object "data": put those of the body into one, as in {"data": {…}}.',
  ],
  [
    'Stripe: idempotency',
    {
      path: '/v1/charges',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/x-www-form-urlencoded',
        fields: [
          {
            name: 'amount',
            value: '2000',
          },
        ],
      },
      headers: [
        {
          name: 'Idempotency-Key',
          value: 'a1',
        },
      ],
    },
    [
      400,
      {
        error: {
          code: 'idempotency_key_in_use',
          message:
            'There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): a1. Please try again later.',
          type: 'idempotency_error',
        },
      },
    ],
    '/node/expect',
    'The target is still at work on an earlier call with the same Idempotency-Key: "idempotency_key_in_use: There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): a1. Please try"…. Look at the target what came of that call: "repeat" is never, because a 400 does not say how it ended.',
  ],
  [
    'OpenAI: json content string',
    {
      path: '/v1/chat/completions',
      auth: bearer,
      body: {
        structure: 'json',
        content: '{"model":"gpt-4o","messages":[]}',
      },
    },
    [
      400,
      {
        error: {
          message:
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)",
          type: 'invalid_request_error',
          param: null,
          code: null,
        },
      },
    ],
    '/node/body/content',
    'The body is a text that has JSON in it, and not the JSON itself: in "content" write the object without quotation marks around it, as in {"email": "…"}. The target answers 400: "invalid_request_error: We could not parse the JSON body of your request. (HINT: This likely means you aren\'t using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent"….',
  ],
  [
    'Django debug page',
    {
      path: '/leads',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'email',
            source: 'profile',
            field: 'email',
          },
        ],
      },
    },
    [
      500,
      '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta http-equiv="content-type" content="text/html; charset=utf-8">\n<title>RuntimeError\n          at /leads</title></head><body><div id="summary"><h1>RuntimeError\n       at /leads</h1><pre class="exception_value">You called this URL via POST, but the URL doesn&#x27;t end in a slash and you have APPEND_SLASH set. Django can&#x27;t redirect to the slash URL while maintaining POST data. Change your form to point to localhost/leads/ (note the trailing slash), or set APPEND_SLASH=False in your Django settings.</pre></div></body></html>',
      { 'content-type': 'text/html; charset=utf-8' },
    ],
    '/node/url',
    'The target wants a slash at the end of the path: add it to the URL, before a "?". It answers 500: "You called this URL via POST, but the URL doesn\'t end in a slash and you have APPEND_SLASH set. Django can\'t redirect to the slash URL while maintaining POST data. Change your form to point to localho"….',
  ],
  [
    'FastAPI: query param',
    {
      path: '/leads',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'email',
            source: 'profile',
            field: 'email',
          },
        ],
      },
    },
    [
      422,
      {
        detail: [
          {
            type: 'missing',
            loc: ['query', 'list_id'],
            msg: 'Field required',
            input: null,
          },
        ],
      },
    ],
    '/node/query',
    'The target answers 422: "list_id: Field required". The node sends no parameter "list_id": add it to "query".',
  ],
  [
    'FastAPI: path param',
    {
      path: '/leads/{{ profile.id }}',
      method: 'GET',
      auth: bearer,
    },
    [
      422,
      {
        detail: [
          {
            type: 'int_parsing',
            loc: ['path', 'lead_id'],
            msg: 'Input should be a valid integer, unable to parse string as an integer',
            input: 'p-1',
          },
        ],
      },
    ],
    '/node/url',
    'The target answers 422: "lead_id: Input should be a valid integer, unable to parse string as an integer". The target calls a part of the path of the URL "lead_id": check the value there.',
  ],
  [
    'Teams webhook: text missing',
    {
      path: '/webhookb2/x',
      body: {
        structure: 'json',
        content: {
          message: 'hi',
        },
      },
    },
    [400, 'Summary or Text is required.', { 'content-type': 'text/plain; charset=utf-8' }],
    '/node/body/content',
    'The target answers 400: "Summary or Text is required". The node sends neither "Summary" nor "Text": add one of them.',
  ],
  [
    'Discord: embeds',
    {
      path: '/api/webhooks/1/x',
      body: {
        structure: 'json',
        content: {
          content: 'hi',
          embeds: [
            {
              title: 'x',
              color: 'red',
            },
          ],
        },
      },
    },
    [
      400,
      {
        message: 'Invalid Form Body',
        code: 50035,
        errors: {
          embeds: {
            '0': {
              color: {
                _errors: [
                  {
                    code: 'NUMBER_TYPE_COERCE',
                    message: 'Value "red" is not int.',
                  },
                ],
              },
            },
          },
        },
      },
    ],
    '/node/body/content/embeds/0/color',
    'The target answers 400: "50035: Invalid Form Body; color: Value \'red\' is not int". The node sends "color" as a text, and the target wants a number: correct its value.',
  ],
  [
    'Telegram: chat not found',
    {
      path: '/bot{{ secrets.crm_token }}/sendMessage',
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'chat_id',
            value: '@acme',
          },
          {
            name: 'text',
            value: 'x',
          },
        ],
      },
    },
    [
      400,
      {
        ok: false,
        error_code: 400,
        description: 'Bad Request: chat not found',
      },
    ],
    '/node/body/fields/0',
    'The target does not find what "chat_id" refers to: "Bad Request: chat not found". Correct the value of "chat_id", or check whether it belongs to this account or environment.',
  ],
  [
    'QuickBooks: stale SyncToken',
    {
      path: '/v3/company/1/customer',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          Id: '1',
          SyncToken: '0',
          DisplayName: 'x',
        },
      },
    },
    [
      400,
      {
        Fault: {
          Error: [
            {
              Message: 'Stale Object Error',
              Detail:
                'Stale Object Error : You and admin were working on this at the same time. admin finished before you did, so your work was not saved.',
              code: '5010',
              element: '',
            },
          ],
          type: 'ValidationFault',
        },
        time: 'x',
      },
    ],
    '/node/body/content',
    'The record has changed since it was read: "5010: Stale Object Error: Stale Object Error : You and admin were working on this at the same time. admin finished before you did, so your work was not saved". Fetch it in a node before this one, and send its current version.',
  ],
  [
    'Contentful: version',
    {
      path: '/spaces/s/entries/1',
      method: 'PUT',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          fields: {},
        },
      },
    },
    [
      409,
      {
        sys: {
          type: 'Error',
          id: 'VersionMismatch',
        },
        requestId: 'r',
      },
    ],
    '/node/body/content',
    'The record has changed since it was read: "VersionMismatch". Fetch it in a node before this one, and send its current version.',
  ],
  [
    'Contentful: unknown field',
    {
      path: '/spaces/s/entries',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          fields: {
            titel: {
              'en-US': 'x',
            },
          },
        },
      },
    },
    [
      422,
      {
        sys: {
          type: 'Error',
          id: 'ValidationFailed',
        },
        message: 'Validation error',
        details: {
          errors: [
            {
              name: 'unknown',
              path: ['fields', 'titel'],
              details: 'The property "titel" is not expected',
            },
          ],
        },
      },
    ],
    '/node/body/content/fields/titel',
    'The target answers 422: "Validation error; The property \'titel\' is not expected". Check the name of "titel".',
  ],
  [
    'Supabase: column',
    {
      path: '/rest/v1/leads',
      auth: {
        type: 'apiKey',
        in: 'header',
        name: 'apikey',
        value: '{{ secrets.crm_token }}',
      },
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'e_mail',
            source: 'profile',
            field: 'email',
          },
        ],
      },
    },
    [
      400,
      {
        code: 'PGRST204',
        details: null,
        hint: null,
        message: "Could not find the 'e_mail' column of 'leads' in the schema cache",
      },
    ],
    '/node/body/fields/0',
    'The target answers 400: "PGRST204: Could not find the \'e_mail\' column of \'leads\' in the schema cache". Check the name of "e_mail".',
  ],
  [
    'Supabase: no key',
    {
      path: '/rest/v1/leads',
      auth: bearer,
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'email',
            source: 'profile',
            field: 'email',
          },
        ],
      },
    },
    [
      401,
      {
        message: 'No API key found in request',
        hint: 'No `apikey` request header or url param was found.',
      },
    ],
    '/node/auth',
    'The target does not accept the credential: "No API key found in request: No `apikey` request header or url param was found". The target takes it in the header "apikey", and "auth" of the node does not send that. Set "auth" to {"type": "apiKey", "in": "header", "name": "apikey", "value": "{{ secrets.NAME }}"}.',
  ],
  [
    'Postgres not-null via PostgREST',
    {
      path: '/rest/v1/leads',
      auth: {
        type: 'apiKey',
        in: 'header',
        name: 'apikey',
        value: '{{ secrets.crm_token }}',
      },
      body: {
        structure: 'simple',
        contentType: 'application/json',
        fields: [
          {
            name: 'email',
            source: 'profile',
            field: 'email',
          },
        ],
      },
    },
    [
      400,
      {
        code: '23502',
        details: 'Failing row contains (1, null).',
        hint: null,
        message: 'null value in column "name" of relation "leads" violates not-null constraint',
      },
    ],
    '/node/body/fields',
    'The target answers 400: "23502: null value in column \'name\' of relation \'leads\' violates not-null constraint". The node sends no field "name": add it.',
  ],
  [
    'Google Sheets: range',
    {
      path: '/v4/spreadsheets/1/values/Sheeet1!A1:append?valueInputOption=RAW',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          values: [['a']],
        },
      },
    },
    [
      400,
      {
        error: {
          code: 400,
          message: 'Unable to parse range: Sheeet1!A1',
          status: 'INVALID_ARGUMENT',
        },
      },
    ],
    '/node/url',
    'The target does not know "Sheeet1!A1", which stands in the path of the URL: "INVALID_ARGUMENT: Unable to parse range: Sheeet1!A1". Correct it there, or check whether it belongs to this account or environment.',
  ],
  [
    'Dynamics BC: etag',
    {
      path: '/v2.0/companies(1)/customers(2)',
      method: 'PATCH',
      auth: bearer,
      body: {
        structure: 'json',
        content: {
          displayName: 'x',
        },
      },
    },
    [
      409,
      {
        error: {
          code: 'Request_EntityChanged',
          message: 'Another user has already changed the record.',
        },
      },
    ],
    '/node/body/content',
    'The record has changed since it was read: "Request_EntityChanged: Another user has already changed the record". Fetch it in a node before this one, and send its current version.',
  ],
  [
    'ASP.NET: antiforgery/415 charset',
    {
      path: '/api/leads',
      auth: bearer,
      body: {
        structure: 'raw',
        contentType: 'text/plain',
        content: '{"email":"x"}',
      },
    },
    [
      415,
      {
        type: 'x',
        title: 'Unsupported Media Type',
        status: 415,
      },
    ],
    '/node/body/contentType',
    'The target expects another content type than text/plain: "Unsupported Media Type". Change contentType of the body to application/json, which is what it has.',
  ],
]

const payload = {
  profile: {
    id: 'p-1',
    email: 'ada@example.com',
    first_name: 'Åsa',
    last_name: 'Lovelace',
    lead_score: 97,
    contact_id: '4711',
    tags: ['a', 'b'],
    zero: 0,
    phone: '070123',
    source: 'demo',
    birthday: '1990-02-30',
    newsletter: 'yes',
    company: 'Acme AB',
    country: 'Sweden',
    address: { city: 'Malmö', postcode: '211 22' },
  },
  event: { type: 'form_submitted', form: 'demo', created: '2026-11-30 14:00', utm: { source: 'google' } },
}

/** Calls of well-known APIs that they refuse in words of their own. */
export const apiCalls: readonly BrokenCall[] = rows.map((row) => ({
  ...callOf(row),
  payload,
  secrets: { crm_token: 'tok_live_9f8e7d6c5b4a3210' },
}))
