/** Event rows as the API shows them. */
import type { EventView, Json } from '@swath/contracts';
import type { EventRow } from '@swath/lifecycle';

/** An event. */
export function toEventView({ cursor, topic, name, entity, at }: EventRow): EventView {
  return {
    id: `${cursor.txid}-${cursor.seq}`,
    topic,
    name,
    entity: entity as Record<string, Json>,
    at: at.toISOString(),
  };
}
