/** An embedded chain that checks no proofs, with a registry: what a proof claims is up to the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Field } from 'o1js';
import { AggregateClaim } from '../../../src/circuits/aggregate.ts';
import { AggregateProof } from '../../../src/circuits/aggregate.program.ts';
import { ChainClaim } from '../../../src/circuits/claims.ts';
import { CrlClaim } from '../../../src/circuits/crl.ts';
import { RefreshProof } from '../../../src/circuits/refresh.program.ts';
import { RevocationEntry, mapKey } from '../../../src/circuits/revocation.ts';
import { MODE, SLOT_SECONDS, TRUST_HEIGHT } from '../../../src/params.ts';
import type { ProofEnvelope } from '../../../src/prover/envelope.ts';
import { type AggregatedClaims, aggregateClaims } from '../../../src/witness/aggregate.ts';
import type { MapPlace, RevocationMap } from '../../../src/witness/revocation-map.ts';
import { deployRegistry } from '../../../src/zkapp/client/deploy.ts';
import type { DeploymentFile } from '../../../src/zkapp/client/deployment.ts';
import { EmbeddedChain } from '../../../src/zkapp/client/embedded/embedded-chain.ts';
import type { Sender } from '../../../src/zkapp/client/send.ts';
import {
  type SyncedRegistry,
  syncRegistry,
  type SyncOptions,
} from '../../../src/zkapp/client/sync.ts';
import { treeRoot } from '../../../src/zkapp/contract/gates.ts';
import { CrlProof } from '../../../src/zkapp/contract/index.ts';
import { unproven, unprovenChain } from '../../support/envelope.ts';

export const GENESIS = 1_700_000_000n;
const DAY = 86_400n;
/** The clock stands in slot 1,000. */
export const NOW = GENESIS + BigInt(1_000 * SLOT_SECONDS) + 5n;

/** Leaves of the CIs that the registry starts with. */
export const TRUST = [50n, 200n, 300n];
export const TRUST_ROOT = treeRoot(
  Array.from({ length: 2 ** TRUST_HEIGHT }, (_, i) => Field(TRUST[i] ?? 0n)),
).toBigInt();

export interface World {
  readonly folder: string;
  readonly chain: EmbeddedChain;
  readonly sender: Sender;
  readonly deployment: DeploymentFile;
  readonly address: string;
  sync(options?: SyncOptions): Promise<SyncedRegistry>;
  close(): Promise<void>;
}

export const openChain = (folder: string) =>
  EmbeddedChain.open({
    folder,
    random: randomBytes,
    now: () => NOW,
    proofs: false,
    genesis: GENESIS,
  });

export const temporary = () => mkdtempSync(join(tmpdir(), 'zkcx-chain-'));

export async function createWorld({
  sources = [],
}: Partial<Pick<DeploymentFile, 'sources'>> = {}): Promise<World> {
  const folder = temporary();
  const chain = await openChain(folder);
  const [payer, admin] = chain.accounts;
  const sender = { chain, feePayer: payer!, journal: join(folder, 'sent'), interval: 1 };
  const deployment = await deployRegistry(sender, {
    trust: TRUST,
    sources,
    admin: admin!.toPublicKey(),
    random: randomBytes,
  });
  return {
    folder,
    chain,
    sender,
    deployment,
    address: deployment.address,
    sync: (options) => syncRegistry(chain, deployment, { attempts: 1, ...options }),
    async close() {
      await chain.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Numbers of credentials stand for their commitments. */
export const claimOf = (number: number, trustRoot = TRUST_ROOT) => ({
  trustRoot,
  validFrom: NOW - DAY,
  validUntil: NOW + 300n * DAY,
  commitment: BigInt(number),
});

const dummies = {
  refresh: await RefreshProof.dummy(Field(0), new ChainClaim(fields(claimOf(0))), 1),
  aggregate: await AggregateProof.dummy(
    Field(0),
    new AggregateClaim(fields({ trustRoot: 0n, root: 0n, height: 0n, count: 0n, validUntil: 0n })),
    1,
  ),
  crl: await CrlProof.dummy(
    Field(0),
    new CrlClaim(fields({ trustRoot: 0n, mapKey: 0n, entry: 0n, count: 0n })),
    1,
  ),
};

function fields<Key extends string>(values: Record<Key, bigint>): Record<Key, Field> {
  const entries = Object.entries<bigint>(values).map(([key, value]) => [key, Field(value)]);
  return Object.fromEntries(entries) as Record<Key, Field>;
}

/** An envelope of a proof of nothing. */
const envelope = (program: keyof typeof dummies, output: readonly (Field | bigint)[]) =>
  unproven(program, [MODE[program]], output, dummies[program].toJSON().proof);

export function refreshEnvelope(number: number, trustRoot = TRUST_ROOT): ProofEnvelope {
  const claim = claimOf(number, trustRoot);
  return envelope('refresh', [
    claim.trustRoot,
    claim.validFrom,
    claim.validUntil,
    claim.commitment,
  ]);
}

/** The same as a chain proof, which must not be given away. */
export function chainEnvelope(number: number): ProofEnvelope {
  return unprovenChain(refreshEnvelope(number).proof.publicOutput, dummies.refresh.toJSON().proof);
}

export function aggregateEnvelope(numbers: readonly number[]): {
  readonly envelope: ProofEnvelope;
  readonly aggregated: AggregatedClaims;
} {
  const aggregated = aggregateClaims(
    numbers.map((number) => claimOf(number)),
    { at: NOW },
  );
  return { envelope: envelope('aggregate', AggregateClaim.toFields(aggregated.claim)), aggregated };
}

export function crlEnvelope(place: MapPlace, map: RevocationMap): ProofEnvelope {
  const entry = RevocationEntry.hash(map.get(place)!.entry);
  return envelope('crl', [TRUST_ROOT, mapKey(place.issuer, Field(place.listKind)), entry, 0n]);
}
