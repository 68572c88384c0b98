import { Field, Input } from '@/components/field';
import { type Kind, kinds } from './kinds';

export type Values = { name: string; address: string };

type Props = {
  kind: Kind;
  values: Values;
  onChange: (values: Values) => void;
  /** errors are what the platform found wrong with the inputs. */
  errors: { location?: string; message: string }[];
  /** keptAddress says that an empty address leaves the one that there is. */
  keptAddress?: boolean;
};

/** ChannelFields are the name and the address of a channel. */
export function ChannelFields({ kind, values, onChange, errors, keptAddress = false }: Props) {
  const { label, example, inputType } = kinds[kind];
  const wrong = (name: string) => errors.find(({ location }) => location === `body.${name}`)?.message;

  return (
    <>
      <Field label="Name" hint="What the organisation calls it, such as deploys of the shop." error={wrong('name')}>
        <Input
          value={values.name}
          onChange={(event) => onChange({ ...values, name: event.target.value })}
          maxLength={100}
          autoComplete="off"
        />
      </Field>
      <Field label={label} hint={keptAddress && 'Empty: it stays as it is. It is a secret, and not shown again.'} error={wrong('address')}>
        <Input
          type={inputType}
          value={values.address}
          onChange={(event) => onChange({ ...values, address: event.target.value })}
          placeholder={example}
          maxLength={2000}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
        />
      </Field>
    </>
  );
}
