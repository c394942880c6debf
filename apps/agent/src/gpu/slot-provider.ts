/** What makes slots: one implementation for each kind of device. `detect.ts` chooses; the agent knows only this. */
import type { SlotOffer } from '@swath/contracts';

/** Devices of one kind on this node. */
export interface SlotProvider {
  readonly kind: 'nvidia' | 'amd' | 'simulated' | 'cpu';
  /**
   * The slots there are now, with their health; index 0 first. Slots keep their identity by uuid.
   *
   * @throws Error with what was tried when the devices cannot be asked
   */
  discover(): Promise<SlotOffer[]>;
  /** Variables that let a command see these slots and no others. */
  environment(slots: readonly SlotOffer[]): Record<string, string>;
}
