/** Faults against issuing constraints: nameConstraints and permittedEins of the certificates above. */
import type { ErrorCode } from '../../../../src/errors.ts';
import {
  sgp26Device,
  v3Device,
  v3DeviceEumBelowSubCa,
  v3DeviceEumSubCa,
  v3DeviceFourLinks,
  v3DeviceInheriting,
  v3DeviceNarrowing,
  v3DeviceSubCa,
  v3ServerSubCa,
} from '../chains.ts';
import { TAG } from '../der.ts';
import type { Change } from '../draft.ts';
import {
  attribute,
  name,
  nameConstraints,
  OID,
  permittedEins,
  removeExtension,
  setExtension,
} from '../fields.ts';
import { changed, device, EUICC, EUM, faultOf } from './row.ts';
import type { Fault } from './row.ts';

export function constraintFaults(): Fault[] {
  const subject =
    (organisation: string, eid = '89049032123451234512345678901235'): Change =>
    (d) => {
      d.subject = name(
        attribute(OID.organisation, organisation),
        attribute(OID.serialNumber, eid, TAG.printableString),
      );
    };
  const wider = (fault: string, ...bases: Parameters<typeof nameConstraints>): Fault =>
    faultOf(
      fault,
      'ERR_CHAIN_CONSTRAINTS_WIDER',
      'chain',
      changed(v3DeviceNarrowing(), 2, (d) => setExtension(d, nameConstraints(...bases))),
      { link: 1 },
    );
  const inheriting = (fault: string, code: ErrorCode, draft: number, change: Change): Fault =>
    faultOf(fault, code, 'chain', changed(v3DeviceInheriting(), draft, change), {
      link: draft - 1,
    });
  const organisation = 'RSP Test EUM';
  const twoBases = nameConstraints(
    { organisation, iin: '8903' },
    { organisation: 'Other EUM', iin: '89049032' },
  );
  const eidRange = 'ERR_CHAIN_EID_RANGE';
  const outside = 'ERR_CHAIN_ORGANISATION_RANGE';
  const server = changed(v3ServerSubCa(), 1, (d) =>
    d.extensions.push(nameConstraints({ organisation: 'ACME' })),
  );
  return [
    device(
      'EID outside the IIN',
      eidRange,
      EUICC,
      subject(organisation, '89049033123451234512345678901235'),
    ),
    device(
      'EID with another first digit',
      eidRange,
      EUICC,
      subject(organisation, '79049032123451234512345678901235'),
    ),
    device(
      'IIN inside the EID, not at its begin',
      eidRange,
      EUICC,
      subject(organisation, '18904903212345123451234567890123'),
    ),
    {
      ...device('IIN of 31 digits, the last one other', eidRange, EUM, (d) => {
        setExtension(d, nameConstraints({ organisation, iin: '8904903212345123451234567890124' }));
      }),
      link: 1,
    },
    {
      ...device('organisation of one base, IIN of the other', eidRange, EUM, (d) =>
        setExtension(d, twoBases),
      ),
      link: 1,
    },
    faultOf(
      'EID outside permittedEins',
      eidRange,
      'chain',
      changed(v3Device(), 1, (d) => setExtension(d, permittedEins('89049033', '8905'))),
    ),
    device('other organisation', outside, EUICC, subject('RSP Test EUX')),
    device('organisation cut by its last letter', outside, EUICC, subject('RSP Test EU')),
    device('organisation with a letter more', outside, EUICC, subject('RSP Test EUMM')),
    ...['@`', '[{'].map((pair) => {
      // neighbours of A-Z that differ in the bit that folding sets
      const chain = changed(sgp26Device(), EUM, (d) => {
        setExtension(d, nameConstraints({ organisation: `EUM ${pair[0]}`, iin: '89049032' }));
      });
      const fault = `organisation that differs in ${pair[0]} and ${pair[1]}`;
      return faultOf(fault, outside, 'chain', changed(chain, EUICC, subject(`EUM ${pair[1]}`)));
    }),
    inheriting('EUM of another organisation below a SubCA', outside, 2, (d) => {
      d.subject = name(attribute(OID.organisation, 'Other EUM'));
    }),
    inheriting(
      'EID outside inherited constraints',
      eidRange,
      3,
      subject(organisation, '89049033123451234512345678901235'),
    ),
    inheriting('organisation outside inherited constraints', outside, 3, subject('Other EUM')),
    faultOf(
      'server of another organisation below a SubCA',
      outside,
      'chain',
      changed(server, 2, (d) => {
        d.subject = name(attribute(OID.organisation, 'ACM'));
      }),
    ),
    device('EUM without constraints', 'ERR_CHAIN_CONSTRAINTS_MISSING', EUM, (d) =>
      removeExtension(d, OID.nameConstraints),
    ),
    faultOf(
      'v3 EUM without constraints',
      'ERR_CHAIN_CONSTRAINTS_MISSING',
      'chain',
      changed(v3DeviceSubCa(), 2, (d) => removeExtension(d, OID.permittedEins)),
      { link: 1 },
    ),
    faultOf(
      'EUM SubCA without constraints',
      'ERR_CHAIN_CONSTRAINTS_MISSING',
      'chain',
      changed(v3DeviceEumBelowSubCa(), 1, (d) => removeExtension(d, OID.permittedEins)),
      { link: 0 },
    ),
    faultOf(
      'EUM SubCA that reaches beyond its EUM',
      'ERR_CHAIN_CONSTRAINTS_WIDER',
      'chain',
      changed(v3DeviceFourLinks(), 3, (d) => setExtension(d, permittedEins('8904903'))),
      { link: 2 },
    ),
    faultOf(
      'EUM that reaches beyond the EUM SubCA above it',
      'ERR_CHAIN_CONSTRAINTS_WIDER',
      'chain',
      changed(v3DeviceEumBelowSubCa(), 2, (d) => setExtension(d, permittedEins('8904', '89'))),
      { link: 1 },
    ),
    faultOf(
      'EID that the EUM may issue and its EUM SubCA may not',
      eidRange,
      'chain',
      changed(v3DeviceFourLinks(), 4, subject(organisation, '89049032223451234512345678901235')),
    ),
    faultOf(
      'EID outside the constraints that an EUM SubCA inherits',
      eidRange,
      'chain',
      changed(v3DeviceEumSubCa(), 3, subject(organisation, '89049033123451234512345678901235')),
    ),
    device('eUICC with nameConstraints', 'ERR_CHAIN_CONSTRAINTS_LEAF', EUICC, (d) => {
      d.extensions.push(nameConstraints({ organisation, iin: '89049032' }));
    }),
    wider('base without the organisation', { iin: '89049032' }),
    wider('base without the IIN', { organisation }),
    wider('base with a shorter IIN', { organisation, iin: '890' }),
    wider('base with another IIN', { organisation, iin: '8905' }),
    wider('base of another organisation', { organisation: 'RSP Test EUX', iin: '8904' }),
    wider(
      'second base outside',
      { organisation, iin: '8904' },
      { organisation: 'Third EUM', iin: '8904' },
    ),
    wider('base between two bases', { organisation, iin: '8904' }, { organisation, iin: '89' }),
  ];
}
