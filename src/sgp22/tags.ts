/**
 * The tags of SGP.22 v2 (RSPDefinitions) that stand in messages here, each with one decoder in
 * messages/. Context-specific tags that count the fields of one SEQUENCE, [0], [1] and so on, are
 * numbered where the SEQUENCE is described.
 */
export const TAG = {
  // functions of ES10: request and response
  getEuiccInfo1: 0xbf20,
  prepareDownload: 0xbf21,
  getEuiccInfo2: 0xbf22,
  listNotification: 0xbf28,
  setNickname: 0xbf29,
  retrieveNotificationsList: 0xbf2b,
  getProfilesInfo: 0xbf2d,
  getEuiccChallenge: 0xbf2e,
  notificationSent: 0xbf30,
  enableProfile: 0xbf31,
  disableProfile: 0xbf32,
  deleteProfile: 0xbf33,
  euiccMemoryReset: 0xbf34,
  authenticateServer: 0xbf38,
  getEuiccConfiguredAddresses: 0xbf3c,
  getEuiccData: 0xbf3e,
  setDefaultDpAddress: 0xbf3f,
  cancelSession: 0xbf41,
  getRat: 0xbf43,
  /** Not in SGP.22, see messages/zkcx-server.ts. */
  zkcxServer: 0xbf70,

  // ES8+, and what an eUICC tells of it
  initialiseSecureChannel: 0xbf23,
  configureIsdp: 0xbf24,
  storeMetadata: 0xbf25,
  replaceSessionKeys: 0xbf26,
  profileInstallationResultData: 0xbf27,
  boundProfilePackage: 0xbf36,
  profileInstallationResult: 0xbf37,
  notificationMetadata: 0xbf2f,
  profileSegment: 0x86,
  encryptedSegment: 0x87,
  macOnlySegment: 0x88,

  // data objects that are in more than one message
  aid: 0x4f,
  iccid: 0x5a,
  eidValue: 0x5a,
  tagList: 0x5c,
  signature: 0x5f37,
  oneTimeKey: 0x5f49,

  // profiles
  profileInfo: 0xe3,
  profileNickname: 0x90,
  serviceProviderName: 0x91,
  profileName: 0x92,
  iconType: 0x93,
  icon: 0x94,
  profileClass: 0x95,
  profilePolicyRules: 0x99,
  profileState: 0x9f70,
  notificationConfigurationInfo: 0xb6,
  profileOwner: 0xb7,
  dpProprietaryData: 0xb8,
  serviceSpecificDataStoredInEuicc: 0xbf22,
  serviceSpecificDataNotStoredInEuicc: 0xbf23,

  /** ISDRProprietaryApplicationTemplate, in the answer to SELECT. */
  isdrTemplate: 0xe0,
} as const;
