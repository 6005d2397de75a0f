/** What must pass, and that circuits and plain computation show the same. */
import { describe, expect, test } from '@jest/globals';
import { noneEntry } from '../../../src/witness/revocation-map.ts';
import { sgp26Device, sgp26Server } from '../../support/certificates/index.ts';
import { v3DeviceSubCa } from '../../support/certificates/chains.ts';
import { KEYS } from '../../support/certificates/keys.ts';
import {
  credentialOf,
  FRESH,
  fourLinks,
  listEntry,
  mapOf,
  sessionOf,
  WINDOW,
} from './credentials.ts';
import { inputOf, presentationJudge, PROGRAM_LIST } from './presentation-circuit.ts';

const device = credentialOf('SGP.26 eUICC', sgp26Device());
const server = credentialOf('SGP.26 DPauth', sgp26Server('dpAuth'), KEYS.dpAuth);
const threeLinks = credentialOf('v3 eUICC under a SubCA', v3DeviceSubCa());

const accepts = presentationJudge((program) => inputOf(program, sessionOf(device)));

describe.each(PROGRAM_LIST)('%s shows what was planned of', (program) => {
  test.each([
    ['an eUICC under an EUM', device],
    ['a DPauth under the CI', server],
    ['a chain of three links', threeLinks],
    ['a chain of four links', fourLinks(threeLinks)],
  ])('%s', async (_, credential) => {
    expect(await accepts(inputOf(program, sessionOf(credential)))).toBe(true);
  });

  test('a credential at the ends of its window, beside lists that last', async () => {
    const lasting = listEntry([], { thisUpdate: 0n, nextUpdate: 1n << 37n });
    const map = mapOf(device, { 0: lasting, 1: lasting });
    for (const time of [WINDOW.from, WINDOW.until]) {
      expect(await accepts(inputOf(program, sessionOf(device, { time, map })))).toBe(true);
    }
  });

  test('a credential at the ends of what its lists cover', async () => {
    for (const time of [FRESH.thisUpdate, FRESH.nextUpdate - 1n]) {
      expect(await accepts(inputOf(program, sessionOf(device, { time })))).toBe(true);
    }
  });

  test('a chain whose issuers publish no list, or one with the neighbours of its serial', async () => {
    const [first, second] = device.handles.map(({ serialNumber }) => serialNumber);
    const beside = listEntry([first! - 1n, first! + 1n, second!]);
    const map = mapOf(device, { 0: beside, 1: noneEntry() });
    expect(await accepts(inputOf(program, sessionOf(device, { map })))).toBe(true);
  });
});
