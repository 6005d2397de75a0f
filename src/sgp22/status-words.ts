/** What subject and reason codes of functionExecutionStatus are called (SGP.22 5.2.6.1 and 5.2.6.2). */
const SUBJECT: Readonly<Record<string, string>> = {
  '1': 'Generic',
  '1.1': 'Function Requester',
  '1.2': 'Function Provider',
  '1.3': 'Protocol',
  '1.3.1': 'Protocol Format',
  '1.3.2': 'Protocol Version',
  '1.6': 'Function',
  '8.1': 'eUICC',
  '8.1.1': 'EID',
  '8.1.2': 'EUM Certificate',
  '8.1.3': 'eUICC Certificate',
  '8.2': 'Profile',
  '8.2.1': 'Profile ICCID',
  '8.2.5': 'Profile Type',
  '8.2.6': 'Matching ID',
  '8.2.7': 'Confirmation Code',
  '8.2.8': 'Profile Policy Rules',
  '8.2.9': 'Profile Metadata',
  '8.2.10': 'Bound Profile Package',
  '8.8': 'SM-DP+',
  '8.8.1': 'SM-DP+ Address',
  '8.8.2': 'Security configuration',
  '8.8.3': 'Specification Version Number',
  '8.8.4': 'SM-DP+ Certificate',
  '8.8.5': 'Download order',
  '8.9': 'SM-DS',
  '8.9.1': 'SM-DS Address',
  '8.9.2': 'Security configuration',
  '8.9.3': 'Specification Version Number',
  '8.9.4': 'SM-DS Certificate',
  '8.9.5': 'Event Record',
  '8.10': 'RSP Operation',
  '8.10.1': 'TransactionId',
  '8.11': 'CI',
  '8.11.1': 'CI Public Key',
};

const REASON: Readonly<Record<string, string>> = {
  '1': 'Access Error',
  '1.1': 'Unknown',
  '1.2': 'Not allowed',
  '2': 'Format Error',
  '2.1': 'Invalid',
  '2.2': 'Mandatory Element Missing',
  '2.3': 'Conditional Element Missing',
  '3': 'Conditions of Use Not Satisfied',
  '3.1': 'Unsupported',
  '3.3': 'Already in Use',
  '3.7': 'Unavailable',
  '3.8': 'Refused',
  '3.9': 'Unknown',
  '3.10': 'Invalid Association',
  '3.11': 'Value has Changed',
  '4': 'Processing Error',
  '4.2': 'Execution Error',
  '4.3': 'Stopped on Warning',
  '4.8': 'Insufficient Memory',
  '4.10': 'Time to Live Expired',
  '5': 'Transport Error',
  '5.1': 'Inaccessible',
  '6': 'Security Error',
  '6.1': 'Verification Failed',
  '6.3': 'Expired',
  '6.4': 'Maximum number of retries exceeded',
};

/** `8.2.6/3.8` as "Matching ID (8.2.6): Refused (3.8)"; codes without a name as figures alone. */
export function statusWords(codes: string): string {
  const [subject = '', reason = ''] = codes.split('/');
  return `${named(SUBJECT, subject)}: ${named(REASON, reason)}`;
}

function named(table: Readonly<Record<string, string>>, code: string): string {
  return Object.hasOwn(table, code) ? `${table[code]} (${code})` : code;
}
