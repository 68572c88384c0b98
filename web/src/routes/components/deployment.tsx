import { createFileRoute } from '@tanstack/react-router';
import { Page } from '@/components/page';
import { DeploymentFacts } from '@/features/deployment/deployment-facts';
import { DeploymentFailure } from '@/features/deployment/deployment-failure';
import { DeploymentInstances } from '@/features/deployment/deployment-instances';
import { DeploymentPlan } from '@/features/deployment/deployment-plan';
import { DeploymentTimeline } from '@/features/deployment/deployment-timeline';
import { sampleAttempt, sampleDeployment, sampleInstance } from '@/features/deployment/sample-deployment';

// The states of a deployment that are hard to come by, without a platform: for pictures.
export const Route = createFileRoute('/components/deployment')({ component: DeploymentSamples });

const waiting = sampleDeployment({
  state: 'deploying',
  step: 'build',
  trigger: 'manual',
  environment: 'pr-42',
  actor: { kind: 'user', name: 'Grace Hopper', login: 'grace' },
  commit_url: 'https://github.com/acme/shop/commit/64ec9a0',
  commit_message: '<b>Bold</b> \u202egnp.exe',
  pull_request: { number: 42, title: '<i>A shop</i> that opens earlier', author: 'grace', url: 'https://github.com/acme/shop/pull/42' },
  waiting: {
    for: 'build_turn',
    message: 'Your organisation builds 2 at once, and 2 are being built.',
    since: '2026-01-01T12:01:00Z',
    place: { queue: 'builds', position: 3, length: 5, others_before: false },
  },
  timeline: [
    sampleAttempt('clone'),
    sampleAttempt('detect', { attempt: 1, state: 'retrying', error: 'The registry did not answer within 30 seconds.' }),
    sampleAttempt('detect', { attempt: 2, worker: 'worker-2' }),
    sampleAttempt('build', { state: 'running', ended_at: undefined, waiting_for: 'It waits for its turn to be built.' }),
  ],
});

const failed = sampleDeployment({
  state: 'failed',
  step: 'health_check',
  ended_at: '2026-01-01T12:03:05Z',
  error: {
    code: 'invalid',
    message: '',
    step: 'health_check',
    summary: 'No instance answered on port 8080 within 60 seconds.',
    hint: 'Have the app listen on the port in PORT, on all addresses (0.0.0.0) and not on localhost alone.',
    file: 'server.js',
    line: 12,
    output: ['Listening on \x1b[33mlocalhost:3000\x1b[0m', '<script>alert(1)</script>', 'x'.repeat(400)],
  },
  timeline: ['clone', 'detect', 'build', 'push', 'schedule']
    .map((step) => sampleAttempt(step))
    .concat(sampleAttempt('health_check', { state: 'failed' })),
});

function DeploymentSamples() {
  return (
    <main>
      <Page title="Deployments">
        <DeploymentFacts deployment={waiting} />
        <DeploymentTimeline deployment={waiting} hasReleaseCommand />
        <DeploymentFailure deployment={failed} />
        <DeploymentTimeline deployment={failed} hasReleaseCommand={false} />
        <DeploymentInstances
          instances={[
            sampleInstance(),
            sampleInstance({
              id: '01a22863-8457-7cbe-b735-5674f9aae0b3',
              state: 'crashed',
              node: 'node-2',
              restarts: 7,
              exit_code: 137,
              message: 'It took more memory than its 512 MiB and was ended. <b>It starts again</b> in 40 s.',
            }),
            sampleInstance({ id: '01a22863-8457-7cbe-b735-5674f9aae0b4', kind: 'release', state: 'exited', exit_code: 0 }),
          ]}
        />
        <DeploymentPlan
          plan={{
            framework: 'nextjs',
            reason: 'package.json depends on next.',
            versions: { next: '16.0.1', node: '24' },
            port: 3000,
            health_path: '/',
            dockerfile: 'FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD ["npm", "start"]\n',
          }}
        />
      </Page>
    </main>
  );
}
