/**
 * Read a registry of published credentials: rebuild it from its events, compare it with the contract's
 * state, and write the registry file that holders and verifiers use.
 *
 *     npx tsx examples/registry-reader.ts CHAIN-FOLDER DEPLOYMENT.json [registry.json]
 *
 * `zkcx registry deploy` makes both. For a registry on Mina take a `NodeChain` in place of the `EmbeddedChain`.
 */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { formatRegistry } from 'zkcx';
import { type Chain, EmbeddedChain, readDeployment, syncRegistry } from 'zkcx/zkapp';

export interface ReadRegistry {
  /** The three roots that a verifier names in its requests. */
  readonly registryRoot: bigint;
  readonly trustRoot: bigint;
  readonly revocationRoot: bigint;
  /** Publications: single credentials and aggregates. */
  readonly publications: number;
  /** The registry file. */
  readonly file: string;
}

export async function readRegistry(chain: Chain, deploymentFile: string): Promise<ReadRegistry> {
  const deployment = await readDeployment(deploymentFile);
  // refuses what was not born as a registry, missing events, and events that do not lead to the contract's state
  const { state, tree } = await syncRegistry(chain, deployment);
  const { registryRoot, trustRoot, revocationRoot } = state;
  return {
    registryRoot,
    trustRoot,
    revocationRoot,
    publications: tree.published.length,
    file: formatRegistry(tree),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, deployment, out = 'registry.json'] = process.argv.slice(2);
  if (folder === undefined || deployment === undefined) {
    throw Error('usage: registry-reader.ts CHAIN-FOLDER DEPLOYMENT.json [registry.json]');
  }
  const chain = await EmbeddedChain.open({
    folder,
    random: (length) => new Uint8Array(randomBytes(length)),
    now: () => BigInt(Math.floor(Date.now() / 1000)),
  });
  try {
    const { file, publications, registryRoot } = await readRegistry(chain, deployment);
    await writeFile(out, file, { mode: 0o600 });
    console.log(`${publications} publications, root ${registryRoot}; written to ${out}`);
  } finally {
    await chain.close();
  }
}
