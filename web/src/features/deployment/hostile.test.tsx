import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test } from 'vitest';
import { Commit } from './commit';
import { DeploymentFacts } from './deployment-facts';
import { DeploymentFailure } from './deployment-failure';
import { DeploymentTimeline } from './deployment-timeline';
import { sampleAttempt, sampleDeployment } from './sample-deployment';

const show = (what: ReactNode) => render(<QueryClientProvider client={new QueryClient()}>{what}</QueryClientProvider>).container;

const html = '<img src=x onerror=alert(1)>';

test.each([
  ['HTML', html],
  ['marks of direction', '\u202egnp.exe'],
  ['10,000 characters', 'x'.repeat(10_000)],
  ['nothing', ''],
])('a branch, author and pull request of %s stay text', (_, text) => {
  const container = show(
    <DeploymentFacts
      deployment={sampleDeployment({
        branch: text,
        commit_author: text,
        environment: text,
        pull_request: { number: 1, title: text, author: text, url: 'https://example.com' },
      })}
    />,
  );
  expect(container.querySelector('img')).toBeNull();
  for (const bdi of container.querySelectorAll('bdi')) expect(bdi.textContent?.length).toBeLessThanOrEqual(301);
});

test.each([
  ['HTML', html, html],
  ['marks of direction', '\u202egnp.exe', '\u202egnp.exe'],
  ['10,000 characters', 'x'.repeat(10_000), `${'x'.repeat(300)}…`],
  ['nothing', '', '(no message)'],
  ['an empty first line', '\n\nbelow', '(no message)'],
])('a commit message of %s is one line of text', (_, message, shown) => {
  const container = show(<Commit deployment={sampleDeployment({ commit_message: message, commit_sha: 'a'.repeat(40) })} />);
  expect(container.querySelector('img')).toBeNull();
  expect(container.querySelector('bdi, span span')?.textContent).toBe(shown);
});

test('what failed stays text, without the colours of a terminal', () => {
  const error = {
    code: 'invalid',
    step: 'build',
    message: '',
    summary: html,
    hint: html,
    file: html,
    output: [`\u001b[31m${html}\u001b[0m`],
  } as const;
  const container = show(
    <DeploymentFailure deployment={sampleDeployment({ state: 'failed', error: { ...error, output: [...error.output] } })} />,
  );
  expect(container.querySelector('img')).toBeNull();
  expect(container.querySelector('pre')?.textContent).toBe(html);
});

test('the timeline says what is waited for, and where in the queue', () => {
  show(
    <DeploymentTimeline
      hasReleaseCommand={false}
      deployment={sampleDeployment({
        state: 'deploying',
        timeline: [sampleAttempt('clone', { worker: html })],
        waiting: {
          for: 'build_turn',
          message: 'Your organisation builds 2 at once.',
          place: { queue: 'builds', position: 3, length: 5, others_before: false },
        },
      })}
    />,
  );
  expect(screen.getByRole('status').textContent).toContain("Number 3 of 5 in your organisation's builds.");
  expect(screen.getByText('Build the image').closest('li')?.textContent).toContain('not yet');
});
