/** What is signed for an act in a contract: the same bytes for holder and circuit, others for every other act. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { FeatureFlags, Field, PrivateKey, Provable, PublicKey, TokenId } from 'o1js';
import { possessionHash } from '../../src/circuits/session.ts';
import { actStatement } from '../../src/contracts/act.ts';
import {
  actHash,
  actMessage,
  type ContractAct,
  type ContractProgram,
  contractScope,
  FEATURE_FLAGS,
  pinnedVerificationKey,
} from '../../src/contracts/index.ts';
import { pinnedKey } from '../../src/prover/keys.ts';
import { pinnedCircuits } from '../../src/prover/pinned-circuits.ts';
import { scopeOf } from '../../src/session/scope.ts';
import { digestOf } from '../../src/witness/statement.ts';

const [address, sender, other] = ['7', '8', '9'].map((digit) =>
  PrivateKey.fromBigInt(BigInt(digit)).toPublicKey(),
) as [PublicKey, PublicKey, PublicKey];
const act: ContractAct = {
  address,
  tokenId: TokenId.default,
  purpose: Field(1),
  action: Field(2),
  sender,
};
const CHANGES: readonly Partial<ContractAct>[] = [
  { address: other },
  { tokenId: Field(5) },
  { purpose: Field(5) },
  { action: Field(5) },
  { sender: other },
];
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('the message is DER of a domain and the hash', () => {
  const message = hex(actMessage(act));
  const hash = actHash(act).toBigInt().toString(16).padStart(64, '0');
  expect(message).toBe(`30330c0f${hex(Buffer.from('zkcx-contract-1'))}0420${hash}`);
});

test('every part of an act is in its hash, and account and purpose in its scope', () => {
  const acts = [act, ...CHANGES.map((change) => ({ ...act, ...change }))];
  expect(new Set(acts.map((one) => actHash(one).toString())).size).toBe(acts.length);
  const scopes = acts.map((one) => contractScope(one).toString());
  expect(new Set(scopes).size).toBe(4);
  expect(scopes).not.toContain(String(scopeOf('2.999.10', 'download')));
});

test('a circuit hashes the same message', async () => {
  const values = { sessionKey: Field(11), sessionIdentity: Field(12), sessionIssuer: Field(13) };
  const acts = [act, ...CHANGES.map((change) => ({ ...act, ...change }))];
  const expected = acts.map((one) =>
    possessionHash({
      ...values,
      session: actHash(one),
      digest: digestOf(actMessage(one)).limbs,
      scope: contractScope(one),
      pseudonym: Field(14),
      identifierScope: Field(0),
      identifier: Field(0),
      order: Field(0),
    }).toBigInt(),
  );
  // SHA-256 is not that of this package
  expect(digestOf(actMessage(act)).limbs[0]!.toBigInt()).toBe(
    BigInt(`0x${createHash('sha256').update(actMessage(act)).digest('hex').slice(-22)}`),
  );
  // each run hashes in a circuit: the first, and one whose every byte of the hash is another
  for (const [i, one] of acts.slice(0, 2).entries()) {
    await Provable.runAndCheck(() => {
      const witness = <T>(type: Provable<T>, value: T) => Provable.witness(type, () => value);
      const variables = {
        address: witness(PublicKey, one.address),
        tokenId: witness(Field, one.tokenId),
        purpose: witness(Field, one.purpose),
        action: witness(Field, one.action),
        sender: witness(PublicKey, one.sender),
      };
      actStatement(variables, values, witness(Field, Field(14))).assertEquals(Field(expected[i]!));
    });
  }
});

describe.each(Object.keys(FEATURE_FLAGS) as ContractProgram[])(
  'what is pinned of %s',
  (program) => {
    test('has these features in each of its methods', () => {
      const { gates } = pinnedCircuits(program)!;
      const flags = Object.values(gates).map((kinds) =>
        FeatureFlags.fromGates(kinds.map((type) => ({ type })) as never, true),
      );
      expect(flags.length).toBeGreaterThan(0);
      for (const found of flags) expect(found).toEqual(FEATURE_FLAGS[program]);
    });

    test('is a constant key', () => {
      const { data, hash } = pinnedVerificationKey(program);
      expect(hash.isConstant()).toBe(true);
      expect({ data, hash: hash.toString() }).toMatchObject({
        data: pinnedKey(program).data,
        hash: pinnedKey(program).hash,
      });
    });
  },
);
