/** The deployment file has one spelling, and nothing in it is believed that the command's hash does not cover. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { deployRegistry } from '../../../../src/zkapp/client/deploy.ts';
import { checkCertificate } from '../../../../src/zkapp/client/birth/certificate.ts';
import { checkBirth } from '../../../../src/zkapp/client/birth/check.ts';
import {
  type DeploymentFile,
  formatDeployment,
  readDeployment,
  writeDeployment,
} from '../../../../src/zkapp/client/deployment.ts';
import { AccountUpdate, Mina, PrivateKey } from 'o1js';
import { randomBytes } from 'node:crypto';
import { refusalOf } from '../refusal.ts';
import { createWorld, temporary, TRUST, type World } from '../world.ts';
import { FOREIGN } from './forgery.ts';

const SOURCES = [
  { issuer: 7n, kind: 'ca', point: 'http://ci.example.com/a.crl' },
  { issuer: 7n, kind: 'user', point: 'none' },
] as const;

let world: World;
const folder = temporary();
const file = join(folder, 'deployment.json');

beforeAll(async () => {
  world = await createWorld({ sources: await ascending() });
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

/** Which of the two orders is that of the keys is for hashes to say. */
async function ascending() {
  const { areAscending } = await import('../../../../src/zkapp/client/birth/sources.ts');
  return areAscending(SOURCES) ? SOURCES : SOURCES.toReversed();
}

/** What the file says of itself, written as text. */
async function readAs(text: string): Promise<string> {
  writeFileSync(file, text);
  return refusalOf(async () => checkBirth(world.chain, await readDeployment(file)));
}

test('is written and read, and its registry is one', async () => {
  await writeDeployment(file, world.deployment);
  expect(await readDeployment(file)).toEqual(world.deployment);
  expect(await readAs(readFileSync(file, 'utf8'))).toBe('none');
  expect((await world.sync()).history.map.size).toBe(2);
});

describe('a file is refused', () => {
  const text = () => formatDeployment(world.deployment);
  const parsed = () => JSON.parse(text()) as Record<string, unknown>;
  const edited = (change: object) =>
    readAs(`${JSON.stringify({ ...parsed(), ...change }, null, 2)}\n`);

  test('of another form, or another version', async () => {
    const address = world.address;
    for (const change of [
      { address: 'x' },
      // a digit is wrong: only the checksum tells
      { address: `${address.slice(0, 20)}${address[20] === '1' ? '2' : '1'}${address.slice(21)}` },
      { transaction: '5Jv' },
      { height: 0 },
      { trust: [] },
      { trust: ['5', '5'] },
      { trust: ['7', '5'] },
      { trust: ['0', '5'] },
      { trust: ['0x5'] },
      { sources: (parsed()['sources'] as object[]).toReversed() },
      { sources: [{ issuer: '7', kind: 'ca', point: 'no uri' }] },
      { command: [] },
      { more: 1 },
    ]) {
      expect([change, await edited(change)]).toEqual([change, 'ERR_REGISTRY_FORMAT']);
    }
    expect(await readAs('{')).toBe('ERR_REGISTRY_FORMAT');
    expect(await readAs('{}')).toBe('ERR_REGISTRY_FORMAT');
    expect(await edited({ version: 1 })).toBe('ERR_REGISTRY_VERSION');
  });

  test('in another spelling of the same', async () => {
    const state = (spelled: string) =>
      text().replace(/("appState": \[\s+"\d+",\s+)"0"/, `$1"${spelled}"`);
    expect(state('0')).toBe(text());
    for (const other of [
      JSON.stringify(parsed()),
      `${text()} `,
      text().replace('"callDepth": 0', '"callDepth": 0.0'),
      text().replace('"memo"', '"memo": "x",\n    "memo"'),
      // the hash of the transaction takes these for the same number
      state('0x0'),
      state('000'),
      state('00'),
      state('-0'),
    ]) {
      expect(other).not.toBe(text());
      expect(await readAs(other)).toBe('ERR_BIRTH_CANONICAL');
    }
  });

  test('with a foreign key beside our hash, or our key beside a foreign hash', async () => {
    const { data, hash } = FOREIGN;
    for (const key of [{ data }, { hash }]) {
      const command = JSON.parse(world.deployment.command) as {
        accountUpdates: { body: { update: { verificationKey: object } } }[];
      };
      Object.assign(command.accountUpdates[1]!.body.update.verificationKey, key);
      expect(await edited({ command })).toBe('ERR_BIRTH_KEY');
    }
  });

  test('with anything in the command that is not as in a birth', async () => {
    const clock = await world.chain.clock();
    const command = JSON.parse(world.deployment.command) as { accountUpdates: { body: object }[] };
    let places = 0;
    for (const update of command.accountUpdates) {
      for (const [holder, key] of leavesOf(update.body)) {
        const value = holder[key];
        holder[key] = otherThan(value);
        const told = { ...world.deployment, command: JSON.stringify(command) };
        const code = await refusalOf(() => checkCertificate(told, clock));
        expect([key, code]).toEqual([key, expect.stringMatching(/^ERR_(BIRTH_|REGISTRY_CLOCK)/)]);
        holder[key] = value;
        places += 1;
      }
    }
    expect(places).toBeGreaterThan(120);
    expect(JSON.stringify(command)).toBe(world.deployment.command);
  });

  test('with sources that do not give the root, or in another order', async () => {
    const [first, second] = world.deployment.sources;
    const wrong: DeploymentFile['sources'][] = [
      [],
      [first!],
      [{ ...first!, point: `${first!.point === 'none' ? 'http://a' : 'none'}` }, second!],
    ];
    for (const sources of wrong) {
      const told = { ...world.deployment, sources };
      expect(await refusalOf(() => checkBirth(world.chain, told))).toBe('ERR_BIRTH_STATE');
    }
    const told = { ...world.deployment, sources: world.deployment.sources.toReversed() };
    expect(await refusalOf(() => checkBirth(world.chain, told))).toBe('ERR_ARGUMENT');
  });

  test('by whoever is to write it, unless it is one', async () => {
    const write = (content: object) =>
      refusalOf(() => writeDeployment(file, content as DeploymentFile));
    expect(await write({})).toBe('ERR_ARGUMENT');
    expect(await write({ ...world.deployment, trust: [7n, 5n] })).toBe('ERR_ARGUMENT');
    expect(await write({ ...world.deployment, height: NaN })).toBe('ERR_ARGUMENT');
  });
});

type Holder = Record<string, unknown>;

/** Every value in a JSON value that has none inside, with what holds it. */
function leavesOf(value: object): [Holder, string][] {
  return Object.entries(value).flatMap(([key, inner]): [Holder, string][] => {
    const isTree = typeof inner === 'object' && inner !== null;
    if (isTree && Object.keys(inner as object).length > 0) return leavesOf(inner as object);
    return [[value as Holder, key]];
  });
}

/** Of the same type, where that is known from the value. */
function otherThan(value: unknown): unknown {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  if (value === null) return '1';
  if (Array.isArray(value)) return [['1']];
  if (value === 'Positive' || value === 'Negative') {
    return value === 'Positive' ? 'Negative' : 'Positive';
  }
  if (value === 'Impossible' || value === 'Proof') return 'Signature';
  return value === '1' ? '2' : '1';
}

describe('deploying', () => {
  test('takes another address when somebody made the account first', async () => {
    const { chain, sender } = world;
    const addresses: string[] = [];
    let taken = 0;
    const rival = Object.assign(Object.create(chain) as typeof chain, {
      submit: async (transaction: Mina.Transaction<boolean, boolean>) => {
        const address = transaction.transaction.accountUpdates[1]!.publicKey;
        addresses.push(address.toBase58());
        if (taken++ < 2) {
          const payer = chain.accounts[3]!;
          const options = { sender: payer.toPublicKey(), fee: 1e8 };
          const pay = await Mina.transaction(options, async () => {
            AccountUpdate.fundNewAccount(payer.toPublicKey());
            const from = AccountUpdate.createSigned(payer.toPublicKey());
            from.send({ to: address, amount: 1 });
          });
          await chain.submit(pay.sign([payer]));
        }
        return chain.submit(transaction);
      },
    });
    const options = {
      trust: TRUST,
      sources: [],
      admin: chain.accounts[1]!.toPublicKey(),
      random: randomBytes,
    };
    const deployed = await deployRegistry({ ...sender, chain: rival }, options);
    expect(new Set(addresses).size).toBe(3);
    expect(deployed.address).toBe(addresses[2]);
    expect(await refusalOf(() => checkBirth(chain, deployed))).toBe('none');
    const poor = { ...sender, chain: rival, feePayer: PrivateKey.random() };
    expect(await refusalOf(() => deployRegistry(poor, options))).toBe('ERR_ACCOUNT_FUNDS');
  });

  test('is found again by whoever was stopped, and paid once', async () => {
    const { chain, sender } = world;
    const options = {
      trust: TRUST,
      sources: [],
      admin: chain.accounts[2]!.toPublicKey(),
      random: randomBytes,
    };
    const addresses: string[] = [];
    const slow = Object.assign(Object.create(chain) as typeof chain, {
      finality: 5,
      submit: (transaction: Mina.Transaction<boolean, boolean>) => {
        addresses.push(transaction.transaction.accountUpdates[1]!.publicKey.toBase58());
        return chain.submit(transaction);
      },
    });
    const stopped = { ...sender, chain: slow, signal: AbortSignal.abort() };
    expect(await refusalOf(() => deployRegistry(stopped, options))).toBe('ERR_COMMAND_PENDING');
    const payer = sender.feePayer.toPublicKey().toBase58();
    const { balance } = (await chain.account(payer))!;
    const deployed = await deployRegistry(sender, options);
    expect([deployed.address]).toEqual(addresses);
    expect((await chain.account(payer))!.balance).toBe(balance);
    expect(await refusalOf(() => checkBirth(chain, deployed))).toBe('none');
    // for another beginning, or once that is done, it is another registry
    expect((await deployRegistry(sender, options)).address).not.toBe(deployed.address);
  });
});
