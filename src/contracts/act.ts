/**
 * What a device signs to act in a contract, and the statement of its possession there: in plain values for the holder, in
 * variables for the contract. Signed is SHA-256 of
 *
 *   SEQUENCE {
 *     UTF8String      "zkcx-contract-1"
 *     OCTET STRING    hash of the act, 32 bytes, big-endian
 *   }
 *
 * DER with minimal lengths, 53 bytes: one block of SHA-256. No message of SGP.22 and none of a session begins as this one.
 */
import { Bytes, Field, Hash, type PublicKey, UInt8 } from 'o1js';
import { checked } from '../arguments.ts';
import { TAG } from '../asn1/index.ts';
import { encodeTlv } from '../asn1/tlv.ts';
import { bigintToBytes } from '../bytes.ts';
import { domainHash } from '../circuits/hash.ts';
import { possessionHash, type PresentationClaim } from '../circuits/session.ts';
import * as form from './arguments.ts';

/** An account on Mina, and what a device acts there for. */
export interface ContractScope {
  readonly address: PublicKey;
  /** `TokenId.default` for MINA. */
  readonly tokenId: Field;
  /** The contract's own: one pseudonym for each. An epoch makes it "once an epoch". */
  readonly purpose: Field;
}

/** All that a device agrees to when it acts. */
export interface ContractAct extends ContractScope {
  /** Hash of what is to be done, with all of its arguments: the contract computes it. */
  readonly action: Field;
  /** Who pays or signs for the transaction: nobody else can use the proof. */
  readonly sender: PublicKey;
}

const HASH_BYTES = 32;

/**
 * What pseudonyms of a contract are for: others at another address, in another token or for another purpose, and
 * others than any server's. Never 0, as no hash is. In circuits and outside.
 */
export function contractScope(scope: ContractScope): Field {
  checked(scope, form.account, 'contractScope');
  const { address, tokenId, purpose } = scope;
  return domainHash('contractScope', [...address.toFields(), tokenId, purpose]);
}

/** One field for an act. In circuits and outside. */
export function actHash(act: ContractAct): Field {
  checked(act, form.act, 'actHash');
  const { address, tokenId, purpose, action, sender } = act;
  return domainHash('act', [...address.toFields(), tokenId, purpose, action, ...sender.toFields()]);
}

/** What the device signs. Outside of circuits. */
export function actMessage(act: ContractAct): Uint8Array {
  return messageOf(bigintToBytes(actHash(act).toBigInt(), HASH_BYTES));
}

function messageOf(hash: Uint8Array): Uint8Array {
  return encodeTlv(
    TAG.sequence,
    encodeTlv(TAG.utf8String, new TextEncoder().encode('zkcx-contract-1')),
    encodeTlv(TAG.octetString, hash),
  );
}

/** What stands in front of the hash in every message. */
const PREFIX = messageOf(new Uint8Array(HASH_BYTES)).subarray(0, -HASH_BYTES);

/** SHA-256 of `actMessage` in a circuit, from its hash: limbs as of `Digest`. */
function actDigest(hash: Field): Field[] {
  const message = [...Array.from(PREFIX, (byte) => UInt8.from(byte)), ...bytesOf(hash)];
  const digest = Hash.SHA2_256.hash(Bytes.from(message)).bytes.map(({ value }) => value);
  // big-endian bytes: 88, 88 and 80 bits from the end
  return [digest.slice(21), digest.slice(10, 21), digest.slice(0, 10)].map((bytes) =>
    bytes.reduce((sum, byte) => sum.mul(256).add(byte), Field(0)).seal(),
  );
}

/** Big-endian. A field has one such form: 254 bits, which no second number below 2^254 is equal to. */
function bytesOf(field: Field): UInt8[] {
  const bits = field.toBits();
  const bytes = Array.from({ length: HASH_BYTES }, (_, i) =>
    // of bits, so in range
    UInt8.Unsafe.fromField(Field.fromBits(bits.slice(8 * i, 8 * i + 8)).seal()),
  );
  return bytes.toReversed();
}

/** The one statement of a possession that counts for an act. In a circuit. */
export function actStatement(
  act: ContractAct,
  { sessionKey, sessionIdentity }: PresentationClaim,
  pseudonym: Field,
): Field {
  const hash = actHash(act);
  return possessionHash({
    session: hash,
    digest: actDigest(hash),
    sessionKey,
    sessionIdentity,
    scope: contractScope(act),
    pseudonym,
    identifierScope: Field(0),
    identifier: Field(0),
    order: Field(0),
  });
}
