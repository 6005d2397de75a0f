/** Later messages of a session: each kind to its last byte, and only for this session. */
import { describe, expect, test } from '@jest/globals';
import { concatBytes } from '../../src/bytes.ts';
import { encodeTlv, TlvReader } from '../../src/asn1/tlv.ts';
import { checkMessage, type MessageContext, type MessageKind } from '../../src/session/messages.ts';
import { encodeOid } from '../../src/asn1/oid.ts';

const OID = '2.999.10';
const context: MessageContext = {
  transactionId: new Uint8Array(16).fill(1),
  serverAddress: 'dp.example.com',
  serverOid: OID,
  serverSignature: new Uint8Array(64).fill(9),
};

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const utf8 = (text: string) => new TextEncoder().encode(text);
/** An element with a tag of one or two bytes. */
const tlv = (tag: string, ...content: Uint8Array[]) => {
  const [last, ...first] = [...hex(tag)].reverse();
  return concatBytes(Uint8Array.from(first), encodeTlv(last!, concatBytes(...content)));
};

const transactionId = tlv('80', context.transactionId);
const otpk = tlv('5f49', Uint8Array.of(4, ...new Uint8Array(64).fill(5)));
const signature = tlv('5f37', context.serverSignature!);
const download = concatBytes(tlv('30', transactionId, otpk), signature);
const withCode = concatBytes(
  tlv('30', transactionId, otpk, tlv('04', new Uint8Array(32))),
  signature,
);
const cancel = tlv('30', transactionId, tlv('81', encodeOid(OID)), hex('820101'));
const ICCID = hex('5a0a98001032547698103214');
const metadata = (sequence = '80020100', event = '81020780', address = 'DP.example.com') =>
  tlv('bf2f', hex(sequence), hex(event), tlv('0c', utf8(address)), ICCID);
const result = (outcome: Uint8Array, oid = OID) =>
  tlv('bf27', transactionId, metadata(), tlv('06', encodeOid(oid)), tlv('a2', outcome));
const success = tlv('a0', tlv('4f', new Uint8Array(16)), tlv('04', hex('aabb')));
const failure = tlv('a1', hex('800101'), hex('810102'));

/** The same element with an unknown one at the end of its content. */
const more = (element: Uint8Array) => {
  const { tag, content } = new TlvReader(element, 'it').any('it');
  return encodeTlv(tag, content, hex('df7f0100'));
};

describe('accepted', () => {
  test.each([
    ['prepareDownload', download, 'prepareDownload'],
    ['prepareDownload', withCode, 'prepareDownload'],
    ['cancelSession', cancel, 'cancelSession'],
    ['installationResult', result(success), 'notification/98001032547698103214/256'],
    ['installationResult', result(failure), 'notification/98001032547698103214/256'],
    ['notification', metadata(), 'notification/98001032547698103214/256'],
    ['notification', metadata('80010f', '81020410'), 'notification/98001032547698103214/15'],
  ] as const)('%s %#', (kind, message, once) => {
    expect(checkMessage(kind, message, context)).toBe(once);
  });
});

describe('refused', () => {
  const other = { ...context, transactionId: new Uint8Array(16) };
  const cases: [string, MessageKind, Uint8Array, MessageContext?][] = [
    ['download of another transaction', 'prepareDownload', download, other],
    [
      "download that answers another server's signature",
      'prepareDownload',
      download,
      { ...context, serverSignature: new Uint8Array(64) },
    ],
    [
      'download where this server signed nothing',
      'prepareDownload',
      download,
      { ...context, serverSignature: undefined },
    ],
    ['download without the signature', 'prepareDownload', tlv('30', transactionId, otpk)],
    ['download with bytes after it', 'prepareDownload', concatBytes(download, hex('0500'))],
    [
      'download with an element more',
      'prepareDownload',
      concatBytes(tlv('30', transactionId, otpk, hex('0500')), signature),
    ],
    [
      'download with a compressed key',
      'prepareDownload',
      concatBytes(tlv('30', transactionId, tlv('5f49', new Uint8Array(33).fill(2))), signature),
    ],
    ['download as a cancellation', 'cancelSession', download],
    ['cancellation as a download', 'prepareDownload', cancel],
    ['cancellation of another transaction', 'cancelSession', cancel, other],
    [
      'cancellation at another server',
      'cancelSession',
      cancel,
      { ...context, serverOid: '2.999.11' },
    ],
    [
      'cancellation for an unknown reason',
      'cancelSession',
      tlv('30', transactionId, tlv('81', encodeOid(OID)), hex('820106')),
    ],
    ['result of another transaction', 'installationResult', result(success), other],
    ['result of another server', 'installationResult', result(success, '2.999.11')],
    ['result without an outcome', 'installationResult', result(hex(''))],
    ['result with two outcomes', 'installationResult', result(concatBytes(success, failure))],
    ['result as a notification', 'notification', result(success)],
    ['notification as a result', 'installationResult', metadata()],
    [
      'notification for another address',
      'notification',
      metadata(undefined, undefined, 'a.example'),
    ],
    ['notification with a negative number', 'notification', metadata('8001ff')],
    ['notification about no event', 'notification', metadata(undefined, '81020700')],
    ['notification about two events', 'notification', metadata(undefined, '810206c0')],
    [
      'notification about another profile',
      'notification',
      metadata(),
      { ...context, iccid: new Uint8Array(10) },
    ],
    ['nothing', 'notification', hex('')],
    ['an indefinite length', 'notification', hex('bf2f80')],
    ['a length that is not minimal', 'notification', hex('bf2f8100')],
    ['a tag that is not minimal', 'notification', hex('bf1e00')],
    ['a message that is cut', 'notification', metadata().slice(0, -1)],
    ['5000 bytes', 'notification', new Uint8Array(5000)],
    // what reading tolerates in SGP.22
    ['a number with a leading zero', 'notification', metadata('80020001')],
    ['a number above 2^53', 'notification', metadata('800720000000000000')],
    ['a bit that has no name', 'notification', metadata(undefined, '81020388')],
    ['bits that are not needed', 'notification', metadata(undefined, '81020080')],
    ['an element more in the metadata', 'notification', more(metadata())],
    ['an element more in a result', 'installationResult', more(result(success))],
    ['an element more in a success', 'installationResult', result(more(success))],
    ['an element more in a failure', 'installationResult', result(more(failure))],
    ['an element more in a cancellation', 'cancelSession', more(cancel)],
    [
      'an ICCID that is not digits',
      'notification',
      concatBytes(metadata().slice(0, -1), Uint8Array.of(0x1a)),
    ],
    [
      'error codes of two bytes',
      'installationResult',
      result(tlv('a1', hex('800101'), hex('81020102'))),
    ],
    [
      // the lower case of the Kelvin sign is the letter k
      'an address in other letters',
      'notification',
      metadata(undefined, undefined, 'dp.\u212aelvin.example'),
      { ...context, serverAddress: 'dp.kelvin.example' },
    ],
  ];
  test.each(cases)('%s', (_, kind, message, known = context) => {
    expect(() => checkMessage(kind, message, known)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_MESSAGE' }),
    );
  });
});
