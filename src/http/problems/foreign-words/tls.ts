import type { ForeignMembers, ForeignWords } from './foreign-word.ts'
import { noCertificateSwitch } from './sentences.ts'

export const tlsMembers: ForeignMembers = {
  Tls: [
    { words: 'cert clientCert clientCertificate crt publicCert certificateChain chain', is: 'certificate' },
    { words: 'privateKey clientKey keyFile certKey', is: 'key' },
    { words: 'password pass keyPassword keyPassphrase clientKeyPassphrase', is: 'passphrase' },
    {
      words: 'caCert caCertificate caCertificates cas rootCa trustedCa caBundle truststore',
      is: 'ca',
    },
    { words: 'version tlsVersion minimumVersion minTlsVersion min secureProtocol', is: 'minVersion' },
    {
      words: 'pfx p12 pkcs12 keystore',
      says: 'certificate and key are PEM, which "openssl pkcs12" writes',
      covers: ['certificate', 'key'],
    },
    {
      words:
        'rejectUnauthorized insecure insecureSkipVerify skipVerify verify verifyPeer verifyHost allowUnauthorizedCerts checkServerIdentity strictSsl selfSigned',
      says: noCertificateSwitch,
    },
    {
      words: 'servername sni host hostname',
      says: 'the name is that of the host in "url"; leave it out',
    },
    {
      words: 'maxVersion ciphers curves ecdhCurve sigalgs',
      says: 'the newest version and the strongest cipher that both sides know are used; leave it out',
    },
  ],
}

export const tlsWords: ForeignWords = {
  'Tls.minVersion': [
    { words: 'TLS1.3 1.3', is: 'TLSv1.3' },
    { words: 'TLS1.2 1.2', is: 'TLSv1.2' },
    { words: 'TLSv1 TLSv1.1 TLS1.1 TLS1.0 1.1 1.0 SSLv3', says: 'older versions are not safe' },
  ],
}
