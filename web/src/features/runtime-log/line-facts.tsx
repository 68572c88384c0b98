import type { Schemas } from '@/api/client';
import { LogText } from '@/features/log/log-text';
import { cn } from '@/lib/cn';
import { formatExact } from '@/lib/time';
import type { EntryActions } from './entry-details';
import { Fact } from './facts';
import { flatFields } from './flat-fields';
import { InstanceFact } from './instance-fact';

/** LineFacts are the fields of a JSON line, and where a line comes from. */
export function LineFacts({ line, actions }: { line: Schemas['LogLine']; actions: EntryActions }) {
  // What the row above says already is not said again.
  const fields = flatFields(line.fields ?? {}).filter(({ value }) => value !== line.message && value !== line.level);

  return (
    <>
      {fields.map(({ name, value, isText }) => (
        <Fact key={name} name={name || '(no name)'} mono>
          <LogText text={value} className={cn('wrap-anywhere', !isText && 'text-busy')} />
        </Fact>
      ))}
      {line.fields_cut && (
        <Fact name="…">
          <span className="text-quiet">The line has more fields than are shown. Copy it to get all of it.</span>
        </Fact>
      )}
      <Fact name="Written">
        {formatExact(Date.parse(line.logged_at))}, to {line.stream === 'system' ? 'the log by the platform' : line.stream}
      </Fact>
      {line.vm_id && <InstanceFact id={line.vm_id} actions={actions} />}
      <Fact name="Deployment">{actions.deploymentLink(line.deployment_id)}</Fact>
    </>
  );
}
