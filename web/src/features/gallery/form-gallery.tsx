import { useState } from 'react';
import { Choices } from '@/components/choices';
import { Field, Input, TextArea } from '@/components/field';
import { FormCard } from '@/components/form-card';
import { Segments } from '@/components/segments';
import { Select } from '@/components/select';
import { Switch } from '@/components/switch';

const sizes = [
  { value: 'small', name: 'Small', hint: '512 MiB, half a core' },
  { value: 'large', name: 'Large', hint: '2 GiB, two cores' },
];
const previews = [
  { value: 'off', name: 'Off', hint: 'The branch of production alone is deployed.' },
  { value: 'branches', name: 'For branches', hint: 'Each other branch gets a preview with its next push.' },
];
const views = [
  { value: 'app', name: 'App' },
  { value: 'requests', name: 'Requests' },
];

/** FormGallery shows what forms are made of, and forms that are not saved, have failed, or are not for everybody. */
export function FormGallery() {
  const [name, setName] = useState('');
  const [size, setSize] = useState('small');
  const [preview, setPreview] = useState('branches');
  const [view, setView] = useState('app');
  const [on, setOn] = useState(true);
  const form = { isSaving: false, onSubmit: () => undefined, onDiscard: () => setName('') };

  return (
    <>
      <FormCard
        {...form}
        title="Forms"
        text="Each input with its label, hint and error."
        effect="Holds from the next deployment on."
        isDirty={name !== ''}
      >
        <div className="grid gap-5 md:grid-cols-2">
          <Field label="Name" hint="Lower case letters, digits and hyphens.">
            <Input placeholder="shop" value={name} onChange={(event) => setName(event.target.value)} />
          </Field>
          <Field label="Port" error="A port is a number from 1 to 65535.">
            <Input defaultValue="70000" mono />
          </Field>
          <Field label="Variables">
            <TextArea mono placeholder="GREETING=hello" />
          </Field>
          <div className="space-y-5">
            <Field label="Size">
              <Select options={sizes} value={size} onChange={setSize} className="w-full" />
            </Field>
            <Switch checked={on} onChange={setOn} label="Deploy each push" hint="Otherwise somebody has to start each deployment." />
            <Switch checked={false} onChange={() => undefined} label="Not possible now" disabled />
          </div>
          <Choices label="Previews" options={previews} chosen={preview} onChange={(event) => setPreview(event.target.value)} />
          <div>
            <Segments label="What is shown" options={views} value={view} onChange={setView} />
          </div>
        </div>
      </FormCard>
      <div className="grid items-start gap-4 md:grid-cols-2">
        <FormCard {...form} title="A form that has failed" effect="Holds at once." isDirty={false} failure="Another project has this name.">
          <Field label="Name of the project">
            <Input defaultValue="shop" />
          </Field>
        </FormCard>
        <FormCard {...form} title="A form for others" effect="Holds at once." isDirty={false} reason="Viewers may not change a project.">
          <Field label="Branch">
            <Input defaultValue="main" mono />
          </Field>
        </FormCard>
      </div>
    </>
  );
}
