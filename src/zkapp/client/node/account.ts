/** An account as a Mina node tells it. */
import { TokenId } from 'o1js';
import { z } from 'zod';
import type { ChainAccount } from '../chain.ts';
import { stateHashField } from './base58.ts';
import { base58, fieldElement, uint32, uint64 } from './forms.ts';

export const accountQuery = (address: string) => `query { syncStatus
  account(publicKey: "${address}", token: "${TokenId.toBase58(TokenId.default)}") {
    nonce inferredNonce balance { total } delegateAccount { publicKey } votingFor tokenSymbol
    timing { initialMinimumBalance cliffTime cliffAmount vestingPeriod vestingIncrement }
    permissions { editState access send receive setDelegate setPermissions
      setVerificationKey { auth txnVersion } setZkappUri editActionState setTokenSymbol
      incrementNonce setVotingFor setTiming }
    zkappState verificationKey { verificationKey hash } provedState zkappUri } }`;

const auth = z.enum(['None', 'Either', 'Proof', 'Signature', 'Impossible']);

const permissions = z.strictObject({
  editState: auth,
  access: auth,
  send: auth,
  receive: auth,
  setDelegate: auth,
  setPermissions: auth,
  setVerificationKey: z.strictObject({ auth, txnVersion: z.string().regex(/^[0-9]{1,10}$/) }),
  setZkappUri: auth,
  editActionState: auth,
  setTokenSymbol: auth,
  incrementNonce: auth,
  setVotingFor: auth,
  setTiming: auth,
});

/** All of it is null for an account without one. */
const timing = z.union([
  z.looseObject({
    initialMinimumBalance: uint64,
    cliffTime: uint64,
    cliffAmount: uint64,
    vestingPeriod: uint64,
    vestingIncrement: uint64,
  }),
  z.looseObject({ initialMinimumBalance: z.null() }).transform(() => undefined),
]);

const votingFor = base58.transform((text, context) => {
  const value = stateHashField(text);
  if (value === undefined) context.addIssue('not a state hash');
  return value ?? 0n;
});

export const accountSchema = z.looseObject({
  syncStatus: z.string(),
  account: z
    .looseObject({
      nonce: uint32,
      inferredNonce: uint32.nullable(),
      balance: z.looseObject({ total: uint64 }),
      permissions,
      delegateAccount: z.looseObject({ publicKey: base58 }).nullable(),
      timing,
      tokenSymbol: z.string().max(100).nullable(),
      votingFor,
      zkappState: z
        .array(fieldElement)
        .refine(({ length }) => length === 8 || length === 32)
        .nullable(),
      verificationKey: z
        .looseObject({
          verificationKey: z.string().regex(/^[A-Za-z0-9+/]{1,20000}={0,2}$/),
          hash: fieldElement,
        })
        .nullable(),
      provedState: z.boolean().nullable(),
      zkappUri: z.string().max(1_000).nullable(),
    })
    .nullable(),
});

type Account = NonNullable<z.infer<typeof accountSchema>['account']>;

export function readAccount(account: Account): ChainAccount {
  const { zkappState, verificationKey, provedState, zkappUri } = account;
  return {
    nonce: account.nonce,
    inferredNonce: Math.max(account.nonce, account.inferredNonce ?? 0),
    balance: account.balance.total,
    permissions: account.permissions,
    delegate: account.delegateAccount?.publicKey,
    timing: account.timing,
    tokenSymbol: account.tokenSymbol ?? '',
    votingFor: account.votingFor,
    zkapp:
      zkappState === null || verificationKey === null
        ? undefined
        : {
            state: zkappState,
            verificationKey: { data: verificationKey.verificationKey, hash: verificationKey.hash },
            provedState: provedState ?? false,
            uri: zkappUri ?? '',
          },
  };
}

/** Whether two nodes tell the same of an account; balances and nonces move all the time. */
export function sameAccount(a: ChainAccount | undefined, b: ChainAccount | undefined): boolean {
  return fixedPart(a) === fixedPart(b);
}

function fixedPart(account: ChainAccount | undefined): string {
  const fixed = account && { ...account, nonce: 0, inferredNonce: 0, balance: 0n };
  return String(
    JSON.stringify(fixed, (_key, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    ),
  );
}
