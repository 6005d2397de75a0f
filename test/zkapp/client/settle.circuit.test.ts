/** Every state of a command, told by a chain that says what the test wants. */
import { describe, expect, test } from '@jest/globals';
import { Mina } from 'o1js';
import { ZkcxError } from '../../../src/errors.ts';
import type { Chain, ChainAccount, CommandStatus } from '../../../src/zkapp/client/chain.ts';
import { type CommandReport, settle } from '../../../src/zkapp/client/sending/settle.ts';
import { refusalOf } from './refusal.ts';

const local = await Mina.LocalBlockchain({ proofsEnabled: false });
Mina.setActiveInstance(local);
const [account] = local.testAccounts;
const command = await Mina.transaction({ sender: account!, fee: 1e8 }, async () => {});
const hash = await Mina.Transaction.hash(command.toJSON());
const VALID_UNTIL = 20;
const sent = {
  chain: 'x',
  purpose: '',
  nonce: 3,
  attempts: [
    {
      hash,
      fee: '1',
      validUntil: VALID_UNTIL,
      command: JSON.parse(command.toJSON()) as Record<string, unknown>,
    },
  ],
};

/** What a chain says at one look: a code is a failure of its nodes. */
interface Look {
  readonly status?: CommandStatus;
  readonly slot?: number;
  readonly height?: number;
  readonly nonce?: number;
  readonly code?: 'ERR_NODE_UNREACHABLE' | 'ERR_NODE_ANSWER' | 'ERR_NODE_SYNCING';
  readonly now?: bigint;
}

/** States that are reported for these looks, and how it ends. The last look goes on. */
async function told(looks: readonly Look[], { finality = 2 } = {}) {
  const reports: CommandReport[] = [];
  let number = 0;
  let submitted = 0;
  const look = () => looks[Math.min(number, looks.length - 1)]!;
  const chain = {
    finality,
    tip: async () => {
      const { code, slot = 5, height = 100 } = look();
      if (code !== undefined) throw new ZkcxError(code, 'as the test wants');
      return { height, globalSlotSinceGenesis: slot };
    },
    clock: async () => ({ genesis: 0n, slotSeconds: 180 }),
    command: async () => look().status ?? { state: 'unknown' },
    account: async () => ({ nonce: look().nonce ?? 3 }) as ChainAccount,
    submit: async () => {
      submitted++;
      throw new ZkcxError('ERR_NODE_REFUSED', 'it is known already');
    },
  } as unknown as Chain;
  const onState = (report: CommandReport) => {
    reports.push(report);
    number++;
  };
  const options = { chain, feePayer: 'B62', interval: 0, onState, now: () => look().now ?? 0n };
  const end = await settle(sent, options).catch((error: unknown) => error);
  expect(reports.every(({ transaction }) => transaction === hash)).toBe(true);
  return { states: reports.map(({ state }) => state), end, submitted };
}

const pooled: Look = { status: { state: 'pooled' } };
const included = (depth: number, failure?: string): Look => ({
  status: { state: 'included', height: 90, depth, failure },
});
const applied = { state: 'applied', inclusion: { transaction: hash, height: 90 } };

describe('a command', () => {
  test('counts when enough blocks stand on its own', async () => {
    const { states, end } = await told([{}, pooled, included(0), included(1), included(2)]);
    expect(states).toEqual(['unknown', 'pooled', 'included', 'included', 'included']);
    expect(end).toEqual(applied);
  });

  test('that a pool or a branch dropped is handed in again', async () => {
    const { states, end, submitted } = await told([
      pooled,
      {},
      pooled,
      included(1),
      {},
      pooled,
      included(2),
    ]);
    expect(states).toEqual([
      'pooled',
      'evicted',
      'pooled',
      'included',
      'orphaned',
      'pooled',
      'included',
    ]);
    expect([end, submitted]).toEqual([applied, 2]);
  });

  test('that failed in its block is no success, once the block is final', async () => {
    const { states, end } = await told([included(0, 'Cancelled'), {}, included(2, 'Cancelled')]);
    expect(states).toEqual(['failed', 'orphaned', 'failed']);
    expect(end).toMatchObject({ state: 'failed', transaction: hash });
    expect((end as { why: string }).why).toContain('Cancelled');
    // another branch may apply it
    expect((await told([included(1, 'Cancelled'), included(2)])).end).toEqual(applied);
  });

  test('is over when its last slot is, for as many blocks as count', async () => {
    const over = (height: number): Look => ({ slot: VALID_UNTIL + 1, height });
    const { states, end } = await told([
      { ...pooled, slot: VALID_UNTIL },
      { ...pooled, ...over(101) },
      over(102),
      over(103),
    ]);
    expect(states).toEqual(['pooled', 'expired', 'expired', 'expired']);
    expect(end).toMatchObject({ state: 'expired', transaction: hash });
    // a reorganisation brings it into a block after all
    expect((await told([over(101), over(102), included(2)])).end).toEqual(applied);
    // and one that takes the end back begins the count anew
    const back = await told([over(101), { slot: VALID_UNTIL, height: 101 }, over(103), over(105)]);
    expect(back.states).toEqual(['expired', 'unknown', 'expired', 'expired']);
  });

  test('is over when another command has its nonce', async () => {
    const { states, end } = await told([
      pooled,
      { nonce: 4, height: 101 },
      { nonce: 4, height: 102 },
      { nonce: 4, height: 103 },
    ]);
    expect(states).toEqual(['pooled', 'replaced', 'replaced', 'replaced']);
    expect(end).toMatchObject({ state: 'replaced', transaction: hash });
  });

  test('outlives nodes that do not answer, answer nonsense, or still sync', async () => {
    const bad: Look[] = (
      ['ERR_NODE_UNREACHABLE', 'ERR_NODE_ANSWER', 'ERR_NODE_SYNCING'] as const
    ).map((code) => ({ code }));
    const { states, end } = await told([...bad, pooled, ...bad, included(2)]);
    expect(states).toEqual([
      ...bad.map(() => 'unanswered'),
      'pooled',
      ...bad.map(() => 'unanswered'),
      'included',
    ]);
    expect(end).toEqual(applied);
  });

  test('is left to the next run when nobody answers for hours after its last slot', async () => {
    const silent = (now: bigint): Look => ({ code: 'ERR_NODE_UNREACHABLE', now });
    const end = BigInt(180 * (VALID_UNTIL + 1));
    const looks = [pooled, silent(1n), silent(end + 10_800n), silent(end + 10_801n)];
    const { states, end: error } = await told([...looks, included(2)]);
    expect(states).toEqual(['pooled', 'unanswered', 'unanswered', 'unanswered']);
    expect(error).toMatchObject({ code: 'ERR_COMMAND_PENDING', reason: hash });
  });

  test('is left to the next run by whoever does not want to wait', async () => {
    const chain = { tip: () => Promise.reject(new ZkcxError('ERR_NODE_TIMEOUT', '')) };
    const options = { chain: chain as unknown as Chain, feePayer: 'B62', interval: 60_000 };
    const signal = AbortSignal.timeout(20);
    expect(await refusalOf(() => settle(sent, { ...options, signal }))).toBe('ERR_COMMAND_PENDING');
  });
});
