/** The certificates of the other end of a TLS connection, as Node has verified them. */
import type { DetailedPeerCertificate, PeerCertificate } from 'node:tls';

/** The chain that Node built, leaf first, the root last; empty where the peer showed none. */
export function peerChain(peer: PeerCertificate): Uint8Array[] {
  const chain: Uint8Array[] = [];
  for (let current = peer as DetailedPeerCertificate; current.raw !== undefined;) {
    chain.push(new Uint8Array(current.raw));
    // a root is its own issuer
    if (current.issuerCertificate === undefined || current.issuerCertificate === current) break;
    current = current.issuerCertificate;
  }
  return chain;
}
