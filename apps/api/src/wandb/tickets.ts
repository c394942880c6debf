/**
 * Addresses for bytes: clients send no key with an upload or a download, so the address itself says what it is good for and
 * carries a MAC. A ticket reaches one file, for a day.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { signedFileTicketSchema } from '@swath/contracts';
import type { FileTicket } from '@swath/contracts';

/** What an address is good for. */
export type Ticket = FileTicket;

const VALID_MS = 24 * 3_600_000;

/** Writes and reads tickets. */
export class Tickets {
  private readonly key: Buffer;

  constructor(secret: Buffer) {
    this.key = createHmac('sha256', secret).update('file tickets').digest();
  }

  /** The absolute address of a ticket; ends with the file's name, which clients show. */
  url(baseUrl: string, ticket: Ticket): string {
    const body = Buffer.from(JSON.stringify({ ticket, until: Date.now() + VALID_MS })).toString('base64url');
    const last = 'name' in ticket ? (ticket.name.split('/').at(-1) ?? '') : 'manifest.json';
    return `${baseUrl}/files/-/${body}.${this.mac(body)}/${encodeURIComponent(last.slice(0, 100))}`;
  }

  /** The ticket of an address, `undefined` when it is forged or too old. */
  read(address: string): Ticket | undefined {
    const [body = '', mac = ''] = address.split('.');
    const given = Buffer.from(mac);
    const expected = Buffer.from(this.mac(body));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const signed = signedFileTicketSchema.parse(JSON.parse(Buffer.from(body, 'base64url').toString()));
    return signed.until < Date.now() ? undefined : signed.ticket;
  }

  private mac(body: string): string {
    return createHmac('sha256', this.key).update(body).digest('base64url');
  }
}
