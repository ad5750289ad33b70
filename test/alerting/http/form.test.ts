/** Forms with a file arrive as they were, whatever their texts hold, and are requests like all others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendForm } from '../../../src/alerting/http/form.ts';
import { hostileStrings } from '../hostile.ts';
import { readForm, type SentForm } from '../stand-ins/form.ts';
import { openHttpService } from '../stand-ins/http-service.ts';

const file = { field: 'files[0]', name: 'evidence.png', type: 'image/png', bytes: Buffer.from(Array.from({ length: 1_024 }, (_, index) => (index * 7) % 256)) };

test('fields and file arrive as they were', async (t) => {
  const forms: (SentForm | undefined)[] = [];
  const service = await openHttpService(async (request) => {
    forms.push(await readForm(request));
    return { status: 200, body: 'taken' };
  });
  t.after(() => service.close());
  // A reader of forms makes one sign of halves of signs, as UTF-8 does.
  const texts = [...hostileStrings(300), '\r\n--fargazer-', '\r\n\r\n', 'content-disposition: form-data; name="x"'].map((text) => text.toWellFormed());
  for (const text of texts) {
    const answer = await sendForm(new URL(service.origin), { payload_json: text, empty: '' }, file, { method: 'PATCH', allowPrivate: true });
    assert.deepEqual([answer.text, service.requests.at(-1)?.method], ['taken', 'PATCH']);
  }
  assert.deepEqual(forms.map((form) => form?.fields.get('payload_json')), texts);
  for (const form of forms) {
    assert.deepEqual([...(form?.fields.keys() ?? [])], ['payload_json', 'empty']);
    assert.deepEqual([...(form?.files ?? [])], [['files[0]', { name: file.name, type: file.type, bytes: file.bytes }]]);
  }
});

test('no private address is reached without leave, and no redirect followed', async (t) => {
  const service = await openHttpService(() => ({ status: 307, headers: { location: 'http://127.0.0.1:9/' } }));
  t.after(() => service.close());
  await assert.rejects(sendForm(new URL(service.origin), {}, file), { code: 'address-refused' });
  assert.equal(service.requests.length, 0);
  await assert.rejects(sendForm(new URL(service.origin), {}, file, { allowPrivate: true }), { code: 'redirected' });
  assert.equal(service.requests.length, 1);
});
