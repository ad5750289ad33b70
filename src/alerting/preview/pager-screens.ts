/** PagerDuty, Opsgenie and Jira Service Management: what rings, and what stands beneath. */
import { genieAlert } from '../sinks/opsgenie/alert.ts';
import { pagerDutyEvent } from '../sinks/pagerduty/event.ts';
import { escaped, type Screen, type Shown } from './screen.ts';

function ticket(badge: string, title: string, meta: string, below: string): string {
  return `<div class="ticket"><div class="head"><span class="badge">${escaped(badge)}</span> <b>${escaped(title)}</b></div><div class="from">${escaped(meta)}</div>${below}</div>`;
}

function rows(entries: readonly (readonly [string, string])[]): string {
  return `<dl>${entries.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>`;
}

export const pagerDutyScreen: Screen = {
  id: 'pagerduty',
  name: 'pagerduty',
  title: 'PagerDuty',
  about: 'The alert of the same key is updated, and resolved when it is over.',
  render({ notification, message, reader }) {
    const event = pagerDutyEvent(notification, message, '', reader.locale);
    const payload = event['payload'] as { summary: string; source: string; severity: string; custom_details: Record<string, string> };
    const action = String(event['event_action']);
    return ticket(`${action} · ${payload.severity}`, payload.summary, payload.source, rows(Object.entries(payload.custom_details)));
  },
};

function genieTicket({ notification, message, reader }: Shown): string {
  const alert = genieAlert(notification, message, reader.locale, []);
  const meta = [alert.entity ?? '', alert.tags.join(', ')].filter((part) => part !== '').join(' · ');
  return ticket(`${notification.status === 'resolved' ? 'close' : 'create'} · ${alert.priority}`, alert.message, meta, `<p>${escaped(alert.description)}</p>`);
}

export const opsgenieScreen: Screen = { id: 'opsgenie', name: 'opsgenie', title: 'Opsgenie', about: 'Text of the alert is rewritten, and the alert is closed when it is over.', render: genieTicket };

export const jiraScreen: Screen = { id: 'jira-service-management', name: 'jira-service-management', title: 'Jira Service Management', about: 'News becomes a note, and the alert is closed when it is over.', render: genieTicket };
