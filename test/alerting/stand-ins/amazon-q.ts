/** Amazon Q Developer behind a topic: takes its custom notifications and silently drops everything else, as the service does. */
export interface Card {
  title: string;
  /** All texts of the card as a person reads them in Slack or Teams. */
  text: string;
  threadId: string;
}

interface Event {
  version?: unknown;
  source?: unknown;
  content?: { textType?: unknown; title?: unknown; description?: unknown; nextSteps?: unknown; keywords?: unknown };
  metadata?: { threadId?: unknown; summary?: unknown; eventType?: unknown; relatedResources?: unknown; additionalContext?: unknown };
}

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '');

/** The card of a message, or why nothing is shown (administrator guide, "Custom notifications", parameters). */
export function readCard(message: string): Card | string {
  let event: Event;
  try {
    event = JSON.parse(message) as Event;
  } catch {
    return 'not JSON: dropped';
  }
  const { content = {}, metadata = {} } = event;
  if (event.version !== '1.0' || event.source !== 'custom') return 'version or source';
  if (content.textType !== 'client-markdown') return 'textType';
  if (typeof content.description !== 'string' || content.description === '' || content.description.length > 8_000) return 'description';
  if (typeof content.title !== 'string' || content.title === '' || content.title.length > 250) return 'title';
  if (content.nextSteps !== undefined && !isTexts(content.nextSteps)) return 'nextSteps';
  if (!isTexts(content.keywords)) return 'keywords';
  if (typeof metadata.threadId !== 'string' || metadata.threadId === '') return 'threadId';
  if (typeof metadata.eventType !== 'string' || !/^[a-zA-Z0-9-]{1,100}$/.test(metadata.eventType)) return 'eventType';
  const texts = [content.title, content.description, ...(content.nextSteps ?? []), ...content.keywords];
  return { title: content.title, threadId: metadata.threadId, text: texts.map(readSlack).join('\n') };
}

function readSlack(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&').replaceAll('\u200b', '');
}
