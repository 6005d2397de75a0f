/** A proof, changes of it, and what a verifier says of each. */
import { checkEnvelope } from '../../src/prover/envelope.ts';
import { ZkcxError } from '../../src/errors.ts';
import { TrustSet, verifyRefresh, type VerifyChainOptions } from '../../src/index.ts';
import { ANCHOR, AT, readJson } from './inputs.ts';

const TRUST_ROOT = new TrustSet([ANCHOR]).root.toBigInt();

/** Members of the envelope that get another value, by their path. */
const CASES: readonly {
  readonly name: string;
  readonly change?: readonly [path: string, value: unknown];
  readonly trustRoot?: bigint;
  readonly at?: bigint;
}[] = [
  { name: 'as it is' },
  { name: 'under another trust root', trustRoot: TRUST_ROOT + 1n },
  { name: 'before its window', at: 1_700_000_000n },
  { name: 'after its window', at: 1_900_000_000n },
  { name: 'of another version', change: ['version', 9] },
  { name: 'with a member that is not known', change: ['more', 1] },
  { name: 'of another program', change: ['program', 'chain'] },
  { name: 'for other circuits', change: ['verificationKeyHash', '1'] },
  { name: 'in another mode', change: ['proof.publicInput.0', '1'] },
  { name: 'with another commitment', change: ['proof.publicOutput.3', '1'] },
];

interface ProofCase {
  readonly name: string;
  readonly change?: { readonly path: string; readonly value: unknown };
  readonly trustRoot: string;
  readonly at: string;
  readonly claim?: Readonly<Record<string, string>>;
  readonly refused?: string;
}

export async function proofs() {
  const envelope = checkEnvelope(readJson('refreshes/euicc-1.json'));
  const cases: ProofCase[] = [];
  for (const { name, change, trustRoot = TRUST_ROOT, at = AT } of CASES) {
    cases.push({
      name,
      ...(change && { change: { path: change[0], value: change[1] } }),
      trustRoot: String(trustRoot),
      at: String(at),
      ...(await verdict(changed(envelope, change), { trustRoot, at })),
    });
  }
  return { envelope, cases };
}

/** The claim of a proof, or the code with which it is refused. */
async function verdict(
  proof: object,
  options: VerifyChainOptions,
): Promise<Pick<ProofCase, 'claim' | 'refused'>> {
  try {
    const claim = Object.entries(await verifyRefresh(proof, options));
    return { claim: Object.fromEntries(claim.map(([name, value]) => [name, String(value)])) };
  } catch (error) {
    if (error instanceof ZkcxError) return { refused: error.code };
    throw error;
  }
}

function changed(envelope: object, change: readonly [string, unknown] | undefined): object {
  const copy = structuredClone(envelope);
  if (change === undefined) return copy;
  const [path, value] = change;
  const names = path.split('.');
  const last = names.pop()!;
  const place = names.reduce<object>((inner, name) => Reflect.get(inner, name) as object, copy);
  Reflect.set(place, last, value);
  return copy;
}
