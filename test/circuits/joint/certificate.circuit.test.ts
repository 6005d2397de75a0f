/**
 * The joint scan of the readers of certificates: two variables of an equation are moved at once so that it still holds, with all
 * that follows from them, and nothing passes. What is missed is counted, with the reason.
 */
import { CONSTRAINTS } from './gadgets/constraints.ts';
import { EXTENSIONS, WALK } from './gadgets/extensions.ts';
import { NAMES } from './gadgets/names.ts';
import { INVERSE, reasons, testScans, TWICE } from './scans.ts';

/** Of elements in a list, or one behind the other. */
const LISTS = `rows of elements, which are scanned alone in 'elements': what they move here is also refused where the list has to end; ${TWICE}`;
const RANGES = 'range checks that a false number of several bytes has to break: mutations';
const COUNTS =
  'comparisons and sums over all slots: of a pinned type, or counted and numbered by two sums that both are used';
const BITS = 'bits of a pinned byte and runs of zeros, which the number of the value holds';
const BASES =
  'products with a bit and comparisons: a base that is not chosen is all zero, and one that is chosen is compared with a pinned one';
const CHOICE = 'which of two bases that both fit is chosen';

testScans(NAMES, {
  'RDNs of a Name': {
    scanned: 164,
    missed: { bit: 5, member: 23, product: 6, read: 5, sum: 31 },
    why: reasons(RANGES, TWICE),
  },
  'attributes of a subject': {
    scanned: 92,
    unbound: 2,
    missed: { bit: 1, product: 13, read: 3, sum: 19 },
    why: reasons(INVERSE, COUNTS, TWICE),
  },
  'attributes without serialNumber': {
    scanned: 92,
    unbound: 1,
    missed: { bit: 1, product: 13, read: 3, sum: 16 },
    why: reasons(INVERSE, COUNTS, TWICE),
  },
  'hash of a Name': { scanned: 45, missed: { product: 2, read: 1, sum: 6 }, why: TWICE },
  'organisation in chunks': { scanned: 28 },
  'EID of an eUICC': { scanned: 57, missed: { product: 1, read: 2, sum: 2 }, why: TWICE },
  'EID of no eUICC': { scanned: 57, missed: { product: 1, read: 1, sum: 2 }, why: TWICE },
  'digits of an IIN': { scanned: 35 },
  'an optional element that is there': { scanned: 14, missed: { read: 1, sum: 1 }, why: TWICE },
  'an optional element that is not there': {
    scanned: 14,
    missed: { product: 1, read: 3, sum: 4 },
    why: TWICE,
  },
  'an optional element of any tag': { scanned: 15, missed: { read: 1, sum: 2 }, why: TWICE },
  'optional octets that are there': { scanned: 15, missed: { read: 1, sum: 1 }, why: TWICE },
  'optional octets that are not there': {
    scanned: 15,
    missed: { product: 1, read: 2, sum: 5 },
    why: TWICE,
  },
  'a list of three slots': {
    scanned: 45,
    missed: { bit: 3, product: 5, read: 6, sum: 15 },
    why: LISTS,
  },
  'a list that is there': {
    scanned: 30,
    missed: { bit: 1, product: 3, read: 4, sum: 10 },
    why: LISTS,
  },
  'a list that is not there': {
    scanned: 33,
    missed: { bit: 1, member: 2, product: 3, read: 4, sum: 13 },
    why: LISTS,
  },
});

testScans(EXTENSIONS, {
  'critical that is set': { scanned: 7, missed: { sum: 1 }, why: TWICE },
  'critical that is not set': { scanned: 7, missed: { sum: 1 }, why: TWICE },
  subjectKeyIdentifier: { scanned: 15, missed: { product: 1, read: 1, sum: 4 }, why: TWICE },
  'no subjectKeyIdentifier': { scanned: 16, missed: { product: 1, read: 3, sum: 7 }, why: TWICE },
  authorityKeyIdentifier: {
    scanned: 55,
    missed: { bit: 2, member: 1, product: 4, read: 10, sum: 23 },
    why: reasons(RANGES, TWICE),
  },
  'authorityKeyIdentifier with all fields': {
    scanned: 56,
    missed: { bit: 2, member: 1, product: 4, read: 9, sum: 22 },
    why: reasons(RANGES, TWICE),
  },
  'no authorityKeyIdentifier': {
    scanned: 59,
    missed: { bit: 2, member: 5, product: 4, read: 10, sum: 28 },
    why: reasons(RANGES, TWICE),
  },
  keyUsage: {
    scanned: 45,
    missed: { bit: 3, product: 10, read: 2, sum: 12 },
    why: reasons(BITS, TWICE),
  },
  'keyUsage of nine bits': {
    scanned: 44,
    missed: { bit: 1, product: 10, sum: 12 },
    why: reasons(BITS, TWICE),
  },
  'no keyUsage': {
    scanned: 44,
    missed: { bit: 1, product: 10, sum: 12 },
    why: reasons(BITS, TWICE),
  },
  'basicConstraints without cA': {
    scanned: 24,
    missed: { bit: 2, member: 2, product: 5, read: 2, sum: 9 },
    why: reasons(RANGES, TWICE),
  },
  'basicConstraints with cA': {
    scanned: 22,
    missed: { bit: 2, member: 2, product: 5, sum: 9 },
    why: reasons(RANGES, TWICE),
  },
  'basicConstraints with pathLen': {
    scanned: 24,
    missed: { bit: 2, member: 2, product: 3, read: 1, sum: 3 },
    why: reasons(RANGES, TWICE),
  },
  'no basicConstraints': {
    scanned: 23,
    missed: { bit: 2, member: 2, product: 5, read: 2, sum: 9 },
    why: reasons(RANGES, TWICE),
  },
  certificatePolicies: {
    scanned: 292,
    unbound: 1,
    missed: { bit: 26, member: 14, product: 30, read: 33, sum: 129 },
    why: reasons(INVERSE, RANGES, LISTS),
  },
  nameConstraints: {
    scanned: 406,
    missed: { bit: 31, member: 11, product: 43, read: 24, sum: 83 },
    why: reasons(RANGES, LISTS),
  },
  'no nameConstraints': {
    scanned: 407,
    missed: { bit: 31, member: 14, product: 45, read: 23, sum: 93 },
    why: reasons(RANGES, LISTS),
  },
  permittedEins: {
    scanned: 74,
    missed: { bit: 3, member: 3, product: 8, read: 10, sum: 30 },
    why: LISTS,
  },
  'no permittedEins': {
    scanned: 74,
    missed: { bit: 3, member: 4, product: 8, read: 11, sum: 33 },
    why: LISTS,
  },
  subjectAltName: {
    scanned: 114,
    missed: { bit: 8, member: 3, product: 12, read: 18, sum: 43 },
    why: LISTS,
  },
  'no subjectAltName': {
    scanned: 116,
    missed: { bit: 8, member: 5, product: 16, read: 19, sum: 52 },
    why: LISTS,
  },
});

testScans(WALK, {
  'the walk over extensions': {
    scanned: 191,
    unbound: 2,
    missed: { bit: 6, member: 4, product: 25, read: 34, sum: 65 },
    why: reasons(INVERSE, LISTS),
  },
});

testScans(CONSTRAINTS, {
  'an eUICC inside a base': {
    scanned: 49,
    missed: { bit: 2, product: 9, read: 1, sum: 7 },
    why: reasons(BASES, TWICE),
  },
  'an eUICC whose issuer has no constraints': {
    scanned: 49,
    unbound: 2,
    missed: { bit: 1, product: 19, read: 2, sum: 8 },
    why: reasons(INVERSE, BASES, TWICE),
  },
  'a CA inside a base': {
    scanned: 49,
    missed: { bit: 1, product: 7, read: 1, sum: 7 },
    why: reasons(BASES, TWICE),
  },
  'own bases inside those of the parent': {
    scanned: 121,
    unbound: 2,
    missed: { bit: 4, member: 1, product: 11, read: 2, sum: 9 },
    why: reasons(CHOICE, INVERSE, BASES, TWICE),
  },
  'bases that are passed on': {
    scanned: 121,
    unbound: 3,
    missed: { bit: 2, product: 22, read: 3, sum: 10 },
    why: reasons(INVERSE, BASES, TWICE),
  },
  'own bases without a parent that has any': {
    scanned: 121,
    unbound: 3,
    missed: { bit: 2, product: 27, read: 4, sum: 13 },
    why: reasons(INVERSE, BASES, TWICE),
  },
  'constraints of either extension': {
    scanned: 80,
    missed: { sum: 2 },
    why: reasons(BASES, TWICE),
  },
});
