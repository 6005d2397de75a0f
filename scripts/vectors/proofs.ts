/** A proof, changes of it, and what a verifier says of each. */
import { checkEnvelope } from '../../src/prover/envelope.ts';
import { TrustSet, verifyRefresh } from '../../src/index.ts';
import { ANCHOR, AT, readJson, verdict } from './inputs.ts';

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

export async function proofs() {
  const envelope = readJson('refreshes/euicc-1.json');
  checkEnvelope(envelope);
  const cases = [];
  for (const { name, change, trustRoot = TRUST_ROOT, at = AT } of CASES) {
    const says = await verdict(() => verifyRefresh(changed(envelope, change), { trustRoot, at }));
    const result =
      'refuses' in says
        ? { refused: says.refuses }
        : {
            claim: Object.fromEntries(
              Object.entries(says.accepts).map(([key, value]) => [key, String(value)]),
            ),
          };
    cases.push({
      name,
      ...(change && { change: { path: change[0], value: change[1] } }),
      trustRoot: String(trustRoot),
      at: String(at),
      ...result,
    });
  }
  return { envelope, cases };
}

function changed(envelope: object, change: readonly [string, unknown] | undefined): object {
  if (change === undefined) return envelope;
  const copy = structuredClone(envelope);
  const [path, value] = change;
  const names = path.split('.');
  const last = names.pop()!;
  let place: any = copy;
  for (const name of names) place = place[name];
  place[last] = value;
  return copy;
}
