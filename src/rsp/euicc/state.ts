/** What an eUICC keeps without power, and the two places where it may be kept. */
import { z } from 'zod';
import { checked, path } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import { openLevel } from '../../level.ts';

const bytesSchema = z
  .string()
  .regex(/^([0-9a-f]{2})*$/)
  .transform((hex): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex')));

const profileSchema = z.object({
  /** AID of its ISD-P. */
  aid: bytesSchema,
  iccid: z.string(),
  enabled: z.boolean(),
  nickname: z.string().optional(),
  /** StoreMetadataRequest as the SM-DP+ sent it, after any update. */
  metadata: bytesSchema,
  /** What the SM-DP+ set at the ISD-P: content of B8. */
  dpProprietaryData: bytesSchema.optional(),
  /** Bytes of the profile package. */
  size: z.int().nonnegative(),
  /** CI of the credential that signed for it at its download; signs its notifications too. */
  ciKeyIdentifier: bytesSchema,
  /** Secret key of the zkCX session that it came in: signs its notifications, and nothing of another profile. */
  sessionKey: bytesSchema.optional(),
});

const notificationSchema = z.object({
  seqNumber: z.int().nonnegative(),
  /** PendingNotification, signed. */
  der: bytesSchema,
});

/** A one-time key pair that a bound profile package may still come for (SGP.22 5.7.5). */
const oneTimeKeySchema = z.object({
  smdpOid: z.string(),
  secretKey: bytesSchema,
});

const stateSchema = z.object({
  version: z.literal(1),
  /** Sequence number of the next notification; counts for the life of the eUICC. */
  nextSeqNumber: z.int().nonnegative(),
  /** Number in the AID of the next ISD-P. */
  nextIsdp: z.int().nonnegative(),
  defaultDpAddress: z.string(),
  profiles: z.array(profileSchema),
  notifications: z.array(notificationSchema),
  oneTimeKeys: z.array(oneTimeKeySchema),
});

export type StoredProfile = Readonly<z.output<typeof profileSchema>>;
export type StoredNotification = Readonly<z.output<typeof notificationSchema>>;
export type EuiccState = Readonly<z.output<typeof stateSchema>>;

/** A new eUICC. */
export const EMPTY_STATE: EuiccState = {
  version: 1,
  nextSeqNumber: 0,
  nextIsdp: 0,
  defaultDpAddress: '',
  profiles: [],
  notifications: [],
  oneTimeKeys: [],
};

/** A profile package that comes or goes with a change of the state. */
export interface PackageChange {
  readonly aid: Uint8Array;
  /** Undefined: remove it. */
  readonly content: Uint8Array | undefined;
}

/** Where a state is kept. A commit is there whole or not at all, also after a power cut. */
export interface EuiccStore {
  load(): Promise<EuiccState>;
  commit(state: EuiccState, packages?: readonly PackageChange[]): Promise<void>;
  /** The profile package under this ISD-P. */
  profilePackage(aid: Uint8Array): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** A store that ends with the process. */
export function memoryStore(): EuiccStore {
  const packages = new Map<string, Uint8Array>();
  let current = EMPTY_STATE;
  return {
    load: async () => current,
    async commit(state, changes = []) {
      current = state;
      for (const { aid, content } of changes) {
        if (content === undefined) packages.delete(hex(aid));
        else packages.set(hex(aid), content);
      }
    },
    profilePackage: async (aid) => packages.get(hex(aid)),
    close: async () => {},
  };
}

const STATE_KEY = 'state';
const packageKey = (aid: Uint8Array) => `package/${hex(aid)}`;

/**
 * A store in a LevelDB folder, which one process has open at a time.
 *
 * @throws ERR_RSP_EUICC_STATE if the folder is in use or does not hold a state of this version
 */
export async function levelStore(folder: string): Promise<EuiccStore> {
  checked(folder, path, 'the folder of levelStore');
  const db = await openLevel(folder, {
    values: 'view',
    what: 'the eUICC',
    code: 'ERR_RSP_EUICC_STATE',
  });
  return {
    async load() {
      const bytes = await db.get(STATE_KEY);
      return bytes === undefined ? EMPTY_STATE : decodeState(bytes);
    },
    async commit(state, changes = []) {
      const packages = changes.map(({ aid, content }) =>
        content === undefined
          ? ({ type: 'del', key: packageKey(aid) } as const)
          : ({ type: 'put', key: packageKey(aid), value: content } as const),
      );
      const put = { type: 'put', key: STATE_KEY, value: encodeState(state) } as const;
      try {
        await db.batch([...packages, put], { sync: true });
      } catch (cause) {
        throw new ZkcxError('ERR_RSP_EUICC_STATE', `cannot write to ${folder}`, { cause });
      }
    },
    profilePackage: (aid) => db.get(packageKey(aid)),
    close: () => db.close(),
  };
}

function encodeState(state: EuiccState): Uint8Array {
  // a Buffer has become an object before the replacer sees it, so look at what it was
  const text = JSON.stringify(state, function (this: Record<string, unknown>, key, value: unknown) {
    const original = this[key];
    return original instanceof Uint8Array ? hex(original) : value;
  });
  return new TextEncoder().encode(text);
}

function decodeState(bytes: Uint8Array): EuiccState {
  try {
    return stateSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    // what was found is not shown: it may hold keys
    throw new ZkcxError(
      'ERR_RSP_EUICC_STATE',
      'the stored eUICC is damaged or from another version; use another folder',
    );
  }
}
