/**
 * ES10c.GetEID BF3E (SGP.22 5.7.20); ES10a addresses BF3C, BF3F (5.7.3, 5.7.4); ES10b.GetRAT BF43
 * (5.7.22); what SELECT answers (5.7.1).
 */
import { automatic, badValue, context, type Input } from '../codec/codec.ts';
import { flags, mapped, text } from '../codec/primitives.ts';
import { list, message, optional, sequence } from '../codec/structures.ts';
import { TAG } from '../tags.ts';
import { pprIds } from './euicc-info.ts';
import { eidValue, version } from './identifiers.ts';
import { operatorId } from './metadata.ts';
import { tagList } from './profiles.ts';

/** In the answer to SELECT of the ISD-R. */
export const IsdrProprietaryApplicationTemplate = message(
  'ISDRProprietaryApplicationTemplate',
  TAG.isdrTemplate,
  sequence({
    /** SGP.22 version, "2.4.0". */
    svn: context(2, version),
  }),
);

/** The one tag list that there is. */
const eidOnly = mapped(
  tagList,
  (tags, what) => {
    if (tags.length !== 1 || tags[0] !== eidValue.tag) throw badValue(what, 'must be 5A, the EID');
    return 'eidValue' as const;
  },
  () => [eidValue.tag],
);

export const GetEuiccDataRequest = message(
  'GetEuiccDataRequest',
  TAG.getEuiccData,
  sequence({ tagList: eidOnly }),
);

export const GetEuiccDataResponse = message(
  'GetEuiccDataResponse',
  TAG.getEuiccData,
  sequence({
    /** 32 digits. */
    eidValue,
  }),
);

export const EuiccConfiguredAddressesRequest = message(
  'EuiccConfiguredAddressesRequest',
  TAG.getEuiccConfiguredAddresses,
  sequence({}),
);

/** Fields of EuiccConfiguredAddressesResponse. */
export const CONFIGURED_ADDRESSES = automatic({
  /** FQDN of the default SM-DP+. */
  defaultDpAddress: text(255),
  /** FQDN of the root SM-DS. */
  rootDsAddress: text(255),
});

export const EuiccConfiguredAddressesResponse = message(
  'EuiccConfiguredAddressesResponse',
  TAG.getEuiccConfiguredAddresses,
  sequence({
    ...CONFIGURED_ADDRESSES,
    defaultDpAddress: optional(CONFIGURED_ADDRESSES.defaultDpAddress),
  }),
);

export const SetDefaultDpAddressRequest = message(
  'SetDefaultDpAddressRequest',
  TAG.setDefaultDpAddress,
  sequence(
    automatic({
      /** Empty removes the address. */
      defaultDpAddress: text(255),
    }),
  ),
);

export const GetRatRequest = message('GetRatRequest', TAG.getRat, sequence({}));

/** ProfilePolicyAuthorisationRule: which operators may set which rules. */
const policyAuthorisation = sequence(
  automatic({
    pprIds,
    allowedOperators: list(operatorId, 'OperatorId'),
    /** Whether the user must agree. */
    pprFlags: flags(['consentRequired']),
  }),
);
export type PolicyAuthorisation = Input<typeof policyAuthorisation>;

export const GetRatResponse = message(
  'GetRatResponse',
  TAG.getRat,
  sequence(automatic({ rat: list(policyAuthorisation, 'a ProfilePolicyAuthorisationRule') })),
);
