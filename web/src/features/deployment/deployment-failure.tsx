import { useQuery } from '@tanstack/react-query';
import { FileCode2 } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { lastOutputQuery } from '@/api/queries/deployments';
import { Notice } from '@/components/notice';
import { Sentence } from '@/components/sentence';
import { plainOf } from '@/features/log/ansi';
import { failureOf } from './failure';

const appSteps = ['health_check', 'release', 'flip_route'];

// The last lines are what matters.
function showEnd(element: HTMLElement | null): void {
  if (element) element.scrollTop = element.scrollHeight;
}

/** DeploymentFailure says first of all why a deployment failed: what happened, what to change, and the last lines of what failed. */
export function DeploymentFailure({ deployment }: { deployment: Schemas['Deployment'] }) {
  const failure = failureOf(deployment);
  const ofApp = appSteps.includes(deployment.error?.step ?? deployment.step);
  const { data } = useQuery({ ...lastOutputQuery(deployment.id), enabled: failure !== undefined && failure.output.length === 0 && ofApp });
  if (!failure) return null;

  const { summary, hint, file, ours } = failure;
  const output = failure.output.length > 0 ? failure.output : (data?.items ?? []).map(({ line }) => line);

  return (
    <section aria-label="Why it failed">
      <Notice
        tone="bad"
        title={
          <bdi>
            <Sentence text={summary} />
          </bdi>
        }
      >
        {hint && (
          <p className="max-w-prose whitespace-pre-line">
            <Sentence text={hint} />
          </p>
        )}
        {ours && (
          <p className="max-w-prose">
            The platform is at fault, not your app. Redeploy; if it happens again, tell whoever runs the platform.
          </p>
        )}
        {file && (
          <p className="mt-2 flex items-center gap-2">
            <FileCode2 aria-hidden className="size-4 shrink-0" />
            <code className="isolate-text font-mono text-sm wrap-anywhere">{file}</code>
          </p>
        )}
        {output.length > 0 && (
          <figure className="mt-3">
            <figcaption className="text-sm">{ofApp ? 'The last lines of the app:' : 'The last lines of what failed:'}</figcaption>
            <pre
              ref={showEnd}
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
              tabIndex={0}
              className="isolate-text mt-1 max-h-48 overflow-auto whitespace-pre-wrap rounded-md border border-line bg-log px-3 py-2 font-mono text-text text-xs leading-5 wrap-anywhere"
            >
              {output.map(plainOf).join('\n')}
            </pre>
          </figure>
        )}
      </Notice>
    </section>
  );
}
