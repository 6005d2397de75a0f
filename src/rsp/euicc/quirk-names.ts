/** Ways of cards in the field, of which the emulator can have any, so that an LPA can be tried against them. */
export const CARD_QUIRKS = [
  /** What is done ends with 910B instead of 9000: a proactive command waits for the terminal. */
  'proactive',
  /** Data come at once with STORE DATA, as far as one answer holds them. */
  'direct',
  /** GET RESPONSE and MANAGE CHANNEL take the right Le and answer 6Cxx to others. */
  'exact-le',
  /** STORE DATA without Le is answered with 9000 and no data. */
  'needs-le',
  /** 6200 comes before data. */
  'warnings',
  /** GET RESPONSE is taken in the class of ISO/IEC 7816-4 alone. */
  'iso-get-response',
  /** Logical channels cannot be closed. */
  'close-fails',
  /** There is the basic channel alone. */
  'no-channels',
  /** Logical channels begin at 5, in the other form of the class. */
  'high-channels',
  /** Profiles but the first have fields that are against the standard, each another one. */
  'odd-profiles',
  /** ICCIDs in notifications have their digits unswapped, and so their filler in the wrong place. */
  'odd-notifications',
] as const;

export type CardQuirk = (typeof CARD_QUIRKS)[number];
