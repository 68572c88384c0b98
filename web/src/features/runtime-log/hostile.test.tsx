import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import type { Schemas } from '@/api/client';
import { entryOfLine, entryOfRequest } from './entry';
import type { EntryActions } from './entry-details';
import { EntryRow } from './entry-row';

afterEach(cleanup);

const actions: EntryActions = { onContext: () => {}, onFilter: () => {}, linkTo: () => '', deploymentLink: () => null };
const html = '<img src=x onerror="document.title=1"><script>alert(1)</script>';

function show(line: Partial<Schemas['LogLine']>, open = false) {
  const entry = entryOfLine({ id: 1, deployment_id: 'd', stream: 'stdout', line: '', logged_at: '2026-01-01T00:00:00Z', ...line });
  return render(<EntryRow entry={entry} open={open} pointed={false} tabbable found={[]} actions={actions} onToggle={() => {}} />).container;
}

it('HTML in a line, in its fields and in a path stays text', () => {
  const shown = show({ line: html, message: html, fields: { [html]: { [html]: html } } });
  expect(shown.querySelector('img, script')).toBeNull();
  expect(shown.textContent).toContain(html);

  const entry = entryOfRequest({
    id: 'r',
    kind: 'request',
    environment_id: 'e',
    deployment_id: 'd',
    region: html,
    started_at: 'never',
    method: html,
    path: html,
    status: 200,
  });
  const row = render(<EntryRow entry={entry} open={false} pointed={false} tabbable found={[]} actions={actions} onToggle={() => {}} />);
  expect(row.container.querySelector('img, script')).toBeNull();
});

it('a line of 10,000 characters is cut until it is opened', () => {
  expect(show({ line: 'x'.repeat(10_000) }).textContent?.length).toBeLessThan(3_000);
});

it('the direction of a line stays inside it, and what a terminal would obey is left out', () => {
  const shown = show({ line: '\u202egnp.exe \x1b]8;;https://evil.example\x1b\\link\x1b[2J' });
  const text = shown.querySelector('code');
  expect(text?.getAttribute('dir')).toBe('ltr');
  expect(text?.className).toContain('isolate-text');
  expect(text?.textContent).not.toContain('evil.example');
});

it('a JSON line says its message first, with its level as a word', () => {
  show({ line: '{"level":"warn","msg":"look out"}', message: 'look out', level: 'warn' });
  expect(screen.getByText('look out')).toBeTruthy();
  expect(screen.getByText('warn')).toBeTruthy();
});

it('missing requests are counted in words', () => {
  const entry = entryOfRequest({
    id: 'r',
    kind: 'sampled',
    environment_id: 'e',
    deployment_id: 'd',
    region: 'r',
    started_at: '2026-01-01T00:00:00Z',
    dropped: 1204,
    message: 'There were too many at once.',
  });
  render(<EntryRow entry={entry} open={false} pointed={false} tabbable found={[]} actions={actions} onToggle={() => {}} />);
  expect(screen.getByText('1,204 requests are missing here. There were too many at once.')).toBeTruthy();
});
