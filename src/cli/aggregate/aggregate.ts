import { join } from 'node:path';
import { Argument, Option } from 'commander';
import type { ChainToAggregate } from '../../aggregate/plan.ts';
import type { AggregateProgress } from '../../aggregate/progress.ts';
import { formatEnvelope } from '../../prover/envelope.ts';
import { makeFolder, readFileLimited, writeFileAtomic } from '../../files.ts';
import type { TrustAnchor } from '../../pki/index.ts';
import { systemClock } from '../../time.ts';
import { readAnchors } from '../shared/certificates.ts';
import { readChain } from '../shared/chain-files.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags, required, CI, type CiFlags } from '../shared/options.ts';
import { assertOutputs } from '../shared/output-files.ts';
import { type Answer, isoTime, printProgress } from '../shared/output.ts';
import { readSharedProof } from '../shared/proof-files.ts';
import { PROVER, type ProverFlags, proverOptions } from '../shared/proving.ts';
import { announceRedis, REDIS, type RedisFlags, redisOf } from './redis-option.ts';

const MAX_CHAIN_BYTES = 300_000;

interface Flags extends CiFlags, AtFlags, ProverFlags, RedisFlags {
  readonly out: string;
  readonly work?: string;
}

/** zkcx aggregate --ci CI --out DIR [--work DIR] [--redis URL] CHAIN... */
export const aggregate: CommandDefinition = {
  name: 'aggregate',
  description: 'aggregate chains into one proof; continues after a stop',
  arguments: [
    new Argument(
      '<chains...>',
      'each a proof of `credential share`, or certificates below the CI, issuer first, with commas between',
    ),
  ],
  options: [
    CI,
    required('--out <folder>', 'write the aggregate, and a file for each member, here'),
    new Option('--work <folder>', 'keep finished proofs here; private; default: work in --out'),
    REDIS,
    AT,
    ...PROVER,
  ],
  run,
};

async function run(args: string[], flags: Flags): Promise<Answer> {
  const { ci, out, work = join(out, 'work'), at = systemClock() } = flags;
  const redis = redisOf(flags);
  const file = join(out, 'aggregate.json');
  await makeFolder(out);
  // before minutes of work, not after them
  await assertOutputs({ 'the aggregate': file });
  const trust = await readAnchors(ci);
  const chains: ChainToAggregate[] = [];
  for (const arg of args) chains.push(await readMember(arg, trust, at));
  if (redis !== undefined) {
    printProgress(`Proving by the workers (zkcx worker) of ${await announceRedis(redis)}`);
  }
  // circuits take a while to load, so only when everything else is in order
  const { aggregateChains } = await import('../../aggregate/aggregate-chains.ts');
  const { writeCredential } = await import('../../prover/credential.ts');
  const { writeMember } = await import('../../prover/member.ts');
  const result = await aggregateChains(
    { trust, chains, at },
    { ...proverOptions(flags), work, redis, onProgress: printAggregate },
  );
  const members = [];
  for (const [i, { member, credential }] of result.chains.entries()) {
    const number = String(i + 1).padStart(4, '0');
    const files = {
      member: join(out, `member-${number}.json`),
      credential: credential && join(out, `credential-${number}.json`),
    };
    if (credential !== undefined) await writeCredential(files.credential!, credential);
    await writeMember(files.member, member);
    members.push(files);
  }
  // last: where it is, the rest is
  await writeFileAtomic(file, formatEnvelope(result.aggregate), 0o644);
  const [trustRoot, treeRoot, height, count, until] = result.aggregate.proof.publicOutput;
  const validUntil = isoTime(BigInt(until!));
  return {
    json: {
      aggregate: file,
      trustRoot,
      root: treeRoot,
      height: Number(height),
      count: Number(count),
      validUntil,
      members,
    },
    text: [
      `Proven: ${count} chains below CIs under trust root ${trustRoot},`,
      `as leaves of a tree of height ${height} with the root ${treeRoot},`,
      `none over before ${validUntil}.`,
      `Aggregate: ${file}. A member file and, where the chain was proven here, a credential`,
      `(private) for each chain stand beside it. The folder ${work} is not needed any more.`,
    ],
  };
}

/** A JSON file is a proof; anything else is certificates. */
async function readMember(
  arg: string,
  anchors: readonly TrustAnchor[],
  at: bigint,
): Promise<ChainToAggregate> {
  const files = arg.split(',');
  if (files.length > 1 || !(await isJson(arg))) {
    return { certificates: await readChain(files, { anchors, at }) };
  }
  return { proof: await readSharedProof(arg) };
}

async function isJson(file: string): Promise<boolean> {
  const bytes = await readFileLimited(file, MAX_CHAIN_BYTES);
  return /^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 100)));
}

function printAggregate({ done, total, left }: AggregateProgress): void {
  const rest = left === undefined ? '' : `, about ${Math.ceil(left / 60_000)} min to go`;
  printProgress(`${done} of ${total} proofs are there${rest}`);
}
