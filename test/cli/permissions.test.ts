/** Keys and stores that others could read are refused, by every command that reads one, with what to do about it. */
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { told } from '../support/cli.ts';
import { privateCopy } from '../support/private-copy.ts';
import { CI, EUICC, EUM, sgp26 } from '../support/sgp26-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const keyOf = (name: string) => sgp26(`${name}/SK_S_SM_${name}_ECDSA_NIST.pem`);
const certificateOf = (name: string) => sgp26(`${name}/CERT_S_SM_${name}_ECDSA_NIST.der`);
const pair = (name: string) => `${certificateOf(name)},${privateCopy(keyOf(name))}`;

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

/** A copy that others can read. */
function openCopy(file: string, mode = 0o644): string {
  const copy = join(folder, 'open-copy');
  copyFileSync(file, copy);
  chmodSync(copy, mode);
  return copy;
}

/** A folder with something in it, which others can enter. */
function openFolder(): string {
  const path = join(folder, 'open-folder');
  mkdirSync(path);
  writeFileSync(join(path, 'CURRENT'), '');
  chmodSync(path, 0o750);
  return path;
}

const serve = (...more: string[]) => {
  const base = ['--data', join(folder, 'data'), '--address', 'a.example.com', '--ci', CI];
  return ['smdpp', 'serve', '--check', ...base, ...more];
};

test.each<[string, () => string[]]>([
  [
    'the key of CERT.DPauth',
    () =>
      serve(
        '--auth',
        `${certificateOf('DPauth')},${openCopy(keyOf('DPauth'))}`,
        '--pb',
        pair('DPpb'),
      ),
  ],
  [
    'the key of CERT.DPpb, for its group only',
    () =>
      serve(
        '--auth',
        pair('DPauth'),
        '--pb',
        `${certificateOf('DPpb')},${openCopy(keyOf('DPpb'), 0o640)}`,
      ),
  ],
  [
    'the key of TLS',
    () => [
      ...serve('--auth', pair('DPauth'), '--pb', pair('DPpb')),
      '--tls',
      `${certificateOf('DPauth')},${openCopy(keyOf('DPauth'))}`,
    ],
  ],
  [
    'the key of an eUICC',
    () => ['euicc', '--ci', CI, '--euicc', `${EUICC},${EUM},${openCopy(keyOf('DPauth'))}`],
  ],
  [
    'a confirmation code',
    () => {
      const file = join(folder, 'code');
      writeFileSync(file, '1234');
      const order = 'smdpp order add --address a.example.com --iccid 8944000000000000019'.split(
        ' ',
      );
      const data = join(folder, 'data');
      return [...order, '--data', data, '--confirmation-code-file', openCopy(file)];
    },
  ],
])('%s that others can read is refused', async (_, command) => {
  const { status, error } = await told(...command());
  expect([status, error?.code]).toEqual([2, 'ERR_CREDENTIAL_PERMISSIONS']);
  expect(error?.message).toContain(`${join(folder, 'open-copy')}: run "chmod 600" on it`);
});

test.each<[string, () => string[]]>([
  ['the store of an SM-DP+', () => ['smdpp', 'order', 'list', '--address', 'a.example.com']],
  [
    'the state of an eUICC',
    () => {
      // of any key: the store is opened before it is compared with its certificate
      const key = privateCopy(keyOf('DPauth'));
      return ['lpa', 'list', '--ci', CI, '--euicc', `${EUICC},${EUM},${key}`];
    },
  ],
])('%s that others can enter is refused', async (_, command) => {
  const { status, error } = await told(...command(), '--data', openFolder());
  expect([status, error?.code]).toEqual([2, 'ERR_CREDENTIAL_PERMISSIONS']);
  expect(error?.message).toContain(`${join(folder, 'open-folder')}: run "chmod 700" on it`);
});
