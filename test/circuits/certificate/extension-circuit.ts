import { MAX_BASES } from '../../../src/params.ts';
import { ROLE_NAMES } from '../../../src/roles.ts';
import type { ExtensionFacts } from '../../../src/circuits/gadgets/certificate/facts.ts';
import { walkExtensions } from '../../../src/circuits/gadgets/certificate/extensions.ts';
import { readTlv } from '../../../src/circuits/gadgets/tlv.ts';
import type { Walk } from '../../../src/circuits/gadgets/walk.ts';
import { sequence } from '../../support/certificates/der.ts';
import { MemoryCircuit } from '../memory-circuit.ts';

/** Bytes of the memory: enough for every case, and much faster than 768. */
const SIZE = 320;

/** The walk over a SEQUENCE of extensions that begins at the first byte of the memory. */
export function extensionCircuit(): MemoryCircuit<ExtensionFacts> {
  return new MemoryCircuit(SIZE, walkList, readFacts);
}

export function walkList(walk: Walk): ExtensionFacts {
  const { content, end } = readTlv(walk, walk.memory.atConstant(0), 0x30);
  return walkExtensions(walk, { start: content, end });
}

/** The memory's content: the list of extensions, and what follows the TBS in its padded blocks. */
export function memoryOf(...extensions: Uint8Array[]): Uint8Array {
  return Uint8Array.of(...sequence(...extensions), 0x80);
}

/** Plain values of the facts, in the prover. */
export function readFacts(facts: ExtensionFacts): ExtensionValues {
  const octets = ({ length, value }: { length: Fieldlike; value: Fieldlike }) =>
    hex(Number(length.toBigInt()), value.toBigInt());
  const { digitalSignature, keyCertSign, cRLSign } = facts.keyUsage;
  const { count, bases } = facts.constraints;
  return {
    subjectKeyIdentifier: octets(facts.subjectKeyIdentifier),
    authorityKeyIdentifier: octets(facts.authorityKeyIdentifier),
    keyUsage: [digitalSignature, keyCertSign, cRLSign].map((bit) => Number(bit.toBigInt())),
    cA: Number(facts.cA.toBigInt()),
    pathLen: Number(facts.pathLen.toBigInt()),
    roles: ROLE_NAMES.filter((_, i) => facts.roleBits[i]!.toBigInt() === 1n),
    count: Number(count.toBigInt()),
    bases: bases.map(({ used, organisation, iin }) => ({
      used: Number(used.toBigInt()),
      organisation: {
        length: Number(organisation.length.toBigInt()),
        chunks: organisation.chunks.map((chunk) => chunk.toBigInt()),
      },
      iin: octets(iin),
    })),
    registeredId: octets(facts.registeredId),
  };
}

interface Fieldlike {
  toBigInt(): bigint;
}

export interface ExtensionValues {
  subjectKeyIdentifier: string;
  authorityKeyIdentifier: string;
  /** digitalSignature, keyCertSign, cRLSign. */
  keyUsage: number[];
  cA: number;
  pathLen: number;
  roles: string[];
  count: number;
  bases: { used: number; organisation: { length: number; chunks: bigint[] }; iin: string }[];
  registeredId: string;
}

/** What the facts of these parts should be; parts not given are absent. */
export function expected(
  parts: Partial<Omit<ExtensionValues, 'bases' | 'roles'>> & {
    role: string;
    bases?: { organisation?: string; iin?: string }[];
  },
): ExtensionValues {
  const { role, bases = [], ...rest } = parts;
  return {
    subjectKeyIdentifier: '',
    authorityKeyIdentifier: '',
    keyUsage: [0, 0, 0],
    cA: 0,
    pathLen: 127,
    count: bases.length,
    registeredId: '',
    ...rest,
    roles: [role],
    bases: Array.from({ length: MAX_BASES }, (_, i) => {
      const { organisation = '', iin = '' } = bases[i] ?? {};
      const folded = Buffer.from(
        organisation.replace(/[A-Z]/g, (c) => c.toLowerCase()),
        'latin1',
      );
      return {
        used: i < bases.length ? 1 : 0,
        organisation: {
          length: folded.length,
          chunks: [folded.subarray(0, 31), folded.subarray(31, 62), folded.subarray(62)].map(
            (chunk) => BigInt(`0x0${chunk.toString('hex')}`),
          ),
        },
        iin: Buffer.from(iin).toString('hex'),
      };
    }),
  };
}

function hex(length: number, value: bigint): string {
  if (length === 0) return value === 0n ? '' : 'empty with a value';
  const digits = value.toString(16);
  return digits.length > 2 * length ? 'longer than its length' : digits.padStart(2 * length, '0');
}
