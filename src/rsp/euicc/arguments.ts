/** Forms of what callers pass to the emulated eUICC, see src/arguments.ts. */
import { z } from 'zod';
import { bytes, callback, methods, sizedBytes } from '../../arguments.ts';
import * as pki from '../../pki/arguments.ts';
import { EuiccInfo2 } from '../../sgp22/messages/euicc-info.ts';
import { aid, encodableBy } from '../arguments.ts';
import { MAX_DATA } from '../apdu/index.ts';
import { CARD_QUIRKS } from './quirk-names.ts';
import { DEFAULT_DESCRIPTION, type EuiccDescription } from './settings.ts';

const credential = z.strictObject({
  certificate: bytes,
  eumCertificate: bytes,
  secretKey: sizedBytes(32),
});

const NO_LISTS = {
  euiccCiPKIdListForVerification: [],
  euiccCiPKIdListForSigning: [],
  extCardResource: new Uint8Array(),
};

/** Fields of EUICCInfo2 that are not filled in; what they may hold its codec says. */
const info = z
  .strictObject({
    profileVersion: z.string().optional(),
    svn: z.string().optional(),
    euiccFirmwareVer: z.string().optional(),
    uiccCapability: bytes.optional(),
    ts102241Version: z.string().optional(),
    globalplatformVersion: z.string().optional(),
    rspCapability: z.array(z.string()).optional(),
    euiccCategory: z.int().optional(),
    forbiddenProfilePolicyRules: z.array(z.string()).optional(),
    ppVersion: z.string().optional(),
    sasAccreditationNumber: z.string().optional(),
    rest: bytes.optional(),
  })
  .superRefine(
    encodableBy((given: Partial<EuiccDescription>) =>
      EuiccInfo2.encode({ ...DEFAULT_DESCRIPTION, ...given, ...NO_LISTS }),
    ),
  );

/** What a store loads, as far as it is relied on at once. */
export const state = z.looseObject({
  version: z.literal(1),
  nextSeqNumber: z.int().min(0),
  nextIsdp: z.int().min(0),
  defaultDpAddress: z.string(),
  profiles: z.array(z.looseObject({ aid: bytes, iccid: z.string(), enabled: z.boolean() })),
  notifications: z.array(z.looseObject({ seqNumber: z.int().min(0), der: bytes })),
  oneTimeKeys: z.array(z.looseObject({ smdpOid: z.string(), secretKey: sizedBytes(32) })),
});

export const euiccOptions = z.strictObject({
  credentials: z.array(credential).max(100),
  anchors: pki.anchors,
  store: methods('load', 'commit', 'profilePackage', 'close'),
  now: callback,
  random: callback,
  memory: z.int().min(0).optional(),
  info: info.optional(),
  fixedInfo2: bytes.optional(),
  newOneTimeKey: callback.optional(),
  rootDsAddress: z.string().min(1).max(255).optional(),
  firmware: z.enum(['classic', 'zkcx']).optional(),
  aid: aid.optional(),
  channels: z.int().min(1).max(19).optional(),
  responseSize: z.int().min(1).max(256).optional(),
  maxData: z.int().min(1).max(MAX_DATA).optional(),
  quirks: z.array(z.enum(CARD_QUIRKS)).max(CARD_QUIRKS.length).optional(),
});
