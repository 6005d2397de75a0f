/** Every kind of certificate that an authority issues: by the rules of this project, and by OpenSSL. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Authority } from '../../src/authority/index.ts';
import { anchorFromCertificate, checkChain, checkProfile } from '../../src/pki/index.ts';
import { ROLE_NAMES, ROLES, roleDotted } from '../../src/roles.ts';
import { hasCheckDigits } from '../../src/sgp22/messages/identifiers.ts';
import { AT, authorityOf, below, certificateOf, CHAINS } from '../support/authority.ts';
import { told } from '../support/cli.ts';
import { run } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);
let authority: Authority;

beforeAll(async () => {
  authority = await authorityOf(folder);
});
afterAll(() => authority.close());

const names = [...CHAINS.keys()].filter((name) => name !== 'ci');

describe.each(names)('%s', (name) => {
  const chain = () => below(folder, name);

  test('is a chain, and the circuits have room for it', async () => {
    const anchor = anchorFromCertificate(certificateOf(folder, 'ci'));
    chain().forEach(checkProfile);
    const { leaf } = checkChain({ anchor, certificates: chain(), at: AT });
    const entries = await authority.entries();
    expect(leaf.role).toBe(entries.find((entry) => entry.name === name)!.request.role);
    const files = CHAINS.get(name)!.map((one) => file(`${one}.der`));
    const checked = await told('chain', 'check', '--ci', ...files, '--at', String(AT));
    expect(checked).toMatchObject({ status: 0 });
  });

  test('is read by OpenSSL', () => {
    const args = ['x509', '-inform', 'DER', '-in', file(`${name}.der`), '-noout', '-text'];
    const { status, stdout } = run('openssl', args);
    expect(status).toBe(0);
    expect(stdout).toContain('ASN1 OID: prime256v1');
    const { leaf } = checkChain({
      anchor: anchorFromCertificate(certificateOf(folder, 'ci')),
      certificates: chain(),
      at: AT,
    });
    expect(stdout).toMatch(
      new RegExp(`Policy: ${roleDotted(leaf.role).replaceAll('.', '\\.')}$`, 'm'),
    );
  });

  test('has a key of its own that only its owner can read', () => {
    expect(statSync(file(`${name}.key`)).mode & 0o777).toBe(0o600);
    const certificate = new X509Certificate(readFileSync(file(`${name}.der`)));
    const pem = run('openssl', ['pkey', '-in', file(`${name}.key`), '-pubout']).stdout;
    expect(certificate.publicKey.export({ type: 'spki', format: 'pem' })).toBe(pem);
  });
});

/**
 * OpenSSL knows nothing of permittedEins, which is critical, and takes the serialNumber of name constraints for a whole
 * one where SGP.22 has the beginning of an EID: so it rejects every genuine eUICC of v2.
 */
const verify = (name: string, ...args: string[]) => {
  const links = CHAINS.get(name)!
    .slice(1, -1)
    .flatMap((one) => ['-untrusted', file(`${one}.pem`)]);
  const at = ['-attime', String(AT)];
  const ca = ['-CAfile', file('ci.pem')];
  return run('openssl', ['verify', ...ca, ...links, ...at, ...args, file(`${name}.der`)]);
};

describe('OpenSSL verifies', () => {
  const servers = names.filter((name) => /^d[ps](tls|auth|pb)/.test(name));
  test.each(servers)('the chain of %s', (name) => {
    const role = certificateOf(folder, name).policies![0]!;
    const purpose = /tls/.test(name)
      ? ['-purpose', 'sslserver', '-verify_hostname', 'smdpp.example.com']
      : [];
    expect(verify(name, '-x509_strict', ...purpose)).toMatchObject({ status: 0 });
    expect(role).toMatch(/^2\.23\.146\.1\.2\.1\./);
  });

  test.each(['eum2', 'subca', 'dpsub', 'dssub'])('the CA %s', (name) => {
    expect(verify(name, '-x509_strict')).toMatchObject({ status: 0 });
  });

  test.each(['euicc3', 'euicc3b', 'eumsub'])('%s, once permittedEins may be unknown', (name) => {
    expect(verify(name).stderr).toMatch(/unhandled critical extension/);
    expect(verify(name, '-ignore_critical')).toMatchObject({ status: 0 });
  });

  test('no eUICC of v2', () => {
    expect(verify('euicc2').stderr).toMatch(/permitted subtree violation/);
  });
});

test('gives eUICCs the EIDs of the range of their CA, one after the other, with check digits', async () => {
  const entries = await authority.entries();
  const eid = (wanted: string) => entries.find(({ name }) => name === wanted)!.request.eid!;
  expect(eid('euicc2')).toMatch(/^890490320{22}\d\d$/);
  expect(eid('euicc3')).toMatch(/^8904903310{21}\d\d$/);
  for (const name of ['euicc2', 'euicc3', 'euicc3b']) expect(hasCheckDigits(eid(name))).toBe(true);
});

test('has a row for every role', async () => {
  const roles = new Set((await authority.entries()).map(({ request }) => request.role));
  expect(ROLE_NAMES.filter((role) => !roles.has(role))).toEqual([]);
  expect(Object.keys(ROLES)).toHaveLength(roles.size);
});
