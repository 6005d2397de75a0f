/** What deploys a registry and meets one refuses what is not of the form that it takes: see arguments.circuit.test.ts. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, test } from '@jest/globals';
import { ZkcxError } from '../src/errors.ts';
import * as zkapp from '../src/zkapp/index.ts';
import { assertTyped, codeOf, errorOf, type OptionRow, testOptions } from './support/arguments.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { createWorld } from './zkapp/client/world.ts';

const folder = temporaryFolder();
const file = join(folder, 'deployment.json');
const world = await createWorld();
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

const { chain, deployment } = world;
const unreachable = () => Promise.reject(new ZkcxError('ERR_NODE_UNREACHABLE', 'no chain'));
/** What passes the check of the arguments ends at the first question to the chain. */
const nowhere = Object.assign(Object.create(chain) as typeof chain, {
  account: unreachable,
  clock: unreachable,
});
const sender = { ...world.sender, chain: nowhere };
const admin = chain.accounts[1]!.toPublicKey();
const beginning = {
  trust: deployment.trust,
  sources: [],
  admin,
  random: (length: number) => new Uint8Array(randomBytes(length)),
};
const { admin: account, trust, sources } = deployment;

const OPTIONS: readonly OptionRow[] = [
  [
    'deployRegistry',
    beginning,
    Object.keys(beginning),
    (o) => zkapp.deployRegistry(sender, o as never),
  ],
  [
    'checkBirth',
    { expected: { admin: account, trust, sources }, births: file },
    [],
    (o) => zkapp.checkBirth(nowhere, deployment, o as never),
  ],
  [
    'checkBirth, deployment',
    deployment,
    Object.keys(deployment),
    (o) => zkapp.checkBirth(nowhere, o as never),
  ],
  [
    'checkBirth, expected',
    { admin: account, trust, sources },
    [],
    (expected) => zkapp.checkBirth(nowhere, deployment, { expected: expected as never }),
  ],
];

testOptions(OPTIONS, (row, member, value) => {
  // a birth file of any name, and any beginning that is partly said
  if (member === 'expected') return typeof value === 'object' && value !== null;
  return row === 'checkBirth' && member === 'births' && typeof value === 'string';
});

describe('any value', () => {
  const { deployRegistry, deployedSources, checkBirth } = zkapp;
  test.each(Object.entries({ deployRegistry, deployedSources, checkBirth }))(
    'passed to %s gives nothing but a ZkcxError',
    (_, exported) => assertTyped(exported as never),
  );

  test('as the sender of deployRegistry, or the file of a deployment, too', async () => {
    await assertTyped((value) => zkapp.deployRegistry(value as never, beginning));
    for (const value of [undefined, null, 5, '', 'a\0b', {}, join(folder, 'missing'), folder]) {
      const read = await errorOf(() => zkapp.readDeployment(value as never));
      expect([value, codeOf(read)]).toEqual([value, expect.stringMatching(/^ERR_(ARGUMENT|FILE)/)]);
    }
  });

  test('is not written as a deployment', async () => {
    await assertTyped(async (value) => {
      await zkapp.writeDeployment(file, value as never);
      throw Error('it was written');
    });
  });
});
