/** What every detector keeps, whoever wrote it: a new one gets these tests by being in the list. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Case } from '#contract';
import { detectors } from '../../detectors/index.ts';
import { packOwner } from '../../src/engine/pack-owner.ts';
import { Walk } from '../../src/engine/run.ts';
import { engineSettings } from '../../src/engine/settings.ts';
import { joinPieces } from '../../src/decode/log/join-pieces.ts';
import { decodeRecords, disagreements, eventsOf, runMerged, runSplit, runWhole } from '../support/run-case.ts';
import { flood } from '../support/flood.ts';

const headings = ['Detects', 'Blind spots', 'False positives', 'Baseline', 'Triage'];
/** Packed state of all owners after a flood of new names: bounded per owner, whatever the attacker sends. */
const stateLimitBytes = 2 * 1024 * 1024;

for (const detector of detectors) {
  const folder = new URL(`../../detectors/${detector.id}/`, import.meta.url);
  const { cases } = existsSync(new URL('cases.ts', folder)) ? ((await import(new URL('cases.ts', folder).href)) as { cases: Case[] }) : { cases: [] };

  describe(`detector ${detector.id}`, () => {
    it('tells a person on call what it detects and what it cannot see', () => {
      const header = /\/\*\*[\s\S]*?\*\//.exec(readFileSync(new URL('detector.ts', folder), 'utf8'))?.[0] ?? '';
      for (const heading of headings) assert.match(header, new RegExp(`\\* ${heading}\\s+\\S`), `the header lacks ${heading}`);
    });

    it('has a case that fires and one that stays quiet', () => {
      assert.ok(cases.some(({ fires }) => fires.length > 0), 'no case fires');
      assert.ok(cases.some(({ fires }) => fires.length === 0), 'no case stays quiet');
    });

    it('rejects options it does not know', () => {
      assert.equal(detector.options.safeParse({ noSuchOption: 1 }).success, false);
      assert.equal(detector.options.safeParse({}).success, true);
    });

    it('names techniques as ATT&CK does', () => {
      for (const technique of detector.attack) assert.match(technique, /^T\d{4}(\.\d{3})?$/);
    });

    for (const story of cases) {
      it(story.title, () => {
        const { unreadable } = decodeRecords(story.records, { generation: 0, take: (event) => event });
        assert.equal(unreadable, 0, 'a record of the case cannot be read');
        assert.deepEqual(disagreements(story, runWhole(detector, story)), []);
      });

      it(`${story.title}, with the state stored half-way`, async () => {
        const whole = runWhole(detector, story);
        const times = eventsOf(story.records).map(({ timeMs }) => timeMs).sort((left, right) => left - right);
        for (const share of [0.5, 0.8]) {
          const split = await runSplit(detector, story, times[Math.floor(times.length * share)]!);
          assert.deepEqual(split.map(({ id }) => id).sort(), whole.map(({ id }) => id).sort());
        }
      });

      if (story.teachUntil !== undefined && detector.trace === undefined) {
        it(`${story.title}, taught by two halves learned apart`, () => {
          assert.deepEqual(disagreements(story, runMerged(detector, story)), []);
        });
      }
    }

    it('keeps its state bounded under a flood of names nobody has seen', () => {
      const walk = new Walk(engineSettings({ detectors: [{ detector, options: detector.options.parse({}) }] }), joinPieces);
      decodeRecords(flood(12_000), walk.gate);
      walk.finish();
      let bytes = 0;
      for (const owner of walk.state.owners.records.values()) bytes += JSON.stringify(packOwner(owner)).length;
      assert.ok(bytes < stateLimitBytes, `${bytes} bytes of state`);
    });
  });
}
