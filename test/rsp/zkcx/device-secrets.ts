/** What tells the device of these tests from others, in the forms that messages could give it. */
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import { bigintToBytes, bytesToBigint } from '../../../src/bytes.ts';
import type { Es10 } from '../../../src/rsp/lpa/index.ts';
import { iccidBytes, hexToBytes } from '../../../src/sgp22/messages/identifiers.ts';
import { EID, EUICC, EUM } from '../../session/world.ts';
import type { Secret } from '../../../scripts/demo-zkcx/leak-scan.ts';

export const text = (value: string) => new TextEncoder().encode(value);

/** As limbs in decimal: how openings write a coordinate. */
const limbsOf = (value: bigint) =>
  [0n, 88n, 176n].map((shift) => text(String((value >> shift) & ((1n << 88n) - 1n))));

const { x, y } = EUICC.publicKey;

/** The device that a classic LPA tells of; in zkCX servers are told of none. */
export const DEVICE = {
  tac: Uint8Array.of(0x53, 0x71, 0x26, 0x48),
  deviceCapabilities: {},
  imei: new Uint8Array(8).fill(0x77),
};

/** Of this eUICC and its device, whatever it downloads. */
export const KNOWN: readonly Secret[] = [
  { name: 'EID', values: [text(EID), hexToBytes(EID, 'the EID')] },
  { name: 'IIN', values: [text(EID.slice(0, 8))] },
  { name: 'CERT.EUICC', values: [EUICC.der] },
  { name: 'CERT.EUM', values: [EUM.der] },
  { name: 'key of the eUICC, x', values: [bigintToBytes(x, 32), ...limbsOf(x)] },
  { name: 'key of the eUICC, y', values: [bigintToBytes(y, 32), ...limbsOf(y)] },
  { name: 'serial of the eUICC', values: [bigintToBytes(EUICC.serialNumber, 9)] },
  // with tag and length, as in a certificate: four bytes alone stand anywhere
  {
    name: 'serial of the EUM',
    values: [encodeTlv(0x02, bigintToBytes(EUM.serialNumber, 4)), text(String(EUM.serialNumber))],
  },
  { name: 'SKI of the eUICC', values: [EUICC.subjectKeyIdentifier!] },
  { name: 'SKI of the EUM', values: [EUM.subjectKeyIdentifier!] },
  { name: 'manufacturer', values: [text('RSP Test EUM')] },
  { name: 'IMEI', values: [DEVICE.imei] },
  // as in DeviceInfo
  { name: 'TAC', values: [encodeTlv(0x80, DEVICE.tac)] },
];

/** Of one download: only the server may know which it is. */
export const orderSecrets = (matchingId: string, iccid: string): Secret[] => [
  { name: 'MatchingID', values: [text(matchingId)] },
  { name: 'ICCID', values: [text(iccid), iccidBytes(iccid)] },
];

/** EUICCInfo2 as it is now: an installation changes the free memory in it. */
export async function description(card: Es10): Promise<Secret> {
  const { der } = (await card.euiccInfo2()) as unknown as { der: Uint8Array };
  return { name: 'euiccInfo2', values: [der] };
}

/** The signatures that `overheard` collected. */
export function signatureSecret(signatures: readonly Uint8Array[]): Secret {
  // halves: a signature may be written as r and s
  const halves = signatures.flatMap((value) => [value.subarray(0, 32), value.subarray(32)]);
  return {
    name: 'signatures of the eUICC',
    values: halves.flatMap((half) => [half, ...limbsOf(bytesToBigint(half))]),
  };
}

/** The eUICC with an ear at it: every signature that it gives to the LPA. */
export function overheard(card: Es10, signatures: Uint8Array[]): Es10 {
  const collect = (value: unknown, name: string): void => {
    if (value instanceof Uint8Array) {
      if (/signature/i.test(name) && value.length === 64) signatures.push(value);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) collect(inner, key);
    }
  };
  return new Proxy(card, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const result: unknown = await (member as (...args: unknown[]) => unknown)(...args);
        collect(result, String(name));
        return result;
      };
    },
  });
}
