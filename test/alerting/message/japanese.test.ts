/** Every sentence that a detector writes in its cases and in the stories has its Japanese: a detector that changes its words fails here. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { detectors } from '../../../detectors/index.ts';
import type { Act } from '../../../detectors/privilege-change/act.ts';
import { computeActs } from '../../../detectors/privilege-change/aws-compute.ts';
import { credentialActs } from '../../../detectors/privilege-change/aws-credentials.ts';
import { detectorActs } from '../../../detectors/privilege-change/aws-detectors.ts';
import { executionActs } from '../../../detectors/privilege-change/aws-execution.ts';
import { exposureActs } from '../../../detectors/privilege-change/aws-exposure.ts';
import { identityActs } from '../../../detectors/privilege-change/aws-identity.ts';
import { logActs } from '../../../detectors/privilege-change/aws-logs.ts';
import { networkActs } from '../../../detectors/privilege-change/aws-network.ts';
import { recoveryActs } from '../../../detectors/privilege-change/aws-recovery.ts';
import { rightsActs } from '../../../detectors/privilege-change/aws-rights.ts';
import { actTitle } from '../../../src/alerting/message/japanese/acts.ts';
import { japanese } from '../../../src/alerting/message/japanese/words.ts';
import type { Alert, Case } from '#contract';
import { runWhole } from '../../support/run-case.ts';
import { stories, storyAlerts } from './stories.ts';

/** English words that no Japanese sentence holds; names and lines stand between backticks or have none of these. */
const englishWords = /\b(?:the|it|its|of|was|were|to|and|with|which|never|this|on)\b/i;

function isJapanese(text: string): boolean {
  return /[\u3040-\u30ff]/.test(text) && !englishWords.test(text.replace(/`[^`]*`/g, ''));
}

function checkSentences(alert: Alert): void {
  const said: [string, string | undefined, string | undefined][] = [
    ['title', japanese.title(alert), alert.title],
    ['unusual', japanese.unusual(alert), alert.summary],
    ['lookFirst', japanese.lookFirst(alert), alert.explanation.lookFirst],
    ['history', japanese.history(alert), alert.explanation.history],
    ['quiet', japanese.quiet(alert), alert.explanation.quiet],
    ['deployment', japanese.deployment(alert), alert.explanation.deployment],
  ];
  for (const [part, text, english] of said) if (text !== undefined) assert.ok(isJapanese(text), `${alert.detector} ${part}: ${english}\n→ ${text}`);
}

describe('Japanese', () => {
  for (const story of stories) {
    test(`has a sentence for all that ${story} says`, () => {
      for (const alert of storyAlerts(story)) checkSentences(alert);
    });
  }

  for (const detector of detectors) {
    test(`has a sentence for all that the cases of ${detector.id} say`, async () => {
      const { cases } = (await import(`../../../detectors/${detector.id}/cases.ts`)) as { cases: Case[] };
      const alerts = cases.flatMap((story) => runWhole(detector, story));
      assert.ok(alerts.length > 0);
      for (const alert of alerts) checkSentences(alert);
    });
  }

  test('has words for the acts of the tables, as done, as tried and as denied', () => {
    const tables = [identityActs, rightsActs, exposureActs, networkActs, logActs, detectorActs, credentialActs, executionActs, computeActs, recoveryActs];
    const acts = tables.flatMap((table) => Object.values(table).flatMap((operations) => Object.values(operations))).filter((rule): rule is Act => typeof rule !== 'function');
    assert.ok(acts.length > 200, `${acts.length} acts`);
    const unsaid = new Set<string>();
    for (const { past, infinitive, thing, named, after } of acts) {
      const object = [thing, named === '' ? '' : '`x-1`', after ?? ''].filter((part) => part !== '').join(' ');
      for (const title of [`user anna ${past} ${object}`, `user anna tried to ${infinitive} ${object}, and was denied`]) {
        const said = actTitle(title);
        if (said === undefined || !isJapanese(said)) unsaid.add(`${title} → ${said}`);
      }
    }
    assert.deepEqual([...unsaid], []);
  });

  test('falls back to who called what where the words of an act are not known', () => {
    const [alert] = storyAlerts('cloudtrail-intrusion');
    assert.ok(alert);
    const title = japanese.title({ ...alert, title: 'user bert-jan frobnicated the gadget `x`' });
    assert.equal(title, 'ユーザー bert-jan が `CreateRole` を実行しました');
  });

  test('keeps English where a detector is not known', () => {
    const [alert] = storyAlerts('cloudtrail-intrusion');
    assert.ok(alert);
    assert.equal(japanese.title({ ...alert, detector: 'of-tomorrow', title: 'checkout did something' }), 'checkout did something');
  });
});
