/** What people get wrong with files: each message says which file, what is wrong, and what to do. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readCertificate } from '../../src/cli/shared/certificates.ts';
import { zkcx } from '../support/cli.ts';
import { ROOT } from '../support/command.ts';
import { pem } from '../support/pem.ts';
import { CI, EID, EUICC, EUICC_KEY, EUM, sgp26 } from '../support/sgp26-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const fixture = (name: string) => join(ROOT, 'fixtures', name);
const EXPIRED = fixture('invalid/CERT_EUICC_ECDSA_NIST_EXPIRED.der');
const CRL = sgp26('crl/CRL-A-0.der');
const CREDENTIAL = fixture('credentials/euicc-1.json');
const TEXT = file('text.txt', 'hello\n');
const check = (...args: string[]) => ['chain', 'check', '--ci', CI, '--at', '2025-06-01', ...args];
const verify = (proof: string) => ['chain', 'verify', '--ci', CI, proof];

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('a mistake', () => {
  test.each<[string, string[], string[]]>([
    ['wrong order', check(EUICC, EUM), ['wrong order', `issuer first, ${EUM} ${EUICC}`]],
    [
      'missing issuer',
      check(EUICC),
      [`issuer of ${EUICC} is missing`, 'CN=EUM Test', `before ${EUICC}`],
    ],
    ['CI in the list', check(CI, EUM, EUICC), [CI, 'is the certificate of a CI', 'leave it out']],
    ['expired', check(EUM, EXPIRED), [EXPIRED, 'CN=Expired eUICC', 'until 2015-01-01', 'new']],
    [
      'not yet valid',
      ['chain', 'check', '--ci', CI, '--at', '2020-04-01T09:40:00Z', EUM, EUICC],
      [EUICC, 'not yet valid: it begins 2020-04-01T09:48:58Z', 'Check the clock'],
    ],
    [
      'a private key',
      check(EUM, EUICC_KEY),
      [`${EUICC_KEY} holds a private key, not a certificate`, 'BEGIN CERTIFICATE'],
    ],
    ['text', check(EUM, TEXT), [`${TEXT} holds other text, not a certificate`, 'give the file']],
    ['an empty file', check(file('empty', '')), ['holds nothing, not a certificate']],
    ['a list', ['cert', 'inspect', CRL], [`${CRL} holds a revocation list, not a certificate`]],
    ['a list as CI', ['chain', 'check', '--ci', CRL, EUM], ['holds a revocation list']],
    ['a certificate as list', ['crl', 'inspect', EUM], [`${EUM} holds a certificate, not a rev`]],
    [
      'a credential as proof',
      verify(CREDENTIAL),
      [`${CREDENTIAL} holds a credential, not a proof`, 'credential share', 'do not send it'],
    ],
    ['a certificate as proof', verify(EUM), [`${EUM} holds a certificate, not a proof: make one`]],
    ['a missing file', check('none.der'), ['none.der', 'there is no such file']],
    ['an eUICC as CI', ['chain', 'check', '--ci', EUM, EUICC], [EUM, 'self-signed certificate']],
  ])('%s', async (_, args, words) => {
    const { status, stdout, stderr } = await zkcx(...args);
    expect(status).toBeGreaterThan(0);
    expect(stdout).toBe('');
    for (const word of words) expect(stderr).toContain(word);
    expect(stderr).not.toContain(EID);
  });

  test('several certificates where one is wanted', async () => {
    const both = [EUM, EUICC].map((path) => pem('CERTIFICATE', readFileSync(path))).join('');
    const two = file('two.pem', both);
    await expect(readCertificate(two)).rejects.toThrow(
      `${two} has 2 certificates, give exactly one: put each into a file of its own`,
    );
  });

  test('a server without TLS', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const { stderr } = await zkcx('lpa', 'probe', '--ci', CI, `localhost:${port}`);
      expect(stderr).toContain(`localhost:${port} does not speak TLS: check the address`);
    } finally {
      server.close();
    }
  });
});
