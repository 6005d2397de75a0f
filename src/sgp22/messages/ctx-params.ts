/** CtxParams1 and DeviceInfo (SGP.22 4.2, 5.7.13): what the LPA says of device and order. */
import { automatic, context, type Input } from '../codec/codec.ts';
import { content, octets, text } from '../codec/primitives.ts';
import { optional, sequence, message, whole } from '../codec/structures.ts';
import { version } from './identifiers.ts';

/** Highest supported release of each technology, "15.0.0". */
const deviceCapabilities = sequence(
  automatic({
    gsmSupportedRelease: optional(version),
    utranSupportedRelease: optional(version),
    cdma2000onexSupportedRelease: optional(version),
    cdma2000hrpdSupportedRelease: optional(version),
    cdma2000ehrpdSupportedRelease: optional(version),
    eutranEpcSupportedRelease: optional(version),
    contactlessSupportedRelease: optional(version),
    rspCrlSupportedVersion: optional(version),
    nrEpcSupportedRelease: optional(version),
    nr5gcSupportedRelease: optional(version),
    eutran5gcSupportedRelease: optional(version),
    lpaSvn: optional(version),
  }),
);

const deviceInfo = sequence(
  automatic({
    /** Type allocation code, 4 bytes of swapped digits. */
    tac: octets(4),
    deviceCapabilities,
    /** 8 bytes of swapped digits. */
    imei: optional(octets(8)),
  }),
);
export type DeviceInfo = Input<typeof deviceInfo>;

/** The standard sets no limit; an activation code has 255 characters at most. */
const MAX_MATCHING_ID = 255;

/** Its one alternative, ctxParamsForCommonAuthentication. */
export const CtxParams1 = message(
  'CtxParams1',
  context(
    0,
    sequence(
      automatic({
        /** Token of the activation code or event id; empty and absent both ask for any order. */
        matchingId: optional(text(MAX_MATCHING_ID)),
        deviceInfo,
      }),
    ),
  ),
);

/**
 * The same from a foreign LPA. What it says of the device is not looked into: nothing depends on it. The bytes of
 * the MatchingID are compared with those of orders, of which `isMatchingId` says what they can be.
 */
export const ReceivedCtxParams1 = context(
  0,
  sequence({
    matchingId: optional(context(0, content)),
    deviceInfo: optional(context(1, whole())),
  }),
);
