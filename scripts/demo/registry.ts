/**
 * The demo's last part: the credential is published in a registry on an embedded chain that checks all
 * proofs, the registry is rebuilt from its events, and a session is proven under the contract's root,
 * without the chain proof. With `aggregate`, a batch of four is published as well.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import {
  OnceStore,
  type Peer,
  type ProofEnvelope,
  SessionVerifier,
  shareCredential,
  TrustSet,
} from 'zkcx';
import {
  deployRegistry,
  EmbeddedChain,
  publishAggregate,
  publishRefresh,
  type Sender,
  type SyncedRegistry,
  syncRegistry,
} from 'zkcx/zkapp';
import { anchors, rootsOf, testMap } from '../../examples/test-pki.ts';
import { type Demo, meet, now, seconds } from './session.ts';

export interface RegistryDemo extends Demo {
  /** A proof of `aggregate`, published before the credential. */
  readonly aggregate?: ProofEnvelope;
}

const PEER: Peer = { serverAddress: 'dp.example.com', serverOid: '2.999.10' };
const since = (from: number) => seconds(performance.now() - from);

export async function demoRegistry(demo: RegistryDemo): Promise<void> {
  const { say, folder, credential, aggregate } = demo;
  const trustSet = new TrustSet(anchors);
  say(
    '',
    '7. A registry on a chain of our own: the contract is deployed, the credential published.',
  );
  const open = () =>
    EmbeddedChain.open({ folder: join(folder, 'chain'), random: randomBytes, now });
  let chain = await open();
  try {
    const sender: Sender = {
      chain,
      feePayer: chain.accounts[0]!,
      journal: join(folder, 'sent'),
      onCompile: (name) => say(`   compiling ${name} ...`),
    };
    let start = performance.now();
    const deployment = await deployRegistry(sender, {
      trust: trustSet.leaves,
      sources: [],
      admin: chain.accounts[1]!.toPublicKey(),
      random: randomBytes,
    });
    say(`   deployed at ${deployment.address} in ${since(start)}`);
    const sync = () => syncRegistry(chain, deployment);
    if (aggregate !== undefined) {
      start = performance.now();
      const { place } = await publishAggregate(sender, await sync(), aggregate);
      say(
        `   an aggregate stands from place ${place} on: compiled, proven and accepted in ${since(start)}`,
      );
    }
    start = performance.now();
    const shared = await shareCredential(credential, {
      prover: demo.prover,
      onEvent: demo.onEvent,
    });
    say(`   a proof of the credential to give away, in ${since(start)}`);
    start = performance.now();
    const { place } = await publishRefresh(sender, await sync(), shared.proof);
    say(`   the credential stands at place ${place}: proven and accepted in ${since(start)}`);
    await chain.close();
    start = performance.now();
    chain = await open();
    say(`   opened again: all transactions apply, their proofs hold, in ${since(start)}`);
    const registry = await sync();
    say(
      `   rebuilt from ${registry.tree.published.length} publications, equal to the contract's state`,
      '',
      '8. A session from the registry. The server names the roots that it read from the contract; the',
      '   device compares them with its own reading, and proves without its chain proof.',
    );
    await session({ ...demo, credential: shared.credential }, registry);
  } finally {
    await chain.close();
  }
}

async function session(demo: RegistryDemo, { tree, state }: SyncedRegistry): Promise<void> {
  const { say, folder } = demo;
  const map = testMap(now());
  const store = await OnceStore.open(join(folder, 'server3'));
  const registryRoots = [tree, ...tree.recent].map(({ root }) => root.toBigInt());
  const roots = { ...rootsOf(map), registryRoots };
  if (roots.trustSets[0]!.root !== state.trustRoot) throw Error('the registry has other CIs');
  const verifier = new SessionVerifier({
    ...PEER,
    mode: 'registryPresentation',
    role: 'euicc-v2',
    roots: () => roots,
    store,
    // a first run compiles between challenge and answer
    lifetime: 1_800n,
  });
  const { verified, answeredIn } = await meet(demo, {
    peer: PEER,
    verifier,
    // one CI and few entries: a real holder keeps the minimums of its policy
    policy: {
      trustSets: [anchors],
      minimumCis: 1,
      maps: [map.map],
      registry: tree,
      minimumPublished: 1,
    },
  });
  await store.close();
  say(
    `   ${PEER.serverAddress} accepts: role ${verified.role}, published and not revoked; nothing was prepared,`,
    `   presentation and possession proven in ${seconds(answeredIn)}`,
  );
}
