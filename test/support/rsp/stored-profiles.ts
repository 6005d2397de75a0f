/** Profiles as an eUICC stores them, without the downloads that bring them. */
import { memoryStore } from '../../../src/rsp/euicc/index.ts';
import type { EuiccStore, StoredProfile } from '../../../src/rsp/euicc/index.ts';
import { type StoreMetadata, StoreMetadataRequest } from '../../../src/sgp22/messages/metadata.ts';
import { METADATA, testAnchor } from './emulator.ts';

export const iccidOf = (number: number) => `894900000000000${String(number).padStart(4, '0')}`;

export function storedProfile(
  number: number,
  metadata: Partial<StoreMetadata> = {},
): StoredProfile {
  const all = { ...METADATA, iccid: iccidOf(number), ...metadata };
  const aid = Uint8Array.from(Buffer.from('A0000005591010FFFFFFFF8900001000', 'hex'));
  aid[14] = 0x10 + number;
  return {
    aid,
    iccid: all.iccid,
    enabled: false,
    metadata: StoreMetadataRequest.encode(all),
    size: 100,
    ciKeyIdentifier: testAnchor().subjectKeyIdentifier,
  };
}

/** Put profiles into a store that is empty. */
export async function storeProfiles(
  profiles: readonly StoredProfile[],
  store: EuiccStore = memoryStore(),
): Promise<EuiccStore> {
  const state = await store.load();
  await store.commit({ ...state, profiles: [...profiles], nextIsdp: profiles.length });
  return store;
}
