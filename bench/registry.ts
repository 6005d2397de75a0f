/**
 * `npm run bench:registry -- [--json] [--entries 100,10000,100000] [--no-publish]`: milliseconds to find a
 * credential's path in a registry of so many entries, the tree alone; and seconds to make and to prove the
 * transaction that publishes a credential. Compiling, some minutes, is left out.
 */
import { parseArgs } from 'node:util';
import { AccountUpdate, Field, Mina, PrivateKey } from 'o1js';
import { RefreshProof } from '../src/circuits/refresh.program.ts';
import { guardVerification } from '../src/prover/guard.ts';
import { initialMap } from '../src/witness/initial-map.ts';
import { RegistryTree } from '../src/witness/registry-tree.ts';
import { compileRegistry } from '../src/zkapp/client/compile.ts';
import {
  fundingUpdate,
  packClock,
  ProofRegistry,
  publishArguments,
  registryState,
} from '../src/zkapp/contract/index.ts';
import { PROVEN_AT, PROVEN_TRUST, provenRefresh } from '../test/support/credentials.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    entries: { type: 'string', default: '100,10000,100000' },
    'no-publish': { type: 'boolean', default: false },
  },
});

interface LookUpMeasure {
  readonly entries: number;
  /** From the list of leaves to the root. */
  readonly buildSeconds: number;
  /** One path, the tree being built. */
  readonly lookUpMs: number;
}

interface PublishMeasure {
  /** To run the method, without a proof. */
  readonly buildSeconds: number;
  readonly proveSeconds: number;
}

const lookUps = values.entries.split(',').filter(Boolean).map(Number).map(measureLookUp);
const publish = values['no-publish'] ? undefined : await measurePublish();
if (values.json) console.log(JSON.stringify({ lookUps, publish }, null, 2));
else show();
process.exit();

function measureLookUp(entries: number): LookUpMeasure {
  if (!Number.isInteger(entries) || entries < 1) {
    console.error('--entries takes numbers from 1, with commas in between');
    process.exit(2);
  }
  const leaves = Array.from({ length: entries }, (_, i) => Field(i + 1));
  const building = performance.now();
  const tree = new RegistryTree(leaves);
  tree.root.toBigInt();
  const buildSeconds = secondsSince(building);
  const wanted = Array.from({ length: 100 }, (_, i) => leaves[Math.floor((i * entries) / 100)]!);
  const looking = performance.now();
  for (const leaf of wanted) tree.path(leaf);
  return { entries, buildSeconds, lookUpMs: (secondsSince(looking) * 1_000) / wanted.length };
}

/** On a chain of its own that checks proofs. */
async function measurePublish(): Promise<PublishMeasure> {
  await compileRegistry({
    onCompile: (name) => console.error(`compiling ${name} ...`),
  });
  await guardVerification();
  const local = await Mina.LocalBlockchain({ proofsEnabled: true });
  Mina.setActiveInstance(local);
  const [payer] = local.testAccounts;
  const key = PrivateKey.random();
  const registry = new ProofRegistry(key.toPublicKey());
  const deployment = await Mina.transaction({ sender: payer, fee: 1e8 }, async () => {
    AccountUpdate.attachToTransaction(fundingUpdate(payer));
    await registry.deploy({
      trustRoot: PROVEN_TRUST.root,
      admin: payer,
      revocationRoot: initialMap([]).root,
      clock: Field(packClock({ genesis: PROVEN_AT, slotSeconds: 180 })),
    });
  });
  await deployment.prove();
  await deployment.sign([payer.key, key]).send();

  const proof = await RefreshProof.fromJSON(provenRefresh('euicc-1').proof);
  const { appState } = Mina.getAccount(key.toPublicKey()).zkapp!;
  const state = registryState(appState.map((field) => field.toBigInt()));
  const { path, slots } = publishArguments({
    state,
    tree: new RegistryTree(),
    claim: proof.publicOutput,
    slots: { first: 0, last: 20 },
  });
  const building = performance.now();
  const transaction = await Mina.transaction({ sender: payer, fee: 1e8 }, () =>
    registry.publish(proof, path, slots),
  );
  const buildSeconds = secondsSince(building);
  const proving = performance.now();
  await transaction.prove();
  const proveSeconds = secondsSince(proving);
  await transaction.sign([payer.key]).send();
  return { buildSeconds, proveSeconds };
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1_000;
}

function show(): void {
  const line = (...cells: (string | number)[]) =>
    cells.map((cell) => String(cell).padStart(12)).join('');
  console.log(line('entries', 'build s', 'look-up ms'));
  for (const { entries, buildSeconds, lookUpMs } of lookUps) {
    console.log(line(entries, buildSeconds.toFixed(2), lookUpMs.toFixed(2)));
  }
  if (publish === undefined) return;
  console.log(line('publish', 'build s', 'prove s'));
  console.log(line('', publish.buildSeconds.toFixed(1), publish.proveSeconds.toFixed(1)));
}
