/** What a signed address for bytes is good for. It travels through clients that send no key with an upload or a download. */
import { z } from 'zod';

const text = z.string();

/** A ticket for one file of a run, one file or the manifest of an artifact, or one stored blob. */
const fileTicketSchema = z.discriminatedUnion('do', [
  z.object({ do: z.enum(['put-run-file', 'get-run-file']), run: text, name: text }),
  z.object({ do: z.literal('put-artifact-file'), artifact: text, name: text, md5: text }),
  z.object({ do: z.literal('put-manifest'), manifest: text, md5: text }),
  z.object({ do: z.literal('get-blob'), sha256: text, name: text }),
]);
/** A ticket for bytes. */
export type FileTicket = z.infer<typeof fileTicketSchema>;

/** A ticket with the time it is valid until, in ms since 1970: what the address's MAC covers. */
export const signedFileTicketSchema = z.object({ ticket: fileTicketSchema, until: z.number() });
