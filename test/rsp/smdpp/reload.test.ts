/** Other certificates, keys and CIs while a server runs: sessions under way go on with those that they began with. */
import { X509Certificate } from 'node:crypto';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseCertificate } from '../../../src/asn1/index.ts';
import { bytesToHex } from '../../../src/bytes.ts';
import { pairName, smdpIdentity, type SmdpTrust } from '../../../src/rsp/smdpp/identities.ts';
import type { Listening } from '../../../src/rsp/server/listen.ts';
import { serveSmdp, type SmdpService } from '../../../src/rsp/smdpp/service.ts';
import {
  BoundProfilePackage,
  InitialiseSecureChannelRequest,
} from '../../../src/sgp22/messages/bound-profile-package.ts';
import { Otpk } from '../../../src/sgp22/messages/curve.ts';
import { isSignature } from '../../../src/sgp22/messages/signature.ts';
import { build, NOW, sgp26Server } from '../../support/certificates/chains.ts';
import { spki } from '../../support/certificates/draft.ts';
import { registeredId, setExtension } from '../../support/certificates/fields.ts';
import { madeUpKey } from '../../support/certificates/keys.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { secondCi } from '../../support/rsp/second-ci.ts';
import { oneTimeKey, sgp26Euicc } from '../../support/rsp/soft-euicc.ts';
import { ADDRESS, TestSmdp, testTrust } from '../../support/rsp/smdpp.ts';
import { tlsCertificate } from '../../support/rsp/tls.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** The pair of SGP.26 under keys of our own: what a CI gives a server for the next years. */
function renewed(name: string, oid?: string): SmdpTrust {
  const { anchors } = testTrust();
  const pair = (leaf: 'dpAuth' | 'dpPb') => {
    const key = madeUpKey(`${name} ${leaf}`);
    const [certificate] = build(sgp26Server(leaf), {
      1: (draft) => {
        draft.publicKey = spki(key.point);
        if (oid !== undefined) setExtension(draft, registeredId(oid));
      },
    }).certificates;
    return { certificate: parseCertificate(certificate!), secretKey: key.secret };
  };
  return {
    anchors,
    identities: [smdpIdentity({ auth: pair('dpAuth'), pb: pair('dpPb') }, anchors, NOW)],
  };
}

const [old] = testTrust().identities;
const euicc = sgp26Euicc();

let smdp: TestSmdp;
beforeEach(async () => {
  smdp = await TestSmdp.open();
});
afterEach(() => smdp.close());

/** Whether the eUICC that got this certificate can install the package. */
function isSignedBy({ identities: [identity] }: SmdpTrust, boundProfilePackage: Uint8Array) {
  const { initialiseSecureChannel } = BoundProfilePackage.decode(boundProfilePackage);
  const request = InitialiseSecureChannelRequest.decode(initialiseSecureChannel);
  const key = identity!.pb.certificate.publicKey;
  return isSignature(request.smdpSign, key, request.signedFields, Otpk.encode(oneTimeKey().point));
}

describe('new certificates under the same CI', () => {
  const next = renewed('next');

  test('are shown in new sessions', async () => {
    smdp.server.replaceTrust(next);
    const { serverCertificate } = await smdp.initiate(euicc);
    expect(serverCertificate).toEqual(next.identities[0]!.auth.certificate.der);
    const { matchingId } = await smdp.order();
    const { boundProfilePackage } = await smdp.download(euicc, matchingId);
    expect(isSignedBy(next, boundProfilePackage)).toBe(true);
  });

  test('leave a session that waits for its package with those that its eUICC verified', async () => {
    const { matchingId } = await smdp.order();
    const answer = await smdp.authenticate(euicc, matchingId);
    smdp.server.replaceTrust(next);
    smdp.server.replaceTrust(renewed('next but one'));
    const { boundProfilePackage } = await smdp.bind(euicc, answer);
    expect(answer.smdpCertificate).toEqual(old!.pb.certificate.der);
    expect(isSignedBy(testTrust(), boundProfilePackage)).toBe(true);
  });

  test('end a session that outlives its certificates by a restart', async () => {
    const { matchingId } = await smdp.order();
    const answer = await smdp.authenticate(euicc, matchingId);
    smdp.trust = next;
    await smdp.restart();
    // nothing is signed that its eUICC could not verify
    expect(await refusalOf(smdp.bind(euicc, answer))).toBe('8.2/3.7');
  });

  test('are told apart, and kept in bounds', () => {
    for (let i = 0; i < 5; i++) {
      smdp.server.replaceTrust(next);
      smdp.server.replaceTrust(testTrust());
    }
    const { identities, retired = [] } = smdp.server.context.trust;
    expect(identities.map(pairName)).toEqual(testTrust().identities.map(pairName));
    expect(new Set(retired.map(pairName)).size).toBe(retired.length);
  });
});

test('a CI that was removed is no CI any more, also in sessions under way', async () => {
  const { anchor, identity } = secondCi();
  const { anchors, identities } = testTrust();
  smdp.server.replaceTrust({ anchors: [anchor], identities: [...identities, identity] });
  expect(await refusalOf(smdp.initiate(euicc))).toBe('8.8.2/3.1');
  smdp.server.replaceTrust({ anchors, identities });
  expect(await refusalOf(smdp.initiate(euicc))).toBe('accepted');
});

test.each([
  ['another OID', () => renewed('other', '2.999.21')],
  ['one CI twice', () => ({ ...testTrust(), identities: [old!, old!] })],
])('%s is refused, and those of before stay', async (_, trust) => {
  expect(() => smdp.server.replaceTrust(trust())).toThrow(
    expect.objectContaining({ code: 'ERR_RSP_IDENTITY' }),
  );
  expect(bytesToHex((await smdp.initiate(euicc)).serverCertificate)).toBe(
    bytesToHex(old!.auth.certificate.der),
  );
});

describe('a service', () => {
  const LOCAL = { host: '127.0.0.1', port: 0 };
  const first = tlsCertificate();
  const second = tlsCertificate('other TLS');
  let service: SmdpService;
  afterEach(() => service.close());

  const serve = async (tls?: typeof first) => {
    service = await serveSmdp({
      folder: `${temporaryFolder()}/data`,
      settings: { address: ADDRESS },
      trust: testTrust(),
      es9p: { ...LOCAL, tls },
      now: () => NOW,
    });
  };

  /** A connection, and the certificate that it showed. */
  function connected({ port }: Listening) {
    const socket = connectTls({ ...LOCAL, port, rejectUnauthorized: false });
    return new Promise<{ socket: typeof socket; shown: PeerCertificate }>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('secureConnect', () => resolve({ socket, shown: socket.getPeerCertificate() }));
    });
  }

  test('shows another TLS certificate on new connections, and keeps the open ones', async () => {
    await serve(first);
    const before = await connected(service.es9p);
    service.reload({ trust: testTrust(), es9pTls: second });
    const after = await connected(service.es9p);
    expect(before.shown.fingerprint256).toBe(new X509Certificate(first.cert).fingerprint256);
    expect(after.shown.fingerprint256).toBe(new X509Certificate(second.cert).fingerprint256);
    const answer = new Promise((resolve) =>
      before.socket.once('data', (data) => resolve(String(data))),
    );
    before.socket.write(`GET / HTTP/1.1\r\nHost: ${ADDRESS}\r\n\r\n`);
    expect(await answer).toMatch(/^HTTP\/1\.1 404/);
    for (const { socket } of [before, after]) socket.destroy();
  });

  test('takes all or nothing', async () => {
    await serve(first);
    const wrong = [
      { trust: renewed('next'), es9pTls: { cert: first.cert, key: second.key } },
      { trust: renewed('next'), es9pTls: { cert: 'x', key: 'y' } },
      { trust: renewed('next') },
      { trust: renewed('other', '2.999.21'), es9pTls: second },
    ];
    for (const files of wrong) {
      expect(() => service.reload(files)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^ERR_RSP_(LISTEN|IDENTITY)$/) }),
      );
      const { shown, socket } = await connected(service.es9p);
      socket.destroy();
      expect(shown.fingerprint256).toBe(new X509Certificate(first.cert).fingerprint256);
      expect(service.server.context.trust.identities.map(pairName)).toEqual([pairName(old!)]);
    }
  });

  test('that is plain stays plain', async () => {
    await serve();
    expect(() => service.reload({ trust: testTrust(), es9pTls: first })).toThrow(
      expect.objectContaining({ code: 'ERR_RSP_LISTEN' }),
    );
  });
});
