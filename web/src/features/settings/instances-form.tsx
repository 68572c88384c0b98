import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@/api/client';
import { quotasQuery } from '@/api/queries/organisation';
import { regionsQuery } from '@/api/queries/projects';
import { Choices } from '@/components/choices';
import { Field, Input } from '@/components/field';
import { formatCount } from '@/lib/units';
import { bodyOf, type InstancesValues, regionsToOffer, valuesOf } from './instances-values';
import { checkWhole } from './numbers';
import { ProjectForm } from './project-form';
import { RegionFields } from './region-fields';

const places = [
  { value: 'anywhere', name: 'Wherever there is room', hint: 'The platform chooses the machines, and others when one is lost.' },
  {
    value: 'regions',
    name: 'In regions of your choice',
    hint: 'Visitors get to the nearest one, and to another when none is left there. What a lost region had waits for it. Previews run in the first one.',
  },
];

/** InstancesForm is how many VMs run the app, and where. */
export function InstancesForm({ project, reason }: { project: Schemas['Project']; reason: string | undefined }) {
  const { data: quotas } = useQuery(quotasQuery(project.organisation_id));
  const { data: regions } = useQuery(regionsQuery());
  const offered = regionsToOffer(project, regions?.regions ?? []);
  const isChoice = offered.length > 1 || (project.regions ?? []).length > 0;
  const used =
    quotas &&
    `The organisation runs ${formatCount(quotas.instances.used)} of ${formatCount(quotas.instances.limit)} instances that it may run at once.`;

  return (
    <ProjectForm<InstancesValues>
      project={project}
      title="Instances"
      text="Each is a VM of its own; requests go to those that are well."
      effect="Holds at once: what is live gets more or fewer instances without losing a request."
      reason={reason}
      values={valuesOf(project, offered)}
      bodyOf={(values) => bodyOf(values, offered)}
    >
      {(form, errorOf) => (
        <>
          {isChoice && <Choices label="Where" options={places} {...form.register('where')} />}
          {form.watch('where') === 'regions' ? (
            <>
              <RegionFields form={form} errorOf={errorOf} regions={offered} />
              {used && <p className="text-quiet text-sm">{used}</p>}
            </>
          ) : (
            <Field label="How many" hint={used} error={errorOf('instances')}>
              <Input
                {...form.register('instances', { validate: checkWhole(1, 100, true) })}
                inputMode="numeric"
                className="max-w-32"
                autoComplete="off"
              />
            </Field>
          )}
        </>
      )}
    </ProjectForm>
  );
}
