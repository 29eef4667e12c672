import { apiKey, awsSigV4, basic, bearer, digest, oauth2 } from './examples.ts'
import type { ForeignMembers, ForeignWords } from './foreign-word.ts'

const onlyClientCredentials =
  'the service fetches tokens with client credentials only, because other grants need the consent of a person'

export const authMembers: ForeignMembers = {
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
        'oauth2 oauth clientCredentials clientId clientSecret tokenUrl accessTokenUrl grantType scope scopes',
      example: oauth2,
      covers: ['type', 'tokenUrl', 'clientId', 'clientSecret'],
    },
    {
      words: 'authorizationUrl authUrl redirectUri refreshToken',
      says: onlyClientCredentials,
      example: oauth2,
    },
    {
      words: 'digest digestAuth httpDigestAuth',
      example: digest,
      covers: ['type', 'username', 'password'],
    },
    {
      words:
        'aws awsv4 awsIam sigV4 awsSigV4 accessKey accessKeyId awsAccessKeyId secretKey secretAccessKey awsSecretAccessKey region service',
      example: awsSigV4,
      covers: ['type', 'region', 'service', 'accessKeyId', 'secretAccessKey'],
    },
    {
      words: 'hawk ntlm edgegrid',
      says: 'the types are "bearer", "basic", "apiKey", "oauth2", "digest" and "awsSigV4"',
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
  'Auth(digest)': [
    { words: 'name key', is: 'username' },
    { words: 'secret value token', is: 'password' },
    { words: 'digest', example: digest, covers: ['username', 'password'] },
    {
      words: 'realm nonce qop algorithm opaque nc cnonce nonceCount clientNonce',
      says: 'it comes from the challenge of the target; leave it out',
    },
    { words: 'disableRetryRequest', says: 'the service answers the challenge by itself; leave it out' },
  ],
  'Auth(awsSigV4)': [
    { words: 'accessKey awsAccessKeyId awsAccessKey keyId key id username user', is: 'accessKeyId' },
    { words: 'secretKey awsSecretAccessKey awsSecretKey secret password', is: 'secretAccessKey' },
    { words: 'token securityToken awsSessionToken', is: 'sessionToken' },
    { words: 'regionName awsRegion', is: 'region' },
    { words: 'serviceName awsService signingName', is: 'service' },
    {
      words: 'assumeRole roleArn profile',
      says: 'the service assumes no role; send the keys and the "sessionToken" of temporary credentials',
    },
  ],
  'Auth(apiKey)': [
    {
      words: 'header headerName keyName paramName parameterName queryName',
      is: 'name',
      byType: {
        boolean: { says: 'the place of the key is "in"', example: { in: 'header' }, covers: ['in'] },
      },
    },
    {
      words: 'query',
      is: 'name',
      byType: { boolean: { says: 'the place of the key is "in"', example: { in: 'query' }, covers: ['in'] } },
    },
    { words: 'placement position addKeyTo sendIn where', is: 'in' },
    { words: 'key', is: 'name', isAlso: 'value' },
    { words: 'token secret keyValue', is: 'value' },
    { words: 'secretName secretId secretRef secretKey', is: 'value', says: 'as "{{ secrets.NAME }}"' },
    { words: 'apiKey', example: apiKey, covers: ['in', 'name', 'value'] },
  ],
  'Auth(oauth2)': [
    { words: 'id client username key consumerKey applicationId appId', is: 'clientId' },
    { words: 'secret password consumerSecret appSecret applicationSecret credential', is: 'clientSecret' },
    {
      words:
        'url accessTokenUrl accessTokenEndpoint tokenUri tokenEndpoint oauthTokenEndpoint oauthTokenUrl endpoint authority issuer',
      is: 'tokenUrl',
    },
    {
      words: 'tenant tenantId directory directoryId realm domain',
      says: 'it is a part of the address of the token',
      example: { tokenUrl: 'https://login.microsoftonline.com/TENANT/oauth2/v2.0/token' },
      covers: ['tokenUrl'],
    },
    { words: 'scopes', is: 'scope', says: 'names separated by spaces' },
    { words: 'aud', is: 'audience' },
    { words: 'resource', example: { parameters: { resource: '…' } } },
    {
      words: 'authentication clientAuthentication authStyle tokenEndpointAuthMethod sendCredentialsIn',
      is: 'clientAuth',
    },
    {
      words: 'params additionalParameters extraParams body additionalBodyProperties authQueryParameters',
      is: 'parameters',
    },
    {
      words: 'grantType grant flow',
      says: 'the grant is always client_credentials; leave it out',
    },
    {
      words: 'authorizationUrl authUrl redirectUri refreshToken code accessToken token',
      says: onlyClientCredentials,
    },
    { words: 'tokenExpiredStatusCode expiredWhen', is: 'refusedWhen' },
  ],
}

export const authWords: ForeignWords = {
  'Auth.type': [
    { words: 'bearerToken bearerAuth httpBearerAuth token jwt', is: 'bearer' },
    { words: 'basicAuth httpBasicAuth userPassword password', is: 'basic' },
    {
      words:
        'header headerAuth httpHeaderAuth query queryAuth httpQueryAuth key authKey apiToken custom httpCustomAuth',
      is: 'apiKey',
    },
    {
      words:
        'oauth oauth20 oAuth2Api oauthClientCredentialsFlow clientCredentials clientCredentialsFlow activeDirectoryOAuth azureAd azureActiveDirectory entraId microsoftEntra oauth2ClientCredentials openIdConnect oidc',
      is: 'oauth2',
    },
    { words: 'digestAuth httpDigestAuth httpDigest', is: 'digest' },
    { words: 'aws awsv4 awsIam awsAuth sigV4 awsSignature', is: 'awsSigV4' },
    {
      words: 'oauth1 ntlm hawk edgegrid',
      says: 'the service has no other type',
    },
    {
      words: 'managedServiceIdentity managedIdentity clientCertificate',
      says: 'the service has no identity of its own: "oauth2" has "clientId" and "clientSecret", and a certificate is "tls" of the node',
    },
    { words: 'hmac signature', says: 'a signature is "signing" of the node' },
    { words: 'none noAuth no', says: 'leave out "auth" for none' },
    {
      words: 'genericCredentialType predefinedCredentialType',
      says: 'write the credential itself: { "type": "bearer", "token": "{{ secrets.NAME }}" }',
    },
  ],
  'Auth.clientAuth': [
    { words: 'header client_secret_basic basicAuth', is: 'basic' },
    { words: 'client_secret_post post form params', is: 'body' },
  ],
  'Auth.in': [
    { words: 'headers httpHeader requestHeader inHeader headerParam', is: 'header' },
    {
      words:
        'url param parameter params queryString queryParams queryParameter urlParameter inQuery requestQuery searchParams',
      is: 'query',
    },
    { words: 'cookie', says: 'a cookie is a header named "Cookie"' },
    { words: 'body', says: 'a key in the body is a field of "body" with "{{ secrets.NAME }}"' },
  ],
}
