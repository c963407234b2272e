/** A certificate for this machine, made anew at each start: browsers speak HTTP/2 over TLS only. */
import { createHash, X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';

/** The certificate and key, as `createSecureServer` takes them. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /**
   * Base64 of the SHA-256 of the public key, for Chromium's
   * `--ignore-certificate-errors-spki-list`.
   */
  readonly spki: string;
}

/** Makes a certificate for `localhost`, signed by itself. */
export async function makeCertificate(): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256', // Deno takes no SHA-1
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  const { publicKey } = new X509Certificate(made.cert);
  const spki = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  return { key: made.private, cert: made.cert, spki };
}
