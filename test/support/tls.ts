import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Throw-away certificates: PEM files in a directory of their own. */
export interface Certificates {
  readonly dir: string;
  readonly caFile: string;
  /** For 127.0.0.1 and localhost, signed by the CA. */
  readonly server: { readonly certFile: string; readonly keyFile: string };
  /** Signed by the CA. */
  readonly client: { readonly certFile: string; readonly keyFile: string };
  /** Another CA, which signed nothing of these. */
  readonly strangerFile: string;
  /** Removes the files. */
  remove(): Promise<void>;
}

const run = promisify(execFile);

/** Makes a CA, a server and a client certificate with the openssl command (Debian: openssl). */
export async function makeCertificates(): Promise<Certificates> {
  const dir = await mkdtemp(join(tmpdir(), 'keyspace-tls-'));
  const path = (name: string): string => join(dir, name);
  const openssl = async (...args: string[]): Promise<void> => {
    await run('openssl', args, { cwd: dir });
  };
  const authority = (name: string): Promise<void> =>
    openssl('req', '-x509', ...curve, '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`,
      '-addext', 'basicConstraints=critical,CA:TRUE');
  const signed = async (name: string, extensions: string): Promise<void> => {
    await writeFile(path(`${name}.ext`), extensions);
    await openssl('req', ...curve, '-nodes', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    await openssl('x509', '-req', '-days', '2', '-in', `${name}.csr`, '-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial',
      '-extfile', `${name}.ext`, '-out', `${name}.pem`);
  };
  await authority('authority');
  await authority('stranger');
  await signed('server', 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  await signed('client', 'extendedKeyUsage=clientAuth\n');
  return {
    dir,
    caFile: path('authority.pem'),
    server: { certFile: path('server.pem'), keyFile: path('server.key') },
    client: { certFile: path('client.pem'), keyFile: path('client.key') },
    strangerFile: path('stranger.pem'),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

/** Elliptic-curve keys take milliseconds to make; RSA keys seconds. */
const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
