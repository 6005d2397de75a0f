/** Bounds of the times in a certificate. */
import type { ErrorCode } from '../../../src/errors.ts';
import { generalizedTime, utcTime } from '../certificates/der.ts';
import { euicc } from './certificate-row.ts';
import type { CertificateBound } from './certificate-row.ts';

const end = (text: string) => (text.length === 13 ? utcTime(text) : generalizedTime(text));
const timeRow = (title: string, near: string, far: string, code: ErrorCode): CertificateBound =>
  euicc(
    title,
    ['tbs.calendar', 'tbs.yearDays'],
    [near, far],
    code,
    (d, text) => (d.notAfter = end(text)),
  );
const startRow = (title: string, near: string, far: string, code: ErrorCode): CertificateBound =>
  euicc(title, 'tbs.calendar', [near, far], code, (d, text) => (d.notBefore = end(text)));

const range = 'ERR_CERT_TIME_RANGE';
export const timeRows = (): CertificateBound[] => [
  timeRow('second', '301231235959Z', '301231235960Z', range),
  timeRow('minute', '301231235959Z', '301231236059Z', range),
  timeRow('hour', '301231235959Z', '301231245959Z', range),
  timeRow('day', '301231000000Z', '301232000000Z', range),
  timeRow('day, at least', '301201000000Z', '301200000000Z', range),
  timeRow('day of a month of 30 days', '300430000000Z', '300431000000Z', range),
  timeRow('day of February', '300228000000Z', '300229000000Z', range),
  timeRow('leap day of a century', '24000229000000Z', '21000229000000Z', range),
  timeRow('month', '301231000000Z', '301331000000Z', range),
  timeRow('month, at least', '300131000000Z', '300031000000Z', range),
  timeRow('year of a UTCTime', '491231235959Z', '500101000000Z', 'ERR_CERT_TIME_BEFORE_1970'),
  startRow(
    'year of a UTCTime, at least',
    '700101000000Z',
    '691231235959Z',
    'ERR_CERT_TIME_BEFORE_1970',
  ),
  startRow('year, at least', '19700101000000Z', '19691231235959Z', 'ERR_CERT_TIME_BEFORE_1970'),
  timeRow('year', '99991231235959Z', '999:1231235959Z', 'ERR_CERT_TIME_FORMAT'),
  timeRow('digits of a time', '99991231235959Z', '099991231235959Z', 'ERR_CERT_TIME_FORMAT'),
  timeRow('fractions of a second', '20301231235959Z', '20301231235959.5Z', 'ERR_CERT_TIME_FORMAT'),
];
