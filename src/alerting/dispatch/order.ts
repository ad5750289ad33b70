/** What may not overtake what: alerts and notifications of one incident arrive in the order in which they were found. */
import type { Alert, Deliverable } from '#contract';
import type { Sending } from './notifier-outlet.ts';

/** The order keys of an item: of those that share any, one is sent after the other, in ascending number. */
export type OrderOf<Item extends Deliverable> = (item: Item) => readonly string[];

/** The id too: the first revision of an alert may have had no incident yet. */
export const orderOfAlert: OrderOf<Alert> = ({ id, incident }) => (incident === null ? [id] : [id, incident]);

export const orderOfSending: OrderOf<Sending> = ({ notification: { key, incidents } }) => [key, ...incidents.map(({ id }) => id)];
