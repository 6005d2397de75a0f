/** Certificates, chains, revocation lists: one example of each function. They run in the tests. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import {
  anchorFromCertificate,
  buildMap,
  canonicalWindow,
  certificateBytes,
  certificateChainBytes,
  checkChain,
  checkCrlProfile,
  checkList,
  checkLists,
  checkProfile,
  formatMap,
  listBytes,
  loadMap,
  parseCertificate,
  parseRevocationList,
  parseSourcesConfiguration,
  TrustSet,
  ZkcxError,
} from 'zkcx';
import { anchors, ci, euicc, eum, readTestFile, testMap } from '../test-pki.ts';

/** 2026-11-01. */
const at = 1_793_491_200n;

export const EXAMPLES = {
  certificateBytes() {
    // #region certificateBytes
    // DER stays DER; PEM is decoded
    const der = certificateBytes(readTestFile('EUM/CERT_EUM_ECDSA_NIST.der'));
    const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(der)
      .toString('base64')
      .replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
    assert.deepEqual(certificateBytes(pem), der);
    // #endregion certificateBytes
  },

  certificateChainBytes() {
    // #region certificateChainBytes
    // several certificates in one PEM file
    const pem = [eum, euicc].map(({ der }) => new X509Certificate(der).toString()).join('');
    assert.deepEqual(certificateChainBytes(pem).map(parseCertificate), [eum, euicc]);
    // #endregion certificateChainBytes
  },

  listBytes() {
    // #region listBytes
    const der = listBytes(readTestFile('crl/CRL-A-1.der'));
    assert.equal(der[0], 0x30);
    // #endregion listBytes
  },

  parseCertificate() {
    // #region parseCertificate
    const certificate = parseCertificate(readTestFile('eUICC/CERT_EUICC_ECDSA_NIST.der'));
    assert.equal(new Date(Number(certificate.notBefore) * 1000).getUTCFullYear(), 2020);
    assert.throws(() => parseCertificate(certificate.der.subarray(1)), ZkcxError);
    // #endregion parseCertificate
  },

  parseRevocationList() {
    // #region parseRevocationList
    const list = parseRevocationList(readTestFile('crl/CRL-A-10.der'));
    assert.equal(list.entries.length, 10);
    assert.equal(list.scope, 'user');
    // #endregion parseRevocationList
  },

  anchorFromCertificate() {
    // #region anchorFromCertificate
    // the trust in it is yours: nothing above a CI signs it
    const anchor = anchorFromCertificate(ci);
    assert.ok(anchor.roles.includes('eum-v2'));
    // #endregion anchorFromCertificate
  },

  checkChain() {
    // #region checkChain
    const anchor = anchorFromCertificate(ci);
    const chain = checkChain({ anchor, certificates: [eum, euicc], at });
    assert.equal(chain.leaf.role, 'euicc-v2');
    assert.throws(() => checkChain({ anchor, certificates: [euicc, eum], at }), ZkcxError);
    // #endregion checkChain
  },

  canonicalWindow() {
    // #region canonicalWindow
    const [anchor] = anchors;
    const chain = checkChain({ anchor: anchor!, certificates: [eum, euicc], at });
    // all chains that are valid for a year claim the same window in a quarter
    const { from, until } = canonicalWindow(chain, at);
    assert.equal(new Date(Number(from) * 1000).toISOString().slice(0, 10), '2026-10-01');
    assert.equal(new Date(Number(until) * 1000).toISOString().slice(0, 10), '2027-10-01');
    // #endregion canonicalWindow
  },

  checkProfile() {
    // #region checkProfile
    // throws ERR_PROFILE_... if the certificate is too large for the circuits
    checkProfile(euicc);
    // #endregion checkProfile
  },

  checkList() {
    // #region checkList
    const list = parseRevocationList(readTestFile('crl/CRL-A-1.der'));
    const { serialNumbers } = checkList({ list, issuer: anchors[0]!, at });
    assert.equal(serialNumbers.length, 1);
    // #endregion checkList
  },

  checkLists() {
    // #region checkLists
    // a list that is published in parts counts only if all parts are given; this one has a single part
    const parts = [parseRevocationList(readTestFile('crl/CRL-A-1.der'))];
    const { serialNumbers } = checkLists({ lists: parts, issuer: anchors[0]!, at });
    assert.equal(serialNumbers.length, 1);
    // #endregion checkLists
  },

  checkCrlProfile() {
    // #region checkCrlProfile
    // throws ERR_PROFILE_CRL_... if the list cannot be proven by the program `crl`
    checkCrlProfile(parseRevocationList(readTestFile('crl/CRL-A-10.der')));
    // #endregion checkCrlProfile
  },

  TrustSet() {
    // #region TrustSet
    const set = new TrustSet([anchorFromCertificate(ci)]);
    const trustRoot = set.root.toBigInt();
    assert.equal(set.size, 1);
    assert.equal(new TrustSet(anchors).root.toBigInt(), trustRoot);
    // #endregion TrustSet
  },

  parseSourcesConfiguration() {
    // #region parseSourcesConfiguration
    const [source] = parseSourcesConfiguration(`{
      "format": "zkcx-revocation-sources",
      "version": 1,
      "sources": [{ "issuer": "eum.der", "kind": "user", "point": "none" }]
    }`);
    assert.deepEqual(source, { issuer: 'eum.der', kind: 'user', point: 'none' });
    // #endregion parseSourcesConfiguration
  },

  buildMap() {
    // #region buildMap
    const lists = ['CRL-A-0', 'CRL-B-0'].map((name) =>
      parseRevocationList(readTestFile(`crl/${name}.der`)),
    );
    const { map } = buildMap({
      sources: [
        { issuer: ci, kind: 'ca', point: 'http://ci.test.example.com/CRL-B.crl' },
        { issuer: ci, kind: 'user', point: 'http://ci.test.example.com/CRL-A.crl' },
        { issuer: eum, kind: 'user', point: 'none' },
      ],
      anchors,
      lists,
      at,
    });
    assert.equal(map.size, 3);
    // #endregion buildMap
  },

  formatMap() {
    // #region formatMap
    const text = formatMap(testMap(at));
    assert.match(text, /zkcx-revocation-map/);
    // #endregion formatMap
  },

  loadMap() {
    // #region loadMap
    // checks every signature again, under the reader's own CIs
    const { map } = loadMap(formatMap(testMap(at)), { anchors, at });
    assert.equal(map.root.toBigInt(), testMap(at).map.root.toBigInt());
    // #endregion loadMap
  },

  ZkcxError() {
    // #region ZkcxError
    try {
      parseCertificate(readTestFile('EUM/SK_EUM_ECDSA_NIST.pem'));
      assert.fail('a key is not a certificate');
    } catch (error) {
      assert.ok(error instanceof ZkcxError);
      assert.equal(error.code, 'ERR_DER_TAG');
    }
    // #endregion ZkcxError
  },
};
