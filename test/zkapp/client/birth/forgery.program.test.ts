/** Whoever deploys a registry need not be trusted: a forged one is refused, and the code says why. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  AccountUpdate,
  Bool,
  Field,
  Mina,
  Permissions,
  PrivateKey,
  PublicKey,
  TokenId,
  UInt32,
} from 'o1js';
import { checkBirth } from '../../../../src/zkapp/client/birth/check.ts';
import type { Chain } from '../../../../src/zkapp/client/chain.ts';
import type { DeploymentFile } from '../../../../src/zkapp/client/deployment.ts';
import { syncRegistry } from '../../../../src/zkapp/client/sync.ts';
import { packClock } from '../../../../src/zkapp/contract/index.ts';
import { refusalOf } from '../refusal.ts';
import { refreshEnvelope, createWorld, openChain, temporary, type World } from '../world.ts';
import { publishRefresh } from '../../../../src/zkapp/client/publish.ts';
import {
  type Change,
  FOREIGN,
  forge,
  genuine,
  lock,
  open,
  publishInvented,
  setState,
  withKey,
} from './forgery.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const refusal = (deployment: DeploymentFile, chain: Chain = world.chain) =>
  refusalOf(() => syncRegistry(chain, deployment, { attempts: 1 }));

describe('a registry that was', () => {
  test('open, filled by its key, and locked then', async () => {
    const { deployment, sign } = await forge(world, open);
    await sign(publishInvented);
    await sign(lock);
    // today it looks like one
    const account = (await world.chain.account(deployment.address))!;
    const honest = (await world.chain.account(world.address))!;
    expect(account.permissions).toEqual(honest.permissions);
    expect(account.zkapp!.verificationKey).toEqual(honest.zkapp!.verificationKey);
    expect(await refusal(deployment)).toBe('ERR_BIRTH_PERMISSIONS');
  });

  test('of another contract first', async () => {
    const { deployment, sign } = await forge(world, (birth) => {
      open(birth, birth);
      withKey(FOREIGN)(birth);
    });
    await sign(publishInvented);
    await sign((update) => {
      genuine(update);
      lock(update);
    });
    expect(await refusal(deployment)).toBe('ERR_BIRTH_KEY');
    const locked = await forge(world, withKey(FOREIGN));
    expect(await refusal(locked.deployment)).toBe('ERR_BIRTH_KEY');
  });

  test('filled in its birth', async () => {
    const { deployment } = await forge(world, publishInvented);
    expect(await refusal(deployment)).toBe('ERR_BIRTH_STATE');
  });

  test('locked by an old version of transactions, which is no lock', async () => {
    const old = ({ account }: AccountUpdate) =>
      account.permissions.set({
        ...Permissions.allImpossible(),
        access: Permissions.proof(),
        editState: Permissions.proof(),
        setVerificationKey: { auth: Permissions.impossible(), txnVersion: UInt32.from(1) },
      });
    const { deployment, sign } = await forge(world, old);
    expect(await refusal(deployment)).toBe('ERR_BIRTH_PERMISSIONS');
    // its key sets another verification key, unless `access` stands in the way
    expect(await refusalOf(() => sign(withKey(FOREIGN)))).toBe('ERR_REGISTRY_REFUSED');
  });

  test('born with honest roots, but without the birth of a registry', async () => {
    const changes: [string, Change][] = [
      [
        'ERR_BIRTH_COMMAND',
        ({ body }) => {
          body.useFullCommitment = Bool(false);
          body.incrementNonce = Bool(true);
          body.preconditions.account.nonce.isSome = Bool(true);
          body.preconditions.account.nonce.value = { lower: UInt32.zero, upper: UInt32.zero };
        },
      ],
      [
        'ERR_BIRTH_COMMAND',
        ({ body }) => {
          const no = Bool(false);
          body.preconditions.account.isNew = { isSome: no, value: no };
        },
      ],
      ['ERR_BIRTH_COMMAND', ({ body }) => (body.callData = Field(1))],
      ['ERR_BIRTH_STATE', (birth) => setState(birth, 'trustRoot', Field(5))],
      ['ERR_BIRTH_STATE', (birth) => setState(birth, 'adminKeyHash', Field(5))],
      ['ERR_BIRTH_STATE', (birth) => setState(birth, 'revocationRoot', Field(5))],
      ['ERR_BIRTH_STATE', (birth) => setState(birth, 'pendingActions', Field(5))],
      [
        'ERR_REGISTRY_CLOCK',
        (birth) =>
          setState(birth, 'clock', Field(packClock({ genesis: 1_700_000_000n, slotSeconds: 90 }))),
      ],
    ];
    for (const [i, [code, change]] of changes.entries()) {
      const { deployment } = await forge(world, change);
      expect([i, await refusal(deployment)]).toEqual([i, code]);
    }
  });

  test('born in a command with one more update', async () => {
    const { deployment } = await forge(world, () => undefined, {
      more: () => {
        AccountUpdate.createSigned(world.sender.feePayer.toPublicKey());
      },
    });
    expect(await refusal(deployment)).toBe('ERR_BIRTH_COMMAND');
  });

  test('born as an account of another token', async () => {
    const key = PrivateKey.random();
    const owner = world.sender.feePayer.toPublicKey();
    const { deployment } = await forge(
      world,
      (birth, funding) => {
        birth.body.tokenId = TokenId.derive(owner);
        birth.body.mayUseToken = AccountUpdate.MayUseToken.ParentsOwnToken;
        funding.approve(birth);
      },
      { key },
    );
    // there is no account of the default token yet, and then there is one that is no registry
    expect(await refusal(deployment)).toBe('ERR_REGISTRY_ACCOUNT');
    const { sign } = await forge(world, open, { key });
    await sign(publishInvented);
    await sign(lock);
    expect(await refusal(deployment)).toBe('ERR_BIRTH_COMMAND');
  });
});

describe('an honest birth certificate', () => {
  test('is believed', async () => {
    expect(await refusal(world.deployment)).toBe('none');
    const { state, height } = await checkBirth(world.chain, world.deployment);
    expect([state.nextIndex, height]).toEqual([0n, world.deployment.height]);
  });

  test('of another registry does not help', async () => {
    const { deployment, address, sign } = await forge(world, open);
    await sign(publishInvented);
    await sign(lock);
    // its address with the honest command, and that command's hash
    expect(await refusal({ ...world.deployment, address })).toBe('ERR_BIRTH_COMMAND');
    const { transaction } = world.deployment;
    expect(await refusal({ ...deployment, transaction })).toBe('ERR_BIRTH_PERMISSIONS');
    // its hash with the honest command
    const hash = deployment.transaction;
    expect(await refusal({ ...world.deployment, transaction: hash })).toBe('ERR_BIRTH_TRANSACTION');
  });

  test('of another chain does not help', async () => {
    const key = PrivateKey.random();
    const honest = await forge(world, () => undefined, { key });
    expect(await refusal(honest.deployment)).toBe('none');
    const folder = temporary();
    const chain = await openChain(folder);
    const feePayer = chain.accounts[0]!;
    const elsewhere = { ...world, chain, sender: { ...world.sender, chain, feePayer } };
    const forged = await forge(elsewhere, open, { key });
    await forged.sign(publishInvented);
    await forged.sign(lock);
    expect(forged.address).toBe(honest.address);
    expect(await refusal(honest.deployment, chain)).toBe('ERR_BIRTH_TRANSACTION');
    // nor under the hash of the forged one, which is that of the first event there
    const { transaction, height } = forged.deployment;
    const mixed = { ...honest.deployment, transaction, height };
    expect(await refusal(mixed, chain)).toBe('ERR_BIRTH_TRANSACTION');
    await chain.close();
    rmSync(folder, { recursive: true });
  });

  test('whose command failed is of no registry', async () => {
    const { deployment } = world;
    const folder = temporary();
    const chain = await openChain(folder);
    expect(await refusal(deployment, chain)).toBe('ERR_REGISTRY_ACCOUNT');
    // somebody makes the account first
    const payer = chain.accounts[0]!;
    await chain.activate();
    const options = { sender: payer.toPublicKey(), fee: 1e8 };
    const transaction = await Mina.transaction(options, async () => {
      AccountUpdate.fundNewAccount(payer.toPublicKey());
      const from = AccountUpdate.createSigned(payer.toPublicKey());
      from.send({ to: PublicKey.fromBase58(deployment.address), amount: 1 });
    });
    await chain.submit(transaction.sign([payer]));
    const birth = Mina.Transaction.fromJSON(deployment.command);
    expect(await refusalOf(() => chain.submit(birth))).toBe('ERR_REGISTRY_REFUSED');
    expect(await refusal(deployment, chain)).toBe('ERR_REGISTRY_ACCOUNT');
    await chain.close();
    rmSync(folder, { recursive: true });
  });

  test('is held against what the holder expects', async () => {
    const { admin, trust } = world.deployment;
    const other = PrivateKey.random().toPublicKey().toBase58();
    const source = { issuer: 5n, kind: 'ca', point: 'none' } as const;
    const told = (expected: object) =>
      refusalOf(() => checkBirth(world.chain, world.deployment, { expected }));
    expect(await told({ admin, trust, sources: [] })).toBe('none');
    expect(await told({ admin: other })).toBe('ERR_BIRTH_CONFIGURATION');
    expect(await told({ trust: trust.slice(1) })).toBe('ERR_BIRTH_CONFIGURATION');
    expect(await told({ sources: [source] })).toBe('ERR_BIRTH_CONFIGURATION');
    // the file itself cannot say otherwise than the command
    expect(await refusal({ ...world.deployment, admin: other })).toBe('ERR_BIRTH_STATE');
    expect(await refusal({ ...world.deployment, trust: trust.slice(1) })).toBe('ERR_BIRTH_STATE');
    expect(await refusal({ ...world.deployment, sources: [source] })).toBe('ERR_BIRTH_STATE');
  });
});

describe('what a chain tells', () => {
  /** The chain with some of its answers changed. */
  const telling = (answers: Partial<Chain>): Chain =>
    Object.assign(Object.create(world.chain) as Chain, answers);

  test('of another birth, after a reorganisation, is refused', async () => {
    const replaced = telling({
      events: async (address, range) =>
        (await world.chain.events(address, range)).map((event) => ({
          ...event,
          transaction: '5JreplacedThisTransaction',
        })),
    });
    expect(await refusal(world.deployment, replaced)).toBe('ERR_BIRTH_TRANSACTION');
  });

  test('of the birth in another block, after a reorganisation, is believed', async () => {
    const { height } = world.deployment;
    const told = (moved: number) =>
      refusal({ ...world.deployment, height: moved }, telling({ canonical: 290 }));
    expect([await told(height - 200), await told(height + 200)]).toEqual(['none', 'none']);
    expect(await told(height + 300)).toBe('ERR_BIRTH_EVENT');
  });

  test('of an event without a proof, or a birth by one, is refused', async () => {
    await publishRefresh(world.sender, await world.sync(), refreshEnvelope(1));
    for (const [place, authorization] of [
      [0, 'Proof'],
      [0, 'None'],
      [1, 'Signature'],
      [1, 'None'],
    ] as const) {
      const chain = telling({
        events: async (address, range) =>
          (await world.chain.events(address, range)).map((event, i) =>
            i === place ? { ...event, authorization } : event,
          ),
      });
      expect(await refusal(world.deployment, chain)).toBe('ERR_BIRTH_AUTHORIZATION');
    }
  });

  test('of a hard fork since its birth is refused', async () => {
    const tip = await world.chain.tip();
    const forked = telling({ tip: async () => ({ ...tip, globalSlotSinceHardfork: 3 }) });
    expect(await refusal(world.deployment, forked)).toBe('ERR_BIRTH_ERA');
  });

  test('of the account today is held against what a registry is', async () => {
    const account = (await world.chain.account(world.address))!;
    const { permissions, zkapp } = account;
    const today = (change: object) =>
      refusal(world.deployment, telling({ account: async () => ({ ...account, ...change }) }));
    const withZkapp = (change: object) => today({ zkapp: { ...zkapp!, ...change } });
    expect(await today({})).toBe('none');
    const older = { ...permissions.setVerificationKey, txnVersion: '2' };
    for (const change of [
      { ...permissions, setVerificationKey: older },
      { ...permissions, access: 'None' as const },
      { ...permissions, send: 'Signature' as const },
    ]) {
      expect(await today({ permissions: change })).toBe('ERR_BIRTH_PERMISSIONS');
    }
    const { hash } = zkapp!.verificationKey;
    expect(await withZkapp({ verificationKey: { data: FOREIGN.data, hash } })).toBe(
      'ERR_BIRTH_KEY',
    );
    expect(await withZkapp({ state: Array.from({ length: 32 }, () => 0n) })).toBe('ERR_BIRTH_ERA');
    expect(await withZkapp({ state: [0n] })).toBe('ERR_REGISTRY_ACCOUNT');
    expect(await today({ zkapp: undefined })).toBe('ERR_REGISTRY_ACCOUNT');
  });

  test('of another clock is refused', async () => {
    const clock = await world.chain.clock();
    const faster = telling({ clock: async () => ({ ...clock, slotSeconds: 90 }) });
    expect(await refusal(world.deployment, faster)).toBe('ERR_REGISTRY_CLOCK');
    const later = telling({ clock: async () => ({ ...clock, genesis: clock.genesis + 604_800n }) });
    expect(await refusal(world.deployment, later)).toBe('ERR_REGISTRY_CLOCK');
  });
});
