/**
 * BoundProfilePackage BF36 (SGP.22 2.5.4) as a container, its InitialiseSecureChannel BF23 (5.5.1),
 * ConfigureISDP BF24 (5.5.2) and ReplaceSessionKeys BF26 (5.5.4). What protects the segments is in
 * bpp/.
 */
import { automatic, badValue, context, type Input } from '../codec/codec.ts';
import { coded, content, mapped, octets, oid } from '../codec/primitives.ts';
import {
  elements,
  joined,
  list,
  message,
  optional,
  sequence,
  whole,
  wrapped,
} from '../codec/structures.ts';
import { TAG } from '../tags.ts';
import { Otpk } from './curve.ts';
import { transactionId } from './identifiers.ts';
import type { BppCommand } from './installation-result.ts';
import { dpProprietaryData } from './metadata.ts';
import { Signature } from './signature.ts';

/** The commands that come in segments, in the order of the package, each with its segment. */
export const SEGMENT = {
  configureISDP: segment('configureISDP', TAG.encryptedSegment),
  storeMetadata: segment('storeMetadata', TAG.macOnlySegment),
  replaceSessionKeys: segment('replaceSessionKeys', TAG.encryptedSegment),
  loadProfileElements: segment('loadProfileElements', TAG.profileSegment),
} as const satisfies Partial<Record<BppCommand, unknown>>;
export type SegmentCommand = keyof typeof SEGMENT;
export const SEGMENT_COMMANDS = Object.keys(SEGMENT) as SegmentCommand[];

/** Data as they are protected, and the MAC. */
function segment(command: BppCommand, tag: number) {
  return message(`a segment of ${command}`, tag, wrapped('content', content));
}

/** RemoteOpId. */
export const REMOTE_OPERATION = { installBoundProfilePackage: 1 } as const;

/** Key type and size of a control reference template: AES, 16 bytes. */
export const CRT_AES = 0x88;
export const CRT_KEY_BYTES = 0x10;

const octet = mapped(
  octets(1),
  ([byte]) => byte!,
  (byte: number) => Uint8Array.of(byte),
);

const beforeSignature = {
  remoteOpId: context(2, coded(REMOTE_OPERATION)),
  transactionId: context(0, transactionId),
  controlRefTemplate: context(
    6,
    sequence({
      /** GlobalPlatform key type, 88 for AES. */
      keyType: context(0, octet),
      /** Bytes of a session key. */
      keyLen: context(1, octet),
      /** 1 to 16 bytes that go into the key derivation. */
      hostId: context(4, octets(1, 16)),
    }),
  ),
  /** otPK.DP.ECKA: 65 bytes. */
  smdpOtpk: Otpk,
};

/** All of BF23 before the signature, without a header, and otPK.EUICC.ECKA: what smdpSign covers. */
export const SmdpSignInput = elements(
  'the input of smdpSign',
  { ...beforeSignature, euiccOtpk: Otpk },
  'closed',
);

/** `signedFields` are the bytes before the signature, as received. */
export const InitialiseSecureChannelRequest = message(
  'InitialiseSecureChannelRequest',
  TAG.initialiseSecureChannel,
  joined(
    sequence({ ...beforeSignature, smdpSign: Signature }, 'closed'),
    ({ content: fields }) => ({
      signedFields: fields.subarray(0, -Signature.encode(new Uint8Array(64)).length),
    }),
  ),
);
export type InitialiseSecureChannelRequest = Input<typeof InitialiseSecureChannelRequest>;

/** Segments of one command: room for ten megabytes in segments of full size, where cards have one. */
export const MAX_SEGMENTS = 10_000;

/** Whole elements. */
const segments = ({ tag }: { readonly tag: number }) =>
  list(whole(tag), 'a segment', 1, MAX_SEGMENTS);

/** Named by their commands: BppCommandId. */
export const PACKAGE_FIELDS = {
  /** Whole element, see `InitialiseSecureChannelRequest`. */
  initialiseSecureChannel: whole(InitialiseSecureChannelRequest.tag),
  /** firstSequenceOf87. */
  configureISDP: context(0, segments(SEGMENT.configureISDP)),
  /** sequenceOf88. */
  storeMetadata: context(1, segments(SEGMENT.storeMetadata)),
  /** secondSequenceOf87. */
  replaceSessionKeys: optional(context(2, segments(SEGMENT.replaceSessionKeys))),
  /** sequenceOf86. */
  loadProfileElements: context(3, segments(SEGMENT.loadProfileElements)),
};

/** Strict: an unknown element would be one that the secure channel does not protect. */
export const BoundProfilePackage = message(
  'BoundProfilePackage',
  TAG.boundProfilePackage,
  sequence(PACKAGE_FIELDS, 'closed'),
);

/** OID of the server, and data of its own that may follow it. */
export const DpProprietaryData = elements(
  'dpProprietaryData',
  { dpOid: context(0, oid) },
  'unread',
);

/** Content of at most 126 bytes: 128 with tag and length. */
const limitedData = mapped(dpProprietaryData, checkProprietaryData, checkProprietaryData);

function checkProprietaryData(bytes: Uint8Array, what: string): Uint8Array {
  if (bytes.length > 126) throw badValue(what, 'has more than 128 bytes');
  DpProprietaryData.decode(bytes);
  return bytes;
}

export const ConfigureIsdpRequest = message(
  'ConfigureISDPRequest',
  TAG.configureIsdp,
  sequence({
    /** Content, see `DpProprietaryData`. */
    dpProprietaryData: optional(limitedData),
  }),
);

/** Profile protection keys that replace the session keys: 16 bytes each. */
export const ReplaceSessionKeysRequest = message(
  'ReplaceSessionKeysRequest',
  TAG.replaceSessionKeys,
  sequence(
    automatic({
      initialMacChainingValue: octets(16),
      ppkEnc: octets(16),
      ppkCmac: octets(16),
    }),
  ),
);
export type ReplaceSessionKeys = Input<typeof ReplaceSessionKeysRequest>;
