/** Each refusal of the table of status codes, reached once; the ways to it are in the tests of its function. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  cancelOrder,
  confirmOrder,
  downloadOrder,
  releaseProfile,
} from '../../../src/rsp/smdpp/es2p/orders.ts';
import { RspRefusal, STATUS } from '../../../src/sgp22/status-codes.ts';
import { utcTime } from '../../support/certificates/der.ts';
import { fixture } from '../../support/certificates/index.ts';
import { madeUpKey } from '../../support/certificates/keys.ts';
import {
  cancelSession,
  eidOf,
  euiccInfo,
  oneTimeKey,
  otherEuicc,
  sgp26Euicc,
} from '../../support/rsp/soft-euicc.ts';
import { ADDRESS, TestSmdp } from '../../support/rsp/smdpp.ts';

let smdp: TestSmdp;
beforeAll(async () => {
  smdp = await TestSmdp.open({ downloadLimit: 2, confirmationCodeLimit: 2 });
});
afterAll(() => smdp.close());

const euicc = sgp26Euicc();
const EID = eidOf(euicc);
const OTHER_EID = '89049032123451234512345678901236';
const another = madeUpKey('another');
const NOTHING = Uint8Array.of(0x30, 0x00);
const expired = (link: number) =>
  otherEuicc(EID, { [link]: (draft) => (draft.notAfter = utcTime('210101000000Z')) });

const context = () => smdp.server.context;
const initiate = (changes: Parameters<TestSmdp['initiate']>[2], address = ADDRESS) =>
  smdp.initiate(euicc, address, changes);

async function authenticate(
  device = euicc,
  options?: Parameters<TestSmdp['authenticate']>[2],
  order?: Parameters<TestSmdp['order']>[0],
) {
  const { matchingId } = await smdp.order(order);
  return smdp.authenticate(device, matchingId, options);
}

async function bind(
  options: Parameters<TestSmdp['bind']>[2],
  order: Parameters<TestSmdp['order']>[0] = {},
  profile: Parameters<TestSmdp['order']>[1] = {},
) {
  const { matchingId } = await smdp.order(order, profile);
  return smdp.bind(euicc, await smdp.authenticate(euicc, matchingId), options);
}

async function cancel(options: Parameters<typeof cancelSession>[3] = {}, known = true) {
  const { transactionId } = await authenticate();
  const { cancelSessionResponse } = cancelSession(euicc, transactionId, 0, options);
  return smdp.server.cancelSession({
    transactionId: known ? transactionId : new Uint8Array(16),
    cancelSessionResponse: { ...cancelSessionResponse, der: new Uint8Array() },
  });
}

async function ordered(binding: object = {}): Promise<string> {
  const iccid = await smdp.profile();
  await downloadOrder(context(), { iccid, ...binding });
  return iccid;
}

const confirm = async (request: object, binding?: object) =>
  confirmOrder(context(), { iccid: await ordered(binding), releaseFlag: true, ...request });
const withdraw = async (request: object, binding?: object) =>
  cancelOrder(context(), {
    iccid: await ordered(binding),
    finalProfileStatusIndicator: 'Available',
    ...request,
  });
/** The same twice. */
const again = async (work: () => Promise<unknown>) => {
  await work();
  return work();
};

type Ways<T> = { readonly [K in keyof T]: () => Promise<unknown> };

const WAYS: {
  readonly initiateAuthentication: Ways<typeof STATUS.initiateAuthentication>;
  readonly authenticateClient: Ways<typeof STATUS.authenticateClient>;
  readonly getBoundProfilePackage: Ways<typeof STATUS.getBoundProfilePackage>;
  readonly cancelSession: Ways<typeof STATUS.cancelSession>;
  readonly es2p: Ways<typeof STATUS.es2p>;
} = {
  initiateAuthentication: {
    invalidDpAddress: () => initiate({}, 'other.example.com'),
    ciPKNotSupported: () => initiate({ euiccCiPKIdListForSigning: [] }),
    euiccVersionNotSupportedByDp: () => initiate({ svn: '3.0.0' }),
    noServerCertificate: () => initiate({ euiccCiPKIdListForVerification: [] }),
  },
  authenticateClient: {
    eumCertificateInvalid: () => authenticate(sgp26Euicc({ eumCertificate: NOTHING })),
    eumCertificateExpired: () => authenticate(expired(1)),
    euiccCertificateInvalid: () => authenticate(sgp26Euicc({ euiccCertificate: NOTHING })),
    euiccCertificateExpired: () => authenticate(expired(2)),
    ciPKUnknown: () => {
      const eumCertificate = fixture('invalid/CERT_EUM_ECDSA_NIST_UNKNOWN_CI.der');
      return authenticate(sgp26Euicc({ eumCertificate }));
    },
    euiccSignatureInvalid: () => authenticate(euicc, { signer: another }),
    invalidTransactionId: () =>
      authenticate(euicc, { change: { transactionId: new Uint8Array(16) } }),
    matchingIdRefused: () => smdp.authenticate(euicc, 'UNKNOWN'),
    eidMismatch: () => smdp.authenticate(euicc),
    profileNotReleased: () => authenticate(euicc, {}, { release: false }),
    noEligibleProfile: () =>
      authenticate(sgp26Euicc({ info: euiccInfo({ profileVersion: '1.0.0' }) })),
    downloadOrderExpired: () => authenticate(euicc, {}, { expiresAt: 1 }),
    downloadRetriesExceeded: async () => {
      const { matchingId } = await smdp.order();
      const attempt = () => smdp.authenticate(euicc, matchingId);
      await attempt();
      return again(attempt);
    },
  },
  getBoundProfilePackage: {
    euiccSignatureInvalid: () => bind({ signer: another }),
    invalidTransactionId: () => bind({ transactionId: new Uint8Array(16) }),
    confirmationCodeMissing: () => bind({}, { confirmationCode: '1234' }),
    confirmationCodeRefused: () => bind({ code: '0' }, { confirmationCode: '1234' }),
    confirmationCodeRetriesExceeded: async () => {
      const answer = await authenticate(euicc, {}, { confirmationCode: '1234' });
      const guess = () => smdp.bind(euicc, answer, { code: '0' });
      await guess().catch(() => undefined);
      return guess();
    },
    bppRebindingRefused: async () => {
      const { matchingId } = await smdp.order({ rebinding: false });
      await smdp.download(euicc, matchingId);
      return smdp.download(euicc, matchingId, { otpk: oneTimeKey('two').point });
    },
    insufficientMemory: () => bind({}, {}, { memory: 900_000 }),
    downloadOrderExpired: async () => {
      const answer = await authenticate(euicc, {}, { expiresAt: Number(smdp.time) + 5 });
      smdp.time += 5n;
      return smdp.bind(euicc, answer);
    },
  },
  cancelSession: {
    invalidTransactionId: () => cancel({}, false),
    euiccSignatureInvalid: () => cancel({ signer: another }),
    oidMismatch: () => cancel({ smdpOid: '2.999.11' }),
  },
  es2p: {
    iccidInUse: async () => downloadOrder(context(), { iccid: await ordered() }),
    iccidUnknown: () => releaseProfile(context(), { iccid: '8944999999999999999' }),
    notReleasable: async () => releaseProfile(context(), { iccid: await ordered() }),
    matchingIdInvalid: () => confirm({ matchingId: 'x'.repeat(255) }),
    matchingIdConflict: () => again(() => confirm({ matchingId: 'TWICE' })),
    matchingIdWrong: () => withdraw({ matchingId: 'WRONG' }),
    eidMissing: () => withdraw({}, { eid: EID }),
    eidOther: () => confirm({ eid: OTHER_EID }, { eid: EID }),
    blindOrderMissing: () => withdraw({}, { blindOrder: '7' }),
    blindOrderOther: () => confirm({ blindOrder: '8' }, { blindOrder: '7' }),
    blindOrderBesideEid: () => ordered({ eid: EID, blindOrder: '7' }),
    profileTypeUnknown: () => downloadOrder(context(), { profileType: 'unknown' }),
    profileTypeUnavailable: async () => {
      await smdp.profile({ profileType: 'rare' });
      return again(() => downloadOrder(context(), { profileType: 'rare' }));
    },
    profileTypeOther: async () =>
      downloadOrder(context(), { iccid: await smdp.profile(), profileType: 'rare' }),
    smdsInaccessible: () => confirm({ smdsAddress: 'smds.example.com' }),
  },
};

const rows = Object.entries(WAYS).flatMap(([name, ways]) =>
  Object.entries(ways).map(([key, way]) => {
    const codes = STATUS[name as keyof typeof WAYS] as Readonly<Record<string, object>>;
    return { name, key, status: codes[key]!, way };
  }),
);

test.each(rows)('$name refuses by $key', async ({ status, way }) => {
  const error: unknown = await way().then(
    () => 'accepted',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RspRefusal);
  // the very entry: pairs of codes stand for several things
  expect((error as RspRefusal).status).toBe(status);
});

test('every other entry is of HTTP, or told to operators', () => {
  const others = Object.keys(STATUS).filter((name) => !(name in WAYS));
  // those of the SM-DS are in test/rsp/smds
  expect(others.sort()).toEqual(['cancelled', 'common', 'es11', 'es12', 'notInstalled']);
});
